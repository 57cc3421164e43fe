//! A juror's own list.

use diesel::prelude::*;
use parchemin::access::Caller;
use parchemin::db::schema::{grid, line, score, sheet};
use parchemin::db::{At, Bytes};
use parchemin::ids::{EnrolmentId, GridId, LineId, SeatId};
use parchemin::jury::rows::{SeatFunction, Side};
use parchemin::jury::seats;
use parchemin::scoring::rows::{ScoreRow, ScoreState, SheetState};
use parchemin::sittings::mine::{self, Cursor};
use parchemin::sittings::rows::SittingKind;
use parchemin::sittings::service as sittings;
use parchemin::sittings::shapes::MySheet;

use super::world::{World, hour, refused};

fn list(world: &mut World, who: &Caller, after: Option<Cursor>, limit: i64) -> Vec<MySheet> {
    world.run(|conn, _, at| mine::list(conn, who, after, limit, at)).unwrap()
}

fn score_one(world: &mut World, seat: SeatId, of: EnrolmentId) {
    let found: GridId = grid::table
        .inner_join(sheet::table)
        .filter(sheet::seat_id.eq(seat))
        .filter(sheet::enrolment_id.eq(of))
        .select(grid::id)
        .order(grid::method.asc())
        .first(&mut world.conn)
        .unwrap();
    let on: LineId =
        line::table.filter(line::slug.eq("k1-1")).select(line::id).first(&mut world.conn).unwrap();
    let row = ScoreRow {
        grid_id: found,
        line_id: on,
        salt: Bytes::salt(),
        state: ScoreState::NotObserved,
        rank: None,
        reason: None,
        comment: None,
        version: 1,
        updated_by: world.manager.account,
        updated_at: world.at,
    };
    diesel::insert_into(score::table).values(row).execute(&mut world.conn).unwrap();
}

/// Three sittings on 14, 15 and 16 June with two candidates each; the list of the chair.
fn three_days() -> (World, Caller, SeatId, Vec<EnrolmentId>) {
    let mut world = World::new();
    let people: Vec<EnrolmentId> =
        (1..=2).map(|n| world.candidate(&format!("00{n}"), &["b1", "b2"]).0).collect();
    let jury = world.good_jury();
    let manager = world.manager.clone();
    for days in [-1, 0, 1] {
        let shift = |at: At| at.plus(chrono::Duration::days(days));
        let mut new = world.new_sitting(SittingKind::Event, &["m1", "m2"]);
        (new.starts_at, new.ends_at) = (shift(new.starts_at), shift(new.ends_at));
        let sitting =
            world.run(|conn, versions, at| sittings::plan(conn, &manager, versions, new, at)).unwrap();
        world.slots(sitting.id, jury.id, shift(hour(9, 0)), &people).unwrap();
        assert_eq!(world.open(sitting.id).unwrap(), (4, 8));
    }
    world.at = hour(10, 0);
    (world, jury.chair, jury.chair_seat, people)
}

fn hours(sheets: &[MySheet]) -> Vec<String> {
    sheets.iter().map(|one| one.slot.starts_at.utc().format("%d %H:%M").to_string()).collect()
}

#[test]
fn today_comes_first_and_what_is_past_last() {
    let (mut world, chair, seat, people) = three_days();
    score_one(&mut world, seat, people[0]);
    world.sign(seat, people[1]);
    let all = list(&mut world, &chair, None, 50);
    assert_eq!(hours(&all), ["15 09:00", "15 09:40", "16 09:00", "16 09:40", "14 09:40", "14 09:00"]);
    assert_eq!((all[0].candidate.as_str(), all[0].number.as_str()), ("Prénom Nom001", "001"));
    assert_eq!(all[0].lines, 4, "two methods of two lines");
    assert_eq!(all.iter().map(|one| one.filled).sum::<i64>(), 1);
    let signed: Vec<_> = all.iter().filter(|one| one.state == SheetState::Signed).collect();
    assert!(!signed.is_empty() && signed.iter().all(|one| one.enrolment_id == people[1]));
}

#[test]
fn pages_follow_each_other_even_past_midnight() {
    let (mut world, chair, ..) = three_days();
    let whole = hours(&list(&mut world, &chair, None, 50));
    for limit in 1..=6 {
        world.at = hour(23, 59);
        let (mut after, mut found) = (None, Vec::new());
        loop {
            let mut page = list(&mut world, &chair, after, limit);
            let more = page.len() > usize::try_from(limit).unwrap();
            page.truncate(usize::try_from(limit).unwrap());
            after = page.last().map(|one| one.cursor.parse().unwrap());
            found.extend(hours(&page));
            world.at = hour(10, 0).plus(chrono::Duration::days(1));
            if !more {
                break;
            }
        }
        assert_eq!(found, whole, "pages of {limit}");
    }
}

#[test]
fn a_seat_left_or_set_aside_asks_for_nothing() {
    let (mut world, chair, seat, people) = three_days();
    world.declare(&chair, seat, &[people[0]]).unwrap();
    let left: Vec<_> = list(&mut world, &chair, None, 50).iter().map(|one| one.enrolment_id).collect();
    assert_eq!(left, [people[1]; 3]);
    let manager = world.manager.clone();
    world.run(|conn, versions, at| seats::close(conn, &manager, versions, seat, "Parti", at)).unwrap();
    assert!(list(&mut world, &chair, None, 50).is_empty());
    assert!(list(&mut world, &manager, None, 50).is_empty());
}

#[test]
fn a_cursor_that_was_not_given_is_refused() {
    for text in ["", "next", "next_1_2", "soon_1_2_x", "next_1_2_0190d0d0-0000-7000-8000-000000000000_3"] {
        assert_eq!(refused(text.parse::<Cursor>()), "400 bad_request", "{text}");
    }
    let (mut world, chair, ..) = three_days();
    let first = list(&mut world, &chair, None, 1).remove(0);
    assert_eq!(first.cursor.parse::<Cursor>().unwrap().to_string(), first.cursor);
}

#[test]
fn another_juror_has_another_list() {
    let (mut world, ..) = three_days();
    let jury = world.jury();
    let (_, other) = world.seat(jury, SeatFunction::Member, Side::External);
    assert!(list(&mut world, &other, None, 50).is_empty());
}
