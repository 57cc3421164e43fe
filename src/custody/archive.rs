//! Everything that is kept about one candidate, in one archive (GDPR art. 15 and 20).
//!
//! One JSON file per table, the files as they were filed, the documents about them alone, and a page that says
//! what is what. Other people appear by their function; minutes, which name others, are not in it.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Component, Path, PathBuf};

use anyhow::{Context as _, ensure};
use serde_json::{Map, Value};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::rules::{Class, Path as Way};
use super::search::Subject;
use super::tables::TABLES;
use crate::db::AnyConn;
use crate::error::AppError;

type Row = Map<String, Value>;

/// What the tables hold of somebody, read at one moment.
pub struct Collected {
    /// Table, why it is kept, rows.
    pub tables: Vec<(&'static str, Class, Vec<Row>)>,
}

/// # Errors
/// Those of the database.
pub fn collect(conn: &mut AnyConn, subject: &Subject) -> Result<Collected, AppError> {
    let mut tables = Vec::new();
    for table in TABLES.iter().filter(|table| table.path != Way::NotTheirs) {
        tables.push((table.name, table.class, subject.rows(conn, table)?));
    }
    tables.push(("journal_entry", Class::Journal, subject.acts(conn)?));
    tables.retain(|(_, _, rows)| !rows.is_empty());
    Ok(Collected { tables })
}

impl Collected {
    fn rows(&self, table: &str) -> &[Row] {
        self.tables.iter().find(|(name, _, _)| *name == table).map_or(&[], |(_, _, rows)| rows)
    }

    /// Where each file is in the folder of the service, and its name in the archive.
    fn files(&self, data: &Path) -> anyhow::Result<Vec<(PathBuf, String)>> {
        let mut files = Vec::new();
        for row in self.rows("evidence") {
            let (id, sha256, name) = (text(row, "id")?, text(row, "sha256")?, text(row, "filename")?);
            let (first, rest) = sha256.split_at_checked(2).context("a hash that does not read")?;
            // Whatever a name holds, it stays one name.
            let name: String =
                name.chars().map(|one| if "/\\:\0".contains(one) { '_' } else { one }).collect();
            let name = if name.trim_matches('.').is_empty() { "_" } else { &name };
            files.push((data.join("files").join(first).join(rest), format!("files/{id}/{name}")));
        }
        for row in self.rows("document") {
            let path = text(row, "path")?;
            let plain = Path::new(path).components().all(|part| matches!(part, Component::Normal(_)));
            ensure!(plain && !path.is_empty(), "a document whose path leads out of its folder");
            files.push((data.join("documents").join(path), format!("documents/{path}")));
        }
        Ok(files)
    }

    /// Writes the archive; the files pass through, whatever their size. Tells how many entries it holds.
    ///
    /// # Errors
    /// A name that is taken, a file that is missing, those of the disk; nothing is left then.
    pub fn write(&self, data: &Path, out: &Path) -> anyhow::Result<usize> {
        ensure!(!out.exists(), "{} is there already: name another", out.display());
        let mut name = out.file_name().context("name a file")?.to_owned();
        name.push(format!(".{}.partial", uuid::Uuid::new_v4().simple()));
        let draft = out.with_file_name(name);
        let opened = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft);
        let file = opened.with_context(|| draft.display().to_string())?;
        let written = self.fill(data, file).and_then(|entries| {
            // A link, unlike a renaming, does not replace what has come meanwhile.
            fs::hard_link(&draft, out).with_context(|| out.display().to_string())?;
            Ok(entries)
        });
        fs::remove_file(&draft)?;
        written
    }

    fn fill(&self, data: &Path, file: File) -> anyhow::Result<usize> {
        let mut zip = ZipWriter::new(file);
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .large_file(true)
            .unix_permissions(0o600);
        zip.start_file("index.html", options)?;
        io::Write::write_all(&mut zip, self.index().as_bytes())?;
        for (table, _, rows) in &self.tables {
            zip.start_file(format!("data/{table}.json"), options)?;
            serde_json::to_writer_pretty(&mut zip, rows)?;
        }
        let files = self.files(data)?;
        for (path, name) in &files {
            let mut source = File::open(path).with_context(|| name.clone())?;
            zip.start_file(name.as_str(), options)?;
            io::copy(&mut source, &mut zip)?;
        }
        zip.finish()?.sync_all()?;
        Ok(1 + self.tables.len() + files.len())
    }

    /// In both languages; it holds no word that somebody wrote.
    fn index(&self) -> String {
        let mut page = String::from(
            "<!doctype html>\n<html lang=\"fr\"><head><meta charset=\"utf-8\"><title>Vos données — Your data</title></head><body>\n\
             <h1>Vos données</h1>\n<p>Tout ce qui est conservé sur vous (RGPD, art. 15 et 20). Les fichiers que vous avez déposés sont dans <code>files/</code>, les documents à votre seul nom dans <code>documents/</code>. Les notes et les décisions y sont dès leur publication. Les autres personnes n’y sont pas nommées ; le procès-verbal, qui en nomme, se demande au centre.</p>\n\
             <h1 lang=\"en\">Your data</h1>\n<p lang=\"en\">Everything that is kept about you (GDPR, art. 15 and 20). What you filed is in <code>files/</code>, documents about you alone in <code>documents/</code>. Scores and decisions are in from their publication on. Nobody else is named; the minutes, which name others, are to be asked of the centre.</p>\n<ul>\n",
        );
        for (table, class, rows) in &self.tables {
            let (fr, en) = title(*class);
            page.push_str(&format!(
                "<li><a href=\"data/{table}.json\">{table}</a> ({}) : {fr} — <span lang=\"en\">{en}</span>",
                rows.len()
            ));
            if let Some((fr, en)) = class.ground() {
                page.push_str(&format!(". {fr} — <span lang=\"en\">{en}</span>"));
            }
            page.push_str("</li>\n");
        }
        page.push_str("</ul>\n</body></html>\n");
        page
    }
}

fn text<'a>(row: &'a Row, column: &str) -> anyhow::Result<&'a str> {
    row.get(column).and_then(Value::as_str).with_context(|| format!("no {column}"))
}

fn title(class: Class) -> (&'static str, &'static str) {
    match class {
        Class::NoPerson => ("cadre", "setting"),
        Class::Register => {
            ("identité, parcours, décisions, documents", "identity, path, decisions, documents")
        }
        Class::Assessment => ("épreuves, notes, commentaires", "assessments, scores, comments"),
        Class::Evidence => ("ce que vous avez déposé", "what you filed"),
        Class::Adjustment => ("aménagements", "adjustments"),
        Class::Mail => ("lettres", "letters"),
        Class::Logins => ("connexions", "logins"),
        Class::Journal => ("actes inscrits au journal", "acts in the journal"),
    }
}
