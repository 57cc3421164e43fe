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
