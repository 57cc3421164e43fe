//! A cohort in the middle of its deliberations, written into the tables at once: 200 candidates, 100 criteria in
//! five blocks, 3 jurors. Two thirds are signed by all, a third of those decided; the others are half scored.

use diesel::prelude::*;
use parchemin::access::model::{Caller, Held};
use parchemin::access::rows::{AccountRow, AccountState, CentreRow, Locale, Role};
use parchemin::candidates::rows::{
    CandidateRow, CohortRow, EnrolmentRow, RequirementStateRow, RequirementStatus,
};
use parchemin::db::schema as t;
use parchemin::db::{AnyConn, At, Bytes, Json};
use parchemin::deliberation::rows::{
    DecisionOutcome, DecisionRow, DeliberationRow, DeliberationState, VerdictWord,
};
use parchemin::each;
use parchemin::error::AppError;
use parchemin::evidence::rows::{EvidenceLinkRow, EvidenceRow};
use parchemin::ids::{
    AccountId, CandidateId, CentreId, CohortId, DecisionId, DeliberationId, EnrolmentId, EvidenceId, GridId,
    JuryId, LineId, LoginId, SeatId, SheetId, SittingId, SlotId, VersionId,
};
use parchemin::jury::rows::{JuryRow, Mandate, SeatFunction, SeatRow, Side};
use parchemin::referential::rows::{LineKind, LineRow, VersionRow, VersionState};
use parchemin::scoring::rows::{GridRow, ScoreRow, ScoreState, SheetRow, SheetState};
use parchemin::sittings::rows::{Attendance, SittingKind, SittingRow, SittingState, SlotRow};
use serde_json::{Value, json};

pub const CANDIDATES: usize = 200;
pub const BLOCKS: usize = 5;
pub const CRITERIA_PER_BLOCK: usize = 20;
pub const JURORS: usize = 3;

/// Rows per statement: SQLite binds 32 766 values.
const CHUNK: usize = 1_500;

macro_rules! write {
    ($conn:expr, $table:ident, $rows:expr) => {
        for some in $rows.chunks(CHUNK) {
            each!($conn, c => diesel::insert_into(t::$table::table).values(some).execute(c))?;
        }
    };
}

/// What has been written, and a manager to read it.
pub struct Filled {
    pub cohort: CohortId,
    pub manager: Caller,
}

/// # Errors
/// Those of the database.
pub fn fill(conn: &mut AnyConn, at: At) -> Result<Filled, AppError> {
    let centre = CentreRow {
        id: CentreId::new(),
        name: "Centre du banc".to_owned(),
        timezone: "Europe/Paris".to_owned(),
        created_at: at,
    };
    let accounts: Vec<AccountRow> = (0..=JURORS).map(|number| account(number, at)).collect();
    let manager = accounts.first().map_or_else(AccountId::new, |row| row.id);
    let (version, lines) = standard(at)?;
    let cohort = CohortRow {
        id: CohortId::new(),
        centre_id: centre.id,
        version_id: version.id,
        name: "Promotion du banc".to_owned(),
        starts_on: "2026-01-05".to_owned(),
        ends_on: "2026-12-18".to_owned(),
        created_at: at,
    };
    write!(conn, centre, [centre.clone()]);
    write!(conn, account, accounts);
    write!(conn, referential_version, [version.clone()]);
    write!(conn, line, lines);
    write!(conn, cohort, [cohort.clone()]);
    let enrolments = people(conn, &cohort, manager, at)?;
    let deliberation = assessed(conn, &cohort, &accounts, &enrolments, &lines, at)?;
    decided(conn, deliberation, &enrolments, manager, at)?;
    evidence(conn, &enrolments, &lines, manager, at)?;
    let held = Held { role: Role::CentreManager, centre: Some(centre.id) };
    Ok(Filled {
        cohort: cohort.id,
        manager: Caller {
            account: manager,
            login: LoginId::new(),
            name: "Maud Sémaphore".to_owned(),
            locale: Locale::Fr,
            roles: vec![held],
        },
    })
}

fn account(number: usize, at: At) -> AccountRow {
    AccountRow {
        id: AccountId::new(),
        salt: Bytes::salt(),
        email: format!("banc{number}@example.test"),
        display_name: format!("Personne {number}"),
        locale: Locale::Fr,
        password_hash: None,
        state: AccountState::Active,
        created_at: at,
    }
}

fn people(
    conn: &mut AnyConn,
    cohort: &CohortRow,
    by: AccountId,
    at: At,
) -> Result<Vec<EnrolmentRow>, AppError> {
    let blocks: Vec<String> = (0..BLOCKS).map(|block| format!("b{block}")).collect();
    let (mut candidates, mut enrolments, mut requirements) = (Vec::new(), Vec::new(), Vec::new());
    for number in 1..=CANDIDATES {
        let candidate = CandidateRow {
            id: CandidateId::new(),
            salt: Bytes::salt(),
            account_id: None,
            birth_name: "Kerdoncuff".to_owned(),
            usage_name: None,
            first_names: format!("Léone {number}"),
            birth_date: Some("1999-05-17".to_owned()),
            birth_place: Some("Ouessant".to_owned()),
            email: format!("candidat{number}@banc.example"),
            employer: None,
            version: 1,
            created_at: at,
            updated_at: at,
            sex: None,
            birth_insee: None,
            birth_postcode: None,
            birth_country: None,
        };
        let enrolment = EnrolmentRow {
            id: EnrolmentId::new(),
            cohort_id: cohort.id,
            candidate_id: candidate.id,
            version_id: cohort.version_id,
            number: format!("{number:04}"),
            access_route: "continuing_training".to_owned(),
            blocks: Json::of(&blocks)?,
            created_at: at,
        };
        requirements.extend(["garde", "memoire"].map(|slug| RequirementStateRow {
            enrolment_id: enrolment.id,
            requirement: slug.to_owned(),
            salt: Bytes::salt(),
            state: if number.is_multiple_of(2) { RequirementStatus::Met } else { RequirementStatus::Pending },
            evidence_id: None,
            reason: None,
            version: 1,
            recorded_by: by,
            recorded_at: at,
        }));
        candidates.push(candidate);
        enrolments.push(enrolment);
    }
    write!(conn, candidate, candidates);
    write!(conn, enrolment, enrolments);
    write!(conn, requirement_state, requirements);
    Ok(enrolments)
}

/// Two thirds of the candidates are signed by all.
fn is_signed(place: usize) -> bool {
    !place.is_multiple_of(3)
}

fn assessed(
    conn: &mut AnyConn,
    cohort: &CohortRow,
    accounts: &[AccountRow],
    enrolments: &[EnrolmentRow],
    lines: &[LineRow],
    at: At,
) -> Result<DeliberationId, AppError> {
    let methods: Vec<String> = (0..BLOCKS).map(|block| format!("m{block}")).collect();
    let sitting = sitting(cohort, &methods, at)?;
    let jury = JuryRow {
        id: JuryId::new(),
        cohort_id: cohort.id,
        name: "Jury du banc".to_owned(),
        mandate: Mandate::Both,
        created_at: at,
    };
    let seats: Vec<SeatRow> =
        accounts.iter().skip(1).enumerate().map(|(place, one)| seat(&jury, one, place, at)).collect();
    let slots: Vec<SlotRow> = enrolments.iter().map(|one| slot(&sitting, &jury, one, at)).collect();
    let (mut sheets, mut grids, mut scores) = (Vec::new(), Vec::new(), Vec::new());
    for (place, enrolment) in enrolments.iter().enumerate() {
        for seat in &seats {
            let sheet = SheetRow {
                id: SheetId::new(),
                sitting_id: sitting.id,
                seat_id: seat.id,
                enrolment_id: enrolment.id,
                state: if is_signed(place) { SheetState::Signed } else { SheetState::Open },
                version: 1,
                created_at: at,
            };
            for method in &methods {
                let grid = GridRow { id: GridId::new(), sheet_id: sheet.id, method: method.clone() };
                let of = lines.iter().filter(|line| line.method == *method);
                let written = if is_signed(place) { CRITERIA_PER_BLOCK } else { CRITERIA_PER_BLOCK / 2 };
                scores.extend(of.take(written).map(|line| score(&grid, line, seat.account_id, at)));
                grids.push(grid);
            }
            sheets.push(sheet);
        }
    }
    let by = accounts.first().map_or_else(AccountId::new, |row| row.id);
    let deliberation = deliberation(&jury, &sitting, by, at)?;
    write!(conn, sitting, [sitting.clone()]);
    write!(conn, jury, [jury.clone()]);
    write!(conn, seat, seats);
    write!(conn, slot, slots);
    write!(conn, sheet, sheets);
    write!(conn, grid, grids);
    write!(conn, score, scores);
    write!(conn, deliberation, [deliberation.clone()]);
    Ok(deliberation.id)
}

fn sitting(cohort: &CohortRow, methods: &[String], at: At) -> Result<SittingRow, AppError> {
    Ok(SittingRow {
        id: SittingId::new(),
        cohort_id: cohort.id,
        title: "Épreuves du banc".to_owned(),
        kind: SittingKind::Window,
        starts_at: at,
        ends_at: at.plus(chrono::Duration::days(5)),
        place: "À distance".to_owned(),
        methods: Json::of(&methods)?,
        state: SittingState::Open,
        created_at: at,
        opened_at: Some(at),
    })
}

fn seat(jury: &JuryRow, of: &AccountRow, place: usize, at: At) -> SeatRow {
    SeatRow {
        id: SeatId::new(),
        salt: Bytes::salt(),
        jury_id: jury.id,
        account_id: of.id,
        function: if place == 0 { SeatFunction::Chair } else { SeatFunction::Member },
        side: Side::External,
        gender: None,
        employer: "Phares".to_owned(),
        occupation: "Gardien".to_owned(),
        practising_since: Some(2010),
        created_at: at,
        declared_at: Some(at),
        closed_at: None,
        closed_reason: None,
    }
}

fn slot(sitting: &SittingRow, jury: &JuryRow, of: &EnrolmentRow, at: At) -> SlotRow {
    SlotRow {
        id: SlotId::new(),
        salt: Bytes::salt(),
        sitting_id: sitting.id,
        enrolment_id: of.id,
        jury_id: jury.id,
        starts_at: at,
        minutes: 45,
        attendance: Attendance::Present,
        attendance_reason: None,
        attendance_by: None,
        attendance_at: None,
    }
}

fn score(grid: &GridRow, line: &LineRow, by: AccountId, at: At) -> ScoreRow {
    ScoreRow {
        grid_id: grid.id,
        line_id: line.id,
        salt: Bytes::salt(),
        state: ScoreState::Scored,
        rank: Some(3),
        reason: None,
        comment: Some("Le feu est tenu toute la nuit, sans reprise.".to_owned()),
        version: 1,
        updated_by: by,
        updated_at: at,
    }
}

fn deliberation(
    jury: &JuryRow,
    sitting: &SittingRow,
    by: AccountId,
    at: At,
) -> Result<DeliberationRow, AppError> {
    Ok(DeliberationRow {
        id: DeliberationId::new(),
        salt: Bytes::salt(),
        jury_id: jury.id,
        title: "Délibération du banc".to_owned(),
        sittings: Json::of(&[sitting.id])?,
        state: DeliberationState::Closed,
        observations: None,
        convened_by: by,
        convened_at: at,
        closed_by: None,
        closed_at: Some(at),
        number: Some("PV-2026-0001".to_owned()),
        published_by: None,
        published_at: None,
    })
}

fn decided(
    conn: &mut AnyConn,
    deliberation: DeliberationId,
    enrolments: &[EnrolmentRow],
    by: AccountId,
    at: At,
) -> Result<(), AppError> {
    let mut decisions = Vec::new();
    for enrolment in enrolments.iter().skip(1).step_by(3) {
        for block in 0..BLOCKS {
            decisions.push(DecisionRow {
                id: DecisionId::new(),
                salt: Bytes::salt(),
                deliberation_id: deliberation,
                enrolment_id: enrolment.id,
                block: format!("b{block}"),
                outcome: DecisionOutcome::Acquired,
                proposal: VerdictWord::Proposed,
                proposal_path: Json(Value::Null),
                departs: false,
                reason: None,
                votes_for: 3,
                votes_against: 0,
                dissent: None,
                version: 1,
                decided_by: by,
                decided_at: at,
                ended_at: None,
                ended_reason: None,
            });
        }
    }
    write!(conn, decision, decisions);
    Ok(())
}

/// Three pieces each, for half of the criteria.
fn evidence(
    conn: &mut AnyConn,
    enrolments: &[EnrolmentRow],
    lines: &[LineRow],
    by: AccountId,
    at: At,
) -> Result<(), AppError> {
    let (mut pieces, mut links) = (Vec::new(), Vec::new());
    for enrolment in enrolments {
        for third in 0..3 {
            let piece = EvidenceRow {
                id: EvidenceId::new(),
                salt: Bytes::salt(),
                enrolment_id: enrolment.id,
                title: format!("Registre {third}"),
                filename: "registre.pdf".to_owned(),
                media_type: "application/pdf".to_owned(),
                size: 1024,
                sha256: Bytes(vec![0; 32]),
                filed_by: by,
                filed_at: at,
            };
            links.extend(lines.iter().skip(third * 2).step_by(6).map(|line| EvidenceLinkRow {
                evidence_id: piece.id,
                line_id: line.id,
                anchor: None,
                linked_by: by,
                linked_at: at,
            }));
            pieces.push(piece);
        }
    }
    write!(conn, evidence, pieces);
    write!(conn, evidence_link, links);
    Ok(())
}

/// Five blocks of one method each; every criterion is observed in what is filed.
fn standard(at: At) -> Result<(VersionRow, Vec<LineRow>), AppError> {
    let words = |text: &str| json!({ "fr": text, "en": text });
    let level = |rank: u8| json!({ "rank": rank, "label": words("rang"), "meaning": words("rang") });
    let requirement =
        |id: &str| json!({ "id": id, "kind": "filed", "label": words(id), "text": "Un document." });
    let blocks: Vec<Value> = (0..BLOCKS).map(block).collect();
    let content = json!({
        "code": "banc", "version": "v1", "title": "Gardien de banc", "language": "fr",
        "source": { "title": "Banc d'essai", "document": "Banc d'essai" },
        "numbering": { "activity": "A{b}.{n}", "competency": "C{b}.{n}" },
        "scale": { "levels": [level(1), level(2), level(3)], "met_from": 3 },
        "combination": "median",
        "rules": { "competency": "all", "block": "all", "certification": "all" },
        "jury": { "default": { "members_at_least": 2, "external_share_at_least": "0", "excluded_ties": [],
            "casting_vote": true } },
        "requirements": [requirement("garde"), requirement("memoire")],
        "blocks": blocks,
    });
    let version = VersionRow {
        id: VersionId::new(),
        code: "banc".to_owned(),
        version: "v1".to_owned(),
        title: "Gardien de banc".to_owned(),
        state: VersionState::Published,
        content: Json(content),
        content_hash: Bytes(vec![0; 32]),
        created_at: at,
        published_at: Some(at),
    };
    let places = (0..BLOCKS).flat_map(|block| (0..CRITERIA_PER_BLOCK).map(move |place| (block, place)));
    let lines = places.map(|(block, place)| LineRow {
        id: LineId::new(),
        version_id: version.id,
        slug: format!("k{block}-{place}"),
        block: format!("b{block}"),
        method: format!("m{block}"),
        kind: LineKind::Criterion,
    });
    let lines = lines.collect();
    Ok((version, lines))
}

fn block(number: usize) -> Value {
    let competency = format!("c{number}");
    let criteria: Vec<Value> = (0..CRITERIA_PER_BLOCK)
        .map(|place| {
            json!({ "id": format!("k{number}-{place}"), "text": "Le feu est tenu.", "method": format!("m{number}"),
            "serves": [competency], "observed": "filed" })
        })
        .collect();
    json!({
        "id": format!("b{number}"), "number": number + 1, "title": "Tenir le feu",
        "activities": [{ "id": format!("a{number}"), "code": "A1.1", "title": "Allumage", "tasks": [],
            "competencies": [{ "id": competency, "code": "C1.1", "text": "Tenir le feu" }] }],
        "methods": [{ "id": format!("m{number}"), "kind": "report", "title": "Rapport", "text": "Trente pages.",
            "grouping": "individual", "covers": [competency] }],
        "criteria": criteria,
    })
}
