//! Rows and queries of issued documents and of the signatures under the minutes.

use diesel::prelude::*;

use super::rows::{DocumentDecisionRow, DocumentKind, DocumentRow};
use crate::db::schema::{
    account, decision, document, document_decision, minutes_signature, revocation, seat,
};
use crate::db::{AnyConn, At, for_update};
use crate::deliberation::rows::MinutesSignatureRow;
use crate::deliberation::store::REPLACED;
use crate::error::AppError;
use crate::ids::{DecisionId, DeliberationId, DocumentId, JuryId, SeatId, SheetId};
use crate::jury::rows::SeatRow;

/// # Errors
/// `not_found` when there is no such document.
pub fn document(conn: &mut AnyConn, id: DocumentId) -> Result<DocumentRow, AppError> {
    Ok(document::table.find(id).select(DocumentRow::as_select()).first(conn)?)
}

/// Held until the end.
///
/// # Errors
/// `not_found` when there is no such document.
pub fn hold(conn: &mut AnyConn, id: DocumentId) -> Result<DocumentRow, AppError> {
    Ok(for_update(document::table.find(id).select(DocumentRow::as_select())).get_result(conn)?)
}

/// The document issued in the place of another.
///
/// # Errors
/// Those of the database.
pub fn replacement(conn: &mut AnyConn, id: DocumentId) -> Result<Option<DocumentRow>, AppError> {
    let found = document::table.filter(document::replaces.eq(id)).select(DocumentRow::as_select());
    Ok(found.first(conn).optional()?)
}

/// Those about these sheets and deliberations, oldest first.
///
/// # Errors
/// Those of the database.
pub fn about(
    conn: &mut AnyConn,
    sheets: &[SheetId],
    deliberations: &[DeliberationId],
) -> Result<Vec<DocumentRow>, AppError> {
    Ok(document::table
        .filter(document::sheet_id.eq_any(sheets).or(document::deliberation_id.eq_any(deliberations)))
        .order(document::id.asc())
        .select(DocumentRow::as_select())
        .load(conn)?)
}

/// # Errors
/// Those of the database.
pub fn insert(conn: &mut AnyConn, row: &DocumentRow) -> Result<(), AppError> {
    diesel::insert_into(document::table).values(row.clone()).execute(conn)?;
    Ok(())
}

/// The newest document of a sheet issued since an instant.
///
/// # Errors
/// Those of the database.
pub fn of_sheet_since(
    conn: &mut AnyConn,
    sheet: SheetId,
    since: At,
) -> Result<Option<DocumentRow>, AppError> {
    Ok(document::table
        .filter(document::sheet_id.eq(sheet))
        .filter(document::issued_at.ge(since))
        .order(document::id.desc())
        .select(DocumentRow::as_select())
        .first(conn)
        .optional()?)
}

/// The minutes of a deliberation as issued, oldest first: at the closing, then signed by all.
///
/// # Errors
/// Those of the database.
pub fn minutes_of(conn: &mut AnyConn, deliberation: DeliberationId) -> Result<Vec<DocumentRow>, AppError> {
    Ok(document::table
        .filter(document::deliberation_id.eq(deliberation))
        .filter(document::kind.eq(DocumentKind::Minutes))
        .order(document::id.asc())
        .select(DocumentRow::as_select())
        .load(conn)?)
}

/// # Errors
/// Those of the database.
pub fn of_sheet(conn: &mut AnyConn, sheet: SheetId) -> Result<Vec<DocumentRow>, AppError> {
    Ok(document::table
        .filter(document::sheet_id.eq(sheet))
        .order(document::id.asc())
        .select(DocumentRow::as_select())
        .load(conn)?)
}

/// The seats of a jury with the names of those who hold them.
///
/// # Errors
/// Those of the database.
pub fn members(conn: &mut AnyConn, jury: JuryId) -> Result<Vec<(SeatRow, String)>, AppError> {
    Ok(seat::table
        .inner_join(account::table)
        .filter(seat::jury_id.eq(jury))
        .order((seat::function.asc(), seat::id.asc()))
        .select((SeatRow::as_select(), account::display_name))
        .load(conn)?)
}

/// The decisions of a deliberation as its minutes print them: those that stood at the closing.
///
/// # Errors
/// Those of the database.
pub fn printed_decisions(conn: &mut AnyConn, of: DeliberationId) -> Result<Vec<DecisionId>, AppError> {
    Ok(decision::table
        .filter(decision::deliberation_id.eq(of))
        .filter(decision::ended_reason.is_null().or(decision::ended_reason.ne(Some(REPLACED))))
        .order(decision::id.asc())
        .select(decision::id)
        .load(conn)?)
}

/// # Errors
/// Those of the database.
pub fn insert_printed(conn: &mut AnyConn, rows: &[DocumentDecisionRow]) -> Result<(), AppError> {
    crate::each!(conn, c => diesel::insert_into(document_decision::table).values(rows).execute(c))?;
    Ok(())
}

/// What was revoked of what some documents print, oldest first.
///
/// # Errors
/// Those of the database.
pub fn revoked(
    conn: &mut AnyConn,
    of: &[DocumentId],
) -> Result<Vec<(DocumentId, DecisionId, At, String)>, AppError> {
    Ok(document_decision::table
        .inner_join(decision::table.inner_join(revocation::table))
        .filter(document_decision::document_id.eq_any(of.iter().copied()))
        .order((revocation::revoked_at.asc(), revocation::decision_id.asc()))
        .select((
            document_decision::document_id,
            document_decision::decision_id,
            revocation::revoked_at,
            revocation::reason,
        ))
        .load(conn)?)
}

/// # Errors
/// Those of the database.
pub fn signature(
    conn: &mut AnyConn,
    deliberation: DeliberationId,
    seat: SeatId,
) -> Result<Option<MinutesSignatureRow>, AppError> {
    Ok(minutes_signature::table
        .find((deliberation, seat))
        .select(MinutesSignatureRow::as_select())
        .first(conn)
        .optional()?)
}

/// # Errors
/// Those of the database.
pub fn insert_signature(conn: &mut AnyConn, row: &MinutesSignatureRow) -> Result<(), AppError> {
    diesel::insert_into(minutes_signature::table).values(row.clone()).execute(conn)?;
    Ok(())
}
