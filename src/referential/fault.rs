//! What is wrong in a file, where, and in words that a programme manager reads.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::model::Bilingual;

/// A language of the interface. The wording of a référentiel is never translated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lang {
    #[default]
    Fr,
    En,
}

impl Bilingual {
    pub fn new(fr: impl Into<String>, en: impl Into<String>) -> Self {
        Self { fr: fr.into(), en: en.into() }
    }

    pub fn in_lang(&self, lang: Lang) -> &str {
        match lang {
            Lang::Fr => &self.fr,
            Lang::En => &self.en,
        }
    }
}

/// One fault of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// As the caller names the file; the reader itself sees only text.
    pub file: Option<String>,
    /// Counted from 1.
    pub line: usize,
    /// In characters, counted from 1.
    pub column: usize,
    /// Stable; tools match on it.
    pub code: &'static str,
    /// JSON pointer (RFC 6901) of what is at fault.
    pub pointer: String,
    pub message: Bilingual,
}

impl Fault {
    /// `file:line: code: message` in one language.
    pub fn in_lang(&self, lang: Lang) -> impl fmt::Display + '_ {
        Line { fault: self, lang }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.in_lang(Lang::Fr).fmt(f)
    }
}

struct Line<'a> {
    fault: &'a Fault,
    lang: Lang,
}

impl fmt::Display for Line<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(file) = &self.fault.file {
            write!(f, "{file}:")?;
        }
        write!(f, "{}: {}: {}", self.fault.line, self.fault.code, self.fault.message.in_lang(self.lang))
    }
}

/// A fault before its place in the file is looked up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    pub code: &'static str,
    pub pointer: String,
    pub message: Bilingual,
}

impl Finding {
    pub fn new(
        code: &'static str,
        pointer: impl Into<String>,
        fr: impl Into<String>,
        en: impl Into<String>,
    ) -> Self {
        Self { code, pointer: pointer.into(), message: Bilingual::new(fr, en) }
    }
}

/// The pointer of a member or an item of what `parent` points to (RFC 6901 §3 escapes).
pub fn child(parent: &str, segment: impl fmt::Display) -> String {
    format!("{parent}/{}", segment.to_string().replace('~', "~0").replace('/', "~1"))
}

/// The pointer itself, then each of its ancestors up to the root.
pub fn lineage(pointer: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(pointer), |at| at.rfind('/').and_then(|cut| at.get(..cut)))
}
