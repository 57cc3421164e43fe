//! The people of the story. All of them are made up.

/// What becomes of a candidate, as the plot wants it; the service never reads this.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// Everything acquired and awarded.
    Full,
    /// One block refused.
    Partial,
    /// Every block refused.
    Refused,
    Absent,
    Excused,
    /// Just under the rule in the first block; the jury decides otherwise, not unanimously.
    Departure,
    /// Every block acquired, a requirement still pending.
    Pending,
    /// Everything acquired, a requirement waived.
    Waived,
    /// As [`Fate::Partial`], and one juror steps aside.
    Recused,
}

pub struct Candidate {
    pub last: &'static str,
    pub usage: Option<&'static str>,
    pub first: &'static str,
    pub route: &'static str,
    pub fate: Fate,
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
    pub standard: &'static str,
    pub candidates: [Candidate; 6],
    pub jurors: [Juror; 3],
}

const fn candidate(last: &'static str, first: &'static str, route: &'static str, fate: Fate) -> Candidate {
    Candidate { last, usage: None, first, route, fate }
}

const fn juror(
    name: &'static str,
    (function, side, gender): (&'static str, &'static str, &'static str),
    employer: &'static str,
    occupation: &'static str,
) -> Juror {
    Juror { name, function, side, gender, employer, occupation }
}

pub const COHORTS: [Cohort; 2] = [
    Cohort {
        name: "Données massives 2026",
        standard: include_str!("../../referentials/expert-infrastructure-donnees-massives.yaml"),
        candidates: [
            candidate("Exemple", "Élodie Aïssatou", "initial_training", Fate::Full),
            candidate("D’Échantillon", "Jean-Loup", "apprenticeship", Fate::Partial),
            candidate("Fictif", "Noël", "continuing_training", Fate::Refused),
            candidate("Modèle", "Gaëlle", "initial_training", Fate::Absent),
            Candidate {
                last: "Spécimen",
                usage: Some("Spécimen-Dupatron"),
                first: "Inès",
                route: "continuing_training",
                fate: Fate::Departure,
            },
            candidate("L’Hypothèse", "Çelik", "individual_candidate", Fate::Pending),
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
        standard: include_str!("../../referentials/chef-de-projet-data-ia.yaml"),
        candidates: [
            candidate("Gabarit", "Maël", "initial_training", Fate::Full),
            candidate("Prototype", "Zoé", "professionalisation_contract", Fate::Partial),
            candidate("Maquette", "Benoît", "apprenticeship", Fate::Excused),
            candidate("Brouillon", "Œdipe", "continuing_training", Fate::Refused),
            candidate("Canevas", "Anaïs Marie-Ange", "prior_experience", Fate::Waived),
            candidate("Esquisse", "Grégoire", "initial_training", Fate::Recused),
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

impl Candidate {
    /// As lists and minutes name a candidate.
    pub fn label(&self) -> String {
        format!("{} {}", self.usage.unwrap_or(self.last).to_uppercase(), self.first)
    }

    pub fn email(&self) -> String {
        let plain: String = format!("{}.{}", self.first, self.last)
            .to_lowercase()
            .chars()
            .filter_map(|one| match one {
                'à' | 'â' | 'ä' => Some('a'),
                'é' | 'è' | 'ê' | 'ë' => Some('e'),
                'î' | 'ï' => Some('i'),
                'ô' | 'ö' => Some('o'),
                'ç' => Some('c'),
                'œ' => Some('e'),
                ' ' | '-' => Some('-'),
                one if one.is_ascii_alphanumeric() || one == '.' => Some(one),
                _ => None,
            })
            .collect();
        format!("{plain}@candidats.example")
    }
}
