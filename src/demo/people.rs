//! The people of the story. All of them are made up.

/// What the jurors think of a candidate's work, as the plot wants it; the service never reads this.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// Everything acquired; jurors differ here and there, which changes nothing.
    Full,
    /// The same, and they agree: two jurors alone may sit, and the lower rank of two counts.
    Agreed,
    /// In one block, by its place in the référentiel, what the first method shows is not enough.
    RefusedIn(usize),
    /// Every block refused.
    Refused,
    /// Just under the rule in the first block; the jury decides otherwise, not unanimously.
    Departure,
    /// In the third block the median is acquired by one juror alone, whose tie is found afterwards.
    Hanging,
    Absent,
    Excused,
}

/// The mishap that happens to a candidate, or through them to somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    AcquiredEarlier,
    AttendanceCorrected,
    Attested,
    Carried,
    CastingVote,
    /// The defence is scored on sheets.
    Defended,
    Disagreement,
    Excused,
    Extended,
    ExtraTime,
    Filed,
    Grace,
    JurorLeft,
    Late,
    LateScore,
    Misspelt,
    NewAddress,
    Pending,
    Recused,
    Reopened,
    Resit,
    Revoked,
    Transferred,
    Unmet,
    Unobserved,
    Waived,
}

pub struct Candidate {
    pub last: &'static str,
    pub usage: &'static str,
    pub first: &'static str,
    pub sex: &'static str,
    /// As a secretary writes it.
    pub born: &'static str,
    /// As a secretary writes it.
    pub route: &'static str,
    /// Numbers of the blocks sought, joined by commas; empty for all.
    pub blocks: &'static str,
    pub fate: Fate,
    pub parts: &'static [Part],
}

pub struct Juror {
    pub name: &'static str,
    pub function: &'static str,
    pub side: &'static str,
    pub gender: &'static str,
    pub employer: &'static str,
    pub occupation: &'static str,
}

pub struct Cohort {
    pub name: &'static str,
    /// In numbers of dossiers and in addresses.
    pub short: &'static str,
    pub standard: &'static str,
    pub candidates: [Candidate; 12],
    pub jurors: [Juror; 3],
}

type Who = (&'static str, &'static str, &'static str, &'static str);

const fn candidate(
    (last, first, sex, born): Who,
    route: &'static str,
    fate: Fate,
    parts: &'static [Part],
) -> Candidate {
    Candidate { last, usage: "", first, sex, born, route, blocks: "", fate, parts }
}

const fn juror(
    name: &'static str,
    (function, side, gender): (&'static str, &'static str, &'static str),
    employer: &'static str,
    occupation: &'static str,
) -> Juror {
    Juror { name, function, side, gender, employer, occupation }
}

const INITIAL: &str = "formation initiale";
const APPRENTICE: &str = "apprentissage";
const CONTINUING: &str = "FC";
const CONTRACT: &str = "contrat de professionnalisation";
const ALONE: &str = "candidat libre";
const EXPERIENCE: &str = "VAE";

pub const COHORTS: [Cohort; 2] = [
    Cohort {
        name: "Données massives 2026",
        short: "data",
        standard: include_str!("../../referentials/expert-infrastructure-donnees-massives.yaml"),
        candidates: [
            candidate(
                ("Exemple", "Élodie Aïssatou", "F", "12/04/1998"),
                INITIAL,
                Fate::Full,
                &[Part::Disagreement, Part::Grace, Part::Attested],
            ),
            candidate(
                ("D’Échantillon", "Jean-Loup", "M", "03/11/1999"),
                APPRENTICE,
                Fate::RefusedIn(1),
                &[Part::Resit, Part::Filed],
            ),
            candidate(("Fictif", "Noël", "M", "25/12/1996"), CONTINUING, Fate::Refused, &[Part::Extended]),
            candidate(("Modèle", "Gaëlle", "F", "07/07/1997"), INITIAL, Fate::Absent, &[]),
            Candidate {
                usage: "Spécimen-Dupatron",
                ..candidate(("Spécimen", "Inès", "F", "19/02/1988"), CONTINUING, Fate::Departure, &[])
            },
            candidate(("L’Hypothèse", "Çelik", "M", "30/09/1992"), ALONE, Fate::Full, &[Part::Pending]),
            candidate(("Patron", "Suzie", "F", "14/05/2000"), APPRENTICE, Fate::Full, &[Part::Late]),
            candidate(("Moulin-Type", "Ugo", "M", "02/06/1999"), INITIAL, Fate::Full, &[Part::ExtraTime]),
            candidate(
                ("Épure", "Maïwenn", "F", "21/01/1991"),
                CONTINUING,
                Fate::Full,
                &[Part::AcquiredEarlier],
            ),
            candidate(("Calibre", "Rémi", "M", "17/08/1998"), APPRENTICE, Fate::Hanging, &[Part::Revoked]),
            candidate(
                ("Témoin", "Aliénor", "F", "09/10/1995"),
                CONTINUING,
                Fate::RefusedIn(3),
                &[Part::Carried],
            ),
            candidate(("Croquis", "Loïc", "M", "28/03/1997"), INITIAL, Fate::Full, &[Part::Misspelt]),
        ],
        jurors: [
            juror(
                "Maryvonne Présidente-Modèle",
                ("chair", "internal", "woman"),
                "École Exemple",
                "directrice des études",
            ),
            juror(
                "Théodore Jury",
                ("member", "external", "man"),
                "Atelier des Chiffres Fictifs",
                "ingénieur données",
            ),
            juror(
                "Sœurette Membre",
                ("member", "external", "woman"),
                "Coopérative du Gabarit",
                "architecte de données",
            ),
        ],
    },
    Cohort {
        name: "Chefs de projet IA 2026",
        short: "ia",
        standard: include_str!("../../referentials/chef-de-projet-data-ia.yaml"),
        candidates: [
            candidate(
                ("Gabarit", "Maël", "M", "05/05/1999"),
                INITIAL,
                Fate::Full,
                &[Part::Reopened, Part::Unobserved, Part::NewAddress, Part::Defended],
            ),
            candidate(("Prototype", "Zoé", "F", "16/09/1998"), CONTRACT, Fate::RefusedIn(1), &[]),
            candidate(("Maquette", "Benoît", "M", "11/12/1997"), APPRENTICE, Fate::Excused, &[Part::Excused]),
            candidate(("Brouillon", "Œdipe", "M", "22/02/1990"), CONTINUING, Fate::Refused, &[]),
            candidate(
                ("Canevas", "Anaïs Marie-Ange", "F", "13/06/1979"),
                EXPERIENCE,
                Fate::Full,
                &[Part::Waived, Part::CastingVote, Part::Defended],
            ),
            candidate(
                ("Esquisse", "Grégoire", "M", "04/04/1996"),
                INITIAL,
                Fate::RefusedIn(1),
                &[Part::Recused],
            ),
            candidate(
                ("Matrice", "Yaël", "F", "08/08/1994"),
                CONTINUING,
                Fate::Full,
                &[Part::Transferred, Part::Defended],
            ),
            candidate(("Ébauche", "Cédric", "M", "18/01/1999"), APPRENTICE, Fate::Full, &[Part::Unmet]),
            candidate(
                ("Pochoir", "Dalila", "F", "29/07/1997"),
                CONTRACT,
                Fate::Full,
                &[Part::LateScore, Part::Defended],
            ),
            candidate(
                ("Filigrane", "Ousmane", "M", "15/03/1993"),
                ALONE,
                Fate::Full,
                &[Part::AttendanceCorrected],
            ),
            Candidate {
                blocks: "1, 2",
                ..candidate(("Échelle", "Perrine", "F", "01/11/1986"), CONTINUING, Fate::Full, &[])
            },
            // The last of the day: a juror has a train to take.
            candidate(
                ("Étalon", "Capucine", "F", "26/10/1998"),
                APPRENTICE,
                Fate::Agreed,
                &[Part::JurorLeft, Part::Defended],
            ),
        ],
        jurors: [
            juror(
                "Hortense Présidence",
                ("chair", "internal", "woman"),
                "École Exemple",
                "responsable pédagogique",
            ),
            juror(
                "Aurèle Externe",
                ("member", "external", "man"),
                "Manufacture des Modèles",
                "chef de projet IA",
            ),
            juror(
                "Léontine Dehors",
                ("member", "external", "woman"),
                "Société du Calque",
                "consultante données",
            ),
        ],
    },
];

/// Who takes a seat on the morning.
pub const RELIEF: Juror = juror(
    "Philippine Relève",
    ("member", "external", "woman"),
    "Cabinet du Papier Millimétré",
    "cheffe de produit données",
);

/// The birth name of one candidate as the secretary had typed it.
pub const MISSPELT: &str = "Crocquis";

impl Candidate {
    pub fn plays(&self, part: Part) -> bool {
        self.parts.contains(&part)
    }

    /// As lists and minutes name a candidate.
    pub fn label(&self) -> String {
        let last = if self.usage.is_empty() { self.last } else { self.usage };
        format!("{} {}", last.to_uppercase(), self.first)
    }

    pub fn comes(&self) -> bool {
        !matches!(self.fate, Fate::Absent | Fate::Excused)
    }

    pub fn email(&self) -> String {
        let plain: String = format!("{}.{}", self.first, self.last)
            .to_lowercase()
            .chars()
            .filter_map(|one| match one {
                'à' | 'â' | 'ä' => Some('a'),
                'é' | 'è' | 'ê' | 'ë' | 'œ' => Some('e'),
                'î' | 'ï' => Some('i'),
                'ô' | 'ö' => Some('o'),
                'ç' => Some('c'),
                ' ' | '-' => Some('-'),
                one if one.is_ascii_alphanumeric() || one == '.' => Some(one),
                _ => None,
            })
            .collect();
        format!("{plain}@candidats.example")
    }

    /// A line of the list, in the order of [`HEADS`]; `born` and `email` as that list has them.
    pub fn line(&self, born: &str, email: &str) -> String {
        let last = if self.plays(Part::Misspelt) { MISSPELT } else { self.last };
        let held = if self.plays(Part::AcquiredEarlier) { HELD } else { ";;;" };
        format!(
            "{last};{};{};{};{born};Modèle-sur-Mer;{email};{};{};{held}\n",
            self.usage, self.first, self.sex, self.route, self.blocks
        )
    }
}

/// The heads of the list that the secretary sends.
pub const HEADS: &str = "Nom de naissance;Nom d’usage;Prénoms;Sexe;Date de naissance;Lieu de naissance;Courriel;\
                         Voie d’accès;Blocs visés;Blocs déjà acquis;Origine;Date d’obtention;Preuve\n";

/// A block held from before: which, from whom, when, and the paper that proves it.
const HELD: &str = "1;Certificateur d’Ailleurs;14/06/2023;Attestation AIL-2023-117";
