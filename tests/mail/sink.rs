//! A real mail server (aiosmtpd), started, killed and started again by a test.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use parchemin::settings::SmtpUrl;
use tempfile::TempDir;

pub struct Sink {
    pub port: u16,
    folder: TempDir,
    process: Option<Child>,
}

impl Sink {
    /// On a port of its own.
    pub fn start() -> Self {
        let mut sink = Self { port: 0, folder: tempfile::tempdir().unwrap(), process: None };
        sink.run(None);
        sink
    }

    /// Dies, once, before it acknowledges that message.
    pub fn dying_after(messages: u32) -> Self {
        let mut sink = Self { port: 0, folder: tempfile::tempdir().unwrap(), process: None };
        sink.run(Some(messages));
        sink
    }

    /// Offers STARTTLS with a certificate that nobody vouches for, as one in between would.
    pub fn unvouched() -> Self {
        let mut sink = Self { port: 0, folder: tempfile::tempdir().unwrap(), process: None };
        let (key, certificate) = (sink.folder.path().join("key.pem"), sink.folder.path().join("cert.pem"));
        let mut openssl = Command::new("openssl");
        openssl.args([
            "req",
            "-x509",
            "-newkey",
            "rsa:2048",
            "-nodes",
            "-days",
            "2",
            "-subj",
            "/CN=localhost",
        ]);
        openssl.args(["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]);
        openssl.arg("-keyout").arg(key).arg("-out").arg(certificate).stderr(Stdio::null());
        assert!(openssl.status().unwrap().success(), "openssl: run the tests by ./test");
        sink.run(None);
        sink
    }

    fn run(&mut self, die_after: Option<u32>) {
        let python = std::env::var("PARCHEMIN_TEST_SMTP_PYTHON").unwrap_or_else(|_| {
            panic!(
                "PARCHEMIN_TEST_SMTP_PYTHON is not set: run the tests by ./test, which installs a mail server"
            )
        });
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/smtp_sink.py");
        let mut command = Command::new(python);
        command.arg(script).arg(self.port.to_string()).arg(self.folder.path());
        command.args(die_after.map(|messages| messages.to_string()));
        let mut process = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        self.port = line.trim().parse().unwrap();
        self.process = Some(process);
    }

    /// At the same port, with what it has kept.
    pub fn start_again(&mut self) {
        self.run(None);
    }

    /// Whether it has died of itself.
    pub fn has_died(&mut self) -> bool {
        self.process.as_mut().unwrap().try_wait().unwrap().is_some()
    }

    /// What it refused, it takes from now on.
    pub fn accept_everybody(&self) {
        std::fs::write(self.folder.path().join("accept"), "").unwrap();
    }

    pub fn url(&self) -> SmtpUrl {
        self.url_with("")
    }

    /// `?tls=required`, `?tls=opportunistic`.
    pub fn url_with(&self, tls: &str) -> SmtpUrl {
        SmtpUrl::new(format!("smtp://localhost:{}{tls}", self.port))
    }

    /// What came in, by its `Message-ID`: more than once is once more in the list.
    pub fn received(&self) -> BTreeMap<String, Vec<String>> {
        let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for mail in eml_files(self.folder.path().to_owned()) {
            let id = mail.lines().find_map(|line| line.strip_prefix("Message-ID: ")).unwrap();
            found.entry(id.trim().to_owned()).or_default().push(mail.clone());
        }
        found
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        if let Some(process) = &mut self.process {
            let _ = process.kill();
            let _ = process.wait();
        }
    }
}

/// The text of every message in a folder.
pub fn eml_files(folder: PathBuf) -> Vec<String> {
    let mut names: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "eml"))
        .collect();
    names.sort();
    names.iter().map(|path| String::from_utf8(std::fs::read(path).unwrap()).unwrap()).collect()
}
