//! The rules of a jury, as people read them.

use crate::referential::model::Ratio;

type Words = (String, String);

/// French counts from two: «0 membre», «1 membre», «2 membres».
fn fr(count: u64, one: &str, many: &str) -> String {
    format!("{count} {}", if count < 2 { one } else { many })
}

fn en(count: u64, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

pub fn members(found: u64, asked: u32) -> Words {
    (
        format!("Le jury compte {}\u{a0}; il en faut au moins {asked}.", fr(found, "membre", "membres")),
        format!("The jury has {}; at least {asked} are needed.", en(found, "member", "members")),
    )
}

pub fn external_share(external: u64, members: u64, asked: Ratio) -> Words {
    (
        format!(
            "Le jury compte {} sur {members}\u{a0}; la part demandée est d’au moins {asked}.",
            fr(external, "membre extérieur", "membres extérieurs")
        ),
        format!(
            "The jury has {} out of {members}; a share of at least {asked} is needed.",
            en(external, "external member", "external members")
        ),
    )
}

pub fn chair() -> Words {
    ("Le jury n’a pas de présidence.".to_owned(), "The jury has no chair.".to_owned())
}

pub fn experience(held: Option<i64>, asked: u32) -> Words {
    match held {
        Some(held) => {
            let held = u64::try_from(held).unwrap_or_default();
            (
                format!(
                    "Un membre compte {} d’exercice\u{a0}; il en faut au moins {asked}.",
                    fr(held, "année", "années")
                ),
                format!(
                    "A member has {} of practice; at least {asked} are needed.",
                    en(held, "year", "years")
                ),
            )
        }
        None => (
            format!(
                "L’année depuis laquelle un membre exerce n’est pas indiquée\u{a0}; {} d’exercice au moins sont \
                 demandées.",
                fr(u64::from(asked), "année", "années")
            ),
            format!(
                "The year since which a member practises is not given; at least {} of practice are needed.",
                en(u64::from(asked), "year", "years")
            ),
        ),
    }
}

pub fn gender(woman: bool, man: bool) -> Words {
    let (fr, en) = match (woman, man) {
        (true, false) => ("aucune femme n’y siège", "no woman sits on it"),
        (false, true) => ("aucun homme n’y siège", "no man sits on it"),
        _ => ("rien ne dit que c’est le cas", "nothing says that it does"),
    };
    (
        format!("Le jury doit réunir des femmes et des hommes\u{a0}; {fr}."),
        format!("The jury must bring women and men together; {en}."),
    )
}

pub fn tie_self(number: &str) -> Words {
    (
        format!("Un membre est lui-même le candidat nº\u{a0}{number}."),
        format!("A member is candidate no. {number} in person."),
    )
}

pub fn tie_trainer(number: &str) -> Words {
    (
        format!("Un membre forme la promotion du candidat nº\u{a0}{number}\u{a0}: il ne peut pas l’évaluer."),
        format!("A member trains the cohort of candidate no. {number} and cannot assess them."),
    )
}

pub fn tie_employer(number: &str) -> Words {
    (
        format!(
            "Un membre a le même employeur que le candidat nº\u{a0}{number}\u{a0}: il ne peut pas l’évaluer."
        ),
        format!("A member has the same employer as candidate no. {number} and cannot assess them."),
    )
}

pub fn tie_centre(number: &str) -> Words {
    (
        format!(
            "Un membre travaille pour le centre du candidat nº\u{a0}{number}\u{a0}: il ne peut pas l’évaluer."
        ),
        format!("A member works for the centre of candidate no. {number} and cannot assess them."),
    )
}

pub fn not_declared() -> Words {
    (
        "Un membre n’a pas encore déclaré s’il a un lien avec un candidat.".to_owned(),
        "A member has not yet declared whether a tie binds them to a candidate.".to_owned(),
    )
}

pub fn quorum_members(number: &str, found: u64, asked: u32) -> Words {
    (
        format!(
            "Pour le candidat nº\u{a0}{number}, {} sans lien, déclaration faite\u{a0}; il en faut au moins {asked}.",
            fr(found, "membre peut siéger", "membres peuvent siéger")
        ),
        format!(
            "For candidate no. {number}, {} may sit, without a tie and having declared; at least {asked} are needed.",
            en(found, "member", "members")
        ),
    )
}

pub fn quorum_share(number: &str, external: u64, members: u64, asked: Ratio) -> Words {
    (
        format!(
            "Pour le candidat nº\u{a0}{number}, {} sur {members} peuvent siéger\u{a0}; la part demandée est d’au moins \
             {asked}.",
            fr(external, "membre extérieur", "membres extérieurs")
        ),
        format!(
            "For candidate no. {number}, {} out of {members} may sit; a share of at least {asked} is needed.",
            en(external, "external member", "external members")
        ),
    )
}

/// What would mend a broken rule, French then English.
pub fn mend(rule: &str) -> Option<(&'static str, &'static str)> {
    use super::rules as r;
    Some(match rule {
        r::MEMBERS_AT_LEAST => ("Pourvoir un siège de plus.", "Fill one more seat."),
        r::EXTERNAL_SHARE => (
            "Pourvoir un siège par un membre extérieur, ou remplacer un membre interne.",
            "Fill a seat with an external member, or replace an internal one.",
        ),
        r::WITHOUT_CHAIR => ("Désigner la présidence.", "Fill the seat of the chair."),
        r::EXPERIENCE => (
            "Indiquer depuis quand le membre exerce, le remplacer, ou écarter la règle avec un motif.",
            "Say since when the member practises, replace them, or waive the rule with a reason.",
        ),
        r::GENDER_BALANCE => (
            "Pourvoir un siège pour réunir des femmes et des hommes, ou écarter la règle avec un motif.",
            "Fill a seat so that women and men both sit, or waive the rule with a reason.",
        ),
        r::TIE_SELF | r::TIE_TRAINER | r::TIE_EMPLOYER | r::TIE_CENTRE => {
            ("Déporter ce membre pour ce candidat.", "Record the recusal of this member for this candidate.")
        }
        r::NOT_DECLARED => ("Demander à ce membre sa déclaration.", "Ask this member for their declaration."),
        r::QUORUM_MEMBERS | r::QUORUM_EXTERNAL_SHARE => (
            "Pourvoir un siège, ou faire passer ce candidat dans une autre session.",
            "Fill a seat, or send this candidate to another sitting.",
        ),
        r::report::WITHOUT_PRESIDING => {
            ("Dire qui préside pour ce candidat.", "Say who presides for this candidate.")
        }
        _ => return None,
    })
}

pub fn without_presiding(number: &str) -> Words {
    (
        format!("Personne ne préside pour le candidat nº\u{a0}{number}."),
        format!("Nobody presides for candidate no. {number}."),
    )
}
