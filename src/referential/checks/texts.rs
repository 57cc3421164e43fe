//! Words that are not there, and notes that answer nothing.

use serde_json::Value;

use super::walk;
use super::{CHECKS, Report};
use crate::referential::fault::child;
use crate::referential::model::Referential;

/// No text of the format has a meaning when blank: what is absent is left out.
pub fn empty_text(referential: &Referential, report: &mut Report) {
    // Read as a value, so that a field added to the format is looked at without a line here.
    if let Ok(value) = serde_json::to_value(referential) {
        blank(&value, "", report);
    }
}

fn blank(value: &Value, at: &str, report: &mut Report) {
    match value {
        Value::String(text) if text.trim().is_empty() => {
            report.add(at, "ce texte est vide", "this text is empty");
        }
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(place, item)| blank(item, &child(at, place), report));
        }
        Value::Object(members) => {
            members.iter().for_each(|(key, member)| blank(member, &child(at, key), report));
        }
        _ => {}
    }
}

pub fn unknown_check(referential: &Referential, report: &mut Report) {
    for (at, notes) in walk::notes(referential) {
        let list = child(&at, "notes");
        for (place, note) in notes.iter().enumerate() {
            let Some(named) = &note.check else { continue };
            if !CHECKS.iter().any(|check| check.code == named) {
                report.add(
                    child(&child(&list, place), "check"),
                    format!("«\u{a0}{named}\u{a0}» n’est le nom d’aucun contrôle"),
                    format!("“{named}” is not the name of a check"),
                );
            }
        }
    }
}
