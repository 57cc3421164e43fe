//! A name corrected after results: what printed the old one is issued again. The old document is kept and
//! names the one in its place; nothing of it but the name changes (MODEL §2).

use std::collections::HashMap;

use diesel::prelude::*;

use super::issue::{DocumentView, Subject, check_code, issue, standing_on};
use crate::access::{Action, Caller, facts, require};
use crate::db::schema::{candidate, decision, enrolment, jury, sheet, sitting};
use crate::db::{AnyConn, Json};
use crate::documents::Document;
use crate::documents::facts as paper;
use crate::error::AppError;
use crate::ids::{CohortId, DeliberationId, DocumentId, EnrolmentId, SheetId};
use crate::issuing::rows::DocumentRow;
use crate::issuing::store;
use crate::state::AppState;

/// Last and first names by the number under which documents print somebody.
type Names = HashMap<String, (String, String)>;

/// Issues a document again with the names as they now stand; asked again, gives the same.
///
/// # Errors
/// `not_found`, `forbidden`; `rule_broken` with `nothing_outdated`, or with `minutes_unsigned` while members
/// have still to sign the minutes as they are.
pub async fn reissue(app: &AppState, caller: &Caller, id: DocumentId) -> Result<DocumentView, AppError> {
    let (who, code, at) = (caller.clone(), check_code()?, app.clock.now());
    let check = paper::CheckFacts { code: code.clone(), url: Some(format!("{}/verify", app.public_url)) };
    let found = app.db.read(move |conn| renewed(conn, &who, id, check)).await?;
    let (subject, document) = match found {
        Ok(renewed) => renewed,
        Err(issued) => return Ok(issued),
    };
    let asked = (code, at);
    issue(app, caller, subject, document, asked, Some(id), move |conn| {
        // Held alone: of two who ask at once, the second finds the first one's.
        store::hold(conn, id)?;
        store::replacement(conn, id)
    })
    .await
}

type Renewed = Result<(Subject, Document), DocumentView>;

fn renewed(
    conn: &mut AnyConn,
    caller: &Caller,
    id: DocumentId,
    check: paper::CheckFacts,
) -> Result<Renewed, AppError> {
    let row = store::document(conn, id)?;
    require(Action::ReissueDocument, &standing_on(conn, caller, &row)?)?;
    if let Some(issued) = store::replacement(conn, id)? {
        return Ok(Err(DocumentView::from(&issued)));
    }
    let mut document: Document = row.facts.read()?;
    let names = names(conn, &row)?;
    if !rename(&mut document, &names) {
        return Err(AppError::broken(
            "nothing_outdated",
            (
                "Ce document porte les noms tels qu’ils sont aujourd’hui.",
                "This document prints the names as they are today.",
            ),
        ));
    }
    let subject = match (&mut document, row.sheet_id, row.deliberation_id) {
        (Document::Sheet(facts), Some(sheet), _) => {
            facts.check = Some(check);
            Subject::Sheet(sheet)
        }
        (Document::Minutes(facts), _, Some(of)) => {
            let pending = |member: &paper::MemberFacts| member.signature == paper::MemberSignature::Pending;
            if facts.jury.iter().any(pending) {
                return Err(unsigned());
            }
            facts.check = Some(check);
            Subject::Minutes(of, facts.number.clone())
        }
        _ => return Err(AppError::internal("a document about nothing")),
    };
    Ok(Ok((subject, document)))
}

fn unsigned() -> AppError {
    AppError::broken(
        "minutes_unsigned",
        (
            "Le procès-verbal n’est pas signé par tous les membres ; signé, il portera le nom corrigé.",
            "The minutes are not signed by every member; once signed, they print the corrected name.",
        ),
    )
}

/// Puts the names as they stand in the place of those printed; whether any was another.
fn rename(document: &mut Document, names: &Names) -> bool {
    let mut changed = Vec::new();
    let mut put = |person: &mut paper::PersonFacts| {
        let Some((last, first)) = person.reference.as_ref().and_then(|number| names.get(number)) else {
            return;
        };
        if person.last_name != *last || person.first_names != *first {
            let whole = |last: &str, first: &str| format!("{last} {first}");
            changed.push((whole(&person.last_name, &person.first_names), whole(last, first)));
            person.last_name.clone_from(last);
            person.first_names.clone_from(first);
        }
    };
    match document {
        Document::Sheet(facts) => put(&mut facts.candidate),
        Document::Minutes(facts) => {
            facts.candidates.iter_mut().for_each(|one| put(&mut one.person));
            for recusal in &mut facts.recusals {
                if let Some((_, now)) = changed.iter().find(|(before, _)| *before == recusal.candidate) {
                    recusal.candidate.clone_from(now);
                }
            }
        }
    }
    !changed.is_empty()
}

/// The names of the cohort that a document is about.
fn names(conn: &mut AnyConn, row: &DocumentRow) -> Result<Names, AppError> {
    let of: CohortId = match (row.sheet_id, row.deliberation_id) {
        (Some(id), _) => sheet::table
            .inner_join(sitting::table)
            .filter(sheet::id.eq(id))
            .select(sitting::cohort_id)
            .first(conn)?,
        (None, Some(id)) => {
            let jury = crate::deliberation::store::deliberation(conn, id)?.jury_id;
            jury::table.find(jury).select(jury::cohort_id).first(conn)?
        }
        (None, None) => return Err(AppError::not_found()),
    };
    let rows: Vec<(String, String, Option<String>, String)> = enrolment::table
        .inner_join(candidate::table)
        .filter(enrolment::cohort_id.eq(of))
        .select((enrolment::number, candidate::birth_name, candidate::usage_name, candidate::first_names))
        .load(conn)?;
    Ok(rows
        .into_iter()
        .map(|(number, birth, usage, first)| (number, (usage.unwrap_or(birth), first)))
        .collect())
}

/// The documents about one candidate, oldest first, each with the one that replaced it and whether it prints
/// a name that was corrected since.
///
/// # Errors
/// `not_found` to whoever may not read them.
pub fn of_enrolment(
    conn: &mut AnyConn,
    caller: &Caller,
    id: EnrolmentId,
) -> Result<Vec<DocumentView>, AppError> {
    require(Action::ReadDocument, &facts::on_enrolment(conn, caller, id)?)?;
    let sheets: Vec<SheetId> =
        sheet::table.filter(sheet::enrolment_id.eq(id)).select(sheet::id).load(conn)?;
    let deliberations: Vec<DeliberationId> = decision::table
        .filter(decision::enrolment_id.eq(id))
        .select(decision::deliberation_id)
        .distinct()
        .load(conn)?;
    let rows = store::about(conn, &sheets, &deliberations)?;
    let replaced: HashMap<DocumentId, DocumentId> =
        rows.iter().filter_map(|row| Some((row.replaces?, row.id))).collect();
    let Some(first) = rows.first() else { return Ok(Vec::new()) };
    // All of one cohort: that of the enrolment.
    let names = names(conn, first)?;
    rows.iter()
        .map(|row| {
            let replaced_by = replaced.get(&row.id).copied();
            let outdated = replaced_by.is_none() && prints_another(&row.facts, &names)?;
            Ok(DocumentView { replaced_by, outdated, ..DocumentView::from(row) })
        })
        .collect()
}

fn prints_another(facts: &Json, names: &Names) -> Result<bool, AppError> {
    let mut document: Document = facts.read()?;
    Ok(rename(&mut document, names))
}
