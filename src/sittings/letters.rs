//! The letters of a sitting, posted in the transaction of the act that they tell.

use super::rows::{SittingKind, SittingRow};
use super::shapes::people::{CalledAs, Notice};
use crate::db::{AnyConn, At};
use crate::error::AppError;
use crate::mail::{self, Appointment, Letter, Part, Recipient};

/// Everybody told is called, with an entry for their calendar. A candidate is not called to a window: the jury
/// reads what they filed.
///
/// # Errors
/// `invalid` for an address that no mail can leave for; those of the database.
pub fn summon(conn: &mut AnyConn, sitting: &SittingRow, told: &[Notice], at: At) -> Result<(), AppError> {
    post(conn, sitting, told, at, |to, notice| Letter::summons(to, appointment(sitting, notice, at)))
}

/// The calendar entries follow; each is told what held before.
///
/// # Errors
/// As [`summon`].
pub fn moved(
    conn: &mut AnyConn,
    (old, new): (&SittingRow, &SittingRow),
    told: &[Notice],
    at: At,
) -> Result<(), AppError> {
    let back = old.starts_at.utc() - new.starts_at.utc();
    post(conn, new, told, at, |to, notice| {
        let place = if notice.place == new.place { &old.place } else { &notice.place };
        Letter::moved(to, appointment(new, notice, at), notice.starts_at.plus(back), place.clone())
    })
}

/// The calendar entries go; `told` is what they stood for.
///
/// # Errors
/// As [`summon`].
pub fn cancelled(conn: &mut AnyConn, sitting: &SittingRow, told: &[Notice], at: At) -> Result<(), AppError> {
    post(conn, sitting, told, at, |to, notice| Letter::cancelled(to, appointment(sitting, notice, at)))
}

/// To the person who has longer.
///
/// # Errors
/// As [`summon`].
pub fn extended(
    conn: &mut AnyConn,
    sitting: &SittingRow,
    told: &[Notice],
    (before, until): (Option<At>, At),
    at: At,
) -> Result<(), AppError> {
    let letters = told
        .iter()
        .map(|notice| {
            let letter = Letter::deadline_extended(
                recipient(notice)?,
                notice.title.clone(),
                before,
                until,
                notice.timezone.clone(),
            );
            Ok(letter.of_cohort(sitting.cohort_id))
        })
        .collect::<Result<Vec<_>, AppError>>()?;
    mail::post_all(conn, &letters, at)
}

fn post(
    conn: &mut AnyConn,
    sitting: &SittingRow,
    told: &[Notice],
    at: At,
    letter: impl Fn(Recipient, &Notice) -> Letter,
) -> Result<(), AppError> {
    let comes = |notice: &&Notice| sitting.kind == SittingKind::Event || notice.called_as == CalledAs::Juror;
    let letters = told
        .iter()
        .filter(comes)
        .map(|notice| Ok(letter(recipient(notice)?, notice).of_cohort(sitting.cohort_id)))
        .collect::<Result<Vec<_>, AppError>>()?;
    mail::post_all(conn, &letters, at)
}

fn recipient(notice: &Notice) -> Result<Recipient, AppError> {
    Recipient::new(notice.account_id, &notice.email, &notice.name, notice.locale)
}

fn appointment(sitting: &SittingRow, notice: &Notice, at: At) -> Appointment {
    let window = sitting.kind == SittingKind::Window;
    let (starts_at, ends_at) =
        if window { (sitting.starts_at, sitting.ends_at) } else { (notice.starts_at, notice.ends_at) };
    Appointment {
        key: sitting.id.0,
        part: match notice.called_as {
            CalledAs::Candidate => Part::Candidate,
            CalledAs::Juror => Part::Juror,
        },
        title: notice.title.clone(),
        starts_at,
        ends_at,
        place: notice.place.clone(),
        zone: notice.timezone.clone(),
        window,
        told_at: at,
    }
}
