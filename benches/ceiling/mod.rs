//! The least that an actix and diesel program does to keep a score: no rights, no journal, no protection
//! against repeats. What our service is measured against, on the same engine set up the same way, with the
//! same two rows, one writer and shared commits.

use actix_web::http::header::{ETAG, IF_MATCH};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, put, web};
use anyhow::Context;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use parchemin::clock::Clock;
use parchemin::db::schema::{score, score_version};
use parchemin::db::{At, Bytes};
use parchemin::ids::{AccountId, GridId, LineId};
use parchemin::scoring::rows::{ScoreRow, ScoreState, ScoreVersionRow};
use serde::Deserialize;
use serde_json::json;
use tokio::sync::{mpsc, oneshot};

/// As the service sets SQLite up.
const SETUP: &str = "PRAGMA busy_timeout=5000; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; \
     PRAGMA foreign_keys=ON; PRAGMA cache_size=-16384; PRAGMA temp_store=MEMORY;";
const TABLES: &str = include_str!("sqlite.sql");
/// Saves that share a commit at the most.
const BATCH: usize = 64;

struct Save {
    score: ScoreRow,
    history: ScoreVersionRow,
    seen: i32,
    /// Whether it was written; nothing when the commit failed.
    told: oneshot::Sender<bool>,
}

#[derive(Deserialize)]
struct Body {
    state: ScoreState,
    rank: Option<i32>,
    comment: Option<String>,
}

type Queue = web::Data<mpsc::Sender<Save>>;

#[put("/grids/{grid}/scores/{line}")]
async fn put_score(
    queue: Queue,
    path: web::Path<(GridId, LineId)>,
    request: HttpRequest,
    body: web::Json<Body>,
) -> HttpResponse {
    let seen =
        request.headers().get(IF_MATCH).and_then(|tag| tag.to_str().ok()?.trim_matches('"').parse().ok());
    let Some(seen) = seen else { return HttpResponse::PreconditionRequired().finish() };
    let (score, history) = rows(path.into_inner(), seen, body.into_inner(), Clock::Wall.now());
    let (version, rank) = (score.version, score.rank);
    let (told, written) = oneshot::channel();
    if queue.try_send(Save { score, history, seen, told }).is_err() {
        return HttpResponse::ServiceUnavailable().finish();
    }
    match written.await {
        Ok(true) => HttpResponse::Ok()
            .insert_header((ETAG, format!("\"{version}\"")))
            .json(json!({ "version": version, "rank": rank })),
        Ok(false) => HttpResponse::PreconditionFailed().finish(),
        Err(_) => HttpResponse::InternalServerError().finish(),
    }
}

fn rows((grid, line): (GridId, LineId), seen: i32, body: Body, at: At) -> (ScoreRow, ScoreVersionRow) {
    let nobody = AccountId(uuid::Uuid::nil());
    let score = ScoreRow {
        grid_id: grid,
        line_id: line,
        salt: Bytes::salt(),
        state: body.state,
        rank: body.rank,
        reason: None,
        comment: body.comment.clone(),
        version: seen + 1,
        updated_by: nobody,
        updated_at: at,
    };
    let history = ScoreVersionRow {
        grid_id: grid,
        line_id: line,
        version: seen + 1,
        salt: Bytes::salt(),
        state: body.state,
        rank: body.rank,
        reason: None,
        comment: body.comment,
        why: None,
        written_by: nobody,
        written_at: at,
    };
    (score, history)
}

fn write(conn: &mut SqliteConnection, save: &Save) -> QueryResult<bool> {
    let Save { score: row, history, seen, .. } = save;
    let written = if *seen == 0 {
        diesel::insert_into(score::table).values(row).on_conflict_do_nothing().execute(conn)?
    } else {
        diesel::update(score::table.find((row.grid_id, row.line_id)))
            .filter(score::version.eq(seen))
            .set((
                score::salt.eq(&row.salt),
                score::state.eq(row.state),
                score::rank.eq(row.rank),
                score::reason.eq(&row.reason),
                score::comment.eq(&row.comment),
                score::version.eq(row.version),
                score::updated_by.eq(row.updated_by),
                score::updated_at.eq(row.updated_at),
            ))
            .execute(conn)?
    };
    if written == 1 {
        diesel::insert_into(score_version::table).values(history).execute(conn)?;
    }
    Ok(written == 1)
}

/// Takes what waits, writes it in one transaction, then answers.
fn keep(mut conn: SqliteConnection, mut saves: mpsc::Receiver<Save>) {
    while let Some(first) = saves.blocking_recv() {
        let mut batch = vec![first];
        let committed = conn.immediate_transaction(|conn| {
            let mut written = Vec::new();
            while let Some(save) = batch.get(written.len()) {
                written.push(write(conn, save)?);
                if batch.len() < BATCH {
                    batch.extend(saves.try_recv());
                }
            }
            QueryResult::Ok(written)
        });
        match committed {
            Ok(written) => batch.into_iter().zip(written).for_each(|(save, done)| {
                let _ = save.told.send(done);
            }),
            Err(error) => eprintln!("{error}"),
        }
    }
}

/// Serves on a free port, told on the output, until it is asked to stop.
///
/// # Errors
/// A database or a port that cannot be had.
pub fn serve(database: &str) -> anyhow::Result<()> {
    let mut conn = SqliteConnection::establish(database)?;
    conn.batch_execute(SETUP)?;
    conn.batch_execute(TABLES)?;
    let (queue, saves) = mpsc::channel(1024);
    std::thread::spawn(move || keep(conn, saves));
    let queue = web::Data::new(queue);
    actix_web::rt::System::new().block_on(async move {
        let server = HttpServer::new(move || App::new().app_data(queue.clone()).service(put_score))
            .workers(2)
            .shutdown_timeout(5)
            .bind("127.0.0.1:0")?;
        println!("Ceiling: http://{}", server.addrs().first().context("no address")?);
        Ok(server.run().await?)
    })
}
