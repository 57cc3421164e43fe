//! Each stored file against the hash that its row keeps.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use diesel::prelude::*;
use sha2::{Digest, Sha256};

use super::report::{Fault, Report};
use crate::db::schema::{document, evidence};
use crate::db::{AnyConn, Bytes};
use crate::error::AppError;
use crate::ids::{DocumentId, EvidenceId};

const PAGE: i64 = 1_000;

pub fn verify(conn: &mut AnyConn, data: &Path, report: &mut Report) -> Result<(), AppError> {
    let mut last: Option<DocumentId> = None;
    loop {
        let mut query = document::table
            .select((document::id, document::path, document::sha256))
            .order(document::id.asc())
            .limit(PAGE)
            .into_boxed::<crate::db::conn::MultiBackend>();
        if let Some(last) = last {
            query = query.filter(document::id.gt(last));
        }
        let page: Vec<(DocumentId, String, Bytes)> = query.load(conn)?;
        let Some((end, _, _)) = page.last() else { break };
        last = Some(*end);
        for (id, path, sha256) in &page {
            compare(&data.join("documents").join(path), sha256, "documents", id, report);
        }
    }
    let mut last: Option<EvidenceId> = None;
    loop {
        let mut query = evidence::table
            .select((evidence::id, evidence::sha256))
            .order(evidence::id.asc())
            .limit(PAGE)
            .into_boxed::<crate::db::conn::MultiBackend>();
        if let Some(last) = last {
            query = query.filter(evidence::id.gt(last));
        }
        let page: Vec<(EvidenceId, Bytes)> = query.load(conn)?;
        let Some((end, _)) = page.last() else { return Ok(()) };
        last = Some(*end);
        for (id, sha256) in &page {
            compare(&by_content(data, sha256), sha256, "files", id, report);
        }
    }
}

/// `files/ab/cdef…`
fn by_content(data: &Path, sha256: &Bytes) -> PathBuf {
    let name = hex::encode(&sha256.0);
    let (folder, rest) = name.split_at_checked(2).unwrap_or(("", &name));
    data.join("files").join(folder).join(rest)
}

fn compare(path: &Path, sha256: &Bytes, table: &str, id: &impl ToString, report: &mut Report) {
    report.files += 1;
    let (code, message) = match digest(path) {
        Ok(found) if found.as_slice() == sha256.0.as_slice() => return,
        Ok(_) => ("file_changed", "the file is not the one that was kept"),
        Err(_) => ("file_missing", "the file cannot be read"),
    };
    report.fault(Fault { code, table: table.to_owned(), key: id.to_string(), position: None, message });
}

fn digest(path: &Path) -> io::Result<[u8; 32]> {
    let mut file = File::open(path)?;
    let mut hash = Sha256::new();
    let mut chunk = vec![0; 64 * 1024];
    loop {
        let read = file.read(&mut chunk)?;
        let Some(bytes) = chunk.get(..read).filter(|bytes| !bytes.is_empty()) else { break };
        hash.update(bytes);
    }
    Ok(hash.finalize().into())
}
