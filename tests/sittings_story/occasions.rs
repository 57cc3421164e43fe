//! Sittings planned, slots laid out, opened, attended.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use diesel::connection::InstrumentationEvent;
use diesel::prelude::*;
use parchemin::access::Caller;
use parchemin::access::rows::Role;
use parchemin::db::schema::{grid, sheet};
use parchemin::error::AppError;
use parchemin::ids::{EnrolmentId, SeatId, SittingId, SlotId};
use parchemin::jury::rows::{SeatFunction, Side};
use parchemin::jury::seats;
use parchemin::sittings::rows::{Attendance, SittingKind, SittingState};
use parchemin::sittings::shapes::{NewAttendance, NewSitting, Progress, SittingDetail, SlotView};
use parchemin::sittings::{attendance, service as sittings};
use parchemin::web::body::check;

use super::world::{World, broken, hour, refused};

fn attend(
    world: &mut World,
    who: &Caller,
    slot: SlotId,
    attendance: Attendance,
    reason: Option<&str>,
    identity_checked: bool,
) -> Result<SlotView, AppError> {
    door(world, who, slot, (attendance, reason, identity_checked), None)
}

fn door(
    world: &mut World,
    who: &Caller,
    slot: SlotId,
    (attendance, reason, identity_checked): (Attendance, Option<&str>, bool),
    correction: Option<&str>,
) -> Result<SlotView, AppError> {
    let new = NewAttendance {
        attendance,
        reason: reason.map(str::to_owned),
        identity_checked,
        arrived_at: None,
        correction: correction.map(str::to_owned),
    };
    world.run(|conn, versions, at| attendance::attend(conn, who, versions, slot, new, at))
}

fn read(world: &mut World, who: &Caller, id: SittingId) -> Result<SittingDetail, AppError> {
    world.run(|conn, _, _| sittings::read(conn, who, id))
}

fn progress(world: &mut World, who: &Caller, id: SittingId) -> Result<Vec<Progress>, AppError> {
    world.run(|conn, _, _| sittings::progress(conn, who, id))
}

#[test]
fn a_sitting_names_methods_of_its_version_and_ends_after_it_begins() {
    let mut world = World::new();
    let (manager, juror) = (world.manager.clone(), world.person(Role::Juror));
    let unknown = world.new_sitting(SittingKind::Event, &["m1", "m9"]);
    let mut backwards = world.new_sitting(SittingKind::Event, &["m1"]);
    backwards.ends_at = backwards.starts_at;
    let good = world.new_sitting(SittingKind::Event, &["m2", "m1", "m2"]);
    let by_juror = good.clone();
    let mut plan =
        |who: &Caller, new| world.run(|conn, versions, at| sittings::plan(conn, who, versions, new, at));
    assert_eq!(refused(plan(&manager, unknown)), "422 invalid");
    assert_eq!(refused(plan(&manager, backwards)), "422 invalid");
    assert_eq!(refused(plan(&juror, by_juror)), "404 not_found");
    let made = plan(&manager, good).unwrap();
    assert_eq!((made.state, made.methods), (SittingState::Planned, vec!["m1".to_owned(), "m2".to_owned()]));
}

#[test]
fn what_cannot_be_kept_or_reckoned_is_refused_at_the_door() {
    let world = World::new();
    let good = serde_json::json!({ "cohort_id": world.cohort, "title": "Session", "kind": "event", "place": "Salle 1",
        "starts_at": "2026-06-15T09:00:00Z", "ends_at": "2026-06-15T12:00:00Z", "methods": ["m1"] });
    let faults = |field: &str, value: serde_json::Value| -> Vec<String> {
        let mut body = good.clone();
        body[field] = value;
        let read: NewSitting = serde_json::from_value(body).unwrap();
        let Err(refused) = check(&read) else { return Vec::new() };
        let faults = refused.problem().more["faults"].clone();
        faults.as_array().unwrap().iter().map(|one| one["code"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(faults("title", "Session".into()), [""; 0]);
    assert_eq!(faults("title", " \n".into()), ["blank"]);
    assert_eq!(faults("place", "a\0b".into()), ["control"]);
    assert_eq!(faults("ends_at", "+262142-12-31T23:59:59Z".into()), ["range"]);
    assert_eq!(faults("methods", serde_json::json!([])), ["length"]);
    let unknown = {
        let mut body = good.clone();
        body["room"] = "1".into();
        body
    };
    assert!(serde_json::from_value::<NewSitting>(unknown).is_err());
}

#[test]
fn the_routes_are_described() {
    let document = serde_json::to_value(parchemin::app::openapi()).unwrap();
    for (path, method) in [
        ("/juries", "post"),
        ("/juries/{id}", "get"),
        ("/juries/{id}/seats", "post"),
        ("/juries/{id}/recusals", "post"),
        ("/cohorts/{id}/juries", "get"),
        ("/seats/{id}/closing", "post"),
        ("/seats/{id}/declaration", "post"),
        ("/sittings", "post"),
        ("/sittings/{id}", "get"),
        ("/sittings/{id}/slots", "post"),
        ("/sittings/{id}/opening", "post"),
        ("/sittings/{id}/progress", "get"),
        ("/cohorts/{id}/sittings", "get"),
        ("/slots/{id}/attendance", "put"),
        ("/me/sheets", "get"),
    ] {
        let found = &document["paths"][format!("/api/v1{path}")][method]["responses"];
        assert!(found.is_object(), "{method} {path}");
    }
}

#[test]
fn slots_follow_each_other_with_a_break() {
    let mut world = World::new();
    let jury = world.good_jury();
    let (lina, _) = world.candidate("001", &["b1"]);
    let (omar, _) = world.candidate("002", &["b1"]);
    let sitting = world.sitting(SittingKind::Event, &["m1"]);
    let made = world.slots(sitting.id, jury.id, hour(9, 0), &[omar, lina]).unwrap();
    let laid: Vec<_> = made.iter().map(|slot| (slot.enrolment_id, slot.starts_at, slot.minutes)).collect();
    assert_eq!(laid, [(omar, hour(9, 0), 30), (lina, hour(9, 40), 30)]);
    assert_eq!(made[0].candidate, "Prénom Nom002");
    world.assert_journal_answers_for_all();
}

#[test]
fn every_slot_that_cannot_be_is_told_and_none_is_made() {
    let mut world = World::new();
    let (jury, other) = (world.good_jury(), world.good_jury());
    let (lina, _) = world.candidate("001", &["b1"]);
    let (omar, _) = world.candidate("002", &["b1"]);
    let (second, _) = world.candidate("003", &["b2"]);
    let elsewhere = world.cohort_named("Promotion 2");
    let (stranger, _) = world.candidate_in(elsewhere, "001", &["b1"]);
    let sitting = world.sitting(SittingKind::Event, &["m1"]);
    world.slots(sitting.id, jury.id, hour(9, 0), &[lina]).unwrap();
    let same_day = world.sitting(SittingKind::Event, &["m1"]);

    // 9:20 with the busy jury, then 10:00, 10:40, 11:20, 12:00.
    let all = broken(world.slots(same_day.id, jury.id, hour(9, 20), &[omar, stranger, second, omar, lina]));
    assert_eq!(
        all,
        [
            "slot_overlaps_jury",
            "slot_of_another_cohort",
            "slot_without_block_sought",
            "slot_given_twice",
            "slot_out_of_bounds"
        ]
    );
    let busy = broken(world.slots(same_day.id, other.id, hour(9, 29), &[lina]));
    assert_eq!(busy, ["slot_overlaps_candidate"]);
    let again = broken(world.slots(sitting.id, jury.id, hour(11, 0), &[lina]));
    assert_eq!(again, ["slot_given_twice"]);
    let early = broken(world.slots(same_day.id, other.id, hour(8, 59), &[omar]));
    assert_eq!(early, ["slot_out_of_bounds"]);
    assert_eq!(world.count_rows().0, 1);
    world.slots(same_day.id, other.id, hour(9, 30), &[lina]).unwrap();
    world.slots(same_day.id, jury.id, hour(11, 30), &[omar]).unwrap();
}

#[test]
fn a_jury_of_another_cohort_does_not_come() {
    let mut world = World::new();
    let (lina, _) = world.candidate("001", &["b1"]);
    let sitting = world.sitting(SittingKind::Event, &["m1"]);
    let here = world.cohort;
    world.cohort = world.cohort_named("Promotion 2");
    let foreign = world.good_jury();
    world.cohort = here;
    assert_eq!(refused(world.slots(sitting.id, foreign.id, hour(9, 0), &[lina])), "422 invalid");
}

#[test]
fn in_a_window_nobody_waits_for_anybody() {
    let mut world = World::new();
    let jury = world.good_jury();
    let (lina, _) = world.candidate("001", &["b1"]);
    let (omar, _) = world.candidate("002", &["b1"]);
    let event = world.sitting(SittingKind::Event, &["m1"]);
    world.slots(event.id, jury.id, hour(9, 0), &[lina]).unwrap();
    let window = world.sitting(SittingKind::Window, &["m1"]);
    let made = world.slots(window.id, jury.id, hour(9, 0), &[lina, omar]).unwrap();
    assert!(made.iter().all(|slot| slot.starts_at == hour(9, 0)));
    // And reading filed work keeps no jury from an event.
    world.slots(event.id, jury.id, hour(9, 30), &[omar]).unwrap();
}

#[test]
fn opening_tells_every_rule_that_does_not_hold_and_makes_nothing() {
    let mut world = World::new();
    let (lina, _) = world.candidate("001", &["b1"]);
    let (omar, _) = world.candidate("002", &["b1"]);
    let lone = world.jury();
    let (_, _) = world.seat(lone, SeatFunction::Member, Side::Internal);
    let good = world.good_jury();
    let sitting = world.sitting(SittingKind::Event, &["m1"]);
    assert_eq!(refused(world.open(sitting.id)), "422 rule_broken sitting_has_slots");
    world.slots(sitting.id, lone, hour(9, 0), &[lina]).unwrap();
    world.slots(sitting.id, good.id, hour(9, 0), &[omar]).unwrap();
    assert_eq!(
        broken(world.open(sitting.id)),
        [
            "jury_external_share",
            "jury_members_at_least",
            "jury_without_chair",
            "jury_not_declared",
            "quorum_members"
        ]
    );
    assert_eq!(refused(world.open(sitting.id)), "422 rule_broken jury_external_share");
    assert_eq!(world.count_rows(), (2, 0, 0));
    let manager = world.manager.clone();
    assert_eq!(read(&mut world, &manager, sitting.id).unwrap().sitting.state, SittingState::Planned);
}

fn sheets_of(world: &mut World, seat: SeatId) -> Vec<(EnrolmentId, String)> {
    let mut found: Vec<(EnrolmentId, String)> = grid::table
        .inner_join(sheet::table)
        .filter(sheet::seat_id.eq(seat))
        .select((sheet::enrolment_id, grid::method))
        .load(&mut world.conn)
        .unwrap();
    found.sort();
    found
}

#[test]
fn each_open_seat_gets_a_sheet_with_the_grids_still_sought() {
    let mut world = World::new();
    let (lina, _) = world.candidate("001", &["b1", "b2"]);
    let (omar, _) = world.candidate("002", &["b1"]);
    let (rosa, _) = world.candidate("003", &["b1", "b2"]);
    let (away, _) = world.candidate("004", &["b1"]);
    world.acquired(rosa, "b1");
    let jury = world.good_jury();
    let (third_seat, third) = world.seat(jury.id, SeatFunction::Member, Side::External);
    world.declare(&third, third_seat, &[omar]).unwrap();
    let sitting = world.sitting(SittingKind::Event, &["m1", "m2"]);
    let made = world.slots(sitting.id, jury.id, hour(9, 0), &[lina, omar, rosa, away]).unwrap();
    let manager = world.manager.clone();
    attend(&mut world, &manager, made[3].id, Attendance::Excused, Some("Certificat"), false).unwrap();

    // Three seats for Lina (2 grids) and Rosa (1), two for Omar (1).
    assert_eq!(world.open(sitting.id).unwrap(), (8, 11));
    let m = |id, method: &str| (id, method.to_owned());
    let mut all = vec![m(lina, "m1"), m(lina, "m2"), m(omar, "m1"), m(rosa, "m2")];
    all.sort();
    assert_eq!(sheets_of(&mut world, jury.chair_seat), all);
    all.retain(|(id, _)| *id != omar);
    assert_eq!(sheets_of(&mut world, third_seat), all);
    let opened = read(&mut world, &manager, sitting.id).unwrap().sitting;
    assert_eq!((opened.state, opened.opened_at), (SittingState::Open, Some(world.at)));
    world.assert_journal_answers_for_all();
}

#[test]
fn a_block_acquired_meanwhile_is_not_assessed_again() {
    let mut world = World::new();
    let (lina, _) = world.candidate("001", &["b1"]);
    let (omar, _) = world.candidate("002", &["b1"]);
    let jury = world.good_jury();
    let sitting = world.sitting(SittingKind::Event, &["m1"]);
    world.slots(sitting.id, jury.id, hour(9, 0), &[lina, omar]).unwrap();
    world.acquired(lina, "b1");
    assert_eq!(world.open(sitting.id).unwrap(), (2, 2), "no sheet without a grid");
    let mut sought: Vec<EnrolmentId> =
        sheet::table.select(sheet::enrolment_id).distinct().load(&mut world.conn).unwrap();
    assert_eq!(sought.pop(), Some(omar));
    assert!(sought.is_empty());
}

#[test]
fn opening_again_makes_only_what_a_replaced_seat_lacks() {
    let mut world = World::new();
    let (lina, _) = world.candidate("001", &["b1"]);
    let (omar, _) = world.candidate("002", &["b1"]);
    let jury = world.good_jury();
    let sitting = world.sitting(SittingKind::Event, &["m1"]);
    world.slots(sitting.id, jury.id, hour(9, 0), &[lina, omar]).unwrap();
    assert_eq!(world.open(sitting.id).unwrap(), (4, 4));
    let first_opening = world.at;
    world.at = hour(8, 40);
    assert_eq!(world.open(sitting.id).unwrap(), (0, 0), "again changes nothing");

    let manager = world.manager.clone();
    world
        .run(|conn, versions, at| seats::close(conn, &manager, versions, jury.member_seat, "Souffrant", at))
        .unwrap();
    let (new_seat, newcomer) = world.seat(jury.id, SeatFunction::Member, Side::External);
    let undeclared = broken(world.open(sitting.id));
    assert_eq!(undeclared, ["jury_not_declared", "quorum_members", "quorum_members"]);
    world.declare(&newcomer, new_seat, &[]).unwrap();
    assert_eq!(world.open(sitting.id).unwrap(), (2, 2));
    assert_eq!(sheets_of(&mut world, new_seat).len(), 2);
    assert_eq!(sheets_of(&mut world, jury.member_seat).len(), 2, "what the seat left holds is kept");
    let opened = read(&mut world, &manager, sitting.id).unwrap().sitting;
    assert_eq!(opened.opened_at, Some(first_opening));
    world.assert_journal_answers_for_all();
}

fn statements(world: &mut World, work: impl FnOnce(&mut World)) -> usize {
    let counted = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&counted);
    world.conn.set_instrumentation(move |event: InstrumentationEvent<'_>| {
        if matches!(event, InstrumentationEvent::StartQuery { .. }) {
            counter.fetch_add(1, Ordering::SeqCst);
        }
    });
    work(world);
    world.conn.set_instrumentation(|_: InstrumentationEvent<'_>| {});
    counted.load(Ordering::SeqCst)
}

#[test]
fn more_candidates_and_juries_cost_no_more_statements() {
    let cost = |candidates: usize, juries: usize| {
        let mut world = World::new();
        let sitting = world.sitting(SittingKind::Window, &["m1", "m2"]);
        let mut laying = 0;
        for jury in 0..juries {
            let people: Vec<EnrolmentId> =
                (0..candidates).map(|n| world.candidate(&format!("{jury}-{n}"), &["b1", "b2"]).0).collect();
            let jury = world.good_jury();
            laying = statements(&mut world, |world| {
                world.slots(sitting.id, jury.id, hour(9, 0), &people).unwrap();
            });
        }
        let opening = statements(&mut world, |world| {
            assert_eq!(world.open(sitting.id).unwrap().0, candidates * juries * 2);
        });
        (laying, opening)
    };
    let (few, many) = (cost(1, 1), cost(9, 3));
    assert_eq!(few.1, many.1, "opening");
    // The version is read once and kept; planning the sitting has done that already.
    assert_eq!(few.0, many.0, "laying out");
}

#[test]
fn attendance_is_recorded_with_its_reason_and_an_identity() {
    let mut world = World::new();
    let (lina, lina_herself) = world.candidate("001", &["b1"]);
    let (omar, _) = world.candidate("002", &["b1"]);
    let (jury, other) = (world.good_jury(), world.good_jury());
    let sitting = world.sitting(SittingKind::Event, &["m1"]);
    let slot = world.slots(sitting.id, jury.id, hour(9, 0), &[lina]).unwrap().remove(0).id;
    world.slots(sitting.id, other.id, hour(9, 0), &[omar]).unwrap();
    world.open(sitting.id).unwrap();
    let (chair, member) = (jury.chair.clone(), jury.member.clone());
    use Attendance::{Absent, Excused, Expected, Present};

    assert_eq!(refused(attend(&mut world, &member, slot, Present, None, true)), "403 forbidden");
    assert_eq!(refused(attend(&mut world, &lina_herself, slot, Present, None, true)), "403 forbidden");
    assert_eq!(refused(attend(&mut world, &other.chair, slot, Present, None, true)), "403 forbidden");
    assert_eq!(refused(attend(&mut world, &chair, slot, Expected, None, true)), "422 invalid");
    assert_eq!(refused(attend(&mut world, &chair, slot, Excused, None, false)), "422 invalid");
    let unchecked = attend(&mut world, &chair, slot, Present, None, false);
    assert_eq!(refused(unchecked), "422 rule_broken identity_is_checked");

    attend(&mut world, &chair, slot, Absent, None, false).unwrap();
    let unexplained = attend(&mut world, &chair, slot, Present, None, true);
    assert_eq!(refused(unexplained), "422 rule_broken correction_has_a_reason");
    let why = Some("Elle était dans le couloir.");
    let there = door(&mut world, &chair, slot, (Present, None, true), why).unwrap();
    assert_eq!((there.attendance, there.attendance_at), (Present, Some(world.at)));
    world.sign(jury.member_seat, lina);
    let too_late = attend(&mut world, &chair, slot, Absent, None, false);
    assert_eq!(refused(too_late), "409 conflict absent_is_not_signed");
    let excused = attend(&mut world, &chair, slot, Excused, Some("Certificat"), false);
    assert_eq!(refused(excused), "409 conflict absent_is_not_signed");
}

#[test]
fn everyone_sees_their_own_slots_and_the_chair_the_reasons() {
    let mut world = World::new();
    let (lina, lina_herself) = world.candidate("001", &["b1"]);
    let (omar, _) = world.candidate("002", &["b1"]);
    let (rosa, _) = world.candidate("003", &["b1"]);
    let (jury, other) = (world.good_jury(), world.good_jury());
    let (third_seat, third) = world.seat(jury.id, SeatFunction::Member, Side::External);
    world.declare(&third, third_seat, &[omar]).unwrap();
    let sitting = world.sitting(SittingKind::Event, &["m1"]);
    let made = world.slots(sitting.id, jury.id, hour(9, 0), &[lina, omar]).unwrap();
    world.slots(sitting.id, other.id, hour(9, 0), &[rosa]).unwrap();
    let manager = world.manager.clone();
    attend(&mut world, &manager, made[0].id, Attendance::Excused, Some("Hospitalisée"), false).unwrap();

    let seen = |world: &mut World, who: &Caller| -> Vec<(EnrolmentId, Option<String>)> {
        let slots = read(world, who, sitting.id).unwrap().slots;
        slots.into_iter().map(|slot| (slot.enrolment_id, slot.attendance_reason)).collect()
    };
    let why = Some("Hospitalisée".to_owned());
    assert_eq!(seen(&mut world, &manager).len(), 3);
    assert_eq!(seen(&mut world, &jury.chair), [(lina, why), (omar, None)]);
    assert_eq!(seen(&mut world, &third), [(lina, None)]);
    assert_eq!(seen(&mut world, &lina_herself), [(lina, None)]);
    let stranger = world.person(Role::Juror);
    assert_eq!(refused(read(&mut world, &stranger, sitting.id)), "404 not_found");
}

#[test]
fn progress_counts_signatures_of_the_seats_that_count() {
    let mut world = World::new();
    let (lina, lina_herself) = world.candidate("001", &["b1"]);
    let (omar, _) = world.candidate("002", &["b1"]);
    let jury = world.good_jury();
    let (third_seat, third) = world.seat(jury.id, SeatFunction::Member, Side::External);
    world.declare(&third, third_seat, &[omar]).unwrap();
    let sitting = world.sitting(SittingKind::Event, &["m1"]);
    world.slots(sitting.id, jury.id, hour(9, 0), &[lina, omar]).unwrap();
    let manager = world.manager.clone();
    let counts = |world: &mut World, who: &Caller| -> Vec<(EnrolmentId, u32, u32)> {
        let all = progress(world, who, sitting.id).unwrap();
        all.into_iter().map(|one| (one.enrolment_id, one.signed, one.expected)).collect()
    };
    assert_eq!(counts(&mut world, &manager), [(lina, 0, 3), (omar, 0, 2)]);
    world.open(sitting.id).unwrap();
    world.sign(jury.chair_seat, lina);
    world.sign(third_seat, lina);
    world.sign(jury.member_seat, omar);
    assert_eq!(counts(&mut world, &manager), [(lina, 2, 3), (omar, 1, 2)]);
    assert_eq!(counts(&mut world, &third), [(lina, 2, 3)]);
    world.run(|conn, versions, at| seats::close(conn, &manager, versions, third_seat, "Parti", at)).unwrap();
    assert_eq!(counts(&mut world, &manager), [(lina, 1, 2), (omar, 1, 2)]);
    assert_eq!(refused(progress(&mut world, &lina_herself, sitting.id)), "403 forbidden");
}

#[test]
fn the_sittings_of_a_cohort_are_listed_as_they_begin() {
    let mut world = World::new();
    let manager = world.manager.clone();
    let mut later = world.new_sitting(SittingKind::Event, &["m1"]);
    later.starts_at = hour(10, 0);
    let later = world.run(|conn, versions, at| sittings::plan(conn, &manager, versions, later, at)).unwrap();
    let first = world.sitting(SittingKind::Event, &["m1"]);
    let second = world.sitting(SittingKind::Event, &["m1"]);
    let cohort = world.cohort;
    let mut page = |after, limit| -> Vec<SittingId> {
        let found = world.run(|conn, _, _| sittings::list(conn, &manager, cohort, after, limit)).unwrap();
        found.into_iter().map(|one| one.id).collect()
    };
    assert_eq!(page(None, 5), [first.id, second.id, later.id]);
    assert_eq!(page(Some((first.starts_at, first.id)), 5), [second.id, later.id]);
    assert_eq!(page(Some((second.starts_at, second.id)), 5), [later.id]);
}
