//! Around the table and after it: departures, divided votes, a member who cannot sign, what is decided again.

use anyhow::{Context as _, ensure};
use chrono::{DateTime, Duration, Utc};
use serde_json::{Value, json};

use super::{Mishap, jury};
use crate::demo::founding::{self, Group, Seat, Sitting, Staff};
use crate::demo::ledger::cell;
use crate::demo::people::{Fate, Part};
use crate::demo::report::Count;
use crate::demo::stage::{Stage, list, text};
use crate::demo::{day, deciding};

pub const DEPARTURE: &str =
    "L’oral a levé les réserves de l’écrit : la maîtrise est établie sur l’ensemble du bloc.";
pub const DISSENT: &str = "Une membre aurait demandé un complément écrit.";

/// What stands on the table once everything is decided: a departure, a dissent, a casting vote.
///
/// # Errors
/// What the service refuses.
pub async fn told_by_the_table(
    stage: &Stage,
    staff: &Staff,
    group: &Group,
    path: &str,
) -> anyhow::Result<Vec<Mishap>> {
    let table = stage.get(&staff.manager, path).await?;
    let mut happened = Vec::new();
    for candidate in list(&table, "/candidates")? {
        let Some(actor) = group.actor(&candidate["enrolment"]) else { continue };
        let label = actor.about.label();
        for target in list(candidate, "/targets")? {
            let decided = &target["decision"];
            if decided["departs"] == true && decided["outcome"] == "acquired" {
                let told = format!(
                    "Décision contre la proposition : le calcul refuse un bloc à {label}, le jury l’accorde et dit \
                     pourquoi."
                );
                happened.push(Mishap::new("departure", text(decided, "/reason")?, told));
            }
            if decided["dissent"].is_string() {
                let told = format!(
                    "Désaccord consigné : sur ce bloc de {label}, {} voix contre {} ; l’avis minoritaire est au \
                     procès-verbal.",
                    decided["votes_for"], decided["votes_against"]
                );
                happened.push(Mishap::new("dissent", text(decided, "/dissent")?, told));
            }
            if decided["casting_vote"] == true {
                let told = format!(
                    "Voix prépondérante : une voix pour, une contre, une abstention sur un bloc de {label}, en VAE ; la \
                     présidente départage."
                );
                happened.push(Mishap::new("casting_vote", "Partage égal des voix, voie de la VAE.", told));
            }
        }
    }
    Ok(happened)
}

/// A member who deliberated is taken to hospital before signing: the chair says so, and the manager.
///
/// # Errors
/// What the service refuses.
pub async fn signature_impeded(
    stage: &Stage,
    staff: &Staff,
    group: &Group,
    (path, seat): (&str, &Seat),
) -> anyhow::Result<Mishap> {
    let reason = "Hospitalisé le soir de la délibération.";
    let path = format!("{path}/signatures/{}/impediment", seat.seat);
    stage.post(group.chair()?, &path, json!({ "reason": reason })).await?;
    let both = stage.post(&staff.manager, &path, json!({ "reason": reason })).await?;
    ensure!(both["holds"] == true, "{both}");
    let told = format!(
        "Membre empêché de signer : {} est hospitalisé ; la présidente et la responsable l’attestent toutes deux.",
        seat.person.name
    );
    Ok(Mishap::new("signature_impeded", reason, told))
}

/// A tie comes to light after the results: that juror's sheets count no longer, the decision that hung on
/// them is revoked, and other minutes rectify.
///
/// # Errors
/// What the service refuses.
pub async fn revoked(
    stage: &Stage,
    staff: &mut Staff,
    group: &mut Group,
    count: &mut Count,
) -> anyhow::Result<Mishap> {
    const TIED: usize = 2;
    let reason =
        "Une membre dirigeait la mission du candidat et ne l’avait pas dit ; ses feuilles ne comptent plus.";
    let (seat, actor) = (group.seat(TIED)?, group.part(Part::Revoked)?);
    jury::tie_found(stage, staff, group, (seat, actor), reason).await?;
    let first = group.deliberations.first().context("nothing is decided")?;
    let table = stage.get(&staff.manager, first).await?;
    let decided = list(&table, "/candidates")?
        .iter()
        .find(|one| one["enrolment"] == actor.enrolment.as_str())
        .and_then(|one| one["targets"].as_array()?.iter().find(|target| target["target"] == "b3"));
    let id = text(decided.unwrap_or(&Value::Null), "/decision/id")?;
    let body = json!({ "reason": reason });
    let revoked = stage.post(&staff.manager, &format!("decisions/{id}/revocation"), body).await?;
    ensure!(list(&revoked, "/revoked")?.len() == 2, "{revoked}");
    let path = format!("deliberations/{}", text(&revoked, "/deliberation/id")?);
    let away = json!({ "present": false, "reason": "Écartée de cette délibération par le lien découvert." });
    stage.put(group.chair()?, &format!("{path}/members/{}", seat.seat), 0, away).await?;
    let (label, enrolment) = (actor.about.label(), actor.enrolment.clone());
    let aside = (seat.seat.clone(), enrolment);
    group.aside.insert(aside);
    group.deliberations.push(path.clone());
    stage.minutes_later(24 * 60);
    come_back(stage, staff, group).await?;
    deciding::decide(stage, group, &path).await?;
    deciding::close(stage, staff, group, &path, count).await?;
    let number = cell(&stage.get(&staff.manager, &path).await?["number"]);
    let told = format!(
        "Décision révoquée : le lien d’une jurée avec {label} est découvert après coup ; le bloc 3 est redécidé sans \
         elle, {number} rectifie."
    );
    Ok(Mishap::new("decision_revoked", reason, told))
}

/// One method is sat again; everything else is carried by reference.
///
/// # Errors
/// What the service refuses.
pub async fn resit(
    stage: &Stage,
    staff: &mut Staff,
    group: &mut Group,
    starts_at: DateTime<Utc>,
    count: &mut Count,
) -> anyhow::Result<Mishap> {
    let actor = group.part(Part::Resit)?;
    let block = group.blocks()?.get(1).cloned().unwrap_or_default();
    let method = text(&block, "/methods/0/id")?;
    let wish = json!({
        "sitting": {
            "cohort_id": group.cohort, "title": "Rattrapage du bloc 2", "kind": "event", "place": founding::ROOM,
            "starts_at": starts_at, "ends_at": starts_at + Duration::hours(2), "methods": [method],
        },
        "slots": {
            "jury_id": group.jury, "first_at": starts_at, "minutes": 30, "break_minutes": 0,
            "enrolments": [actor.enrolment],
        },
    });
    let label = actor.about.label();
    let planned = stage.post(&staff.manager, "resits", wish).await?;
    let sitting = Sitting { id: text(&planned, "/sitting/id")?, starts_at, block: None };
    let carried = list(&block, "/methods")?.len() - 1;
    let number = again(stage, staff, group, &sitting, "Délibération après rattrapage", count).await?;
    let told = format!(
        "Rattrapage d’une seule modalité : {label} repasse la première du bloc 2, les {carried} autres sont reprises ; \
         {number} lui accorde la certification."
    );
    Ok(Mishap::new("resit", "Bloc 2 refusé sur une modalité ; le reste est repris par référence.", told))
}

/// A sitting is held, and the jury deliberates over it alone. Gives the number of the minutes.
async fn again(
    stage: &Stage,
    staff: &mut Staff,
    group: &mut Group,
    sitting: &Sitting,
    title: &str,
    count: &mut Count,
) -> anyhow::Result<String> {
    let summons = format!("sittings/{}/summons", sitting.id);
    stage.post(&staff.manager, &summons, json!({})).await?;
    stage.letters_leave(&staff.manager, &[&group.cohort]).await?;
    stage.it_is(sitting.starts_at - Duration::minutes(20));
    come_back(stage, staff, group).await?;
    day::open(stage, staff, group, sitting, count).await?;
    for passage in day::passages(stage, staff, (0, group), sitting).await? {
        day::play(stage, staff, group, &passage, count).await?;
    }
    stage.letters_leave(&staff.manager, &[&group.cohort]).await?;
    stage.it_is(sitting.starts_at + Duration::days(1));
    come_back(stage, staff, group).await?;
    let path = deciding::convene(stage, staff, group, title, std::slice::from_ref(&sitting.id)).await?;
    deciding::decide(stage, group, &path).await?;
    deciding::close(stage, staff, group, &path, count).await?;
    let table = stage.get(&staff.manager, &path).await?;
    let standing = list(&table, "/candidates/0/targets")?.iter().all(|target| {
        target["decision"]["outcome"] == "acquired" || target["decision"]["outcome"] == "awarded"
    });
    ensure!(standing, "{table}");
    Ok(cell(&table["number"]))
}

/// The jury comes back on another day.
///
/// # Errors
/// What the service refuses.
pub async fn come_back(stage: &Stage, staff: &mut Staff, group: &mut Group) -> anyhow::Result<()> {
    stage.comes_in(&mut staff.manager).await?;
    for seat in group.seats.iter_mut().filter(|seat| !seat.left) {
        stage.comes_back(&staff.manager, &mut seat.person).await?;
    }
    Ok(())
}

/// In the autumn the same person enrols for the one block that was missing, and keeps the others for life.
///
/// # Errors
/// What the service refuses.
pub async fn carried(
    stage: &Stage,
    staff: &mut Staff,
    (former, autumn): (&Group, &mut Group),
    starts_at: DateTime<Utc>,
    count: &mut Count,
) -> anyhow::Result<Mishap> {
    let before = former.part(Part::Carried)?;
    let Fate::RefusedIn(missing) = before.about.fate else { anyhow::bail!("nothing was refused") };
    let actor = autumn.part(Part::Carried)?;
    let path = format!("enrolments/{}/carried-blocks", actor.enrolment);
    let carried = stage.post(&staff.manager, &path, json!({ "from": before.enrolment })).await?;
    let carried = carried.as_array().map(Vec::len).unwrap_or_default();
    for asked in list(&autumn.standard, "/requirements")? {
        let path = format!("enrolments/{}/requirements/{}", actor.enrolment, text(asked, "/id")?);
        let met = json!({ "state": "met", "reason": "Constatée au premier procès-verbal de l’année." });
        stage.put(&staff.manager, &path, 1, met).await?;
    }
    let block = autumn.blocks()?.get(missing).cloned().unwrap_or_default();
    let day = founding::Day {
        title: format!("Épreuves du bloc {}, automne", block["number"]),
        starts_at,
        hours: 2,
        place: founding::ROOM,
        methods: list(&block, "/methods")?.iter().filter_map(|method| method["id"].as_str()).collect(),
        minutes: 30,
        block: None,
        until: None,
    };
    let sitting = founding::plan(stage, staff, autumn, &day, &[&actor.enrolment]).await?;
    let label = actor.about.label();
    let number = again(stage, staff, autumn, &sitting, "Délibération d’automne", count).await?;
    let told = format!(
        "Blocs gardés à vie : {label} revient à l’automne, {carried} blocs sont repris de sa première inscription ; le \
         dernier est acquis, {number}."
    );
    Ok(Mishap::new("blocks_carried", "Blocs acquis à la session de printemps.", told))
}
