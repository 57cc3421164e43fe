//! Last act: deliberations, minutes, signatures, results.

use anyhow::Context as _;
use serde_json::{Value, json};

use super::founding::{Actor, Group, Staff};
use super::ledger::cell;
use super::mishaps::deliberation as mishaps;
use super::people::{Fate, Part};
use super::report::{Count, Row};
use super::stage::{Stage, list, text};

/// The jury deliberates over everything that it assessed.
///
/// # Errors
/// What the service refuses.
pub async fn main(stage: &Stage, staff: &Staff, group: &mut Group, count: &mut Count) -> anyhow::Result<()> {
    let sittings: Vec<String> = group.sittings.iter().map(|sitting| sitting.id.clone()).collect();
    let path = convene(stage, staff, group, &format!("Délibération {}", group.name), &sittings).await?;
    stage.minutes_later(30);
    decide(stage, group, &path).await?;
    for happened in mishaps::told_by_the_table(stage, staff, group, &path).await? {
        count.happened(happened);
    }
    close(stage, staff, group, &path, count).await?;
    Ok(())
}

/// # Errors
/// What the service refuses.
pub async fn convene(
    stage: &Stage,
    staff: &Staff,
    group: &mut Group,
    title: &str,
    sittings: &[String],
) -> anyhow::Result<String> {
    let convened = json!({ "jury_id": group.jury, "title": title, "sittings": sittings });
    let id = text(&stage.post(&staff.manager, "deliberations", convened).await?, "/id")?;
    let path = format!("deliberations/{id}");
    group.deliberations.push(path.clone());
    Ok(path)
}

/// Block by block as the rules propose, but for one departure; then the certification.
///
/// # Errors
/// What the service refuses.
pub async fn decide(stage: &Stage, group: &Group, path: &str) -> anyhow::Result<()> {
    let chair = group.chair()?;
    for whole in [false, true] {
        let table = stage.get(chair, path).await?;
        for candidate in list(&table, "/candidates")? {
            let Some(actor) = group.actor(&candidate["enrolment"]) else { continue };
            for target in list(candidate, "/targets")? {
                let name = text(target, "/target")?;
                if whole != (name == "certification") || (whole && !actor.about.comes()) {
                    continue;
                }
                let seen = target["decision"]["version"].as_i64().unwrap_or_default();
                let path = format!("{path}/decisions/{}/{name}", actor.enrolment);
                stage.put(chair, &path, seen, decision(group, actor, target)?).await?;
            }
        }
        stage.minutes_later(20);
    }
    Ok(())
}

fn decision(group: &Group, actor: &Actor, target: &Value) -> anyhow::Result<Value> {
    let verdict = target["proposal"]["verdict"].as_str().unwrap_or("incomplete");
    let (name, about) = (text(target, "/target")?, actor.about);
    let whole = name == "certification";
    Ok(match (about.fate, whole, verdict) {
        (Fate::Absent, ..) => json!({ "outcome": "absent" }),
        (Fate::Excused, ..) => json!({ "outcome": "excused" }),
        (_, false, "proposed") if about.plays(Part::CastingVote) && name == "b4" => json!({
            "outcome": "acquired", "ballots": ballots(group, ["for", "abstention", "against"])?,
        }),
        (_, false, "proposed") => json!({ "outcome": "acquired" }),
        (_, true, "proposed") => json!({ "outcome": "awarded" }),
        (Fate::Departure, false, _) => json!({
            "outcome": "acquired", "ballots": ballots(group, ["for", "for", "against"])?,
            "reason": mishaps::DEPARTURE, "dissent": mishaps::DISSENT,
        }),
        (_, true, _) => json!({
            "outcome": "not_awarded",
            "reason": "Un bloc ou une condition de la certification n’est pas acquis à ce jour.",
        }),
        _ => json!({
            "outcome": "not_acquired",
            "reason": "Des critères de la première compétence du bloc ne sont pas acquis ; le jury suit la proposition.",
        }),
    })
}

/// One vote by place at the table: the chair first.
fn ballots(group: &Group, votes: [&str; 3]) -> anyhow::Result<Value> {
    let ballot = |(place, vote): (usize, &str)| -> anyhow::Result<Value> {
        Ok(json!({ "seat": group.seat(place)?.seat, "vote": vote }))
    };
    votes.into_iter().enumerate().map(ballot).collect()
}

/// Closing, minutes, signatures, publication.
///
/// # Errors
/// What the service refuses.
pub async fn close(
    stage: &Stage,
    staff: &Staff,
    group: &Group,
    path: &str,
    count: &mut Count,
) -> anyhow::Result<()> {
    let words = json!({ "observations": "Épreuves conformes au règlement ; les incidents sont au journal." });
    stage.post(group.chair()?, &format!("{path}/closing"), words).await?;
    stage.minutes_later(2);
    let minutes = stage.post(&staff.manager, &format!("{path}/minutes"), json!({})).await?;
    count.issued(&minutes)?;
    let first = group.deliberations.first().is_some_and(|first| first == path);
    let signed = json!({ "document_sha256": text(&minutes, "/sha256")? });
    let away = stage.get(&staff.manager, path).await?;
    let is_away = |seat: &str| {
        let mut said = away["members"].as_array().into_iter().flatten();
        said.any(|one| one["seat"] == seat && one["present"] == false)
    };
    for seat in group.seats.iter().filter(|seat| !seat.left && !is_away(&seat.seat)) {
        stage.minutes_later(3);
        if first && seat.place == 1 && group.playing(Part::Resit).is_some() {
            let impeded = mishaps::signature_impeded(stage, staff, group, (path, seat)).await?;
            count.happened(impeded);
            continue;
        }
        stage.post(&seat.person, &format!("{path}/signatures"), signed.clone()).await?;
    }
    count.issued(&stage.post(&staff.manager, &format!("{path}/minutes"), json!({})).await?)?;
    stage.post(&staff.manager, &format!("{path}/publication"), json!({})).await.map(drop)
}

/// Everything decided, deliberation by deliberation, as the service tells it at the end.
///
/// # Errors
/// What the service refuses.
pub async fn tally(stage: &Stage, staff: &Staff, group: &Group, count: &mut Count) -> anyhow::Result<()> {
    for path in &group.deliberations {
        let table = stage.get(&staff.manager, path).await?;
        let minutes = text(&table, "/number")?;
        for candidate in list(&table, "/candidates")? {
            let actor = group.actor(&candidate["enrolment"]).context("somebody unknown is decided")?;
            for target in list(candidate, "/targets")? {
                let decided = &target["decision"];
                if decided.is_null() {
                    continue;
                }
                count.rows.push(Row {
                    candidate: actor.about.label(),
                    block: text(target, "/target")?,
                    proposal: text(decided, "/proposal")?,
                    decision: text(decided, "/outcome")?,
                    reason: cell(&decided["reason"]),
                    dossier: actor.dossier.clone(),
                    minutes: minutes.clone(),
                    decided_at: cell(&decided["decided_at"]),
                    ended_at: cell(&decided["ended_at"]),
                });
            }
        }
    }
    Ok(())
}
