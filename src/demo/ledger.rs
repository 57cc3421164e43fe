//! What whoever counts again must know, dated and as raw as the service tells it: every line of every signed
//! sheet, whether it counts or not, and what decides that it does.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;

use super::founding::{Actor, Group, Staff};
use super::stage::{Person, Stage, list, text};

/// The tables, each with its heads.
const TABLES: [(&str, &[&str]); 11] = [
    ("dossiers", &["dossier", "referential", "candidate"]),
    ("sheets", &["sheet", "dossier", "sitting", "seat", "signed"]),
    ("scores", &["sheet", "method", "criterion", "state", "rank"]),
    ("choices", &["sheet", "method", "choice", "option"]),
    ("seats", &["seat", "closed_at"]),
    ("recusals", &["seat", "dossier", "kind", "recorded_at"]),
    ("sittings", &["sitting", "starts_at", "methods", "ended"]),
    ("slots", &["sitting", "dossier", "attendance"]),
    ("settlements", &["sitting", "dossier", "criterion", "state", "rank", "settled_at"]),
    ("acquired", &["dossier", "block", "origin", "recorded_at"]),
    ("requirements", &["dossier", "requirement", "state", "from", "until"]),
];

type Rows = Vec<Vec<String>>;

#[derive(Debug, Default)]
pub struct Ledger {
    tables: BTreeMap<&'static str, Rows>,
    /// By sheet: it may be reopened and signed again.
    sheets: BTreeMap<String, [Rows; 3]>,
}

impl Ledger {
    fn tell(&mut self, table: &'static str, row: Vec<String>) {
        self.tables.entry(table).or_default().push(row);
    }

    /// A sheet as its juror reads it: just before signing it, or when leaving it. Whether it is a new one.
    ///
    /// # Errors
    /// When it is none.
    pub fn sheet(&mut self, read: &Value, seat: &str, dossier: &str, signed: bool) -> anyhow::Result<bool> {
        let (id, sitting) = (text(read, "/id")?, text(read, "/sitting")?);
        let (mut scores, mut choices) = (Rows::new(), Rows::new());
        for grid in list(read, "/grids")? {
            let method = text(grid, "/method")?;
            for choice in list(grid, "/choices")? {
                for option in list(choice, "/chosen")? {
                    choices.push(vec![id.clone(), method.clone(), cell(&choice["choice"]), cell(option)]);
                }
            }
            for line in list(grid, "/lines")?.iter().filter(|line| !line["score"].is_null()) {
                let (state, rank) = (cell(&line["score"]["state"]), cell(&line["score"]["rank"]));
                scores.push(vec![id.clone(), method.clone(), text(line, "/criterion")?, state, rank]);
            }
        }
        let head = vec![id.clone(), dossier.to_owned(), sitting, seat.to_owned(), signed.to_string()];
        Ok(self.sheets.insert(id, [vec![head], scores, choices]).is_none())
    }

    /// Everything else that bears on a cohort, read at the end.
    ///
    /// # Errors
    /// What the service refuses.
    pub async fn cohort(&mut self, stage: &Stage, staff: &Staff, group: &Group) -> anyhow::Result<()> {
        let manager = &staff.manager;
        let code = cell(&group.standard["code"]);
        for actor in &group.actors {
            self.tell("dossiers", vec![actor.dossier.clone(), code.clone(), actor.about.label()]);
            self.enrolment(stage, manager, group, actor).await?;
        }
        let jury = stage.get(manager, &format!("juries/{}", group.jury)).await?;
        for seat in list(&jury, "/seats")? {
            self.tell("seats", vec![cell(&seat["id"]), cell(&seat["closed_at"])]);
        }
        for recusal in list(&jury, "/recusals")? {
            let (seat, kind) = (cell(&recusal["seat_id"]), cell(&recusal["kind"]));
            let dossier = group.dossier(&recusal["enrolment_id"]);
            self.tell("recusals", vec![seat, dossier, kind, cell(&recusal["recorded_at"])]);
        }
        let planned = stage.get(manager, &format!("cohorts/{}/sittings?limit=200", group.cohort)).await?;
        for sitting in list(&planned, "/items")? {
            let id = text(sitting, "/id")?;
            let methods: Vec<String> = list(sitting, "/methods")?.iter().map(cell).collect();
            let ended = cell(&sitting["ended"]["kind"]);
            self.tell("sittings", vec![id.clone(), cell(&sitting["starts_at"]), methods.join(" "), ended]);
            let detail = stage.get(manager, &format!("sittings/{id}")).await?;
            for slot in list(&detail, "/slots")? {
                let dossier = group.dossier(&slot["enrolment_id"]);
                self.tell("slots", vec![id.clone(), dossier, cell(&slot["attendance"])]);
            }
        }
        Ok(())
    }

    async fn enrolment(
        &mut self,
        stage: &Stage,
        manager: &Person,
        group: &Group,
        actor: &Actor,
    ) -> anyhow::Result<()> {
        let base = format!("enrolments/{}", actor.enrolment);
        let dossier = || actor.dossier.clone();
        let whole = stage.get(manager, &base).await?;
        for held in list(&whole, "/acquired_blocks")? {
            let told = ["block", "origin", "recorded_at"].map(|key| cell(&held[key]));
            self.tell("acquired", std::iter::once(dossier()).chain(told).collect());
        }
        for asked in list(&group.standard, "/requirements")? {
            let slug = text(asked, "/id")?;
            let detail = stage.get(manager, &format!("{base}/requirements/{slug}")).await?;
            for past in list(&detail, "/past")? {
                let told = ["state", "recorded_at", "ended_at"].map(|key| cell(&past[key]));
                self.tell("requirements", [dossier(), slug.clone()].into_iter().chain(told).collect());
            }
            let told = ["state", "recorded_at"].map(|key| cell(&detail[key]));
            let row = [dossier(), slug].into_iter().chain(told).chain([String::new()]);
            self.tell("requirements", row.collect());
        }
        if !actor.about.comes() {
            return Ok(());
        }
        let read = stage.get(manager, &format!("{base}/scores")).await?;
        for line in list(&read, "/lines")?.iter().filter(|line| !line["settlement"].is_null()) {
            let told = ["state", "rank", "settled_at"].map(|key| cell(&line["settlement"][key]));
            let head = [cell(&line["sitting"]), dossier(), text(line, "/criterion")?];
            self.tell("settlements", head.into_iter().chain(told).collect());
        }
        Ok(())
    }

    /// One file for each table.
    ///
    /// # Errors
    /// A folder that cannot be written.
    pub fn write(&self, folder: &Path) -> anyhow::Result<()> {
        std::fs::create_dir(folder)?;
        for (name, heads) in TABLES {
            let mut file = csv::Writer::from_path(folder.join(format!("{name}.csv")))?;
            file.write_record(heads)?;
            for row in self.tables.get(name).into_iter().flatten() {
                file.write_record(row)?;
            }
            let of_sheets = ["sheets", "scores", "choices"].iter().position(|one| *one == name);
            if let Some(place) = of_sheets {
                let rows = self.sheets.values().filter_map(|tables| tables.get(place)).flatten();
                for row in rows {
                    file.write_record(row)?;
                }
            }
            file.flush()?;
        }
        Ok(())
    }
}

/// A value as a cell shows it; nothing for nothing.
pub fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
