//! From the text of a file to a référentiel, or to all that is wrong with it.

use std::collections::HashSet;

use super::checks;
use super::fault::{Fault, Finding, child, lineage};
use super::model::Referential;
use super::report::{BlockTotals, Totals};
use super::{structure, yaml};

/// How many faults of one file are told; a file with more is of something else.
pub const MAX_FAULTS: usize = 2000;

/// A file, read and checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// Only when the file has the shape of the format; it may still have faults of the subject.
    pub referential: Option<Referential>,
    /// In the order of the file.
    pub faults: Vec<Fault>,
    /// How many notes the file carries.
    pub notes: usize,
    pub code: Option<String>,
    pub version: Option<String>,
    /// As far as they can be counted when the shape is broken.
    pub totals: Totals,
    pub blocks: Vec<BlockTotals>,
}

impl Checked {
    /// The référentiel, when nothing at all is wrong with it.
    pub fn sound(self) -> Result<Referential, Vec<Fault>> {
        match self.referential {
            Some(referential) if self.faults.is_empty() => Ok(referential),
            _ => Err(self.faults),
        }
    }

    /// Names the file in each fault.
    #[must_use]
    pub fn of_file(mut self, file: &str) -> Self {
        for fault in &mut self.faults {
            fault.file = Some(file.to_owned());
        }
        self
    }
}

/// The same for the bytes of a file, which may not even be text.
pub fn check_bytes(bytes: &[u8]) -> Checked {
    match std::str::from_utf8(bytes) {
        Ok(text) => check(text),
        Err(error) => {
            let sound = bytes.get(..error.valid_up_to()).unwrap_or_default();
            let line = 1 + sound.split(|byte| *byte == b'\n').skip(1).count();
            nothing_read(vec![Fault {
                line,
                ..yaml::Document::default().locate(Finding::new(
                    "yaml_syntax",
                    "",
                    "le fichier n’est pas en UTF-8",
                    "the file is not in UTF-8",
                ))
            }])
        }
    }
}

/// Reads a file and checks it: shape first, then the subject, all in one pass.
pub fn check(text: &str) -> Checked {
    let (document, yaml_findings) = match yaml::read(text) {
        Ok(read) => read,
        Err(faults) => return nothing_read(faults),
    };
    let shape = structure::faults(&document.value);
    let broken = !shape.is_empty() || !yaml_findings.is_empty();
    let mut value = document.value.clone();
    let replaced: HashSet<String> = structure::repair(&mut value, &shape).into_iter().collect();
    let read: Result<Referential, _> = serde_json::from_value(value);

    let mut findings = yaml_findings;
    let already: HashSet<String> = findings.iter().map(|finding| finding.pointer.clone()).collect();
    findings.extend(shape.into_iter().filter(|finding| !already.contains(&finding.pointer)));
    let referential = match read {
        Ok(referential) => {
            let known = |finding: &Finding| !is_guess(finding, &replaced);
            findings.extend(checks::faults(&referential).into_iter().filter(known));
            Some(referential)
        }
        Err(error) if findings.is_empty() => {
            findings.push(Finding::new("not_allowed", "", error.to_string(), error.to_string()));
            None
        }
        Err(_) => None,
    };
    let faults = in_order(findings, &document);
    let written = |key: &str| document.value.get(key).and_then(|text| text.as_str()).map(str::to_owned);
    Checked {
        faults,
        notes: referential.as_ref().map_or(0, checks::count_notes),
        code: written("code"),
        version: written("version"),
        totals: referential.as_ref().map(Totals::of).unwrap_or_default(),
        blocks: referential.as_ref().map(BlockTotals::of).unwrap_or_default(),
        referential: referential.filter(|_| !broken),
    }
}

/// In the order of the file, and no more than somebody could read.
fn in_order(findings: Vec<Finding>, document: &yaml::Document) -> Vec<Fault> {
    let mut faults: Vec<_> = findings.into_iter().map(|finding| document.locate(finding)).collect();
    faults
        .sort_by(|a, b| (a.line, a.column, a.code, &a.pointer).cmp(&(b.line, b.column, b.code, &b.pointer)));
    let beyond = faults.len().saturating_sub(MAX_FAULTS);
    if beyond > 0 {
        faults.truncate(MAX_FAULTS);
        let (line, column) = faults.last().map_or((1, 1), |last| (last.line, last.column));
        let rest = Finding::new(
            "too_many_faults",
            "",
            format!("et {beyond} autres fautes plus loin"),
            format!("and {beyond} more faults further on"),
        );
        faults.push(Fault { line, column, ..document.locate(rest) });
    }
    faults
}

/// About something that the repair put there, about an element whose name it had to invent, or a mere
/// consequence of a list that is missing whole: telling it would bury the one line to correct.
fn is_guess(finding: &Finding, replaced: &HashSet<String>) -> bool {
    let replaced_at = |pointer: &str| replaced.contains(pointer);
    let named = child(&finding.pointer, "id");
    lineage(&finding.pointer).any(replaced_at) || replaced_at(&named) || follows_from(finding, &replaced_at)
}

fn follows_from(finding: &Finding, missing: &dyn Fn(&str) -> bool) -> bool {
    let block = lineage(&finding.pointer).filter(|at| at.starts_with("/blocks/")).last();
    let in_block = |list: &str| block.is_some_and(|block| missing(&child(block, list)));
    match finding.code {
        "unknown_level" => missing("/scale") || missing("/scale/levels"),
        "threshold_unreachable" => missing("/scale/levels") || in_block("criteria") || in_block("activities"),
        "competency_without_method" | "criterion_without_method" | "option_without_criterion" => {
            in_block("methods") || in_block("criteria")
        }
        "competency_without_criterion" | "method_without_criterion" => {
            in_block("criteria") || in_block("activities")
        }
        "block_without_competency" | "unknown_reference" => in_block("activities") || in_block("methods"),
        "unknown_eliminatory" => in_block("activities") || in_block("criteria"),
        _ => false,
    }
}

fn nothing_read(faults: Vec<Fault>) -> Checked {
    Checked {
        referential: None,
        faults,
        notes: 0,
        code: None,
        version: None,
        totals: Totals::default(),
        blocks: Vec::new(),
    }
}
