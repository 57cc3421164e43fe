//! Seats, declarations, recusals, quorum.

use parchemin::access::Caller;
use parchemin::access::rows::Role;
use parchemin::error::AppError;
use parchemin::ids::{EnrolmentId, JuryId, SeatId};
use parchemin::jury::rows::{RecusalKind, SeatFunction, Side};
use parchemin::jury::shapes::{JuryView, NewRecusal, Recused};
use parchemin::jury::{seats, service as juries};
use parchemin::sittings::rows::SittingKind;

use super::world::{World, broken, hour, refused};

fn read(world: &mut World, who: &Caller, jury: JuryId) -> Result<JuryView, AppError> {
    world.run(|conn, versions, at| juries::read(conn, who, versions, jury, at))
}

fn rules(view: &JuryView) -> Vec<&'static str> {
    view.broken.iter().map(|one| one.rule).collect()
}

fn recuse(
    world: &mut World,
    who: &Caller,
    jury: JuryId,
    (seat_id, enrolment_id): (SeatId, EnrolmentId),
    kind: RecusalKind,
) -> Result<Recused, AppError> {
    let new = NewRecusal { seat_id, enrolment_id, kind, reason: "Motif".into() };
    world.run(|conn, versions, at| seats::recuse(conn, who, versions, jury, new, at))
}

fn close(world: &mut World, seat: SeatId) -> Result<(), AppError> {
    let manager = world.manager.clone();
    world.run(|conn, versions, at| seats::close(conn, &manager, versions, seat, "Souffrant", at))?;
    Ok(())
}

#[test]
fn only_a_juror_takes_a_seat() {
    let mut world = World::new();
    let jury = world.jury();
    let trainer = world.person(Role::Trainer);
    let seated = world.seat_of(jury, &trainer, SeatFunction::Member, Side::External, "Forge");
    assert_eq!(refused(seated), "422 rule_broken seat_needs_a_juror");
}

#[test]
fn one_chair_and_one_seat_each_until_somebody_is_replaced() {
    let mut world = World::new();
    let jury = world.good_jury();
    let other = world.person(Role::Juror);
    let chair = jury.chair.clone();
    let again = world.seat_of(jury.id, &chair, SeatFunction::Member, Side::External, "Forge");
    assert_eq!(refused(again), "409 conflict one_open_seat_per_person");
    let second = world.seat_of(jury.id, &other, SeatFunction::Chair, Side::External, "Forge");
    assert_eq!(refused(second), "409 conflict one_chair_per_jury");

    close(&mut world, jury.chair_seat).unwrap();
    assert_eq!(refused(close(&mut world, jury.chair_seat)), "409 conflict seat_is_open");
    let manager = world.manager.clone();
    let without_chair = read(&mut world, &manager, jury.id).unwrap();
    assert_eq!(rules(&without_chair), ["jury_external_share", "jury_members_at_least", "jury_without_chair"]);
    world.seat_of(jury.id, &other, SeatFunction::Chair, Side::External, "Forge").unwrap();
    let replaced = read(&mut world, &manager, jury.id).unwrap();
    assert!(replaced.broken.is_empty());
    assert_eq!(replaced.seats.len(), 3, "the seat left stays on record");
    world.assert_journal_answers_for_all();
}

#[test]
fn a_seat_is_declared_by_whoever_sits_there() {
    let mut world = World::new();
    let (_, candidate) = world.candidate("001", &["b1"]);
    let jury = world.good_jury();
    let (manager, stranger, member) = (world.manager.clone(), world.person(Role::Juror), jury.member.clone());
    assert_eq!(refused(world.declare(&manager, jury.chair_seat, &[])), "403 forbidden");
    assert_eq!(refused(world.declare(&member, jury.chair_seat, &[])), "403 forbidden");
    assert_eq!(refused(world.declare(&stranger, jury.chair_seat, &[])), "404 not_found");
    assert_eq!(refused(read(&mut world, &stranger, jury.id)), "404 not_found");
    assert_eq!(refused(read(&mut world, &candidate, jury.id)), "404 not_found");
    assert_eq!(refused(close_as(&mut world, &member, jury.chair_seat)), "403 forbidden");
}

fn close_as(world: &mut World, who: &Caller, seat: SeatId) -> Result<(), AppError> {
    world.run(|conn, versions, at| seats::close(conn, who, versions, seat, "Non", at))?;
    Ok(())
}

#[test]
fn a_declared_tie_sets_the_seat_aside_at_once() {
    let mut world = World::new();
    let (lina, _) = world.candidate("001", &["b1"]);
    let (omar, _) = world.candidate("002", &["b1"]);
    let elsewhere = world.cohort_named("Promotion 2");
    let (stranger, _) = world.candidate_in(elsewhere, "001", &["b1"]);
    let jury = world.good_jury();
    let (third_seat, third) = world.seat(jury.id, SeatFunction::Member, Side::External);
    assert_eq!(refused(world.declare(&third, third_seat, &[stranger])), "422 invalid");
    world.declare(&third, third_seat, &[lina, lina]).unwrap();
    world.declare(&third, third_seat, &[lina]).unwrap();

    let manager = world.manager.clone();
    let view = read(&mut world, &manager, jury.id).unwrap();
    assert_eq!(view.recusals.len(), 1, "said again, it is the same tie");
    assert_eq!((view.recusals[0].seat_id, view.recusals[0].enrolment_id), (third_seat, lina));
    let version = world.versions.get(&mut world.conn, world.version).unwrap();
    let quorums = juries::quorums(&mut world.conn, &version.referential, jury.id).unwrap();
    assert_eq!(quorums[&lina].present.len(), 2);
    assert_eq!(quorums[&omar].present.len(), 3);
    let one = juries::quorum_for(&mut world.conn, &version.referential, jury.id, lina).unwrap();
    assert_eq!(one.present, quorums[&lina].present);
    let nobody = juries::quorum_for(&mut world.conn, &version.referential, jury.id, stranger);
    assert_eq!(refused(nobody), "404 not_found");

    let to_another_juror = read(&mut world, &jury.member, jury.id).unwrap();
    assert_eq!(to_another_juror.recusals[0].reason, None, "which tie it is may be private");
    assert!(read(&mut world, &third, jury.id).unwrap().recusals[0].reason.is_some());
    world.assert_journal_answers_for_all();
}

#[test]
fn a_trainer_or_a_colleague_of_the_candidate_steps_aside() {
    let mut world = World::new();
    let (lina, _) = world.candidate("001", &["b1"]);
    let jury = world.good_jury();
    let (trainer, colleague) = (world.person(Role::Juror), world.person(Role::Juror));
    world.trains(&trainer);
    let of = |world: &mut World, who: &Caller, employer| {
        let seat = world.seat_of(jury.id, who, SeatFunction::Member, Side::External, employer).unwrap();
        world.declare(who, seat, &[]).unwrap();
        seat
    };
    let trainer_seat = of(&mut world, &trainer, "Forge");
    let colleague_seat = of(&mut world, &colleague, "ateliers du nord SA");
    let sitting = world.sitting(SittingKind::Event, &["m1"]);
    world.slots(sitting.id, jury.id, hour(9, 0), &[lina]).unwrap();

    let manager = world.manager.clone();
    let view = read(&mut world, &manager, jury.id).unwrap();
    assert_eq!(rules(&view), ["jury_tie_employer", "jury_tie_trainer"]);
    assert_eq!(broken(world.open(sitting.id)), ["jury_tie_employer", "jury_tie_trainer"]);
    recuse(&mut world, &manager, jury.id, (trainer_seat, lina), RecusalKind::Tie).unwrap();
    recuse(&mut world, &colleague, jury.id, (colleague_seat, lina), RecusalKind::Tie).unwrap();
    let twice = recuse(&mut world, &manager, jury.id, (trainer_seat, lina), RecusalKind::Tie);
    assert_eq!(refused(twice), "409 conflict one_recusal_per_candidate");
    assert!(read(&mut world, &manager, jury.id).unwrap().broken.is_empty());
    assert_eq!(world.open(sitting.id).unwrap(), (2, 2), "no sheet for who stepped aside");
    world.assert_journal_answers_for_all();
}

#[test]
fn a_missing_juror_is_told_by_chair_or_manager_while_the_quorum_holds() {
    let mut world = World::new();
    let (lina, _) = world.candidate("001", &["b1"]);
    let jury = world.good_jury();
    let (third_seat, third) = world.seat(jury.id, SeatFunction::Member, Side::External);
    world.declare(&third, third_seat, &[]).unwrap();
    let sitting = world.sitting(SittingKind::Event, &["m1"]);
    world.slots(sitting.id, jury.id, hour(9, 0), &[lina]).unwrap();
    assert_eq!(world.open(sitting.id).unwrap(), (3, 3));

    let (manager, chair) = (world.manager.clone(), jury.chair.clone());
    let by = |world: &mut World, who: &Caller, seat| {
        recuse(world, who, jury.id, (seat, lina), RecusalKind::Missing)
    };
    assert_eq!(refused(by(&mut world, &third, third_seat)), "403 forbidden");
    by(&mut world, &manager, third_seat).unwrap();
    let too_few = by(&mut world, &chair, jury.member_seat);
    assert_eq!(broken(too_few), ["quorum_members"]);
    assert_eq!(refused(by(&mut world, &chair, jury.member_seat)), "422 rule_broken quorum");
    world.assert_journal_answers_for_all();
}

#[test]
fn whoever_signed_is_not_missing() {
    let mut world = World::new();
    let (lina, _) = world.candidate("001", &["b1"]);
    let jury = world.good_jury();
    let (third_seat, third) = world.seat(jury.id, SeatFunction::Member, Side::External);
    world.declare(&third, third_seat, &[]).unwrap();
    let sitting = world.sitting(SittingKind::Event, &["m1"]);
    world.slots(sitting.id, jury.id, hour(9, 0), &[lina]).unwrap();
    world.open(sitting.id).unwrap();
    world.sign(third_seat, lina);
    let chair = jury.chair.clone();
    let missing = recuse(&mut world, &chair, jury.id, (third_seat, lina), RecusalKind::Missing);
    assert_eq!(refused(missing), "409 conflict seat_has_signed");
}

#[test]
fn a_seat_is_recused_through_its_own_jury() {
    let mut world = World::new();
    let (lina, _) = world.candidate("001", &["b1"]);
    let (jury, other) = (world.good_jury(), world.good_jury());
    let manager = world.manager.clone();
    let elsewhere = recuse(&mut world, &manager, other.id, (jury.member_seat, lina), RecusalKind::Tie);
    assert_eq!(refused(elsewhere), "404 not_found");
    let of_the_other = recuse(&mut world, &other.chair, jury.id, (jury.member_seat, lina), RecusalKind::Tie);
    assert_eq!(refused(of_the_other), "404 not_found");
}

#[test]
fn who_is_enrolled_later_asks_for_another_declaration() {
    let mut world = World::new();
    let jury = world.good_jury();
    world.at = world.at.plus(chrono::Duration::days(1));
    let (lina, _) = world.candidate("001", &["b1"]);
    let sitting = world.sitting(SittingKind::Event, &["m1"]);
    world.slots(sitting.id, jury.id, hour(9, 0), &[lina]).unwrap();
    let told = broken(world.open(sitting.id));
    assert_eq!(told, ["jury_not_declared", "jury_not_declared", "quorum_members"]);
    let (chair, member) = (jury.chair.clone(), jury.member.clone());
    world.declare(&chair, jury.chair_seat, &[]).unwrap();
    world.declare(&member, jury.member_seat, &[]).unwrap();
    assert_eq!(world.open(sitting.id).unwrap(), (2, 2));
}

#[test]
fn the_juries_of_a_cohort_are_listed_page_by_page() {
    let mut world = World::new();
    let made: Vec<JuryId> = (0..3).map(|_| world.jury()).collect();
    let (manager, cohort) = (world.manager.clone(), world.cohort);
    let mut page = |after, limit| -> Vec<JuryId> {
        let found = world.run(|conn, _, _| juries::list(conn, &manager, cohort, after, limit)).unwrap();
        found.into_iter().map(|jury| jury.id).collect()
    };
    assert_eq!(page(None, 1), made[..2], "one more than asked for");
    assert_eq!(page(Some(made[0]), 5), made[1..]);
    let juror = world.person(Role::Juror);
    assert_eq!(refused(world.run(|conn, _, _| juries::list(conn, &juror, cohort, None, 5))), "404 not_found");
}
