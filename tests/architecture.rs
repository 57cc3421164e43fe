//! The walls: rules know nothing but the subject, a subject uses only those before it, files and functions
//! stay short. Each exception stands here with its reason.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod common;

use std::collections::BTreeSet;

use common::source::{Source, functions};
use common::{files_under, in_repository};

/// In the order of the work (`src/lib.rs`): each uses only those before it.
const SUBJECTS: &[&str] = &[
    "access",
    "referential",
    "candidates",
    "sittings",
    "evidence",
    "jury",
    "scoring",
    "deliberation",
    "boards",
    "issuing",
    "custody",
];

/// They know no subject.
const TOOLS: &[&str] = &["documents", "db", "journal", "mail", "web"];

/// What every subject may name in any other: rows are what the tables hold, whoever reads them; the summary
/// of the boards is kept in the transaction of each act that changes it.
const COMMON_GROUND: &[&str] = &["rows", "summary"];

/// Tools with routes or pages of their own: they ask who is calling, and nothing else of the subject.
const WHO_IS_CALLING: (&[&str], &str) = (&["journal", "mail", "web"], "access");

/// (file or folder, what it names, why it may)
const CROSSINGS: &[(&str, &str, &str)] =
    &[("sittings", "jury", "a sitting opens when each of its juries may sit")];

/// Longer than a reader likes, and why it stays so.
const LONG_FILES: &[(&str, &str)] = &[
    ("custody/tables.rs", "one table: what every column of the schema is to a person"),
    ("db/schema.rs", "one entry per table, as diesel wants it"),
    ("referential/model.rs", "the file format, one type after the other, with what each key means"),
];
const LONGEST_FILE: usize = 520;

const LONG_FUNCTIONS: &[(&str, &str, &str)] = &[];
const LONGEST_FUNCTION: usize = 70;

const IMPURE: &[&str] = &[
    "diesel::",
    "actix_web::",
    "lettre::",
    "reqwest::",
    "std::fs",
    "std::env",
    "tokio::",
    "Utc::now",
    "SystemTime",
];

struct Named {
    /// Below `src/`, with slashes.
    path: String,
    source: Source,
    lines: usize,
}

fn ours() -> Vec<Named> {
    let root = in_repository("src");
    let read = |file: std::path::PathBuf| {
        let text = std::fs::read_to_string(&file).unwrap();
        let path = file.strip_prefix(&root).unwrap().to_string_lossy().into_owned();
        Named { path, source: Source::of(&text), lines: text.lines().count() }
    };
    files_under("src", ".rs").into_iter().map(read).collect()
}

fn is_pure(path: &str) -> bool {
    path.split('/').any(|part| ["model.rs", "rules.rs", "model", "rules"].contains(&part))
}

#[test]
fn models_and_rules_know_no_database_no_web_no_clock_no_file() {
    let files: Vec<Named> = ours().into_iter().filter(|file| is_pure(&file.path)).collect();
    assert!(files.len() >= 10, "the rules have moved: {}", files.len());
    let mut faults = Vec::new();
    for file in &files {
        faults.extend(
            IMPURE
                .iter()
                .filter(|word| file.source.product().contains(*word))
                .map(|word| format!("src/{}: {word}", file.path)),
        );
    }
    assert!(faults.is_empty(), "move this into store.rs or service.rs:\n{}", faults.join("\n"));
}

#[test]
fn a_subject_uses_only_those_before_it() {
    let mut faults = Vec::new();
    let mut crossed = BTreeSet::new();
    for file in ours() {
        let from = file.path.split('/').next().unwrap_or_default();
        for named in named_modules(file.source.product()) {
            let to = named.split("::").next().unwrap_or_default();
            if !is_crossing(from, to) || COMMON_GROUND.iter().any(|ground| named.ends_with(ground)) {
                continue;
            }
            let allowed = CROSSINGS
                .iter()
                .position(|(path, what, _)| file.path.starts_with(path) && named.starts_with(what));
            match allowed {
                Some(index) => drop(crossed.insert(index)),
                None => faults.push(format!("src/{} names {named}", file.path)),
            }
        }
    }
    assert!(
        faults.is_empty(),
        "below it in the order of the work, or a subject in a tool:\n{}",
        faults.join("\n")
    );
    let idle: Vec<_> = CROSSINGS.iter().enumerate().filter(|(index, _)| !crossed.contains(index)).collect();
    assert!(idle.is_empty(), "exceptions that nothing needs: {idle:?}");
}

/// Whether the one folder should not know the other.
fn is_crossing(from: &str, to: &str) -> bool {
    let place = |name: &str| SUBJECTS.iter().position(|subject| *subject == name);
    match (place(from), place(to)) {
        (Some(from), Some(to)) => from < to,
        (None, Some(_)) => {
            TOOLS.contains(&from) && !(WHO_IS_CALLING.0.contains(&from) && to == WHO_IS_CALLING.1)
        }
        _ => false,
    }
}

/// `jury::rows`, `access::Caller`…: the first two names of each path from the root of the crate.
fn named_modules(code: &str) -> BTreeSet<String> {
    let mut named = BTreeSet::new();
    for start in ["crate::", "super::super::"] {
        for (at, _) in code.match_indices(start) {
            let path = &code[at + start.len()..];
            let end = path
                .find(|one: char| !(one.is_alphanumeric() || one == '_' || one == ':'))
                .unwrap_or(path.len());
            let parts: Vec<&str> = path[..end].split("::").filter(|part| !part.is_empty()).take(2).collect();
            if parts.len() == 1 && path[end..].starts_with('{') {
                named.extend(group(&path[end + 1..]).iter().map(|name| format!("{}::{name}", parts[0])));
            } else {
                named.insert(parts.join("::"));
            }
        }
    }
    named
}

/// The first name of each path in `{a, b::c, d::{e, f}}`.
fn group(text: &str) -> Vec<String> {
    let (mut depth, mut names, mut word) = (0_usize, Vec::new(), String::new());
    for one in text.chars() {
        match one {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => names.push(std::mem::take(&mut word)),
            _ if depth == 0 => word.push(one),
            _ => {}
        }
    }
    names.push(word);
    let first = |name: String| name.trim().split("::").next().unwrap_or_default().trim().to_owned();
    names.into_iter().map(first).filter(|name| !name.is_empty()).collect()
}

#[test]
fn paths_in_groups_are_seen() {
    let found =
        named_modules("use crate::jury::{panel::{Panel, refuse}, rows::SeatRow}; crate::scoring::store::x()");
    let found: Vec<&str> = found.iter().map(String::as_str).collect();
    assert_eq!(found, ["jury::panel", "jury::rows", "scoring::store"]);
}

#[test]
fn files_and_functions_stay_short() {
    let mut faults = Vec::new();
    let (mut long_files, mut long_functions) = (BTreeSet::new(), BTreeSet::new());
    for file in ours() {
        if file.lines > LONGEST_FILE {
            long_files.insert(file.path.clone());
            if !LONG_FILES.iter().any(|(path, _)| *path == file.path) {
                faults.push(format!("src/{}: {} lines", file.path, file.lines));
            }
        }
        for (name, line, length) in functions(&file.source.code) {
            if length > LONGEST_FUNCTION {
                long_functions.insert((file.path.clone(), name.clone()));
                if !LONG_FUNCTIONS.iter().any(|(path, known, _)| *path == file.path && *known == name) {
                    faults.push(format!("src/{}:{line}: fn {name} has {length} lines", file.path));
                }
            }
        }
    }
    assert!(faults.is_empty(), "split these, or say here why not:\n{}", faults.join("\n"));
    for (path, _) in LONG_FILES {
        assert!(long_files.contains(*path), "{path} is short now: take it off the list");
    }
    for (path, name, _) in LONG_FUNCTIONS {
        let known = (path.to_string(), name.to_string());
        assert!(long_functions.contains(&known), "{path}: {name} is short now: take it off the list");
    }
}

#[test]
fn code_is_told_from_comments_and_strings() {
    let source = Source::of(
        "fn a<'x>() { // }\n let b = '}'; /* { */ let c = r#\"}\"#;\n let d = \"\\\"}\";\n}\nfn e();\n",
    );
    assert_eq!(functions(&source.code), [("a".to_owned(), 1, 4)]);
    assert_eq!(source.strings.len(), 3);
    assert_eq!(source.strings[2], (3, "\"\\\"}\"".to_owned()));
    if source.code.contains('#') {
        panic!("a raw string is left: {}", source.code);
    }
}
