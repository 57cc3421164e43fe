//! Second act: what candidates hand in, and the requirements outside the blocks.

use chrono::{DateTime, Duration, Utc};
use reqwest::multipart::{Form, Part as FormPart};
use serde_json::{Value, json};

use super::files::{Piece, pieces};
use super::founding::{Actor, Group, Staff};
use super::mishaps::{self, Mishap};
use super::people::Part;
use super::report::Count;
use super::stage::{Stage, list, text};

/// Each candidate files; the first of a cohort files one of each kind. Gives the number of pieces.
///
/// # Errors
/// What the service refuses.
pub async fn evidence(stage: &Stage, group: &Group) -> anyhow::Result<usize> {
    let mut filed = 0;
    for (place, actor) in group.actors.iter().enumerate() {
        let all = pieces(&actor.about.label())?;
        let kinds = all.len();
        for (kind, piece) in all.into_iter().enumerate() {
            if place > 0 && kind != place % kinds && kind != 0 {
                continue;
            }
            let block = group.blocks()?.get(kind % group.blocks()?.len()).cloned().unwrap_or_default();
            file(stage, actor, &block, piece).await?;
            stage.minutes_later(1);
            filed += 1;
        }
    }
    Ok(filed)
}

/// Criteria of a block that a piece may be filed for.
///
/// # Errors
/// When it is no block.
pub fn criteria(block: &Value) -> anyhow::Result<Vec<&str>> {
    Ok(list(block, "/criteria")?
        .iter()
        .filter(|criterion| criterion["observed"] == "filed")
        .filter_map(|criterion| criterion["id"].as_str())
        .take(3)
        .collect())
}

async fn file(stage: &Stage, actor: &Actor, block: &Value, piece: Piece) -> anyhow::Result<()> {
    let criteria = criteria(block)?;
    let mut form = Form::new().text("title", piece.title).text("criteria", json!(criteria).to_string());
    if let (Some(anchor), Some(first)) = (&piece.anchor, criteria.first()) {
        form = form.text("anchors", json!([{ "criterion": first, "anchor": anchor }]).to_string());
    }
    let form = form.part("file", FormPart::bytes(piece.bytes).file_name(piece.filename));
    stage.upload(&actor.person, &format!("enrolments/{}/evidence", actor.enrolment), form).await?;
    Ok(())
}

/// The last hours before the deadline: one person is given longer and files on the Sunday, another's upload
/// ends after it began.
///
/// # Errors
/// What the service refuses.
pub async fn deadline(
    stage: &Stage,
    staff: &Staff,
    group: &Group,
    deadline: DateTime<Utc>,
    count: &mut Count,
) -> anyhow::Result<()> {
    let sunday = deadline + Duration::hours(48 + 3);
    let extended = mishaps::sittings::deadline_extended(stage, staff, group, sunday).await?;
    count.happened(extended);
    let grace = mishaps::sittings::upload_in_grace(stage, group, deadline, count).await?;
    count.happened(grace);
    Ok(())
}

/// On the Sunday, what the extension was for.
///
/// # Errors
/// What the service refuses.
pub async fn at_last(stage: &Stage, staff: &Staff, group: &mut Group) -> anyhow::Result<usize> {
    let Some(actor) = group.actors.iter_mut().find(|actor| actor.about.plays(Part::Extended)) else {
        return Ok(0);
    };
    stage.comes_back(&staff.manager, &mut actor.person).await?;
    let actor = group.part(Part::Extended)?;
    let block = group.blocks()?.first().cloned().unwrap_or_default();
    let Some(piece) = pieces(&actor.about.label())?.pop() else { return Ok(0) };
    file(stage, actor, &block, piece).await?;
    Ok(1)
}

/// The manager records what is met, and on which evidence; what goes otherwise is told.
///
/// # Errors
/// What the service refuses.
pub async fn requirements(stage: &Stage, staff: &Staff, group: &Group) -> anyhow::Result<Vec<Mishap>> {
    use mishaps::requirements as outside;
    let mut happened = Vec::new();
    if group.playing(Part::Attested).is_some() {
        happened.push(outside::attested(stage, staff, group).await?);
    }
    if group.playing(Part::Filed).is_some() {
        happened.push(outside::filed(stage, staff, group).await?);
    }
    if group.playing(Part::Waived).is_some() {
        happened.push(outside::waived(stage, staff, group).await?);
    }
    if group.playing(Part::Unmet).is_some() {
        happened.push(outside::unmet(stage, staff, group).await?);
    }
    for actor in group.actors.iter().filter(|actor| actor.about.comes()) {
        let base = format!("enrolments/{}", actor.enrolment);
        let evidence = stage.get(&actor.person, &format!("{base}/evidence")).await?;
        let proof = list(&evidence, "/items")?.first().and_then(|piece| piece["id"].as_str());
        for asked in list(&group.standard, "/requirements")? {
            if told_otherwise(actor, asked["kind"].as_str().unwrap_or_default()) {
                continue;
            }
            let path = format!("{base}/requirements/{}", text(asked, "/id")?);
            let met = json!({ "state": "met", "evidence_id": proof });
            stage.put(&staff.manager, &path, 1, met).await?;
        }
    }
    Ok(happened)
}

/// What the plot says of this requirement: it waits, or is recorded elsewhere.
fn told_otherwise(actor: &Actor, kind: &str) -> bool {
    let parts: &[Part] = match kind {
        "attested" => &[Part::Attested, Part::Waived, Part::Unmet, Part::Pending],
        "filed" => &[Part::Filed],
        _ => &[Part::Defended],
    };
    parts.iter().any(|part| actor.about.plays(*part))
}
