//! What a jury must be, by the composition that the version asks for (MODEL §2): facts in, broken rules out.
//!
//! Nothing depends on the order of the seats.

use chrono::Duration;

pub mod report;

use super::model::{BrokenRule, CandidateFacts, QuorumFacts, SeatFacts};
use super::rows::{Gender, SeatFunction, Side};
use super::words;
use crate::db::At;
use crate::referential::model::{AccessRoute, Composition, JuryRules, Ratio, Tie};

pub const MEMBERS_AT_LEAST: &str = "jury_members_at_least";
pub const EXTERNAL_SHARE: &str = "jury_external_share";
pub const WITHOUT_CHAIR: &str = "jury_without_chair";
pub const EXPERIENCE: &str = "jury_experience";
pub const GENDER_BALANCE: &str = "jury_gender_balance";
pub const TIE_TRAINER: &str = "jury_tie_trainer";
pub const TIE_EMPLOYER: &str = "jury_tie_employer";
pub const TIE_CENTRE: &str = "jury_tie_centre";
/// The member is the candidate.
pub const TIE_SELF: &str = "jury_tie_self";
pub const NOT_DECLARED: &str = "jury_not_declared";
pub const QUORUM_MEMBERS: &str = "quorum_members";
pub const QUORUM_EXTERNAL_SHARE: &str = "quorum_external_share";

/// The composition asked for a candidate: that of the access route when it has its own, else the default.
pub fn composition_for(rules: &JuryRules, route: AccessRoute) -> &Composition {
    rules.routes.iter().find(|own| own.route == route).map_or(&rules.default, |own| &own.composition)
}

/// What the open seats of a jury break, whoever comes before it. `year` is that of the sitting.
pub fn composition_broken(asked: &Composition, seats: &[SeatFacts], year: i32) -> Vec<BrokenRule> {
    let mut broken = Vec::new();
    let (members, external) = (count(seats), count_external(seats));
    if members < u64::from(asked.members_at_least) {
        broken.push(BrokenRule::new(MEMBERS_AT_LEAST, words::members(members, asked.members_at_least)));
    }
    if !share_holds(asked.external_share_at_least, external, members) {
        let words = words::external_share(external, members, asked.external_share_at_least);
        broken.push(BrokenRule::new(EXTERNAL_SHARE, words));
    }
    if !seats.iter().any(|seat| seat.function == SeatFunction::Chair) {
        broken.push(BrokenRule::new(WITHOUT_CHAIR, words::chair()));
    }
    if let Some(years) = asked.experience_years_at_least {
        broken.extend(seats.iter().filter_map(|seat| inexperienced(seat, years, year)));
    }
    if asked.gender_balance {
        let lacks = |gender| !seats.iter().any(|seat| seat.gender == Some(gender));
        let (woman, man) = (lacks(Gender::Woman), lacks(Gender::Man));
        if woman || man {
            broken.push(BrokenRule::new(GENDER_BALANCE, words::gender(woman, man)));
        }
    }
    broken.sort();
    broken
}

fn inexperienced(seat: &SeatFacts, years: u32, year: i32) -> Option<BrokenRule> {
    let held = seat.practising_since.map(|since| i64::from(year) - i64::from(since));
    let enough = held.is_some_and(|held| held >= i64::from(years));
    (!enough).then(|| BrokenRule::new(EXPERIENCE, words::experience(held, years)).at(seat.id))
}

/// What binds unrecused members to a candidate, or is not yet said of it. Whoever is told here steps aside
/// by a recusal, or declares.
pub fn candidate_broken(
    asked: &Composition,
    seats: &[SeatFacts],
    candidate: &CandidateFacts,
) -> Vec<BrokenRule> {
    let mut broken: Vec<BrokenRule> = seats
        .iter()
        .filter(|seat| !candidate.recused.contains(&seat.id))
        .flat_map(|seat| {
            let ties = ties(asked, seat, candidate).into_iter().map(move |tie| tie.at(seat.id));
            let silent = must_still_declare(asked, seat, candidate)
                .then(|| BrokenRule::new(NOT_DECLARED, words::not_declared()).at(seat.id));
            ties.map(|tie| tie.before(candidate.enrolment)).chain(silent)
        })
        .collect();
    broken.sort();
    broken
}

fn ties(asked: &Composition, seat: &SeatFacts, candidate: &CandidateFacts) -> Vec<BrokenRule> {
    let excluded = |tie| asked.excluded_ties.contains(&tie);
    let mut found = Vec::new();
    if candidate.account == Some(seat.account) {
        found.push(BrokenRule::new(TIE_SELF, words::tie_self(&candidate.number)));
    }
    if excluded(Tie::Trainer) && candidate.trainers.contains(&seat.account) {
        found.push(BrokenRule::new(TIE_TRAINER, words::tie_trainer(&candidate.number)));
    }
    if excluded(Tie::SameCentre) && candidate.centre_staff.contains(&seat.account) {
        found.push(BrokenRule::new(TIE_CENTRE, words::tie_centre(&candidate.number)));
    }
    let shared = |employer: &String| same_employer(employer, &seat.employer);
    if excluded(Tie::SameEmployer) && candidate.employer.as_ref().is_some_and(shared) {
        found.push(BrokenRule::new(TIE_EMPLOYER, words::tie_employer(&candidate.number)));
    }
    found
}

/// A declaration speaks of the candidates enrolled when it was made: one who came later asks for another.
fn must_still_declare(asked: &Composition, seat: &SeatFacts, candidate: &CandidateFacts) -> bool {
    asked.excluded_ties.contains(&Tie::Declared)
        && seat.declared_at.is_none_or(|declared| declared < candidate.enrolled_at)
}

/// The quorum before one candidate: open seats that have declared, are neither recused nor tied; as many
/// as the composition asks for, and the external share still held among them.
pub fn quorum(asked: &Composition, seats: &[SeatFacts], candidate: &CandidateFacts) -> QuorumFacts {
    let mut present: Vec<&SeatFacts> = seats
        .iter()
        .filter(|seat| !candidate.recused.contains(&seat.id))
        .filter(|seat| ties(asked, seat, candidate).is_empty())
        .filter(|seat| !must_still_declare(asked, seat, candidate))
        .collect();
    present.sort_by_key(|seat| seat.id);
    let (members, external) = (count(present.iter().copied()), count_external(present.iter().copied()));
    let mut broken = Vec::new();
    if members < u64::from(asked.members_at_least) {
        let words = words::quorum_members(&candidate.number, members, asked.members_at_least);
        broken.push(BrokenRule::new(QUORUM_MEMBERS, words).before(candidate.enrolment));
    }
    if !share_holds(asked.external_share_at_least, external, members) {
        let words = words::quorum_share(&candidate.number, external, members, asked.external_share_at_least);
        broken.push(BrokenRule::new(QUORUM_EXTERNAL_SHARE, words).before(candidate.enrolment));
    }
    QuorumFacts { present: present.iter().map(|seat| seat.id).collect(), broken }
}

/// Exact: `external / members ≥ num / den`, without a division.
fn share_holds(asked: Ratio, external: u64, members: u64) -> bool {
    u128::from(external) * u128::from(asked.den) >= u128::from(asked.num) * u128::from(members)
}

fn count<'a>(seats: impl IntoIterator<Item = &'a SeatFacts>) -> u64 {
    seats.into_iter().map(|_| 1).sum()
}

fn count_external<'a>(seats: impl IntoIterator<Item = &'a SeatFacts>) -> u64 {
    count(seats.into_iter().filter(|seat| seat.side == Side::External))
}

/// Two employers are the same when only case, accents, spacing, punctuation or the legal form tell them apart.
pub fn same_employer(one: &str, other: &str) -> bool {
    let one = bare_employer(one);
    !one.is_empty() && one == bare_employer(other)
}

const LEGAL_FORMS: &[&str] =
    &["sa", "sas", "sasu", "sarl", "eurl", "snc", "sci", "scop", "scic", "se", "gie", "ltd", "inc", "gmbh"];

fn bare_employer(name: &str) -> String {
    let mut folded = String::new();
    for letter in name.chars().flat_map(char::to_lowercase) {
        match without_accent(letter) {
            Some(plain) => folded.push_str(plain),
            None => folded.push(letter),
        }
    }
    let words: Vec<&str> =
        folded.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let named: String = words.iter().copied().filter(|word| !LEGAL_FORMS.contains(word)).collect();
    if named.is_empty() { words.concat() } else { named }
}

/// Accents of Latin letters folded. Dots and combining accents vanish: «S.A.S.» is «SAS».
fn without_accent(letter: char) -> Option<&'static str> {
    const FOLDED: &[(&str, &str)] = &[
        ("àáâãäåāă", "a"),
        ("çćč", "c"),
        ("èéêëēėęě", "e"),
        ("ìíîïīı", "i"),
        ("ł", "l"),
        ("ñńň", "n"),
        ("òóôõöøō", "o"),
        ("ř", "r"),
        ("śšș", "s"),
        ("țť", "t"),
        ("ùúûüūů", "u"),
        ("ýÿ", "y"),
        ("źżž", "z"),
        ("æ", "ae"),
        ("œ", "oe"),
        ("ß", "ss"),
        ("&", " et "),
    ];
    if letter == '.' || ('\u{300}'..='\u{36f}').contains(&letter) {
        return Some("");
    }
    FOLDED.iter().find(|(accented, _)| accented.contains(letter)).map(|(_, plain)| *plain)
}

/// The first hour, if any, at which two lists of slots (beginning, minutes) meet. Two that only touch do not.
pub fn first_overlap(here: &[(At, i32)], elsewhere: &[(At, i32)]) -> Option<At> {
    let end = |(starts_at, minutes): &(At, i32)| starts_at.plus(Duration::minutes(i64::from(*minutes)));
    here.iter()
        .filter(|one| elsewhere.iter().any(|other| one.0 < end(other) && other.0 < end(one)))
        .map(|one| one.0)
        .min()
}
