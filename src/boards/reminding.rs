//! Use case: everybody who has something to do for a cohort is told of it by a letter, in one transaction.

use diesel::prelude::*;

use super::lists;
use super::views::{EvidenceLack, Lacks, NewReminders, Reminded, Reminder, RequirementLack, SheetToSign};
use crate::access::rows::Locale;
use crate::access::{Action, Caller, facts, require};
use crate::db::schema::{centre, cohort, outbox};
use crate::db::{AnyConn, At, for_update};
use crate::error::AppError;
use crate::ids::CohortId;
use crate::journal::{Act, record};
use crate::mail::rows::LetterKind;
use crate::mail::{Letter, Part, Recipient, post_all};
use crate::referential::versions::Versions;

/// A second press of the button is not a second letter to two hundred people.
const APART: chrono::Duration = chrono::Duration::minutes(10);

/// Queues a letter to each of [`lists::due`], or to those of them who are named. In a constant number of
/// statements: the letters are one.
///
/// # Errors
/// `not_found`; `forbidden` to those who may not write to people; `invalid` for a deadline that is past;
/// `rule_broken` with `reminded_already` when everybody was reminded less than ten minutes ago.
pub fn remind(
    conn: &mut AnyConn,
    caller: &Caller,
    versions: &Versions,
    id: CohortId,
    new: &NewReminders,
    at: At,
) -> Result<Reminded, AppError> {
    let who = facts::on_cohort(conn, caller, id)?;
    require(Action::Remind, &who)?;
    if new.until.is_some_and(|until| until <= at) {
        return Err(past());
    }
    let (about, zone) = hold(conn, id)?;
    if new.to.is_none() && reminded_since(conn, id, at.plus(-APART))? {
        return Err(already());
    }
    let mut due = lists::due(conn, versions, id, at)?;
    if let Some(wanted) = &new.to {
        due.retain(|one| wanted.contains(&one.to.key));
    }
    let mut letters = Vec::with_capacity(due.len());
    for one in &due {
        letters.push(letter(one, &about, new.until, &zone)?.of_cohort(id));
    }
    post_all(conn, &letters, at)?;
    if !letters.is_empty() {
        record(conn, Act::new("reminded", caller.account, at).about("cohort", id), &[])?;
    }
    Ok(Reminded { queued: due.into_iter().map(|one| one.to.key).collect() })
}

/// Its name and the zone of its centre. Two managers who press at once do it one after the other.
fn hold(conn: &mut AnyConn, id: CohortId) -> Result<(String, String), AppError> {
    let found = for_update(cohort::table.find(id).select((cohort::name, cohort::centre_id)));
    let (name, of): (String, crate::ids::CentreId) = found.get_result(conn)?;
    let zone = centre::table.find(of).select(centre::timezone).first(conn)?;
    Ok((name, zone))
}

fn reminded_since(conn: &mut AnyConn, id: CohortId, since: At) -> Result<bool, AppError> {
    let letters = outbox::table
        .filter(outbox::cohort_id.eq(id))
        .filter(outbox::kind.eq(LetterKind::Reminder))
        .filter(outbox::queued_at.gt(since));
    let one = letters.select(outbox::id).first::<crate::ids::LetterId>(conn);
    Ok(one.optional()?.is_some())
}

fn letter(one: &Reminder, about: &str, until: Option<At>, zone: &str) -> Result<Letter, AppError> {
    let to = Recipient::new(one.to.account, &one.to.email, &one.to.name, one.to.locale)?;
    let part = if one.to.enrolment.is_some() { Part::Candidate } else { Part::Juror };
    let missing = words(one);
    Ok(Letter::reminder(to, part, about.to_owned(), missing, until, zone.to_owned()))
}

fn words(one: &Reminder) -> Vec<String> {
    let Lacks { identity, evidence, requirements } = &one.lacks;
    let locale = one.to.locale;
    let mut words: Vec<String> = identity.iter().map(|field| identity_words(field, locale)).collect();
    words.extend(requirements.iter().map(|lack| requirement_words(lack, locale)));
    words.extend(evidence.iter().map(evidence_words));
    words.extend(one.sheets.iter().map(sheet_words));
    words
}

fn identity_words(field: &str, locale: Locale) -> String {
    let words = match (field, locale) {
        ("birth_date", Locale::Fr) => "Votre date de naissance",
        ("birth_date", Locale::En) => "Your date of birth",
        ("birth_place", Locale::Fr) => "Votre lieu de naissance",
        ("birth_place", Locale::En) => "Your place of birth",
        (_, Locale::Fr) => "Une mention de votre identité",
        (_, Locale::En) => "A part of your identity",
    };
    words.to_owned()
}

fn requirement_words(lack: &RequirementLack, locale: Locale) -> String {
    match locale {
        Locale::Fr => lack.label.clone(),
        Locale::En => lack.label_en.clone(),
    }
}

/// The criterion as registered, after the codes printed beside it.
fn evidence_words(lack: &EvidenceLack) -> String {
    match lack.codes.is_empty() {
        true => lack.text.clone(),
        false => format!("{} – {}", lack.codes.join(", "), lack.text),
    }
}

fn sheet_words(sheet: &SheetToSign) -> String {
    format!("{} – {} {}", sheet.title, sheet.number, sheet.candidate)
}

fn past() -> AppError {
    AppError::invalid(("La date limite est passée.", "The deadline is past."))
        .with("faults", vec![serde_json::json!({ "field": "until", "code": "past" })])
}

fn already() -> AppError {
    AppError::broken(
        "reminded_already",
        (
            "Tout le monde vient d’être relancé : dites à qui écrire encore, ou attendez dix minutes.",
            "Everybody has just been reminded: say whom to write to again, or wait ten minutes.",
        ),
    )
}
