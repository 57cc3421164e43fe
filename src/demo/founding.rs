//! First act: who governs, the standards, the cohorts, the juries, what is planned.

use chrono::{DateTime, Duration, Utc};
use serde_json::{Value, json};

use super::people::{self, Fate};
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
}

pub struct Seat {
    pub person: Person,
    pub seat: String,
}

pub struct Sitting {
    pub id: String,
    pub starts_at: DateTime<Utc>,
}

/// One cohort and all that stands round it.
pub struct Group {
    pub about: &'static people::Cohort,
    /// The référentiel as the service gives it back.
    pub standard: Value,
    pub cohort: String,
    pub actors: Vec<Actor>,
    pub jury: String,
    pub seats: Vec<Seat>,
    pub sittings: Vec<Sitting>,
}

impl Group {
    pub fn blocks(&self) -> anyhow::Result<&Vec<Value>> {
        list(&self.standard, "/blocks")
    }
}

/// # Errors
/// What the service refuses.
pub async fn staff(stage: &Stage, link: String) -> anyhow::Result<Staff> {
    let mut administrator = Person::invited("Administration", link, true);
    stage.comes_in(&mut administrator).await?;
    let centre = json!({ "name": "École Exemple, centre de Modèle-sur-Mer", "timezone": "Europe/Paris" });
    let centre = text(&stage.post(&administrator, "centres", centre).await?, "/id")?;
    let invite = |role: &'static str, name: &'static str, email: &'static str, here: bool| {
        json!({ "email": email, "display_name": name, "locale": "fr", "role": role,
                "centre": if here { json!(centre) } else { Value::Null } })
    };
    let mut come = Vec::new();
    for wish in [
        invite("centre_manager", "Rosalie Responsable", "responsable@centre.example", true),
        invite("auditor", "Aubin Auditeur", "audit@certificateur.example", false),
        invite("data_protection_officer", "Désirée Données", "donnees@certificateur.example", false),
        invite("trainer", "Firmin Formateur", "formation@centre.example", true),
    ] {
        let made = stage.post(&administrator, "invitations", wish.clone()).await?;
        let staff = wish["role"] != "trainer";
        let mut person =
            Person::invited(&text(&wish, "/display_name")?, text(&made, "/invitation/link")?, staff);
        stage.comes_in(&mut person).await?;
        come.push(person);
    }
    let [manager, auditor, officer, _trainer] =
        <[Person; 4]>::try_from(come).map_err(|_| anyhow::anyhow!("four people were invited"))?;
    Ok(Staff { administrator, manager, auditor, officer, centre })
}

/// Loads and publishes a standard, founds its cohort, enrols and invites six people.
///
/// # Errors
/// What the service refuses.
pub async fn group(stage: &Stage, staff: &Staff, about: &'static people::Cohort) -> anyhow::Result<Group> {
    let loaded =
        stage.post(&staff.manager, "referentials?publish=true", json!({ "yaml": about.standard })).await?;
    let version = text(&loaded, "/id")?;
    let standard = stage.get(&staff.manager, &format!("referentials/{version}")).await?;
    let cohort = json!({
        "centre_id": staff.centre, "version_id": version, "name": about.name,
        "starts_on": "2025-09-01", "ends_on": "2026-06-30",
    });
    let cohort = text(&stage.post(&staff.manager, "cohorts", cohort).await?, "/id")?;
    let people: Vec<Value> = about.candidates.iter().map(enrolment).collect();
    let path = format!("cohorts/{cohort}/enrolments");
    let enrolled = stage.post(&staff.manager, &path, json!({ "enrolments": people })).await?;
    let mut actors = Vec::new();
    for (about, made) in about.candidates.iter().zip(list(&enrolled, "/items")?) {
        let enrolment = text(made, "/id")?;
        let invited =
            stage.post(&staff.manager, &format!("enrolments/{enrolment}/invitation"), json!({})).await?;
        let mut person = Person::invited(&about.label(), text(&invited, "/invitation/link")?, false);
        stage.comes_in(&mut person).await?;
        actors.push(Actor { about, person, enrolment });
    }
    let standard = standard.get("content").cloned().unwrap_or_default();
    Ok(Group {
        about,
        standard,
        cohort,
        actors,
        jury: String::new(),
        seats: Vec::new(),
        sittings: Vec::new(),
    })
}

fn enrolment(about: &people::Candidate) -> Value {
    json!({
        "birth_name": about.last, "usage_name": about.usage, "first_names": about.first,
        "birth_date": "1998-04-12", "birth_place": "Modèle-sur-Mer", "email": about.email(),
        "access_route": about.route,
    })
}

/// The jury sits down; each declares, one steps aside.
///
/// # Errors
/// What the service refuses.
pub async fn jury(stage: &Stage, staff: &Staff, group: &mut Group) -> anyhow::Result<()> {
    let jury =
        json!({ "cohort_id": group.cohort, "name": format!("Jury {}", group.about.name), "mandate": "both" });
    group.jury = text(&stage.post(&staff.manager, "juries", jury).await?, "/id")?;
    for (place, juror) in group.about.jurors.iter().enumerate() {
        let email = format!(
            "jury{}.{}@jurys.example",
            place + 1,
            if group.about.name.contains("IA") { "ia" } else { "data" }
        );
        let wish = json!({ "email": email, "display_name": juror.name, "locale": "fr", "role": "juror", "centre": staff.centre });
        let made = stage.post(&staff.manager, "invitations", wish).await?;
        let mut person = Person::invited(juror.name, text(&made, "/invitation/link")?, false);
        stage.comes_in(&mut person).await?;
        let seat = json!({
            "account_id": person.account, "function": juror.function, "side": juror.side, "gender": juror.gender,
            "employer": juror.employer, "occupation": juror.occupation, "practising_since": 2009,
        });
        let seat =
            text(&stage.post(&staff.manager, &format!("juries/{}/seats", group.jury), seat).await?, "/id")?;
        group.seats.push(Seat { person, seat });
    }
    for (place, seat) in group.seats.iter().enumerate() {
        let ties: Vec<Value> = group
            .actors
            .iter()
            .filter(|actor| place == 1 && actor.about.fate == Fate::Recused)
            .map(|actor| json!({ "enrolment_id": actor.enrolment, "reason": "Ancien voisin et ami du candidat." }))
            .collect();
        stage
            .post(&seat.person, &format!("seats/{}/declaration", seat.seat), json!({ "ties": ties }))
            .await?;
    }
    Ok(())
}

/// One sitting per block, half a day each, all six candidates one after the other.
///
/// # Errors
/// What the service refuses.
pub async fn sittings(
    stage: &Stage,
    staff: &Staff,
    group: &mut Group,
    first: DateTime<Utc>,
) -> anyhow::Result<()> {
    let enrolments: Vec<&str> = group.actors.iter().map(|actor| actor.enrolment.as_str()).collect();
    let mut planned = Vec::new();
    for (place, block) in group.blocks()?.iter().enumerate() {
        let half_days = i64::try_from(place)?;
        let starts_at = first + Duration::days(half_days / 2) + Duration::hours(half_days % 2 * 5);
        let methods: Vec<&str> =
            list(block, "/methods")?.iter().filter_map(|method| method["id"].as_str()).collect();
        let sitting = json!({
            "cohort_id": group.cohort, "title": format!("Épreuves du bloc {}", block["number"]), "kind": "event",
            "place": "12 rue du Gabarit, Modèle-sur-Mer, salle 3", "starts_at": starts_at,
            "ends_at": starts_at + Duration::hours(4), "methods": methods,
        });
        let id = text(&stage.post(&staff.manager, "sittings", sitting).await?, "/id")?;
        let slots = json!({
            "jury_id": group.jury, "first_at": starts_at, "minutes": 35, "break_minutes": 5, "enrolments": enrolments,
        });
        stage.post(&staff.manager, &format!("sittings/{id}/slots"), slots).await?;
        stage.post(&staff.manager, &format!("sittings/{id}/opening"), json!({})).await?;
        planned.push(Sitting { id, starts_at });
    }
    group.sittings = planned;
    Ok(())
}
