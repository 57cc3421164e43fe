//! One exam day as people live it, through HTTP alone.

mod common;

use common::TestApp;
use serde_json::json;

on_both_engines! {
    async fn a_day_goes_from_the_standard_to_signed_sheets(engine: Engine) {
        let app = TestApp::start(engine).await;
        let story = app.story().await;
        let lina = &story.candidates[0];
        story.fill(story.chair(), lina, |_| 3).await;
        story.sign(story.chair(), lina).await.is(200);

        // Blind until the last signature, the manager included.
        let scores = format!("enrolments/{}/scores", lina.enrolment);
        story.manager.get(&scores).await.is(404).problem("not_found");
        story.chair().person.get(&scores).await.is(404).problem("not_found");
        story.fill(story.member(), lina, |criterion| if criterion == "k7" { 1 } else { 3 }).await;
        story.sign(story.member(), lina).await.is(200);
        story.chair().person.get(&scores).await.is(200);
        story.manager.get(&scores).await.is(200);
        app.anybody().get(&scores).await.is(401).problem("unauthenticated");
    }

    async fn a_signed_sheet_is_locked_and_a_lost_update_is_told(engine: Engine) {
        let app = TestApp::start(engine).await;
        let story = app.story().await;
        let (lina, chair) = (&story.candidates[0], story.chair());
        let sheet = story.sheet(chair, lina).await;
        let grid = sheet.string("/grids/0/id");
        let k1 = format!("grids/{grid}/scores/k1");
        let score = json!({ "state": "scored", "rank": 3 });
        chair.person.put(&k1, score.clone()).await.is(428).problem("precondition_required");
        assert_eq!(chair.person.put_seen(&k1, 0, score.clone()).await.is(200).version(), 1);
        chair.person.put_seen(&k1, 0, score.clone()).await.is(412).problem("stale");
        story.member().person.put_seen(&k1, 1, score.clone()).await.is(404).problem("not_found");
        story.fill(chair, lina, |_| 2).await;
        let signed = story.sign(chair, lina).await;
        assert_eq!(story.sign(chair, lina).await.is(200).body, signed.is(200).body, "signed once");
        chair.person.put_seen(&k1, 2, score).await.is(423).problem("sheet_signed");
    }

    async fn what_was_acknowledged_is_there_after_a_restart(engine: Engine) {
        let mut app = TestApp::start(engine).await;
        let story = app.story().await;
        let before = story.sheet(story.chair(), &story.candidates[0]).await;
        app.restart().await;
        assert_eq!(app.first_invitation, None, "only the first start invites");
        let chair = story.chair().person.clone().moved_to(&app.url);
        let after = chair.get(&format!("sheets/{}", before.id())).await;
        assert_eq!(after.is(200).body, before.body);
    }
}
