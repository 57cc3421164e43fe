//! The processes that are measured, each apart from the client so that its processor time is its own.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};

use super::syncs;

/// Ticks per second of the times in `/proc`: fixed for programs on Linux, whatever the kernel's own.
const TICKS: f64 = 100.0;
/// How long a process may take to stop in good order.
const PATIENCE: Duration = Duration::from_secs(20);

/// A server in a process of its own; killed when dropped before [`Server::stop`].
#[derive(Debug)]
pub struct Server {
    child: Child,
    /// Of the server itself: under `strace` it is not that of the child.
    pid: u32,
    pub address: SocketAddr,
    /// Link of the first administrator, from a service that starts on nothing.
    pub first_link: Option<String>,
}

impl Server {
    /// The real binary, as it is served, with its log in the folder. With a trace, under `strace`.
    ///
    /// # Errors
    /// What it said when it did not come up.
    pub fn service(folder: &Path, database: Option<&str>, trace: Option<&Path>) -> anyhow::Result<Self> {
        let binary = env!("CARGO_BIN_EXE_parchemin");
        let mut command = match trace {
            Some(log) => {
                let mut command = Command::new("strace");
                command.args(syncs::OPTIONS).arg(log).arg(binary);
                command
            }
            None => Command::new(binary),
        };
        command.arg("serve").arg("--listen").arg("127.0.0.1:0").arg("--data").arg(folder.join("data"));
        if let Some(address) = database {
            command.arg("--database-url").arg(address);
        }
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("PARCHEMIN_")) {
            command.env_remove(name);
        }
        let log = folder.join("service.log");
        Self::start(command, &log, trace.is_some(), "Parchemin: http://")
    }

    /// The ceiling: this very program, called by another word.
    ///
    /// # Errors
    /// What it said when it did not come up.
    pub fn ceiling(folder: &Path) -> anyhow::Result<Self> {
        let mut command = Command::new(std::env::current_exe()?);
        command.arg("ceiling").arg(folder.join("ceiling.db"));
        Self::start(command, &folder.join("ceiling.log"), false, "Ceiling: http://")
    }

    fn start(mut command: Command, log: &Path, traced: bool, told: &str) -> anyhow::Result<Self> {
        let errors = std::fs::File::create(log)?;
        let program = command.get_program().to_string_lossy().into_owned();
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(errors)
            .spawn()
            .with_context(|| format!("{program} cannot be run"))?;
        let out = child.stdout.take().context("no output")?;
        let mut lines = BufReader::new(out).lines();
        let mut server =
            Self { pid: child.id(), child, address: ([127, 0, 0, 1], 0).into(), first_link: None };
        server.address = loop {
            let Some(line) = lines.next().transpose()? else {
                bail!("{program} did not come up:\n{}", std::fs::read_to_string(log)?);
            };
            if let Some(address) = line.strip_prefix(told) {
                break address.trim().parse()?;
            }
        };
        if told.starts_with("Parchemin") {
            // The address of the pages, then the link.
            let said: Vec<String> = lines.by_ref().take(2).collect::<Result<_, _>>()?;
            server.first_link = said.iter().find_map(|line| Some(line.split_once("once: ")?.1.to_owned()));
            ensure!(server.first_link.is_some(), "no link for the first administrator: {said:?}");
        }
        if traced {
            let pid = server.pid;
            let children = std::fs::read_to_string(format!("/proc/{pid}/task/{pid}/children"))?;
            server.pid = children.split_whitespace().next().context("strace runs nothing")?.parse()?;
        }
        Ok(server)
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Processor time that it has used since its start, its threads that ended included, in seconds.
    ///
    /// # Errors
    /// A process that is gone.
    pub fn cpu(&self) -> anyhow::Result<f64> {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.pid))?;
        // proc(5): the name may hold anything, the numbers follow its bracket; utime and stime are 14 and 15.
        let (_, after) = stat.rsplit_once(')').context("unreadable /proc/PID/stat")?;
        let times = after.split_whitespace().skip(11).take(2).map(str::parse::<f64>);
        Ok(times.sum::<Result<f64, _>>()? / TICKS)
    }

    /// Asks it to stop in good order and waits.
    ///
    /// # Errors
    /// A process that stops with an error, or not at all.
    pub fn stop(mut self) -> anyhow::Result<()> {
        self.signal("-TERM")?;
        let asked = Instant::now();
        while asked.elapsed() < PATIENCE {
            if let Some(status) = self.child.try_wait()? {
                ensure!(status.success(), "it stopped with {status}");
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        bail!("it does not stop")
    }

    fn signal(&self, signal: &str) -> anyhow::Result<()> {
        let status = Command::new("kill").arg(signal).arg(self.pid.to_string()).status()?;
        ensure!(status.success(), "kill {signal} {} failed", self.pid);
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Ok(None) = self.child.try_wait() {
            let _ = self.signal("-KILL");
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}
