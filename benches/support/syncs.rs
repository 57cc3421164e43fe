//! Counting what reaches the disk: the log of `strace` over a span of time.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Context;
use parchemin::clock::Clock;

/// Options of `strace`: every thread, only these calls stopped at, when each began, on which file.
pub const OPTIONS: &[&str] =
    &["-f", "--seccomp-bpf", "-qq", "-ttt", "-y", "-e", "trace=fdatasync,fsync", "-e", "signal=none", "-o"];

/// By the clock that `strace -ttt` writes, in seconds.
pub fn now() -> anyhow::Result<f64> {
    let at = Clock::Wall.now().utc();
    Ok(format!("{}.{:06}", at.timestamp(), at.timestamp_subsec_micros()).parse()?)
}

/// Calls begun between the two moments, by kind of file: `wal`, `database`, `other`.
///
/// # Errors
/// A log that is missing or not `strace`'s.
pub fn count(log: &Path, from: f64, to: f64) -> anyhow::Result<BTreeMap<&'static str, u32>> {
    let text = std::fs::read_to_string(log).with_context(|| format!("{}", log.display()))?;
    let mut found = BTreeMap::new();
    for line in text.lines() {
        // `4711 1764080000.123456 fdatasync(12</folder/parchemin.db-wal>) = 0`
        let mut words = line.split_whitespace();
        let at: f64 = words.nth(1).and_then(|word| word.parse().ok()).with_context(|| line.to_owned())?;
        let call = words.next().unwrap_or_default();
        let begun = call.starts_with("fdatasync(") || call.starts_with("fsync(");
        if !begun || at < from || at > to {
            continue;
        }
        let file = if call.contains("-wal>") {
            "wal"
        } else if call.contains(".db>") {
            "database"
        } else {
            "other"
        };
        *found.entry(file).or_default() += 1;
    }
    Ok(found)
}
