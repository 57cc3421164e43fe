//! When each candidate comes, from a first hour, a length, breaks, pairs or groups, and extra time.

use chrono::Duration;

use crate::db::At;
use crate::sittings::model::{Comer, Planned, Rhythm};
use crate::sittings::rows::SittingKind;

/// One pair or group after the other, in the order given, with a break between two; whoever would run into a
/// pause comes after it. Those who come together stay as long as the one with the most extra time. In a
/// window there is no hour to keep: every slot begins with it, and its minutes are what reading should take.
pub fn lay_out(rhythm: &Rhythm, teams: &[Vec<Comer>]) -> Vec<Planned> {
    let mut slots = Vec::new();
    let mut next = rhythm.first_at;
    for (place, team) in teams.iter().enumerate() {
        let extra_minutes = team
            .iter()
            .filter_map(|comer| comer.extra)
            .map(|share| share.of(rhythm.minutes))
            .max()
            .unwrap_or_default();
        let minutes = rhythm.minutes.saturating_add(extra_minutes);
        let starts_at = match rhythm.kind {
            SittingKind::Event => after_pauses(next, minutes, rhythm),
            SittingKind::Window => rhythm.first_at,
        };
        slots.extend(team.iter().map(|comer| Planned {
            enrolment: comer.enrolment,
            starts_at,
            minutes,
            extra_minutes,
            team: (team.len() > 1).then_some(place),
        }));
        next = starts_at.plus(minutes_of(minutes) + minutes_of(rhythm.break_minutes));
    }
    slots
}

fn minutes_of(count: i32) -> Duration {
    Duration::minutes(i64::from(count))
}

/// The first instant from `from` on at which so many minutes fit between the pauses.
fn after_pauses(from: At, minutes: i32, rhythm: &Rhythm) -> At {
    let mut starts_at = from;
    // Each turn goes past the end of one more pause.
    while let Some(pause) = rhythm
        .pauses
        .iter()
        .find(|pause| starts_at < pause.ends_at && pause.starts_at < starts_at.plus(minutes_of(minutes)))
    {
        starts_at = pause.ends_at;
    }
    starts_at
}
