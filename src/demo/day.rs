//! Third act: the days themselves. The room opens, candidates come one after the other, each juror scores and
//! signs; what goes wrong goes wrong at its hour.

use chrono::{DateTime, Duration, NaiveDate, Utc};
use serde_json::{Value, json};

use super::founding::{self, Group, Sitting, Staff};
use super::mishaps::door::Comer;
use super::mishaps::{self, door};
use super::people::{Fate, Part};
use super::report::Count;
use super::scoring;
use super::stage::{Stage, list, text};

/// The sittings of a group on a day, in their order.
pub fn sittings(group: &Group, day: NaiveDate) -> Vec<Sitting> {
    let mut all: Vec<Sitting> =
        group.sittings.iter().filter(|one| one.starts_at.date_naive() == day).cloned().collect();
    all.sort_by_key(|one| one.starts_at);
    all
}

/// The sheets are made; on one morning a juror falls ill meanwhile.
///
/// # Errors
/// What the service refuses.
pub async fn open(
    stage: &Stage,
    staff: &Staff,
    group: &mut Group,
    sitting: &Sitting,
    count: &mut Count,
) -> anyhow::Result<()> {
    let path = format!("sittings/{}/opening", sitting.id);
    stage.post(&staff.manager, &path, json!({})).await?;
    scoring::learn_sheets(stage, group, sitting).await?;
    if group.playing(Part::CastingVote).is_some() && sitting.block == Some(1) {
        let replaced = mishaps::jury::replaced(stage, staff, group, sitting, count).await?;
        count.happened(replaced);
        count.happened(mishaps::jury::rule_waived(stage, staff, group, sitting).await?);
        stage.post(&staff.manager, &path, json!({})).await?;
        scoring::learn_sheets(stage, group, sitting).await?;
        founding::summon(stage, staff, group).await?;
    }
    Ok(())
}

/// Somebody's turn.
pub struct Passage {
    pub group: usize,
    pub sitting: Sitting,
    pub slot: String,
    pub enrolment: Value,
    pub starts_at: DateTime<Utc>,
    pub minutes: i64,
}

/// The turns of a sitting; whoever goes to another has none.
///
/// # Errors
/// What the service refuses.
pub async fn passages(
    stage: &Stage,
    staff: &Staff,
    (place, group): (usize, &Group),
    sitting: &Sitting,
) -> anyhow::Result<Vec<Passage>> {
    let detail = stage.get(&staff.manager, &format!("sittings/{}", sitting.id)).await?;
    let expected = list(&detail, "/slots")?.iter().filter(|slot| slot["attendance"] == "expected");
    expected
        .filter(|slot| group.actor(&slot["enrolment_id"]).is_some())
        .map(|slot| {
            Ok(Passage {
                group: place,
                sitting: sitting.clone(),
                slot: text(slot, "/id")?,
                enrolment: slot["enrolment_id"].clone(),
                starts_at: text(slot, "/starts_at")?.parse()?,
                minutes: slot["minutes"].as_i64().unwrap_or_default(),
            })
        })
        .collect()
}

/// Who comes is heard, scored and signed.
///
/// # Errors
/// What the service refuses.
pub async fn play(
    stage: &Stage,
    staff: &Staff,
    group: &mut Group,
    passage: &Passage,
    count: &mut Count,
) -> anyhow::Result<()> {
    stage.it_is(passage.starts_at);
    if !at_the_door(stage, staff, group, passage, count).await? {
        return Ok(());
    }
    let (first_day, sitting) = (passage.sitting.block == Some(0), &passage.sitting);
    let Some(about) = group.actor(&passage.enrolment).map(|actor| actor.about) else { return Ok(()) };
    if first_day && about.plays(Part::JurorLeft) {
        let left = mishaps::jury::left(stage, group, sitting, count).await?;
        count.happened(left);
    }
    stage.it_is(passage.starts_at + Duration::minutes(passage.minutes));
    let Some(actor) = group.actor(&passage.enrolment) else { return Ok(()) };
    scoring::candidate(stage, group, sitting, actor, count).await?;
    if first_day && about.plays(Part::Reopened) {
        let reopened = mishaps::scoring::reopened(stage, group, sitting, count).await?;
        count.happened(reopened);
    }
    if sitting.block == Some(2) && about.plays(Part::LateScore) {
        count.happened(mishaps::scoring::late(stage, group, sitting).await?);
    }
    Ok(())
}

/// Attendance: identity checked, or why somebody is not there. Whether they are.
async fn at_the_door(
    stage: &Stage,
    staff: &Staff,
    group: &Group,
    passage: &Passage,
    count: &mut Count,
) -> anyhow::Result<bool> {
    let Some(actor) = group.actor(&passage.enrolment) else { return Ok(false) };
    let comer = Comer { label: actor.about.label(), slot: &passage.slot, starts_at: passage.starts_at };
    let (about, first_day) = (actor.about, passage.sitting.block == Some(0));
    let happened = match about.fate {
        Fate::Absent if first_day => door::absent(stage, staff, &comer).await?,
        Fate::Excused if first_day => door::excused(stage, staff, &comer).await?,
        _ if first_day && about.plays(Part::Late) => door::late(stage, staff, &comer).await?,
        _ if first_day && about.plays(Part::AttendanceCorrected) => {
            door::corrected(stage, staff, &comer).await?
        }
        fate => {
            let said = match fate {
                Fate::Absent => json!({ "attendance": "absent", "identity_checked": false }),
                Fate::Excused => json!({
                    "attendance": "excused", "identity_checked": false, "reason": "Certificat médical pour la semaine.",
                }),
                _ => json!({ "attendance": "present", "identity_checked": true }),
            };
            comer.note(stage, staff, said).await?;
            return Ok(about.comes());
        }
    };
    count.happened(happened);
    Ok(about.comes())
}
