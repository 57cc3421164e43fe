//! The juror's sheet as a document, once it is signed.

use diesel::prelude::*;

use super::issue::{DocumentView, Subject, check_code, issue};
use crate::access::{Action, Caller, facts, require};
use crate::db::schema::{account, centre, cohort, seat, sitting};
use crate::db::{AnyConn, At};
use crate::documents::Document;
use crate::documents::facts as paper;
use crate::error::AppError;
use crate::ids::SheetId;
use crate::issuing::store;
use crate::jury::rows::{SeatFunction, SeatRow, Side};
use crate::referential::versions::{LineInfo, Version, Versions};
use crate::scoring::model::Applies;
use crate::scoring::rows::{ScoreRow, ScoreState, SheetSignatureRow};
use crate::scoring::service::sheet::{Loaded, load};
use crate::sittings::rows::SittingRow;
use crate::state::AppState;

/// Issues the sheet for the signature that stands; asked again, gives the same document.
///
/// # Errors
/// `rule_broken` while the sheet is not signed.
pub async fn issue_sheet(app: &AppState, caller: &Caller, id: SheetId) -> Result<DocumentView, AppError> {
    let (who, versions, url) = (caller.clone(), app.versions.clone(), app.public_url.to_string());
    let code = check_code()?;
    let at = app.clock.now();
    let check = paper::CheckFacts { code: code.clone(), url: Some(format!("{url}/verify")) };
    let (signature, document) = app
        .db
        .read(move |conn| {
            require(Action::ReadDocument, &facts::on_sheet(conn, &who, id)?)?;
            let signature = crate::scoring::store::standing_signature(conn, id)?.ok_or_else(unsigned)?;
            if let Some(issued) = store::of_sheet_since(conn, id, signature.signed_at)? {
                return Ok((signature, Err(DocumentView::from(&issued))));
            }
            let facts = sheet_facts(conn, &versions, id, &signature, check, at)?;
            Ok((signature, Ok(Document::Sheet(facts))))
        })
        .await?;
    let document = match document {
        Ok(document) => document,
        Err(issued) => return Ok(issued),
    };
    issue(app, caller, Subject::Sheet(id), document, (code, at), None, move |conn| {
        // Held alone: of two who ask at once, the second finds the first one's.
        crate::scoring::store::hold_sheet(conn, id)?;
        store::of_sheet_since(conn, id, signature.signed_at)
    })
    .await
}

fn unsigned() -> AppError {
    AppError::broken("sheet_unsigned", ("La feuille n’est pas signée.", "The sheet is not signed."))
}

/// The certification as documents name it.
pub fn certification(version: &Version, awarding_body: &str) -> paper::CertificationFacts {
    paper::CertificationFacts {
        title: version.title.clone(),
        code: version.code.clone(),
        version: version.version.clone(),
        awarding_body: awarding_body.to_owned(),
        // Registration data come from the awarding body's own settings, which no file can invent.
        registration: None,
    }
}

pub fn function(function: SeatFunction) -> paper::SeatFunction {
    match function {
        SeatFunction::Chair => paper::SeatFunction::Chair,
        SeatFunction::Member => paper::SeatFunction::Member,
    }
}

pub fn sitting_facts(row: &SittingRow) -> paper::SittingFacts {
    paper::SittingFacts {
        name: row.title.clone(),
        starts_at: row.starts_at.utc(),
        ends_at: Some(row.ends_at.utc()),
        place: Some(row.place.clone()),
    }
}

fn sheet_facts(
    conn: &mut AnyConn,
    versions: &Versions,
    id: SheetId,
    signature: &SheetSignatureRow,
    check: paper::CheckFacts,
    at: At,
) -> Result<paper::SheetFacts, AppError> {
    let row = crate::scoring::store::sheet(conn, id)?;
    let (seat, name): (SeatRow, String) = seat::table
        .inner_join(account::table)
        .filter(seat::id.eq(row.seat_id))
        .select((SeatRow::as_select(), account::display_name))
        .first(conn)?;
    let (sitting, centre, zone): (SittingRow, String, String) = sitting::table
        .inner_join(cohort::table.inner_join(centre::table))
        .filter(sitting::id.eq(row.sitting_id))
        .select((SittingRow::as_select(), centre::name, centre::timezone))
        .first(conn)?;
    let loaded = load(conn, versions, row)?;
    Ok(paper::SheetFacts {
        certification: certification(&loaded.version, &centre),
        centre: paper::CentreFacts { name: centre, address: None },
        zone,
        sitting: sitting_facts(&sitting),
        candidate: paper::PersonFacts {
            last_name: loaded.heads.usage_name.clone().unwrap_or_else(|| loaded.heads.birth_name.clone()),
            first_names: loaded.heads.first_names.clone(),
            reference: Some(loaded.heads.number.clone()),
        },
        juror: paper::JurorFacts {
            name: name.clone(),
            function: function(seat.function),
            occupation: Some(seat.occupation),
            employer: Some(seat.employer),
            external: seat.side == Side::External,
        },
        scale: levels(&loaded.version),
        blocks: blocks(&loaded),
        signature: Some(paper::SheetSignature {
            name,
            signed_at: signature.signed_at.utc(),
            digest: hex::encode(&signature.content_digest.0),
        }),
        check: Some(check),
        issued_at: at.utc(),
    })
}

fn levels(version: &Version) -> Vec<paper::LevelFacts> {
    let levels = version.referential.scale.levels.iter();
    levels
        .map(|level| paper::LevelFacts { rank: u32::from(level.rank), label: level.label.fr.clone() })
        .collect()
}

/// Blocks in the order of the référentiel, each with the grids of this sheet.
fn blocks(loaded: &Loaded) -> Vec<paper::SheetBlock> {
    loaded
        .version
        .referential
        .blocks
        .iter()
        .chain(&loaded.version.defences)
        .filter_map(|block| {
            let methods: Vec<paper::SheetMethod> = loaded
                .grids
                .iter()
                .filter(|grid| block.methods.iter().any(|method| method.id.as_str() == grid.method))
                .filter_map(|grid| method_facts(loaded, grid))
                .collect();
            (!methods.is_empty()).then(|| paper::SheetBlock {
                // A defence belongs to no block.
                code: (block.number > 0).then(|| format!("Bloc {}", block.number)),
                title: block.title.clone(),
                methods,
            })
        })
        .collect()
}

fn method_facts(loaded: &Loaded, grid: &crate::scoring::rows::GridRow) -> Option<paper::SheetMethod> {
    let (_, method) = loaded.version.method(&grid.method)?;
    let choices = method.choices.iter().map(|choice| {
        let chosen: Vec<&str> = choice
            .options
            .iter()
            .filter(|option| loaded.has_chosen(grid.id, &choice.id, &option.id))
            .map(|option| option.label.fr.as_str())
            .collect();
        format!("{} {}", choice.question.fr, chosen.join(", "))
    });
    let lines = loaded.version.lines_of_method(&grid.method).map(|line| {
        let score = loaded.scores.get(&(grid.id, line.id));
        let excluded = loaded.terms(grid.id, line).applies == Applies::OptionNotChosen;
        line_facts(line, score, excluded)
    });
    Some(paper::SheetMethod {
        title: method.title.clone(),
        choices: choices.collect(),
        lines: lines.collect(),
    })
}

fn line_facts(line: &LineInfo, score: Option<&ScoreRow>, excluded: bool) -> paper::SheetLine {
    let mark = match score {
        _ if excluded => paper::LineMark::NotApplicable { reason: Some("Option non retenue".to_owned()) },
        None => paper::LineMark::NotScored,
        Some(row) => match (row.state, row.rank.and_then(|rank| u32::try_from(rank).ok())) {
            (ScoreState::Scored, Some(rank)) => paper::LineMark::Scored { rank },
            (ScoreState::Scored, None) => paper::LineMark::NotScored,
            (ScoreState::NotObserved, _) => paper::LineMark::NotObserved { reason: row.reason.clone() },
            (ScoreState::NotApplicable, _) => paper::LineMark::NotApplicable { reason: row.reason.clone() },
        },
    };
    paper::SheetLine {
        codes: line.codes.clone(),
        text: line.text.clone(),
        mark,
        comment: score.filter(|_| !excluded).and_then(|row| row.comment.clone()),
    }
}
