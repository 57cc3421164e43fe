//! A whole file into a cohort, or nothing of it.

use std::collections::HashMap;

use serde::Serialize;
use utoipa::ToSchema;

use super::fault::{Code, Fault, FaultView, Tongue, views};
use super::heads::{self, Heads};
use super::lines::{self, BlockName, Line};
use super::matching::{self, Answers, Changes, Known, Step};
use super::store::{self as known, Keys};
use super::table::{self, Table};
use crate::access::{self, Action, Caller, facts};
use crate::boards::summary;
use crate::candidates::batch::{self, Batch, Numbers, route_word};
use crate::candidates::model::NewCohort;
use crate::candidates::rows::{CandidateRow, CohortRow, EnrolmentRow};
use crate::candidates::store::{self, Seen};
use crate::candidates::{search, service};
use crate::db::{AnyConn, At, Json};
use crate::error::AppError;
use crate::ids::{AccountId, CohortId};
use crate::journal::Act;
use crate::referential::{Version, Versions};

/// Lines written, and told by one entry of the journal, at a time.
const LINES_AT_ONCE: usize = 500;

/// How a file is to be imported.
#[derive(Debug, Clone)]
pub struct Ask {
    /// Say what would be done, do nothing.
    pub dry_run: bool,
    pub tongue: Tongue,
    pub answers: Answers,
}

/// A file whose columns are known.
#[derive(Debug)]
pub struct Opened {
    table: Table,
    heads: Heads,
    blocking: Vec<Fault>,
    warnings: Vec<Fault>,
}

/// What an import does, or would do.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ImportReport {
    /// That hold something, below the heads.
    pub lines: usize,
    /// Enrolments that the sound lines create, once nothing blocks.
    pub would_create: usize,
    /// Lines about somebody of the cohort that change something, once nothing blocks.
    pub would_change: usize,
    /// While there is one, nothing is written.
    pub blocking: Vec<FaultView>,
    /// Worth knowing: values that change, computed cells, columns that are not read.
    pub warnings: Vec<FaultView>,
    /// Enrolments created; absent from a dry run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created: Option<usize>,
    /// Lines that changed something; absent from a dry run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub changed: Option<usize>,
}

impl ImportReport {
    /// What is told of a file that cannot be read at all.
    pub fn unreadable(fault: &Fault, ask: &Ask) -> Self {
        let done = (!ask.dry_run).then_some(0);
        Self {
            lines: 0,
            would_create: 0,
            would_change: 0,
            blocking: vec![fault.view(ask.tongue)],
            warnings: Vec::new(),
            created: done,
            changed: done,
        }
    }

    pub fn blocks(&self) -> bool {
        !self.blocking.is_empty()
    }
}

/// Reads a file as far as its columns; the rest depends on the cohort.
///
/// # Errors
/// The one fault of a file that cannot be read.
pub fn open(bytes: &[u8]) -> Result<Opened, Fault> {
    let (table, heads) = heads::find(table::read(bytes)?)?;
    let (blocking, mut warnings) = heads.faults();
    let others = table.other_sheets.iter();
    warnings.extend(others.map(|name| Fault::of_file(Code::SheetIgnored).told(name)));
    Ok(Opened { table, heads, blocking, warnings })
}

/// Imports a file into a cohort: the same file a second time changes nothing.
///
/// # Errors
/// `not_found`, `forbidden`; those of the database. A file that cannot be imported is told in the report.
pub fn import(
    conn: &mut AnyConn,
    caller: &Caller,
    versions: &Versions,
    cohort: CohortId,
    file: &Opened,
    ask: &Ask,
    at: At,
) -> Result<ImportReport, AppError> {
    access::require(Action::Enrol, &facts::on_cohort(conn, caller, cohort)?)?;
    let held = store::hold_cohort(conn, cohort)?;
    let version = versions.get(conn, held.version_id)?;
    let plan = Plan::make(conn, caller, &version, Some(cohort), file, ask, at)?;
    if !ask.dry_run && plan.blocking.is_empty() {
        plan.apply(conn, caller, (versions, &version), cohort, at)?;
    }
    Ok(plan.report(ask))
}

/// Imports a file into a cohort that does not exist yet. The cohort is created only with its people.
///
/// # Errors
/// As [`import`], and those of the creation of a cohort.
pub fn import_as_new(
    conn: &mut AnyConn,
    caller: &Caller,
    versions: &Versions,
    new: NewCohort,
    file: &Opened,
    ask: &Ask,
    at: At,
) -> Result<(ImportReport, Option<CohortRow>), AppError> {
    access::require(Action::CreateCohort, &facts::on_centre(caller, new.centre_id))?;
    let version = versions.get(conn, new.version_id)?;
    let plan = Plan::make(conn, caller, &version, None, file, ask, at)?;
    if ask.dry_run || !plan.blocking.is_empty() {
        return Ok((plan.report(ask), None));
    }
    let cohort = service::create_cohort(conn, caller, versions, new, at)?;
    plan.apply(conn, caller, (versions, &version), cohort.id, at)?;
    Ok((plan.report(ask), Some(cohort)))
}

/// Everything that a file comes to, before a row is written.
struct Plan {
    lines: Vec<Line>,
    count: usize,
    people: Vec<Known>,
    accounts: HashMap<String, AccountId>,
    taken: Vec<String>,
    steps: Vec<(Step, Changes)>,
    blocking: Vec<Fault>,
    warnings: Vec<Fault>,
}

impl Plan {
    fn make(
        conn: &mut AnyConn,
        caller: &Caller,
        version: &Version,
        cohort: Option<CohortId>,
        file: &Opened,
        ask: &Ask,
        at: At,
    ) -> Result<Self, AppError> {
        let blocks: Vec<BlockName> = version
            .referential
            .blocks
            .iter()
            .map(|block| BlockName { slug: block.id.to_string(), number: block.number })
            .collect();
        let (mut blocking, mut warnings) = (file.blocking.clone(), file.warnings.clone());
        if !blocking.is_empty() {
            // Without its columns a line says nothing: one fault for the file, not one per line.
            return Ok(Self::nothing(file, blocking, warnings));
        }
        let read = lines::read(&file.table, &file.heads, &blocks, at.utc().date_naive());
        blocking.extend(read.blocking);
        warnings.extend(read.warnings);
        if read.count == 0 {
            blocking.push(Fault::of_file(Code::NoLines));
        }
        let emails: Vec<String> = read.sound.iter().map(|line| line.person.email.clone()).collect();
        let identities: Vec<String> = read.sound.iter().filter_map(matching::key).collect();
        let keys = Keys { emails: &emails, identities: &identities };
        let people = known::people(conn, cohort, &search::seen(caller), &keys)?;
        let matched = matching::find(&read.sound, &people, &ask.answers, &file.heads);
        blocking.extend(matched.blocking);
        let mut steps = Vec::new();
        for step in matched.steps {
            let Some(line) = read.sound.get(step.line) else { continue };
            let of = step.known.and_then(|place| people.all.get(place));
            let changes = match of {
                Some(of) => matching::changes(line, of, &route_word(&line.person)?, &file.heads),
                None => Changes::default(),
            };
            blocking.extend(changes.blocking.iter().cloned());
            warnings.extend(changes.told.iter().cloned());
            steps.push((step, changes));
        }
        let accounts = store::candidate_accounts(conn, &emails)?.into_iter().collect();
        let taken: Vec<String> = people.by_number.into_keys().collect();
        let mut plan = Self {
            lines: read.sound,
            count: read.count,
            people: people.all,
            accounts,
            taken,
            steps,
            blocking,
            warnings,
        };
        if plan.numbers().is_err() {
            plan.blocking.push(Fault::of_file(Code::CohortFull));
        }
        Ok(plan)
    }

    fn nothing(file: &Opened, blocking: Vec<Fault>, warnings: Vec<Fault>) -> Self {
        Self {
            lines: Vec::new(),
            count: file.table.rows.len().saturating_sub(file.heads.first),
            people: Vec::new(),
            accounts: HashMap::new(),
            taken: Vec::new(),
            steps: Vec::new(),
            blocking,
            warnings,
        }
    }

    fn known(&self, step: &Step) -> Option<&Known> {
        step.known.and_then(|place| self.people.get(place))
    }

    fn creates(&self, step: &Step) -> bool {
        self.known(step).is_none_or(|known| known.here.is_none())
    }

    fn counts(&self) -> (usize, usize) {
        let creates = self.steps.iter().filter(|(step, _)| self.creates(step)).count();
        let changes = self.steps.iter().filter(|(step, changes)| !self.creates(step) && !changes.is_empty());
        (creates, changes.count())
    }

    /// The number of each enrolment that is created, in the order of the file: those asked for first.
    fn numbers(&self) -> Result<Vec<String>, AppError> {
        let mut numbers = Numbers::of(self.taken.iter().cloned());
        let new = || self.steps.iter().filter(|(step, _)| self.creates(step));
        let asked = |step: &Step| self.lines.get(step.line).and_then(|line| line.place.clone());
        for (step, _) in new() {
            if let Some(place) = asked(step) {
                numbers.take(&place);
            }
        }
        new().map(|(step, _)| asked(step).map_or_else(|| numbers.next(), Ok)).collect()
    }

    fn report(&self, ask: &Ask) -> ImportReport {
        let (would_create, would_change) = self.counts();
        let done = |count: usize| (!ask.dry_run).then_some(if self.blocking.is_empty() { count } else { 0 });
        ImportReport {
            lines: self.count,
            would_create,
            would_change,
            blocking: views(self.blocking.clone(), ask.tongue),
            warnings: views(self.warnings.clone(), ask.tongue),
            created: done(would_create),
            changed: done(would_change),
        }
    }

    /// Writes it, some lines at a time, all in the caller's transaction.
    fn apply(
        &self,
        conn: &mut AnyConn,
        caller: &Caller,
        (versions, version): (&Versions, &Version),
        cohort: CohortId,
        at: At,
    ) -> Result<(), AppError> {
        let mut numbers = self.numbers()?.into_iter();
        for some in self.steps.chunks(LINES_AT_ONCE) {
            let mut batch = Batch::new(caller.account, version, cohort, at);
            for (step, changes) in some {
                let Some(line) = self.lines.get(step.line) else { continue };
                let known = self.known(step);
                let candidate = self.candidate(&mut batch, line, known, changes, at);
                match known.and_then(|known| known.here.as_ref()) {
                    Some(here) => change_enrolment(&mut batch, here, changes)?,
                    None => {
                        let number = numbers.next().ok_or_else(|| AppError::internal("no number left"))?;
                        batch.enrol(&line.person, candidate, number)?;
                    }
                }
            }
            if !batch.is_empty() {
                batch.write(conn, Act::new("cohort_imported", caller.account, at).about("cohort", cohort))?;
                summary::keep(conn, versions, &batch.enrolled())?;
            }
        }
        Ok(())
    }

    /// The candidate of a line as they now stand.
    fn candidate(
        &self,
        batch: &mut Batch<'_>,
        line: &Line,
        known: Option<&Known>,
        changes: &Changes,
        at: At,
    ) -> CandidateRow {
        let Some(known) = known else {
            let account = self.accounts.get(&line.person.email).copied();
            let row = batch::new_candidate(&line.person, account, at);
            batch.new_candidates.push(row.clone());
            return row;
        };
        let Some(changed) = &changes.candidate else { return known.candidate.clone() };
        let row = CandidateRow { version: changed.version + 1, updated_at: at, ..changed.clone() };
        batch.changed_candidates.push(row.clone());
        row
    }
}

fn change_enrolment(batch: &mut Batch<'_>, here: &EnrolmentRow, changes: &Changes) -> Result<(), AppError> {
    let mut row = here.clone();
    if let Some(route) = &changes.route {
        row.access_route.clone_from(route);
    }
    if let Some(blocks) = &changes.blocks {
        row.blocks = Json::of(blocks)?;
    }
    if row != *here {
        batch.changed_enrolments.push(row);
    }
    for one in &changes.acquired {
        batch.acquire(here.id, one);
    }
    Ok(())
}

/// The cohort of this id, those of this name (one per centre), or every one when nothing is said; a few at
/// the most.
///
/// # Errors
/// `not_found` for an id that is none.
pub fn named(conn: &mut AnyConn, said: Option<&str>) -> Result<Vec<CohortRow>, AppError> {
    const FEW: i64 = 20;
    match said.map(|said| (said.parse(), said)) {
        None => store::cohorts(conn, Seen::Everything, None, FEW),
        Some((Ok(id), _)) => Ok(vec![store::find_cohort(conn, CohortId(id))?]),
        Some((Err(_), name)) => store::cohorts_named(conn, name.trim()),
    }
}
