//! The rules of a jury on made-up seats: what each one says, and what must hold whatever the jury.

use std::collections::BTreeSet;

use chrono::{TimeZone, Utc};
use parchemin::db::At;
use parchemin::ids::{AccountId, EnrolmentId, SeatId};
use parchemin::jury::model::{BrokenRule, CandidateFacts, SeatFacts};
use parchemin::jury::rows::{Gender, SeatFunction, Side};
use parchemin::jury::rules::{self, candidate_broken, composition_broken, quorum, same_employer};
use parchemin::referential::model::{AccessRoute, Composition, JuryRules, Ratio, RouteComposition, Tie};
use proptest::prelude::*;
use uuid::Uuid;

fn at(day: u32) -> At {
    At::from(Utc.with_ymd_and_hms(2026, 3, day, 9, 0, 0).unwrap())
}

fn asked() -> Composition {
    Composition {
        members_at_least: 2,
        external_share_at_least: Ratio { num: 1, den: 2 },
        experience_years_at_least: None,
        excluded_ties: vec![Tie::SameEmployer, Tie::Trainer, Tie::Declared],
        gender_balance: false,
        casting_vote: false,
    }
}

fn seat(n: u128, side: Side) -> SeatFacts {
    SeatFacts {
        id: SeatId(Uuid::from_u128(n)),
        account: AccountId(Uuid::from_u128(1000 + n)),
        function: if n == 0 { SeatFunction::Chair } else { SeatFunction::Member },
        side,
        gender: None,
        employer: format!("Maison {n}"),
        practising_since: Some(2010),
        declared_at: Some(at(2)),
    }
}

fn candidate() -> CandidateFacts {
    CandidateFacts {
        enrolment: EnrolmentId(Uuid::from_u128(5000)),
        number: "007".to_owned(),
        account: None,
        employer: Some("Ateliers du Nord".to_owned()),
        route: AccessRoute::Apprenticeship,
        enrolled_at: at(1),
        trainers: BTreeSet::new(),
        centre_staff: BTreeSet::new(),
        recused: BTreeSet::new(),
    }
}

fn names(broken: &[BrokenRule]) -> Vec<&'static str> {
    broken.iter().map(|one| one.rule).collect()
}

use Side::{External, Internal};

#[test]
fn half_external_is_enough_and_one_less_is_not() {
    let half = [seat(0, Internal), seat(1, External)];
    assert_eq!(names(&composition_broken(&asked(), &half, 2026)), [""; 0]);
    let third = [seat(0, Internal), seat(1, Internal), seat(2, External)];
    let broken = composition_broken(&asked(), &third, 2026);
    assert_eq!(names(&broken), [rules::EXTERNAL_SHARE]);
    assert_eq!(
        broken[0].fr,
        "Le jury compte 1 membre extérieur sur 3\u{a0}; la part demandée est d’au moins 1/2."
    );
    assert_eq!(broken[0].en, "The jury has 1 external member out of 3; a share of at least 1/2 is needed.");
}

#[test]
fn everything_that_an_empty_jury_lacks_is_told_at_once() {
    let asked = Composition { gender_balance: true, ..asked() };
    let broken = composition_broken(&asked, &[], 2026);
    assert_eq!(names(&broken), [rules::GENDER_BALANCE, rules::MEMBERS_AT_LEAST, rules::WITHOUT_CHAIR]);
}

#[test]
fn experience_is_reckoned_on_the_year_of_the_sitting() {
    let asked = Composition { experience_years_at_least: Some(3), ..asked() };
    let jury = |since| [seat(0, External), SeatFacts { practising_since: since, ..seat(1, External) }];
    assert!(composition_broken(&asked, &jury(Some(2023)), 2026).is_empty());
    let broken = composition_broken(&asked, &jury(Some(2024)), 2026);
    assert_eq!(names(&broken), [rules::EXPERIENCE]);
    assert_eq!(broken[0].seat, Some(SeatId(Uuid::from_u128(1))));
    assert_eq!(broken[0].fr, "Un membre compte 2 années d’exercice\u{a0}; il en faut au moins 3.");
    assert_eq!(names(&composition_broken(&asked, &jury(None), 2026)), [rules::EXPERIENCE]);
    assert!(
        composition_broken(&self::asked(), &jury(None), 2026).is_empty(),
        "asked of nobody: missed of nobody"
    );
}

#[test]
fn women_and_men_sit_where_the_route_asks_for_both() {
    let balanced = Composition { gender_balance: true, ..asked() };
    let with = |first, second| {
        [SeatFacts { gender: first, ..seat(0, External) }, SeatFacts { gender: second, ..seat(1, External) }]
    };
    let both = with(Some(Gender::Woman), Some(Gender::Man));
    let women = with(Some(Gender::Woman), Some(Gender::Woman));
    let half_told = with(Some(Gender::Woman), None);
    assert!(composition_broken(&balanced, &both, 2026).is_empty());
    let broken = composition_broken(&balanced, &women, 2026);
    assert_eq!(names(&broken), [rules::GENDER_BALANCE]);
    assert!(broken[0].fr.ends_with("aucun homme n’y siège."));
    assert_eq!(names(&composition_broken(&balanced, &half_told, 2026)), [rules::GENDER_BALANCE]);
    assert!(composition_broken(&asked(), &women, 2026).is_empty());

    let rules_of_version = JuryRules {
        printed: None,
        default: asked(),
        routes: vec![RouteComposition { route: AccessRoute::PriorExperience, composition: balanced }],
        notes: vec![],
    };
    assert!(rules::composition_for(&rules_of_version, AccessRoute::PriorExperience).gender_balance);
    assert!(!rules::composition_for(&rules_of_version, AccessRoute::Apprenticeship).gender_balance);
}

#[test]
fn a_tie_is_told_until_the_seat_is_set_aside_and_never_counts() {
    let seats = [
        seat(0, External),
        SeatFacts { employer: "ATELIERS  du nord, S.A.S.".to_owned(), ..seat(1, External) },
        seat(2, Internal),
    ];
    let trained = CandidateFacts { trainers: BTreeSet::from([seats[2].account]), ..candidate() };
    let broken = candidate_broken(&asked(), &seats, &trained);
    assert_eq!(names(&broken), [rules::TIE_EMPLOYER, rules::TIE_TRAINER]);
    assert_eq!((broken[0].seat, broken[1].seat), (Some(seats[1].id), Some(seats[2].id)));
    let found = quorum(&asked(), &seats, &trained);
    assert_eq!(found.present, [seats[0].id]);
    assert_eq!(names(&found.broken), [rules::QUORUM_MEMBERS]);

    let aside = CandidateFacts { recused: BTreeSet::from([seats[1].id, seats[2].id]), ..trained.clone() };
    assert!(candidate_broken(&asked(), &seats, &aside).is_empty());
    assert_eq!(names(&quorum(&asked(), &seats, &aside).broken), [rules::QUORUM_MEMBERS]);

    let lax = Composition { excluded_ties: vec![], ..asked() };
    assert!(candidate_broken(&lax, &seats, &trained).is_empty(), "ties are data of the version");
}

#[test]
fn nobody_sits_before_themselves() {
    let seats = [seat(0, External), seat(1, External)];
    let lax = Composition { excluded_ties: vec![], ..asked() };
    let same = CandidateFacts { account: Some(seats[1].account), ..candidate() };
    assert_eq!(names(&candidate_broken(&lax, &seats, &same)), [rules::TIE_SELF]);
    assert_eq!(quorum(&lax, &seats, &same).present, [seats[0].id]);
}

#[test]
fn a_declaration_speaks_of_those_who_were_enrolled() {
    let seats = [seat(0, External), SeatFacts { declared_at: None, ..seat(1, External) }];
    assert_eq!(names(&candidate_broken(&asked(), &seats, &candidate())), [rules::NOT_DECLARED]);
    assert_eq!(names(&quorum(&asked(), &seats, &candidate()).broken), [rules::QUORUM_MEMBERS]);
    let latecomer = CandidateFacts { enrolled_at: at(3), ..candidate() };
    let told = candidate_broken(&asked(), &seats, &latecomer);
    assert_eq!(names(&told), [rules::NOT_DECLARED, rules::NOT_DECLARED]);
}

#[test]
fn the_quorum_keeps_the_external_share() {
    let seats = [seat(0, Internal), seat(1, Internal), seat(2, External), seat(3, External)];
    assert!(quorum(&asked(), &seats, &candidate()).broken.is_empty());
    let one_less = CandidateFacts { recused: BTreeSet::from([seats[3].id]), ..candidate() };
    let broken = quorum(&asked(), &seats, &one_less).broken;
    assert_eq!(names(&broken), [rules::QUORUM_EXTERNAL_SHARE]);
    assert_eq!(broken[0].enrolment, Some(candidate().enrolment));
}

#[test]
fn employers_are_compared_by_their_name_alone() {
    for (one, other) in [
        ("Société Générale", "  SOCIETE GENERALE "),
        ("Société Générale", "Socie\u{301}te\u{301} Ge\u{301}ne\u{301}rale"),
        ("Œuvre & Cie", "oeuvre et cie"),
        ("Data-Forge SAS", "Data Forge"),
        ("ООО Ромашка", "ооо ромашка"),
    ] {
        assert!(same_employer(one, other), "{one} / {other}");
    }
    for (one, other) in [("Data Forge", "Data Force"), ("", ""), ("  ", "."), ("SAS", "SARL")] {
        assert!(!same_employer(one, other), "{one} / {other}");
    }
    assert!(same_employer("SAS", "sas"), "a name made of a legal form alone is still a name");
}

fn any_seats() -> impl Strategy<Value = Vec<SeatFacts>> {
    let one = (any::<bool>(), any::<bool>(), 0..3usize, proptest::option::of(2015..2026i32), any::<bool>());
    proptest::collection::vec(one, 0..7).prop_map(|seats| {
        (0u128..)
            .zip(seats)
            .map(|(n, (external, declared, employer, since, woman))| SeatFacts {
                declared_at: declared.then(|| at(2)),
                employer: ["Ateliers du Nord", "Maison", "Forge"][employer].to_owned(),
                practising_since: since,
                gender: Some(if woman { Gender::Woman } else { Gender::Man }),
                ..seat(n, if external { External } else { Internal })
            })
            .collect()
    })
}

fn any_composition() -> impl Strategy<Value = Composition> {
    (0..5u32, 1..7u64, 0..7u64, proptest::option::of(0..6u32), any::<bool>()).prop_map(
        |(members, den, num, years, balance)| Composition {
            members_at_least: members,
            external_share_at_least: Ratio { num: num.min(den), den },
            experience_years_at_least: years,
            gender_balance: balance,
            ..asked()
        },
    )
}

fn has(broken: &[BrokenRule], rule: &str) -> bool {
    broken.iter().any(|one| one.rule == rule)
}

proptest! {
    #[test]
    fn one_more_external_member_never_breaks_the_share(asked in any_composition(), seats in any_seats()) {
        let mut more = seats.clone();
        more.push(seat(99, External));
        let held = !has(&composition_broken(&asked, &seats, 2026), rules::EXTERNAL_SHARE);
        prop_assert!(!held || !has(&composition_broken(&asked, &more, 2026), rules::EXTERNAL_SHARE));
        let held = !has(&quorum(&asked, &seats, &candidate()).broken, rules::QUORUM_EXTERNAL_SHARE);
        prop_assert!(!held || !has(&quorum(&asked, &more, &candidate()).broken, rules::QUORUM_EXTERNAL_SHARE));
    }

    #[test]
    fn the_order_of_seats_is_irrelevant(
        asked in any_composition(),
        (seats, mixed) in any_seats().prop_flat_map(|seats| (Just(seats.clone()), Just(seats).prop_shuffle())),
    ) {
        prop_assert_eq!(composition_broken(&asked, &seats, 2026), composition_broken(&asked, &mixed, 2026));
        let before = candidate();
        prop_assert_eq!(candidate_broken(&asked, &seats, &before), candidate_broken(&asked, &mixed, &before));
        prop_assert_eq!(quorum(&asked, &seats, &before), quorum(&asked, &mixed, &before));
    }

    #[test]
    fn a_recusal_only_takes_away(
        asked in any_composition(),
        seats in any_seats().prop_filter("somebody sits", |seats| !seats.is_empty()),
        already in proptest::collection::vec(any::<bool>(), 7),
        which in any::<prop::sample::Index>(),
    ) {
        let recused: BTreeSet<SeatId> =
            seats.iter().zip(already).filter(|(_, recused)| *recused).map(|(seat, _)| seat.id).collect();
        let aside = which.get(&seats);
        let before = CandidateFacts { recused, ..candidate() };
        let mut after = before.clone();
        after.recused.insert(aside.id);
        let (had, has_now) = (quorum(&asked, &seats, &before), quorum(&asked, &seats, &after));
        prop_assert!(has_now.present.iter().all(|seat| had.present.contains(seat) && *seat != aside.id));
        prop_assert!(had.present.len() <= has_now.present.len() + 1);
        let members_lacked = has(&had.broken, rules::QUORUM_MEMBERS);
        prop_assert!(!members_lacked || has(&has_now.broken, rules::QUORUM_MEMBERS), "too few stay too few");
        let (share_lacked, lacks_share) =
            (has(&had.broken, rules::QUORUM_EXTERNAL_SHARE), has(&has_now.broken, rules::QUORUM_EXTERNAL_SHARE));
        match aside.side {
            External => prop_assert!(!share_lacked || lacks_share, "an external who leaves mends no share"),
            Internal => prop_assert!(share_lacked || !lacks_share, "an internal who leaves breaks no share"),
        }
    }
}
