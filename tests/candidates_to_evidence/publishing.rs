//! A référentiel is loaded, corrected, published and frozen.

use parchemin::access::Caller;
use parchemin::access::rows::Role;
use parchemin::error::AppError;
use parchemin::ids::VersionId;
use parchemin::referential::rows::{LineKind, VersionState};
use parchemin::referential::service::{self, Change};

use crate::on_both_engines;
use crate::world::{MINIMAL, World, at, faults, rule};

async fn load(
    world: &World,
    caller: &Caller,
    yaml: &str,
    publish: bool,
) -> Result<(VersionId, VersionState, Change), AppError> {
    let sound = service::read(caller, yaml.as_bytes())?;
    let caller = caller.clone();
    let (head, change) = world.do_it(move |conn| service::load(conn, &caller, sound, publish, at(1))).await?;
    Ok((head.id, head.state, change))
}

on_both_engines! {
    async fn a_draft_is_replaced_until_it_is_published_and_never_after(engine: Engine) {
        let world = World::new(engine).await;
        let manager = world.manager().await;
        let corrected = MINIMAL.replace("title: Gardien de phare", "title: Gardienne ou gardien de phare");

        let (id, state, change) = load(&world, &manager, MINIMAL, false).await.unwrap();
        assert_eq!((state, change), (VersionState::Draft, Change::Created));
        let (same, _, change) = load(&world, &manager, MINIMAL, false).await.unwrap();
        assert_eq!((same, change), (id, Change::Nothing));
        let (same, state, change) = load(&world, &manager, &corrected, false).await.unwrap();
        assert_eq!((same, state, change), (id, VersionState::Draft, Change::Updated));

        let (same, state, change) = load(&world, &manager, &corrected, true).await.unwrap();
        assert_eq!((same, state, change), (id, VersionState::Published, Change::Updated));
        let acts = world.acts().await;
        assert_eq!(acts, ["referential_loaded", "referential_loaded", "referential_published"]);

        // The same content, however it is written: nothing changes, nothing is told.
        let commented = format!("# Relu.\n{corrected}");
        let (same, _, change) = load(&world, &manager, &commented, true).await.unwrap();
        assert_eq!((same, change), (id, Change::Nothing));
        assert_eq!(world.acts().await, acts);

        let refused = load(&world, &manager, MINIMAL, true).await.unwrap_err();
        assert_eq!((refused.code(), refused.problem().status), ("version_frozen", 409));
        assert_eq!(world.acts().await, acts);
        world.assert_proved().await;
    }
}

on_both_engines! {
    async fn every_fault_is_told_and_nothing_is_kept(engine: Engine) {
        let world = World::new(engine).await;
        let manager = world.manager().await;
        let broken = MINIMAL
            .replace("met_from: 3", "met_from: 7")
            .replace("serves: [c1-1]\n", "serves: [c9-9]\n")
            .replace("combination: median", "combinaison: median");
        let refused = load(&world, &manager, &broken, true).await.unwrap_err();
        assert_eq!((refused.code(), refused.problem().status), ("referential_faults", 422));
        let told = faults(&refused, &["line", "code"]);
        assert!(told.len() >= 3, "{told:?}");
        let line_of = |text: &str| 1 + broken.lines().position(|line| line.contains(text)).unwrap();
        for text in ["met_from: 7", "serves: [c9-9]", "combinaison"] {
            let start = format!("{} ", line_of(text));
            assert!(told.iter().any(|fault| fault.starts_with(&start)), "{text}: {told:?}");
        }
        assert!(world.acts().await.is_empty());
    }
}

on_both_engines! {
    async fn a_published_version_knows_its_lines_in_the_order_of_the_grids(engine: Engine) {
        let world = World::new(engine).await;
        let manager = world.manager().await;
        let id = world.published(&manager).await;
        let versions = world.versions.clone();
        let version = world.do_it(move |conn| versions.get(conn, id)).await.unwrap();

        let told: Vec<_> = version
            .lines
            .iter()
            .map(|line| format!("{} {} {} {:?}", line.method, line.slug, line.codes.join("+"), line.kind))
            .collect();
        assert_eq!(
            told,
            [
                "m1-1 k1 C1.1 Criterion",
                "m1-1 k2 C1.1+C1.2 Criterion",
                "m1-1 k3 C1.2 Criterion",
                "m1-1 k4 C1.2 Criterion",
                "m1-2 k5 C1.3 Criterion",
                "m1-2 k6 C1.3 Criterion",
                "m2-1 k7 C2.1 Criterion",
                "m2-2 c2-2 C2.2 Competency",
                "soutenance soutenance  Criterion",
            ]
        );
        let direct = version.by_slug("c2-2").unwrap();
        assert_eq!((direct.kind, direct.block.as_str()), (LineKind::Competency, "b2"));
        assert_eq!(version.by_line_id(direct.id), Some(direct));
        assert_eq!(version.lines_of_method("m1-2").count(), 2);

        // The ids are those of the rows: another process reads the same.
        let afresh = parchemin::referential::Versions::default();
        let again = world.do_it(move |conn| afresh.get(conn, id)).await.unwrap();
        assert_eq!(again.lines, version.lines);
    }
}

on_both_engines! {
    async fn the_two_standards_are_published_whole(engine: Engine) {
        let world = World::new(engine).await;
        let manager = world.manager().await;
        for file in ["chef-de-projet-data-ia", "expert-infrastructure-donnees-massives"] {
            let yaml = std::fs::read_to_string(format!("referentials/{file}.yaml")).unwrap();
            let (id, state, _) = load(&world, &manager, &yaml, true).await.unwrap();
            assert_eq!(state, VersionState::Published);
            let versions = world.versions.clone();
            let version = world.do_it(move |conn| versions.get(conn, id)).await.unwrap();
            let criteria: usize = version.referential.blocks.iter().map(|block| block.criteria.len()).sum();
            let direct: usize = version
                .referential
                .blocks
                .iter()
                .map(|block| block.competencies().filter(|one| block.is_direct(&one.id)).count())
                .sum();
            assert_eq!(version.lines.len(), criteria + direct + 1, "and the defence, one line");
        }
        world.assert_proved().await;
    }
}

on_both_engines! {
    async fn a_line_that_nobody_could_score_is_not_published(engine: Engine) {
        let world = World::new(engine).await;
        let manager = world.manager().await;
        let without = MINIMAL.replace(
            "        text: Le navire est renseigné.\n        method: m1-2\n",
            "        text: Le navire est renseigné.\n        notes:\n          - printed: Aucune modalité.\n            \
             read_as: À préciser.\n            why: La cellule est vide.\n            \
             check: criterion_without_method\n",
        );
        assert_ne!(without, MINIMAL);
        let (_, state, _) = load(&world, &manager, &without, false).await.unwrap();
        assert_eq!(state, VersionState::Draft, "a draft may wait for an answer");
        let refused = load(&world, &manager, &without, true).await.unwrap_err();
        assert_eq!(rule(&refused).as_deref(), Some("line_without_method"));
        assert_eq!(refused.problem().more["lines"], serde_json::json!(["k6"]));
    }
}

on_both_engines! {
    async fn who_may_load_and_who_may_read(engine: Engine) {
        let world = World::new(engine).await;
        let manager = world.manager().await;
        let id = world.published(&manager).await;
        for (role, email) in [(Role::Juror, "j@exemple.fr"), (Role::Candidate, "c@exemple.fr")] {
            let caller = world.somebody(email, role).await;
            assert_eq!(load(&world, &caller, MINIMAL, false).await.unwrap_err().code(), "forbidden");
            let reading = caller.clone();
            let refused = world.do_it(move |conn| service::publish(conn, &caller, id, at(3))).await.unwrap_err();
            assert_eq!(refused.code(), "forbidden");
            let (head, content) = world.do_it(move |conn| service::get(conn, &reading, id)).await.unwrap();
            assert_eq!(head.title, "Gardien de phare");
            assert_eq!(content.0["code"], "gardien-de-phare");
        }
    }
}
