//! The use cases of the standard: load, publish, read.

use serde_json::{Value, json};

use super::fault::Fault;
use super::model::Referential;
use super::rows::{LineRow, VersionRow, VersionState};
use super::store::{self, VersionHead};
use super::versions::lines_in_grid_order;
use super::{check_bytes, content_hash};
use crate::access::{self, Action, Caller, facts};
use crate::db::{AnyConn, At, Bytes, Json};
use crate::error::AppError;
use crate::ids::{LineId, VersionId};
use crate::journal::{self, Act, Protected};

/// A référentiel without a fault, ready to be kept.
#[derive(Debug, Clone)]
pub struct Sound {
    referential: Referential,
    content: Json,
    hash: Bytes,
}

/// What a load changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    Created,
    /// A draft got another content, or was published.
    Updated,
    /// The same file again.
    Nothing,
}

/// Reads and checks a file. Asks for no database: it is done before the transaction.
///
/// # Errors
/// `forbidden`; `referential_faults` with all of them, each with its line.
pub fn read(caller: &Caller, yaml: &[u8]) -> Result<Sound, AppError> {
    access::require(Action::LoadReferential, &facts::in_general(caller))?;
    let referential = check_bytes(yaml).sound().map_err(|faults| refused(&faults))?;
    let content = Json::of(&referential)?;
    if holds_nul(&content.0) {
        return Err(AppError::invalid((
            "Le référentiel contient un caractère nul, qui ne s’enregistre pas.",
            "The référentiel holds a null character, which cannot be kept.",
        )));
    }
    Ok(Sound { content, hash: content_hash(&referential).into(), referential })
}

/// PostgreSQL keeps no U+0000 in its text nor in its JSON.
fn holds_nul(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('\0'),
        Value::Array(items) => items.iter().any(holds_nul),
        Value::Object(members) => members.values().any(holds_nul),
        _ => false,
    }
}

fn refused(faults: &[Fault]) -> AppError {
    let told: Vec<Value> = faults
        .iter()
        .map(|fault| {
            json!({
                "line": fault.line,
                "column": fault.column,
                "code": fault.code,
                "message": fault.message.fr,
                "message_en": fault.message.en,
            })
        })
        .collect();
    AppError::referential_faults((
        "Le référentiel a des fautes ; rien n’a été enregistré.",
        "The référentiel has faults; nothing was saved.",
    ))
    .with("faults", told)
}

/// Keeps a référentiel as a draft, and publishes it if asked. The same content again changes nothing;
/// another content replaces a draft and never a published version (MODEL §1).
///
/// # Errors
/// `version_frozen`, `forbidden`, and those of [`publish`].
pub fn load(
    conn: &mut AnyConn,
    caller: &Caller,
    sound: Sound,
    publish_it: bool,
    at: At,
) -> Result<(VersionHead, Change), AppError> {
    access::require(Action::LoadReferential, &facts::in_general(caller))?;
    let name = (sound.referential.code.to_string(), sound.referential.version.to_string());
    let (mut row, mut change) = match store::hold_by_name(conn, &name.0, &name.1)? {
        None => (keep_new(conn, caller, sound, at)?, Change::Created),
        Some(kept) if kept.content_hash == sound.hash => (kept, Change::Nothing),
        Some(kept) if kept.state == VersionState::Draft => {
            (replace_draft(conn, caller, kept, sound, at)?, Change::Updated)
        }
        Some(kept) => return Err(frozen(&kept)),
    };
    if publish_it && row.state == VersionState::Draft {
        row = freeze(conn, caller, row, at)?;
        if change == Change::Nothing {
            change = Change::Updated;
        }
    }
    Ok((head(row), change))
}

fn keep_new(conn: &mut AnyConn, caller: &Caller, sound: Sound, at: At) -> Result<VersionRow, AppError> {
    let row = VersionRow {
        id: VersionId::new(),
        code: sound.referential.code.to_string(),
        version: sound.referential.version.to_string(),
        title: sound.referential.title,
        state: VersionState::Draft,
        content: sound.content,
        content_hash: sound.hash,
        created_at: at,
        published_at: None,
    };
    store::insert(conn, row.clone())?;
    record(conn, "referential_loaded", caller, &row, &[], at)?;
    Ok(row)
}

fn replace_draft(
    conn: &mut AnyConn,
    caller: &Caller,
    kept: VersionRow,
    sound: Sound,
    at: At,
) -> Result<VersionRow, AppError> {
    let row = VersionRow {
        title: sound.referential.title,
        content: sound.content,
        content_hash: sound.hash,
        ..kept
    };
    store::update(conn, &row)?;
    record(conn, "referential_loaded", caller, &row, &[], at)?;
    Ok(row)
}

fn frozen(kept: &VersionRow) -> AppError {
    AppError::version_frozen((
        "Cette version est publiée et ne change plus ; un autre contenu demande une autre version.",
        "This version is published and changes no more; another content needs another version.",
    ))
    .with("id", kept.id.to_string())
    .with("content_hash", hex::encode(&kept.content_hash.0))
}

/// Freezes a draft. Publishing again what is published changes nothing.
///
/// # Errors
/// `not_found`, `forbidden`; `rule_broken` with `line_without_method` when a criterion or a competency that
/// is scored directly has no method: nobody could score it.
pub fn publish(conn: &mut AnyConn, caller: &Caller, id: VersionId, at: At) -> Result<VersionHead, AppError> {
    access::require(Action::PublishReferential, &facts::in_general(caller))?;
    let row = store::hold(conn, id)?;
    if row.state != VersionState::Draft {
        return Ok(head(row));
    }
    Ok(head(freeze(conn, caller, row, at)?))
}

fn freeze(conn: &mut AnyConn, caller: &Caller, draft: VersionRow, at: At) -> Result<VersionRow, AppError> {
    access::require(Action::PublishReferential, &facts::in_general(caller))?;
    let referential: Referential = draft.content.read()?;
    let lines = lines_in_grid_order(&referential, |_| Some(LineId::new())).map_err(|slugs| {
        AppError::broken(
            "line_without_method",
            (
                "Des critères ou des compétences n’ont pas de modalité : personne ne pourrait les noter.",
                "Some criteria or competencies have no method: nobody could score them.",
            ),
        )
        .with("lines", slugs)
    })?;
    let rows: Vec<LineRow> = lines
        .into_iter()
        .map(|line| LineRow {
            id: line.id,
            version_id: draft.id,
            slug: line.slug.into(),
            block: line.block.into(),
            method: line.method.into(),
            kind: line.kind,
        })
        .collect();
    let row = VersionRow { state: VersionState::Published, published_at: Some(at), ..draft };
    store::update(conn, &row)?;
    store::insert_lines(conn, &rows)?;
    record(conn, "referential_published", caller, &row, &rows, at)?;
    Ok(row)
}

fn record(
    conn: &mut AnyConn,
    kind: &'static str,
    caller: &Caller,
    row: &VersionRow,
    lines: &[LineRow],
    at: At,
) -> Result<(), AppError> {
    let mut rows: Vec<&dyn Protected> = vec![row];
    rows.extend(lines.iter().map(|line| -> &dyn Protected { line }));
    journal::record(conn, Act::new(kind, caller.account, at).about("referential", row.id), &rows)?;
    Ok(())
}

fn head(row: VersionRow) -> VersionHead {
    VersionHead {
        id: row.id,
        code: row.code,
        version: row.version,
        title: row.title,
        state: row.state,
        content_hash: row.content_hash,
        created_at: row.created_at,
        published_at: row.published_at,
    }
}

/// One more than `limit`, so that the caller knows whether another page follows.
///
/// # Errors
/// `forbidden`.
pub fn list(
    conn: &mut AnyConn,
    caller: &Caller,
    after: Option<VersionId>,
    limit: i64,
) -> Result<Vec<VersionHead>, AppError> {
    access::require(Action::ReadReferentials, &facts::in_general(caller))?;
    store::page(conn, after, limit.saturating_add(1))
}

/// # Errors
/// `not_found`, `forbidden`.
pub fn get(conn: &mut AnyConn, caller: &Caller, id: VersionId) -> Result<(VersionHead, Json), AppError> {
    access::require(Action::ReadReferentials, &facts::in_general(caller))?;
    let row = store::find(conn, id)?;
    let content = row.content.clone();
    Ok((head(row), content))
}

/// The version of this code and number, when it is published.
///
/// # Errors
/// Those of the database.
pub fn published_named(conn: &mut AnyConn, code: &str, version: &str) -> Result<Option<VersionId>, AppError> {
    let found = store::hold_by_name(conn, code, version)?;
    Ok(found.filter(|row| row.state == VersionState::Published).map(|row| row.id))
}
