//! What each juror gives on each line: scripted, so that the story comes out as told.
//!
//! Three jurors, median rule. A rank lower by one in one of three sheets changes nothing; that is how they
//! disagree «here and there». One line of one candidate, and one of another, need the chair to settle.

use serde_json::{Value, json};

use super::people::{Candidate, Fate, Part};

/// A line as a sheet shows it, and whose it is.
pub struct Line<'a> {
    /// Place of the block in the référentiel; nothing for what is assessed outside the blocks, or again.
    pub block: Option<usize>,
    /// Place of its grid on the sheet.
    pub grid: usize,
    /// Place of the line on its sheet.
    pub place: usize,
    /// Printed codes of the competencies served.
    pub codes: &'a [String],
    pub optional: bool,
    /// The codes of the first line of the sheet: what a refusal is about.
    pub first_codes: &'a [String],
}

/// What juror `juror` (0 is the chair) gives to a candidate.
pub fn mark(about: &Candidate, juror: usize, line: &Line<'_>) -> Value {
    if line.optional {
        return json!({ "state": "not_applicable", "reason": "Sans objet dans la situation présentée." });
    }
    let first_block = line.block == Some(0);
    if first_block && about.plays(Part::Disagreement) && (juror, line.place) == (1, 0) {
        // Two ranks below the others: the chair will settle.
        return scored(1, Some("Je ne retrouve pas cet élément dans le rapport remis."));
    }
    if first_block && about.plays(Part::Unobserved) && (juror, line.place) == (2, 1) {
        return json!({ "state": "not_observed", "comment": "Le temps a manqué pour aborder ce point." });
    }
    let concerned = line.codes.iter().any(|code| line.first_codes.contains(code));
    let refused = match about.fate {
        Fate::Refused => line.block.is_some(),
        Fate::RefusedIn(block) => line.block == Some(block) && line.grid == 0,
        _ => false,
    };
    let agreed = about.plays(Part::Recused) || matches!(about.fate, Fate::Agreed | Fate::Hanging);
    match about.fate {
        _ if concerned && refused => scored(1, Some(refusal(line.place))),
        Fate::Departure if first_block && concerned => {
            scored(2, Some("Présent, mais la justification reste courte."))
        }
        Fate::Hanging if line.block == Some(2) && concerned && juror == 1 => {
            scored(2, Some("Un exemple de plus aurait convaincu."))
        }
        // Outside the blocks there is one line, and it is on the whole.
        _ if line.block.is_none() => scored(3, None),
        // Before two jurors the lower rank counts: there they agree.
        _ if !agreed && line.place % 3 == juror && line.place > 1 => scored(2, None),
        _ if line.place % 5 == 2 => scored(3, Some("Très clair ; l’exemple choisi est parlant.")),
        _ => scored(3, None),
    }
}

pub fn scored(rank: u8, comment: Option<&str>) -> Value {
    json!({ "state": "scored", "rank": rank, "comment": comment })
}

fn refusal(place: usize) -> &'static str {
    const WORDS: [&str; 3] = [
        "L’élément attendu n’apparaît ni dans le dossier ni à l’oral.",
        "La démarche est décrite sans être mise en œuvre.",
        "Le choix n’est pas justifié au regard du besoin.",
    ];
    WORDS.get(place % WORDS.len()).copied().unwrap_or(WORDS[0])
}
