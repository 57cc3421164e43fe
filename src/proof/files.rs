//! Each stored file against the hash that its row keeps.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Component, Path, PathBuf};

use diesel::prelude::*;
use sha2::{Digest, Sha256};

use super::report::{Code, Fault, Report};
use crate::db::schema::{document, evidence};
use crate::db::{AnyConn, Bytes};
use crate::error::AppError;
use crate::ids::{DocumentId, EvidenceId};

/// Bytes of a file held in memory.
const CHUNK: usize = 64 * 1024;

pub fn verify(conn: &mut AnyConn, data: &Path, report: &mut Report) -> Result<(), AppError> {
    // A row that does not read is told with the rows.
    crate::each_row!(
        conn,
        document::table
            .select((document::id, document::path, document::sha256))
            .order(document::id.asc()) => (DocumentId, String, Bytes),
        row => if let Some((id, path, sha256)) = row {
            compare(inside(&data.join("documents"), &path), &sha256, "documents", &id, report);
        }
    );
    crate::each_row!(
        conn,
        evidence::table.select((evidence::id, evidence::sha256)).order(evidence::id.asc()) => (EvidenceId, Bytes),
        row => if let Some((id, sha256)) = row {
            compare(Some(by_content(&data.join("files"), &sha256)), &sha256, "files", &id, report);
        }
    );
    Ok(())
}

/// `ab/cdef…`
fn by_content(folder: &Path, sha256: &Bytes) -> PathBuf {
    let name = hex::encode(&sha256.0);
    let (first, rest) = name.split_at_checked(2).unwrap_or(("", &name));
    folder.join(first).join(rest)
}

/// A path that was changed may lead anywhere: nothing outside the folder is read.
fn inside(folder: &Path, path: &str) -> Option<PathBuf> {
    let plain = Path::new(path).components().all(|part| matches!(part, Component::Normal(_)));
    (plain && !path.is_empty()).then(|| folder.join(path))
}

fn compare(path: Option<PathBuf>, sha256: &Bytes, folder: &str, id: &impl ToString, report: &mut Report) {
    report.files += 1;
    let code = match path.map(|path| digest(&path)) {
        Some(Ok(found)) if found.as_slice() == sha256.0.as_slice() => return,
        Some(Ok(_)) => Code::FileChanged,
        Some(Err(error)) if error.kind() != io::ErrorKind::NotFound => Code::FileUnreadable,
        Some(Err(_)) | None => Code::FileMissing,
    };
    report.fault(Fault::new(code, folder, id.to_string(), None));
}

fn digest(path: &Path) -> io::Result<[u8; 32]> {
    let mut file = File::open(path)?;
    let mut hash = Sha256::new();
    let mut chunk = vec![0; CHUNK];
    loop {
        let read = file.read(&mut chunk)?;
        let Some(bytes) = chunk.get(..read).filter(|bytes| !bytes.is_empty()) else { break };
        hash.update(bytes);
    }
    Ok(hash.finalize().into())
}
