//! What each column means, whatever its place, its language and its accents. Pure.

use std::collections::HashMap;

use super::fault::{Code, Fault};
use super::table::{Row, Table};
use super::vocabulary::Field::{BirthName, UsageName};
use super::vocabulary::{Field, MANDATORY, is_plain_name, meaning, words};

/// Heads stand in the first rows; what comes after is people.
const SOUGHT_IN: usize = 40;

/// The columns of a file.
#[derive(Debug, Clone, Default)]
pub struct Heads {
    /// Where people begin, among the rows.
    pub first: usize,
    /// Number of the row of the heads, the lower one of two.
    line: usize,
    columns: HashMap<Field, (usize, String)>,
    same: Vec<(String, String)>,
    ignored: Vec<String>,
}

impl Heads {
    pub fn column(&self, field: Field) -> Option<usize> {
        self.columns.get(&field).map(|(column, _)| *column)
    }

    /// As the file writes it, or as we would.
    pub fn head(&self, field: Field) -> &str {
        self.columns.get(&field).map_or(field.usual(), |(_, head)| head)
    }

    /// What of the heads keeps the file from being imported, and what is only to be known.
    pub fn faults(&self) -> (Vec<Fault>, Vec<Fault>) {
        let missing = MANDATORY.iter().filter(|field| !self.columns.contains_key(field));
        let mut blocking: Vec<Fault> = missing
            .map(|field| Fault::at(self.line, field.usual(), Code::MissingColumn).told(field.usual()))
            .collect();
        let same = self.same.iter();
        blocking.extend(
            same.map(|(one, other)| Fault::at(self.line, other, Code::SameHead).told(one).told(other)),
        );
        let ignored = self.ignored.iter();
        let warnings =
            ignored.map(|head| Fault::at(self.line, head, Code::ColumnIgnored).told(head)).collect();
        (blocking, warnings)
    }
}

/// Finds the heads of a file that may be read in several ways: the way and the row in which most columns are
/// recognised.
///
/// # Errors
/// When no row looks like heads.
pub fn find(tables: Vec<Table>) -> Result<(Table, Heads), Fault> {
    let mut best: Option<(usize, Table, Heads)> = None;
    for table in tables {
        let found = candidates(&table).max_by_key(|(score, heads)| (*score, std::cmp::Reverse(heads.first)));
        let Some((score, heads)) = found else { continue };
        if best.as_ref().is_none_or(|(known, ..)| score > *known) {
            best = Some((score, table, heads));
        }
    }
    match best {
        Some((score, table, heads)) if score >= 2 => Ok((table, heads)),
        _ => {
            let usual: Vec<&str> = MANDATORY.iter().map(|field| field.usual()).collect();
            Err(Fault::of_file(Code::NoHeads).listing(&usual.join(", ")))
        }
    }
}

/// Each row as heads, and each with the row above it as the upper half of its heads.
fn candidates(table: &Table) -> impl Iterator<Item = (usize, Heads)> + '_ {
    let rows = table.rows.iter().take(SOUGHT_IN).enumerate();
    rows.flat_map(|(place, row)| {
        let alone = recognise(row, None, place);
        let above = place.checked_sub(1).and_then(|above| table.rows.get(above));
        let double = above.map(|above| recognise(row, Some(above), place));
        // Two rows are one head only where the upper one adds to the lower.
        let double = double.filter(|double| double.0 > alone.0 && alone.0 > 0);
        std::iter::once(alone).chain(double)
    })
}

fn recognise(row: &Row, above: Option<&Row>, place: usize) -> (usize, Heads) {
    let mut heads = Heads { first: place + 1, line: row.number, ..Heads::default() };
    let width = row.cells.len().max(above.map_or(0, |above| above.cells.len()));
    let mut plain_names = Vec::new();
    let mut group = String::new();
    for column in 0..width {
        let lower = row.cell(column).words();
        if let Some(above) = above {
            let upper = above.cell(column).words();
            // A merged cell of a CSV says its words once, above the first of its columns.
            if !upper.is_empty() || lower.is_empty() {
                group = upper;
            }
        }
        let own = words(&lower);
        let joined = words(&format!("{group} {lower}"));
        let shown = if lower.is_empty() { group.clone() } else { lower };
        match meaning(&own).or_else(|| above.and_then(|_| meaning(&joined))) {
            Some(field) => heads.note(field, column, shown),
            None if is_plain_name(&own) => plain_names.push((column, shown)),
            None if shown.is_empty() => {}
            None => heads.ignored.push(shown),
        }
    }
    for (column, shown) in plain_names {
        let taken = heads.columns.contains_key(&BirthName);
        heads.note(if taken { UsageName } else { BirthName }, column, shown);
    }
    heads.ignored.sort();
    heads.ignored.dedup();
    (heads.columns.len(), heads)
}

impl Heads {
    fn note(&mut self, field: Field, column: usize, shown: String) {
        match self.columns.get(&field) {
            Some((_, first)) => self.same.push((first.clone(), shown)),
            None => drop(self.columns.insert(field, (column, shown))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::candidates::intake::table::read;
    use crate::candidates::intake::vocabulary::Field::{
        AccessRoute, BirthDate, BirthPlace, Email, FirstNames,
    };

    fn heads(text: &str) -> Heads {
        find(read(text.as_bytes()).unwrap()).unwrap().1
    }

    fn where_is(heads: &Heads, fields: &[Field]) -> Vec<Option<usize>> {
        fields.iter().map(|field| heads.column(*field)).collect()
    }

    const FIVE: [Field; 5] = MANDATORY;

    #[test]
    fn heads_in_any_order_language_and_accents() {
        for text in [
            "Nom de naissance;Prénoms;Date de naissance;Courriel;Voie d'accès\n",
            "NOM DE NAISSANCE,PRENOM(S),DATE DE NAISSANCE (JJ/MM/AAAA),E-MAIL,VOIE D’ACCES\n",
            "Birth name\tFirst name\tDate of birth\tEmail address\tAccess route\n",
            "sep=;\nNom;Prénom;Né(e) le;Mél;Voie\n",
        ] {
            let found = heads(text);
            assert_eq!(where_is(&found, &FIVE), [Some(0), Some(1), Some(2), Some(3), Some(4)], "{text}");
            assert_eq!(found.faults(), (vec![], vec![]), "{text}");
        }
    }

    #[test]
    fn titles_above_and_heads_of_two_lines() {
        let text = "Promotion 2026, Brest\n\n;Naissance;;;Contact;Voie d'accès\nPrénoms;Nom;Date;Lieu;Courriel;\nA;B;C;D;E;F\n";
        let found = heads(text);
        assert_eq!(
            where_is(&found, &[FirstNames, BirthName, BirthDate, BirthPlace, Email, AccessRoute]),
            [Some(0), Some(1), Some(2), Some(3), Some(4), Some(5)]
        );
        assert_eq!(found.first, 3, "people begin after both");
        assert_eq!(found.faults(), (vec![], vec![]));
    }

    #[test]
    fn a_plain_name_gives_way_to_the_birth_name() {
        let found = heads("Nom;Nom de naissance;Prénom\n");
        assert_eq!(where_is(&found, &[BirthName, UsageName]), [Some(1), Some(0)]);
    }

    #[test]
    fn what_is_missing_doubled_or_unknown_is_told() {
        let found = heads("Nom de naissance;Prénoms;Courriel;E-mail;Téléphone\n");
        let (blocking, warnings) = found.faults();
        let codes: Vec<_> =
            blocking.iter().map(|fault| (fault.column.as_deref().unwrap(), fault.code)).collect();
        assert_eq!(
            codes,
            [
                ("Date de naissance", Code::MissingColumn),
                ("Voie d’accès", Code::MissingColumn),
                ("E-mail", Code::SameHead),
            ]
        );
        assert_eq!(warnings.len(), 1);
        assert_eq!(warnings[0].told, ["Téléphone"]);
    }

    #[test]
    fn no_row_that_looks_like_heads() {
        let refused = find(read(b"Bonjour;monsieur\n1;2\n").unwrap()).unwrap_err();
        assert_eq!(refused.code, Code::NoHeads);
    }
}
