//! What befalls a sitting: deadlines, moves, ends, somebody who goes to another.

use anyhow::{Context as _, ensure};
use chrono::{DateTime, Duration, Utc};
use reqwest::multipart::Form;
use serde_json::{Value, json};

use super::{Mishap, hour};
use crate::demo::filing;
use crate::demo::founding::{Day, Group, ROOM, Sitting, Staff, plan};
use crate::demo::people::Part;
use crate::demo::report::Count;
use crate::demo::stage::{Stage, list, text};

/// One person files after everybody else's deadline.
///
/// # Errors
/// What the service refuses.
pub async fn deadline_extended(
    stage: &Stage,
    staff: &Staff,
    group: &Group,
    until: DateTime<Utc>,
) -> anyhow::Result<Mishap> {
    let (actor, sitting) = (group.part(Part::Extended)?, first(group)?);
    let reason = "Grippe, arrêt de travail jusqu’au dimanche.";
    let wish = json!({ "enrolment_id": actor.enrolment, "until": until, "reason": reason });
    let granted = stage.post(&staff.manager, &format!("sittings/{}/extensions", sitting.id), wish).await?;
    ensure!(list(&granted, "/notices")?.len() == 1, "{granted}");
    let told = format!(
        "Dépôt prolongé pour une seule personne : {} a jusqu’au dimanche {}.",
        actor.about.label(),
        hour(until)
    );
    Ok(Mishap::new("deadline_extended", reason, told))
}

/// An upload that began before the deadline ends after it.
///
/// # Errors
/// What the service refuses.
pub async fn upload_in_grace(
    stage: &Stage,
    group: &Group,
    deadline: DateTime<Utc>,
    count: &mut Count,
) -> anyhow::Result<Mishap> {
    let actor = group.part(Part::Grace)?;
    stage.it_is(deadline - Duration::minutes(2));
    let block = group.blocks()?.first().cloned().unwrap_or_default();
    let criteria = filing::criteria(&block)?;
    let form = Form::new().text("title", "Annexe au rapport").text("criteria", json!(criteria).to_string());
    let bytes = "Journal des traitements, page après page.\n".repeat(4_000).into_bytes();
    let path = format!("enrolments/{}/evidence", actor.enrolment);
    let late = Duration::minutes(9);
    stage.upload_slowly(&actor.person, &path, form, ("annexe.txt", bytes), late).await?;
    count.evidence += 1;
    let told = format!(
        "Envoi commencé à temps : {} dépose à {} pour {}, le fichier finit à {} ; il est reçu, et marqué.",
        actor.about.label(),
        hour(deadline - Duration::minutes(2)),
        hour(deadline),
        hour(stage.now())
    );
    Ok(Mishap::new("upload_in_grace", "Commencé avant la date limite, fini dans la demi-heure.", told))
}

/// # Errors
/// What the service refuses.
pub async fn moved(stage: &Stage, staff: &Staff, group: &mut Group) -> anyhow::Result<Mishap> {
    let sitting = group.sittings.last_mut().context("nothing is planned")?;
    let reason = "Grève des transports annoncée pour le jeudi.";
    let starts_at = sitting.starts_at + Duration::days(1);
    let wish = json!({ "starts_at": starts_at, "ends_at": starts_at + Duration::hours(9), "reason": reason });
    let moved = stage.post(&staff.manager, &format!("sittings/{}/moves", sitting.id), wish).await?;
    sitting.starts_at = starts_at;
    let told = list(&moved, "/notices")?.len();
    let told = format!(
        "Session déplacée : le bloc 4 passe du jeudi au vendredi ; {told} personnes en sont averties."
    );
    Ok(Mishap::new("sitting_moved", reason, told))
}

/// Two groups become one, in the afternoon of the first.
///
/// # Errors
/// What the service refuses.
pub async fn merged(stage: &Stage, staff: &Staff, group: &mut Group) -> anyhow::Result<Mishap> {
    let last = group.sittings.iter().rposition(|sitting| sitting.block.is_some());
    let second = group.sittings.remove(last.context("nothing is planned")?);
    let into = group.sittings.iter().rfind(|sitting| sitting.block == second.block);
    let into = into.context("there is no first group")?;
    let reason = "Trop peu de candidats le samedi ; le jury reste l’après-midi du vendredi.";
    let first_at = into.starts_at + Duration::minutes(4 * 60 + 40);
    let wish = json!({ "into": into.id, "first_at": first_at, "reason": reason });
    let merged = stage.post(&staff.manager, &format!("sittings/{}/merging", second.id), wish).await?;
    let told = format!(
        "Deux sessions réunies : le groupe du samedi rejoint celui du vendredi à {} ; {} convocations renouvelées.",
        hour(first_at),
        list(&merged, "/notices")?.len()
    );
    Ok(Mishap::new("sittings_merged", reason, told))
}

/// The defences were planned in the morning in a room that is flooded: cancelled, and planned anew elsewhere.
///
/// # Errors
/// What the service refuses.
pub async fn cancelled(stage: &Stage, staff: &Staff, group: &mut Group) -> anyhow::Result<Mishap> {
    let flooded = group.sittings.pop().context("nothing is planned")?;
    let reason = "Dégât des eaux dans l’amphithéâtre, fermé jusqu’à nouvel ordre.";
    let path = format!("sittings/{}/cancellation", flooded.id);
    let ended = stage.post(&staff.manager, &path, json!({ "reason": reason })).await?;
    let told = list(&ended, "/notices")?.len();
    let again = defences(stage, staff, group, flooded.starts_at + Duration::hours(4), ROOM).await?;
    group.sittings.push(again);
    let told = format!(
        "Session annulée : l’amphithéâtre des soutenances est inondé, {told} personnes averties ; une autre \
         session est ouverte l’après-midi."
    );
    Ok(Mishap::new("sitting_cancelled", reason, told))
}

/// An hour for each of those whose defence the jury scores.
///
/// # Errors
/// What the service refuses.
pub async fn defences(
    stage: &Stage,
    staff: &Staff,
    group: &Group,
    starts_at: DateTime<Utc>,
    place: &str,
) -> anyhow::Result<Sitting> {
    let defended = group.actors.iter().filter(|actor| actor.about.plays(Part::Defended));
    let people: Vec<&str> = defended.map(|actor| actor.enrolment.as_str()).collect();
    let day = Day {
        title: "Soutenances de thèse".to_owned(),
        starts_at,
        hours: 7,
        place,
        methods: vec!["soutenance"],
        minutes: 60,
        block: None,
        until: None,
    };
    plan(stage, staff, group, &day, &people).await
}

/// Somebody cannot come that day and goes to a sitting made for them.
///
/// # Errors
/// What the service refuses.
pub async fn transferred(
    stage: &Stage,
    staff: &Staff,
    group: &mut Group,
    (from, to): (&Sitting, DateTime<Utc>),
) -> anyhow::Result<Mishap> {
    let block = group.blocks()?.get(from.block.unwrap_or_default()).cloned().unwrap_or_default();
    let day = Day {
        title: format!("Épreuves du bloc {}, session complémentaire", block["number"]),
        starts_at: to,
        hours: 2,
        place: ROOM,
        methods: list(&block, "/methods")?.iter().filter_map(|method| method["id"].as_str()).collect(),
        minutes: 30,
        block: from.block,
        until: None,
    };
    let into = plan(stage, staff, group, &day, &[]).await?;
    let actor = group.part(Part::Transferred)?;
    let reason = "Convoquée comme jurée d’assises ce jour-là.";
    let slot = slot_of(stage, staff, &from.id, &actor.enrolment).await?;
    let wish = json!({ "sitting_id": into.id, "jury_id": group.jury, "starts_at": to, "reason": reason });
    let gone = stage.post(&staff.manager, &format!("slots/{slot}/transfer"), wish).await?;
    ensure!(gone["from"]["attendance"] == "excused", "{gone}");
    let told = format!(
        "Passage transféré : {} ne peut pas venir le 4 mars et passe le bloc {} le 9, devant le même jury.",
        actor.about.label(),
        block["number"]
    );
    group.sittings.push(into);
    Ok(Mishap::new("candidate_transferred", reason, told))
}

async fn slot_of(stage: &Stage, staff: &Staff, sitting: &str, enrolment: &str) -> anyhow::Result<String> {
    let detail = stage.get(&staff.manager, &format!("sittings/{sitting}")).await?;
    let slot = list(&detail, "/slots")?.iter().find(|slot| slot["enrolment_id"] == enrolment);
    text(slot.unwrap_or(&Value::Null), "/id")
}

fn first(group: &Group) -> anyhow::Result<&Sitting> {
    group.sittings.first().context("nothing is planned")
}
