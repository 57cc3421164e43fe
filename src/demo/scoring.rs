//! Third act: the day itself. Who comes, what each juror gives, signatures, the chair's agenda.

use serde_json::{Value, json};

use super::founding::{Group, Staff};
use super::marks::{Line, mark};
use super::people::Fate;
use super::report::Count;
use super::stage::{Stage, list, text};

/// Attendance of one sitting: identity checked, or why somebody is not there.
///
/// # Errors
/// What the service refuses.
pub async fn attendance(stage: &Stage, staff: &Staff, group: &Group, sitting: &str) -> anyhow::Result<()> {
    let detail = stage.get(&staff.manager, &format!("sittings/{sitting}")).await?;
    for slot in list(&detail, "/slots")? {
        let fate = group
            .actors
            .iter()
            .find(|actor| slot["enrolment_id"] == actor.enrolment.as_str())
            .map(|actor| actor.about.fate);
        let said = match fate {
            Some(Fate::Absent) => json!({ "attendance": "absent", "identity_checked": false }),
            Some(Fate::Excused) => json!({
                "attendance": "excused", "identity_checked": false, "reason": "Justificatif reçu avant l’épreuve.",
            }),
            _ => json!({ "attendance": "present", "identity_checked": true }),
        };
        stage.put(&staff.manager, &format!("slots/{}/attendance", text(slot, "/id")?), 0, said).await?;
    }
    Ok(())
}

/// Every juror scores and signs every candidate who came, in one sitting.
///
/// # Errors
/// What the service refuses.
pub async fn sitting(stage: &Stage, group: &Group, sitting: usize, count: &mut Count) -> anyhow::Result<()> {
    let Some(held) = group.sittings.get(sitting) else { return Ok(()) };
    for (place, seat) in group.seats.iter().enumerate() {
        let mine = stage.get(&seat.person, "me/sheets?limit=200").await?;
        for sheet in list(&mine, "/items")? {
            let actor = group.actors.iter().find(|actor| sheet["enrolment_id"] == actor.enrolment.as_str());
            let Some(actor) = actor.filter(|_| sheet["sitting"]["id"] == held.id.as_str()) else { continue };
            if matches!(actor.about.fate, Fate::Absent | Fate::Excused) {
                continue;
            }
            let id = text(sheet, "/id")?;
            let one_by_one = place == 0 && actor.about.fate == Fate::Full && sitting == 0;
            fill(stage, &seat.person, &id, (actor.about.fate, place, sitting), one_by_one, count).await?;
            sign(stage, &seat.person, &id, count).await?;
        }
    }
    Ok(())
}

async fn fill(
    stage: &Stage,
    person: &super::stage::Person,
    sheet: &str,
    (fate, juror, block): (Fate, usize, usize),
    one_by_one: bool,
    count: &mut Count,
) -> anyhow::Result<()> {
    let path = format!("sheets/{sheet}");
    let before = stage.get(person, &path).await?;
    for grid in list(&before, "/grids")? {
        for choice in list(grid, "/choices")? {
            let options: Vec<&Value> =
                list(choice, "/options")?.iter().filter_map(|option| option.get(0)).collect();
            // The first candidate works on one alternative alone, the others on all.
            let chosen = if fate == Fate::Full { options.get(..1).unwrap_or_default() } else { &options };
            let body = json!({ "choice": choice["choice"], "options": chosen });
            stage.put(person, &format!("grids/{}/choices", text(grid, "/id")?), 0, body).await?;
        }
    }
    let shown = stage.get(person, &path).await?;
    let lines: Vec<(&Value, &Value)> = list(&shown, "/grids")?
        .iter()
        .flat_map(|grid| grid["lines"].as_array().into_iter().flatten().map(move |line| (grid, line)))
        .filter(|(_, line)| line["applies"] == true)
        .collect();
    let codes =
        |line: &Value| -> Vec<String> { serde_json::from_value(line["codes"].clone()).unwrap_or_default() };
    let first_codes = lines.first().map(|(_, line)| codes(line)).unwrap_or_default();
    let mut grids: Vec<(String, Vec<Value>)> = Vec::new();
    for (place, (grid, line)) in lines.iter().enumerate() {
        let (criterion, own) = (text(line, "/criterion")?, codes(line));
        let optional = line["optional"] == true;
        let about = Line { block, place, codes: &own, optional, first_codes: &first_codes };
        let score = mark(fate, juror, &about);
        let grid = text(grid, "/id")?;
        count.scores += 1;
        if one_by_one {
            stage.put(person, &format!("grids/{grid}/scores/{criterion}"), 0, score).await?;
            continue;
        }
        let written = json!({ "criterion": criterion, "seen": 0, "score": score });
        match grids.last_mut().filter(|(known, _)| *known == grid) {
            Some((_, scores)) => scores.push(written),
            None => grids.push((grid, vec![written])),
        }
    }
    for (grid, scores) in grids {
        stage.put(person, &format!("grids/{grid}/scores"), 0, json!({ "scores": scores })).await?;
    }
    Ok(())
}

async fn sign(
    stage: &Stage,
    person: &super::stage::Person,
    sheet: &str,
    count: &mut Count,
) -> anyhow::Result<()> {
    let read = stage.get(person, &format!("sheets/{sheet}")).await?;
    let seen = json!({ "content_digest": text(&read, "/content_digest")? });
    stage.post(person, &format!("sheets/{sheet}/signature"), seen).await?;
    let issued = stage.post(person, &format!("sheets/{sheet}/document"), json!({})).await?;
    count.sheets += 1;
    count.issued(&issued)
}

/// The chair settles what the jurors see differently.
///
/// # Errors
/// What the service refuses.
pub async fn agenda(stage: &Stage, group: &Group) -> anyhow::Result<()> {
    let Some(chair) = group.seats.first() else { return Ok(()) };
    for actor in &group.actors {
        if matches!(actor.about.fate, Fate::Absent | Fate::Excused) {
            continue;
        }
        let read = stage.get(&chair.person, &format!("enrolments/{}/scores", actor.enrolment)).await?;
        for line in list(&read, "/lines")? {
            if line["result"].get("unsettled").is_none() {
                continue;
            }
            let settled = json!({
                "state": "scored", "rank": 3,
                "reason": "Relu en délibéré : l’élément figure en annexe du rapport et il a été défendu à l’oral.",
            });
            let path = format!("enrolments/{}/settlements/{}", actor.enrolment, text(line, "/criterion")?);
            stage.put(&chair.person, &path, 0, settled).await?;
        }
    }
    Ok(())
}
