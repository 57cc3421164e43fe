//! The real binary in a process of its own, to be killed.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use parchemin::db::DbUrl;

const PATIENCE: Duration = Duration::from_secs(30);

pub struct Service {
    child: Child,
    lines: Receiver<String>,
    pub url: String,
}

impl Service {
    pub fn start(data: &Path, database: &DbUrl) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_parchemin"));
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("PARCHEMIN_")) {
            command.env_remove(name);
        }
        command.args(["serve", "--listen", "127.0.0.1:0", "--data"]).arg(data);
        if let DbUrl::Postgres(url) = database {
            command.arg("--database-url").arg(url);
        }
        let log = std::fs::OpenOptions::new().create(true).append(true).open(log_of(data)).unwrap();
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(log).spawn().unwrap();
        let out = child.stdout.take().unwrap();
        let (tell, lines) = channel();
        // Read to the end: a full pipe would hold the service up.
        std::thread::spawn(move || {
            for line in BufReader::new(out).lines().map_while(Result::ok) {
                let _ = tell.send(line);
            }
        });
        let mut service = Self { child, lines, url: String::new() };
        service.url = service.told("Parchemin: ");
        service
    }

    /// What follows these words in a line of its output.
    pub fn told(&self, words: &str) -> String {
        loop {
            let line =
                self.lines.recv_timeout(PATIENCE).unwrap_or_else(|_| panic!("it never said {words:?}"));
            if let Some((_, rest)) = line.split_once(words) {
                return rest.trim().to_owned();
            }
        }
    }

    /// In good order, as a system does that shuts down: every entry of the journal gets its place.
    pub fn stop(mut self) {
        let asked = std::process::Command::new("kill").arg("-TERM").arg(self.child.id().to_string()).status();
        assert!(asked.unwrap().success());
        assert!(self.child.wait().unwrap().success());
    }

    /// SIGKILL: nothing of it runs any more.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn log_of(data: &Path) -> PathBuf {
    data.with_extension("log")
}
