//! Sheets that do not stay as they were signed, and lines on which jurors do not agree.

use anyhow::{Context as _, ensure};
use reqwest::Method;
use serde_json::{Value, json};

use super::Mishap;
use crate::demo::founding::{Group, Sitting};
use crate::demo::marks::scored;
use crate::demo::people::Part;
use crate::demo::report::Count;
use crate::demo::scoring;
use crate::demo::stage::{Stage, list, text};

/// A juror had written one score for another; the chair opens the sheet again, and it is signed anew.
///
/// # Errors
/// What the service refuses.
pub async fn reopened(
    stage: &Stage,
    group: &Group,
    sitting: &Sitting,
    count: &mut Count,
) -> anyhow::Result<Mishap> {
    let (seat, actor) = (group.seat(1)?, group.part(Part::Reopened)?);
    let sheet = scoring::sheet_of(group, sitting, seat, actor)?;
    let reason = "Une note portée sur la ligne voisine, signalée aussitôt par le juré.";
    let path = format!("sheets/{sheet}/reopening");
    stage.post(group.chair()?, &path, json!({ "reason": reason })).await?;
    let read = stage.get(&seat.person, &format!("sheets/{sheet}")).await?;
    let line = list(&read, "/grids/0/lines")?
        .iter()
        .find(|line| line["score"]["rank"] == 2)
        .context("no score to put right")?;
    let (grid, criterion) = (text(&read, "/grids/0/id")?, text(line, "/criterion")?);
    let seen = line["score"]["version"].as_i64().unwrap_or_default();
    let mut right = scored(3, Some("Relu : c’est la ligne suivante qui était visée."));
    right["why"] = json!("Erreur de ligne.");
    stage.put(&seat.person, &format!("grids/{grid}/scores/{criterion}"), seen, right).await?;
    count.scores += 1;
    scoring::sign(stage, (seat, actor), &sheet, count).await?;
    let told = format!(
        "Feuille rouverte : {} s’était trompé de ligne pour {} ; il corrige et signe de nouveau, l’ancienne \
         signature reste au dossier.",
        seat.person.name,
        actor.about.label()
    );
    Ok(Mishap::new("sheet_reopened", reason, told))
}

/// A score that the network kept back arrives once the sheet is signed: 423, kept, answered, not counted.
///
/// # Errors
/// What the service refuses.
pub async fn late(stage: &Stage, group: &Group, sitting: &Sitting) -> anyhow::Result<Mishap> {
    let (seat, actor) = (group.seat(2)?, group.part(Part::LateScore)?);
    let sheet = scoring::sheet_of(group, sitting, seat, actor)?;
    let read = stage.get(&seat.person, &format!("sheets/{sheet}")).await?;
    let line = format!(
        "grids/{}/scores/{}",
        text(&read, "/grids/0/id")?,
        text(&read, "/grids/0/lines/0/criterion")?
    );
    let late = scored(1, Some("Saisi hors connexion."));
    stage.refused(&seat.person, (Method::PUT, &line), late, "sheet_signed").await?;
    let kept = stage.get(group.chair()?, &format!("juries/{}/late-scores", group.jury)).await?;
    ensure!(kept.as_array().is_some_and(|all| all.len() == 1), "{kept}");
    let reason = "Saisie d’avant la discussion, dépassée par la note signée.";
    let answer = json!({ "outcome": "dismissed", "reason": reason });
    stage.post(group.chair()?, &format!("late-scores/{}/answer", text(&kept, "/0/id")?), answer).await?;
    let told = format!(
        "Note arrivée après la signature : celle de {} pour {} est refusée (423), gardée, puis écartée par la \
         présidente ; la feuille signée vaut.",
        seat.person.name,
        actor.about.label()
    );
    Ok(Mishap::new("late_score", reason, told))
}

/// What the chair has to settle before the deliberation, line by line.
///
/// # Errors
/// What the service refuses.
pub async fn settled(stage: &Stage, group: &Group) -> anyhow::Result<Vec<Mishap>> {
    let chair = group.chair()?;
    let mut happened = Vec::new();
    for part in [Part::Disagreement, Part::Unobserved] {
        let Some(actor) = group.playing(part) else { continue };
        let read = stage.get(chair, &format!("enrolments/{}/scores", actor.enrolment)).await?;
        let unsettled: Vec<&Value> =
            list(&read, "/lines")?.iter().filter(|line| line["result"].get("unsettled").is_some()).collect();
        let [line] = unsettled.as_slice() else { anyhow::bail!("{} lines to settle", unsettled.len()) };
        let (kind, reason, words) = match part {
            Part::Disagreement => (
                "disagreement_settled",
                "Relu en délibéré : l’élément figure en annexe du rapport et il a été défendu à l’oral.",
                "deux jurés écrivent « acquis », le troisième « non acquis »",
            ),
            _ => (
                "unobserved_settled",
                "Deux jurés sur trois l’ont observé et s’accordent.",
                "un juré n’a pas eu le temps d’observer ce que deux ont vu",
            ),
        };
        let said = json!({ "state": "scored", "rank": 3, "reason": reason });
        let path = format!("enrolments/{}/settlements/{}", actor.enrolment, text(line, "/criterion")?);
        stage.put(chair, &path, 0, said).await?;
        let told = format!(
            "Divergence tranchée : pour {}, {words} ; la présidente tranche avec un motif, les notes restent.",
            actor.about.label()
        );
        happened.push(Mishap::new(kind, reason, told));
    }
    Ok(happened)
}
