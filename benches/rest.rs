//! What the service costs at rest: memory once nothing happens any more, and the time from its start to the
//! first answer, on a new folder and on a database that holds a million scores.
//!
//! One JSON line each; exit 1 when a goal is missed. `cargo bench --bench rest`; `-- 10000` for fewer scores.
//! The scores and their history are laid in by bulk, without the acts that the journal would hold for them.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use diesel::Connection;
use diesel::connection::SimpleConnection;
use diesel::sqlite::SqliteConnection;
use serde_json::json;

const MEMORY_KB: u64 = 40 * 1024;
const START_MS: f64 = 200.0;
const START_FULL_MS: f64 = 300.0;
const SCORES: u32 = 1_000_000;
/// Of several starts the middle one counts: the first reads the program from the disk.
const STARTS: usize = 5;
/// Until it is said to be at rest.
const QUIET: Duration = Duration::from_secs(3);
const PATIENCE: Duration = Duration::from_secs(60);

fn main() -> ExitCode {
    match measured() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("rest: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn measured() -> anyhow::Result<bool> {
    let wished = std::env::args().skip(1).find(|arg| arg != "--bench");
    let scores = wished.map_or(Ok(SCORES), |text| text.parse()).context("how many scores?")?;
    let folder = tempfile::tempdir()?;
    // Makes the folder, its keys and its tables, so that each start after it is one of every day.
    Service::start(folder.path())?.0.stop()?;
    let started = middle(folder.path())?;
    let (service, _) = Service::start(folder.path())?;
    std::thread::sleep(QUIET);
    let memory = service.memory_kb()?;
    service.stop()?;
    let mut ok =
        told("idle_memory_kb", f64::from(u32::try_from(memory)?), f64::from(u32::try_from(MEMORY_KB)?), 0);
    ok &= told("start_to_first_answer_ms", started, START_MS, 0);
    fill(&folder.path().join("parchemin.db"), scores)?;
    let started = middle(folder.path())?;
    ok &= told("start_to_first_answer_ms", started, START_FULL_MS, scores);
    Ok(ok)
}

fn told(what: &str, found: f64, goal: f64, scores: u32) -> bool {
    let ok = found <= goal;
    println!(
        "{}",
        json!({ "bench": "rest", "what": what, "found": found, "goal": goal, "scores": scores, "ok": ok })
    );
    ok
}

fn middle(data: &Path) -> anyhow::Result<f64> {
    let mut all = Vec::with_capacity(STARTS);
    for _ in 0..STARTS {
        let (service, took) = Service::start(data)?;
        service.stop()?;
        all.push(took.as_secs_f64() * 1_000.0);
    }
    all.sort_by(f64::total_cmp);
    all.get(STARTS / 2).copied().context("no start")
}

struct Service(Child);

impl Service {
    /// Until `/healthz` says 200, from before the process is there.
    fn start(data: &Path) -> anyhow::Result<(Self, Duration)> {
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let mut command = Command::new(env!("CARGO_BIN_EXE_parchemin"));
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("PARCHEMIN_")) {
            command.env_remove(name);
        }
        command.args(["serve", "--listen", &address.to_string(), "--data"]).arg(data);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let began = Instant::now();
        let mut service = Self(command.spawn().context("the service cannot be run")?);
        while !answers(address) {
            ensure!(service.0.try_wait()?.is_none() && began.elapsed() < PATIENCE, "it does not come up");
            std::thread::sleep(Duration::from_millis(1));
        }
        Ok((service, began.elapsed()))
    }

    fn memory_kb(&self) -> anyhow::Result<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.0.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("no VmRSS")?;
        Ok(line.split_whitespace().next().context("no VmRSS")?.parse()?)
    }

    fn stop(mut self) -> anyhow::Result<()> {
        ensure!(Command::new("kill").arg(self.0.id().to_string()).status()?.success(), "kill failed");
        ensure!(self.0.wait()?.success(), "it did not stop in good order");
        Ok(())
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        if let Ok(None) = self.0.try_wait() {
            let _ = self.0.kill();
            let _ = self.0.wait();
        }
    }
}

fn answers(address: SocketAddr) -> bool {
    let asked = || -> std::io::Result<String> {
        let mut stream = TcpStream::connect(address)?;
        stream.write_all(b"GET /healthz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")?;
        let mut text = String::new();
        stream.read_to_string(&mut text)?;
        Ok(text)
    };
    asked().is_ok_and(|text| text.starts_with("HTTP/1.1 200"))
}

/// A hundred lines on each grid, and as many grids as it takes.
fn fill(database: &Path, scores: u32) -> anyhow::Result<()> {
    let mut conn = SqliteConnection::establish(database.to_str().context("a folder that is no text")?)?;
    let counted = |table: &str, before: &str, last: &str| {
        format!(
            "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < {scores})
             INSERT INTO {table} SELECT CAST(printf('%016d', i / 100) AS BLOB),
                CAST(printf('%016d', i % 100) AS BLOB), {before} zeroblob(16), 'scored', 1 + i % 3, NULL,
                'Relevé ' || i || ' : tenu, avec une reprise à la fin.', {last},
                zeroblob(16), '2026-03-03T09:00:00.000000Z' FROM n;"
        )
    };
    conn.batch_execute("PRAGMA foreign_keys = OFF; PRAGMA synchronous = OFF; BEGIN;")?;
    conn.batch_execute(&counted("score", "", "1"))?;
    conn.batch_execute(&counted("score_version", "1,", "NULL"))?;
    conn.batch_execute("COMMIT; PRAGMA wal_checkpoint(TRUNCATE);")?;
    Ok(())
}
