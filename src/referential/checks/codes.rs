//! Names, printed codes and the numbers they carry.

use std::collections::HashMap;

use super::Report;
use super::walk::{self, At};
use crate::referential::fault::child;
use crate::referential::model::{Block, Referential, Slug};

pub fn duplicate_id(referential: &Referential, report: &mut Report) {
    let mut seen: HashMap<&Slug, usize> = HashMap::new();
    for (at, id) in walk::names(referential) {
        let times = seen.entry(id).or_default();
        *times += 1;
        if *times > 1 {
            report.add(
                at,
                format!("l’identifiant «\u{a0}{id}\u{a0}» sert déjà à un autre élément du fichier"),
                format!("the id “{id}” already names another element of the file"),
            );
        }
    }
}

/// An element with a printed code, for the checks that read activities and competencies alike.
struct Printed<'a> {
    at: String,
    id: &'a Slug,
    code: &'a str,
}

/// The printed codes of one block, in printed order: activities, then competencies, each with their pattern.
fn series<'a>(referential: &'a Referential, block: &At<'a, Block>) -> [(&'a str, Vec<Printed<'a>>); 2] {
    let activities = walk::activities(block).into_iter();
    let competencies = walk::competencies(block).into_iter();
    [
        (
            &referential.numbering.activity,
            activities.map(|(at, item)| Printed { at, id: &item.id, code: &item.code }).collect(),
        ),
        (
            &referential.numbering.competency,
            competencies.map(|(at, item)| Printed { at, id: &item.id, code: &item.code }).collect(),
        ),
    ]
}

pub fn duplicate_code(referential: &Referential, report: &mut Report) {
    let mut seen: [HashMap<String, String>; 2] = Default::default();
    for block in walk::blocks(referential) {
        for (seen, (_, printed)) in seen.iter_mut().zip(series(referential, &block)) {
            for Printed { at, id, code } in printed {
                if let Some(first) = seen.get(code.trim()) {
                    report.add(
                        child(&at, "code"),
                        format!(
                            "le code imprimé «\u{a0}{code}\u{a0}» est déjà celui de «\u{a0}{first}\u{a0}»"
                        ),
                        format!("the printed code “{code}” is already that of “{first}”"),
                    );
                } else {
                    seen.insert(code.trim().to_owned(), id.to_string());
                }
            }
        }
    }
}

pub fn malformed_code(referential: &Referential, report: &mut Report) {
    let numbering = &referential.numbering;
    for (key, pattern) in [("activity", &numbering.activity), ("competency", &numbering.competency)] {
        if Pattern::parse(pattern).is_none() {
            report.add(
                child("/numbering", key),
                format!(
                    "le modèle «\u{a0}{pattern}\u{a0}» doit contenir {{b}} et {{n}} une fois chacun, séparés par \
                     un signe"
                ),
                format!("the pattern “{pattern}” must hold {{b}} and {{n}} once each, with a sign between them"),
            );
        }
    }
    for block in walk::blocks(referential) {
        for (pattern, printed) in series(referential, &block) {
            let Some(reader) = Pattern::parse(pattern) else { continue };
            for Printed { at, code, .. } in printed.iter().filter(|item| reader.read(item.code).is_none()) {
                report.add(
                    child(at, "code"),
                    format!("le code «\u{a0}{code}\u{a0}» ne suit pas le modèle «\u{a0}{pattern}\u{a0}»"),
                    format!("the code “{code}” does not follow the pattern “{pattern}”"),
                );
            }
        }
    }
}

pub fn code_of_other_block(referential: &Referential, report: &mut Report) {
    for block in walk::blocks(referential) {
        let number = block.1.number;
        for (pattern, printed) in series(referential, &block) {
            let Some(reader) = Pattern::parse(pattern) else { continue };
            for Printed { at, code, .. } in printed {
                let Some(read) = reader.read(code).filter(|read| read.block != number) else { continue };
                let other = read.block;
                report.add(
                    child(&at, "code"),
                    format!(
                        "le code «\u{a0}{code}\u{a0}» est celui d’un élément du bloc {other}, il est imprimé dans \
                         le bloc {number}"
                    ),
                    format!("the code “{code}” belongs to block {other} and is printed in block {number}"),
                );
            }
        }
    }
}

/// Blocks are numbered 1, 2, 3…, and so are activities and competencies inside a block, by their place.
pub fn gap_in_numbering(referential: &Referential, report: &mut Report) {
    for (place, block) in (1u32..).zip(walk::blocks(referential)) {
        let number = block.1.number;
        if number != place {
            report.add(
                child(&block.0, "number"),
                format!("le bloc porte le numéro {number}, on attend {place}"),
                format!("the block has number {number} where {place} is expected"),
            );
        }
        for (pattern, printed) in series(referential, &block) {
            let Some(reader) = Pattern::parse(pattern) else { continue };
            for (place, Printed { at, code, .. }) in (1u32..).zip(printed) {
                let Some(_) = reader.read(code).filter(|read| read.place != place) else { continue };
                let expected = reader.write(number, place);
                report.add(
                    child(&at, "code"),
                    format!(
                        "le code «\u{a0}{code}\u{a0}» est imprimé à la place {place} du bloc, où l’on attend \
                         «\u{a0}{expected}\u{a0}»"
                    ),
                    format!("the code “{code}” is printed at place {place} of the block, where “{expected}” is expected"),
                );
            }
        }
    }
}

/// How a printed code is built, such as `C{n}.{b}`.
#[derive(Debug, PartialEq, Eq)]
struct Pattern<'a> {
    before: &'a str,
    between: &'a str,
    after: &'a str,
    block_first: bool,
}

#[derive(Debug, PartialEq, Eq)]
struct Read {
    block: u32,
    place: u32,
}

impl<'a> Pattern<'a> {
    /// `{b}` and `{n}` once each; without a sign that is no digit between them, `C111` could be read twice.
    fn parse(text: &'a str) -> Option<Self> {
        let block_first = text.find("{b}")? < text.find("{n}")?;
        let (first, second) = if block_first { ("{b}", "{n}") } else { ("{n}", "{b}") };
        let (before, rest) = text.split_once(first)?;
        let (between, after) = rest.split_once(second)?;
        let separated = between.contains(|sign: char| !sign.is_ascii_digit())
            && !between.starts_with(|sign: char| sign.is_ascii_digit());
        let once = ![before, between, after].iter().any(|part| part.contains(['{', '}']));
        (separated && once && !after.starts_with(|sign: char| sign.is_ascii_digit())).then_some(Self {
            before,
            between,
            after,
            block_first,
        })
    }

    fn read(&self, code: &str) -> Option<Read> {
        let (first, rest) = digits(code.trim().strip_prefix(self.before)?)?;
        let (second, rest) = digits(rest.strip_prefix(self.between)?)?;
        let (block, place) = if self.block_first { (first, second) } else { (second, first) };
        (rest == self.after).then_some(Read { block, place })
    }

    fn write(&self, block: u32, place: u32) -> String {
        let (first, second) = if self.block_first { (block, place) } else { (place, block) };
        format!("{}{first}{}{second}{}", self.before, self.between, self.after)
    }
}

fn digits(text: &str) -> Option<(u32, &str)> {
    let end = text.find(|sign: char| !sign.is_ascii_digit()).unwrap_or(text.len());
    let (number, rest) = text.split_at_checked(end)?;
    Some((number.parse().ok()?, rest))
}

#[cfg(test)]
mod tests {
    use super::{Pattern, Read};

    #[test]
    fn the_two_sources_build_their_codes_the_other_way_round() {
        let read = |pattern: &str, code: &str| Pattern::parse(pattern).and_then(|p| p.read(code));
        assert_eq!(read("C{n}.{b}", "C3.4"), Some(Read { block: 4, place: 3 }));
        assert_eq!(read("C{b}.{n}", "C4.12"), Some(Read { block: 4, place: 12 }));
        assert_eq!(read("C{b}.{n}", "C4.12."), None);
        assert_eq!(read("C{b}.{n}", "A4.12"), None);
        assert_eq!(read("C{b}.{n}", "C4.99999999999"), None);
    }

    #[test]
    fn a_pattern_that_could_be_read_in_two_ways_is_none() {
        for wrong in ["C{n}", "C{b}{n}", "C{b}1{n}", "C{b}.{n}.{n}", "", "{b}", "C{b}.{n}4"] {
            assert_eq!(Pattern::parse(wrong), None, "{wrong}");
        }
    }
}
