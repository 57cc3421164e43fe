//! What must hold in a référentiel beyond its shape: one check a code, all run, all told.

mod codes;
mod links;
mod numbers;
mod rules;
mod texts;
mod walk;

use std::collections::BTreeMap;

use super::fault::{Finding, lineage};
use super::model::{Note, Referential};

/// May a note answer the fault?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// The document may be printed so: a note on the element says how it was read.
    ByNote,
    /// The data would mean nothing: no explanation makes a name that names nothing usable.
    Never,
}

/// One check: the code of its faults, whether a note may answer them, and how they are found.
#[derive(Debug, Clone, Copy)]
pub struct Check {
    pub code: &'static str,
    pub answer: Answer,
    find: fn(&Referential, &mut Report),
}

/// Where a check puts what it finds; the code is that of the check.
pub(crate) struct Report {
    code: &'static str,
    findings: Vec<Finding>,
}

impl Report {
    fn add(&mut self, pointer: impl Into<String>, fr: impl Into<String>, en: impl Into<String>) {
        self.findings.push(Finding::new(self.code, pointer, fr, en));
    }
}

const fn printed(code: &'static str, find: fn(&Referential, &mut Report)) -> Check {
    Check { code, answer: Answer::ByNote, find }
}

const fn data(code: &'static str, find: fn(&Referential, &mut Report)) -> Check {
    Check { code, answer: Answer::Never, find }
}

pub const CHECKS: &[Check] = &[
    data("duplicate_id", codes::duplicate_id),
    printed("duplicate_code", codes::duplicate_code),
    printed("malformed_code", codes::malformed_code),
    printed("code_of_other_block", codes::code_of_other_block),
    printed("gap_in_numbering", codes::gap_in_numbering),
    printed("block_without_competency", links::block_without_competency),
    printed("activity_without_competency", links::activity_without_competency),
    printed("competency_without_criterion", links::competency_without_criterion),
    printed("competency_without_method", links::competency_without_method),
    printed("criterion_without_method", links::criterion_without_method),
    printed("criterion_serves_nobody", links::criterion_serves_nobody),
    printed("criterion_outside_method", links::criterion_outside_method),
    printed("method_covers_nothing", links::method_covers_nothing),
    printed("method_without_criterion", links::method_without_criterion),
    data("unknown_reference", links::unknown_reference),
    printed("choice_without_options", links::choice_without_options),
    printed("option_without_criterion", links::option_without_criterion),
    data("scale_ranks", numbers::scale_ranks),
    data("unknown_level", rules::unknown_level),
    data("weight_out_of_range", numbers::weight_out_of_range),
    data("threshold_unreachable", rules::threshold_unreachable),
    data("empty_rule", rules::empty_rule),
    data("rule_not_for_stage", rules::rule_not_for_stage),
    data("unknown_eliminatory", rules::unknown_eliminatory),
    data("duplicate_route", numbers::duplicate_route),
    printed("requirement_shape", numbers::requirement_shape),
    printed("empty_text", texts::empty_text),
    data("unknown_check", texts::unknown_check),
];

/// The faults that no note answers. A note answers those of its check on its own element: the one that the
/// fault points to, or whose field it points to; never those of a neighbour or of an element around it.
pub fn faults(referential: &Referential) -> Vec<Finding> {
    let notes: BTreeMap<String, &[Note]> = walk::notes(referential).into_iter().collect();
    let answered = |check: &Check, finding: &Finding| {
        let element = lineage(&finding.pointer).find_map(|at| notes.get(at));
        check.answer == Answer::ByNote
            && element.is_some_and(|notes| notes.iter().any(|note| note.check.as_deref() == Some(check.code)))
    };
    let mut left = Vec::new();
    for check in CHECKS {
        let mut report = Report { code: check.code, findings: Vec::new() };
        (check.find)(referential, &mut report);
        left.extend(report.findings.into_iter().filter(|finding| !answered(check, finding)));
    }
    left
}

pub fn count_notes(referential: &Referential) -> usize {
    walk::notes(referential).iter().map(|(_, notes)| notes.len()).sum()
}
