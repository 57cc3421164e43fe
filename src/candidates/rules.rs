//! Who may be enrolled and how people's words are cleaned. Pure.

use std::collections::{HashMap, HashSet};

use chrono::{Datelike, NaiveDate};

use super::model::{Acquired, BlocksSought, Enrollee, EnrolmentFault, NewAcquiredBlock, NewEnrolment};
use super::names::folded;
use super::rows::RequirementStatus;
use crate::referential::model::AccessRoute;
use crate::web::text::{is_hidden, is_hidden_in_lines};

/// RFC 5321 §4.5.3.1.3: a path holds 256 octets with its two brackets.
const EMAIL_MAX: usize = 254;
const NAME_MAX: usize = 120;
const LINE_MAX: usize = 200;
const ORIGIN_MAX: usize = 300;
const BLOCKS_MAX: usize = 100;
const REASON_MAX: usize = 2000;
const DOCUMENT_MAX: usize = 200;
/// Nobody who is assessed was born before it.
const OLDEST_YEAR: i32 = 1900;

/// One line of text about somebody, without the spaces around it. `max` counts characters.
///
/// # Errors
/// `required`, `length` or `hidden_character`.
pub fn line_of_text(text: &str, max: usize) -> Result<String, &'static str> {
    let text = text.trim();
    if text.is_empty() {
        return Err("required");
    }
    if text.chars().any(is_hidden) {
        return Err("hidden_character");
    }
    if text.chars().count() > max {
        return Err("length");
    }
    Ok(text.to_owned())
}

/// Several lines of text. `max` counts characters.
///
/// # Errors
/// `required`, `length` or `hidden_character`.
pub fn paragraph(text: &str, max: usize) -> Result<String, &'static str> {
    let text = text.trim();
    if text.is_empty() {
        return Err("required");
    }
    if text.chars().any(is_hidden_in_lines) {
        return Err("hidden_character");
    }
    if text.chars().count() > max { Err("length") } else { Ok(text.to_owned()) }
}

/// One line of text where nothing, or only spaces, may be given.
///
/// # Errors
/// As [`line_of_text`].
pub fn optional_line(text: Option<&str>, max: usize) -> Result<Option<String>, &'static str> {
    match text.map(str::trim) {
        None | Some("") => Ok(None),
        Some(text) => line_of_text(text, max).map(Some),
    }
}

/// An address in lower case: people are found again by it, however they typed it.
///
/// # Errors
/// `required`, `length`, `hidden_character` or `email`.
pub fn email(text: &str) -> Result<String, &'static str> {
    use validator::ValidateEmail;
    let address = line_of_text(text, EMAIL_MAX)?.to_lowercase();
    if address.len() > EMAIL_MAX || !address.validate_email() {
        return Err("email");
    }
    Ok(address)
}

/// A day of the life of somebody alive, not after `today`.
///
/// # Errors
/// `date`, `future` or `too_old`.
pub fn past_date(text: &str, today: NaiveDate) -> Result<NaiveDate, &'static str> {
    let read = date(text)?;
    if read > today {
        return Err("future");
    }
    if read.year() < OLDEST_YEAR { Err("too_old") } else { Ok(read) }
}

/// `F` or `M`, from the words that forms use.
///
/// # Errors
/// `sex`.
pub fn sex(text: &str) -> Result<String, &'static str> {
    let word = match folded(text).as_str() {
        "f" | "femme" | "feminin" | "mme" | "madame" | "mlle" | "female" | "woman" | "ms" | "mrs" => "F",
        "m" | "h" | "homme" | "masculin" | "mr" | "monsieur" | "male" | "man" => "M",
        _ => return Err("sex"),
    };
    Ok(word.to_owned())
}

/// Five figures; Corsica has a letter in second place.
///
/// # Errors
/// `insee`.
pub fn insee(text: &str) -> Result<String, &'static str> {
    let code = text.trim().to_uppercase();
    let sound = code.len() == 5
        && code.chars().enumerate().all(|(place, one)| {
            one.is_ascii_digit() || (place == 1 && code.starts_with('2') && matches!(one, 'A' | 'B'))
        });
    if sound { Ok(code) } else { Err("insee") }
}

/// # Errors
/// `postcode`.
pub fn postcode(text: &str) -> Result<String, &'static str> {
    let code = text.trim();
    let sound = code.len() == 5 && code.chars().all(|one| one.is_ascii_digit());
    if sound { Ok(code.to_owned()) } else { Err("postcode") }
}

/// # Errors
/// `country`.
pub fn country(text: &str) -> Result<String, &'static str> {
    let code = text.trim().to_uppercase();
    let sound = code.len() == 2 && code.chars().all(|one| one.is_ascii_uppercase());
    if sound { Ok(code) } else { Err("country") }
}

/// Reads what may be left out.
fn given_text<T>(
    text: Option<&str>,
    read: impl FnOnce(&str) -> Result<T, &'static str>,
) -> Result<Option<T>, &'static str> {
    text.map(str::trim).filter(|text| !text.is_empty()).map(read).transpose()
}

pub(super) fn date(text: &str) -> Result<NaiveDate, &'static str> {
    text.trim().parse().map_err(|_| "date")
}

/// A block held from before, with its proof.
///
/// # Errors
/// The field and what is wrong with it.
pub fn acquired(
    given: &NewAcquiredBlock,
    today: NaiveDate,
) -> Result<Acquired, (&'static str, &'static str)> {
    let of = |field: &'static str| move |code: &'static str| (field, code);
    Ok(Acquired {
        block: given.block.clone(),
        origin: line_of_text(&given.origin, ORIGIN_MAX).map_err(of("origin"))?,
        acquired_on: past_date(&given.acquired_on, today).map_err(of("acquired_on"))?,
        document: optional_line(given.document.as_deref(), DOCUMENT_MAX).map_err(of("document"))?,
    })
}

/// The word by which the database and the API name an access route.
pub fn access_route(word: &str) -> Option<AccessRoute> {
    serde_json::from_value(serde_json::Value::from(word)).ok()
}

/// What enrolling needs to know of the version: the slugs of its blocks, in order.
#[derive(Debug, Clone, Copy)]
pub struct VersionBlocks<'a>(pub &'a [String]);

/// Collects the faults of one person.
struct Reading<'a> {
    index: usize,
    today: NaiveDate,
    faults: &'a mut Vec<EnrolmentFault>,
}

impl Reading<'_> {
    fn fault(&mut self, field: impl Into<String>, code: &'static str) {
        self.faults.push(EnrolmentFault { index: self.index, field: field.into(), code });
    }

    fn keep<T>(&mut self, field: &str, read: Result<T, &'static str>) -> Option<T> {
        read.map_err(|code| self.fault(field, code)).ok()
    }

    fn blocks(&mut self, sought: &BlocksSought, version: VersionBlocks<'_>) -> Option<Vec<String>> {
        let BlocksSought::Some(slugs) = sought else { return Some(version.0.to_vec()) };
        if slugs.is_empty() {
            self.fault("blocks", "required");
            return None;
        }
        let before = self.faults.len();
        for (place, slug) in slugs.iter().enumerate().take(BLOCKS_MAX) {
            if !version.0.contains(slug) {
                self.fault(format!("blocks[{place}]"), "unknown_block");
            } else if slugs.iter().take(place).any(|other| other == slug) {
                self.fault(format!("blocks[{place}]"), "twice");
            }
        }
        if slugs.len() > BLOCKS_MAX {
            self.fault("blocks", "length");
        }
        (self.faults.len() == before)
            .then(|| version.0.iter().filter(|slug| slugs.contains(slug)).cloned().collect())
    }

    fn acquired(&mut self, given: &NewEnrolment, version: VersionBlocks<'_>) -> Option<Vec<Acquired>> {
        let before = self.faults.len();
        if given.acquired_blocks.len() > BLOCKS_MAX {
            self.fault("acquired_blocks", "length");
            return None;
        }
        let mut seen = HashSet::new();
        let mut read = Vec::new();
        for (place, one) in given.acquired_blocks.iter().enumerate() {
            let at = |field: &str| format!("acquired_blocks[{place}].{field}");
            if !version.0.contains(&one.block) {
                self.fault(at("block"), "unknown_block");
            } else if !seen.insert(one.block.as_str()) {
                self.fault(at("block"), "twice");
            }
            match acquired(one, self.today) {
                Ok(acquired) => read.push(acquired),
                Err((field, code)) => self.fault(at(field), code),
            }
        }
        (self.faults.len() == before).then_some(read)
    }

    fn person(&mut self, given: &NewEnrolment, version: VersionBlocks<'_>) -> Option<Enrollee> {
        let birth_name = self.keep("birth_name", line_of_text(&given.birth_name, NAME_MAX));
        let usage_name = self.keep("usage_name", optional_line(given.usage_name.as_deref(), NAME_MAX));
        let first_names = self.keep("first_names", line_of_text(&given.first_names, LINE_MAX));
        let birth_date = self.keep(
            "birth_date",
            given.birth_date.as_deref().map(|text| past_date(text, self.today)).transpose(),
        );
        let birth_place = self.keep("birth_place", optional_line(given.birth_place.as_deref(), LINE_MAX));
        let sex = self.keep("sex", given_text(given.sex.as_deref(), sex));
        let birth_insee = self.keep("birth_insee", given_text(given.birth_insee.as_deref(), insee));
        let birth_postcode =
            self.keep("birth_postcode", given_text(given.birth_postcode.as_deref(), postcode));
        let birth_country = self.keep("birth_country", given_text(given.birth_country.as_deref(), country));
        let email = self.keep("email", email(&given.email));
        let employer = self.keep("employer", optional_line(given.employer.as_deref(), LINE_MAX));
        let route = self.keep("access_route", access_route(&given.access_route).ok_or("unknown_route"));
        let blocks = self.blocks(&given.blocks, version);
        let acquired = self.acquired(given, version);
        Some(Enrollee {
            birth_name: birth_name?,
            usage_name: usage_name?,
            first_names: first_names?,
            birth_date: birth_date?,
            birth_place: birth_place?,
            sex: sex?,
            birth_insee: birth_insee?,
            birth_postcode: birth_postcode?,
            birth_country: birth_country?,
            email: email?,
            employer: employer?,
            access_route: route?,
            blocks: blocks?,
            acquired: acquired?,
        })
    }
}

/// Reads a whole list: everybody that can be read, with their place in it, and everything that is wrong.
pub fn read_all(
    given: &[NewEnrolment],
    version: VersionBlocks<'_>,
    today: NaiveDate,
) -> (Vec<(usize, Enrollee)>, Vec<EnrolmentFault>) {
    let mut faults = Vec::new();
    let mut people = Vec::new();
    for (index, one) in given.iter().enumerate() {
        people.extend(
            Reading { index, today, faults: &mut faults }.person(one, version).map(|person| (index, person)),
        );
    }
    let mut first_with: HashMap<&str, usize> = HashMap::new();
    for (index, person) in &people {
        if *first_with.entry(person.email.as_str()).or_insert(*index) != *index {
            faults.push(EnrolmentFault { index: *index, field: "email".to_owned(), code: "twice" });
        }
    }
    (people, faults)
}

/// Somebody known already under an e-mail address.
#[derive(Debug, Clone, Copy)]
pub struct Known<'a> {
    pub birth_name: &'a str,
    pub birth_date: Option<NaiveDate>,
    /// Enrolled in this very cohort.
    pub here: bool,
}

/// Whether somebody found by e-mail may be enrolled again: one person per address across cohorts, told by
/// the name and the date of birth.
///
/// # Errors
/// `already_enrolled` or `email_of_another_person`.
pub fn same_person(person: &Enrollee, known: Known<'_>) -> Result<(), &'static str> {
    let same_name = known.birth_name.to_lowercase() == person.birth_name.to_lowercase();
    if !same_name || known.birth_date != person.birth_date {
        return Err("email_of_another_person");
    }
    if known.here { Err("already_enrolled") } else { Ok(()) }
}

/// The place of an enrolment in its cohort, from `0001`.
pub fn number(place: i64) -> Option<String> {
    (1..=9999).contains(&place).then(|| format!("{place:04}"))
}

/// A state of a requirement that is a decision against somebody, or a favour, says why.
///
/// # Errors
/// As [`paragraph`].
pub fn reason_of(state: RequirementStatus, reason: Option<&str>) -> Result<Option<String>, &'static str> {
    let given = reason.map(str::trim).filter(|text| !text.is_empty());
    let reason = given.map(|text| paragraph(text, REASON_MAX)).transpose()?;
    match state {
        RequirementStatus::Unmet | RequirementStatus::Waived if reason.is_none() => Err("required"),
        _ => Ok(reason),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn blocks() -> Vec<String> {
        vec!["b1".to_owned(), "b2".to_owned(), "b3".to_owned()]
    }

    fn today() -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 3, 2).unwrap()
    }

    fn given() -> NewEnrolment {
        serde_json::from_value(serde_json::json!({
            "birth_name": "  Delcourt ", "first_names": "Anaïs Zoé", "email": "Anais@Exemple.FR",
            "access_route": "apprenticeship", "blocks": ["b3", "b1"],
        }))
        .unwrap()
    }

    #[test]
    fn a_person_is_read_once_and_for_all() {
        let (people, faults) = read_all(&[given()], VersionBlocks(&blocks()), today());
        assert!(faults.is_empty());
        let person = &people[0].1;
        assert_eq!(person.birth_name, "Delcourt");
        assert_eq!(person.email, "anais@exemple.fr");
        assert_eq!(person.blocks, ["b1", "b3"], "in the order of the version");
    }

    #[test]
    fn words_that_would_mislead_a_reader_are_refused() {
        for (name, code) in [
            ("Del\u{202e}court", "hidden_character"),
            ("Del\ncourt", "hidden_character"),
            ("Del\u{0}court", "hidden_character"),
            ("Del\u{2067}court", "hidden_character"),
            ("   ", "required"),
            (&"x".repeat(121), "length"),
        ] {
            let one = NewEnrolment { birth_name: name.to_owned(), ..given() };
            let (_, faults) = read_all(&[one], VersionBlocks(&blocks()), today());
            assert_eq!(faults, [EnrolmentFault { index: 0, field: "birth_name".into(), code }], "{name:?}");
        }
        assert_eq!(
            line_of_text("Le\u{200d}a", 120).unwrap(),
            "Le\u{200d}a",
            "joiners belong to some scripts"
        );
    }

    #[test]
    fn every_fault_of_every_person_is_told() {
        let list = [
            NewEnrolment { email: "nobody".into(), access_route: "balloon".into(), ..given() },
            given(),
            NewEnrolment {
                birth_date: Some("1999-02-30".into()),
                blocks: BlocksSought::Some(vec!["b1".into(), "b9".into(), "b1".into()]),
                ..given()
            },
            given(),
        ];
        let (_, faults) = read_all(&list, VersionBlocks(&blocks()), today());
        let told: Vec<_> = faults.iter().map(|f| (f.index, f.field.as_str(), f.code)).collect();
        assert_eq!(
            told,
            [
                (0, "email", "email"),
                (0, "access_route", "unknown_route"),
                (2, "birth_date", "date"),
                (2, "blocks[1]", "unknown_block"),
                (2, "blocks[2]", "twice"),
                (3, "email", "twice"),
            ]
        );
    }

    #[test]
    fn one_person_per_address() {
        let (people, _) = read_all(&[given()], VersionBlocks(&blocks()), today());
        let person = &people[0].1;
        let known = Known { birth_name: "DELCOURT", birth_date: None, here: false };
        assert_eq!(same_person(person, known), Ok(()));
        assert_eq!(same_person(person, Known { here: true, ..known }), Err("already_enrolled"));
        let other = Known { birth_date: NaiveDate::from_ymd_opt(1999, 2, 3), ..known };
        assert_eq!(same_person(person, other), Err("email_of_another_person"));
        assert_eq!(
            same_person(person, Known { birth_name: "Martin", ..known }),
            Err("email_of_another_person")
        );
    }

    #[test]
    fn refusing_and_waiving_say_why() {
        use RequirementStatus::{Met, Pending, Unmet, Waived};
        for state in [Unmet, Waived] {
            assert_eq!(reason_of(state, Some("  ")), Err("required"));
            assert_eq!(reason_of(state, Some(" dispense ")), Ok(Some("dispense".to_owned())));
        }
        for state in [Met, Pending] {
            assert_eq!(reason_of(state, None), Ok(None));
        }
    }

    #[test]
    fn numbers_have_four_figures_so_that_text_order_is_their_order() {
        assert_eq!(number(1).as_deref(), Some("0001"));
        assert_eq!(number(9999).as_deref(), Some("9999"));
        assert_eq!(number(10_000), None);
    }
}
