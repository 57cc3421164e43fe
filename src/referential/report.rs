//! What a check answers, in the shape that `referential check --json` prints, one object a file.

use serde::Serialize;

use super::fault::{Fault, Lang};
use super::model::{Block, Referential};
use super::reader::Checked;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Totals {
    pub blocks: usize,
    pub activities: usize,
    pub competencies: usize,
    pub methods: usize,
    pub criteria: usize,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BlockTotals {
    /// The block's slug.
    pub code: String,
    pub activities: usize,
    pub competencies: usize,
    pub methods: usize,
    pub criteria: usize,
}

impl Totals {
    pub fn of(referential: &Referential) -> Self {
        BlockTotals::of(referential).iter().fold(Self::default(), |sum, block| Self {
            blocks: sum.blocks + 1,
            activities: sum.activities + block.activities,
            competencies: sum.competencies + block.competencies,
            methods: sum.methods + block.methods,
            criteria: sum.criteria + block.criteria,
        })
    }
}

impl BlockTotals {
    /// One line a block, in the order of the file.
    pub fn of(referential: &Referential) -> Vec<Self> {
        referential.blocks.iter().map(Self::of_block).collect()
    }

    fn of_block(block: &Block) -> Self {
        Self {
            code: block.id.to_string(),
            activities: block.activities.len(),
            competencies: block.competencies().count(),
            methods: block.methods.len(),
            criteria: block.criteria.len(),
        }
    }
}

/// One file's line of `referential check --json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CheckReport {
    pub file: String,
    /// Absent when the file could not be read so far.
    pub code: Option<String>,
    pub version: Option<String>,
    pub faults: Vec<FaultReport>,
    pub notes: usize,
    pub totals: Totals,
    pub blocks: Vec<BlockTotals>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FaultReport {
    pub file: String,
    pub line: usize,
    pub column: usize,
    pub code: &'static str,
    pub message: String,
}

impl CheckReport {
    pub fn new(file: &str, checked: &Checked, lang: Lang) -> Self {
        let told = |fault: &Fault| FaultReport {
            file: file.to_owned(),
            line: fault.line,
            column: fault.column,
            code: fault.code,
            message: fault.message.in_lang(lang).to_owned(),
        };
        Self {
            file: file.to_owned(),
            code: checked.code.clone(),
            version: checked.version.clone(),
            faults: checked.faults.iter().map(told).collect(),
            notes: checked.notes,
            totals: checked.totals,
            blocks: checked.blocks.clone(),
        }
    }
}
