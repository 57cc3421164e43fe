//! The procès-verbal: session, candidates and decisions, jury, session manager, and what proves it.

mod decisions;

use super::facts::{MemberFacts, MemberSignature, MinutesFacts, SittingFacts};
use super::frame::{self, Frame, label_value};
use super::layout::flow::Flow;
use super::layout::table::{Cell, Group, Look, Part, Row, Table};
use super::layout::{NodeId, Pages, Role, theme};
use super::shape::{Shaper, Span};
use super::words::Words;
use super::{Composed, DocumentError};

pub(super) fn compose(
    facts: &MinutesFacts,
    words: &'static Words,
    shaper: Shaper,
) -> Result<Composed, DocumentError> {
    let mut minutes =
        Minutes { facts, frame: Frame::new(words, &facts.zone)?, flow: Flow::new(shaper, theme::LANDSCAPE) };
    minutes.session();
    minutes.candidates();
    minutes.jury();
    minutes.manager();
    minutes.proof();
    let what = format!("{} {} · {}", words.minutes_kicker, facts.number, facts.session);
    frame::feet(&mut minutes.flow, words, &facts.certification, facts.check.as_ref(), &what);
    let title = format!("{} {} – {}", words.minutes_kicker, facts.number, facts.certification.title);
    Ok(Composed { title, pages: minutes.flow.pages })
}

struct Minutes<'a> {
    facts: &'a MinutesFacts,
    frame: Frame,
    flow: Flow,
}

impl Minutes<'_> {
    /// A numbered part; `keep` is what must follow its heading.
    fn part(&mut self, name: &str, keep: f32) -> NodeId {
        let section = self.flow.pages.node(Pages::ROOT, Role::Section);
        self.flow.gap(18.0);
        self.flow.heading(section, Role::H2, theme::H2, name, keep);
        self.flow.gap(5.0);
        section
    }

    fn session(&mut self) {
        let (facts, words) = (self.facts, self.frame.words);
        let kicker = match &facts.rectifies {
            Some(former) => format!("{} · {} {former}", facts.number, words.rectifies),
            None => facts.number.clone(),
        };
        frame::title(&mut self.flow, &kicker, words.minutes_title, &facts.certification.title);
        self.flow.heading(Pages::ROOT, Role::H2, theme::H2, words.part_session, 60.0);
        self.flow.gap(6.0);
        let held = self.frame.dates.span(facts.starts_at, facts.ends_at);
        let mut cells = vec![
            label_value(words.session, &facts.session),
            label_value(words.number, &facts.number),
            label_value(words.certification, &facts.certification.title).registered(),
            label_value(words.deliberation, held),
            label_value(words.place, facts.place.clone().unwrap_or_else(|| "–".to_owned())),
            label_value(words.reference, self.frame.reference(&facts.certification)),
            label_value(words.closed, self.frame.dates.moment(facts.closed_at)),
            label_value(words.centre, self.frame.centre(&facts.centre)),
            label_value(words.registration, self.frame.registration(&facts.certification)),
            label_value(words.awarding_body, &facts.certification.awarding_body),
        ];
        if let Some(reason) = &facts.rectification_reason {
            cells.push(label_value(words.rectification_reason, reason));
        }
        frame::facts(&mut self.flow, &[1.0, 1.0, 1.0], cells);
        self.counts();
        self.sittings();
    }

    fn counts(&mut self) {
        let (counts, words) = (self.facts.counts, self.frame.words);
        let cells = [
            (counts.present, words.present),
            (counts.absent, words.absent_count),
            (counts.excused, words.excused_count),
            (counts.full, words.full_count),
            (counts.partial, words.partial_count),
            (counts.refused, words.refused_count),
        ]
        .map(|(count, word)| {
            Cell::new(vec![
                Part::Text(vec![Span::new(theme::FIGURE, count.to_string())]),
                Part::Text(vec![Span::new(theme::LABEL, word)]),
            ])
        });
        self.flow.gap(5.0);
        self.flow.rule(0.6);
        self.flow.gap(5.0);
        frame::facts(&mut self.flow, &[1.0, 1.0, 1.0, 1.0, 1.0, 1.0], cells.to_vec());
        self.flow.rule(0.6);
    }

    fn sittings(&mut self) {
        let words = self.frame.words;
        if self.facts.sittings.is_empty() {
            return;
        }
        let row = |sitting: &SittingFacts| {
            let when = self.frame.dates.span(sitting.starts_at, sitting.ends_at);
            let place = sitting.place.as_deref().unwrap_or("–");
            Row {
                cells: vec![
                    Cell::text(Span::new(theme::CELL_STRONG, &sitting.name)).heading(),
                    Cell::text(Span::new(theme::CELL, when)),
                    Cell::text(Span::new(theme::CELL, place)),
                ],
                fill: None,
            }
        };
        let rows = self.facts.sittings.iter().map(row).collect();
        let table = Table {
            columns: vec![1.0, 1.0, 1.0],
            heads: [words.sittings, words.date, words.place]
                .map(|word| Span::new(theme::COLUMN, word))
                .to_vec(),
            groups: vec![Group { rows, ..Group::default() }],
            look: Look::Ruled,
        };
        self.flow.gap(12.0);
        self.flow.table(Pages::ROOT, table);
    }

    fn jury(&mut self) {
        let (facts, words) = (self.facts, self.frame.words);
        let groups = facts.jury.iter().map(|member| self.member(member)).collect();
        let heads =
            [words.name, words.function, words.occupation, words.employer, words.standing, words.signature];
        let table = Table {
            columns: vec![140.0, 110.0, 140.0, 130.0, 60.0, 178.0],
            heads: heads.map(|word| Span::new(theme::COLUMN, word)).to_vec(),
            groups,
            look: Look::Ruled,
        };
        let lead = self.flow.lead(&table);
        let section = self.part(words.part_jury, lead + 5.0);
        self.flow.table(section, table);
        if let Some(quorum) = &facts.quorum {
            self.flow.gap(7.0);
            self.labelled(section, words.quorum, quorum);
        }
        if !facts.recusals.is_empty() {
            let said: Vec<String> = facts
                .recusals
                .iter()
                .map(|recusal| format!("{} {} {}", recusal.juror, words.recused_for, recusal.candidate))
                .collect();
            self.flow.gap(7.0);
            self.labelled(section, words.recusals, &said.join("\u{202f}; "));
        }
    }

    fn labelled(&mut self, section: NodeId, label: &str, text: &str) {
        let label = format!("{label}{}", self.frame.words.colon);
        self.flow.paragraph(section, &[Span::new(theme::STRONG, label), Span::new(theme::BODY, text)]);
    }

    fn member(&self, member: &MemberFacts) -> Group {
        let words = self.frame.words;
        let plain =
            |text: Option<&String>| Cell::text(Span::new(theme::CELL, text.map_or("–", String::as_str)));
        let signature = match &member.signature {
            MemberSignature::Signed { at } => {
                let signed = theme::tinted(theme::CELL_STRONG, theme::GREEN);
                vec![
                    Part::Text(vec![Span::new(signed, words.signed)]),
                    Part::Text(vec![Span::new(theme::CELL, self.frame.dates.moment(*at))]),
                ]
            }
            MemberSignature::Pending => {
                vec![Part::Text(vec![Span::new(theme::CELL_SOFT, words.to_sign)]), Part::SignHere(30.0)]
            }
            MemberSignature::NotPresent { reason } => {
                let mut parts = vec![Part::Text(vec![Span::new(theme::CELL_SOFT, words.not_present)])];
                if let Some(reason) = reason {
                    parts.push(Part::Text(vec![Span::new(theme::CELL_ITALIC, reason)]));
                }
                parts
            }
            MemberSignature::CannotSign { reason } => vec![
                Part::Text(vec![Span::new(theme::CELL_SOFT, words.cannot_sign)]),
                Part::Text(vec![Span::new(theme::CELL_ITALIC, reason)]),
            ],
        };
        let cells = vec![
            Cell::text(Span::new(theme::CELL_STRONG, &member.name)).heading(),
            Cell::text(Span::new(theme::CELL, self.frame.function(member.function))),
            plain(member.occupation.as_ref()),
            plain(member.employer.as_ref()),
            Cell::text(Span::new(theme::CELL, self.frame.standing(member.external))),
            Cell::new(signature),
        ];
        Group { rows: vec![Row { cells, fill: None }], ..Group::default() }
    }

    fn manager(&mut self) {
        let (manager, words) = (&self.facts.manager, self.frame.words);
        let mut who = vec![Part::Text(vec![Span::new(theme::tinted(theme::H3, theme::INK), &manager.name)])];
        if let Some(function) = &manager.function {
            who.push(Part::Text(vec![Span::new(theme::BODY, function)]));
        }
        who.push(Part::Text(vec![Span::new(theme::STRONG, words.no_vote)]));
        who.push(Part::Gap(6.0));
        match manager.signed_at {
            Some(at) => {
                let said = format!("{} {}", words.signed, self.frame.dates.moment(at));
                who.push(Part::Text(vec![Span::new(theme::tinted(theme::STRONG, theme::GREEN), said)]));
            }
            None => {
                who.push(Part::Text(vec![Span::new(theme::CELL_SOFT, words.to_sign)]));
                who.push(Part::SignHere(40.0));
            }
        }
        let stamp = vec![Part::Text(vec![Span::new(theme::LABEL, words.stamp)]), Part::Gap(84.0)];
        let table = frame::boxes(vec![1.15, 1.0], vec![who, stamp]);
        let lead = self.flow.lead(&table);
        let section = self.part(words.part_manager, lead + 40.0);
        match &manager.observations {
            Some(observations) => self.labelled(section, words.observations, observations),
            None => self.flow.paragraph(section, &[Span::new(theme::BODY_SOFT, words.no_observation)]),
        }
        self.flow.gap(8.0);
        self.flow.table(section, table);
    }

    /// The head of the journal, which anybody may compare with what `verify` recomputes.
    fn proof(&mut self) {
        let words = self.frame.words;
        let mut parts = Vec::new();
        if let Some(head) = &self.facts.journal {
            let counted = format!("{} {}", head.size, words.journal_size);
            parts.extend([
                Part::Text(vec![Span::new(theme::LABEL, words.journal)]),
                Part::Text(vec![
                    Span::new(theme::STRONG, &head.root),
                    Span::new(theme::BODY, format!(" · {counted}")),
                ]),
                Part::Text(vec![Span::new(theme::CELL_SOFT, &head.origin)]),
                Part::Gap(5.0),
                Part::Text(vec![Span::new(theme::CELL_SOFT, words.journal_means)]),
            ]);
        }
        if let Some(check) = frame::check(words, self.facts.check.as_ref()) {
            if !parts.is_empty() {
                parts.push(Part::Gap(6.0));
            }
            parts.push(check);
        }
        if parts.is_empty() {
            return;
        }
        let table = frame::boxes(vec![1.0], vec![parts]);
        let lead = self.flow.lead(&table);
        let section = self.part(words.part_proof, lead + 5.0);
        self.flow.table(section, table);
    }
}
