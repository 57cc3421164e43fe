//! Real files, made on the spot: what candidates hand in.

mod archive;
mod image;
mod paper;
mod sound;

/// One file to hand in.
pub struct Piece {
    pub title: &'static str,
    pub filename: &'static str,
    pub bytes: Vec<u8>,
    /// Where in it the evidence is, as the API takes it.
    pub anchor: Option<serde_json::Value>,
}

/// One of each kind that certifications see most.
///
/// # Errors
/// When a file cannot be made, which no input can cause.
pub fn pieces(author: &str) -> anyhow::Result<Vec<Piece>> {
    let piece = |title, filename, bytes, anchor| Piece { title, filename, bytes, anchor };
    Ok(vec![
        piece(
            "Rapport d’étude de cas",
            "rapport.pdf",
            paper::report(author)?,
            Some(serde_json::json!({ "page": 1 })),
        ),
        piece("Cartographie des données", "cartographie.png", image::chart(), None),
        piece(
            "Présentation orale",
            "oral.wav",
            sound::tone(),
            Some(serde_json::json!({ "from": 0, "to": 1 })),
        ),
        piece("Code du projet", "projet.zip", archive::project(author), None),
        piece("Carnet d’exploration", "exploration.ipynb", paper::notebook(author), None),
        piece("Tableau de suivi", "suivi.xlsx", archive::workbook(author), None),
    ])
}
