//! A load client that costs little, for it shares the cores with what it measures: HTTP/1.1 by hand over
//! kept connections, each juror on one of their own, one save after the other.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use uuid::Uuid;

/// One line of a sheet, as its juror last saw it acknowledged.
#[derive(Debug, Clone)]
pub struct Row {
    pub sheet: String,
    pub criterion: String,
    /// Where it is saved.
    pub path: String,
    pub version: u32,
}

/// The rank that a version of a line holds: it changes at each save.
pub fn rank(version: u32) -> u32 {
    2 + version % 2
}

/// The comment of a version, of a usual length, so that each value can be told from the one before.
pub fn comment(version: u32) -> String {
    format!("Relevé {version} : tenu, avec une reprise à la fin.")
}

/// A juror at work: rows written in turn, round and round.
#[derive(Debug, Clone)]
pub struct Desk {
    pub token: String,
    pub rows: Vec<Row>,
    next: usize,
    /// First half of the `Idempotency-Key`s of this desk; the second counts.
    keys: u64,
    sent: u64,
}

impl Desk {
    pub fn new(token: String, rows: Vec<Row>) -> Self {
        Self { token, rows, next: 0, keys: Uuid::new_v4().as_u64_pair().0, sent: 0 }
    }

    fn request(&mut self, index: usize, into: &mut Vec<u8>) -> std::io::Result<()> {
        use std::io::Write;
        let row = &self.rows[index];
        let version = row.version + 1;
        let (rank, comment) = (rank(version), comment(version));
        let body = format!(r#"{{"state":"scored","rank":{rank},"comment":"{comment}"}}"#);
        let key = Uuid::from_u64_pair(self.keys, self.sent);
        self.sent += 1;
        into.clear();
        write!(
            into,
            "PUT {} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {}\r\ncontent-type: application/json\r\n\
             if-match: \"{}\"\r\nidempotency-key: {key}\r\ncontent-length: {}\r\n\r\n{body}",
            row.path,
            self.token,
            row.version,
            body.len()
        )
    }

    /// Saves the next row and takes the acknowledgement down; anything but 200 with the version that
    /// follows is an error.
    async fn save(&mut self, line: &mut Line) -> anyhow::Result<()> {
        let index = self.next;
        self.next = (index + 1) % self.rows.len();
        self.request(index, &mut line.out)?;
        line.stream.write_all(&line.out).await?;
        let answer = line.answer().await?;
        let row = &mut self.rows[index];
        ensure!(answer.status == 200, "{} answered {}: {}", row.path, answer.status, line.text());
        ensure!(answer.version == Some(row.version + 1), "{}: {:?} after {}", row.path, answer, row.version);
        row.version += 1;
        Ok(())
    }
}

/// One kept connection and its buffers.
struct Line {
    stream: TcpStream,
    out: Vec<u8>,
    taken: Vec<u8>,
}

#[derive(Debug, Clone, Copy)]
struct Answered {
    status: u16,
    /// From the entity tag.
    version: Option<u32>,
}

impl Line {
    async fn open(address: SocketAddr) -> std::io::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, out: Vec::with_capacity(1024), taken: Vec::with_capacity(4096) })
    }

    /// Reads one answer whole.
    async fn answer(&mut self) -> anyhow::Result<Answered> {
        self.taken.clear();
        let head = loop {
            ensure!(self.stream.read_buf(&mut self.taken).await? > 0, "the connection was closed");
            if let Some(end) = self.taken.windows(4).position(|bytes| bytes == b"\r\n\r\n") {
                break end;
            }
        };
        let text = std::str::from_utf8(&self.taken[..head])?;
        let status = text.get(9..12).context("no status")?.parse()?;
        let header = |name: &str| {
            let mut lines = text.lines().filter_map(|line| line.split_once(": "));
            lines.find(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value)
        };
        let version = header("etag").and_then(|tag| tag.trim_matches('"').parse().ok());
        let length: usize = header("content-length").context("an answer without a length")?.parse()?;
        while self.taken.len() < head + 4 + length {
            ensure!(self.stream.read_buf(&mut self.taken).await? > 0, "the connection was closed");
        }
        Ok(Answered { status, version })
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.taken).into_owned()
    }
}

/// When a run ends.
#[derive(Debug, Clone, Copy)]
pub enum Until {
    /// Saves begun before it are finished.
    Elapsed(Duration),
    /// So many by each desk.
    Saves(u32),
}

#[derive(Debug, Clone, Copy)]
pub struct Ran {
    pub saves: u32,
    pub seconds: f64,
}

/// All desks save at once, each on a connection of its own, opened before the time counts.
///
/// # Errors
/// The first save that was not acknowledged as it should be.
pub async fn drive(address: SocketAddr, desks: Vec<Desk>, until: Until) -> anyhow::Result<(Vec<Desk>, Ran)> {
    let mut seated = Vec::with_capacity(desks.len());
    for desk in desks {
        seated.push((desk, Line::open(address).await?));
    }
    let start = Instant::now();
    let mut running = JoinSet::new();
    for (mut desk, mut line) in seated {
        running.spawn(async move {
            let mut saves = 0;
            while match until {
                Until::Elapsed(span) => start.elapsed() < span,
                Until::Saves(count) => saves < count,
            } {
                desk.save(&mut line).await?;
                saves += 1;
            }
            anyhow::Ok((desk, saves))
        });
    }
    let (mut desks, mut saves) = (Vec::new(), 0);
    while let Some(done) = running.join_next().await {
        let (desk, own) = done??;
        desks.push(desk);
        saves += own;
    }
    Ok((desks, Ran { saves, seconds: start.elapsed().as_secs_f64() }))
}
