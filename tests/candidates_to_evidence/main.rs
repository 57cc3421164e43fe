//! From a published référentiel to evidence filed: the use cases on a real database of either engine, and on
//! a real disk.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

mod candidates;
#[expect(dead_code, reason = "each test file uses its own part of this")]
#[path = "../common/engine.rs"]
mod engine;
mod evidence;
mod publishing;
mod world;

/// The databases of the other tests, without the service that they start.
mod common {
    pub use crate::engine::{Database, Engine};
}

fn files_under(folder: &str, ending: &str) -> Vec<std::path::PathBuf> {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut found = Vec::new();
    for migration in std::fs::read_dir(root).unwrap() {
        let files = std::fs::read_dir(migration.unwrap().path()).unwrap();
        found.extend(files.map(|file| file.unwrap().path()));
    }
    found.retain(|path| path.to_string_lossy().ends_with(ending));
    found.sort();
    found
}
