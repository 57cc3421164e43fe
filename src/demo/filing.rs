//! Second act: what candidates hand in, and the requirements outside the blocks.

use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};

use super::files::{Piece, pieces};
use super::founding::{Actor, Group, Staff};
use super::people::Fate;
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

async fn file(stage: &Stage, actor: &Actor, block: &Value, piece: Piece) -> anyhow::Result<()> {
    let criteria: Vec<&str> = list(block, "/criteria")?
        .iter()
        .filter(|criterion| criterion["observed"] == "filed")
        .filter_map(|criterion| criterion["id"].as_str())
        .take(3)
        .collect();
    let mut form = Form::new().text("title", piece.title).text("criteria", json!(criteria).to_string());
    if let (Some(anchor), Some(first)) = (&piece.anchor, criteria.first()) {
        form = form.text("anchors", json!([{ "criterion": first, "anchor": anchor }]).to_string());
    }
    let form = form.part("file", Part::bytes(piece.bytes).file_name(piece.filename));
    stage.upload(&actor.person, &format!("enrolments/{}/evidence", actor.enrolment), form).await?;
    Ok(())
}

/// The manager records what is met, and on which evidence; one waits, one is waived with a reason.
///
/// # Errors
/// What the service refuses.
pub async fn requirements(stage: &Stage, staff: &Staff, group: &Group) -> anyhow::Result<()> {
    for actor in &group.actors {
        if matches!(actor.about.fate, Fate::Absent | Fate::Excused) {
            continue;
        }
        let base = format!("enrolments/{}", actor.enrolment);
        let evidence = stage.get(&actor.person, &format!("{base}/evidence")).await?;
        let proof = list(&evidence, "/items")?.first().and_then(|piece| piece["id"].as_str());
        for (place, asked) in list(&group.standard, "/requirements")?.iter().enumerate() {
            let state = match (actor.about.fate, place) {
                (Fate::Pending, 0) => continue,
                (Fate::Waived, 0) => json!({
                    "state": "waived",
                    "reason": "Expérience déjà établie par la recevabilité de la VAE.",
                }),
                _ => json!({ "state": "met", "evidence_id": proof }),
            };
            let path = format!("{base}/requirements/{}", text(asked, "/id")?);
            stage.put(&staff.manager, &path, 1, state).await?;
        }
    }
    Ok(())
}
