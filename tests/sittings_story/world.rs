//! A centre with one small référentiel, one cohort and the people round it, in a database of its own.

use std::collections::BTreeMap;

use chrono::{TimeZone, Utc};
use diesel::prelude::*;
use parchemin::access::Caller;
use parchemin::access::model::Held;
use parchemin::access::rows::{AccountRow, AccountState, CentreRow, Locale, Role, RoleGrantRow};
use parchemin::candidates::rows::{
    AcquiredBlockRow, CandidateRow, CohortRow, CohortTrainerRow, EnrolmentRow,
};
use parchemin::db::open::{DbUrl, establish, migrate};
use parchemin::db::schema::*;
use parchemin::db::{AnyConn, At, Bytes, Json, write_tx};
use parchemin::error::AppError;
use parchemin::ids::*;
use parchemin::journal::{ProtectedTable, RowDigest};
use parchemin::jury::rows::{
    JuryRow, Mandate, PresidingRow, RecusalRow, SeatFunction, SeatRow, Side, WaiverRow,
};
use parchemin::jury::shapes::{Declaration, DeclaredTie, NewJury, NewSeat};
use parchemin::jury::{seats, service as juries};
use parchemin::referential::model::Referential;
use parchemin::referential::rows::{LineKind, LineRow, VersionRow, VersionState};
use parchemin::referential::versions::Versions;
use parchemin::scoring::rows::{GridRow, SheetRow, SheetState};
use parchemin::sittings::rows::{
    AdjustmentRow, AttendanceRecordRow, DeadlineExtensionRow, EvidenceDeadlineRow, SittingChangeRow,
    SittingKind, SittingRow, SlotArrangementRow, SlotRow, SlotTransferRow, SummonsRow,
};
use parchemin::sittings::shapes::{NewSitting, NewSlots, SittingView, SlotView};
use parchemin::sittings::{service as sittings, slots};
use serde_json::json;

pub struct World {
    pub conn: AnyConn,
    pub versions: Versions,
    pub at: At,
    pub centre: CentreId,
    pub version: VersionId,
    pub cohort: CohortId,
    pub manager: Caller,
    _dir: tempfile::TempDir,
}

pub fn hour(hour: u32, minute: u32) -> At {
    At::from(Utc.with_ymd_and_hms(2026, 6, 15, hour, minute, 0).unwrap())
}

fn standard() -> Referential {
    let bilingual = |text: &str| json!({ "fr": text, "en": text });
    let block = |n: u32| {
        json!({
            "id": format!("b{n}"), "number": n, "title": format!("Bloc {n}"),
            "activities": [{ "id": format!("a{n}"), "code": format!("A1.{n}"), "title": "Activité", "tasks": [],
                "competencies": [{ "id": format!("c{n}"), "code": format!("C1.{n}"), "text": "Compétence" }] }],
            "methods": [{ "id": format!("m{n}"), "kind": "case_study", "title": "Étude de cas", "text": "Texte",
                "grouping": "individual", "covers": [format!("c{n}")] }],
            "criteria": [
                { "id": format!("k{n}-1"), "text": "Critère", "method": format!("m{n}"), "serves": [format!("c{n}")], "observed": "filed" },
                { "id": format!("k{n}-2"), "text": "Critère", "method": format!("m{n}"), "serves": [format!("c{n}")], "observed": "live" },
            ],
        })
    };
    let composition = json!({ "members_at_least": 2, "external_share_at_least": "1/2",
        "excluded_ties": ["same_employer", "trainer", "declared"], "casting_vote": false });
    serde_json::from_value(json!({
        "code": "petit", "version": "v1", "title": "Petit titre", "language": "fr",
        "source": { "title": "Source", "document": "Document" },
        "numbering": { "activity": "A{n}.{b}", "competency": "C{n}.{b}" },
        "scale": { "met_from": 2, "levels": [
            { "rank": 1, "label": bilingual("Non acquis"), "meaning": bilingual("Non") },
            { "rank": 2, "label": bilingual("Acquis"), "meaning": bilingual("Oui") },
        ] },
        "combination": "median",
        "rules": { "competency": "all", "block": "all", "certification": "all" },
        "jury": { "default": composition },
        "blocks": [block(1), block(2)],
    }))
    .unwrap()
}

impl World {
    pub fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let url = DbUrl::Sqlite(dir.path().join("world.db"));
        migrate(&url).unwrap();
        let mut conn = establish(&url).unwrap();
        let at = At::from(Utc.with_ymd_and_hms(2026, 6, 1, 8, 0, 0).unwrap());
        let centre = CentreRow {
            id: CentreId::new(),
            name: "Centre".into(),
            timezone: "Europe/Paris".into(),
            created_at: at,
        };
        let version = VersionRow {
            id: VersionId::new(),
            code: "petit".into(),
            version: "v1".into(),
            title: "Petit titre".into(),
            state: VersionState::Published,
            content: Json::of(&standard()).unwrap(),
            content_hash: Bytes(vec![1]),
            created_at: at,
            published_at: Some(at),
        };
        let (centre_id, version_id) = (centre.id, version.id);
        diesel::insert_into(centre::table).values(centre).execute(&mut conn).unwrap();
        diesel::insert_into(referential_version::table).values(version).execute(&mut conn).unwrap();
        for n in [1, 2] {
            for k in [1, 2] {
                let line = LineRow {
                    id: LineId::new(),
                    version_id,
                    slug: format!("k{n}-{k}"),
                    block: format!("b{n}"),
                    method: format!("m{n}"),
                    kind: LineKind::Criterion,
                };
                diesel::insert_into(line::table).values(line).execute(&mut conn).unwrap();
            }
        }
        let mut world = Self {
            manager: caller(AccountId::new(), Role::CentreManager, centre_id),
            cohort: CohortId::new(),
            conn,
            versions: Versions::default(),
            at,
            centre: centre_id,
            version: version_id,
            _dir: dir,
        };
        world.manager = world.person(Role::CentreManager);
        world.cohort = world.cohort_named("Promotion 1");
        world
    }

    pub fn cohort_named(&mut self, name: &str) -> CohortId {
        let row = CohortRow {
            id: CohortId::new(),
            centre_id: self.centre,
            version_id: self.version,
            name: name.into(),
            starts_on: "2025-09-01".into(),
            ends_on: "2026-07-01".into(),
            created_at: self.at,
        };
        let id = row.id;
        diesel::insert_into(cohort::table).values(row).execute(&mut self.conn).unwrap();
        id
    }

    pub fn person(&mut self, role: Role) -> Caller {
        let id = AccountId::new();
        let account = AccountRow {
            id,
            salt: Bytes::salt(),
            email: format!("{id}@exemple.test"),
            display_name: format!("Personne {id}"),
            locale: Locale::Fr,
            password_hash: None,
            state: AccountState::Active,
            created_at: self.at,
        };
        diesel::insert_into(account::table).values(account).execute(&mut self.conn).unwrap();
        let grant = RoleGrantRow {
            id: RoleGrantId::new(),
            account_id: id,
            role,
            centre_id: Some(self.centre),
            granted_by: None,
            granted_at: self.at,
            ended_at: None,
        };
        diesel::insert_into(role_grant::table).values(grant).execute(&mut self.conn).unwrap();
        caller(id, role, self.centre)
    }

    pub fn trains(&mut self, who: &Caller) {
        let row = CohortTrainerRow {
            id: CohortTrainerId::new(),
            cohort_id: self.cohort,
            account_id: who.account,
            assigned_at: self.at,
        };
        diesel::insert_into(cohort_trainer::table).values(row).execute(&mut self.conn).unwrap();
    }

    /// Enrolled in the cohort, apprenticeship, employed by «Ateliers du Nord».
    pub fn candidate(&mut self, number: &str, blocks: &[&str]) -> (EnrolmentId, Caller) {
        self.candidate_in(self.cohort, number, blocks)
    }

    pub fn candidate_in(&mut self, cohort: CohortId, number: &str, blocks: &[&str]) -> (EnrolmentId, Caller) {
        let who = self.person(Role::Candidate);
        let candidate = CandidateRow {
            id: CandidateId::new(),
            salt: Bytes::salt(),
            account_id: Some(who.account),
            birth_name: format!("Nom{number}"),
            usage_name: None,
            first_names: "Prénom".into(),
            birth_date: None,
            birth_place: None,
            email: format!("{number}.{}@exemple.test", who.account),
            employer: Some("Ateliers du Nord".into()),
            version: 1,
            created_at: self.at,
            updated_at: self.at,
            sex: None,
            birth_insee: None,
            birth_postcode: None,
            birth_country: None,
        };
        let enrolment = EnrolmentRow {
            id: EnrolmentId::new(),
            cohort_id: cohort,
            candidate_id: candidate.id,
            version_id: self.version,
            number: number.into(),
            access_route: "apprenticeship".into(),
            blocks: Json::of(&blocks).unwrap(),
            created_at: self.at,
        };
        let id = enrolment.id;
        diesel::insert_into(candidate::table).values(candidate).execute(&mut self.conn).unwrap();
        diesel::insert_into(enrolment::table).values(enrolment).execute(&mut self.conn).unwrap();
        (id, who)
    }

    pub fn acquired(&mut self, enrolment: EnrolmentId, block: &str) {
        let row = AcquiredBlockRow {
            enrolment_id: enrolment,
            block: block.into(),
            salt: Bytes::salt(),
            origin: "2024".into(),
            acquired_on: "2024-06-01".into(),
            recorded_by: self.manager.account,
            recorded_at: self.at,
            document: None,
        };
        diesel::insert_into(acquired_block::table).values(row).execute(&mut self.conn).unwrap();
    }

    /// One use case in its transaction, as the service runs it.
    pub fn run<T>(
        &mut self,
        work: impl FnOnce(&mut AnyConn, &Versions, At) -> Result<T, AppError>,
    ) -> Result<T, AppError> {
        let (versions, at) = (self.versions.clone(), self.at);
        write_tx(&mut self.conn, |conn| work(conn, &versions, at))
    }

    pub fn jury(&mut self) -> JuryId {
        let (manager, cohort_id) = (self.manager.clone(), self.cohort);
        let new = NewJury { cohort_id, name: "Jury A".into(), mandate: Mandate::Both };
        self.run(|conn, _, at| juries::compose(conn, &manager, new, at)).unwrap().id
    }

    pub fn seat(&mut self, jury: JuryId, function: SeatFunction, side: Side) -> (SeatId, Caller) {
        let who = self.person(Role::Juror);
        (self.seat_of(jury, &who, function, side, "Forge").unwrap(), who)
    }

    pub fn seat_of(
        &mut self,
        jury: JuryId,
        who: &Caller,
        function: SeatFunction,
        side: Side,
        employer: &str,
    ) -> Result<SeatId, AppError> {
        let manager = self.manager.clone();
        let new = NewSeat {
            account_id: who.account,
            function,
            side,
            employer: employer.into(),
            occupation: "Ingénieur".into(),
            practising_since: Some(2010),
            gender: None,
        };
        Ok(self.run(|conn, _, at| seats::fill(conn, &manager, jury, new, at))?.id)
    }

    pub fn declare(&mut self, who: &Caller, seat: SeatId, ties: &[EnrolmentId]) -> Result<(), AppError> {
        let ties = ties.iter().map(|id| DeclaredTie { enrolment_id: *id, reason: None }).collect();
        self.run(|conn, versions, at| seats::declare(conn, who, versions, seat, Declaration { ties }, at))?;
        Ok(())
    }

    /// A chair from outside and an internal member, both without any tie.
    pub fn good_jury(&mut self) -> GoodJury {
        let jury = self.jury();
        let (chair_seat, chair) = self.seat(jury, SeatFunction::Chair, Side::External);
        let (member_seat, member) = self.seat(jury, SeatFunction::Member, Side::Internal);
        self.declare(&chair, chair_seat, &[]).unwrap();
        self.declare(&member, member_seat, &[]).unwrap();
        GoodJury { id: jury, chair, chair_seat, member, member_seat }
    }

    /// On 15 June 2026, from nine to noon.
    pub fn sitting(&mut self, kind: SittingKind, methods: &[&str]) -> SittingView {
        let manager = self.manager.clone();
        let new = self.new_sitting(kind, methods);
        self.run(|conn, versions, at| sittings::plan(conn, &manager, versions, new, at)).unwrap()
    }

    pub fn new_sitting(&self, kind: SittingKind, methods: &[&str]) -> NewSitting {
        NewSitting {
            cohort_id: self.cohort,
            title: "Session".into(),
            kind,
            starts_at: hour(9, 0),
            ends_at: hour(12, 0),
            place: "Salle 1".into(),
            methods: methods.iter().map(|slug| (*slug).try_into().unwrap()).collect(),
            evidence_until: None,
        }
    }

    pub fn slots(
        &mut self,
        sitting: SittingId,
        jury: JuryId,
        first_at: At,
        enrolments: &[EnrolmentId],
    ) -> Result<Vec<SlotView>, AppError> {
        let manager = self.manager.clone();
        let new = NewSlots {
            jury_id: jury,
            first_at,
            minutes: 30,
            break_minutes: Some(10),
            enrolments: enrolments.to_vec(),
            together: None,
            room: None,
            pauses: None,
        };
        self.run(|conn, versions, at| slots::lay_out(conn, &manager, versions, sitting, new, at))
    }

    pub fn open(&mut self, sitting: SittingId) -> Result<(usize, usize), AppError> {
        let manager = self.manager.clone();
        let opened = self.run(|conn, versions, at| {
            parchemin::sittings::opening::open(conn, &manager, versions, sitting, at)
        })?;
        Ok((opened.sheets, opened.grids))
    }

    /// As if that seat had signed, in every sitting, without the lines that signing asks for.
    pub fn sign(&mut self, seat: SeatId, enrolment: EnrolmentId) {
        let signed = diesel::update(
            sheet::table.filter(sheet::seat_id.eq(seat)).filter(sheet::enrolment_id.eq(enrolment)),
        )
        .set(sheet::state.eq(SheetState::Signed))
        .execute(&mut self.conn)
        .unwrap();
        assert!(signed > 0, "a sheet is there to be signed");
    }

    pub fn count_rows(&mut self) -> (i64, i64, i64) {
        (
            slot::table.count().get_result(&mut self.conn).unwrap(),
            sheet::table.count().get_result(&mut self.conn).unwrap(),
            grid::table.count().get_result(&mut self.conn).unwrap(),
        )
    }

    /// Every row of our tables stands in the journal as it stands in its table.
    pub fn assert_journal_answers_for_all(&mut self) {
        let entries: Vec<Json> = journal_entry::table
            .order(journal_entry::id.asc())
            .select(journal_entry::rows)
            .load(&mut self.conn)
            .unwrap();
        let mut last = BTreeMap::new();
        for entry in entries {
            for row in entry.read::<Vec<RowDigest>>().unwrap() {
                last.insert((row.table, row.key), row.digest);
            }
        }
        const TABLES: [ProtectedTable; 17] = [
            AdjustmentRow::PROTECTED,
            AttendanceRecordRow::PROTECTED,
            DeadlineExtensionRow::PROTECTED,
            EvidenceDeadlineRow::PROTECTED,
            PresidingRow::PROTECTED,
            SittingChangeRow::PROTECTED,
            SlotArrangementRow::PROTECTED,
            SlotTransferRow::PROTECTED,
            SummonsRow::PROTECTED,
            WaiverRow::PROTECTED,
            JuryRow::PROTECTED,
            SeatRow::PROTECTED,
            RecusalRow::PROTECTED,
            SittingRow::PROTECTED,
            SlotRow::PROTECTED,
            SheetRow::PROTECTED,
            GridRow::PROTECTED,
        ];
        for table in TABLES {
            (table.walk)(&mut self.conn, &mut |row| {
                let row = row.unwrap();
                let told = last.remove(&(row.table.clone(), row.key.clone()));
                assert_eq!(told.as_ref(), Some(&row.digest), "{} {}", row.table, row.key);
            })
            .unwrap();
        }
        assert!(last.is_empty(), "the journal tells of rows that are not there: {:?}", last.keys());
    }
}

pub struct GoodJury {
    pub id: JuryId,
    pub chair: Caller,
    pub chair_seat: SeatId,
    pub member: Caller,
    pub member_seat: SeatId,
}

fn caller(account: AccountId, role: Role, centre: CentreId) -> Caller {
    Caller {
        account,
        login: LoginId::new(),
        name: "Personne".into(),
        locale: Locale::Fr,
        roles: vec![Held { role, centre: Some(centre) }],
    }
}

/// The code of a refusal, with the rule's name where it has one.
pub fn refused<T: std::fmt::Debug>(result: Result<T, AppError>) -> String {
    let problem = result.unwrap_err().problem();
    match problem.more.get("rule").and_then(|rule| rule.as_str()) {
        Some(rule) => format!("{} {} {rule}", problem.status, problem.code),
        None => format!("{} {}", problem.status, problem.code),
    }
}

/// The rules named in `broken`, in their order.
pub fn broken<T: std::fmt::Debug>(result: Result<T, AppError>) -> Vec<String> {
    let problem = result.unwrap_err().problem();
    let list = problem.more.get("broken").and_then(|list| list.as_array()).cloned().unwrap_or_default();
    list.iter().map(|one| one["rule"].as_str().unwrap().to_owned()).collect()
}
