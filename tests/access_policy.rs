//! The table of rights, whole: a change of rights is read as a change of this snapshot.

use std::fmt::Write as _;

use parchemin::access::policy::{Action, Standing, may, require};

/// The people of the story, as they stand to a thing of somebody else's file unless said otherwise.
fn people() -> Vec<(&'static str, Standing)> {
    let signed_in = Standing { signed_in: true, ..Standing::default() };
    let juror = Standing { sits: true, ..signed_in };
    let chair = Standing { chairs: true, ..juror };
    vec![
        ("nobody", Standing::default()),
        ("stranger", signed_in),
        ("administrator", Standing { administrator: true, ..signed_in }),
        ("administrator, scores unveiled", Standing { administrator: true, unveiled: true, ..signed_in }),
        ("manager of this centre", Standing { manager: true, manages: true, ..signed_in }),
        (
            "manager of this centre, scores unveiled",
            Standing { manager: true, manages: true, unveiled: true, ..signed_in },
        ),
        ("manager of another centre", Standing { manager: true, ..signed_in }),
        ("trainer of the cohort", Standing { trains: true, ..signed_in }),
        ("juror, others' sheets", juror),
        ("juror, others' sheets, unveiled", Standing { unveiled: true, ..juror }),
        ("juror, own sheet", Standing { own: true, ..juror }),
        ("chair, others' sheets", chair),
        ("chair, others' sheets, unveiled", Standing { unveiled: true, ..chair }),
        ("recused juror, own sheet", Standing { own: true, ..signed_in }),
        ("candidate, own file", Standing { candidate: true, ..signed_in }),
        (
            "candidate, own file, published",
            Standing { candidate: true, published: true, unveiled: true, ..signed_in },
        ),
        ("other candidate", signed_in),
        ("auditor", Standing { auditor: true, ..signed_in }),
        ("auditor, scores unveiled", Standing { auditor: true, unveiled: true, ..signed_in }),
        ("data-protection officer", Standing { data_protection_officer: true, ..signed_in }),
    ]
}

/// What a person is answered: done, forbidden, or that nothing is there.
fn answer(action: Action, who: &Standing) -> &'static str {
    match require(action, who) {
        Ok(()) => "✔",
        Err(refused) if refused.code() == "forbidden" => "✘",
        Err(_) => "·",
    }
}

#[test]
fn the_whole_table_of_rights() {
    let people = people();
    let mut table = String::from("✔ allowed   ✘ forbidden (403)   · nothing is there (404)\n");
    for (place, (name, _)) in people.iter().enumerate() {
        let _ = writeln!(table, "{:>2} {name}", place + 1);
    }
    let _ = write!(table, "\n{:<20}", "");
    for place in 1..=people.len() {
        let _ = write!(table, "{place:>3}");
    }
    for action in Action::ALL {
        let _ = write!(table, "\n{:<20}", format!("{action:?}"));
        for (_, who) in &people {
            let _ = write!(table, "{:>3}", answer(*action, who));
        }
    }
    insta::assert_snapshot!("table_of_rights", table);
}

#[test]
fn nobody_may_do_nothing() {
    for action in Action::ALL {
        assert!(!may(*action, &Standing::default()), "{action:?} is open to somebody who is not signed in");
    }
}

#[test]
fn a_stranger_reads_the_standards_and_nothing_else() {
    let stranger = Standing { signed_in: true, ..Standing::default() };
    for action in Action::ALL {
        assert_eq!(may(*action, &stranger), *action == Action::ReadReferentials, "{action:?}");
    }
}

#[test]
fn nobody_sees_scores_before_all_have_signed() {
    for (name, who) in people().into_iter().filter(|(_, who)| !who.unveiled) {
        for action in [Action::ReadScores, Action::ReadProposal, Action::Settle] {
            assert!(!may(action, &who), "{name} may {action:?} while the sheets are open");
        }
        for action in [Action::ReadSheet, Action::ReadDocument] {
            assert!(who.own || !may(action, &who), "{name} may {action:?} of another's open sheet");
        }
    }
}

#[test]
fn whoever_governs_has_no_voice_in_the_jury() {
    let governs = Standing {
        signed_in: true,
        administrator: true,
        auditor: true,
        data_protection_officer: true,
        manager: true,
        manages: true,
        unveiled: true,
        published: true,
        ..Standing::default()
    };
    for action in [
        Action::WriteScore,
        Action::SignSheet,
        Action::Settle,
        Action::Decide,
        Action::CloseDeliberation,
        Action::SignMinutes,
    ] {
        assert!(!may(action, &governs), "{action:?}");
    }
}
