//! From facts to a stored document: drawn off the saving threads, safe on the disk before its row is.

use serde::Serialize;
use utoipa::ToSchema;

use crate::access::{Action, Caller, Standing, facts as standings, require};
use crate::db::{AnyConn, At, Bytes, Json};
use crate::documents::{Document, Lang, render};
use crate::error::AppError;
use crate::ids::{DecisionId, DeliberationId, DocumentId, SheetId};
use crate::issuing::rows::{DocumentDecisionRow, DocumentKind, DocumentRow};
use crate::issuing::store;
use crate::journal::{Act, Protected, record};
use crate::state::AppState;

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DocumentView {
    pub id: DocumentId,
    pub kind: DocumentKind,
    pub number: Option<String>,
    pub sheet: Option<SheetId>,
    pub deliberation: Option<DeliberationId>,
    /// Below the folder of documents.
    pub path: String,
    pub sha256: String,
    pub size: i64,
    pub issued_at: At,
    /// The document that this one was issued in the place of.
    pub replaces: Option<DocumentId>,
    /// The document issued in the place of this one; told in the list of one candidate.
    pub replaced_by: Option<DocumentId>,
    /// Prints a name that was corrected since; told in the list of one candidate.
    pub outdated: bool,
    /// Decisions that it prints and that were revoked since: the rest of what it says still holds.
    pub revoked: Vec<RevokedView>,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RevokedView {
    pub decision: DecisionId,
    pub revoked_at: At,
    pub reason: String,
}

impl From<&DocumentRow> for DocumentView {
    fn from(row: &DocumentRow) -> Self {
        Self {
            id: row.id,
            kind: row.kind,
            number: row.number.clone(),
            sheet: row.sheet_id,
            deliberation: row.deliberation_id,
            path: row.path.clone(),
            sha256: hex::encode(&row.sha256.0),
            size: row.size,
            issued_at: row.issued_at,
            revoked: Vec::new(),
            replaces: row.replaces,
            replaced_by: None,
            outdated: false,
        }
    }
}

/// Documents with what was revoked of them.
///
/// # Errors
/// Those of the database.
pub fn views(conn: &mut AnyConn, rows: &[DocumentRow]) -> Result<Vec<DocumentView>, AppError> {
    let mut views: Vec<DocumentView> = rows.iter().map(DocumentView::from).collect();
    let ids: Vec<DocumentId> = rows.iter().map(|row| row.id).collect();
    for (document, decision, revoked_at, reason) in store::revoked(conn, &ids)? {
        if let Some(view) = views.iter_mut().find(|view| view.id == document) {
            view.revoked.push(RevokedView { decision, revoked_at, reason });
        }
    }
    Ok(views)
}

/// What a document is about.
#[derive(Debug, Clone)]
pub enum Subject {
    Sheet(SheetId),
    Minutes(DeliberationId, String),
}

/// 128 random bits from the system, in groups that can be read out (ASVS 11.5.1).
///
/// # Errors
/// When the system gives no randomness.
pub fn check_code() -> Result<String, AppError> {
    let mut bytes = [0u8; 16];
    getrandom::fill(&mut bytes).map_err(AppError::internal)?;
    let text = hex::encode_upper(bytes);
    let groups: Vec<String> =
        text.chars().collect::<Vec<_>>().chunks(8).map(|group| group.iter().collect()).collect();
    Ok(groups.join("-"))
}

/// Draws, stores and records one document, new or in the place of another. `standing` gives the one that another request issued meanwhile.
///
/// # Errors
/// Those of the drawing, the disk and the database; nothing is recorded then.
pub async fn issue(
    app: &AppState,
    caller: &Caller,
    subject: Subject,
    document: Document,
    (code, at): (String, At),
    replaces: Option<DocumentId>,
    standing: impl FnOnce(&mut AnyConn) -> Result<Option<DocumentRow>, AppError> + Send + 'static,
) -> Result<DocumentView, AppError> {
    let facts = Json::of(&document)?;
    let bytes = tokio::task::spawn_blocking(move || render(&document, Lang::Fr))
        .await
        .map_err(AppError::internal)?
        .map_err(AppError::internal)?;
    let id = DocumentId::new();
    let (kind, path) = match &subject {
        Subject::Sheet(_) => (DocumentKind::Sheet, format!("sheets/{id}.pdf")),
        Subject::Minutes(_, number) => (DocumentKind::Minutes, format!("minutes/{number}-{id}.pdf")),
    };
    let stored = app.documents.put_bytes(&path, bytes).await.map_err(AppError::internal)?;
    let row = DocumentRow {
        id,
        salt: Bytes::salt(),
        kind,
        number: match &subject {
            Subject::Sheet(_) => None,
            Subject::Minutes(_, number) => Some(number.clone()),
        },
        sheet_id: if let Subject::Sheet(sheet) = &subject { Some(*sheet) } else { None },
        deliberation_id: if let Subject::Minutes(of, _) = &subject { Some(*of) } else { None },
        facts,
        path: path.clone(),
        sha256: Bytes::from(stored.sha256),
        size: i64::try_from(stored.size).map_err(AppError::internal)?,
        check_code: code,
        issued_at: at,
        replaces,
    };
    let account = caller.account;
    let issued = app
        .db
        .write(move |conn| {
            if let Some(other) = standing(conn)? {
                return Ok(other);
            }
            store::insert(conn, &row)?;
            let printed = printed(conn, &row)?;
            let rows: Vec<&dyn Protected> = std::iter::once::<&dyn Protected>(&row)
                .chain(printed.iter().map(|row| -> &dyn Protected { row }))
                .collect();
            record(conn, Act::new("document_issued", account, at).about("document", row.id), &rows)?;
            Ok(row)
        })
        .await?;
    if issued.id != id {
        // Another request was first: its document stands, ours was never issued.
        app.documents.remove(&path).await.map_err(AppError::internal)?;
    }
    Ok(DocumentView::from(&issued))
}

/// Keeps which decisions the minutes print.
fn printed(conn: &mut AnyConn, row: &DocumentRow) -> Result<Vec<DocumentDecisionRow>, AppError> {
    let Some(of) = row.deliberation_id else { return Ok(Vec::new()) };
    let decisions = store::printed_decisions(conn, of)?;
    let rows: Vec<DocumentDecisionRow> = decisions
        .into_iter()
        .map(|decision_id| DocumentDecisionRow { document_id: row.id, decision_id })
        .collect();
    if !rows.is_empty() {
        store::insert_printed(conn, &rows)?;
    }
    Ok(rows)
}

/// How the caller stands to what a document is about.
///
/// # Errors
/// `not_found`.
pub fn standing_on(conn: &mut AnyConn, caller: &Caller, row: &DocumentRow) -> Result<Standing, AppError> {
    if let Some(sheet) = row.sheet_id {
        return standings::on_sheet(conn, caller, sheet);
    }
    match row.deliberation_id {
        // Closed minutes veil nothing any more.
        Some(id) => {
            Ok(Standing { unveiled: true, own: false, ..standings::on_deliberation(conn, caller, id)? })
        }
        None => Err(AppError::not_found()),
    }
}

/// # Errors
/// `not_found` to whoever may not read it.
pub fn show(conn: &mut AnyConn, caller: &Caller, id: DocumentId) -> Result<DocumentView, AppError> {
    let row = read(conn, caller, id)?;
    views(conn, &[row])?.pop().ok_or_else(AppError::not_found)
}

/// # Errors
/// `not_found` to whoever may not read it.
pub fn read(conn: &mut AnyConn, caller: &Caller, id: DocumentId) -> Result<DocumentRow, AppError> {
    let row = store::document(conn, id)?;
    require(Action::ReadDocument, &standing_on(conn, caller, &row)?)?;
    Ok(row)
}

/// The documents issued about one sheet or one deliberation.
///
/// # Errors
/// `not_found` to whoever may not read them.
pub fn list(
    conn: &mut AnyConn,
    caller: &Caller,
    sheet: Option<SheetId>,
    deliberation: Option<DeliberationId>,
) -> Result<Vec<DocumentView>, AppError> {
    let rows = match (sheet, deliberation) {
        (Some(id), None) => {
            require(Action::ReadDocument, &standings::on_sheet(conn, caller, id)?)?;
            store::of_sheet(conn, id)?
        }
        (None, Some(id)) => {
            let who = standings::on_deliberation(conn, caller, id)?;
            require(Action::ReadDocument, &Standing { unveiled: true, own: false, ..who })?;
            store::minutes_of(conn, id)?
        }
        _ => {
            return Err(AppError::bad_request((
                "Donnez soit « sheet », soit « deliberation ».",
                "Give either “sheet” or “deliberation”.",
            )));
        }
    };
    views(conn, &rows)
}
