//! From which sitting each result comes: told whenever there was more than one.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::ProposalView;
use crate::ids::SittingId;
use crate::referential::model::Slug;

/// The newest signed sitting of one method.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceView {
    pub method: Slug,
    pub title: String,
    pub sitting: SittingId,
    pub sitting_title: String,
    /// In the calendar of the centre.
    pub held_on: NaiveDate,
}

/// Keeps the sources with the proposal and, after a resit, says them.
pub fn tell_sources(view: &mut ProposalView, sources: Vec<SourceView>) {
    let sittings: BTreeSet<SittingId> = sources.iter().map(|source| source.sitting).collect();
    if sittings.len() > 1 {
        for source in &sources {
            let SourceView { title, sitting_title, held_on, .. } = source;
            view.sentences.fr.push(format!(
                "«\u{a0}{title}\u{a0}»\u{a0}: résultat de la session «\u{a0}{sitting_title}\u{a0}» du {}.",
                held_on.format("%d/%m/%Y")
            ));
            view.sentences.en.push(format!(
                "“{title}”: result of the sitting “{sitting_title}” of {}.",
                held_on.format("%Y-%m-%d")
            ));
        }
    }
    view.sources = sources;
}
