//! What a visitor expects of the house: dependencies that may be used, a settings sample that is whole, one
//! command for all checks, and no trace of somebody's machine.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod common;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::Command;

use common::in_repository;
use common::source::Source;
use serde_json::Value;

fn read(path: &str) -> String {
    std::fs::read_to_string(in_repository(path)).unwrap()
}

/// The strings of one list of `deny.toml`, which keeps one entry per line.
fn listed(section: &str, key: &str) -> Vec<String> {
    let text = read("deny.toml");
    let start = text.find(&format!("[{section}]")).unwrap();
    let list = text[start..].split(&format!("\n{key} = [\n")).nth(1).unwrap();
    let lines = list.lines().take_while(|line| *line != "]");
    lines.map(|line| line.split('"').nth(1).unwrap().to_owned()).collect()
}

/// Every crate that is built, for the targets of `deny.toml`.
fn dependencies() -> Vec<Value> {
    let mut command = Command::new(env!("CARGO"));
    command.args(["metadata", "--format-version", "1", "--locked"]).current_dir(in_repository(""));
    for target in listed("graph", "targets") {
        command.args(["--filter-platform", &target]);
    }
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    metadata["packages"].as_array().unwrap().clone()
}

#[test]
fn every_dependency_has_a_licence_of_the_list() {
    let allowed: BTreeSet<String> = listed("licenses", "allow").into_iter().collect();
    let packages = dependencies();
    assert!(packages.len() > 100, "{} packages", packages.len());
    let refused: Vec<String> = packages
        .iter()
        .filter(|package| !package["license"].as_str().is_some_and(|text| satisfied(text, &allowed)))
        .map(|package| format!("{} {}: {}", package["name"], package["version"], package["license"]))
        .collect();
    assert!(refused.is_empty(), "not allowed by deny.toml:\n{}", refused.join("\n"));
}

/// Whether an SPDX expression can be met with the licences allowed: `OR` chooses, `AND` binds closer.
fn satisfied(expression: &str, allowed: &BTreeSet<String>) -> bool {
    let spaced =
        expression.replace('(', " ( ").replace(')', " ) ").replace('/', " OR ").replace(" WITH ", "\u{1}");
    let words: Vec<String> = spaced
        .split(' ')
        .filter(|word| !word.is_empty())
        .map(|word| word.replace('\u{1}', " WITH "))
        .collect();
    let mut words = words.iter().map(String::as_str).peekable();
    let met = any(&mut words, allowed);
    assert!(words.next().is_none(), "unreadable licence: {expression}");
    met
}

type Words<'a, I> = std::iter::Peekable<I>;

fn any<'a, I: Iterator<Item = &'a str>>(words: &mut Words<'a, I>, allowed: &BTreeSet<String>) -> bool {
    let mut met = all(words, allowed);
    while words.next_if_eq(&"OR").is_some() {
        met |= all(words, allowed);
    }
    met
}

fn all<'a, I: Iterator<Item = &'a str>>(words: &mut Words<'a, I>, allowed: &BTreeSet<String>) -> bool {
    let mut met = one(words, allowed);
    while words.next_if_eq(&"AND").is_some() {
        met &= one(words, allowed);
    }
    met
}

fn one<'a, I: Iterator<Item = &'a str>>(words: &mut Words<'a, I>, allowed: &BTreeSet<String>) -> bool {
    if words.next_if_eq(&"(").is_some() {
        let met = any(words, allowed);
        assert_eq!(words.next(), Some(")"));
        return met;
    }
    words.next().is_some_and(|word| allowed.contains(word))
}

#[test]
fn a_licence_expression_is_read_as_spdx_means_it() {
    let allowed: BTreeSet<String> =
        ["MIT", "ISC", "Apache-2.0 WITH LLVM-exception"].map(str::to_owned).into();
    for met in
        ["MIT", "GPL-3.0 OR MIT", "GPL-3.0/MIT", "MIT AND (GPL-2.0 OR ISC)", "Apache-2.0 WITH LLVM-exception"]
    {
        assert!(satisfied(met, &allowed), "{met}");
    }
    for unmet in [
        "GPL-3.0-or-later",
        "MIT AND GPL-2.0",
        "ISC AND (GPL-2.0 OR MPL-2.0)",
        "Apache-2.0",
        "MIT AND GPL-2.0 OR MPL-2.0",
    ] {
        assert!(!satisfied(unmet, &allowed), "{unmet}");
    }
}

#[test]
fn no_banned_crate_comes_in() {
    let banned = listed("bans", "deny");
    assert!(banned.len() >= 8, "{banned:?}");
    let lock = read("Cargo.lock");
    let mut names = lock.lines().zip(lock.lines().skip(1)).filter_map(|(name, version)| {
        let name = name.strip_prefix("name = \"")?.strip_suffix('"')?;
        let version = version.strip_prefix("version = \"")?.strip_suffix('"')?;
        Some((name.to_owned(), version.to_owned()))
    });
    let found: Vec<_> = names
        .by_ref()
        .filter(|(name, version)| banned.iter().any(|ban| is_banned(ban, name, version)))
        .collect();
    assert!(found.is_empty(), "banned by deny.toml: {found:?}");
}

/// `name`, or `name@<1.2.3`.
fn is_banned(ban: &str, name: &str, version: &str) -> bool {
    let parts = |text: &str| -> Vec<u32> {
        text.split(['.', '-', '+']).filter_map(|part| part.parse().ok()).collect()
    };
    match ban.split_once("@<") {
        Some((banned, below)) => banned == name && parts(version) < parts(below),
        None => ban == name,
    }
}

#[test]
fn a_ban_below_a_version_counts_numbers() {
    assert!(is_banned("h2@<0.4.16", "h2", "0.3.27") && is_banned("h2@<0.4.16", "h2", "0.4.9"));
    assert!(!is_banned("h2@<0.4.16", "h2", "0.4.16") && !is_banned("h2@<0.4.16", "h2o", "0.1.0"));
    assert!(is_banned("sqlx", "sqlx", "0.9.0") && !is_banned("sqlx", "sqlx-core", "0.9.0"));
}

#[test]
fn everything_comes_from_the_public_registry() {
    let lock = read("Cargo.lock");
    let elsewhere: Vec<&str> = lock
        .lines()
        .filter(|line| line.starts_with("source = "))
        .filter(|line| *line != "source = \"registry+https://github.com/rust-lang/crates.io-index\"")
        .collect();
    assert!(elsewhere.is_empty(), "{elsewhere:?}");
    for private in [".cargo", ".npmrc", "pip.conf", "rust-toolchain", "vendor"] {
        assert!(!in_repository(private).exists(), "{private} belongs to a machine, not to the repository");
    }
}

#[test]
fn the_sample_names_every_setting_and_no_other() {
    let mut read_by_us = BTreeSet::new();
    for file in common::files_under("src", ".rs") {
        let source = Source::of(&std::fs::read_to_string(file).unwrap());
        let names = source.strings.iter().map(|(_, text)| text.trim_matches('"'));
        read_by_us.extend(names.filter(|name| is_setting(name)).map(str::to_owned));
    }
    let sample = read(".env.sample");
    let told: BTreeSet<String> = sample
        .lines()
        .filter_map(|line| line.trim_start_matches('#').split_once('='))
        .map(|(name, _)| name.to_owned())
        .filter(|name| is_setting(name))
        .collect();
    assert!(told.contains("PARCHEMIN_DATA"), "{told:?}");
    assert_eq!(told, read_by_us);
}

fn is_setting(name: &str) -> bool {
    name.strip_prefix("PARCHEMIN_")
        .is_some_and(|rest| rest.chars().all(|one| one.is_ascii_uppercase() || one == '_'))
}

#[test]
fn one_command_checks_all() {
    use std::os::unix::fs::PermissionsExt;
    for script in ["test", ".ci/run"] {
        let mode = std::fs::metadata(in_repository(script)).unwrap().permissions().mode();
        assert_eq!(mode & 0o111, 0o111, "{script} is not executable");
    }
    let ci = read(".ci/run");
    let commands: Vec<&str> = ci.lines().filter(|line| !line.starts_with('#')).collect();
    assert!(matches!(commands[..], [one] if one.ends_with("exec ./test")), "{commands:?}");
    let script = read("test");
    for check in [
        "cargo fmt --all --check",
        "cargo clippy --all-targets --locked -- -D warnings",
        "cargo test --locked",
    ] {
        assert!(script.contains(check), "./test leaves out: {check}");
    }
}

#[test]
fn both_licences_are_here() {
    assert!(read("LICENSE-MIT").contains("Permission is hereby granted, free of charge"));
    assert!(read("LICENSE-APACHE").contains("END OF TERMS AND CONDITIONS"));
    assert!(read("Cargo.toml").contains("license = \"MIT OR Apache-2.0\""));
}

/// Every text file of the repository, whatever made it; not what the build makes.
fn texts() -> Vec<(PathBuf, String)> {
    let outside = ["target", ".git", "data", "node_modules"];
    let mut found = Vec::new();
    let mut folders = vec![in_repository("")];
    while let Some(folder) = folders.pop() {
        let top = folder == in_repository("");
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if top && outside.contains(&name.as_str()) {
                continue;
            }
            if path.is_dir() {
                folders.push(path);
            } else if let Ok(text) = std::fs::read_to_string(&path) {
                found.push((path, text));
            }
        }
    }
    found
}

#[test]
fn no_trace_of_a_machine_and_no_mark_of_the_state() {
    // In two pieces each, so that this file does not find itself.
    let words = [
        ["/wor", "k/"].concat(),
        ["/roo", "t/"].concat(),
        ["/home", "/"].concat(),
        ["../sha", "red"].concat(),
        ["index.crat", "es.io"].concat(),
        ["static.crat", "es.io"].concat(),
        ["ds", "fr"].concat(),
        ["maria", "nne"].concat(),
    ];
    let texts = texts();
    assert!(texts.len() > 50, "{} texts", texts.len());
    let mut faults = Vec::new();
    for (path, text) in &texts {
        for (line, content) in text.lines().enumerate() {
            let content = content.to_lowercase();
            faults.extend(words.iter().filter(|word| content.contains(*word)).map(|word| {
                format!("{}:{}: {word}", path.strip_prefix(in_repository("")).unwrap().display(), line + 1)
            }));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn nothing_of_a_merge_is_left() {
    let marks = ["<".repeat(7), ">".repeat(7)].map(|mark| format!("{mark} "));
    for (path, text) in texts() {
        let left = text.lines().position(|line| marks.iter().any(|mark| line.starts_with(mark)));
        assert!(left.is_none(), "{}: line {}", path.display(), left.unwrap_or_default() + 1);
    }
}

#[test]
fn no_test_is_left_out() {
    let skipped = ["#[ig", "nore"].concat();
    for folder in ["src", "tests", "benches"] {
        for file in common::files_under(folder, ".rs") {
            let source = Source::of(&std::fs::read_to_string(&file).unwrap());
            assert!(!source.code.contains(&skipped), "{}", file.display());
        }
    }
}

/// French puts a no-break space before `:`, `;`, `?`, `!`, `»` and after `«`; at a plain one the line breaks.
#[test]
fn french_words_keep_their_marks() {
    let mut faults = Vec::new();
    for file in common::files_under("src", ".rs") {
        let source = Source::of(&std::fs::read_to_string(&file).unwrap());
        // A mark alone in its quotes is one that some code looks for.
        for (line, text) in source.strings.iter().filter(|(_, text)| text.chars().count() > 8) {
            let french = !text.is_ascii() && text.contains(" : ");
            let loose = french || [" ;", " ?", " !", " »", "« "].iter().any(|mark| text.contains(mark));
            if loose {
                faults.push(format!("{}:{line}: {text}", file.display()));
            }
        }
    }
    assert!(faults.is_empty(), "scripts/french-marks puts them right:\n{}", faults.join("\n"));
}
