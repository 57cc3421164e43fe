//! Slots laid out, whatever is asked: no overlap, breaks and pauses kept, extra time honoured. Shares of time
//! read as people write them.

use chrono::{Duration, TimeZone, Utc};
use parchemin::db::At;
use parchemin::ids::EnrolmentId;
use parchemin::sittings::model::{Comer, Pause, Rhythm, Share};
use parchemin::sittings::rows::SittingKind;
use parchemin::sittings::rules::layout::lay_out;
use parchemin::sittings::rules::moving::{Filing, Moving, MovingFault, filing, may_move};
use proptest::prelude::*;
use uuid::Uuid;

fn at(minutes: i64) -> At {
    At::from(Utc.with_ymd_and_hms(2026, 3, 3, 8, 0, 0).unwrap()).plus(Duration::minutes(minutes))
}

fn comer(number: usize, extra: Option<Share>) -> Comer {
    Comer { enrolment: EnrolmentId(Uuid::from_u128(u128::try_from(number).unwrap())), extra }
}

fn share() -> impl Strategy<Value = Option<Share>> {
    proptest::option::of(
        (1..=12_i32, 1..=12_i32).prop_filter_map("more than everybody's", |(a, b)| Share::new(a, b)),
    )
}

proptest! {
    #[test]
    fn slots_never_meet_and_everybody_has_their_time(
        minutes in 1..120_i32,
        break_minutes in 0..60_i32,
        extras in proptest::collection::vec(share(), 1..30),
        together in 1..4_usize,
        pauses in proptest::collection::vec((0..2_000_i64, 1..200_i64), 0..6),
    ) {
        let pauses: Vec<Pause> =
            pauses.into_iter().map(|(from, long)| Pause { starts_at: at(from), ends_at: at(from + long) }).collect();
        let people: Vec<Comer> = extras.iter().enumerate().map(|(n, extra)| comer(n, *extra)).collect();
        let teams: Vec<Vec<Comer>> = people.chunks(together).map(<[Comer]>::to_vec).collect();
        let rhythm = Rhythm { kind: SittingKind::Event, first_at: at(0), minutes, break_minutes, pauses };
        let slots = lay_out(&rhythm, &teams);
        prop_assert_eq!(slots.len(), people.len());
        for (slot, comer) in slots.iter().zip(&people) {
            prop_assert_eq!(slot.enrolment, comer.enrolment, "in the order given");
            let extra = comer.extra.map_or(0, |share| share.of(minutes));
            prop_assert!(slot.minutes >= minutes + extra && slot.minutes == minutes + slot.extra_minutes);
            for pause in &rhythm.pauses {
                prop_assert!(slot.ends_at() <= pause.starts_at || slot.starts_at >= pause.ends_at);
            }
        }
        let mut place = 0;
        let mut last: Option<At> = None;
        for team in &teams {
            let own = &slots[place..place + team.len()];
            prop_assert!(own.iter().all(|slot| slot.starts_at == own[0].starts_at && slot.minutes == own[0].minutes));
            prop_assert!(own.iter().all(|slot| slot.team.is_some() == (team.len() > 1)));
            if let Some(last) = last {
                prop_assert!(own[0].starts_at >= last.plus(Duration::minutes(i64::from(break_minutes))));
            }
            last = Some(own[0].ends_at());
            place += team.len();
        }
    }

    #[test]
    fn extra_time_is_never_cut(minutes in 1..1_440_i32, num in 1..100_i32, den in 1..100_i32) {
        if let Some(share) = Share::new(num, den) {
            let extra = i64::from(share.of(minutes)) * i64::from(den);
            let asked = i64::from(minutes) * i64::from(num);
            prop_assert!(extra >= asked && extra < asked + i64::from(den));
        }
    }
}

#[test]
fn a_share_reads_as_it_is_written() {
    assert_eq!(Share::parse("1/3"), Share::new(1, 3));
    assert_eq!(Share::parse("25%"), Share::new(25, 100));
    assert_eq!(Share::parse("25\u{a0}%"), Share::new(25, 100));
    for wrong in ["", "0/3", "4/3", "1/0", "-1/3", "1/3/5", "101%", "0,5", "½", "%", "9999/9999"] {
        assert_eq!(Share::parse(wrong), None, "{wrong}");
    }
}

#[test]
fn a_deadline_is_inclusive_and_an_upload_begun_before_it_may_finish() {
    let until = [Some(at(0))];
    assert_eq!(filing(&until, at(0), at(0)), Filing::InTime);
    assert_eq!(filing(&until, at(0), at(30)), Filing::InGrace);
    assert_eq!(filing(&until, at(0), at(31)), Filing::Closed(at(0)));
    assert_eq!(filing(&until, at(1), at(1)), Filing::Closed(at(0)));
    assert_eq!(
        filing(&[Some(at(0)), Some(at(5))], at(3), at(3)),
        Filing::InTime,
        "one of them still takes it"
    );
    assert_eq!(filing(&[Some(at(0)), None], at(9), at(9)), Filing::InTime);
    assert_eq!(filing(&[], at(9), at(9)), Filing::InTime);
}

#[test]
fn a_window_is_moved_as_long_as_its_deadline_falls_in_it() {
    let moving = |kind| Moving {
        kind,
        starts_at: at(60),
        ends_at: at(600),
        evidence_until: Some(at(100)),
        signed: false,
        ended: false,
    };
    assert_eq!(may_move(&moving(SittingKind::Event), at(0)), Err(MovingFault::BeforeItsDeadline));
    assert_eq!(may_move(&moving(SittingKind::Window), at(0)), Ok(()));
    assert_eq!(may_move(&moving(SittingKind::Window), at(60)), Err(MovingFault::Past));
    let over = Moving { ended: true, ..moving(SittingKind::Window) };
    assert_eq!(may_move(&over, at(0)), Err(MovingFault::Over));
}
