//! The juror's sheet: all grids of one juror for one candidate in one sitting, shown and signed as one.

use super::facts::{LevelFacts, LineMark, SheetBlock, SheetFacts, SheetLine, SheetMethod};
use super::frame::{self, Frame, label_value};
use super::layout::flow::Flow;
use super::layout::marks::Dots;
use super::layout::table::{Cell, Group, Look, Part, Row, Table};
use super::layout::{NodeId, Pages, Role, theme};
use super::shape::{Color, Shaper, Span};
use super::words::Words;
use super::{Composed, DocumentError};

pub(super) fn compose(
    facts: &SheetFacts,
    words: &'static Words,
    shaper: Shaper,
) -> Result<Composed, DocumentError> {
    let mut sheet =
        Sheet { facts, frame: Frame::new(words, &facts.zone)?, flow: Flow::new(shaper, theme::PORTRAIT) };
    sheet.head();
    sheet.scale();
    for block in &facts.blocks {
        sheet.block(block);
    }
    sheet.summary();
    sheet.signature();
    let candidate = frame::full_name(&facts.candidate);
    let what = format!("{} · {candidate} · {}", words.sheet_title, facts.juror.name);
    frame::feet(&mut sheet.flow, words, &facts.certification, facts.check.as_ref(), &what);
    let title = format!("{} – {candidate} – {}", words.sheet_title, facts.sitting.name);
    Ok(Composed { title, pages: sheet.flow.pages })
}

struct Sheet<'a> {
    facts: &'a SheetFacts,
    frame: Frame,
    flow: Flow,
}

impl Sheet<'_> {
    fn head(&mut self) {
        let (facts, words) = (self.facts, self.frame.words);
        frame::title(&mut self.flow, words.sheet_kicker, words.sheet_title, &facts.certification.title);
        let function = [
            Some(self.frame.function(facts.juror.function).to_owned()),
            Some(self.frame.standing(facts.juror.external).to_lowercase()),
            facts.juror.occupation.clone(),
            facts.juror.employer.clone(),
        ];
        let function: Vec<String> = function.into_iter().flatten().collect();
        let candidate = frame::full_name(&facts.candidate);
        let candidate = match &facts.candidate.reference {
            Some(reference) => format!("{candidate} ({reference})"),
            None => candidate,
        };
        let sitting = &facts.sitting;
        let cells = vec![
            label_value(words.candidate, candidate),
            label_value(words.juror, &facts.juror.name),
            label_value(words.sitting, &sitting.name),
            label_value(words.function, function.join(", ")),
            label_value(words.date, self.frame.dates.span(sitting.starts_at, sitting.ends_at)),
            label_value(words.place, sitting.place.clone().unwrap_or_else(|| "–".to_owned())),
            label_value(words.reference, self.frame.reference(&facts.certification)),
            label_value(words.awarding_body, &facts.certification.awarding_body),
            label_value(words.centre, self.frame.centre(&facts.centre)),
            label_value(words.registration, self.frame.registration(&facts.certification)),
        ];
        frame::facts(&mut self.flow, &[1.0, 1.0], cells);
    }

    fn scale(&mut self) {
        let (facts, words) = (self.facts, self.frame.words);
        if facts.scale.is_empty() {
            return;
        }
        let levels = u32::try_from(facts.scale.len()).unwrap_or(u32::MAX);
        if levels > Dots::MOST {
            let listed: Vec<String> =
                facts.scale.iter().map(|level| format!("{} {}", level.rank, level.label)).collect();
            let spans = [
                Span::new(theme::BODY_SOFT, format!("{}{}", words.scale, words.colon)),
                Span::new(theme::BODY, listed.join(" · ")),
            ];
            self.flow.paragraph(Pages::ROOT, &spans);
            return;
        }
        let label = Part::Text(vec![Span::new(theme::LABEL, words.scale)]);
        let mut cells = vec![Cell::new(vec![label])];
        let mut columns = vec![0.5];
        for level in &facts.scale {
            let color = level_color(level.rank, &facts.scale);
            let words = Span::new(theme::CELL, format!("{} {}", level.rank, level.label));
            let dots = Dots { rank: level.rank, of: levels, color };
            cells.push(Cell::new(vec![Part::Dots(dots, words)]).registered());
            columns.push(1.0);
        }
        let groups = vec![Group { rows: vec![Row { cells, fill: None }], ..Group::default() }];
        self.flow.table(Pages::ROOT, Table { columns, heads: Vec::new(), groups, look: Look::Facts });
    }

    fn block(&mut self, block: &SheetBlock) {
        let section = self.flow.pages.node(Pages::ROOT, Role::Section);
        self.flow.pages.set_french(section);
        let name = match &block.code {
            Some(code) => format!("{code} · {}", block.title),
            None => block.title.clone(),
        };
        self.flow.gap(14.0);
        let mut heading = Some(name.as_str());
        for method in &block.methods {
            self.method(section, &name, heading.take(), method);
        }
        if let Some(alone) = heading {
            self.flow.heading(section, Role::H2, theme::H2, alone, 0.0);
        }
    }

    fn method(&mut self, section: NodeId, block: &str, heading: Option<&str>, method: &SheetMethod) {
        let words = self.frame.words;
        let again = format!("{block} · {} {}", method.title, words.continued);
        let again = Row {
            cells: vec![Cell::text(Span::new(theme::CELL_SOFT, again)).spanning(4)],
            fill: Some(theme::PAPER),
        };
        let rows = method.lines.iter().map(|line| self.row(line)).collect();
        let table = Table {
            columns: vec![58.0, 196.0, 104.0, 153.0],
            heads: [words.codes, words.criterion, words.level_given, words.comment]
                .map(|word| Span::new(theme::COLUMN, word))
                .to_vec(),
            groups: vec![Group { again: Some(again), rows, ..Group::default() }],
            look: Look::Ruled,
        };
        let lead = self.flow.lead(&table);
        if let Some(block) = heading {
            self.flow.heading(section, Role::H2, theme::H2, block, 26.0 + lead);
            self.flow.gap(3.0);
        } else {
            self.flow.gap(11.0);
        }
        self.flow.heading(section, Role::H3, theme::H3, &method.title, lead);
        for choice in &method.choices {
            let spans = [
                Span::new(theme::CELL_SOFT, format!("{}{}", words.choices, words.colon)),
                Span::new(theme::CELL, choice),
            ];
            self.flow.paragraph(section, &spans);
        }
        self.flow.gap(1.0);
        self.flow.table(section, table);
    }

    fn row(&self, line: &SheetLine) -> Row {
        let cells = vec![
            Cell::text(Span::new(theme::CELL_STRONG, line.codes.join(", "))).heading(),
            Cell::text(Span::new(theme::CELL, &line.text)).registered(),
            Cell::new(self.mark(&line.mark)),
            Cell::text(Span::new(theme::CELL, line.comment.as_deref().unwrap_or_default())),
        ];
        Row { cells, fill: None }
    }

    fn mark(&self, mark: &LineMark) -> Vec<Part> {
        let words = self.frame.words;
        let (said, reason) = match mark {
            LineMark::Scored { rank } => return self.level(*rank),
            LineMark::NotObserved { reason } => (words.not_observed, reason.as_deref()),
            LineMark::NotApplicable { reason } => (words.not_applicable, reason.as_deref()),
            LineMark::NotScored => (words.not_scored, None),
        };
        let strong = theme::tinted(theme::CELL_STRONG, theme::INK_SOFT);
        let mut parts = vec![Part::Text(vec![Span::new(strong, said)])];
        if let Some(reason) = reason {
            let label = format!("{}{}", words.reason, words.colon);
            parts.push(Part::Text(vec![
                Span::new(theme::CELL_SOFT, label),
                Span::new(theme::CELL_ITALIC, reason),
            ]));
        }
        parts
    }

    /// A level by its word, then its rank; colour never alone.
    fn level(&self, rank: u32) -> Vec<Part> {
        let scale = &self.facts.scale;
        let color = level_color(rank, scale);
        let label = scale.iter().find(|level| level.rank == rank).map(|level| level.label.as_str());
        let levels = u32::try_from(scale.len()).unwrap_or(u32::MAX);
        let counted = Span::new(theme::CELL_SOFT, format!("{rank} {} {levels}", self.frame.words.rank_of));
        let mut parts = Vec::with_capacity(2);
        if let Some(label) = label {
            parts.push(Part::Text(vec![Span::new(theme::tinted(theme::CELL_STRONG, color), label)]));
        }
        if levels <= Dots::MOST {
            parts.push(Part::Dots(Dots { rank, of: levels, color }, counted));
        } else {
            parts.push(Part::Text(vec![counted]));
        }
        parts
    }

    /// How many lines at each level: the sheet at a glance, and a check on it.
    fn summary(&mut self) {
        let (facts, words) = (self.facts, self.frame.words);
        let marks: Vec<&LineMark> = facts
            .blocks
            .iter()
            .flat_map(|block| &block.methods)
            .flat_map(|method| &method.lines)
            .map(|line| &line.mark)
            .collect();
        let mut said = vec![format!("{} {}", marks.len(), words.in_all)];
        for level in facts.scale.iter().rev() {
            let at =
                marks.iter().filter(|mark| matches!(mark, LineMark::Scored { rank } if *rank == level.rank));
            said.push(format!("{} {}", level.label, at.count()));
        }
        let count = |is: fn(&LineMark) -> bool| marks.iter().filter(|mark| is(mark)).count();
        let others = [
            (words.not_observed, count(|mark| matches!(mark, LineMark::NotObserved { .. }))),
            (words.not_applicable, count(|mark| matches!(mark, LineMark::NotApplicable { .. }))),
            (words.not_scored, count(|mark| matches!(mark, LineMark::NotScored))),
        ];
        said.extend(
            others.iter().filter(|(_, count)| *count > 0).map(|(word, count)| format!("{word} {count}")),
        );
        self.flow.gap(14.0);
        let spans = [
            Span::new(theme::STRONG, format!("{}{}", words.summary, words.colon)),
            Span::new(theme::BODY, said.join(" · ")),
        ];
        self.flow.paragraph(Pages::ROOT, &spans);
    }

    fn signature(&mut self) {
        let (facts, words) = (self.facts, self.frame.words);
        let juror = self.frame.function(facts.juror.function);
        let mut parts = Vec::new();
        if let Some(signature) = &facts.signature {
            let signed = format!("{} {}", words.signed_on, self.frame.dates.moment(signature.signed_at));
            parts.extend([
                Part::Text(vec![
                    Span::new(theme::tinted(theme::H3, theme::INK), &signature.name),
                    Span::new(theme::BODY_SOFT, format!(", {juror}")),
                ]),
                Part::Text(vec![Span::new(theme::tinted(theme::STRONG, theme::GREEN), signed)]),
                Part::Gap(5.0),
                Part::Text(vec![Span::new(theme::LABEL, words.digest)]),
                Part::Text(vec![Span::new(theme::BODY, &signature.digest)]),
                Part::Gap(5.0),
                Part::Text(vec![Span::new(theme::CELL_SOFT, words.digest_means)]),
            ]);
        } else {
            parts.extend([
                Part::Text(vec![
                    Span::new(theme::tinted(theme::H3, theme::INK), &facts.juror.name),
                    Span::new(theme::BODY_SOFT, format!(", {juror}")),
                ]),
                Part::Text(vec![Span::new(theme::tinted(theme::STRONG, theme::RED), words.unsigned_sheet)]),
                Part::Gap(4.0),
                Part::SignHere(46.0),
            ]);
        }
        if let Some(check) = frame::check(words, facts.check.as_ref()) {
            parts.extend([Part::Gap(6.0), check]);
        }
        self.flow.gap(14.0);
        let table = frame::boxes(vec![1.0], vec![parts]);
        let lead = self.flow.lead(&table);
        self.flow.heading(Pages::ROOT, Role::H2, theme::H2, words.signature, lead + 5.0);
        self.flow.gap(5.0);
        self.flow.table(Pages::ROOT, table);
    }
}

/// Lowest, highest, and everything between: three colours, whatever the scale.
fn level_color(rank: u32, scale: &[LevelFacts]) -> Color {
    let lowest = scale.iter().map(|level| level.rank).min().unwrap_or(1);
    let highest = scale.iter().map(|level| level.rank).max().unwrap_or(rank);
    if rank >= highest {
        theme::GREEN
    } else if rank <= lowest {
        theme::RED
    } else {
        theme::AMBER
    }
}
