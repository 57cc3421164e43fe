//! Who sits and who does not: ties, a juror who falls ill, one who leaves, a rule set aside, rules received.

use anyhow::ensure;
use reqwest::Method;
use serde_json::json;

use super::Mishap;
use crate::demo::founding::{Actor, Group, Seat, Sitting, Staff, declares, juror_comes, seat_of};
use crate::demo::marks::scored;
use crate::demo::people::{Part, RELIEF};
use crate::demo::report::Count;
use crate::demo::scoring;
use crate::demo::stage::{Stage, list, text};

/// Everybody on the jury says that they have received their summons and the rules.
///
/// # Errors
/// What the service refuses.
pub async fn rules_received(stage: &Stage, groups: &[Group]) -> anyhow::Result<Mishap> {
    let (mut receipts, mut jurors) = (0, 0);
    for seat in groups.iter().flat_map(|group| &group.seats) {
        let mine = stage.get(&seat.person, "me/summons").await?;
        for summons in list(&mine, "/items")? {
            let path = format!("summons/{}/receipt", text(summons, "/id")?);
            text(&stage.post(&seat.person, &path, json!({})).await?, "/rules_received_at")?;
            receipts += 1;
        }
        jurors += 1;
    }
    let told = format!(
        "Convocations et règlement : {jurors} jurés en accusent réception, {receipts} accusés datés, preuve gardée."
    );
    Ok(Mishap::new("rules_received", "Le jury connaît ses dates et le règlement avant de siéger.", told))
}

/// A juror declares a tie and does not assess that candidate.
///
/// # Errors
/// What the service refuses.
pub async fn recused(stage: &Stage, group: &mut Group, place: usize) -> anyhow::Result<Mishap> {
    let (seat, actor) = (group.seat(place)?, group.part(Part::Recused)?);
    let reason = "Ancien voisin et ami du candidat.";
    let ties = json!({ "ties": [{ "enrolment_id": actor.enrolment, "reason": reason }] });
    stage.post(&seat.person, &format!("seats/{}/declaration", seat.seat), ties).await?;
    let told = format!(
        "Déport : {} déclare un lien avec {} et n’évalue pas ce candidat ; le quorum tient à deux.",
        seat.person.name,
        actor.about.label()
    );
    let aside = (seat.seat.clone(), actor.enrolment.clone());
    group.aside.insert(aside);
    Ok(Mishap::new("juror_recused", reason, told))
}

/// On the morning a juror begins a sheet and falls ill; another takes the seat.
///
/// # Errors
/// What the service refuses.
pub async fn replaced(
    stage: &Stage,
    staff: &Staff,
    group: &mut Group,
    sitting: &Sitting,
    count: &mut Count,
) -> anyhow::Result<Mishap> {
    const PLACE: usize = 1;
    let (leaves, actor) = (group.seat(PLACE)?, group.part(Part::Reopened)?);
    let sheet = scoring::sheet_of(group, sitting, leaves, actor)?;
    let before = stage.get(&leaves.person, &format!("sheets/{sheet}")).await?;
    let line = format!(
        "grids/{}/scores/{}",
        text(&before, "/grids/0/id")?,
        text(&before, "/grids/0/lines/0/criterion")?
    );
    stage.put(&leaves.person, &line, 0, scored(1, Some("À revoir en fin de passage."))).await?;
    let begun = stage.get(&leaves.person, &format!("sheets/{sheet}")).await?;
    count.ledger.sheet(&begun, &leaves.seat, &actor.dossier, false)?;
    stage.minutes_later(15);
    let comes = juror_comes(stage, staff, &RELIEF, "jury4.ia@jurys.example").await?;
    let reason = "Souffrant, reparti à l’ouverture.";
    let wish = json!({ "reason": reason, "seat": seat_of(&RELIEF, &comes) });
    let path = format!("seats/{}/replacement", leaves.seat);
    let done = stage.post(&staff.manager, &path, wish).await?;
    let told = format!(
        "Siège remplacé le matin même : {} part à l’ouverture, {} siège ; la note qu’il avait commencée est gardée \
         et ne compte pas.",
        leaves.person.name, comes.name
    );
    let seat = Seat { person: comes, seat: text(&done, "/filled/id")?, place: PLACE, left: false };
    declares(stage, &seat).await?;
    for seat in group.seats.iter_mut().filter(|seat| seat.place == PLACE) {
        seat.left = true;
    }
    group.seats.push(seat);
    Ok(Mishap::new("seat_replaced", reason, told))
}

/// Only women sit now, and one candidate comes by experience: a rule is set aside, by somebody who answers
/// for it.
///
/// # Errors
/// What the service refuses.
pub async fn rule_waived(
    stage: &Stage,
    staff: &Staff,
    group: &Group,
    sitting: &Sitting,
) -> anyhow::Result<Mishap> {
    let (rule, path) = ("jury_gender_balance", format!("sittings/{}/opening", sitting.id));
    stage.refused(&staff.manager, (Method::POST, &path), json!({}), rule).await?;
    let reason = "Remplacement du matin ; aucun juré homme n’était joignable avant la première épreuve.";
    let wish = json!({ "rule": rule, "reason": reason });
    stage.post(&staff.manager, &format!("juries/{}/waivers", group.jury), wish).await?;
    let told = "Règle levée avec motif : plus aucun homme au jury devant une candidate en VAE ; l’ouverture était \
                refusée, la responsable en répond.";
    Ok(Mishap::new("rule_waived", reason, told))
}

/// A juror takes a train before the last candidate: the chair says so, and the others go on.
///
/// # Errors
/// What the service refuses.
pub async fn left(
    stage: &Stage,
    group: &mut Group,
    sitting: &Sitting,
    count: &mut Count,
) -> anyhow::Result<Mishap> {
    let (leaves, actor) = (group.seat(2)?, group.part(Part::JurorLeft)?);
    let sheet = scoring::sheet_of(group, sitting, leaves, actor)?;
    let blank = stage.get(&leaves.person, &format!("sheets/{sheet}")).await?;
    count.ledger.sheet(&blank, &leaves.seat, &actor.dossier, false)?;
    let reason = "Dernier train avancé ; elle part avant ce passage.";
    let missing = json!({
        "seat_id": leaves.seat, "enrolment_id": actor.enrolment, "kind": "missing", "reason": reason,
    });
    let gone = stage.post(group.chair()?, &format!("juries/{}/recusals", group.jury), missing).await?;
    ensure!(gone["broken"].as_array().is_some_and(Vec::is_empty), "{gone}");
    let told = format!(
        "Membre parti avant de signer : {} n’évalue pas {} ; la présidente le constate, le quorum tient.",
        leaves.person.name,
        actor.about.label()
    );
    let aside = (leaves.seat.clone(), actor.enrolment.clone());
    group.aside.insert(aside);
    Ok(Mishap::new("juror_left", reason, told))
}

/// A tie found when everything is decided: the sheets of that juror count no longer.
///
/// # Errors
/// What the service refuses.
pub async fn tie_found(
    stage: &Stage,
    staff: &Staff,
    group: &Group,
    (seat, actor): (&Seat, &Actor),
    reason: &str,
) -> anyhow::Result<()> {
    let tie = json!({
        "seat_id": seat.seat, "enrolment_id": actor.enrolment, "kind": "tie", "reason": reason,
    });
    let found = stage.post(&staff.manager, &format!("juries/{}/recusals", group.jury), tie).await?;
    ensure!(found["after_signature"] == true, "{found}");
    Ok(())
}
