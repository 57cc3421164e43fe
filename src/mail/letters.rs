//! From the facts of a letter to what its template names.

use serde_json::{Value, json};

use super::model::{Appointment, Content, Letter, Part};
use super::templates::{Written, write};
use crate::access::rows::{Locale, Role};
use crate::db::At;
use crate::documents::dates::{Dates, Style};
use crate::error::AppError;

/// More would not be read.
const MISSING_SHOWN: usize = 20;

const FRENCH_DAYS: [&str; 7] = ["lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"];
const ENGLISH_DAYS: [&str; 7] =
    ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/// The words of a letter; `site` is the address of the service, without a slash at its end.
///
/// # Errors
/// `internal` for a zone that is none.
pub fn words(letter: &Letter, site: &str) -> Result<Written, AppError> {
    let locale = letter.to.locale;
    let mut facts = facts(&letter.content, locale)?;
    if let Value::Object(members) = &mut facts {
        members.insert("name".to_owned(), json!(letter.to.name));
        members.insert("href".to_owned(), json!(format!("{site}{}", link(&letter.content))));
    }
    write(letter.content.kind().as_str(), locale, facts)
}

fn facts(content: &Content, locale: Locale) -> Result<Value, AppError> {
    Ok(match content {
        Content::Invitation { role, centre, zone, until, .. } => {
            json!({ "role": role_words(*role, locale), "centre": centre, "until": moment(*until, zone, locale)? })
        }
        Content::PasswordReset { zone, until, .. } => json!({ "until": moment(*until, zone, locale)? }),
        Content::Summons { appointment, .. } | Content::Cancelled { appointment, .. } => {
            json!({
                "title": appointment.title, "when": when(appointment, locale)?, "place": appointment.place,
                "juror": appointment.part == Part::Juror, "window": appointment.window,
            })
        }
        Content::Moved { appointment, before_starts_at, before_place, .. } => json!({
            "title": appointment.title, "when": when(appointment, locale)?, "place": appointment.place,
            "before": moment(*before_starts_at, &appointment.zone, locale)?, "before_place": before_place,
            "other_place": *before_place != appointment.place,
        }),
        Content::Reminder { part, about, missing, until, zone, .. } => json!({
            "about": about, "juror": *part == Part::Juror, "missing": missing.iter().take(MISSING_SHOWN).collect::<Vec<_>>(),
            "more": missing.len().saturating_sub(MISSING_SHOWN),
            "until": until.map(|until| moment(until, zone, locale)).transpose()?,
        }),
        Content::DeadlineExtended { about, before, until, zone, .. } => json!({
            "about": about, "until": moment(*until, zone, locale)?,
            "before": before.map(|before| moment(before, zone, locale)).transpose()?,
        }),
        Content::Receipt { filename, size, sha256, filed_at, zone, .. } => json!({
            "filename": filename, "size": bytes(*size, locale), "sha256": sha256,
            "filed_at": moment(*filed_at, zone, locale)?,
        }),
        Content::ResultAvailable { about, .. } => json!({ "about": about }),
        Content::AttestationAsked { candidate, requirement, organisation, until, zone, .. } => json!({
            "candidate": candidate, "organisation": organisation, "requirement": requirement,
            "until": moment(*until, zone, locale)?,
        }),
    })
}

fn link(content: &Content) -> &str {
    match content {
        Content::Invitation { link, .. }
        | Content::PasswordReset { link, .. }
        | Content::Summons { link, .. }
        | Content::Moved { link, .. }
        | Content::Cancelled { link, .. }
        | Content::Reminder { link, .. }
        | Content::DeadlineExtended { link, .. }
        | Content::Receipt { link, .. }
        | Content::ResultAvailable { link, .. }
        | Content::AttestationAsked { link, .. } => link,
    }
}

fn dates(zone: &str, locale: Locale) -> Result<Dates, AppError> {
    let style = if locale == Locale::Fr { Style::French } else { Style::English };
    Dates::new(zone, style).map_err(AppError::internal)
}

/// «mardi 3 mars 2026 à 10 h (Europe/Paris)».
fn moment(at: At, zone: &str, locale: Locale) -> Result<String, AppError> {
    Ok(format!("{} {}", weekday(at, zone, locale)?, dates(zone, locale)?.moment(at.utc())))
}

/// A day of the week when there is one.
fn when(what: &Appointment, locale: Locale) -> Result<String, AppError> {
    let span = dates(&what.zone, locale)?.span(what.starts_at.utc(), Some(what.ends_at.utc()));
    let (first, last) =
        (weekday(what.starts_at, &what.zone, locale)?, weekday(what.ends_at, &what.zone, locale)?);
    let one_day = first == last && what.ends_at.utc() - what.starts_at.utc() < chrono::Duration::days(1);
    Ok(if one_day { format!("{first} {span}") } else { span })
}

fn weekday(at: At, zone: &str, locale: Locale) -> Result<&'static str, AppError> {
    use chrono::Datelike;
    let zone: chrono_tz::Tz = zone.parse().map_err(AppError::internal)?;
    let place = at.utc().with_timezone(&zone).weekday().num_days_from_monday();
    let days = if locale == Locale::Fr { FRENCH_DAYS } else { ENGLISH_DAYS };
    Ok(usize::try_from(place).ok().and_then(|place| days.get(place)).copied().unwrap_or_default())
}

fn role_words(role: Role, locale: Locale) -> &'static str {
    match (role, locale) {
        (Role::Administrator, Locale::Fr) => "administration du service",
        (Role::CentreManager, Locale::Fr) => "responsable de formation",
        (Role::Trainer, Locale::Fr) => "formateur ou formatrice",
        (Role::Juror, Locale::Fr) => "membre de jury",
        (Role::Candidate, Locale::Fr) => "candidat ou candidate",
        (Role::Auditor, Locale::Fr) => "contrôle",
        (Role::DataProtectionOfficer, Locale::Fr) => "protection des données",
        (Role::Administrator, Locale::En) => "administrator of the service",
        (Role::CentreManager, Locale::En) => "programme manager",
        (Role::Trainer, Locale::En) => "trainer",
        (Role::Juror, Locale::En) => "jury member",
        (Role::Candidate, Locale::En) => "candidate",
        (Role::Auditor, Locale::En) => "auditor",
        (Role::DataProtectionOfficer, Locale::En) => "data-protection officer",
    }
}

/// «2 481 312 octets».
fn bytes(size: i64, locale: Locale) -> String {
    let digits = size.to_string();
    let gap = if locale == Locale::Fr { "\u{202f}" } else { "," };
    let mut grouped = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push_str(gap);
        }
        grouped.push(digit);
    }
    let unit = if locale == Locale::Fr { "octets" } else { "bytes" };
    format!("{grouped}\u{a0}{unit}")
}
