//! Who they are: lists with faults, one person under two addresses, names misspelt, what was granted or held.

use anyhow::ensure;
use serde_json::{Value, json};

use super::Mishap;
use crate::demo::founding::{Actor, Group, Sitting, Staff};
use crate::demo::ledger::cell;
use crate::demo::people::{HEADS, Part};
use crate::demo::report::Count;
use crate::demo::stage::{Stage, list, text};

/// A day that no calendar has.
const NO_DAY: &str = "31/02/1999";

/// The cohort arrives as a spreadsheet. One of the two lists has a faulty line; in the other somebody comes
/// back under a new address.
///
/// # Errors
/// What the service refuses beyond the plot.
pub async fn arrival(stage: &Stage, staff: &Staff, group: &Group) -> anyhow::Result<Vec<Mishap>> {
    let path = format!("cohorts/{}/imports", group.cohort);
    let candidates = &group.about.candidates;
    let moved = candidates.iter().find(|one| one.plays(Part::NewAddress));
    let roll: String = candidates
        .iter()
        .map(|one| {
            let email = if one.plays(Part::NewAddress) { old_address(&one.email()) } else { one.email() };
            one.line(one.born, &email)
        })
        .collect();
    let roll = format!("{HEADS}{roll}");
    let Some(moved) = moved else {
        let mut happened = vec![faulty_list(stage, staff, &path, &roll, candidates.len()).await?];
        happened.push(held_from_before(stage, staff, group).await?);
        return Ok(happened);
    };
    let done = stage.spreadsheet(&staff.manager, &path, &roll).await?;
    ensure!(done["created"] == candidates.len(), "{done}");
    let again = format!("{HEADS}{}", moved.line(moved.born, &moved.email()));
    let asked = stage.spreadsheet(&staff.manager, &path, &again).await?;
    ensure!(asked["blocking"][0]["code"] == "perhaps_known", "{asked}");
    let answered = stage.spreadsheet(&staff.manager, &format!("{path}?same=2"), &again).await?;
    ensure!(answered["created"] == 0 && answered["changed"] == 1, "{answered}");
    let told = format!(
        "Doublon proposé et tranché : {} revient sous une autre adresse ; c’est la même personne, rien n’est créé.",
        moved.label()
    );
    Ok(vec![Mishap::new("duplicate_answered", text(&asked, "/blocking/0/message")?, told)])
}

fn old_address(email: &str) -> String {
    email.replace("@candidats.example", "@ancienne-adresse.example")
}

/// Refused for one cell, put right, imported; the same file again changes nothing.
async fn faulty_list(
    stage: &Stage,
    staff: &Staff,
    path: &str,
    right: &str,
    people: usize,
) -> anyhow::Result<Mishap> {
    let (manager, day) = (&staff.manager, "03/11/1999");
    let refused = stage.spreadsheet(manager, path, &right.replacen(day, NO_DAY, 1)).await?;
    let fault = &refused["blocking"][0];
    ensure!(fault["code"] == "date" && refused["created"] == 0, "{refused}");
    let done = stage.spreadsheet(manager, path, right).await?;
    ensure!(done["created"] == people, "{done}");
    let again = stage.spreadsheet(manager, path, right).await?;
    ensure!(again["created"] == 0 && again["changed"] == 0, "{again}");
    let told = format!(
        "Liste refusée puis corrigée : ligne {}, « {NO_DAY} » n’est pas une date ; {people} inscrits ensuite, et le \
         même fichier renvoyé ne change rien.",
        fault["line"]
    );
    Ok(Mishap::new("faulty_list", text(fault, "/message")?, told))
}

async fn held_from_before(stage: &Stage, staff: &Staff, group: &Group) -> anyhow::Result<Mishap> {
    let about = group.about.candidates.iter().find(|one| one.plays(Part::AcquiredEarlier));
    let email = about.map(|one| one.email()).unwrap_or_default();
    let path = format!("cohorts/{}/enrolments?limit=200", group.cohort);
    let all = stage.get(&staff.manager, &path).await?;
    let one = list(&all, "/items")?.iter().find(|one| one["candidate"]["email"] == email.as_str());
    let id = cell(&one.unwrap_or(&Value::Null)["id"]);
    let whole = stage.get(&staff.manager, &format!("enrolments/{id}")).await?;
    let (origin, paper) =
        (text(&whole, "/acquired_blocks/0/origin")?, text(&whole, "/acquired_blocks/0/document")?);
    let label = about.map(|one| one.label()).unwrap_or_default();
    let told = format!(
        "Bloc déjà acquis : {label} arrive avec le bloc 1, qui n’est pas évalué de nouveau ({paper})."
    );
    Ok(Mishap::new("block_acquired_earlier", format!("{origin}, {paper}"), told))
}

/// Extra time is granted, never why, before the hours are laid out.
///
/// # Errors
/// What the service refuses.
pub async fn grant_extra_time(stage: &Stage, staff: &Staff, group: &Group) -> anyhow::Result<()> {
    let actor = group.part(Part::ExtraTime)?;
    let path = format!("enrolments/{}/adjustments", actor.enrolment);
    let third = json!({ "adjustments": [{ "kind": "extra_time", "share": "1/3" }] });
    stage.put(&staff.manager, &path, 0, third).await.map(drop)
}

/// The slots that were laid out since are longer.
///
/// # Errors
/// When they are not.
pub async fn extra_time(
    stage: &Stage,
    staff: &Staff,
    group: &Group,
    sitting: &Sitting,
) -> anyhow::Result<Mishap> {
    let actor = group.part(Part::ExtraTime)?;
    let detail = stage.get(&staff.manager, &format!("sittings/{}", sitting.id)).await?;
    let slot = list(&detail, "/slots")?.iter().find(|slot| slot["enrolment_id"] == actor.enrolment.as_str());
    let slot = slot.unwrap_or(&Value::Null);
    ensure!(slot["extra_minutes"] == 10 && slot["minutes"] == 40, "{slot}");
    let told = format!(
        "Aménagement : les passages de {} durent 40 minutes au lieu de 30 ; le motif n’est écrit nulle part.",
        actor.about.label()
    );
    Ok(Mishap::new("extra_time", "Temps majoré d’un tiers.", told))
}

/// The name is corrected after the results; everything that printed it is issued again.
///
/// # Errors
/// What the service refuses.
pub async fn name_corrected(
    stage: &Stage,
    staff: &Staff,
    group: &Group,
    count: &mut Count,
) -> anyhow::Result<Mishap> {
    let actor = group.part(Part::Misspelt)?;
    let reason = "Faute de frappe à l’inscription, signalée par le candidat sur pièce d’identité.";
    correct(stage, staff, actor, reason).await?;
    let path = format!("enrolments/{}/documents", actor.enrolment);
    let printed = stage.get(&staff.manager, &path).await?;
    let mut again = 0;
    for document in printed.as_array().into_iter().flatten().filter(|one| one["outdated"] == true) {
        let path = format!("documents/{}/replacement", text(document, "/id")?);
        // The minutes of the closing, before the signatures, stay as they were: the signed ones are re-issued.
        let unsigned = printed.as_array().into_iter().flatten().find(|one| one["kind"] == "minutes");
        if unsigned.is_some_and(|one| one["id"] == document["id"]) {
            continue;
        }
        count.issued(&stage.post(&staff.manager, &path, json!({})).await?)?;
        again += 1;
    }
    ensure!(again > 1, "{printed}");
    let told = format!(
        "Nom corrigé après les résultats : {} ; {again} documents réédités, les anciens sont gardés.",
        actor.about.label()
    );
    Ok(Mishap::new("name_corrected", reason, told))
}

async fn correct(stage: &Stage, staff: &Staff, actor: &Actor, reason: &str) -> anyhow::Result<()> {
    let base = format!("enrolments/{}", actor.enrolment);
    let on_file = stage.get(&staff.manager, &base).await?["candidate"].clone();
    let seen = on_file["version"].as_i64().unwrap_or_default();
    let mut identity = json!({ "reason": reason });
    for kept in ["usage_name", "first_names", "birth_date", "birth_place", "sex"] {
        identity[kept] = on_file[kept].clone();
    }
    identity["birth_name"] = json!(actor.about.last);
    stage.put(&staff.manager, &format!("{base}/identity"), seen, identity).await.map(drop)
}
