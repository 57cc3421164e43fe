//! What a verification found.

use std::fmt;

use serde::Serialize;

/// Faults listed at the most; the rest are counted.
const LISTED: usize = 1000;

#[derive(Debug, Default, Clone, Serialize)]
pub struct Report {
    pub ok: bool,
    pub entries: u64,
    pub head: Option<HeadView>,
    pub checkpoints: u64,
    pub rows: u64,
    pub files: u64,
    pub faults: Vec<Fault>,
    /// Faults beyond those listed.
    pub more_faults: u64,
    pub cannot_prove: Vec<&'static str>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HeadView {
    pub size: u64,
    /// In hexadecimal, as `--head` takes it.
    pub root: String,
}

/// One thing that is not as it was done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// Stable, for programs.
    pub code: &'static str,
    /// The table, or the folder of files.
    pub table: String,
    pub key: String,
    /// Place in the log of the entry concerned.
    pub position: Option<i64>,
    pub message: &'static str,
}

impl Report {
    pub(super) fn fault(&mut self, fault: Fault) {
        if self.faults.len() < LISTED {
            self.faults.push(fault);
        } else {
            self.more_faults += 1;
        }
    }

    pub(super) fn conclude(&mut self) {
        self.ok = self.faults.is_empty() && self.more_faults == 0;
        self.cannot_prove.extend([
            "that somebody who holds the signing key did not rewrite everything: compare with a head kept elsewhere (--head)",
            "that what a person entered was true, or that an act left undone was not hidden before it was recorded",
        ]);
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} {}", self.code, self.table, self.key)?;
        if let Some(position) = self.position {
            write!(f, " (entry {position})")?;
        }
        write!(f, ": {}", self.message)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for fault in &self.faults {
            writeln!(f, "{fault}")?;
        }
        if self.more_faults > 0 {
            writeln!(f, "… and {} more", self.more_faults)?;
        }
        writeln!(
            f,
            "{} entries, {} heads, {} rows, {} files: {}",
            self.entries,
            self.checkpoints,
            self.rows,
            self.files,
            if self.ok { "everything agrees" } else { "NOT as it was done" }
        )?;
        if let Some(head) = &self.head {
            writeln!(f, "head {}:{}", head.size, head.root)?;
        }
        for sentence in &self.cannot_prove {
            writeln!(f, "not proved: {sentence}")?;
        }
        Ok(())
    }
}
