//! The requirements outside the blocks: attested from outside, filed, scored by the jury, waived, not met.

use anyhow::ensure;
use serde_json::{Value, json};

use super::Mishap;
use crate::demo::founding::{Actor, Group, Staff};
use crate::demo::people::Part;
use crate::demo::stage::{Stage, list, text};

/// The first requirement of a kind that a standard asks for.
fn asked(group: &Group, kind: &str) -> anyhow::Result<Value> {
    let found = list(&group.standard, "/requirements")?.iter().find(|one| one["kind"] == kind);
    found.cloned().ok_or_else(|| anyhow::anyhow!("nothing is {kind}"))
}

fn path(actor: &Actor, asked: &Value) -> anyhow::Result<String> {
    Ok(format!("enrolments/{}/requirements/{}", actor.enrolment, text(asked, "/id")?))
}

async fn state(stage: &Stage, staff: &Staff, path: &str) -> anyhow::Result<String> {
    text(&stage.get(&staff.manager, path).await?, "/state")
}

/// The tutor opens a link, says from when to when, and needs no account.
///
/// # Errors
/// What the service refuses.
pub async fn attested(stage: &Stage, staff: &Staff, group: &Group) -> anyhow::Result<Mishap> {
    let (actor, asked) = (group.part(Part::Attested)?, asked(group, "attested")?);
    let path = path(actor, &asked)?;
    let tutor = json!({
        "name": "Basile Tuteur", "email": "tuteur@entreprise.example", "position": "responsable de la donnée",
        "organisation": "Filature des Exemples",
    });
    let link = text(&stage.post(&staff.manager, &format!("{path}/attestations"), tutor).await?, "/link")?;
    let period = json!({ "starts_on": "2025-10-06", "ends_on": "2026-01-30" });
    stage.answer_link(&link, period).await?;
    ensure!(state(stage, staff, &path).await? == "met", "{path} is not met");
    let told = format!(
        "Condition attestée du dehors : pour {}, le tuteur ouvre un lien, sans compte, et date la mission ; elle compte \
         aussitôt.",
        actor.about.label()
    );
    Ok(Mishap::new("requirement_attested", "Attestation de Basile Tuteur, Filature des Exemples.", told))
}

/// The candidate says which of their pieces is the report that is asked for.
///
/// # Errors
/// What the service refuses.
pub async fn filed(stage: &Stage, staff: &Staff, group: &Group) -> anyhow::Result<Mishap> {
    let (actor, asked) = (group.part(Part::Filed)?, asked(group, "filed")?);
    let path = path(actor, &asked)?;
    let pieces = stage.get(&actor.person, &format!("enrolments/{}/evidence", actor.enrolment)).await?;
    let piece = json!({ "evidence_id": text(&pieces, "/items/0/id")? });
    stage.post(&actor.person, &format!("{path}/evidence"), piece).await?;
    let reason = "Rapport lu et conforme.";
    stage.put(&staff.manager, &path, 1, json!({ "state": "met", "reason": reason })).await?;
    let told = format!(
        "Condition remise : {} désigne son rapport de stage parmi ses dépôts ; la responsable le constate.",
        actor.about.label()
    );
    Ok(Mishap::new("requirement_filed", reason, told))
}

/// # Errors
/// What the service refuses.
pub async fn waived(stage: &Stage, staff: &Staff, group: &Group) -> anyhow::Result<Mishap> {
    let (actor, asked) = (group.part(Part::Waived)?, asked(group, "attested")?);
    let reason = "Expérience déjà établie par la recevabilité de la VAE.";
    let said = json!({ "state": "waived", "reason": reason });
    stage.put(&staff.manager, &path(actor, &asked)?, 1, said).await?;
    let told = format!(
        "Dispense motivée : {}, en VAE, n’a pas à faire attester quatre mois d’entreprise.",
        actor.about.label()
    );
    Ok(Mishap::new("requirement_waived", reason, told))
}

/// # Errors
/// What the service refuses.
pub async fn unmet(stage: &Stage, staff: &Staff, group: &Group) -> anyhow::Result<Mishap> {
    let (actor, asked) = (group.part(Part::Unmet)?, asked(group, "attested")?);
    let reason = "Trois mois attestés ; le référentiel en demande quatre.";
    let said = json!({ "state": "unmet", "reason": reason });
    stage.put(&staff.manager, &path(actor, &asked)?, 1, said).await?;
    let told = format!(
        "Condition non remplie : {} a tous ses blocs mais un mois d’entreprise manque ; la certification attendra.",
        actor.about.label()
    );
    Ok(Mishap::new("requirement_unmet", reason, told))
}

/// Scored on sheets of the jury: nobody else may say that it is met.
///
/// # Errors
/// What the service refuses.
pub async fn scored(stage: &Stage, staff: &Staff, group: &Group) -> anyhow::Result<Mishap> {
    let asked = asked(group, "scored")?;
    let heard = group.actors.iter().filter(|actor| actor.about.plays(Part::Defended)).count();
    let actor = group.part(Part::Defended)?;
    let said = json!({ "state": "met", "reason": "Vu au registre." });
    let rule = "requirement_scored_by_the_jury";
    stage.refused(&staff.manager, (reqwest::Method::PUT, &path(actor, &asked)?), said, rule).await?;
    let told = format!(
        "Condition notée par le jury : {heard} soutenances d’une heure, sur feuilles signées ; personne ne les \
         valide à sa place."
    );
    Ok(Mishap::new("requirement_scored", "Le jury évalue la soutenance sur ses feuilles.", told))
}
