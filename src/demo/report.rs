//! What the demo did: counted from the service's answers, written down beside its data.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde::Serialize;
use serde_json::{Value, json};

use super::ledger::Ledger;
use super::mishaps::Mishap;
use super::stage::text;

/// One decision of one deliberation, for `tally.csv`.
#[derive(Debug, Clone, Serialize)]
pub struct Row {
    pub candidate: String,
    pub block: String,
    pub proposal: String,
    pub decision: String,
    pub reason: String,
    pub dossier: String,
    /// Number of the minutes that tell it.
    pub minutes: String,
    pub decided_at: String,
    /// Empty while it stands.
    pub ended_at: String,
}

#[derive(Debug, Default)]
pub struct Count {
    pub candidates: usize,
    pub evidence: usize,
    pub sheets: usize,
    pub scores: usize,
    pub rows: Vec<Row>,
    pub ledger: Ledger,
    pub standards: Vec<Value>,
    documents: Vec<Value>,
    mishaps: Vec<Mishap>,
}

impl Count {
    /// A document as the service answered when it was issued.
    ///
    /// # Errors
    /// When it is none.
    pub fn issued(&mut self, document: &Value) -> anyhow::Result<()> {
        self.documents.push(json!({
            "kind": text(document, "/kind")?,
            "path": format!("documents/{}", text(document, "/path")?),
            "sha256": text(document, "/sha256")?,
        }));
        Ok(())
    }

    pub fn happened(&mut self, mishap: Mishap) {
        self.mishaps.push(mishap);
    }

    /// What each candidate came to, by the decisions that stand.
    fn outcomes(&self) -> BTreeMap<&'static str, usize> {
        let people: BTreeSet<&str> = self.rows.iter().map(|row| row.candidate.as_str()).collect();
        let mut outcomes = BTreeMap::new();
        for candidate in people {
            let standing =
                || self.rows.iter().filter(|row| row.candidate == candidate && row.ended_at.is_empty());
            let decided = |wanted: &str| standing().any(|row| row.decision == wanted);
            let outcome = if decided("awarded") {
                "full"
            } else if decided("acquired") {
                "partial"
            } else if decided("not_acquired") {
                "refused"
            } else if decided("absent") {
                "absent"
            } else {
                "excused"
            };
            *outcomes.entry(outcome).or_default() += 1;
        }
        outcomes
    }

    /// The one object that is printed. `mails`: letters that left.
    pub fn object(&self, head: &Value, mails: usize) -> Value {
        let outcomes = self.outcomes();
        let outcome = |name: &str| outcomes.get(name).copied().unwrap_or(0);
        json!({
            "referentials": self.standards,
            "candidates": self.candidates,
            "evidence": self.evidence,
            "sheets": self.sheets,
            "scores": self.scores,
            "outcomes": {
                "full": outcome("full"), "partial": outcome("partial"), "refused": outcome("refused"),
                "absent": outcome("absent"), "excused": outcome("excused"),
            },
            "mails": mails,
            "mishaps": self.mishaps,
            "documents": self.documents,
            "journal": { "entries": head["size"], "head": head["root"] },
        })
    }

    /// `tally.csv` for people, the tables of `raw/` for whoever counts again.
    ///
    /// # Errors
    /// A folder that cannot be written.
    pub fn write(&self, folder: &Path) -> anyhow::Result<()> {
        let mut tally = csv::Writer::from_path(folder.join("tally.csv"))?;
        for row in &self.rows {
            tally.serialize(row)?;
        }
        tally.flush()?;
        self.ledger.write(&folder.join("raw"))
    }
}
