//! Part 2: what the rule proposed in pencil, what the jury decided in ink, side by side and never mixed.

use super::Minutes;
use crate::documents::facts::{
    BlockDecision, BlockRow, CandidateFacts, CertificationDecision, CertificationRow, DecisionWords, Outcome,
    Proposal, RequirementRow, RequirementState, departs,
};
use crate::documents::frame;
use crate::documents::layout::marks::{Chip, Hand};
use crate::documents::layout::table::{Cell, Group, Look, Part, Row, Table};
use crate::documents::layout::theme;
use crate::documents::shape::{Color, Span};

impl Minutes<'_> {
    pub(super) fn candidates(&mut self) {
        let (facts, words) = (self.facts, self.frame.words);
        let legend = legend(words.proposed_word, words.legend_pencil, words.decided_word, words.legend_ink);
        let groups = facts.candidates.iter().map(|candidate| self.candidate(candidate)).collect();
        let heads = [words.block_column, words.proposal_column, words.decision_column, words.reason_column];
        let table = Table {
            columns: vec![212.0, 126.0, 130.0, 290.0],
            heads: heads.map(|word| Span::new(theme::COLUMN, word)).to_vec(),
            groups,
            look: Look::Ruled,
        };
        let keep = self.flow.lead(&table) + self.flow.lead(&legend) + 4.0;
        let section = self.part(words.part_candidates, keep);
        self.flow.table(section, legend);
        self.flow.gap(4.0);
        if facts.candidates.is_empty() {
            self.flow.paragraph(section, &[Span::new(theme::BODY, words.no_candidate)]);
        } else {
            self.flow.table(section, table);
        }
    }

    fn candidate(&self, candidate: &CandidateFacts) -> Group {
        let words = self.frame.words;
        let name = frame::full_name(&candidate.person);
        let strong = theme::tinted(theme::H3, theme::INK);
        let mut about = Vec::new();
        about.extend(candidate.person.reference.clone());
        about.push(candidate.access_route.clone());
        let head = Row {
            cells: vec![
                Cell::new(vec![
                    Part::Text(vec![Span::new(strong, &name)]),
                    Part::Text(vec![Span::new(theme::CELL_SOFT, about.join(" · "))]),
                ])
                .spanning(2)
                .heading(),
                Cell::new(vec![Part::Gap(4.0), Part::Chip(self.outcome(candidate.outcome))]).spanning(2),
            ],
            fill: Some(theme::SUNKEN),
        };
        let again = Row {
            cells: vec![
                Cell::text(Span::new(theme::CELL_SOFT, format!("{name} {}", words.continued))).spanning(4),
            ],
            fill: Some(theme::PAPER),
        };
        let mut rows: Vec<Row> = candidate.blocks.iter().map(|block| self.block(block)).collect();
        rows.extend(candidate.requirements.iter().map(|requirement| self.requirement(requirement)));
        rows.extend(candidate.certification.as_ref().map(|whole| self.certification(whole)));
        if let Some(remark) = &candidate.remark {
            let label = format!("{}{}", words.remark, words.colon);
            let text = Part::Text(vec![Span::new(theme::CELL_SOFT, label), Span::new(theme::CELL, remark)]);
            rows.push(Row { cells: vec![Cell::new(vec![text]).spanning(4)], fill: None });
        }
        Group { head: Some(head), again: Some(again), rows, together: true }
    }

    fn outcome(&self, outcome: Outcome) -> Chip {
        let words = self.frame.words;
        let (said, color) = match outcome {
            Outcome::Full => (words.outcome_full, theme::GREEN),
            Outcome::Partial => (words.outcome_partial, theme::AMBER),
            Outcome::Refused => (words.outcome_refused, theme::RED),
            Outcome::Absent => (words.outcome_absent, theme::INK_SOFT),
            Outcome::Excused => (words.outcome_excused, theme::INK_SOFT),
        };
        chip(Hand::Ink, said, color)
    }

    fn block(&self, block: &BlockRow) -> Row {
        let words = self.frame.words;
        let name = vec![
            Span::new(theme::CELL_STRONG, format!("{} ", block.code)),
            Span::new(theme::CELL, &block.title),
        ];
        let proposal = match block.proposal {
            Proposal::Proposed => chip(Hand::Pencil, words.proposed, theme::GREEN),
            Proposal::Refused => chip(Hand::Pencil, words.proposed_not, theme::RED),
            Proposal::Incomplete => chip(Hand::Pencil, words.proposed_incomplete, theme::INK_SOFT),
            Proposal::None => chip(Hand::Plain, words.no_proposal, theme::INK_SOFT),
        };
        let decision = match block.decision {
            BlockDecision::Acquired => chip(Hand::Ink, words.acquired, theme::GREEN),
            BlockDecision::NotAcquired => chip(Hand::Ink, words.not_acquired, theme::RED),
            BlockDecision::Absent => chip(Hand::Ink, words.absent, theme::INK_SOFT),
            BlockDecision::Excused => chip(Hand::Ink, words.excused, theme::INK_SOFT),
            BlockDecision::AlreadyAcquired => chip(Hand::Plain, words.already, theme::BLUE),
        };
        // An absence answers no proposal, and what was held before is not decided here.
        let departed = match block.decision {
            BlockDecision::Acquired => departs(block.proposal, true),
            BlockDecision::NotAcquired => departs(block.proposal, false),
            _ => false,
        };
        Row {
            cells: vec![
                Cell::new(vec![Part::Text(name)]).heading().registered(),
                Cell::new(vec![Part::Chip(proposal)]),
                Cell::new(vec![Part::Chip(decision)]),
                Cell::new(self.reasons(&block.words, departed)),
            ],
            fill: None,
        }
    }

    fn certification(&self, whole: &CertificationRow) -> Row {
        let words = self.frame.words;
        let proposal = match whole.proposal {
            Proposal::Proposed => chip(Hand::Pencil, words.certification_proposed, theme::GREEN),
            Proposal::Refused => chip(Hand::Pencil, words.certification_proposed_not, theme::RED),
            Proposal::Incomplete => chip(Hand::Pencil, words.certification_incomplete, theme::INK_SOFT),
            Proposal::None => chip(Hand::Plain, words.no_proposal, theme::INK_SOFT),
        };
        let decision = match whole.decision {
            CertificationDecision::Awarded => chip(Hand::Ink, words.awarded, theme::GREEN),
            CertificationDecision::NotAwarded => chip(Hand::Ink, words.not_awarded, theme::RED),
            CertificationDecision::Absent => chip(Hand::Ink, words.absent, theme::INK_SOFT),
            CertificationDecision::Excused => chip(Hand::Ink, words.excused, theme::INK_SOFT),
        };
        let departed = match whole.decision {
            CertificationDecision::Awarded => departs(whole.proposal, true),
            CertificationDecision::NotAwarded => departs(whole.proposal, false),
            _ => false,
        };
        Row {
            cells: vec![
                Cell::text(Span::new(theme::CELL_STRONG, words.certification_whole)).heading(),
                Cell::new(vec![Part::Chip(proposal)]),
                Cell::new(vec![Part::Chip(decision)]),
                Cell::new(self.reasons(&whole.words, departed)),
            ],
            fill: Some(theme::PAPER),
        }
    }

    /// A requirement is attested, not decided: plain words, neither pencil nor ink.
    fn requirement(&self, requirement: &RequirementRow) -> Row {
        let words = self.frame.words;
        let (said, color) = match requirement.state {
            RequirementState::Pending => (words.requirement_pending, theme::INK_SOFT),
            RequirementState::Met => (words.requirement_met, theme::GREEN),
            RequirementState::Unmet => (words.requirement_unmet, theme::RED),
            RequirementState::Waived => (words.requirement_waived, theme::BLUE),
        };
        let detail = requirement.detail.as_deref().unwrap_or_default();
        Row {
            cells: vec![
                Cell::new(vec![
                    Part::Text(vec![Span::new(theme::CELL_SOFT, words.requirement)]),
                    Part::Text(vec![Span::new(theme::CELL, &requirement.title)]),
                ])
                .heading(),
                Cell::new(Vec::new()),
                Cell::new(vec![Part::Chip(chip(Hand::Plain, said, color))]),
                Cell::text(Span::new(theme::CELL, detail)),
            ],
            fill: None,
        }
    }

    fn reasons(&self, said: &DecisionWords, departed: bool) -> Vec<Part> {
        let words = self.frame.words;
        let mut parts = Vec::new();
        if departed {
            let style = theme::tinted(theme::CELL_STRONG, theme::AMBER);
            parts.push(Part::Text(vec![Span::new(style, words.departure)]));
        }
        if let Some(reason) = &said.reason {
            parts.push(Part::Text(vec![Span::new(theme::CELL, reason)]));
        }
        let others = [
            (words.path, &said.path, theme::CELL_SOFT),
            (words.votes, &said.votes, theme::CELL),
            (words.dissent, &said.dissent, theme::CELL_ITALIC),
        ];
        for (label, text, style) in others {
            if let Some(text) = text {
                let label = Span::new(theme::CELL_SOFT, format!("{label}{}", words.colon));
                parts.push(Part::Text(vec![label, Span::new(style, text)]));
            }
        }
        parts
    }
}

fn chip(hand: Hand, words: &str, color: Color) -> Chip {
    Chip { hand, words: words.to_owned(), color }
}

fn legend(pencil: &str, pencil_means: &str, ink: &str, ink_means: &str) -> Table {
    let cell = |hand, word, color, means: &str| {
        Cell::new(vec![
            Part::Chip(chip(hand, word, color)),
            Part::Gap(1.5),
            Part::Text(vec![Span::new(theme::CELL_SOFT, means)]),
        ])
    };
    let cells = vec![
        cell(Hand::Pencil, pencil, theme::GREEN, pencil_means),
        cell(Hand::Ink, ink, theme::GREEN, ink_means),
    ];
    let groups = vec![Group { rows: vec![Row { cells, fill: None }], ..Group::default() }];
    Table { columns: vec![1.0, 1.0], heads: Vec::new(), groups, look: Look::Facts }
}
