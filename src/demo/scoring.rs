//! What each juror gives, line by line, and signs.

use serde_json::{Value, json};

use super::founding::{Actor, Group, Seat, Sitting};
use super::marks::{Line, mark};
use super::people::Part;
use super::report::Count;
use super::stage::{Person, Stage, list, text};

/// Which sheets there are now in a sitting, as each juror's own list tells.
///
/// # Errors
/// What the service refuses.
pub async fn learn_sheets(stage: &Stage, group: &mut Group, sitting: &Sitting) -> anyhow::Result<()> {
    for seat in group.seats.iter().filter(|seat| !seat.left) {
        let mine = stage.get(&seat.person, "me/sheets?limit=200").await?;
        for sheet in list(&mine, "/items")? {
            if sheet["sitting"]["id"] == sitting.id.as_str() {
                let key = (sitting.id.clone(), seat.seat.clone(), text(sheet, "/enrolment_id")?);
                group.sheets.insert(key, text(sheet, "/id")?);
            }
        }
    }
    Ok(())
}

/// # Errors
/// When that juror has no sheet for that candidate.
pub fn sheet_of(group: &Group, sitting: &Sitting, seat: &Seat, actor: &Actor) -> anyhow::Result<String> {
    let key = (sitting.id.clone(), seat.seat.clone(), actor.enrolment.clone());
    let found = group.sheets.get(&key).cloned();
    found.ok_or_else(|| anyhow::anyhow!("{} has no sheet for {}", seat.person.name, actor.person.name))
}

/// Every juror who assesses this candidate fills a sheet and signs it.
///
/// # Errors
/// What the service refuses.
pub async fn candidate(
    stage: &Stage,
    group: &Group,
    sitting: &Sitting,
    actor: &Actor,
    count: &mut Count,
) -> anyhow::Result<()> {
    for seat in group.seats.iter().filter(|seat| group.assesses(seat, actor)) {
        let sheet = sheet_of(group, sitting, seat, actor)?;
        fill(stage, (seat, actor), sitting.block, &sheet, count).await?;
        sign(stage, (seat, actor), &sheet, count).await?;
    }
    Ok(())
}

async fn fill(
    stage: &Stage,
    (seat, actor): (&Seat, &Actor),
    block: Option<usize>,
    sheet: &str,
    count: &mut Count,
) -> anyhow::Result<()> {
    let (person, path) = (&seat.person, format!("sheets/{sheet}"));
    let mut shown = stage.get(person, &path).await?;
    // The first candidate of a cohort works on one alternative alone, the others on all.
    let one_alone = actor.about.plays(Part::Disagreement) || actor.about.plays(Part::Unobserved);
    if choose(stage, person, &shown, one_alone).await? {
        shown = stage.get(person, &path).await?;
    }
    // One juror writes one score at a time, as with a finger; the others a grid at once.
    let one_by_one = seat.place == 0 && block == Some(0) && one_alone;
    let first_codes = first_codes(&shown)?;
    let mut place = 0;
    for (grid_place, grid) in list(&shown, "/grids")?.iter().enumerate() {
        let id = text(grid, "/id")?;
        let mut scores = Vec::new();
        for line in list(grid, "/lines")?.iter().filter(|line| line["applies"] == true) {
            let codes: Vec<String> = serde_json::from_value(line["codes"].clone())?;
            let optional = line["optional"] == true;
            let about =
                Line { block, grid: grid_place, place, codes: &codes, optional, first_codes: &first_codes };
            let (criterion, score) = (text(line, "/criterion")?, mark(actor.about, seat.place, &about));
            place += 1;
            count.scores += 1;
            if one_by_one {
                stage.put(person, &format!("grids/{id}/scores/{criterion}"), 0, score).await?;
            } else {
                scores.push(json!({ "criterion": criterion, "seen": 0, "score": score }));
            }
        }
        if !scores.is_empty() {
            stage.put(person, &format!("grids/{id}/scores"), 0, json!({ "scores": scores })).await?;
        }
    }
    Ok(())
}

/// Answers which alternatives apply; whether anything was asked.
async fn choose(stage: &Stage, person: &Person, shown: &Value, one_alone: bool) -> anyhow::Result<bool> {
    let mut asked = false;
    for grid in list(shown, "/grids")? {
        for choice in list(grid, "/choices")? {
            let options: Vec<&Value> =
                list(choice, "/options")?.iter().filter_map(|option| option.get(0)).collect();
            let chosen = if one_alone { options.get(..1).unwrap_or_default() } else { &options };
            let body = json!({ "choice": choice["choice"], "options": chosen });
            stage.put(person, &format!("grids/{}/choices", text(grid, "/id")?), 0, body).await?;
            asked = true;
        }
    }
    Ok(asked)
}

fn first_codes(shown: &Value) -> anyhow::Result<Vec<String>> {
    let mut lines =
        list(shown, "/grids")?.iter().flat_map(|grid| grid["lines"].as_array().into_iter().flatten());
    let first = lines.find(|line| line["applies"] == true);
    Ok(first.map(|line| serde_json::from_value(line["codes"].clone())).transpose()?.unwrap_or_default())
}

/// Signs a sheet as it stands and has it printed.
///
/// # Errors
/// What the service refuses.
pub async fn sign(
    stage: &Stage,
    (seat, actor): (&Seat, &Actor),
    sheet: &str,
    count: &mut Count,
) -> anyhow::Result<()> {
    let read = stage.get(&seat.person, &format!("sheets/{sheet}")).await?;
    let seen = json!({ "content_digest": text(&read, "/content_digest")? });
    stage.post(&seat.person, &format!("sheets/{sheet}/signature"), seen).await?;
    let issued = stage.post(&seat.person, &format!("sheets/{sheet}/document"), json!({})).await?;
    if count.ledger.sheet(&read, &seat.seat, &actor.dossier, true)? {
        count.sheets += 1;
    }
    count.issued(&issued)
}
