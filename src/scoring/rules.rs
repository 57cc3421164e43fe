//! What a juror may write on a line, when a sheet is complete, and how marks become one result
//! (MODEL §3).

use crate::referential::model::{Combination, Method, Scale, Slug, When};
use crate::scoring::model::{
    Answer, Applies, Disagreement, LineMarks, LineResult, LineTerms, Mark, Score, ScoreFault, SeatMark,
    SheetFault, SheetGrid,
};

/// One result from the marks of one line.
///
/// A line that an expected seat has not signed is unscored whatever was settled before: a sheet
/// reopened after a settlement takes the line back with it.
pub fn combine(combination: Combination, line: &LineMarks) -> LineResult {
    if line.is_short() {
        return LineResult::Unscored;
    }
    if let Some(settled) = line.settlement() {
        return settled.into();
    }
    reduce(combination, line.marks()).unwrap_or_else(LineResult::Unsettled)
}

/// What the chair has to settle on a line, whether or not it is settled already.
pub fn disagreement(combination: Combination, marks: &[SeatMark]) -> Option<Disagreement> {
    if marks.is_empty() { None } else { reduce(combination, marks).err() }
}

impl From<Mark> for LineResult {
    fn from(mark: Mark) -> Self {
        match mark {
            Mark::Scored(rank) => Self::Rank(rank),
            Mark::NotObserved => Self::NotObserved,
            Mark::NotApplicable => Self::NotApplicable,
        }
    }
}

fn reduce(combination: Combination, marks: &[SeatMark]) -> Result<LineResult, Disagreement> {
    let states = |wanted: Mark| marks.iter().filter(|seat| seat.mark == wanted).count();
    if states(Mark::NotObserved) == marks.len() {
        return Ok(LineResult::NotObserved);
    }
    if states(Mark::NotApplicable) == marks.len() {
        return Ok(LineResult::NotApplicable);
    }
    let (mut low, mut high) = (u8::MAX, u8::MIN);
    for seat in marks {
        let Mark::Scored(rank) = seat.mark else { return Err(Disagreement::MixedStates) };
        low = low.min(rank);
        high = high.max(rank);
    }
    if high - low >= 2 {
        return Err(Disagreement::Gap { low, high });
    }
    // At most two neighbouring ranks remain, so counting the lower one says everything.
    let lower = states(Mark::Scored(low));
    match combination {
        Combination::Median if lower > (marks.len() - 1) / 2 => Ok(LineResult::Rank(low)),
        Combination::Median => Ok(LineResult::Rank(high)),
        Combination::Consensus if low == high => Ok(LineResult::Rank(low)),
        Combination::Consensus => Err(Disagreement::NoConsensus),
        Combination::Majority if lower * 2 > marks.len() => Ok(LineResult::Rank(low)),
        Combination::Majority if lower * 2 < marks.len() => Ok(LineResult::Rank(high)),
        Combination::Majority => Err(Disagreement::NoMajority),
        Combination::Chair => chair_rank(marks).map(LineResult::Rank).ok_or(Disagreement::ChairSilent),
    }
}

/// A line is marked by one jury, which has one chair; were there two, the lower rank would stand, so
/// that the order of the seats never matters.
fn chair_rank(marks: &[SeatMark]) -> Option<u8> {
    let ranks = marks.iter().filter(|seat| seat.chair).filter_map(|seat| match seat.mark {
        Mark::Scored(rank) => Some(rank),
        Mark::NotObserved | Mark::NotApplicable => None,
    });
    ranks.min()
}

/// Where a criterion stands towards the alternatives answered on its grid.
pub fn applies(when: Option<&When>, answers: &[Answer]) -> Applies {
    let Some(when) = when else { return Applies::Always };
    match answers.iter().find(|answer| answer.choice == when.choice) {
        Some(answer) if answer.options.contains(&when.option) => Applies::OptionChosen,
        Some(answer) if !answer.options.is_empty() => Applies::OptionNotChosen,
        _ => Applies::ChoiceUnanswered,
    }
}

/// The mark that counts: the criteria of an option not chosen are *not applicable* without anybody
/// having to say so line by line (MODEL §1).
pub fn effective_mark(terms: LineTerms, written: Option<Mark>) -> Option<Mark> {
    if terms.applies == Applies::OptionNotChosen { Some(Mark::NotApplicable) } else { written }
}

/// Everything wrong with one score on its line; empty when it may stand on a signed sheet. See
/// [`ScoreFault::only_at_signature`] for those that do not keep it from being saved.
pub fn score_faults(scale: &Scale, terms: LineTerms, score: Score<'_>) -> Vec<ScoreFault> {
    let mut faults = Vec::new();
    let not_chosen = terms.applies == Applies::OptionNotChosen;
    match score.mark {
        Mark::NotApplicable => {
            if !terms.optional && !not_chosen {
                faults.push(ScoreFault::NotApplicableNotAllowed);
            }
            // The option not chosen is the reason.
            if !not_chosen && !says_something(score.reason) {
                faults.push(ScoreFault::ReasonRequired);
            }
        }
        Mark::NotObserved if not_chosen => faults.push(ScoreFault::OptionNotChosen),
        Mark::NotObserved => {}
        Mark::Scored(rank) => {
            if not_chosen {
                faults.push(ScoreFault::OptionNotChosen);
            }
            match scale.levels.iter().find(|level| level.rank == rank) {
                None => faults.push(ScoreFault::RankOutsideScale),
                Some(level) if level.comment_required && !says_something(score.comment) => {
                    faults.push(ScoreFault::CommentRequired);
                }
                Some(_) => {}
            }
        }
    }
    faults
}

/// What is wrong with the answer to one of a method's choices.
pub fn answer_fault(method: &Method, answer: &Answer) -> Option<ScoreFault> {
    let Some(choice) = method.choices.iter().find(|choice| choice.id == answer.choice) else {
        return Some(ScoreFault::ChoiceUnknown);
    };
    if answer.options.is_empty() {
        return Some(ScoreFault::ChoiceUnanswered);
    }
    let known = |option| choice.options.iter().any(|printed| &printed.id == option);
    if answer.options.iter().all(known) { None } else { Some(ScoreFault::OptionUnknown) }
}

/// Everything that keeps a sheet from being signed, grid by grid: choices first, then lines.
pub fn sheet_faults(scale: &Scale, grids: &[SheetGrid<'_>]) -> Vec<SheetFault> {
    let mut faults = Vec::new();
    for grid in grids {
        let mut note = |subject: &Slug, fault| {
            faults.push(SheetFault { method: grid.method.id.clone(), subject: subject.clone(), fault });
        };
        for choice in &grid.method.choices {
            if !grid.answers.iter().any(|answer| answer.choice == choice.id) {
                note(&choice.id, ScoreFault::ChoiceUnanswered);
            }
        }
        for answer in grid.answers {
            if let Some(fault) = answer_fault(grid.method, answer) {
                note(&answer.choice, fault);
            }
        }
        for line in &grid.lines {
            match line.score {
                Some(score) => {
                    score_faults(scale, line.terms, score)
                        .into_iter()
                        .for_each(|fault| note(line.line, fault));
                }
                None if effective_mark(line.terms, None).is_none() => {
                    note(line.line, ScoreFault::LineUnscored);
                }
                None => {}
            }
        }
    }
    faults
}

fn says_something(text: Option<&str>) -> bool {
    text.is_some_and(|text| !text.trim().is_empty())
}
