//! What is still expected of a candidate, and what a block and a file have come to.

use std::collections::HashSet;

use super::model::BlockFacts;
use super::rows::{BlockState, FileState};
use crate::ids::LineId;
use crate::referential::model::{Observed, Slug};
use crate::referential::versions::LineInfo;

pub fn block_state(facts: BlockFacts) -> BlockState {
    if facts.acquired_before {
        BlockState::Acquired
    } else if !facts.sought {
        BlockState::NotSought
    } else if facts.decided {
        BlockState::Decided
    } else if facts.sheets.all_signed() && facts.evidence.missing() == 0 {
        BlockState::Complete
    } else {
        BlockState::Incomplete
    }
}

/// Decided when the certification is, or every block asked for; complete when the jury has all that it needs.
pub fn file_state(
    blocks: &[BlockState],
    certification_decided: bool,
    requirements_pending: i32,
) -> FileState {
    let mut asked = blocks
        .iter()
        .filter(|state| !matches!(state, BlockState::NotSought | BlockState::Acquired))
        .peekable();
    if certification_decided {
        return FileState::Decided;
    }
    if asked.peek().is_some() && asked.clone().all(|state| *state == BlockState::Decided) {
        return FileState::Decided;
    }
    let ready = asked.all(|state| matches!(state, BlockState::Complete | BlockState::Decided));
    if ready && requirements_pending == 0 { FileState::Complete } else { FileState::Incomplete }
}

/// The criteria of these lines for which filed work is expected.
///
/// Of printed alternatives (MODEL §1) one applies, and the candidate says which by filing for it: until then
/// those of every option are told; from then on those of the options for which something is there.
pub fn evidence_expected<'a>(
    lines: impl Iterator<Item = &'a LineInfo> + Clone,
    linked: &HashSet<LineId>,
) -> Vec<&'a LineInfo> {
    let filed = lines.filter(|line| line.observed == Some(Observed::Filed));
    let of_choice = |line: &LineInfo| line.when.clone().map(|when| (line.method.clone(), when));
    let taken: HashSet<(Slug, Slug, Slug)> = filed
        .clone()
        .filter(|line| linked.contains(&line.id))
        .filter_map(|line| of_choice(line).map(|(method, when)| (method, when.choice, when.option)))
        .collect();
    let expected = |line: &&LineInfo| match of_choice(line) {
        None => true,
        Some((method, when)) => {
            let open = !taken.iter().any(|(of, choice, _)| *of == method && *choice == when.choice);
            open || taken.contains(&(method, when.choice, when.option))
        }
    };
    filed.filter(expected).collect()
}

/// What the register of holders and the documents need of an identity and is not there.
pub fn identity_missing(birth_date: Option<&str>, birth_place: Option<&str>) -> Vec<&'static str> {
    let empty = |value: Option<&str>| value.is_none_or(|text| text.trim().is_empty());
    [("birth_date", empty(birth_date)), ("birth_place", empty(birth_place))]
        .into_iter()
        .filter(|(_, missing)| *missing)
        .map(|(field, _)| field)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::boards::model::{Evidence, Sheets};
    use crate::referential::model::When;
    use crate::referential::rows::LineKind;

    fn slug(text: &str) -> Slug {
        Slug::try_from(text).unwrap()
    }

    fn line(name: &str, observed: Observed, option: Option<&str>) -> LineInfo {
        LineInfo {
            id: LineId::new(),
            slug: slug(name),
            block: slug("b1"),
            method: slug("m1"),
            kind: LineKind::Criterion,
            codes: Vec::new(),
            text: String::new(),
            optional: false,
            when: option.map(|option| When { choice: slug("source"), option: slug(option) }),
            observed: Some(observed),
            weight: 1,
        }
    }

    #[test]
    fn a_live_criterion_never_lacks_evidence_and_one_option_is_enough() {
        let lines = [
            line("k1", Observed::Live, None),
            line("k2", Observed::Filed, None),
            line("k3", Observed::Filed, Some("petrole")),
            line("k4", Observed::Filed, Some("petrole")),
            line("k5", Observed::Filed, Some("electricite")),
        ];
        let told = |linked: &[usize]| -> Vec<String> {
            let linked = linked.iter().map(|place| lines[*place].id).collect();
            evidence_expected(lines.iter(), &linked).into_iter().map(|line| line.slug.to_string()).collect()
        };
        assert_eq!(told(&[]), ["k2", "k3", "k4", "k5"]);
        assert_eq!(told(&[4]), ["k2", "k5"], "electricity it is");
        assert_eq!(told(&[2]), ["k2", "k3", "k4"], "oil, of which one is still to come");
        assert_eq!(told(&[2, 4]), ["k2", "k3", "k4", "k5"], "both");
    }

    #[test]
    fn a_block_is_complete_when_the_jury_has_all_that_it_needs() {
        let signed = Sheets { expected: 2, signed: 2 };
        let ready = BlockFacts { sought: true, sheets: signed, ..BlockFacts::default() };
        assert_eq!(block_state(ready), BlockState::Complete);
        let lacking = Evidence { expected: 3, found: 2 };
        assert_eq!(block_state(BlockFacts { evidence: lacking, ..ready }), BlockState::Incomplete);
        let waiting = Sheets { expected: 2, signed: 1 };
        assert_eq!(block_state(BlockFacts { sheets: waiting, ..ready }), BlockState::Incomplete);
        let none = BlockFacts { sheets: Sheets::default(), ..ready };
        assert_eq!(block_state(none), BlockState::Incomplete, "nobody has looked at it");
        assert_eq!(block_state(BlockFacts { decided: true, ..none }), BlockState::Decided);
        assert_eq!(block_state(BlockFacts { acquired_before: true, ..none }), BlockState::Acquired);
        assert_eq!(block_state(BlockFacts { sought: false, ..ready }), BlockState::NotSought);
    }

    #[test]
    fn a_file_is_what_its_blocks_are() {
        use BlockState::{Acquired, Complete, Decided, Incomplete, NotSought};
        assert_eq!(file_state(&[Complete, Acquired, NotSought], false, 0), FileState::Complete);
        assert_eq!(file_state(&[Complete, Decided], false, 0), FileState::Complete);
        assert_eq!(file_state(&[Complete, Acquired], false, 1), FileState::Incomplete);
        assert_eq!(file_state(&[Complete, Incomplete], false, 0), FileState::Incomplete);
        assert_eq!(file_state(&[Decided, Acquired], false, 2), FileState::Decided);
        assert_eq!(file_state(&[Acquired, Acquired], false, 0), FileState::Complete);
        assert_eq!(file_state(&[Acquired, Acquired], true, 0), FileState::Decided);
    }

    #[test]
    fn an_identity_lacks_what_is_blank() {
        assert_eq!(identity_missing(None, Some("  ")), ["birth_date", "birth_place"]);
        assert!(identity_missing(Some("1999-05-17"), Some("Ouessant")).is_empty());
    }
}
