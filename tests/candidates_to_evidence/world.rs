//! A service without its web: a database, a disk, and people.

use std::collections::HashMap;

use diesel::prelude::*;
use parchemin::access::rows::{AccountRow, AccountState, CentreRow, Locale, Role, RoleGrantRow};
use parchemin::access::{Caller, Held};
use parchemin::candidates::model::NewCohort;
use parchemin::candidates::rows::{
    AcquiredBlockRow, CandidateRow, CohortRow, CohortTrainerRow, EnrolmentRow, RequirementPastRow,
    RequirementStateRow,
};
use parchemin::db::schema::{account, centre, journal_entry, role_grant};
use parchemin::db::{AnyConn, At, Bytes, Db, Json};
use parchemin::error::AppError;
use parchemin::evidence::files::FileStore;
use parchemin::evidence::rows::{EvidenceLinkRow, EvidenceRow};
use parchemin::ids::{AccountId, CentreId, CohortId, LoginId, RoleGrantId, VersionId};
use parchemin::journal::{ProtectedTable, RowDigest};
use parchemin::referential::Versions;
use parchemin::referential::rows::{LineRow, VersionRow};
use serde_json::Value;

use crate::common::{Database, Engine};

/// A small certification that uses everything the format has.
pub const MINIMAL: &str = include_str!("../data/minimal.yaml");

pub struct World {
    pub db: Db,
    pub versions: Versions,
    pub files: FileStore,
    pub centre: CentreId,
    // Dropped last: the pool above must have let go of it.
    _database: Database,
    pub folder: tempfile::TempDir,
}

/// Minutes after the story begins.
pub fn at(minutes: i64) -> At {
    At::from(chrono::DateTime::from_timestamp(1_772_442_000, 0).unwrap())
        .plus(chrono::Duration::minutes(minutes))
}

impl World {
    pub async fn new(engine: Engine) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database = Database::new(engine, folder.path());
        let db = Db::open(&database.url).unwrap();
        let files = FileStore::open(folder.path().join("files"), folder.path().join("incoming")).unwrap();
        let centre = CentreId::new();
        let row = CentreRow {
            id: centre,
            name: "Centre du Ponant".into(),
            timezone: "Europe/Paris".into(),
            created_at: at(0),
        };
        db.write(move |conn| Ok(diesel::insert_into(centre::table).values(row).execute(conn)?))
            .await
            .unwrap();
        Self { db, versions: Versions::default(), files, centre, _database: database, folder }
    }

    pub async fn do_it<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut AnyConn) -> Result<T, AppError> + Send + 'static,
    ) -> Result<T, AppError> {
        self.db.write(work).await
    }

    /// Somebody signed in with one role.
    pub async fn somebody(&self, email: &str, role: Role) -> Caller {
        let account = AccountId::new();
        let everywhere = [Role::Administrator, Role::Auditor, Role::DataProtectionOfficer].contains(&role);
        let held = Held { role, centre: (!everywhere).then_some(self.centre) };
        let row = AccountRow {
            id: account,
            salt: Bytes::salt(),
            email: email.into(),
            display_name: "Quelqu’un".into(),
            locale: Locale::Fr,
            password_hash: None,
            state: AccountState::Active,
            created_at: at(0),
        };
        let grant = RoleGrantRow {
            id: RoleGrantId::new(),
            account_id: account,
            role,
            centre_id: held.centre,
            granted_by: None,
            granted_at: at(0),
            ended_at: None,
        };
        self.do_it(move |conn| {
            diesel::insert_into(account::table).values(row).execute(conn)?;
            Ok(diesel::insert_into(role_grant::table).values(grant).execute(conn)?)
        })
        .await
        .unwrap();
        Caller {
            account,
            login: LoginId::new(),
            name: "Quelqu’un".into(),
            locale: Locale::Fr,
            roles: vec![held],
        }
    }

    pub async fn manager(&self) -> Caller {
        self.somebody("responsable@exemple.fr", Role::CentreManager).await
    }

    pub async fn published(&self, caller: &Caller) -> VersionId {
        use parchemin::referential::service;
        let caller = caller.clone();
        let sound = service::read(&caller, MINIMAL.as_bytes()).unwrap();
        self.do_it(move |conn| service::load(conn, &caller, sound, true, at(1))).await.unwrap().0.id
    }

    pub async fn cohort(&self, caller: &Caller, version_id: VersionId, name: &str) -> CohortId {
        let new = NewCohort {
            centre_id: self.centre,
            version_id,
            name: name.into(),
            starts_on: "2026-01-05".parse().unwrap(),
            ends_on: "2026-12-18".parse().unwrap(),
        };
        let (caller, versions) = (caller.clone(), self.versions.clone());
        let made = self.do_it(move |conn| {
            parchemin::candidates::service::create_cohort(conn, &caller, &versions, new, at(2))
        });
        made.await.unwrap().id
    }

    /// Kinds of the acts so far, in order.
    pub async fn acts(&self) -> Vec<String> {
        let read = |conn: &mut AnyConn| {
            Ok(journal_entry::table.order(journal_entry::id).select(journal_entry::kind).load(conn)?)
        };
        self.do_it(read).await.unwrap()
    }

    /// Every protected row of these subjects is in the journal as it now stands, and nothing else is.
    pub async fn assert_proved(&self) {
        let (mut told, held) = self
            .do_it(|conn| {
                let mut told = HashMap::new();
                let entries: Vec<Json> =
                    journal_entry::table.order(journal_entry::id).select(journal_entry::rows).load(conn)?;
                for entry in entries {
                    for row in entry.read::<Vec<RowDigest>>()? {
                        told.insert((row.table, row.key), row.digest);
                    }
                }
                let mut held = Vec::new();
                for table in PROTECTED {
                    (table.walk)(conn, &mut |row| held.push(row))?;
                }
                Ok((told, held))
            })
            .await
            .unwrap();
        for row in held {
            let row = row.unwrap();
            let digest = told.remove(&(row.table.clone(), row.key.clone()));
            assert_eq!(digest, Some(row.digest), "{} {}", row.table, row.key);
        }
        assert!(told.is_empty(), "told but not there: {:?}", told.keys());
    }

    /// Names of the files under a folder of the disk, without those of folders.
    pub fn kept(&self, folder: &str) -> Vec<String> {
        let mut names = Vec::new();
        let mut folders = vec![self.folder.path().join(folder)];
        while let Some(next) = folders.pop() {
            for entry in std::fs::read_dir(next).unwrap().map(Result::unwrap) {
                if entry.path().is_dir() {
                    folders.push(entry.path());
                } else {
                    names.push(entry.file_name().into_string().unwrap());
                }
            }
        }
        names
    }
}

const PROTECTED: &[ProtectedTable] = &[
    VersionRow::PROTECTED,
    LineRow::PROTECTED,
    CohortRow::PROTECTED,
    CohortTrainerRow::PROTECTED,
    CandidateRow::PROTECTED,
    EnrolmentRow::PROTECTED,
    AcquiredBlockRow::PROTECTED,
    RequirementStateRow::PROTECTED,
    RequirementPastRow::PROTECTED,
    EvidenceRow::PROTECTED,
    EvidenceLinkRow::PROTECTED,
];

/// What a refusal tells of each fault, member by member.
pub fn faults(error: &AppError, members: &[&str]) -> Vec<String> {
    let more = error.problem().more;
    let list = more.get("faults").and_then(Value::as_array).unwrap_or_else(|| panic!("no faults: {error:?}"));
    list.iter()
        .map(|fault| {
            let told: Vec<String> = members
                .iter()
                .map(|member| match &fault[member] {
                    Value::String(text) => text.clone(),
                    other => other.to_string(),
                })
                .collect();
            told.join(" ")
        })
        .collect()
}

pub fn rule(error: &AppError) -> Option<String> {
    error.problem().more.get("rule").and_then(Value::as_str).map(str::to_owned)
}
