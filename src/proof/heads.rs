//! The signed heads, each checked for itself, and a head kept elsewhere.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use diesel::prelude::*;
use signed_note::Note;
use tlog_tiles::checkpoint::Checkpoint;

use super::VerifyError;
use super::report::{Code, Fault, Report};
use crate::db::schema::journal_checkpoint;
use crate::db::{AnyConn, Bytes};
use crate::error::AppError;
use crate::journal::keys;

/// A head kept elsewhere: `SIZE:ROOT` with the root in hexadecimal or base64, or a whole signed note.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptHead {
    pub size: u64,
    pub root: [u8; 32],
    /// The note, when it came as one: its signature is checked too.
    pub note: Option<String>,
}

impl std::str::FromStr for KeptHead {
    type Err = VerifyError;

    fn from_str(text: &str) -> Result<Self, VerifyError> {
        let wrong = || VerifyError::NotAHead(text.to_owned());
        if text.trim().contains('\n') {
            let note = format!("{}\n", text.trim());
            let parsed = Note::from_bytes(note.as_bytes()).map_err(|_| wrong())?;
            let head = Checkpoint::from_bytes(parsed.text()).map_err(|_| wrong())?;
            return Ok(Self { size: head.size(), root: head.hash().0, note: Some(note) });
        }
        let (size, root) = text.trim().split_once(':').ok_or_else(wrong)?;
        let bytes = hex::decode(root).ok().or_else(|| STANDARD.decode(root).ok()).ok_or_else(wrong)?;
        let root = bytes.try_into().map_err(|_| wrong())?;
        Ok(Self { size: size.parse().map_err(|_| wrong())?, root, note: None })
    }
}

/// Where a root to compare with comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    Signed,
    Kept,
}

/// Roots that the log must have at given sizes.
#[derive(Debug, Default)]
pub struct Roots {
    left: BTreeMap<u64, Vec<([u8; 32], Origin)>>,
    /// Entries that a signed head covers.
    pub covered: u64,
}

impl Roots {
    fn expect(&mut self, size: u64, root: [u8; 32], origin: Origin) {
        self.left.entry(size).or_default().push((root, origin));
        if origin == Origin::Signed {
            self.covered = self.covered.max(size);
        }
    }

    /// Those for a log of this size, each once.
    pub fn take(&mut self, size: u64) -> Vec<([u8; 32], Origin)> {
        self.left.remove(&size).unwrap_or_default()
    }

    /// To be called at the end: what is left covers more than there is. Of the signed heads the first is told.
    pub fn too_short(&self, report: &mut Report) {
        let left =
            || self.left.iter().flat_map(|(size, all)| all.iter().map(move |(_, origin)| (size, *origin)));
        if let Some((size, _)) = left().find(|(_, origin)| *origin == Origin::Signed) {
            report.fault(Fault::new(Code::LogTooShort, "journal_checkpoint", size, None));
        }
        for (size, _) in left().filter(|(_, origin)| *origin == Origin::Kept) {
            report.fault(Fault::new(Code::KeptHeadDiffers, "head", size, None));
        }
    }
}

/// Reads every signed head; those that are not what the key signed are told and not counted on.
pub fn read(
    conn: &mut AnyConn,
    vkey: Option<&str>,
    kept: Option<&KeptHead>,
    report: &mut Report,
) -> Result<Roots, AppError> {
    let mut roots = Roots::default();
    crate::each_row!(
        conn,
        journal_checkpoint::table
            .order(journal_checkpoint::size.asc())
            .select((journal_checkpoint::size, journal_checkpoint::root, journal_checkpoint::note)) => (i64, Bytes, String),
        row => {
            report.checkpoints += 1;
            match row.as_ref().map(|(size, root, note)| (size, head(vkey, *size, root, note))) {
                Some((_, Some((size, root)))) => roots.expect(size, root, Origin::Signed),
                Some((size, None)) => {
                    report.fault(Fault::new(Code::CheckpointInvalid, "journal_checkpoint", size, None));
                }
                None => report.fault(Fault::new(Code::CheckpointInvalid, "journal_checkpoint", "", None)),
            }
        }
    );
    if vkey.is_none() && report.checkpoints > 0 {
        report.fault(Fault::new(Code::KeyMissing, "keys", "journal.vkey", None));
    }
    if let Some(kept) = kept {
        if let (Some(vkey), Some(note)) = (vkey, &kept.note)
            && keys::signed_text(vkey, note).is_none()
        {
            report.fault(Fault::new(Code::KeptHeadUnsigned, "head", kept.size, None));
        }
        roots.expect(kept.size, kept.root, Origin::Kept);
    }
    Ok(roots)
}

fn head(vkey: Option<&str>, size: i64, root: &Bytes, note: &str) -> Option<(u64, [u8; 32])> {
    let size = u64::try_from(size).ok()?;
    let root: [u8; 32] = root.0.as_slice().try_into().ok()?;
    if let Some(vkey) = vkey {
        let text = keys::signed_text(vkey, note)?;
        let signed = Checkpoint::from_bytes(&text).ok()?;
        let origin = vkey.split('+').next();
        if signed.size() != size || signed.hash().0 != root || Some(signed.origin()) != origin {
            return None;
        }
    }
    Some((size, root))
}
