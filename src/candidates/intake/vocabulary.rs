//! The words by which people name a column. Pure.

use std::collections::{BTreeSet, HashMap};
use std::sync::OnceLock;

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

pub type Words = BTreeSet<String>;

/// The words that count: no articles, no plural, nothing in brackets but a plural's own «(s)».
pub fn words(head: &str) -> Words {
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

pub fn meaning(head: &Words) -> Option<Field> {
    static KNOWN: OnceLock<HashMap<Words, Field>> = OnceLock::new();
    let known = KNOWN.get_or_init(|| {
        let each =
            MEANINGS.iter().flat_map(|(field, .., heads)| heads.iter().map(|head| (words(head), *field)));
        each.collect()
    });
    known.get(head).copied()
}

/// «Nom» alone is the birth name, unless another column says that it is.
pub fn is_plain_name(head: &Words) -> bool {
    head.len() == 1 && head.iter().all(|word| word == "nom" || word == "name")
}

#[cfg(test)]
mod tests {
    use super::*;

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
