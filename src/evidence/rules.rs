//! Labels and links. Pure.

use super::model::{Anchor, LINKS_MAX, Link, NewAnchor, StretchAnchor};
use crate::ids::LineId;
use crate::web::text::is_hidden;

/// Longest label of a file, in bytes.
const LABEL_MAX: usize = 255;
/// Longest ending that is kept when a label is cut.
const ENDING_MAX: usize = 16;

/// What a file is called: a label and nothing else. Folders, hidden characters and the dots and spaces around
/// it go; what is left is cut to 255 bytes, its ending kept.
pub fn label(given: &str) -> String {
    let name = given.rsplit(['/', '\\']).next().unwrap_or_default();
    let shown: String = name.chars().filter(|c| !is_hidden(*c)).collect();
    let shown = shown.trim_matches(|c: char| c.is_whitespace() || c == '.');
    if shown.is_empty() {
        return "fichier".to_owned();
    }
    if shown.len() <= LABEL_MAX {
        return shown.to_owned();
    }
    let ending = match shown.rfind('.') {
        Some(dot) if shown.len() - dot <= ENDING_MAX => shown.get(dot..).unwrap_or_default(),
        _ => "",
    };
    let mut end = LABEL_MAX - ending.len();
    while !shown.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}{ending}", shown.get(..end).unwrap_or_default())
}

/// A fault of the links: which entry, and what.
pub type LinkFault = (String, &'static str);

/// The criteria that a piece answers, each once, with its anchor; an anchored criterion is linked even when
/// it is not listed.
///
/// # Errors
/// Every entry that names no line of the version, that comes twice, or whose anchor points nowhere.
pub fn links(
    criteria: &[String],
    anchors: &[NewAnchor],
    line: impl Fn(&str) -> Option<LineId>,
) -> Result<Vec<Link>, Vec<LinkFault>> {
    let asked = u64::try_from(criteria.len().max(anchors.len())).unwrap_or(u64::MAX);
    if asked > LINKS_MAX {
        return Err(vec![("criteria".to_owned(), "length")]);
    }
    let mut found: Vec<Link> = Vec::new();
    let mut faults = Vec::new();
    for (place, slug) in criteria.iter().enumerate() {
        match line(slug) {
            None => faults.push((format!("criteria[{place}]"), "unknown_criterion")),
            Some(line) if found.iter().any(|link| link.line == line) => {
                faults.push((format!("criteria[{place}]"), "twice"));
            }
            Some(line) => found.push(Link { line, anchor: None }),
        }
    }
    for (place, one) in anchors.iter().enumerate() {
        let at = |what: &str| format!("anchors[{place}].{what}");
        if !points_somewhere(one.anchor) {
            faults.push((at("anchor"), "range"));
        }
        let Some(line) = line(&one.criterion) else {
            faults.push((at("criterion"), "unknown_criterion"));
            continue;
        };
        match found.iter_mut().find(|link| link.line == line) {
            None => found.push(Link { line, anchor: Some(one.anchor) }),
            Some(link) if link.anchor.is_none() => link.anchor = Some(one.anchor),
            Some(_) => faults.push((at("criterion"), "twice")),
        }
    }
    if faults.is_empty() { Ok(found) } else { Err(faults) }
}

fn points_somewhere(anchor: Anchor) -> bool {
    match anchor {
        Anchor::Page(at) => at.page >= 1,
        Anchor::Stretch(StretchAnchor { from, to }) => from < to,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::model::PageAnchor;

    #[test]
    fn a_name_is_only_a_label() {
        let long = format!("{}.pdf", "é".repeat(300));
        for (given, expected) in [
            ("rapport.pdf", "rapport.pdf"),
            ("../../etc/passwd", "passwd"),
            ("..\\..\\windows\\system32\\cmd.exe", "cmd.exe"),
            ("C:\\Users\\moi\\bilan final.docx", "bilan final.docx"),
            ("a\u{0}b\r\nSet-Cookie: x.pdf", "abSet-Cookie: x.pdf"),
            ("facture\u{202e}fdp.exe", "facturefdp.exe"),
            ("..", "fichier"),
            ("", "fichier"),
            (" .\u{200b}. ", "fichier"),
            ("notes.txt. . ", "notes.txt"),
            ("été 🎓.png", "été 🎓.png"),
        ] {
            assert_eq!(label(given), expected, "{given:?}");
        }
        let cut = label(&long);
        assert!(cut.len() <= 255 && cut.len() > 250, "{}", cut.len());
        assert!(cut.ends_with("é.pdf"));
    }

    #[test]
    fn every_wrong_link_is_told() {
        let lines = [("c1", LineId::new()), ("c2", LineId::new())];
        let line = |slug: &str| lines.iter().find(|(known, _)| *known == slug).map(|(_, id)| *id);
        let on = |criterion: &str, anchor| NewAnchor { criterion: criterion.to_owned(), anchor };
        let page = |page| Anchor::Page(PageAnchor { page });
        let criteria = ["c1".to_owned(), "nope".to_owned(), "c1".to_owned()];
        let anchors = [
            on("c2", page(0)),
            on("c2", Anchor::Stretch(StretchAnchor { from: 9, to: 9 })),
            on("x", page(1)),
        ];
        let faults = links(&criteria, &anchors, line).unwrap_err();
        let told: Vec<_> = faults.iter().map(|(at, code)| (at.as_str(), *code)).collect();
        assert_eq!(
            told,
            [
                ("criteria[1]", "unknown_criterion"),
                ("criteria[2]", "twice"),
                ("anchors[0].anchor", "range"),
                ("anchors[1].anchor", "range"),
                ("anchors[1].criterion", "twice"),
                ("anchors[2].criterion", "unknown_criterion"),
            ]
        );
        let found = links(&criteria[..1], &[on("c1", page(3)), on("c2", page(1))], line).unwrap();
        assert_eq!(found.len(), 2, "an anchored criterion is linked too");
        assert_eq!(found[0].anchor, Some(page(3)));
    }
}
