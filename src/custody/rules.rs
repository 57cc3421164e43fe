//! What each column of the schema is to a person, and what export, erasure and retention do with it.
//!
//! The register of processing asks for it (GDPR art. 30), and a test compares it with the schema: a column
//! without a rule and a rule without a column are faults.

use super::tables::TABLES;

/// Whose the content of a column is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    /// Tells nothing about a person by itself.
    Nobody,
    Candidate,
    /// A staff member, a juror, a trainer, an outside attester.
    Staff,
    /// Words or a value that a person must not read back: salts, digests of tokens, hashes of passwords.
    Secret,
}

/// What the archive of a candidate does with a column (GDPR art. 15).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Export {
    Given,
    Never,
}

/// What an erasure does with a column (GDPR art. 17).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Erasure {
    /// Made empty; the row and its key stay, so that what refers to it still stands.
    Blanked,
    /// Drawn anew: the digests of before can then be opened by nobody (docs/decisions/0002).
    Redrawn,
    /// The whole row goes.
    Deleted,
    /// Stays, by the ground of its table.
    Kept,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Treatment {
    pub whose: Whose,
    pub export: Export,
    pub erasure: Erasure,
}

const fn treated(whose: Whose, export: Export, erasure: Erasure) -> Treatment {
    Treatment { whose, export, erasure }
}

/// Keys, instants, states, versions: of nobody by themselves, and needed to read the rest.
pub const PLAIN: Treatment = treated(Whose::Nobody, Export::Given, Erasure::Kept);
/// As [`PLAIN`], in a row that an erasure takes away whole.
pub const PASSING: Treatment = treated(Whose::Nobody, Export::Given, Erasure::Deleted);
/// The candidate's own: given to them, emptied by an erasure.
pub const THEIRS: Treatment = treated(Whose::Candidate, Export::Given, Erasure::Blanked);
/// The candidate's, in a row that an erasure takes away whole.
pub const THEIRS_WHOLE: Treatment = treated(Whose::Candidate, Export::Given, Erasure::Deleted);
/// The candidate's, kept by the ground of the table.
pub const RECORD: Treatment = treated(Whose::Candidate, Export::Given, Erasure::Kept);
/// Who did it, as an id: the candidate is not told, the act keeps its author.
pub const AUTHOR: Treatment = treated(Whose::Staff, Export::Never, Erasure::Kept);
/// Who did it, in a row that an erasure takes away whole.
pub const AUTHOR_PASSING: Treatment = treated(Whose::Staff, Export::Never, Erasure::Deleted);
/// Somebody else's name or words that an erasure of the candidate takes along.
pub const OTHERS: Treatment = treated(Whose::Staff, Export::Never, Erasure::Blanked);
pub const SALT: Treatment = treated(Whose::Secret, Export::Never, Erasure::Redrawn);
pub const SECRET: Treatment = treated(Whose::Secret, Export::Never, Erasure::Kept);
pub const SECRET_PASSING: Treatment = treated(Whose::Secret, Export::Never, Erasure::Deleted);
/// Of the machine; in no archive.
pub const INNER: Treatment = treated(Whose::Nobody, Export::Never, Erasure::Kept);

/// How long a kind of data is kept, and why (docs/custody.md).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// Says nothing about a candidate.
    NoPerson,
    /// Identity of holders, decisions, minutes, documents: a title must be provable for life.
    Register,
    /// Scores, comments, attendance: what founds a decision, for as long as it can be contested.
    Assessment,
    /// What was filed, and words about it.
    Evidence,
    /// Never why, and no longer than the path lasts.
    Adjustment,
    /// Letters that left.
    Mail,
    /// Logins, invitations, kept answers.
    Logins,
    /// The journal and its heads: no words about a person, and the proof of everything else.
    Journal,
}

impl Class {
    /// Why an erasure on request leaves it, or nothing where it does not.
    pub fn ground(self) -> Option<(&'static str, &'static str)> {
        match self {
            Self::Register => Some((
                "RGPD art. 17(3)(b) et (e) : un titre délivré doit pouvoir être prouvé à vie",
                "GDPR art. 17(3)(b) and (e): an awarded title must be provable for life",
            )),
            Self::Assessment => Some((
                "RGPD art. 17(3)(e) : fonde la décision du jury tant qu’elle peut être contestée",
                "GDPR art. 17(3)(e): founds the jury's decision for as long as it can be contested",
            )),
            Self::Journal => Some((
                "RGPD art. 17(3)(e) : preuve, sans mot sur une personne",
                "GDPR art. 17(3)(e): proof, without a word about a person",
            )),
            Self::NoPerson | Self::Evidence | Self::Adjustment | Self::Mail | Self::Logins => None,
        }
    }
}

/// How the rows of one candidate are found in a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Path {
    /// The table of candidates itself.
    Itself,
    /// This column holds what that column of that table holds, for rows that are the candidate's.
    Via(&'static str, &'static str, &'static str),
    /// Holds no row of one candidate alone.
    NotTheirs,
}

pub struct Table {
    pub name: &'static str,
    pub path: Path,
    pub class: Class,
    /// Columns, separated by spaces, and what is done with each of them.
    pub columns: &'static [(&'static str, Treatment)],
}

impl Table {
    pub fn rules(&self) -> impl Iterator<Item = (&'static str, Treatment)> {
        self.columns.iter().flat_map(|(names, treatment)| names.split(' ').map(|name| (name, *treatment)))
    }
}

pub fn table(name: &str) -> Option<&'static Table> {
    TABLES.iter().find(|table| table.name == name)
}

/// What does not hold together in the table itself, as sentences: a path that leads nowhere, a column told
/// twice, something given out that is secret.
pub fn incoherences() -> Vec<String> {
    let mut found = Vec::new();
    for table in TABLES {
        if TABLES.iter().filter(|other| other.name == table.name).count() > 1 {
            found.push(format!("{} is told twice", table.name));
        }
        let mut seen: Vec<&str> = Vec::new();
        for (column, treatment) in table.rules() {
            if seen.contains(&column) {
                found.push(format!("{}.{column} is told twice", table.name));
            }
            seen.push(column);
            if treatment.export == Export::Given && treatment.whose == Whose::Secret {
                found.push(format!("{}.{column} is secret and given out", table.name));
            }
            let gone = treatment.erasure == Erasure::Deleted;
            if gone != table.rules().all(|(_, other)| other.erasure == Erasure::Deleted) {
                found.push(format!("{}.{column}: a row goes whole or stays", table.name));
            }
            let theirs = treatment.whose == Whose::Candidate;
            if theirs && table.path == Path::NotTheirs {
                found.push(format!("{}.{column} is a candidate's and no path leads to it", table.name));
            }
        }
        let steps = steps(table);
        if steps.is_none() {
            found.push(format!("the path of {} does not end at a candidate", table.name));
        }
    }
    found
}

/// The tables from this one to the candidates, or nothing when the way does not end there.
fn steps(table: &'static Table) -> Option<usize> {
    let mut at = table;
    for step in 0..TABLES.len() {
        match at.path {
            Path::Itself | Path::NotTheirs => return (at.path == Path::Itself || step == 0).then_some(step),
            Path::Via(column, parent, parent_column) => {
                at.rules().find(|(name, _)| *name == column)?;
                at = self::table(parent)?;
                at.rules().find(|(name, _)| *name == parent_column)?;
            }
        }
    }
    None
}
