//! What each column means, whatever its place, its language and its accents. Pure.

use std::collections::{BTreeSet, HashMap};
use std::sync::OnceLock;

use super::fault::{Code, Fault};
use super::table::{Row, Table};
use crate::candidates::names::folded;

/// What a column may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Field {
    Number,
    BirthName,
    UsageName,
    FirstNames,
    Sex,
    BirthDate,
    BirthPlace,
    BirthInsee,
    BirthPostcode,
    BirthCountry,
    Email,
    Employer,
    AccessRoute,
    Blocks,
    AcquiredBlocks,
    AcquiredOrigin,
    AcquiredOn,
    AcquiredDocument,
}

use Field::{
    AccessRoute, AcquiredBlocks, AcquiredDocument, AcquiredOn, AcquiredOrigin, BirthCountry, BirthDate,
    BirthInsee, BirthName, BirthPlace, BirthPostcode, Blocks, Email, Employer, FirstNames, Number, Sex,
    UsageName,
};

/// Each meaning with its usual head, its field in the rules of enrolment, and the heads that say it. Words of
/// no weight, accents, plurals and the order of words do not count.
const MEANINGS: &[(Field, &str, &str, &[&str])] = &[
    (
        Number,
        "N° d’inscription",
        "number",
        &[
            "numéro",
            "n°",
            "no",
            "numéro d'inscription",
            "n° d'inscription",
            "numéro candidat",
            "n° candidat",
            "numéro du dossier",
            "number",
            "enrolment number",
            "enrollment number",
            "candidate number",
        ],
    ),
    (
        BirthName,
        "Nom de naissance",
        "birth_name",
        &[
            "nom de naissance",
            "nom de famille",
            "nom patronymique",
            "nom de jeune fille",
            "nom de naissance (état civil)",
            "birth name",
            "last name",
            "surname",
            "family name",
            "maiden name",
            "name at birth",
        ],
    ),
    (
        UsageName,
        "Nom d’usage",
        "usage_name",
        &[
            "nom d'usage",
            "nom usuel",
            "nom d'épouse",
            "nom marital",
            "nom d'époux",
            "usage name",
            "married name",
            "name used",
            "usual name",
        ],
    ),
    (
        FirstNames,
        "Prénoms",
        "first_names",
        &[
            "prénoms",
            "prénom",
            "prénom(s)",
            "tous les prénoms",
            "first name",
            "first names",
            "given names",
            "forenames",
            "forename",
        ],
    ),
    (Sex, "Sexe", "sex", &["sexe", "civilité", "genre", "sex", "gender", "civility", "title"]),
    (
        BirthDate,
        "Date de naissance",
        "birth_date",
        &[
            "date de naissance",
            "né le",
            "née le",
            "né(e) le",
            "date naiss",
            "ddn",
            "birth date",
            "date of birth",
            "birthdate",
            "dob",
            "born on",
            "born",
        ],
    ),
    (
        BirthPlace,
        "Lieu de naissance",
        "birth_place",
        &[
            "lieu de naissance",
            "commune de naissance",
            "ville de naissance",
            "libellé commune naissance",
            "birth place",
            "place of birth",
            "birthplace",
            "town of birth",
            "city of birth",
        ],
    ),
    (
        BirthInsee,
        "Code INSEE de naissance",
        "birth_insee",
        &[
            "code insee",
            "code insee de naissance",
            "code insee commune de naissance",
            "insee",
            "insee naissance",
            "code commune naissance",
            "birth insee code",
            "insee code",
        ],
    ),
    (
        BirthPostcode,
        "Code postal de naissance",
        "birth_postcode",
        &[
            "code postal de naissance",
            "code postal du lieu de naissance",
            "cp naissance",
            "birth postcode",
            "birth postal code",
            "postcode of birth",
        ],
    ),
    (
        BirthCountry,
        "Pays de naissance",
        "birth_country",
        &["pays de naissance", "code pays de naissance", "code pays", "birth country", "country of birth"],
    ),
    (
        Email,
        "Courriel",
        "email",
        &[
            "courriel",
            "email",
            "e-mail",
            "mail",
            "mél",
            "adresse mail",
            "adresse email",
            "adresse e-mail",
            "adresse électronique",
            "adresse de courriel",
            "adresse de messagerie",
            "email address",
            "e-mail address",
        ],
    ),
    (
        Employer,
        "Entreprise",
        "employer",
        &[
            "entreprise",
            "employeur",
            "société",
            "entreprise d'accueil",
            "raison sociale",
            "structure d'accueil",
            "company",
            "employer",
            "organisation",
            "organization",
        ],
    ),
    (
        AccessRoute,
        "Voie d’accès",
        "access_route",
        &[
            "voie d'accès",
            "voie",
            "voies d'accès",
            "modalité d'accès",
            "voie d'accès à la certification",
            "access route",
            "route",
            "route of access",
            "access",
        ],
    ),
    (
        Blocks,
        "Blocs visés",
        "blocks",
        &[
            "blocs visés",
            "bloc visé",
            "blocs",
            "blocs demandés",
            "blocs choisis",
            "blocs présentés",
            "blocks",
            "blocks sought",
            "blocks chosen",
            "target blocks",
        ],
    ),
    (
        AcquiredBlocks,
        "Blocs déjà acquis",
        "acquired_blocks",
        &[
            "blocs déjà acquis",
            "blocs acquis",
            "bloc acquis",
            "blocs acquis antérieurement",
            "blocs validés",
            "blocs déjà validés",
            "acquired blocks",
            "blocks acquired",
            "blocks already acquired",
            "blocks held",
        ],
    ),
    (
        AcquiredOrigin,
        "Origine des blocs acquis",
        "acquired_blocks.origin",
        &[
            "origine des blocs acquis",
            "origine des blocs déjà acquis",
            "origine",
            "certificateur d'origine",
            "origin",
            "origin of acquired blocks",
            "organisme d'origine",
        ],
    ),
    (
        AcquiredOn,
        "Date d’obtention des blocs",
        "acquired_blocks.acquired_on",
        &[
            "date d'obtention",
            "date d'obtention des blocs",
            "date d'acquisition",
            "date d'acquisition des blocs",
            "acquis le",
            "date des blocs acquis",
            "date des blocs déjà acquis",
            "acquired on",
            "date acquired",
            "date of acquisition",
        ],
    ),
    (
        AcquiredDocument,
        "Preuve des blocs acquis",
        "acquired_blocks.document",
        &[
            "preuve",
            "justificatif",
            "preuve des blocs acquis",
            "preuve des blocs déjà acquis",
            "preuve bloc",
            "justificatif des blocs acquis",
            "justificatif des blocs déjà acquis",
            "justificatif bloc",
            "proof",
            "document",
            "attestation",
            "proof of acquired blocks",
        ],
    ),
];

/// Without these nobody can be enrolled.
pub const MANDATORY: [Field; 5] = [BirthName, FirstNames, BirthDate, Email, AccessRoute];

/// Heads stand in the first rows; what comes after is people.
const SOUGHT_IN: usize = 40;

impl Field {
    /// The head that we would write.
    pub fn usual(self) -> &'static str {
        MEANINGS.iter().find(|one| one.0 == self).map_or("", |one| one.1)
    }

    /// From a field of the rules of enrolment: `blocks[1]`, `acquired_blocks[0].origin`.
    pub fn of_rules(field: &str) -> Option<Self> {
        let mut plain = field.to_owned();
        if let (Some(open), Some(close)) = (plain.find('['), plain.find(']')) {
            plain.replace_range(open..=close, "");
        }
        let plain = if plain == "acquired_blocks.block" { "acquired_blocks" } else { &plain };
        MEANINGS.iter().find(|one| one.2 == plain).map(|one| one.0)
    }
}

type Words = BTreeSet<String>;

/// The words that count: no articles, no plural, nothing in brackets but a plural's own «(s)».
fn words(head: &str) -> Words {
    let mut plain = String::new();
    let mut rest = head;
    while let Some(open) = rest.find('(') {
        let (before, after) = rest.split_at(open);
        plain.push_str(before);
        let close = after.find(')').map_or(after.len(), |at| at + 1);
        // «(e)» and «(s)» belong to the word that they end.
        let inside = after.get(1..close.saturating_sub(1)).unwrap_or_default();
        plain.push_str(if inside.chars().count() > 2 { " " } else { inside });
        rest = after.get(close..).unwrap_or_default();
    }
    plain.push_str(rest);
    const WEIGHTLESS: [&str; 14] =
        ["de", "du", "des", "d", "la", "le", "les", "l", "of", "the", "a", "et", "obligatoire", "required"];
    folded(&plain)
        .split(' ')
        .filter(|word| !word.is_empty() && !WEIGHTLESS.contains(word))
        .map(|word| if word.len() > 3 { word.strip_suffix('s').unwrap_or(word) } else { word }.to_owned())
        .collect()
}

fn meaning(head: &Words) -> Option<Field> {
    static KNOWN: OnceLock<HashMap<Words, Field>> = OnceLock::new();
    let known = KNOWN.get_or_init(|| {
        let each =
            MEANINGS.iter().flat_map(|(field, .., heads)| heads.iter().map(|head| (words(head), *field)));
        each.collect()
    });
    known.get(head).copied()
}

/// «Nom» alone is the birth name, unless another column says that it is.
fn is_plain_name(head: &Words) -> bool {
    head.len() == 1 && head.iter().all(|word| word == "nom" || word == "name")
}

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

    #[test]
    fn each_meaning_has_heads_of_its_own() {
        let mut known: HashMap<Words, Field> = HashMap::new();
        for (field, usual, rules, heads) in MEANINGS {
            assert_eq!(meaning(&words(usual)), Some(*field), "{usual}");
            assert_eq!(Field::of_rules(rules), Some(*field));
            for head in *heads {
                let before = known.insert(words(head), *field);
                assert!(before.is_none_or(|before| before == *field), "{head}");
            }
        }
    }
}
