//! An exam day to write on, prepared as people would: through HTTP, from the référentiel to open sheets.

use anyhow::{Context, ensure};
use reqwest::{Client, Method};
use serde_json::{Value, json};

use super::client::{Desk, Row, comment, rank};

pub const JURORS: u32 = 32;
pub const CANDIDATES: u32 = 4;
pub const LINES: u32 = 20;

/// Somebody who calls the service; nobody yet when the token is empty.
struct Person<'a> {
    client: &'a Client,
    url: &'a str,
    token: String,
}

impl Person<'_> {
    async fn call(&self, method: Method, path: &str, body: Option<Value>) -> anyhow::Result<Value> {
        let address =
            if path.starts_with("http") { path.to_owned() } else { format!("{}/api/v1/{path}", self.url) };
        let mut request = self.client.request(method.clone(), address).header("accept", "application/json");
        if !self.token.is_empty() {
            request = request.bearer_auth(&self.token);
        }
        if let Some(body) = &body {
            request = request.json(body);
        }
        let response = request.send().await?;
        let status = response.status();
        let text = response.text().await?;
        ensure!(status.is_success(), "{method} {path}: {status} {text}");
        Ok(serde_json::from_str(&text).unwrap_or(Value::Null))
    }

    async fn get(&self, path: &str) -> anyhow::Result<Value> {
        self.call(Method::GET, path, None).await
    }

    async fn post(&self, path: &str, body: Value) -> anyhow::Result<Value> {
        self.call(Method::POST, path, Some(body)).await
    }
}

fn text(value: &Value, pointer: &str) -> anyhow::Result<String> {
    let found = value.pointer(pointer).and_then(Value::as_str);
    Ok(found.with_context(|| format!("nothing at {pointer} of {value}"))?.to_owned())
}

fn items(value: &Value) -> anyhow::Result<&Vec<Value>> {
    value.get("items").and_then(Value::as_array).with_context(|| format!("no list in {value}"))
}

fn client() -> anyhow::Result<Client> {
    // A connection kept open would hold up the good-order stop of the service.
    Ok(Client::builder().pool_max_idle_per_host(0).build()?)
}

/// Prepares everything and gives one desk per juror, each with the same number of lines, none written yet.
///
/// # Errors
/// The first answer that is not a success.
pub async fn exam_day(url: &str, first_link: &str) -> anyhow::Result<Vec<Desk>> {
    let client = client()?;
    let nobody = Person { client: &client, url, token: String::new() };
    let password = json!({ "password": "sept phares tournent au large" });
    let admin = signed_in(&nobody, first_link, Some(password)).await?;
    let centre =
        admin.post("centres", json!({ "name": "Centre du banc", "timezone": "Europe/Paris" })).await?;
    let version =
        admin.post("referentials?publish=true", json!({ "yaml": referential().to_string() })).await?;
    let cohort = admin
        .post(
            "cohorts",
            json!({ "centre_id": text(&centre, "/id")?, "version_id": text(&version, "/id")?,
            "name": "Promotion du banc", "starts_on": "2026-01-05", "ends_on": "2026-12-18" }),
        )
        .await?;
    let cohort = text(&cohort, "/id")?;
    let jury = admin
        .post("juries", json!({ "cohort_id": cohort, "name": "Jury du banc", "mandate": "blocks" }))
        .await?;
    let jury = text(&jury, "/id")?;
    let mut jurors = Vec::new();
    for number in 0..JURORS {
        let wish = json!({ "email": format!("jure{number}@banc.example"), "display_name": format!("Juré {number}"),
            "locale": "fr", "role": "juror" });
        let made = admin.post("invitations", wish).await?;
        jurors.push(signed_in(&nobody, &text(&made, "/invitation/link")?, None).await?);
        let seat = json!({ "account_id": text(&made, "/account")?, "side": "external", "employer": "Phares",
            "occupation": "Gardien", "function": if number == 0 { "chair" } else { "member" } });
        admin.post(&format!("juries/{jury}/seats"), seat).await?;
    }
    open_sitting(&admin, &cohort, &jury).await?;
    let mut desks = Vec::new();
    for juror in &jurors {
        desks.push(desk(juror).await?);
    }
    Ok(desks)
}

async fn signed_in<'a>(
    nobody: &Person<'a>,
    link: &str,
    password: Option<Value>,
) -> anyhow::Result<Person<'a>> {
    let opened = nobody.call(Method::POST, link, password).await?;
    Ok(Person { client: nobody.client, url: nobody.url, token: text(&opened, "/token")? })
}

async fn open_sitting(admin: &Person<'_>, cohort: &str, jury: &str) -> anyhow::Result<()> {
    let people: Vec<Value> = (0..CANDIDATES)
        .map(|number| {
            json!({ "birth_name": "Kerdoncuff", "first_names": format!("Léone {number}"),
            "email": format!("candidat{number}@banc.example"), "access_route": "continuing_training" })
        })
        .collect();
    let enrolled =
        admin.post(&format!("cohorts/{cohort}/enrolments"), json!({ "enrolments": people })).await?;
    let enrolments = items(&enrolled)?.iter().map(|one| text(one, "/id")).collect::<Result<Vec<_>, _>>()?;
    let sitting = admin
        .post(
            "sittings",
            json!({ "cohort_id": cohort, "title": "Épreuve du banc", "kind": "event",
            "starts_at": "2026-06-15T07:00:00Z", "ends_at": "2026-06-15T17:00:00Z", "place": "Salle 1",
            "methods": ["m1"] }),
        )
        .await?;
    let sitting = text(&sitting, "/id")?;
    let slots = json!({ "jury_id": jury, "first_at": "2026-06-15T07:30:00Z", "minutes": 45, "enrolments": enrolments });
    admin.post(&format!("sittings/{sitting}/slots"), slots).await?;
    let opened = admin.call(Method::POST, &format!("sittings/{sitting}/opening"), None).await?;
    let sheets = opened.get("sheets").and_then(Value::as_u64);
    ensure!(sheets == Some(u64::from(JURORS * CANDIDATES)), "{opened}");
    Ok(())
}

async fn desk(juror: &Person<'_>) -> anyhow::Result<Desk> {
    let mut rows = Vec::new();
    for sheet in items(&juror.get("me/sheets").await?)? {
        let sheet = text(sheet, "/id")?;
        let whole = juror.get(&format!("sheets/{sheet}")).await?;
        let grid = text(&whole, "/grids/0/id")?;
        for line in lines(&whole)? {
            let criterion = text(line, "/criterion")?;
            let path = format!("/api/v1/grids/{grid}/scores/{criterion}");
            rows.push(Row { sheet: sheet.clone(), criterion, path, version: 0 });
        }
    }
    ensure!(rows.len() == usize::try_from(CANDIDATES * LINES)?, "{} lines", rows.len());
    Ok(Desk::new(juror.token.clone(), rows))
}

fn lines(sheet: &Value) -> anyhow::Result<&Vec<Value>> {
    sheet.pointer("/grids/0/lines").and_then(Value::as_array).with_context(|| format!("no lines in {sheet}"))
}

/// Reads every sheet again: each line holds the last version that was acknowledged, with its value. Gives
/// the number of saves that this accounts for.
///
/// # Errors
/// The first line that does not: an acknowledged save is lost, or one was applied that nobody was told of.
pub async fn read_back(url: &str, desks: &[Desk]) -> anyhow::Result<u32> {
    let client = client()?;
    let mut saves = 0;
    for desk in desks {
        let juror = Person { client: &client, url, token: desk.token.clone() };
        for rows in desk.rows.chunk_by(|one, other| one.sheet == other.sheet) {
            let sheet = rows.first().map(|row| row.sheet.as_str()).unwrap_or_default();
            let sheet = juror.get(&format!("sheets/{sheet}")).await?;
            for (row, line) in rows.iter().zip(lines(&sheet)?) {
                ensure!(text(line, "/criterion")? == row.criterion, "{line} is not {row:?}");
                check(row, line)?;
                saves += row.version;
            }
        }
    }
    Ok(saves)
}

fn check(row: &Row, line: &Value) -> anyhow::Result<()> {
    let score = line.get("score").unwrap_or(&Value::Null);
    let stands = json!([score.get("version"), score.get("rank"), score.get("comment")]);
    let acknowledged = match row.version {
        0 => json!([null, null, null]),
        version => json!([version, rank(version), comment(version)]),
    };
    ensure!(stands == acknowledged, "lost: {} holds {stands}, acknowledged {acknowledged}", row.path);
    Ok(())
}

/// One block, one method, its lines; a jury without conditions, so that every juror has a sheet.
fn referential() -> Value {
    let words = |fr: &str, en: &str| json!({ "fr": fr, "en": en });
    let level = |rank: u8, label: &str| json!({ "rank": rank, "label": words(label, label), "meaning": words(label, label) });
    let competencies: Vec<Value> = (1..=LINES / 4)
        .map(|n| json!({ "id": format!("c{n}"), "code": format!("C1.{n}"), "text": "Tenir le feu" }))
        .collect();
    let covers: Vec<String> = (1..=LINES / 4).map(|n| format!("c{n}")).collect();
    let criteria: Vec<Value> = (0..LINES)
        .map(|n| {
            json!({ "id": format!("k{n}"), "text": "Le feu est tenu.", "method": "m1",
            "serves": [format!("c{}", n / 4 + 1)], "observed": "live" })
        })
        .collect();
    json!({
        "code": "banc", "version": "v1", "title": "Gardien de banc", "language": "fr",
        "source": { "title": "Banc d'essai", "document": "Banc d'essai" },
        "numbering": { "activity": "A{b}.{n}", "competency": "C{b}.{n}" },
        "scale": { "levels": [level(1, "non acquis"), level(2, "partiel"), level(3, "acquis")], "met_from": 3 },
        "combination": "median",
        "rules": { "competency": { "all_of": [{ "none_below": 2 }, { "share": "1/2" }] }, "block": "all",
            "certification": "all" },
        "jury": { "default": { "members_at_least": 1, "external_share_at_least": "0", "excluded_ties": [],
            "casting_vote": true } },
        "blocks": [{
            "id": "b1", "number": 1, "title": "Tenir le feu",
            "activities": [{ "id": "a1", "code": "A1.1", "title": "Allumage", "tasks": [],
                "competencies": competencies }],
            "methods": [{ "id": "m1", "kind": "case_study", "title": "Étude de cas", "text": "Une nuit de veille.",
                "grouping": "individual", "covers": covers }],
            "criteria": criteria,
        }],
    })
}
