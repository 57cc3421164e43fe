//! What is missing, and whom to remind of it.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::rows::{BlockState, BlockSummaryRow};
use super::store::{self, Lacking, Unsigned, UnsignedOf};
use super::views::{
    Addressee, EvidenceLack, Lacks, MissingLine, Reminder, RequirementLack, SheetToSign, UnsignedSheet,
};
use super::{rules, service};
use crate::access::policy::may;
use crate::access::rows::{AccountState, Locale};
use crate::access::{Action, Caller, facts, require};
use crate::db::{AnyConn, At};
use crate::error::AppError;
use crate::ids::{AccountId, CohortId, EnrolmentId, LineId};
use crate::referential::model::RequirementKind;
use crate::referential::versions::{LineInfo, Version, Versions};
use crate::sittings::standards;

/// The candidates of a cohort who lack something, or whose jurors have not signed; one more than `limit`.
///
/// # Errors
/// `not_found`.
pub fn missing(
    conn: &mut AnyConn,
    caller: &Caller,
    versions: &Versions,
    cohort: CohortId,
    (after, limit): (Option<&str>, i64),
) -> Result<Vec<MissingLine>, AppError> {
    let who = facts::on_cohort(conn, caller, cohort)?;
    require(Action::ReadCohort, &who)?;
    let with_sheets = may(Action::ReadProgress, &who);
    let version = standards::of_cohort(conn, versions, cohort)?;
    let found = store::lacking(conn, cohort, with_sheets, after, limit.saturating_add(1))?;
    let of = ids(&found);
    let known = Known::load(conn, &of)?;
    let mut sheets: HashMap<EnrolmentId, Vec<UnsignedSheet>> = HashMap::new();
    if with_sheets {
        for one in store::unsigned(conn, UnsignedOf::Candidates(&of))? {
            sheets.entry(one.enrolment).or_default().push(unsigned_view(one));
        }
    }
    let line = |one: Lacking| {
        let id = one.enrolment;
        MissingLine {
            enrolment: id,
            number: one.number.clone(),
            candidate: one.name(),
            lacks: known.lacks(&version, &one),
            sheets: with_sheets.then(|| sheets.remove(&id).unwrap_or_default()),
        }
    };
    Ok(found.into_iter().map(line).collect())
}

fn ids(found: &[Lacking]) -> Vec<EnrolmentId> {
    found.iter().map(|one| one.enrolment).collect()
}

fn unsigned_view(one: Unsigned) -> UnsignedSheet {
    UnsignedSheet {
        sheet: one.sheet,
        seat: one.seat,
        juror: one.juror,
        sitting: one.sitting,
        title: one.title,
        starts_at: one.starts_at,
    }
}

/// Everybody who has something to do for a cohort, and what: candidates by number, then jurors. In a constant
/// number of statements, and nothing is sent.
///
/// A candidate is reminded of what they can bring: their identity, evidence, papers outside the blocks; not of
/// a defence, which is a jury's. A juror is reminded of unsigned sheets once the sitting has begun.
///
/// # Errors
/// Those of the database.
pub fn due(
    conn: &mut AnyConn,
    versions: &Versions,
    cohort: CohortId,
    at: At,
) -> Result<Vec<Reminder>, AppError> {
    let version = standards::of_cohort(conn, versions, cohort)?;
    let found = store::lacking(conn, cohort, false, None, i64::MAX)?;
    let known = Known::load(conn, &ids(&found))?;
    let candidates = found.into_iter().filter_map(|one| {
        let mut lacks = known.lacks(&version, &one);
        lacks.requirements.retain(|lack| lack.kind != RequirementKind::Scored);
        (!lacks.is_empty()).then(|| Reminder { to: candidate(one), lacks, sheets: Vec::new() })
    });
    let mut all: Vec<Reminder> = candidates.collect();
    all.extend(jurors(conn, cohort, at)?);
    Ok(all)
}

fn candidate(one: Lacking) -> Addressee {
    Addressee {
        key: format!("c{}", one.number),
        name: one.name(),
        email: one.email,
        locale: one.locale.unwrap_or(Locale::Fr),
        account: one.account,
        enrolment: Some(one.enrolment),
    }
}

fn jurors(conn: &mut AnyConn, cohort: CohortId, at: At) -> Result<Vec<Reminder>, AppError> {
    let unsigned = store::unsigned(conn, UnsignedOf::Begun(cohort, at))?;
    let of: HashSet<EnrolmentId> = unsigned.iter().map(|one| one.enrolment).collect();
    let of: Vec<EnrolmentId> = of.into_iter().collect();
    let names: HashMap<EnrolmentId, (String, String)> =
        store::names(conn, &of)?.into_iter().map(|(id, number, name)| (id, (number, name))).collect();
    let mut by_juror: BTreeMap<AccountId, Reminder> = BTreeMap::new();
    for one in unsigned.into_iter().filter(|one| one.account_state == AccountState::Active) {
        let (number, candidate) = names.get(&one.enrolment).cloned().unwrap_or_default();
        let reminder = by_juror.entry(one.account).or_insert_with(|| Reminder {
            to: Addressee {
                key: format!("j{}", one.account),
                name: one.juror,
                email: one.email,
                locale: one.locale,
                account: Some(one.account),
                enrolment: None,
            },
            lacks: Lacks::default(),
            sheets: Vec::new(),
        });
        reminder.sheets.push(SheetToSign {
            sheet: one.sheet,
            sitting: one.sitting,
            title: one.title,
            starts_at: one.starts_at,
            number,
            candidate,
        });
    }
    for reminder in by_juror.values_mut() {
        reminder.sheets.sort_by(|one, other| {
            (one.starts_at, one.sitting, &one.number).cmp(&(other.starts_at, other.sitting, &other.number))
        });
    }
    Ok(by_juror.into_values().collect())
}

/// Those of [`due`] after one of them; one more than `limit`.
///
/// # Errors
/// `not_found`; `forbidden` to those who may not write to people.
pub fn reminders(
    conn: &mut AnyConn,
    caller: &Caller,
    versions: &Versions,
    cohort: CohortId,
    (after, limit): (Option<&str>, i64),
    at: At,
) -> Result<Vec<Reminder>, AppError> {
    let who = facts::on_cohort(conn, caller, cohort)?;
    require(Action::Remind, &who)?;
    let mut all = due(conn, versions, cohort, at)?;
    if let Some(after) = after {
        all.retain(|one| one.to.key.as_str() > after);
    }
    all.truncate(service::one_more(limit));
    Ok(all)
}

/// What is known of some candidates for their lists.
struct Known {
    linked: HashMap<EnrolmentId, HashSet<LineId>>,
    pending: HashMap<EnrolmentId, HashSet<String>>,
    /// Blocks asked for and not decided.
    asked: HashMap<EnrolmentId, HashSet<String>>,
}

impl Known {
    fn load(conn: &mut AnyConn, of: &[EnrolmentId]) -> Result<Self, AppError> {
        let mut known = Self { linked: HashMap::new(), pending: HashMap::new(), asked: HashMap::new() };
        for (id, line) in store::linked_lines(conn, of)? {
            known.linked.entry(id).or_default().insert(line);
        }
        for (id, requirement) in store::pending(conn, of)? {
            known.pending.entry(id).or_default().insert(requirement);
        }
        let asked =
            |row: &BlockSummaryRow| matches!(row.state, BlockState::Incomplete | BlockState::Complete);
        for row in store::blocks(conn, of)?.into_iter().filter(asked) {
            known.asked.entry(row.enrolment_id).or_default().insert(row.block);
        }
        Ok(known)
    }

    fn lacks(&self, version: &Version, one: &Lacking) -> Lacks {
        let id = one.enrolment;
        Lacks {
            identity: rules::identity_missing(one.birth_date.as_deref(), one.birth_place.as_deref()),
            evidence: self.evidence(version, id),
            requirements: self.requirements(version, id),
        }
    }

    fn evidence(&self, version: &Version, id: EnrolmentId) -> Vec<EvidenceLack> {
        let Some(asked) = self.asked.get(&id) else { return Vec::new() };
        let none = HashSet::new();
        let linked = self.linked.get(&id).unwrap_or(&none);
        let lines = version.lines.iter().filter(|line| asked.contains(line.block.as_str()));
        let expected = rules::evidence_expected(lines, linked).into_iter();
        expected.filter(|line| !linked.contains(&line.id)).map(evidence_view).collect()
    }

    fn requirements(&self, version: &Version, id: EnrolmentId) -> Vec<RequirementLack> {
        let Some(pending) = self.pending.get(&id) else { return Vec::new() };
        let all = version.referential.requirements.iter();
        all.filter(|one| pending.contains(one.id.as_str()))
            .map(|one| RequirementLack {
                requirement: one.id.to_string(),
                kind: one.kind,
                label: one.label.fr.clone(),
                label_en: one.label.en.clone(),
            })
            .collect()
    }
}

fn evidence_view(line: &LineInfo) -> EvidenceLack {
    EvidenceLack {
        block: line.block.to_string(),
        criterion: line.slug.to_string(),
        codes: line.codes.clone(),
        text: line.text.clone(),
        option: line.when.as_ref().map(|when| when.option.to_string()),
    }
}
