//! Marks, what becomes of several of them, and what may be wrong with one.
//!
//! A *line* is a criterion, or a competency that no criterion serves, which is scored directly
//! (MODEL §1).

use serde::{Deserialize, Serialize};

use crate::referential::model::{Method, Slug};

/// What one juror says of one line. The reason and the comment are kept elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mark {
    /// A rank of the version's scale, from 1.
    Scored(u8),
    NotObserved,
    NotApplicable,
}

/// A mark on a signed sheet whose author is not recused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeatMark {
    pub mark: Mark,
    /// The author chairs the jury.
    pub chair: bool,
}

/// All that is known of one line of one enrolment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineMarks {
    marks: Vec<SeatMark>,
    expected: usize,
    settlement: Option<Mark>,
}

impl LineMarks {
    /// `marks`: those of signed sheets whose seats are neither recused nor closed. `expected`: how
    /// many seats must have signed, that is every seat neither recused nor closed and never fewer
    /// than the quorum; taken as at least one and at least the number of marks. `settlement`: what
    /// the chair settled on.
    pub fn new(marks: Vec<SeatMark>, expected: usize, settlement: Option<Mark>) -> Self {
        let expected = expected.max(marks.len()).max(1);
        Self { marks, expected, settlement }
    }

    /// A line on which nobody has signed anything.
    pub fn unscored() -> Self {
        Self::new(Vec::new(), 1, None)
    }

    pub fn marks(&self) -> &[SeatMark] {
        &self.marks
    }

    pub fn expected(&self) -> usize {
        self.expected
    }

    pub fn settlement(&self) -> Option<Mark> {
        self.settlement
    }

    /// Not every expected seat has signed: the line counts as not yet scored.
    pub fn is_short(&self) -> bool {
        self.marks.len() < self.expected
    }

    /// The same marks beside another settlement: it replaces none of them (MODEL §3).
    #[must_use]
    pub fn settled(&self, settlement: Option<Mark>) -> Self {
        Self { settlement, ..self.clone() }
    }

    /// The line without one of its marks, as when a sheet is reopened: its seat is still expected.
    #[must_use]
    pub fn without_mark(&self, position: usize) -> Self {
        let kept = self.marks.iter().enumerate().filter(|(at, _)| *at != position);
        Self { marks: kept.map(|(_, mark)| *mark).collect(), ..self.clone() }
    }
}

/// What the marks of a line come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LineResult {
    Rank(u8),
    /// Not met, and below every rank.
    NotObserved,
    /// Leaves every denominator.
    NotApplicable,
    /// Not every expected seat has signed.
    Unscored,
    /// The chair has to settle.
    Unsettled(Disagreement),
}

/// Why the chair has to settle a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Disagreement {
    /// Two ranks or more between the lowest and the highest.
    Gap { low: u8, high: u8 },
    /// Some scored it, others did not observe it or hold it not applicable.
    MixedStates,
    /// The version asks for the same rank from all.
    NoConsensus,
    /// The version asks for a rank given by more than half.
    NoMajority,
    /// The version takes the chair's score and the chair gave none.
    ChairSilent,
}

/// A score as its author writes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Score<'a> {
    pub mark: Mark,
    pub reason: Option<&'a str>,
    pub comment: Option<&'a str>,
}

/// What a line lets its jurors say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LineTerms {
    /// «Le cas échéant», «peut être».
    pub optional: bool,
    pub applies: Applies,
}

/// Where a line stands towards the printed alternatives of its method.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Applies {
    /// It depends on no alternative.
    Always,
    OptionChosen,
    OptionNotChosen,
    ChoiceUnanswered,
}

/// The options that one grid holds to apply in one choice; at least one (MODEL §1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    pub choice: Slug,
    pub options: Vec<Slug>,
}

/// One grid of a sheet, as far as its completeness goes.
#[derive(Debug, Clone)]
pub struct SheetGrid<'a> {
    pub method: &'a Method,
    pub answers: &'a [Answer],
    pub lines: Vec<SheetLine<'a>>,
}

#[derive(Debug, Clone)]
pub struct SheetLine<'a> {
    pub line: &'a Slug,
    pub terms: LineTerms,
    pub score: Option<Score<'a>>,
}

/// What is wrong with a score, an answer or a sheet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, thiserror::Error)]
pub enum ScoreFault {
    #[error("the rank is not in the scale")]
    RankOutsideScale,
    #[error("not applicable needs a reason")]
    ReasonRequired,
    #[error("this level needs a comment")]
    CommentRequired,
    #[error("the line cannot be not applicable")]
    NotApplicableNotAllowed,
    #[error("the line belongs to an option that was not chosen")]
    OptionNotChosen,
    #[error("the choice has no answer")]
    ChoiceUnanswered,
    #[error("the method has no such choice")]
    ChoiceUnknown,
    #[error("the choice has no such option")]
    OptionUnknown,
    #[error("the line has no score")]
    LineUnscored,
}

impl ScoreFault {
    /// A code that clients may rely on.
    pub fn code(self) -> &'static str {
        match self {
            Self::RankOutsideScale => "rank_outside_scale",
            Self::ReasonRequired => "reason_required",
            Self::CommentRequired => "comment_required",
            Self::NotApplicableNotAllowed => "not_applicable_not_allowed",
            Self::OptionNotChosen => "option_not_chosen",
            Self::ChoiceUnanswered => "choice_unanswered",
            Self::ChoiceUnknown => "choice_unknown",
            Self::OptionUnknown => "option_unknown",
            Self::LineUnscored => "line_unscored",
        }
    }

    /// Saving may go on, signing may not: a comment is written after its rank (MODEL §3).
    pub fn only_at_signature(self) -> bool {
        matches!(self, Self::CommentRequired | Self::ChoiceUnanswered | Self::LineUnscored)
    }
}

/// One thing that keeps a sheet from being signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SheetFault {
    pub method: Slug,
    /// The line or the choice at fault.
    pub subject: Slug,
    pub fault: ScoreFault,
}
