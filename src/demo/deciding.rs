//! Last act: the deliberation, the minutes, their signatures, the results.

use serde_json::{Value, json};

use super::founding::{Group, Staff};
use super::people::Fate;
use super::report::{Count, Row};
use super::stage::{Stage, list, text};

/// # Errors
/// What the service refuses.
pub async fn deliberation(
    stage: &Stage,
    staff: &Staff,
    group: &Group,
    count: &mut Count,
) -> anyhow::Result<()> {
    let sittings: Vec<&str> = group.sittings.iter().map(|sitting| sitting.id.as_str()).collect();
    let title = format!("Délibération {}", group.about.name);
    let convened = json!({ "jury_id": group.jury, "title": title, "sittings": sittings });
    let id = text(&stage.post(&staff.manager, "deliberations", convened).await?, "/id")?;
    let path = format!("deliberations/{id}");
    stage.minutes_later(30);
    decide(stage, group, &path).await?;
    let Some(chair) = group.seats.first() else { return Ok(()) };
    let words = json!({ "observations": "Épreuves conformes au règlement ; aucun incident signalé." });
    stage.post(&chair.person, &format!("{path}/closing"), words).await?;
    stage.minutes_later(2);
    let minutes = stage.post(&staff.manager, &format!("{path}/minutes"), json!({})).await?;
    count.issued(&minutes)?;
    for seat in &group.seats {
        stage.minutes_later(3);
        let signed = json!({ "document_sha256": text(&minutes, "/sha256")? });
        stage.post(&seat.person, &format!("{path}/signatures"), signed).await?;
    }
    count.issued(&stage.post(&staff.manager, &format!("{path}/minutes"), json!({})).await?)?;
    stage.post(&staff.manager, &format!("{path}/publication"), json!({})).await?;
    tally(stage, staff, group, &path, count).await?;
    for actor in &group.actors {
        stage.get(&actor.person, &format!("enrolments/{}/results", actor.enrolment)).await?;
    }
    Ok(())
}

/// Block by block as the rules propose, but for one departure; then the certification.
async fn decide(stage: &Stage, group: &Group, path: &str) -> anyhow::Result<()> {
    let Some(chair) = group.seats.first() else { return Ok(()) };
    for round in ["blocks", "certification"] {
        let table = stage.get(&chair.person, path).await?;
        for candidate in list(&table, "/candidates")? {
            let actor = group.actors.iter().find(|actor| candidate["enrolment"] == actor.enrolment.as_str());
            let Some(actor) = actor else { continue };
            for target in list(candidate, "/targets")? {
                let name = text(target, "/target")?;
                let whole = name == "certification";
                if whole != (round == "certification")
                    || (whole && matches!(actor.about.fate, Fate::Absent | Fate::Excused))
                {
                    continue;
                }
                let decision = decision(actor.about.fate, target, whole, &group.seats);
                stage
                    .put(&chair.person, &format!("{path}/decisions/{}/{name}", actor.enrolment), 0, decision)
                    .await?;
            }
        }
        stage.minutes_later(20);
    }
    Ok(())
}

fn decision(fate: Fate, target: &Value, whole: bool, seats: &[super::founding::Seat]) -> Value {
    let verdict = target["proposal"]["verdict"].as_str().unwrap_or("incomplete");
    match (fate, whole, verdict) {
        (Fate::Absent, ..) => json!({ "outcome": "absent" }),
        (Fate::Excused, ..) => json!({ "outcome": "excused" }),
        (_, false, "proposed") => json!({ "outcome": "acquired" }),
        (_, true, "proposed") => json!({ "outcome": "awarded" }),
        (Fate::Departure, false, _) => {
            let vote = |place: usize| if place == 2 { "against" } else { "for" };
            let ballots: Vec<Value> = seats
                .iter()
                .enumerate()
                .map(|(place, seat)| json!({ "seat": seat.seat, "vote": vote(place) }))
                .collect();
            json!({
                "outcome": "acquired", "ballots": ballots,
                "reason": "L’oral a levé les réserves de l’écrit : la maîtrise est établie sur l’ensemble du bloc.",
                "dissent": "Une membre aurait demandé un complément écrit.",
            })
        }
        (_, true, _) => json!({
            "outcome": "not_awarded",
            "reason": "Un bloc ou une condition de la certification n’est pas acquis à ce jour.",
        }),
        _ => json!({
            "outcome": "not_acquired",
            "reason": "Des critères de la première compétence du bloc ne sont pas acquis ; le jury suit la proposition.",
        }),
    }
}

/// What was decided, as the service tells it, for the tally and the independent count.
async fn tally(
    stage: &Stage,
    staff: &Staff,
    group: &Group,
    path: &str,
    count: &mut Count,
) -> anyhow::Result<()> {
    let table = stage.get(&staff.manager, path).await?;
    for candidate in list(&table, "/candidates")? {
        let actor = group.actors.iter().find(|actor| candidate["enrolment"] == actor.enrolment.as_str());
        let Some(actor) = actor else { continue };
        let label = actor.about.label();
        for target in list(candidate, "/targets")? {
            let decided = &target["decision"];
            if decided.is_null() {
                continue;
            }
            count.rows.push(Row {
                candidate: label.clone(),
                block: text(target, "/target")?,
                // Nobody's sheets are unveiled for whoever did not come: the rules were not asked.
                proposal: target["proposal"]["verdict"].as_str().unwrap_or("incomplete").to_owned(),
                decision: text(decided, "/outcome")?,
                reason: decided["reason"].as_str().unwrap_or_default().to_owned(),
            });
        }
        count.outcome(&label);
        if matches!(actor.about.fate, Fate::Absent | Fate::Excused) {
            continue;
        }
        scores(stage, staff, group, actor, count).await?;
    }
    Ok(())
}

/// Every juror's marks, for a tally that shares no code with the engine.
async fn scores(
    stage: &Stage,
    staff: &Staff,
    group: &Group,
    actor: &super::founding::Actor,
    count: &mut Count,
) -> anyhow::Result<()> {
    let code = group.standard["code"].as_str().unwrap_or_default();
    let label = actor.about.label();
    let read = stage.get(&staff.manager, &format!("enrolments/{}/scores", actor.enrolment)).await?;
    for line in list(&read, "/lines")? {
        let cell = |value: &Value| {
            value
                .as_str()
                .map_or_else(|| value.as_u64().map(|n| n.to_string()).unwrap_or_default(), str::to_owned)
        };
        for mark in list(line, "/marks")? {
            count.marks.push(vec![
                code.to_owned(),
                label.clone(),
                text(line, "/criterion")?,
                text(mark, "/seat")?,
                cell(&mark["state"]),
                cell(&mark["rank"]),
                cell(&line["settlement"]["state"]),
                cell(&line["settlement"]["rank"]),
            ]);
        }
    }
    let asked = stage.get(&staff.manager, &format!("enrolments/{}/requirements", actor.enrolment)).await?;
    let asked = asked.as_array().or_else(|| asked["items"].as_array()).cloned().unwrap_or_default();
    for requirement in asked {
        count.requirements.push(vec![
            code.to_owned(),
            label.clone(),
            requirement["requirement"].as_str().unwrap_or_default().to_owned(),
            requirement["state"].as_str().unwrap_or_default().to_owned(),
        ]);
    }
    Ok(())
}
