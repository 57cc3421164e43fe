//! What saving one score costs, through the real service over HTTP on loopback.
//!
//! Durable writes are counted, for no shared disk is a clock: `fdatasync` per acknowledged save, SQL
//! statements per save. Speed is a ratio against a ceiling run in turn with ours, on a database in memory: a
//! minimal program for SQLite, pgbench for PostgreSQL. One JSON line each; exit 1 when a goal is missed, and
//! at once when an acknowledged save is not found again.
//!
//! `cargo bench --bench save` for all, `cargo bench --bench save -- sqlite` or `postgres` for one engine.

mod ceiling;
mod support;

use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context;
use parchemin::app;
use parchemin::clock::Clock;
use parchemin::db::DbUrl;
use parchemin::settings::{Mode, Settings};
use serde_json::{Value, json};
use support::client::{Desk, Until, drive};
use support::compare::{Compared, Side, Turn, round};
use support::postgres::{Cluster, SETTINGS};
use support::process::Server;
use support::{fixture, syncs};
use tokio::runtime::Runtime;

const SYNCS_ONE_CLIENT: f64 = 1.05;
const SYNCS_MANY_CLIENTS: f64 = 0.25;
const STATEMENTS: f64 = 9.0;
const RATIO_SQLITE: f64 = 0.5;
const RATIO_POSTGRES: f64 = 0.4;
/// Processor time of one save that we aim at, in microseconds: a fiftieth of the nearest peer's.
const CPU_AIM: f64 = 150.0;
/// Processor time of one save by open programs of the same trade on a machine of this kind, in microseconds:
/// HotCRP (15 statements) and pretalx (48 statements).
const HOTCRP: f64 = 7_600.0;
const PRETALX: f64 = 80_000.0;

const ROUNDS: u32 = 5;
const TURN: Duration = Duration::from_millis(1_500);
/// pgbench counts in whole seconds.
const PGBENCH_SECONDS: u32 = 2;
/// As many as the service has connections.
const PGBENCH_CLIENTS: u32 = 16;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).filter(|arg| arg != "--bench").collect();
    if let [word, database] = args.as_slice()
        && word == "ceiling"
    {
        return told(ceiling::serve(database).map(|()| true));
    }
    let wanted = |engine: &str| args.is_empty() || args.iter().any(|arg| arg == engine);
    let mut all = Vec::new();
    if wanted("sqlite") {
        all.push(sqlite());
    }
    if wanted("postgres") {
        all.push(postgres());
    }
    told(all.into_iter().try_fold(true, |all, one| Ok(all & one?)))
}

fn told(ran: anyhow::Result<bool>) -> ExitCode {
    match ran {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("save: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Prints the line of one measure and says whether its goal is met.
fn line(engine: &str, ok: bool, measured: &Value) -> anyhow::Result<bool> {
    let mut line =
        json!({ "bench": "save_one", "engine": engine, "ok": ok, "load_average": load_average()? });
    if let (Some(line), Some(measured)) = (line.as_object_mut(), measured.as_object()) {
        line.extend(measured.clone());
    }
    println!("{line}");
    Ok(ok)
}

fn load_average() -> anyhow::Result<f64> {
    let text = std::fs::read_to_string("/proc/loadavg")?;
    Ok(text.split_whitespace().next().context("no load average")?.parse()?)
}

fn runtime() -> anyhow::Result<Runtime> {
    Ok(tokio::runtime::Builder::new_current_thread().enable_all().build()?)
}

fn prepared(server: &Server) -> anyhow::Result<Vec<Desk>> {
    let link = server.first_link.as_deref().context("nobody to begin with")?;
    runtime()?.block_on(fixture::exam_day(&server.url(), link))
}

fn sqlite() -> anyhow::Result<bool> {
    let mut ok = syncs_on_disk(1, 800, SYNCS_ONE_CLIENT)?;
    ok &= syncs_on_disk(fixture::JURORS, 100, SYNCS_MANY_CLIENTS)?;
    let folder = in_memory()?;
    ok &= statements("sqlite", folder.path(), DbUrl::Sqlite(folder.path().join("statements.db")))?;
    ok &= against_minimal_program()?;
    Ok(ok)
}

fn postgres() -> anyhow::Result<bool> {
    let cluster = Cluster::start()?;
    let folder = in_memory()?;
    let address = cluster.database("statements")?;
    let mut ok = statements("postgres", folder.path(), DbUrl::Postgres(address))?;
    ok &= against_pgbench(&cluster)?;
    Ok(ok)
}

fn in_memory() -> anyhow::Result<tempfile::TempDir> {
    Ok(tempfile::Builder::new().prefix("parchemin-bench").tempdir_in("/dev/shm")?)
}

/// Counts `fdatasync` and `fsync` of the whole process over some saves, checkpoints and the placing of
/// journal entries included, on a real disk with `synchronous=FULL`.
fn syncs_on_disk(clients: u32, saves_each: u32, goal: f64) -> anyhow::Result<bool> {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
    let log = folder.path().join("strace.log");
    let server = Server::service(folder.path(), None, Some(&log))?;
    let mut desks = prepared(&server)?;
    desks.truncate(usize::try_from(clients)?);
    let runtime = runtime()?;
    let (desks, _) = runtime.block_on(drive(server.address, desks, Until::Saves(10)))?;
    let from = syncs::now()?;
    let (desks, ran) = runtime.block_on(drive(server.address, desks, Until::Saves(saves_each)))?;
    let to = syncs::now()?;
    let found = runtime.block_on(fixture::read_back(&server.url(), &desks))?;
    server.stop()?;
    let by_file = syncs::count(&log, from, to)?;
    let per_save = f64::from(by_file.values().sum::<u32>()) / f64::from(ran.saves);
    // None at all would mean that nothing was counted.
    let ok = per_save > 0.0 && per_save <= goal && found == ran.saves + 10 * clients;
    line(
        "sqlite",
        ok,
        &json!({ "clients": clients, "saves": ran.saves, "fdatasync_per_save": round(per_save, 3), "goal": goal,
            "fdatasync": by_file, "database": "disk", "synchronous": "FULL", "found_again": found }),
    )
}

/// Counts the SQL statements of a save, `BEGIN` and `COMMIT` included. In this process, for the counter is
/// inside; the placing of journal entries is put off, so that only the saves count.
fn statements(engine: &str, folder: &Path, database: DbUrl) -> anyhow::Result<bool> {
    const SAVES: u32 = 200;
    let settings = Settings {
        data: folder.join("data"),
        listen: ([127, 0, 0, 1], 0).into(),
        public_url: None,
        database,
        mode: Mode::Local,
        signing_key: None,
        evidence_limit: 1024,
        journal_seconds: 60,
        smtp: None,
        mail_from: "Parchemin <ne-pas-repondre@parchemin.test>".parse()?,
        mail_every: std::time::Duration::from_secs(3600),
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let (sent, found) = runtime.block_on(async {
        let running = app::start(settings, Clock::Wall).await?;
        let url = format!("http://{}", running.address);
        let link = running.first_invitation.as_deref().context("nobody to begin with")?;
        let mut desks = fixture::exam_day(&url, link).await?;
        desks.truncate(1);
        // Second versions: those of a score that stands.
        let (desks, _) =
            drive(running.address, desks, Until::Saves(fixture::CANDIDATES * fixture::LINES)).await?;
        let before = running.state.db.statements();
        let (desks, _) = drive(running.address, desks, Until::Saves(SAVES)).await?;
        let sent = running.state.db.statements() - before;
        let found = fixture::read_back(&url, &desks).await?;
        running.stop().await?;
        anyhow::Ok((u32::try_from(sent)?, found))
    })?;
    let per_save = f64::from(sent) / f64::from(SAVES);
    let ok = sent >= SAVES && per_save <= STATEMENTS && found == SAVES + fixture::CANDIDATES * fixture::LINES;
    line(
        engine,
        ok,
        &json!({ "clients": 1, "saves": SAVES, "statements_per_save": round(per_save, 2), "goal": STATEMENTS,
            "found_again": found }),
    )
}

/// One side of a comparison: a server, those who save on it, and what carries their requests.
struct Bench {
    server: Server,
    desks: Vec<Desk>,
    runtime: Runtime,
}

impl Bench {
    fn new(server: Server, desks: Vec<Desk>) -> anyhow::Result<Self> {
        let mut bench = Self { server, desks, runtime: runtime()? };
        // Every line written once, every cache warm.
        bench.run(Until::Saves(fixture::CANDIDATES * fixture::LINES))?;
        Ok(bench)
    }

    fn run(&mut self, until: Until) -> anyhow::Result<Turn> {
        let before = self.server.cpu()?;
        let desks = std::mem::take(&mut self.desks);
        let (desks, ran) = self.runtime.block_on(drive(self.server.address, desks, until))?;
        self.desks = desks;
        let cpu = self.server.cpu()? - before;
        Ok(Turn { saves: f64::from(ran.saves), seconds: ran.seconds, cpu })
    }

    /// Everything that was acknowledged is there; then stops.
    fn close(self) -> anyhow::Result<u32> {
        let found = self.runtime.block_on(fixture::read_back(&self.server.url(), &self.desks))?;
        self.server.stop()?;
        Ok(found)
    }
}

fn against_minimal_program() -> anyhow::Result<bool> {
    let folder = in_memory()?;
    let server = Server::service(folder.path(), None, None)?;
    let desks = prepared(&server)?;
    let mut minimal = Bench::new(Server::ceiling(folder.path())?, at_ceiling(&desks))?;
    let mut ours = Bench::new(server, desks)?;
    let compared = Compared::rounds(ROUNDS, |side| match side {
        Side::Ours => ours.run(Until::Elapsed(TURN)),
        Side::Ceiling => minimal.run(Until::Elapsed(TURN)),
    })?;
    minimal.server.stop()?;
    let found = ours.close()?;
    let mut measured = json!({ "ceiling": "actix + diesel, one writer, shared commits", "database": "tmpfs",
        "ceiling_cpu_us_per_save": round(compared.ceiling.cpu_per_save(), 1) });
    against("sqlite", &compared, RATIO_SQLITE, found, &mut measured)
}

/// The same people and as many lines, at the addresses of the minimal program.
fn at_ceiling(desks: &[Desk]) -> Vec<Desk> {
    let mut desks = desks.to_vec();
    for row in desks.iter_mut().flat_map(|desk| &mut desk.rows) {
        row.path = format!("/grids/{}/scores/{}", row.sheet, uuid::Uuid::now_v7());
    }
    desks
}

fn against_pgbench(cluster: &Cluster) -> anyhow::Result<bool> {
    let folder = in_memory()?;
    let address = cluster.database("service")?;
    cluster.database("ceiling")?;
    let ceiling = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/ceiling");
    cluster.load("ceiling", &ceiling.join("postgres.sql"))?;
    let script = ceiling.join("save.pgbench");
    let server = Server::service(folder.path(), Some(&address), None)?;
    let desks = prepared(&server)?;
    let mut ours = Bench::new(server, desks)?;
    cluster.pgbench("ceiling", &script, PGBENCH_CLIENTS, 1)?;
    let compared = Compared::rounds(ROUNDS, |side| match side {
        Side::Ours => ours.run(Until::Elapsed(TURN)),
        Side::Ceiling => {
            let rate = cluster.pgbench("ceiling", &script, PGBENCH_CLIENTS, PGBENCH_SECONDS)?;
            let seconds = f64::from(PGBENCH_SECONDS);
            Ok(Turn { saves: rate * seconds, seconds, cpu: 0.0 })
        }
    })?;
    let found = ours.close()?;
    let mut measured =
        json!({ "ceiling": "pgbench, prepared", "ceiling_clients": PGBENCH_CLIENTS, "database": SETTINGS });
    against("postgres", &compared, RATIO_POSTGRES, found, &mut measured)
}

fn against(
    engine: &str,
    compared: &Compared,
    goal: f64,
    found: u32,
    measured: &mut Value,
) -> anyhow::Result<bool> {
    let cpu = compared.ours.cpu_per_save();
    let rest = json!({
        "clients": fixture::JURORS, "ratio": compared.ratio(), "goal": goal,
        "saves_per_second": round(compared.ours.rate(), 0),
        "ceiling_per_second": round(compared.ceiling.rate(), 0),
        "cpu_us_per_save": round(cpu, 1), "cpu_us_aim": CPU_AIM,
        "times_below_hotcrp": round(HOTCRP / cpu, 0), "times_below_pretalx": round(PRETALX / cpu, 0),
        "found_again": found,
    });
    if let (Some(measured), Some(rest)) = (measured.as_object_mut(), rest.as_object()) {
        measured.extend(rest.clone());
    }
    line(engine, compared.median() >= goal, measured)
}
