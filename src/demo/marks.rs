//! What each juror gives on each line: scripted, so that the story comes out as told.
//!
//! Three jurors, median rule. A rank lower by one in one of three sheets changes nothing; that is how they
//! disagree «here and there». Two lines of the first candidate of a cohort need the chair to settle.

use serde_json::{Value, json};

use super::people::Fate;

/// A line as a sheet shows it, and whose it is.
pub struct Line<'a> {
    /// Place of the block in the référentiel.
    pub block: usize,
    /// Place of the line on its sheet.
    pub place: usize,
    /// Printed codes of the competencies served.
    pub codes: &'a [String],
    pub optional: bool,
    /// The codes of the first line of the sheet: what a refusal is about.
    pub first_codes: &'a [String],
}

/// What juror `juror` (0 is the chair) gives to a candidate with this fate.
pub fn mark(fate: Fate, juror: usize, line: &Line<'_>) -> Value {
    if line.optional {
        return json!({ "state": "not_applicable", "reason": "Sans objet dans la situation présentée." });
    }
    if fate == Fate::Full && line.block == 0 && juror == 1 && line.place == 0 {
        // Two ranks below the others: the chair will settle.
        return scored(1, Some("Je ne retrouve pas cet élément dans le rapport remis."));
    }
    if fate == Fate::Full && line.block == 0 && juror == 2 && line.place == 1 {
        return json!({ "state": "not_observed", "comment": "Le temps a manqué pour aborder ce point." });
    }
    let concerned = line.codes.iter().any(|code| line.first_codes.contains(code));
    match fate {
        Fate::Refused if concerned => scored(1, Some(refusal(line.place))),
        Fate::Partial | Fate::Recused if line.block == 1 && concerned => scored(1, Some(refusal(line.place))),
        Fate::Departure if line.block == 0 && concerned => {
            scored(2, Some("Présent, mais la justification reste courte."))
        }
        // Before two jurors the lower rank counts: there they agree.
        _ if fate != Fate::Recused && line.place % 3 == juror && line.place > 1 => scored(2, None),
        _ if line.place % 5 == 2 => scored(3, Some("Très clair ; l’exemple choisi est parlant.")),
        _ => scored(3, None),
    }
}

fn scored(rank: u8, comment: Option<&str>) -> Value {
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
