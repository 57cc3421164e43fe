//! First act: who governs, the standards, the cohorts, the juries, what is planned.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Duration, Utc};
use serde_json::{Value, json};

use super::mishaps::{self, Mishap};
use super::people::{self, Juror, Part};
use super::stage::{Person, Stage, list, text};

/// Those who govern.
pub struct Staff {
    pub administrator: Person,
    pub manager: Person,
    pub auditor: Person,
    pub officer: Person,
    pub centre: String,
}

/// A candidate with their account.
pub struct Actor {
    pub about: &'static people::Candidate,
    pub person: Person,
    pub enrolment: String,
    /// Cohort and number, for whoever counts again.
    pub dossier: String,
    /// Blocks to be assessed, by slug.
    pub blocks: Vec<String>,
}

pub struct Seat {
    pub person: Person,
    pub seat: String,
    /// 0 for the chair; whoever replaces a juror takes their place.
    pub place: usize,
    pub left: bool,
}

#[derive(Clone)]
pub struct Sitting {
    pub id: String,
    pub starts_at: DateTime<Utc>,
    /// Place of its block in the référentiel; nothing for what is outside the blocks, or assessed again.
    pub block: Option<usize>,
}

/// One cohort and all that stands round it.
pub struct Group {
    pub about: &'static people::Cohort,
    pub name: String,
    /// The référentiel as the service gives it back.
    pub standard: Value,
    pub version: String,
    pub cohort: String,
    pub actors: Vec<Actor>,
    pub jury: String,
    pub seats: Vec<Seat>,
    /// Those that take place.
    pub sittings: Vec<Sitting>,
    /// By sitting, seat and enrolment.
    pub sheets: BTreeMap<(String, String, String), String>,
    /// Seats that do not assess a candidate.
    pub aside: BTreeSet<(String, String)>,
    pub deliberations: Vec<String>,
}

impl Group {
    pub fn new(about: &'static people::Cohort, name: &str, version: String, standard: Value) -> Self {
        Self {
            about,
            name: name.to_owned(),
            standard,
            version,
            cohort: String::new(),
            actors: Vec::new(),
            jury: String::new(),
            seats: Vec::new(),
            sittings: Vec::new(),
            sheets: BTreeMap::new(),
            aside: BTreeSet::new(),
            deliberations: Vec::new(),
        }
    }

    pub fn blocks(&self) -> anyhow::Result<&Vec<Value>> {
        list(&self.standard, "/blocks")
    }

    /// The candidate to whom something happens, if they are of this cohort.
    pub fn playing(&self, part: Part) -> Option<&Actor> {
        self.actors.iter().find(|actor| actor.about.plays(part))
    }

    /// # Errors
    /// When somebody else plays it.
    pub fn part(&self, part: Part) -> anyhow::Result<&Actor> {
        self.playing(part).ok_or_else(|| anyhow::anyhow!("nobody plays {part:?} in {}", self.name))
    }

    pub fn actor(&self, enrolment: &Value) -> Option<&Actor> {
        self.actors.iter().find(|actor| *enrolment == actor.enrolment.as_str())
    }

    pub fn dossier(&self, enrolment: &Value) -> String {
        self.actor(enrolment).map(|actor| actor.dossier.clone()).unwrap_or_default()
    }

    /// # Errors
    /// When the jury has nobody there.
    pub fn seat(&self, place: usize) -> anyhow::Result<&Seat> {
        let mut open = self.seats.iter().filter(|seat| !seat.left);
        open.find(|seat| seat.place == place).ok_or_else(|| anyhow::anyhow!("seat {place} is empty"))
    }

    /// # Errors
    /// As [`Group::seat`].
    pub fn chair(&self) -> anyhow::Result<&Person> {
        Ok(&self.seat(0)?.person)
    }

    pub fn assesses(&self, seat: &Seat, actor: &Actor) -> bool {
        !seat.left && !self.aside.contains(&(seat.seat.clone(), actor.enrolment.clone()))
    }
}

/// # Errors
/// What the service refuses.
pub async fn staff(stage: &Stage, link: String) -> anyhow::Result<Staff> {
    let mut administrator = Person::invited("Administration", link, true);
    stage.comes_in(&mut administrator).await?;
    let centre = json!({ "name": "École Exemple, centre de Modèle-sur-Mer", "timezone": "Europe/Paris" });
    let centre = text(&stage.post(&administrator, "centres", centre).await?, "/id")?;
    let mut come = Vec::new();
    for (role, name, email, here) in [
        ("centre_manager", "Rosalie Responsable", "responsable@centre.example", true),
        ("auditor", "Aubin Auditeur", "audit@certificateur.example", false),
        ("data_protection_officer", "Désirée Données", "donnees@certificateur.example", false),
        ("trainer", "Firmin Formateur", "formation@centre.example", true),
    ] {
        let wish = json!({ "email": email, "display_name": name, "locale": "fr", "role": role,
                           "centre": if here { json!(centre) } else { Value::Null } });
        come.push(stage.invite(&administrator, "invitations", wish, role != "trainer").await?);
    }
    let [manager, auditor, officer, _trainer] =
        <[Person; 4]>::try_from(come).map_err(|_| anyhow::anyhow!("four people were invited"))?;
    Ok(Staff { administrator, manager, auditor, officer, centre })
}

/// Loads and publishes a standard, founds its cohort, imports its list; everybody is invited.
///
/// # Errors
/// What the service refuses.
pub async fn group(
    stage: &Stage,
    staff: &Staff,
    about: &'static people::Cohort,
) -> anyhow::Result<(Group, Vec<Mishap>)> {
    let loaded =
        stage.post(&staff.manager, "referentials?publish=true", json!({ "yaml": about.standard })).await?;
    let version = text(&loaded, "/id")?;
    let standard = stage.get(&staff.manager, &format!("referentials/{version}")).await?;
    let standard = standard.get("content").cloned().unwrap_or_default();
    let mut group = Group::new(about, about.name, version, standard);
    group.cohort = cohort(stage, staff, &group, ("2025-09-01", "2026-06-30")).await?;
    let happened = mishaps::people::arrival(stage, staff, &group).await?;
    for about in &about.candidates {
        let actor = enrolled(stage, staff, &group, about).await?;
        group.actors.push(actor);
    }
    Ok((group, happened))
}

/// # Errors
/// What the service refuses.
pub async fn cohort(
    stage: &Stage,
    staff: &Staff,
    group: &Group,
    (from, to): (&str, &str),
) -> anyhow::Result<String> {
    let cohort = json!({
        "centre_id": staff.centre, "version_id": group.version, "name": group.name, "starts_on": from, "ends_on": to,
    });
    text(&stage.post(&staff.manager, "cohorts", cohort).await?, "/id")
}

/// Finds a candidate of the cohort again, invites them and has them come in.
///
/// # Errors
/// What the service refuses.
pub async fn enrolled(
    stage: &Stage,
    staff: &Staff,
    group: &Group,
    about: &'static people::Candidate,
) -> anyhow::Result<Actor> {
    let path = format!("cohorts/{}/enrolments?limit=200", group.cohort);
    let all = stage.get(&staff.manager, &path).await?;
    let email = about.email();
    let made = list(&all, "/items")?.iter().find(|one| one["candidate"]["email"] == email.as_str());
    let made = made.ok_or_else(|| anyhow::anyhow!("{email} is not enrolled"))?;
    let (enrolment, number) = (text(made, "/id")?, text(made, "/number")?);
    let path = format!("enrolments/{enrolment}/invitation");
    let mut person = stage.invite(&staff.manager, &path, json!({}), false).await?;
    person.name = about.label();
    let whole = stage.get(&staff.manager, &format!("enrolments/{enrolment}")).await?;
    let held: Vec<&str> =
        list(&whole, "/acquired_blocks")?.iter().filter_map(|one| one["block"].as_str()).collect();
    let sought = list(made, "/blocks")?.iter().filter_map(Value::as_str);
    let blocks = sought.filter(|block| !held.contains(block)).map(str::to_owned).collect();
    let dossier = format!("{}-{number}", group.name);
    Ok(Actor { about, person, enrolment, dossier, blocks })
}

/// The jury sits down; each declares, one steps aside.
///
/// # Errors
/// What the service refuses.
pub async fn jury(stage: &Stage, staff: &Staff, group: &mut Group) -> anyhow::Result<Vec<Mishap>> {
    let jury =
        json!({ "cohort_id": group.cohort, "name": format!("Jury {}", group.name), "mandate": "both" });
    group.jury = text(&stage.post(&staff.manager, "juries", jury).await?, "/id")?;
    for (place, juror) in group.about.jurors.iter().enumerate() {
        let email = format!("jury{}.{}@jurys.example", place + 1, group.about.short);
        let person = juror_comes(stage, staff, juror, &email).await?;
        let path = format!("juries/{}/seats", group.jury);
        let seat = stage.post(&staff.manager, &path, seat_of(juror, &person)).await?;
        group.seats.push(Seat { person, seat: text(&seat, "/id")?, place, left: false });
    }
    let mut happened = Vec::new();
    for place in 0..group.seats.len() {
        if place == 2 && group.playing(Part::Recused).is_some() {
            happened.push(mishaps::jury::recused(stage, group, place).await?);
        } else {
            declares(stage, group.seat(place)?).await?;
        }
    }
    Ok(happened)
}

/// # Errors
/// What the service refuses.
pub async fn juror_comes(stage: &Stage, staff: &Staff, juror: &Juror, email: &str) -> anyhow::Result<Person> {
    let wish = json!({
        "email": email, "display_name": juror.name, "locale": "fr", "role": "juror", "centre": staff.centre,
    });
    stage.invite(&staff.manager, "invitations", wish, false).await
}

pub fn seat_of(juror: &Juror, person: &Person) -> Value {
    json!({
        "account_id": person.account, "function": juror.function, "side": juror.side, "gender": juror.gender,
        "employer": juror.employer, "occupation": juror.occupation, "practising_since": 2009,
    })
}

/// «No tie with any candidate.»
///
/// # Errors
/// What the service refuses.
pub async fn declares(stage: &Stage, seat: &Seat) -> anyhow::Result<()> {
    let path = format!("seats/{}/declaration", seat.seat);
    stage.post(&seat.person, &path, json!({ "ties": [] })).await.map(drop)
}

/// A day to plan.
pub struct Day<'a> {
    pub title: String,
    pub starts_at: DateTime<Utc>,
    pub hours: i64,
    pub place: &'a str,
    pub methods: Vec<&'a str>,
    pub minutes: i64,
    pub block: Option<usize>,
    /// Until when evidence is filed for it.
    pub until: Option<DateTime<Utc>>,
}

pub const ROOM: &str = "12 rue du Gabarit, Modèle-sur-Mer, salle 3";

/// One sitting per block, a day each, everybody who seeks it one after the other; lunch is at noon.
///
/// # Errors
/// What the service refuses.
pub async fn blocks(
    stage: &Stage,
    staff: &Staff,
    group: &mut Group,
    (first, until): (DateTime<Utc>, DateTime<Utc>),
) -> anyhow::Result<()> {
    let blocks = group.blocks()?.clone();
    for (place, block) in blocks.iter().enumerate() {
        let slug = text(block, "/id")?;
        let seeking: Vec<&str> = group
            .actors
            .iter()
            .filter(|actor| actor.blocks.contains(&slug))
            .map(|actor| actor.enrolment.as_str())
            .collect();
        // The last block of the longer standard was to be assessed in two groups, the second on a Saturday.
        let size = if place == 4 { 6 } else { seeking.len() };
        for (late, people) in seeking.chunks(size).enumerate() {
            let group_of = if late == 0 { "" } else { ", second groupe" };
            let day = Day {
                title: format!("Épreuves du bloc {}{group_of}", block["number"]),
                starts_at: first + Duration::days(i64::try_from(place + late)?),
                hours: 9,
                place: ROOM,
                methods: list(block, "/methods")?.iter().filter_map(|method| method["id"].as_str()).collect(),
                minutes: 30,
                block: Some(place),
                until: Some(until),
            };
            let sitting = plan(stage, staff, group, &day, people).await?;
            group.sittings.push(sitting);
        }
    }
    Ok(())
}

/// # Errors
/// What the service refuses.
pub async fn plan(
    stage: &Stage,
    staff: &Staff,
    group: &Group,
    day: &Day<'_>,
    people: &[&str],
) -> anyhow::Result<Sitting> {
    let sitting = json!({
        "cohort_id": group.cohort, "title": day.title, "kind": "event", "place": day.place,
        "starts_at": day.starts_at, "ends_at": day.starts_at + Duration::hours(day.hours),
        "methods": day.methods, "evidence_until": day.until,
    });
    let id = text(&stage.post(&staff.manager, "sittings", sitting).await?, "/id")?;
    let noon = day.starts_at.date_naive().and_hms_opt(11, 0, 0).unwrap_or_default().and_utc();
    if !people.is_empty() {
        let slots = json!({
            "jury_id": group.jury, "first_at": day.starts_at, "minutes": day.minutes, "break_minutes": 5,
            "enrolments": people, "pauses": [{ "starts_at": noon, "ends_at": noon + Duration::hours(1) }],
        });
        stage.post(&staff.manager, &format!("sittings/{id}/slots"), slots).await?;
    }
    Ok(Sitting { id, starts_at: day.starts_at, block: day.block })
}

/// Everybody is called to what is still to come; those called already are not called twice.
///
/// # Errors
/// What the service refuses.
pub async fn summon(stage: &Stage, staff: &Staff, group: &Group) -> anyhow::Result<()> {
    for sitting in group.sittings.iter().filter(|sitting| sitting.starts_at > stage.now()) {
        stage.post(&staff.manager, &format!("sittings/{}/summons", sitting.id), json!({})).await?;
    }
    Ok(())
}
