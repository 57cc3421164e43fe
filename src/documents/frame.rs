//! What both documents share: title, facts in two columns, boxes, feet.

use super::DocumentError;
use super::dates::Dates;
use super::facts::{CentreFacts, CertificationFacts, CheckFacts, PersonFacts, SeatFunction};
use super::layout::flow::Flow;
use super::layout::table::{Cell, Group, Look, Part, Row, Table};
use super::layout::{Pages, Role, theme};
use super::shape::Span;
use super::words::Words;

/// The words and the calendar of one document.
pub(super) struct Frame {
    pub(super) words: &'static Words,
    pub(super) dates: Dates,
}

impl Frame {
    pub(super) fn new(words: &'static Words, zone: &str) -> Result<Self, DocumentError> {
        Ok(Self { words, dates: Dates::new(zone, words.dates)? })
    }

    pub(super) fn function(&self, function: SeatFunction) -> &'static str {
        match function {
            SeatFunction::Chair => self.words.chair,
            SeatFunction::Member => self.words.member,
        }
    }

    pub(super) fn standing(&self, external: bool) -> &'static str {
        if external { self.words.external } else { self.words.internal }
    }

    pub(super) fn reference(&self, certification: &CertificationFacts) -> String {
        format!("{}, {} {}", certification.code, self.words.version, certification.version)
    }

    pub(super) fn registration(&self, certification: &CertificationFacts) -> String {
        match &certification.registration {
            None => self.words.not_registered.to_owned(),
            Some(known) => {
                let mut said = format!("{}, {} {}", known.number, self.words.level, known.level);
                if !known.nsf.is_empty() {
                    said.push_str(&format!(", {} {}", self.words.nsf, known.nsf.join(", ")));
                }
                said
            }
        }
    }

    pub(super) fn centre(&self, centre: &CentreFacts) -> String {
        match &centre.address {
            Some(address) => format!("{}, {address}", centre.name),
            None => centre.name.clone(),
        }
    }
}

/// As on French certificates: the family name in capitals, then the first names.
pub(super) fn full_name(person: &PersonFacts) -> String {
    format!("{} {}", person.last_name.to_uppercase(), person.first_names)
}

pub(super) fn title(flow: &mut Flow, kicker: &str, title: &str, subtitle: &str) {
    flow.paragraph(Pages::ROOT, &[Span::new(theme::KICKER, kicker)]);
    flow.y += 1.0;
    flow.heading(Pages::ROOT, Role::H1, theme::TITLE, title, 60.0);
    flow.paragraph(Pages::ROOT, &[Span::new(theme::SUBTITLE, subtitle)]);
    flow.gap(9.0);
    flow.rule(1.6);
    flow.gap(13.0);
}

/// A label over its value.
pub(super) fn label_value(label: &str, value: impl Into<String>) -> Cell {
    Cell::new(vec![
        Part::Text(vec![Span::new(theme::LABEL, label)]),
        Part::Text(vec![Span::new(theme::VALUE, value)]),
    ])
}

/// Cells from left to right, then down.
pub(super) fn facts(flow: &mut Flow, columns: &[f32], cells: Vec<Cell>) {
    let mut rows = Vec::new();
    let mut cells = cells.into_iter().peekable();
    while cells.peek().is_some() {
        rows.push(Row { cells: cells.by_ref().take(columns.len().max(1)).collect(), fill: None });
    }
    let groups = vec![Group { rows, ..Group::default() }];
    flow.table(
        Pages::ROOT,
        Table { columns: columns.to_vec(), heads: Vec::new(), groups, look: Look::Facts },
    );
}

/// Frames side by side.
pub(super) fn boxes(columns: Vec<f32>, boxes: Vec<Vec<Part>>) -> Table {
    let row = Row { cells: boxes.into_iter().map(Cell::new).collect(), fill: None };
    let groups = vec![Group { rows: vec![row], ..Group::default() }];
    Table { columns, heads: Vec::new(), groups, look: Look::Boxes }
}

/// The check code as a line of the last box, where the reader has just finished.
pub(super) fn check(words: &Words, check: Option<&CheckFacts>) -> Option<Part> {
    let check = check?;
    let mut spans = vec![
        Span::new(theme::BODY_SOFT, format!("{}{}", words.check_code, words.colon)),
        Span::new(theme::STRONG, &check.code),
    ];
    if let Some(url) = &check.url {
        spans.push(Span::new(theme::BODY_SOFT, format!(", {} ", words.check_at)));
        spans.push(Span::new(theme::BODY, url));
    }
    Some(Part::Text(spans))
}

/// Feet of all pages, and the mark of a specimen.
pub(super) fn feet(
    flow: &mut Flow,
    words: &'static Words,
    certification: &CertificationFacts,
    check: Option<&CheckFacts>,
    what: &str,
) {
    let mut below = certification.title.clone();
    if let Some(check) = check {
        below = format!("{}{}{} · {below}", words.check_code, words.colon, check.code);
    }
    let specimen = certification.registration.is_none().then_some(words.specimen_line);
    flow.feet(what, &below, specimen, |index, total| format!("{} {index} / {total}", words.page));
}
