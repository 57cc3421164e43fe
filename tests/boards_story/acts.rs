//! Many acts in an order that a seed decides, some of them refused.

use serde_json::{Value, json};

use crate::common::story::{METHODS, Story};
use crate::common::{Answer, Person, TestApp};
use crate::stories::{Table, attend, file_evidence};

/// Every kind of act that a play may do.
pub const ALL: &[&str] = &[
    "line written",
    "line rewritten",
    "grid filled",
    "sheet signed",
    "sheet reopened",
    "attendance",
    "recusal",
    "evidence filed",
    "evidence linked",
    "requirement",
    "settlement",
    "decision",
    "enrolment",
    "seat closed",
];

pub struct Play {
    story: Story,
    seed: u64,
    deliberation: String,
    acts: u32,
    enrolled: u32,
    recused: u32,
    seats_closed: u32,
}

impl Play {
    /// Two candidates, a chair and two outside members, one open sitting.
    pub async fn begin(app: &TestApp, seed: u64) -> Self {
        let mut story = Story::begin(app).await;
        story.enrol(&["Lina Fanal", "Omar Balise"]).await;
        story.compose().await;
        story.seat("Zoé Amer", "member", "external").await;
        story.declare().await;
        story.plan(&METHODS).await;
        story.lay_out().await;
        story.open().await;
        let deliberation = Table::convene(&story).await.id;
        Self { story, seed, deliberation, acts: 0, enrolled: 0, recused: 0, seats_closed: 0 }
    }

    /// A number below `of` (xorshift: the same for the same seed on every machine).
    fn any(&mut self, of: usize) -> usize {
        self.seed ^= self.seed << 13;
        self.seed ^= self.seed >> 7;
        self.seed ^= self.seed << 17;
        usize::try_from(self.seed % u64::try_from(of).unwrap()).unwrap()
    }

    /// Does one act; its kind, if it was not refused.
    pub async fn act(&mut self) -> Option<&'static str> {
        self.acts += 1;
        let (kind, answer) = match self.any(24) {
            0..=3 => self.write_line().await?,
            4..=5 => ("grid filled", self.fill().await?),
            6..=8 | 22..=23 => ("sheet signed", self.fill_and_sign().await?),
            9 => ("sheet reopened", self.reopen().await?),
            10 => ("attendance", self.attendance().await),
            11 => ("recusal", self.recuse().await?),
            12..=13 => self.evidence().await,
            14 => ("requirement", self.requirement().await),
            15..=16 => ("settlement", self.settle().await),
            17..=19 if self.acts > 25 => ("decision", self.decide().await),
            17..=19 => ("sheet signed", self.fill_and_sign().await?),
            20 => ("enrolment", self.enrol().await?),
            _ => ("seat closed", self.close_seat().await?),
        };
        assert!(answer.status < 500, "{kind}: {}: {}", answer.asked, answer.text());
        (answer.status < 300).then_some(kind)
    }

    /// A sheet of some juror, with its juror.
    async fn some_sheet(&mut self) -> Option<(Person, Value)> {
        let juror = self.any(self.story.jurors.len());
        let person = self.story.jurors[juror].person.clone();
        let mine = person.get("me/sheets?limit=200").await;
        let sheets = mine.is(200).items();
        if sheets.is_empty() {
            return None;
        }
        let place = self.any(sheets.len());
        let sheet = person.get(&format!("sheets/{}", sheets[place]["id"].as_str().unwrap())).await;
        Some((person, sheet.is(200).body.clone()))
    }

    async fn write_line(&mut self) -> Option<(&'static str, Answer)> {
        let (juror, sheet) = self.some_sheet().await?;
        let grids = sheet["grids"].as_array().unwrap();
        let grid = &grids[self.any(grids.len())];
        let lines = grid["lines"].as_array().unwrap();
        let line = &lines[self.any(lines.len())];
        let seen = line["score"]["version"].as_i64().unwrap_or(0);
        let rank = 1 + self.any(3);
        let path = format!("grids/{}/scores/{}", text(grid, "id"), text(line, "criterion"));
        let score = json!({ "state": "scored", "rank": rank, "comment": "Vu au phare." });
        let kind = if seen == 0 { "line written" } else { "line rewritten" };
        Some((kind, juror.put_seen(&path, seen, score).await))
    }

    async fn fill(&mut self) -> Option<Answer> {
        let (juror, sheet) = self.some_sheet().await?;
        let rank = 1 + self.any(3);
        fill(&juror, &sheet, rank).await
    }

    async fn fill_and_sign(&mut self) -> Option<Answer> {
        let place = self.any(self.story.jurors.len());
        let juror = self.story.jurors[place].person.clone();
        let mine = juror.get("me/sheets?limit=200").await;
        // The first that is open, so that some candidates are soon signed by all.
        let sheet = mine.is(200).items().iter().find(|sheet| sheet["state"] == "open")?;
        let path = format!("sheets/{}", text(sheet, "id"));
        // The chair is severe: there is something to settle.
        let rank = if place == 0 { 1 } else { 2 + self.any(2) };
        fill(&juror, &juror.get(&path).await.body, rank).await;
        let now = juror.get(&path).await;
        let seen = json!({ "content_digest": now.string("/content_digest") });
        Some(juror.post(&format!("{path}/signature"), seen).await)
    }

    async fn reopen(&mut self) -> Option<Answer> {
        let (_, sheet) = self.some_sheet().await?;
        let path = format!("sheets/{}/reopening", text(&sheet, "id"));
        Some(self.story.chair().person.post(&path, json!({ "reason": "Une ligne est à relire." })).await)
    }

    async fn attendance(&mut self) -> Answer {
        let candidate = self.any(self.story.candidates.len());
        let attendance = ["present", "absent", "excused"][self.any(3)];
        let sent =
            json!({ "attendance": attendance, "identity_checked": true, "reason": "Noté à la porte." });
        attend(&self.story, &self.story.candidates[candidate], sent).await
    }

    async fn recuse(&mut self) -> Option<Answer> {
        if self.recused == 2 {
            return None;
        }
        // Never the chair, without whom nothing is decided.
        let (seat, of) = (1 + self.any(2), self.any(self.story.candidates.len()));
        let body = json!({
            "seat_id": self.story.jurors[seat].seat, "enrolment_id": self.story.candidates[of].enrolment,
            "kind": "tie", "reason": "Un lien de famille.",
        });
        let path = format!("juries/{}/recusals", self.story.jury);
        let answer = self.story.manager.post(&path, body).await;
        self.recused += u32::from(answer.status < 300);
        Some(answer)
    }

    async fn evidence(&mut self) -> (&'static str, Answer) {
        let of = self.any(self.story.candidates.len());
        let candidate = &self.story.candidates[of];
        let list = format!("enrolments/{}/evidence", candidate.enrolment);
        let pieces = candidate.person.get(&list).await;
        let criterion = ["k1", "k2", "k3", "k4", "k7"];
        match pieces.is(200).items().first() {
            None => {
                file_evidence(&candidate.person, candidate, "Une page du registre.").await;
                ("evidence filed", candidate.person.get(&list).await)
            }
            Some(piece) => {
                let path = format!("evidence/{}/links", text(piece, "id"));
                let person = candidate.person.clone();
                let criteria = json!({ "criteria": [criterion[self.any(criterion.len())]] });
                ("evidence linked", person.post(&path, criteria).await)
            }
        }
    }

    async fn requirement(&mut self) -> Answer {
        let of = self.any(self.story.candidates.len());
        let path = format!("enrolments/{}/requirements", self.story.candidates[of].enrolment);
        let known = self.story.manager.get(&path).await;
        let items = known.is(200).items();
        let one = &items[self.any(items.len())];
        let state = ["pending", "met", "unmet", "waived"][self.any(4)];
        let body = json!({ "state": state, "reason": "Vu au bureau." });
        let one_path = format!("{path}/{}", text(one, "slug"));
        self.story.manager.put_seen(&one_path, one["version"].as_i64().unwrap(), body).await
    }

    /// The chair settles every line that asks for it, of a candidate whom all have signed: until the last one,
    /// the rules say nothing.
    async fn settle(&mut self) -> Answer {
        let of = self.any(self.story.candidates.len());
        let enrolment = &self.story.candidates[of].enrolment;
        let chair = &self.story.chair().person;
        let agenda = chair.get(&format!("enrolments/{enrolment}/scores")).await;
        let lines = agenda.body["lines"].as_array().cloned().unwrap_or_default();
        let mut last = agenda.refused();
        for line in lines.iter().filter(|line| !line["disagreement"].is_null()) {
            let path = format!("enrolments/{enrolment}/settlements/{}", text(line, "criterion"));
            let settled = json!({ "state": "scored", "rank": 2, "reason": "Le jury en convient." });
            last = chair.put(&path, settled).await;
        }
        last
    }

    async fn decide(&mut self) -> Answer {
        let of = self.any(self.story.candidates.len());
        let target = ["b1", "b2", "certification"][self.any(3)];
        let outcome = match target {
            "certification" => "not_awarded",
            _ => ["acquired", "not_acquired", "absent", "excused"][self.any(4)],
        };
        let path = format!(
            "deliberations/{}/decisions/{}/{target}",
            self.deliberation, self.story.candidates[of].enrolment
        );
        let body = json!({ "outcome": outcome, "reason": "Le jury est souverain." });
        let seen = i64::try_from(self.any(2)).unwrap();
        self.story.chair().person.put_seen(&path, seen, body).await
    }

    /// Somebody comes late; a second opening finds no slot for them.
    async fn enrol(&mut self) -> Option<Answer> {
        if self.enrolled == 2 {
            return None;
        }
        self.enrolled += 1;
        let one = json!({
            "birth_name": "Tardif", "first_names": "Léo", "email": format!("leo{}@example.test", self.enrolled),
            "access_route": "initial_training", "blocks": ["b2"],
        });
        let path = format!("cohorts/{}/enrolments", self.story.cohort);
        Some(self.story.manager.post(&path, json!({ "enrolments": [one] })).await)
    }

    async fn close_seat(&mut self) -> Option<Answer> {
        if self.seats_closed == 1 {
            return None;
        }
        let path = format!("seats/{}/closing", self.story.jurors[2].seat);
        let answer = self.story.manager.post(&path, json!({ "reason": "Souffrant ce matin." })).await;
        self.seats_closed += u32::from(answer.status < 300);
        Some(answer)
    }

    /// Everything that is left is signed, decided and closed; where the jury may not, it is refused.
    pub async fn end(&mut self) {
        for place in 0..self.story.jurors.len() {
            let person = self.story.jurors[place].person.clone();
            for sheet in person.get("me/sheets?limit=200").await.is(200).items() {
                let path = format!("sheets/{}", text(sheet, "id"));
                let whole = person.get(&path).await;
                fill(&person, &whole.body, 3).await;
                let seen = json!({ "content_digest": person.get(&path).await.string("/content_digest") });
                person.post(&format!("{path}/signature"), seen).await;
            }
        }
        let path = format!("deliberations/{}/closing", self.deliberation);
        assert!(self.story.chair().person.post(&path, json!({})).await.status < 500);
    }
}

fn text<'a>(of: &'a Value, key: &str) -> &'a str {
    of[key].as_str().unwrap_or_else(|| panic!("no {key} in {of}"))
}

/// Every line that applies, with its choices; the answer to the last grid.
async fn fill(juror: &Person, sheet: &Value, rank: usize) -> Option<Answer> {
    let path = format!("sheets/{}", text(sheet, "id"));
    for grid in sheet["grids"].as_array().unwrap() {
        for choice in grid["choices"].as_array().unwrap() {
            let body = json!({ "choice": choice["choice"], "options": [choice["options"][0][0]] });
            let seen = choice["version"].as_i64().unwrap_or(0);
            juror.put_seen(&format!("grids/{}/choices", text(grid, "id")), seen, body).await;
        }
    }
    let now = juror.get(&path).await;
    let mut last = None;
    for grid in now.is(200).at("/grids").as_array().unwrap() {
        let lines = grid["lines"].as_array().unwrap().iter().filter(|line| line["applies"] == true);
        let scores: Vec<Value> = lines
            .map(|line| {
                let score = json!({ "state": "scored", "rank": rank, "comment": "Vu au phare." });
                json!({ "criterion": line["criterion"], "seen": line["score"]["version"].as_i64().unwrap_or(0), "score": score })
            })
            .collect();
        let answer =
            juror.put(&format!("grids/{}/scores", text(grid, "id")), json!({ "scores": scores })).await;
        assert!(answer.status < 500, "{}", answer.text());
        last = Some(answer);
    }
    last
}

trait Refused {
    fn refused(self) -> Self;
}

impl Refused for Answer {
    /// Nothing was asked: counts as an act that did not go through.
    fn refused(mut self) -> Self {
        self.status = 404;
        self
    }
}
