//! What the board of a cohort costs: 200 candidates × 100 criteria × 3 jurors, all of them on one page.
//!
//! Against a ceiling in the same run: the best aggregate over score rows that gives the same counts of lines,
//! sheets and evidence. The query of the board that gives them is compared with it, row for row the same; the
//! whole board (names, proposals, decisions, states, totals) is told beside them. All take turns, so that other
//! work on the machine weighs on each alike. One JSON line per engine; exit 1 when a goal is missed.
//!
//! `cargo bench --bench board` for all, `cargo bench --bench board -- sqlite` or `postgres` for one engine.

#[path = "support/cohort.rs"]
mod cohort;
#[expect(dead_code, reason = "each bench uses its own part of this")]
#[path = "support/postgres.rs"]
mod postgres;

use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use parchemin::boards::service::board;
use parchemin::boards::summary;
use parchemin::boards::views::{BoardQuery, BoardView};
use parchemin::clock::Clock;
use parchemin::db::types::sql::Uid;
use parchemin::db::{Db, DbUrl};
use parchemin::each;
use parchemin::ids::EnrolmentId;
use parchemin::referential::versions::Versions;
use serde_json::json;

use cohort::{BLOCKS, CANDIDATES, CRITERIA_PER_BLOCK, Filled, JURORS};

/// Transaction control included; the caller is known already.
const STATEMENTS: u64 = 9;
/// Of the whole board on SQLite, in milliseconds.
const MILLISECONDS: f64 = 5.0;
const TIMES_FASTER: f64 = 10.0;
const ROUNDS: usize = 40;

/// The counts of one block of one candidate.
#[derive(Debug, Clone, PartialEq, QueryableByName)]
struct Counted {
    #[diesel(sql_type = Uid)]
    enrolment_id: EnrolmentId,
    #[diesel(sql_type = Text)]
    block: String,
    #[diesel(sql_type = BigInt)]
    sheets: i64,
    #[diesel(sql_type = BigInt)]
    signed: i64,
    #[diesel(sql_type = BigInt)]
    lines: i64,
    #[diesel(sql_type = BigInt)]
    scored: i64,
    #[diesel(sql_type = BigInt)]
    linked: i64,
}

/// One pass over each table, every join by a key, rows counted per grid before anything is joined to them.
const AGGREGATE: &str = "
WITH expected AS (
    SELECT s.id, s.enrolment_id, s.state FROM enrolment n JOIN sheet s ON s.enrolment_id = n.id JOIN seat t ON t.id = s.seat_id
    WHERE n.cohort_id = $1 AND t.closed_at IS NULL
      AND NOT EXISTS (SELECT 1 FROM recusal r WHERE r.seat_id = t.id AND r.enrolment_id = s.enrolment_id)
      AND NOT EXISTS (SELECT 1 FROM slot p WHERE p.sitting_id = s.sitting_id AND p.enrolment_id = s.enrolment_id
                      AND p.attendance IN ('absent', 'excused'))),
method AS (
    SELECT l.method, l.block, count(*) AS lines FROM line l JOIN cohort c ON c.version_id = l.version_id
    WHERE c.id = $1 GROUP BY l.method, l.block),
written AS (
    SELECT g.id, count(*) AS n FROM expected e JOIN grid g ON g.sheet_id = e.id JOIN score c ON c.grid_id = g.id GROUP BY g.id),
counted AS (
    SELECT e.enrolment_id, m.block, count(*) AS sheets, sum(CASE WHEN e.state = 'signed' THEN 1 ELSE 0 END) AS signed,
           sum(m.lines) AS lines, sum(coalesce(w.n, 0)) AS scored
    FROM expected e JOIN grid g ON g.sheet_id = e.id JOIN method m ON m.method = g.method LEFT JOIN written w ON w.id = g.id
    GROUP BY e.enrolment_id, m.block),
linked AS (
    SELECT v.enrolment_id, l.block, count(DISTINCT k.line_id) AS n FROM enrolment n JOIN evidence v ON v.enrolment_id = n.id
    JOIN evidence_link k ON k.evidence_id = v.id JOIN line l ON l.id = k.line_id WHERE n.cohort_id = $1 GROUP BY v.enrolment_id, l.block)
SELECT c.enrolment_id, c.block, CAST(c.sheets AS BIGINT) AS sheets, CAST(c.signed AS BIGINT) AS signed, CAST(c.lines AS BIGINT) AS lines,
       CAST(c.scored AS BIGINT) AS scored, CAST(coalesce(k.n, 0) AS BIGINT) AS linked
FROM counted c LEFT JOIN linked k ON k.enrolment_id = c.enrolment_id AND k.block = c.block";

/// The same, kept.
const KEPT: &str = "
SELECT enrolment_id, block, CAST(sheets_expected AS BIGINT) AS sheets, CAST(sheets_signed AS BIGINT) AS signed,
       CAST(lines_expected AS BIGINT) AS lines, CAST(lines_scored AS BIGINT) AS scored, CAST(evidence_found AS BIGINT) AS linked
FROM block_summary WHERE cohort_id = $1";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).filter(|arg| arg != "--bench").collect();
    let wanted = |engine: &str| args.is_empty() || args.iter().any(|arg| arg == engine);
    let mut ran = Vec::new();
    if wanted("sqlite") {
        ran.push(sqlite());
    }
    if wanted("postgres") {
        ran.push(postgres());
    }
    match ran.into_iter().try_fold(true, |all, one| anyhow::Ok(all & one?)) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("board: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn sqlite() -> anyhow::Result<bool> {
    let folder = tempfile::Builder::new().prefix("parchemin-bench").tempdir_in("/dev/shm")?;
    measure("sqlite", "tmpfs", &DbUrl::Sqlite(folder.path().join("board.db")))
}

fn postgres() -> anyhow::Result<bool> {
    let cluster = postgres::Cluster::start()?;
    measure("postgres", postgres::SETTINGS, &DbUrl::Postgres(cluster.database("board")?))
}

fn measure(engine: &str, database: &str, url: &DbUrl) -> anyhow::Result<bool> {
    let db = Db::open(url)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let at = Clock::Wall.now();
        let filled = db.write(move |conn| cohort::fill(conn, at)).await?;
        if engine == "postgres" {
            // As autovacuum would have done by the time somebody reads a board.
            db.read_one(|conn| Ok(each!(conn, c => diesel::sql_query("ANALYZE").execute(c))?)).await?;
        }
        let versions = Versions::default();
        let known = versions.clone();
        let recounted = Instant::now();
        db.write(move |conn| summary::complete(conn, &known)).await?;
        let recounted = recounted.elapsed();
        let counted = counts(&db, &filled, AGGREGATE).await?;
        agree(&read(&db, &versions, &filled).await?, &counted)?;
        alike(counts(&db, &filled, KEPT).await?, counted)?;
        let before = db.statements();
        read(&db, &versions, &filled).await?;
        let statements = db.statements() - before;
        let mut times = Times::default();
        for _ in 0..ROUNDS {
            times.board.push(timed(read(&db, &versions, &filled)).await?);
            times.kept.push(timed(counts(&db, &filled, KEPT)).await?);
            times.aggregate.push(timed(counts(&db, &filled, AGGREGATE)).await?);
            times.aggregate.push(timed(counts(&db, &filled, AGGREGATE)).await?);
            times.kept.push(timed(counts(&db, &filled, KEPT)).await?);
            times.board.push(timed(read(&db, &versions, &filled)).await?);
        }
        db.close().await;
        tell(engine, database, statements, recounted, times)
    })
}

async fn timed<T>(work: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<f64> {
    let start = Instant::now();
    work.await?;
    Ok(start.elapsed().as_secs_f64() * 1e3)
}

async fn read(db: &Db, versions: &Versions, of: &Filled) -> anyhow::Result<BoardView> {
    let (versions, caller, cohort) = (versions.clone(), of.manager.clone(), of.cohort);
    let query = BoardQuery { limit: Some(200), ..BoardQuery::default() };
    Ok(db.read(move |conn| board(conn, &caller, &versions, cohort, &query)).await?)
}

async fn counts(db: &Db, of: &Filled, query: &'static str) -> anyhow::Result<Vec<Counted>> {
    let cohort = of.cohort;
    let read = db.read(move |conn| {
        let query = diesel::sql_query(query).bind::<Uid, _>(cohort);
        Ok(each!(conn, c => query.load(c))?)
    });
    Ok(read.await?)
}

/// Both sides tell the same, or nothing is compared.
fn agree(ours: &BoardView, theirs: &[Counted]) -> anyhow::Result<()> {
    ensure!(theirs.len() == CANDIDATES * BLOCKS, "{} counts", theirs.len());
    ensure!(ours.items.len() == CANDIDATES, "{} candidates", ours.items.len());
    for count in theirs {
        let line = ours.items.iter().find(|line| line.enrolment == count.enrolment_id);
        let block = line.and_then(|line| line.blocks.iter().find(|block| block.block == count.block));
        let block = block.with_context(|| format!("no {count:?}"))?;
        let told = [block.lines, block.sheets].map(|two| two.map(|two| (two.done, two.expected)));
        let counted = [Some((count.scored, count.lines)), Some((count.signed, count.sheets))];
        ensure!(told == counted, "{block:?} is not {count:?}");
        let expected = i64::try_from(CRITERIA_PER_BLOCK)?;
        let missing = if block.decision.is_some() { 0 } else { expected - count.linked };
        ensure!(i64::from(block.evidence_missing) == missing, "{block:?} is not {count:?}");
    }
    Ok(())
}

/// Evidence apart, which is asked of nobody any more for a block that is decided.
fn alike(kept: Vec<Counted>, counted: Vec<Counted>) -> anyhow::Result<()> {
    let sorted = |mut counts: Vec<Counted>| {
        counts.iter_mut().for_each(|one| one.linked = 0);
        counts.sort_by(|one, other| (one.enrolment_id, &one.block).cmp(&(other.enrolment_id, &other.block)));
        counts
    };
    ensure!(sorted(kept) == sorted(counted), "the kept counts are others");
    Ok(())
}

/// In milliseconds.
#[derive(Debug, Default)]
struct Times {
    board: Vec<f64>,
    kept: Vec<f64>,
    aggregate: Vec<f64>,
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times.get(times.len() / 2).copied().unwrap_or_default()
}

/// To so many decimals, as a line shows it.
fn round(value: f64, decimals: i32) -> f64 {
    let scale = 10_f64.powi(decimals);
    (value * scale).round() / scale
}

fn tell(
    engine: &str,
    database: &str,
    statements: u64,
    recounted: Duration,
    times: Times,
) -> anyhow::Result<bool> {
    let (board, kept, aggregate) = (median(times.board), median(times.kept), median(times.aggregate));
    let ratio = aggregate / kept;
    let goal = (engine == "sqlite").then_some(MILLISECONDS);
    let ok = (1..=STATEMENTS).contains(&statements)
        && goal.is_none_or(|goal| board <= goal)
        && ratio >= TIMES_FASTER;
    let load = std::fs::read_to_string("/proc/loadavg")?;
    let load: f64 = load.split_whitespace().next().context("no load average")?.parse()?;
    println!(
        "{}",
        json!({
            "bench": "cohort_board", "engine": engine, "ok": ok, "load_average": load, "database": database,
            "candidates": CANDIDATES, "criteria": BLOCKS * CRITERIA_PER_BLOCK, "jurors": JURORS,
            "statements": statements, "statements_goal": STATEMENTS,
            "board_ms": round(board, 2), "board_ms_goal": goal,
            "counts_ms": round(kept, 2), "aggregate_ms": round(aggregate, 2),
            "times_faster": round(ratio, 1), "times_faster_goal": TIMES_FASTER,
            "whole_board_times_faster": round(aggregate / board, 1),
            "ceiling": "one aggregate over the score rows, same counts",
            "recount_all_ms": round(recounted.as_secs_f64() * 1e3, 0),
        })
    );
    Ok(ok)
}
