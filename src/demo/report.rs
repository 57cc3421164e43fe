//! What the demo did: counted from the service's answers, written down beside its data.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Serialize;
use serde_json::{Value, json};

use super::stage::text;

/// One decision, for `tally.csv`.
#[derive(Debug, Clone, Serialize)]
pub struct Row {
    pub candidate: String,
    pub block: String,
    pub proposal: String,
    pub decision: String,
    pub reason: String,
}

#[derive(Debug, Default)]
pub struct Count {
    pub candidates: usize,
    pub evidence: usize,
    pub sheets: usize,
    pub scores: usize,
    pub rows: Vec<Row>,
    pub marks: Vec<Vec<String>>,
    pub requirements: Vec<Vec<String>>,
    pub standards: Vec<Value>,
    documents: Vec<Value>,
    outcomes: BTreeMap<&'static str, usize>,
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

    /// What a candidate came to, from the decisions told so far.
    pub fn outcome(&mut self, candidate: &str) {
        let decided =
            |wanted: &str| self.rows.iter().any(|row| row.candidate == candidate && row.decision == wanted);
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
        *self.outcomes.entry(outcome).or_default() += 1;
    }

    /// The one object that is printed.
    pub fn object(&self, head: &Value) -> Value {
        let outcome = |name: &str| self.outcomes.get(name).copied().unwrap_or(0);
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
            "documents": self.documents,
            "journal": { "entries": head["size"], "head": head["root"] },
        })
    }

    /// `tally.csv` for people, `scores.csv` and `requirements.csv` for whoever counts again.
    ///
    /// # Errors
    /// A folder that cannot be written.
    pub fn write(&self, folder: &Path) -> anyhow::Result<()> {
        let mut tally = csv::Writer::from_path(folder.join("tally.csv"))?;
        for row in &self.rows {
            tally.serialize(row)?;
        }
        tally.flush()?;
        let heads = [
            "referential",
            "candidate",
            "criterion",
            "seat",
            "state",
            "rank",
            "settled_state",
            "settled_rank",
        ];
        table(&folder.join("scores.csv"), &heads, &self.marks)?;
        table(
            &folder.join("requirements.csv"),
            &["referential", "candidate", "requirement", "state"],
            &self.requirements,
        )
    }
}

fn table(path: &Path, heads: &[&str], rows: &[Vec<String>]) -> anyhow::Result<()> {
    let mut file = csv::Writer::from_path(path)?;
    file.write_record(heads)?;
    for row in rows {
        file.write_record(row)?;
    }
    Ok(file.flush()?)
}
