//! The use cases of evidence.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::model::{Anchor, Filing, Link, NewAnchor, NewLinks};
use super::rows::{EvidenceLinkRow, EvidenceRow};
use super::{rules, store};
use crate::access::{self, Action, Caller, facts};
use crate::boards::summary;
use crate::candidates::correspondents;
use crate::db::{AnyConn, At, Bytes, Json};
use crate::error::AppError;
use crate::ids::{AccountId, EnrolmentId, EvidenceId};
use crate::journal::{self, Act, Protected};
use crate::mail;
use crate::referential::{Version, Versions};
use crate::sittings::deadlines;

/// One piece of evidence.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct EvidenceView {
    pub id: EvidenceId,
    pub enrolment_id: EnrolmentId,
    pub title: String,
    /// A label, nothing more.
    pub filename: String,
    /// Told by the content.
    pub media_type: String,
    /// In bytes.
    pub size: i64,
    /// In hexadecimal.
    pub sha256: String,
    pub filed_by: AccountId,
    pub filed_at: At,
    /// In the order of the grids.
    pub links: Vec<LinkView>,
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct LinkView {
    /// Slug of the criterion, or of the competency that is scored directly.
    pub criterion: String,
    pub anchor: Option<Anchor>,
}

impl EvidenceView {
    fn new(version: &Version, row: EvidenceRow, links: &[EvidenceLinkRow]) -> Result<Self, AppError> {
        let mut placed = Vec::new();
        for link in links.iter().filter(|link| link.evidence_id == row.id) {
            let place = version.lines.iter().position(|line| line.id == link.line_id);
            let line = version.by_line_id(link.line_id);
            let anchor = link.anchor.as_ref().map(Json::read).transpose()?;
            placed.extend(line.map(|line| (place, LinkView { criterion: line.slug.to_string(), anchor })));
        }
        placed.sort_by_key(|(place, _)| *place);
        Ok(Self {
            id: row.id,
            enrolment_id: row.enrolment_id,
            title: row.title,
            filename: row.filename,
            media_type: row.media_type,
            size: row.size,
            sha256: hex::encode(row.sha256.0),
            filed_by: row.filed_by,
            filed_at: row.filed_at,
            links: placed.into_iter().map(|(_, link)| link).collect(),
        })
    }
}

fn version_of(conn: &mut AnyConn, versions: &Versions, of: EnrolmentId) -> Result<Arc<Version>, AppError> {
    let id = store::version_of(conn, of)?;
    versions.get(conn, id)
}

/// Asked before a byte is received: may the caller file for this enrolment? Gives back the version whose
/// criteria may be linked.
///
/// # Errors
/// `not_found`, `forbidden`.
pub fn may_file(
    conn: &mut AnyConn,
    caller: &Caller,
    versions: &Versions,
    of: EnrolmentId,
) -> Result<Arc<Version>, AppError> {
    access::require(Action::FileEvidence, &facts::on_enrolment(conn, caller, of)?)?;
    version_of(conn, versions, of)
}

/// The links that are asked for, or everything that is wrong with them.
///
/// # Errors
/// `invalid` with the faults.
pub fn resolve(version: &Version, criteria: &[String], anchors: &[NewAnchor]) -> Result<Vec<Link>, AppError> {
    rules::links(criteria, anchors, |slug| version.by_slug(slug).map(|line| line.id)).map_err(|faults| {
        let told: Vec<Value> =
            faults.into_iter().map(|(field, code)| json!({ "field": field, "code": code })).collect();
        AppError::invalid((
            "Certains critères ne sont pas acceptés ; rien n’a été enregistré.",
            "Some criteria are not accepted; nothing was saved.",
        ))
        .with("faults", told)
    })
}

/// Writes down a piece whose bytes are safe on the disk. `received_at`: when the last of them came.
///
/// # Errors
/// `not_found`, `forbidden`.
pub fn file(
    conn: &mut AnyConn,
    caller: &Caller,
    versions: &Versions,
    of: EnrolmentId,
    filing: Filing,
    (at, received_at): (At, At),
) -> Result<EvidenceView, AppError> {
    let version = may_file(conn, caller, versions, of)?;
    let in_grace = in_time(conn, &version, of, &filing.links, (at, received_at))?;
    let row = EvidenceRow {
        id: EvidenceId::new(),
        salt: Bytes::salt(),
        enrolment_id: of,
        title: filing.title,
        filename: filing.filename,
        media_type: filing.media_type.to_owned(),
        size: i64::try_from(filing.size).map_err(AppError::internal)?,
        sha256: filing.sha256.into(),
        filed_by: caller.account,
        filed_at: at,
    };
    store::insert(conn, row.clone())?;
    let links = add_links(conn, caller, row.id, &filing.links, at)?;
    let mut rows: Vec<&dyn Protected> = vec![&row];
    rows.extend(links.iter().map(|link| -> &dyn Protected { link }));
    let kind = if in_grace { "evidence_filed_in_grace" } else { "evidence_filed" };
    let act = Act::new(kind, caller.account, at).about("enrolment", of).about("evidence", row.id);
    journal::record(conn, act, &rows)?;
    summary::keep(conn, versions, &[of])?;
    receipt(conn, &row, at)?;
    EvidenceView::new(&version, row, &links)
}

/// What is linked to a criterion is filed before the deadline of a sitting that assesses it (MODEL §6).
/// Whether it came in the grace of an upload begun before.
fn in_time(
    conn: &mut AnyConn,
    version: &Version,
    of: EnrolmentId,
    links: &[Link],
    (begun_at, ended_at): (At, At),
) -> Result<bool, AppError> {
    let lines = links.iter().filter_map(|link| version.by_line_id(link.line));
    let methods: BTreeSet<&str> = lines.map(|line| line.method.as_str()).collect();
    let methods: Vec<&str> = methods.into_iter().collect();
    deadlines::may_file(conn, of, &methods, begun_at, ended_at)
}

/// The candidate keeps a proof of what is in the file, whoever filed it.
fn receipt(conn: &mut AnyConn, row: &EvidenceRow, at: At) -> Result<(), AppError> {
    let to = correspondents::of_enrolment(conn, row.enrolment_id)?;
    let content = mail::Content::Receipt {
        filename: row.filename.clone(),
        size: row.size,
        sha256: hex::encode(&row.sha256.0),
        filed_at: row.filed_at,
        zone: to.zone,
        link: mail::model::home(),
    };
    mail::post(conn, &mail::Letter::new(to.recipient, content).of_cohort(to.cohort), at)?;
    Ok(())
}

fn add_links(
    conn: &mut AnyConn,
    caller: &Caller,
    evidence: EvidenceId,
    links: &[Link],
    at: At,
) -> Result<Vec<EvidenceLinkRow>, AppError> {
    let mut rows = Vec::new();
    for link in links {
        rows.push(EvidenceLinkRow {
            evidence_id: evidence,
            line_id: link.line,
            anchor: link.anchor.as_ref().map(Json::of).transpose()?,
            linked_by: caller.account,
            linked_at: at,
        });
    }
    store::insert_links(conn, &rows)?;
    Ok(rows)
}

/// Links a piece to more criteria; those that it is linked to already stay as they are.
///
/// # Errors
/// `not_found`, `forbidden`, `invalid` with the faults.
pub fn link(
    conn: &mut AnyConn,
    caller: &Caller,
    versions: &Versions,
    id: EvidenceId,
    new: &NewLinks,
    at: At,
) -> Result<EvidenceView, AppError> {
    let (of, who) = facts::on_evidence(conn, caller, id)?;
    access::require(Action::FileEvidence, &who)?;
    let version = version_of(conn, versions, of)?;
    let known = store::linked_lines(conn, id)?;
    let mut links = resolve(&version, &new.criteria, &new.anchors)?;
    links.retain(|link| !known.contains(&link.line));
    in_time(conn, &version, of, &links, (at, at))?;
    let rows = add_links(conn, caller, id, &links, at)?;
    if !rows.is_empty() {
        let act =
            Act::new("evidence_linked", caller.account, at).about("enrolment", of).about("evidence", id);
        let rows: Vec<&dyn Protected> = rows.iter().map(|link| -> &dyn Protected { link }).collect();
        journal::record(conn, act, &rows)?;
        summary::keep(conn, versions, &[of])?;
    }
    view(conn, &version, id)
}

fn view(conn: &mut AnyConn, version: &Version, id: EvidenceId) -> Result<EvidenceView, AppError> {
    let row = store::find(conn, id)?;
    let links = store::links(conn, &[id])?;
    EvidenceView::new(version, row, &links)
}

/// # Errors
/// `not_found`.
pub fn get(
    conn: &mut AnyConn,
    caller: &Caller,
    versions: &Versions,
    id: EvidenceId,
) -> Result<EvidenceView, AppError> {
    let (of, who) = facts::on_evidence(conn, caller, id)?;
    access::require(Action::ReadEvidence, &who)?;
    let version = version_of(conn, versions, of)?;
    view(conn, &version, id)
}

/// In the order in which they were filed; one more than `limit`.
///
/// # Errors
/// `not_found`.
pub fn list(
    conn: &mut AnyConn,
    caller: &Caller,
    versions: &Versions,
    of: EnrolmentId,
    after: Option<EvidenceId>,
    limit: i64,
) -> Result<Vec<EvidenceView>, AppError> {
    access::require(Action::ReadEvidence, &facts::on_enrolment(conn, caller, of)?)?;
    let version = version_of(conn, versions, of)?;
    let rows = store::page(conn, of, after, limit.saturating_add(1))?;
    let ids: Vec<EvidenceId> = rows.iter().map(|row| row.id).collect();
    let mut links: HashMap<EvidenceId, Vec<EvidenceLinkRow>> = HashMap::new();
    for link in store::links(conn, &ids)? {
        links.entry(link.evidence_id).or_default().push(link);
    }
    rows.into_iter()
        .map(|row| {
            let own = links.remove(&row.id).unwrap_or_default();
            EvidenceView::new(&version, row, &own)
        })
        .collect()
}

/// A piece that is about to be sent, and whether it is the caller's own file.
///
/// # Errors
/// `not_found`.
pub fn content(conn: &mut AnyConn, caller: &Caller, id: EvidenceId) -> Result<(EvidenceRow, bool), AppError> {
    let (_, who) = facts::on_evidence(conn, caller, id)?;
    access::require(Action::ReadEvidence, &who)?;
    Ok((store::find(conn, id)?, who.candidate))
}

/// Leaves the trace of somebody who reads another's file.
///
/// # Errors
/// `not_found`.
pub fn read_by_other(conn: &mut AnyConn, caller: &Caller, id: EvidenceId, at: At) -> Result<(), AppError> {
    let (of, who) = facts::on_evidence(conn, caller, id)?;
    access::require(Action::ReadEvidence, &who)?;
    let act = Act::new("evidence_read", caller.account, at).about("enrolment", of).about("evidence", id);
    journal::record(conn, act, &[])?;
    Ok(())
}
