//! A PostgreSQL of the bench's own: a temporary folder in memory, a free port, gone at the end.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, bail, ensure};
use tempfile::TempDir;

#[derive(Debug)]
pub struct Cluster {
    tools: PathBuf,
    folder: TempDir,
    port: u16,
}

/// Nothing of it outlives the run, on either side of the comparison; the rest as PostgreSQL comes.
pub const SETTINGS: &str = "fsync=off, database on tmpfs";

impl Cluster {
    /// # Errors
    /// A tool that is missing, or what PostgreSQL said.
    pub fn start() -> anyhow::Result<Self> {
        let folder = tempfile::Builder::new().prefix("parchemin-bench").tempdir_in("/dev/shm")?;
        let mut cluster = Self { tools: tools()?, folder, port: 0 };
        if is_root()? {
            run(Command::new("chown").arg("postgres").arg(cluster.folder.path()))?;
        }
        let data = cluster.folder.path().join("data");
        let initdb = cluster.tools.join("initdb");
        run(cluster.as_postgres(&initdb)?.arg("--pgdata").arg(&data).args([
            "--username=postgres",
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
            "--no-sync",
        ]))?;
        for _ in 0..5 {
            cluster.port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
            let options = format!(
                "-p {} -c fsync=off -c max_connections=100 -c listen_addresses=127.0.0.1 -c unix_socket_directories={}",
                cluster.port,
                cluster.folder.path().display()
            );
            let pg_ctl = cluster.tools.join("pg_ctl");
            let log = cluster.folder.path().join("log");
            let started = cluster
                .as_postgres(&pg_ctl)?
                .args(["start", "--silent", "--wait", "--pgdata"])
                .arg(&data)
                .arg("--log")
                .arg(log)
                .arg("--options")
                .arg(options)
                .status()?;
            if started.success() {
                return Ok(cluster);
            }
        }
        bail!("PostgreSQL did not start: {:?}", std::fs::read_to_string(cluster.folder.path().join("log")))
    }

    /// Makes an empty database and gives its address.
    ///
    /// # Errors
    /// What psql said.
    pub fn database(&self, name: &str) -> anyhow::Result<String> {
        run(self.psql("postgres").args(["-c", &format!("CREATE DATABASE {name}")]))?;
        Ok(format!("postgres://postgres@127.0.0.1:{}/{name}", self.port))
    }

    /// # Errors
    /// What psql said.
    pub fn load(&self, database: &str, file: &Path) -> anyhow::Result<()> {
        run(self.psql(database).arg("-f").arg(file)).map(drop)
    }

    fn psql(&self, database: &str) -> Command {
        let mut command = Command::new(self.tools.join("psql"));
        command.args([
            "-X",
            "-q",
            "-v",
            "ON_ERROR_STOP=1",
            "-U",
            "postgres",
            "-h",
            "127.0.0.1",
            "-d",
            database,
        ]);
        command.arg("-p").arg(self.port.to_string());
        command
    }

    /// Transactions per second of the script, for so many seconds, connections made before not counted.
    ///
    /// # Errors
    /// What pgbench said; a transaction that failed.
    pub fn pgbench(&self, database: &str, script: &Path, clients: u32, seconds: u32) -> anyhow::Result<f64> {
        let mut command = Command::new(self.tools.join("pgbench"));
        command.args(["-n", "-M", "prepared", "-j", "2", "-U", "postgres", "-h", "127.0.0.1"]);
        command.arg("-p").arg(self.port.to_string());
        command
            .args(["-c", &clients.to_string(), "-T", &seconds.to_string(), "-f"])
            .arg(script)
            .arg(database);
        let said = run(&mut command)?;
        ensure!(said.contains("number of failed transactions: 0 "), "pgbench: {said}");
        let rate = said.lines().find_map(|line| line.strip_prefix("tps = ")?.split_whitespace().next());
        Ok(rate.with_context(|| format!("pgbench: {said}"))?.parse()?)
    }

    /// PostgreSQL refuses to run as root.
    fn as_postgres(&self, program: &Path) -> anyhow::Result<Command> {
        let mut command = if is_root()? {
            let mut command = Command::new("runuser");
            command.args(["-u", "postgres", "--"]).arg(program);
            command
        } else {
            Command::new(program)
        };
        command.current_dir("/");
        Ok(command)
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let pg_ctl = self.tools.join("pg_ctl");
        if let Ok(mut command) = self.as_postgres(&pg_ctl) {
            let data = self.folder.path().join("data");
            // Nothing is left to tell it to if even this fails.
            let _ = command.args(["stop", "--silent", "--mode=immediate", "--pgdata"]).arg(data).status();
        }
    }
}

/// Where the newest server of Debian's packages lies: they keep it out of `PATH`.
fn tools() -> anyhow::Result<PathBuf> {
    let mut found: Vec<(u32, PathBuf)> = std::fs::read_dir("/usr/lib/postgresql")
        .context("PostgreSQL is not installed: ./test installs it")?
        .filter_map(|entry| {
            let path = entry.ok()?.path();
            Some((path.file_name()?.to_str()?.parse().ok()?, path.join("bin")))
        })
        .filter(|(_, bin)| bin.join("initdb").exists() && bin.join("pgbench").exists())
        .collect();
    found.sort();
    Ok(found.pop().context("PostgreSQL is not installed: ./test installs it")?.1)
}

fn is_root() -> anyhow::Result<bool> {
    Ok(run(Command::new("id").arg("-u"))?.trim() == "0")
}

fn run(command: &mut Command) -> anyhow::Result<String> {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = command.output().with_context(|| format!("{program} cannot be run"))?;
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    if !output.status.success() {
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        // Sixteen clients say the same thing.
        bail!("{program}: {}", errors.lines().take(8).collect::<Vec<_>>().join("\n"));
    }
    Ok(said)
}
