//! Cohorts are made, people enrolled, requirements recorded.

use diesel::prelude::*;
use parchemin::access::Caller;
use parchemin::access::rows::Role;
use parchemin::candidates::model::{NewEnrolment, NewRequirementState, NewTrainer};
use parchemin::candidates::rows::RequirementStatus;
use parchemin::candidates::views::{EnrolmentView, RequirementView};
use parchemin::candidates::{account, service};
use parchemin::db::schema::{candidate, enrolment, requirement_state};
use parchemin::error::AppError;
use parchemin::ids::{CohortId, EnrolmentId, EvidenceId};
use serde_json::{Value, json};

use crate::on_both_engines;
use crate::world::{World, at, faults, rule};

pub fn person(email: &str, more: Value) -> NewEnrolment {
    let mut one = json!({
        "birth_name": "Le Goff", "first_names": "Maëlle", "birth_date": "1999-05-17", "email": email,
        "employer": "Phares et balises", "access_route": "apprenticeship",
    });
    one.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    serde_json::from_value(one).unwrap()
}

pub async fn enrol(
    world: &World,
    caller: &Caller,
    cohort: CohortId,
    people: Vec<NewEnrolment>,
) -> Result<Vec<EnrolmentView>, AppError> {
    let (caller, versions) = (caller.clone(), world.versions.clone());
    world.do_it(move |conn| service::enrol(conn, &caller, &versions, cohort, &people, at(5))).await
}

async fn count(world: &World) -> (i64, i64, i64) {
    world
        .do_it(|conn| {
            Ok((
                candidate::table.count().get_result(conn)?,
                enrolment::table.count().get_result(conn)?,
                requirement_state::table.count().get_result(conn)?,
            ))
        })
        .await
        .unwrap()
}

on_both_engines! {
    async fn everybody_is_enrolled_or_nobody(engine: Engine) {
        let world = World::new(engine).await;
        let manager = world.manager().await;
        let version = world.published(&manager).await;
        let cohort = world.cohort(&manager, version, "Promotion 2026").await;

        let list = vec![
            person("a@exemple.fr", json!({})),
            person("b.exemple.fr", json!({ "birth_name": "Le\u{202e}Goff" })),
            person("c@exemple.fr", json!({ "blocks": ["b1", "b7"] })),
        ];
        let refused = enrol(&world, &manager, cohort, list).await.unwrap_err();
        assert_eq!(refused.code(), "invalid");
        assert_eq!(
            faults(&refused, &["index", "field", "code"]),
            ["1 birth_name hidden_character", "1 email email", "2 blocks[1] unknown_block"]
        );
        assert_eq!(count(&world).await, (0, 0, 0));

        let list = vec![
            person("a@exemple.fr", json!({})),
            person(" B@Exemple.fr ", json!({ "first_names": "Yann", "blocks": ["b2"] })),
            person(
                "c@exemple.fr",
                json!({ "blocks": "all", "acquired_blocks":
                    [{ "block": "b1", "origin": "PV-2024-0007 du centre", "acquired_on": "2024-06-28" }] }),
            ),
        ];
        let views = enrol(&world, &manager, cohort, list).await.unwrap();
        let told: Vec<_> = views.iter().map(|one| (one.number.as_str(), one.blocks.join("+"))).collect();
        assert_eq!(told, [("0001", "b1+b2".to_owned()), ("0002", "b2".to_owned()), ("0003", "b1+b2".to_owned())]);
        assert_eq!(views[1].candidate.email.as_deref(), Some("b@exemple.fr"));
        assert_eq!(count(&world).await, (3, 3, 9), "three requirements each, from the start");

        let more = enrol(&world, &manager, cohort, vec![person("d@exemple.fr", json!({}))]).await.unwrap();
        assert_eq!(more[0].number, "0004");
        world.assert_proved().await;
    }
}

on_both_engines! {
    async fn a_person_is_one_person_from_cohort_to_cohort(engine: Engine) {
        let world = World::new(engine).await;
        let manager = world.manager().await;
        let version = world.published(&manager).await;
        let first = world.cohort(&manager, version, "Promotion 2026").await;
        let second = world.cohort(&manager, version, "Promotion 2027").await;
        let before = enrol(&world, &manager, first, vec![person("a@exemple.fr", json!({}))]).await.unwrap();
        let after =
            enrol(&world, &manager, second, vec![person("A@exemple.fr", json!({ "birth_name": "LE GOFF" }))])
                .await
                .unwrap();
        assert_eq!(before[0].candidate.id, after[0].candidate.id);
        assert_ne!(before[0].id, after[0].id);

        let taken = vec![
            person("a@exemple.fr", json!({})),
            person("z@exemple.fr", json!({})),
            person("a@exemple.fr", json!({ "birth_date": "2001-01-01" })),
        ];
        let refused = enrol(&world, &manager, second, taken).await.unwrap_err();
        assert_eq!(refused.code(), "invalid", "twice in one list is the list's own fault");
        assert_eq!(
            faults(&refused, &["index", "code"]),
            ["0 already_enrolled", "2 email_of_another_person", "2 twice"]
        );
        let taken =
            vec![person("a@exemple.fr", json!({ "birth_name": "Kerleau" })), person("z@exemple.fr", json!({}))];
        let refused = enrol(&world, &manager, second, taken).await.unwrap_err();
        assert_eq!(refused.code(), "conflict");
        assert_eq!(faults(&refused, &["index", "field", "code"]), ["0 email email_of_another_person"]);
        assert_eq!(count(&world).await.1, 2);
    }
}

on_both_engines! {
    async fn five_hundred_people_in_one_call(engine: Engine) {
        let world = World::new(engine).await;
        let manager = world.manager().await;
        let version = world.published(&manager).await;
        let cohort = world.cohort(&manager, version, "Grande promotion").await;
        let list = (0..500).map(|n| person(&format!("p{n}@exemple.fr"), json!({}))).collect();
        let before = world.db.statements();
        let views = enrol(&world, &manager, cohort, list).await.unwrap();
        assert_eq!(views[499].number, "0500");
        let statements = world.db.statements() - before;
        assert!(statements < 30, "{statements} statements: none of them per person");

        let caller = manager.clone();
        let page = world
            .do_it(move |conn| service::list_enrolments(conn, &caller, cohort, Some("0498"), 50))
            .await
            .unwrap();
        assert_eq!(page.iter().map(|one| one.number.as_str()).collect::<Vec<_>>(), ["0499", "0500"]);
    }
}

on_both_engines! {
    async fn an_account_is_tied_whichever_comes_first(engine: Engine) {
        let world = World::new(engine).await;
        let manager = world.manager().await;
        let version = world.published(&manager).await;
        let cohort = world.cohort(&manager, version, "Promotion 2026").await;

        let invited = world.somebody("avant@exemple.fr", Role::Candidate).await;
        let juror = world.somebody("juree@exemple.fr", Role::Juror).await;
        let list = ["avant@exemple.fr", "apres@exemple.fr", "juree@exemple.fr"];
        let people = list.iter().map(|email| person(email, json!({}))).collect();
        let views = enrol(&world, &manager, cohort, people).await.unwrap();
        let late = world.somebody("apres@exemple.fr", Role::Candidate).await;
        let tied = late.account;
        let found =
            world.do_it(move |conn| account::link_account(conn, " Apres@exemple.fr", tied, at(9))).await.unwrap();
        assert_eq!(found, Some(views[1].candidate.id));

        for (caller, view, reads) in [(invited, 0, true), (late, 1, true), (juror, 2, false)] {
            let (id, versions) = (views[view].id, world.versions.clone());
            let read = world.do_it(move |conn| service::get_enrolment(conn, &caller, &versions, id)).await;
            assert_eq!(read.is_ok(), reads, "{view}");
        }
        let other = world.somebody("autre@exemple.fr", Role::Candidate).await.account;
        let refused = world
            .do_it(move |conn| account::link_account(conn, "apres@exemple.fr", other, at(9)))
            .await
            .unwrap_err();
        assert_eq!(refused.code(), "conflict");
        world.assert_proved().await;
    }
}

async fn record(
    world: &World,
    caller: &Caller,
    id: EnrolmentId,
    slug: &'static str,
    seen: i32,
    new: NewRequirementState,
) -> Result<RequirementView, AppError> {
    let (caller, versions) = (caller.clone(), world.versions.clone());
    world
        .do_it(move |conn| service::record_requirement(conn, &caller, &versions, id, slug, seen, new, at(8)))
        .await
}

fn state(state: RequirementStatus, reason: Option<&str>) -> NewRequirementState {
    NewRequirementState { state, reason: reason.map(str::to_owned), evidence_id: None }
}

on_both_engines! {
    async fn a_requirement_is_recorded_by_whoever_saw_its_last_version(engine: Engine) {
        use RequirementStatus::{Met, Pending, Unmet, Waived};
        let world = World::new(engine).await;
        let manager = world.manager().await;
        let version = world.published(&manager).await;
        let cohort = world.cohort(&manager, version, "Promotion 2026").await;
        let id = enrol(&world, &manager, cohort, vec![person("a@exemple.fr", json!({}))]).await.unwrap()[0].id;

        let (caller, versions) = (manager.clone(), world.versions.clone());
        let listed =
            world.do_it(move |conn| service::list_requirements(conn, &caller, &versions, id)).await.unwrap();
        let told: Vec<_> = listed.iter().map(|one| (one.slug.as_str(), one.state, one.version)).collect();
        assert_eq!(told, [("soutenance", Pending, 1), ("garde", Pending, 1), ("memoire", Pending, 1)]);

        let met = record(&world, &manager, id, "garde", 1, state(Met, Some("Attestation lue"))).await.unwrap();
        assert_eq!((met.state, met.version), (Met, 2));
        let stale = record(&world, &manager, id, "garde", 1, state(Unmet, Some("Trois mois"))).await.unwrap_err();
        assert_eq!(stale.code(), "stale");
        assert_eq!(stale.problem().more["present"]["state"], "met");
        assert_eq!(stale.problem().more["present"]["version"], 2);

        for without in [state(Waived, None), state(Unmet, Some("   "))] {
            let refused = record(&world, &manager, id, "garde", 2, without).await.unwrap_err();
            assert_eq!(faults(&refused, &["field", "code"]), ["reason required"]);
        }
        let waived = record(&world, &manager, id, "garde", 2, state(Waived, Some("Dispense du 3 mars"))).await;
        assert_eq!(waived.unwrap().version, 3);

        let foreign = NewRequirementState { evidence_id: Some(EvidenceId::new()), ..state(Met, None) };
        let refused = record(&world, &manager, id, "memoire", 1, foreign).await.unwrap_err();
        assert_eq!(faults(&refused, &["field", "code"]), ["evidence_id unknown"]);
        let nowhere = record(&world, &manager, id, "natation", 1, state(Met, None)).await.unwrap_err();
        assert_eq!(nowhere.code(), "not_found");
        world.assert_proved().await;
    }
}

on_both_engines! {
    async fn cohorts_are_of_a_centre_and_of_a_published_version(engine: Engine) {
        use parchemin::referential::service as standard;
        let world = World::new(engine).await;
        let manager = world.manager().await;
        let sound = standard::read(&manager, crate::world::MINIMAL.as_bytes()).unwrap();
        let caller = manager.clone();
        let (draft, _) =
            world.do_it(move |conn| standard::load(conn, &caller, sound, false, at(1))).await.unwrap();
        let new = json!({ "centre_id": world.centre, "version_id": draft.id, "name": "Trop tôt",
            "starts_on": "2026-01-05", "ends_on": "2026-06-05" });
        let make = async |caller: &Caller, new: Value| {
            let new = serde_json::from_value(new).unwrap();
            let (caller, versions) = (caller.clone(), world.versions.clone());
            world.do_it(move |conn| service::create_cohort(conn, &caller, &versions, new, at(2))).await
        };
        let refused = make(&manager, new.clone()).await.unwrap_err();
        assert_eq!(rule(&refused).as_deref(), Some("version_not_published"));

        world.published(&manager).await;
        let mut backwards = new.clone();
        backwards["ends_on"] = "2025-01-01".into();
        let refused = make(&manager, backwards).await.unwrap_err();
        assert_eq!(faults(&refused, &["field", "code"]), ["ends_on before_start"]);
        make(&manager, new.clone()).await.unwrap();
        assert_eq!(make(&manager, new.clone()).await.unwrap_err().code(), "conflict", "one name per centre");

        let juror = world.somebody("juree@exemple.fr", Role::Juror).await;
        assert_eq!(make(&juror, new.clone()).await.unwrap_err().code(), "not_found");
        let mut elsewhere = new;
        elsewhere["centre_id"] = json!(parchemin::ids::CentreId::new());
        assert!(make(&manager, elsewhere).await.is_err(), "not a centre of this manager");
    }
}

on_both_engines! {
    async fn a_trainer_sees_the_cohorts_that_they_train(engine: Engine) {
        let world = World::new(engine).await;
        let manager = world.manager().await;
        let version = world.published(&manager).await;
        let trained = world.cohort(&manager, version, "Promotion 2026").await;
        world.cohort(&manager, version, "Promotion 2027").await;
        let trainer = world.somebody("formatrice@exemple.fr", Role::Trainer).await;
        let juror = world.somebody("juree@exemple.fr", Role::Juror).await;

        let assign = async |account_id| {
            let caller = manager.clone();
            let new = NewTrainer { account_id };
            world.do_it(move |conn| service::assign_trainer(conn, &caller, trained, &new, at(4))).await
        };
        assert_eq!(rule(&assign(juror.account).await.unwrap_err()).as_deref(), Some("not_a_trainer"));
        assign(trainer.account).await.unwrap();
        assert_eq!(assign(trainer.account).await.unwrap_err().code(), "conflict");

        for (caller, seen) in [(&manager, 2), (&trainer, 1), (&juror, 0)] {
            let caller = caller.clone();
            let list = world.do_it(move |conn| service::list_cohorts(conn, &caller, None, 50)).await.unwrap();
            assert_eq!(list.len(), seen);
        }
        let people = vec![person("a@exemple.fr", json!({}))];
        let refused = enrol(&world, &trainer, trained, people.clone()).await.unwrap_err();
        assert_eq!(refused.code(), "forbidden");
        assert_eq!(enrol(&world, &juror, trained, people.clone()).await.unwrap_err().code(), "not_found");
        enrol(&world, &manager, trained, people).await.unwrap();
        let caller = trainer.clone();
        let list =
            world.do_it(move |conn| service::list_enrolments(conn, &caller, trained, None, 50)).await.unwrap();
        assert_eq!(list[0].candidate.birth_name, "Le Goff");
        assert_eq!(list[0].candidate.email, None, "the address is the manager's business");
        let whole = world.do_it(move |conn| service::get_cohort(conn, &trainer, trained)).await.unwrap();
        assert_eq!(whole.trainers.len(), 1);
        world.assert_proved().await;
    }
}
