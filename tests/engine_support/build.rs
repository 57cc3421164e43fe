//! Référentiels in a few words.

use parchemin::referential::model::{
    Activity, Bilingual, Block, Combination, Competency, Composition, Criterion, JuryRules, Level, Numbering,
    Observed, Ratio, Referential, Requirement, RequirementKind, Rule, Rules, Scale, Slug, Source,
};

pub fn slug(text: &str) -> Slug {
    Slug::try_from(text).unwrap()
}

pub fn ratio(text: &str) -> Ratio {
    Ratio::try_from(text.to_owned()).unwrap()
}

pub fn words(fr: &str, en: &str) -> Bilingual {
    Bilingual { fr: fr.to_owned(), en: en.to_owned() }
}

/// A scale of so many levels; three are named as the sources' are.
pub fn scale(levels: u8, met_from: u8) -> Scale {
    let named =
        [("non acquis", "not acquired"), ("partiellement acquis", "partly acquired"), ("acquis", "acquired")];
    let label = |rank: u8| match named.get(usize::from(rank) - 1) {
        Some((fr, en)) if levels == 3 => words(fr, en),
        _ => words(&format!("niveau {rank}"), &format!("level {rank}")),
    };
    let level = |rank| Level { rank, label: label(rank), meaning: words("", ""), comment_required: false };
    Scale { levels: (1..=levels).map(level).collect(), met_from, notes: Vec::new() }
}

pub fn criterion(id: &str, serves: &[&str], weight: u32) -> Criterion {
    Criterion {
        id: slug(id),
        text: format!("Le critère {id} est tenu"),
        method: None,
        serves: serves.iter().map(|id| slug(id)).collect(),
        weight,
        observed: Observed::Live,
        optional: true,
        when: None,
        notes: Vec::new(),
    }
}

pub fn competency(id: &str, code: &str, text: &str) -> Competency {
    Competency { id: slug(id), code: code.to_owned(), text: text.to_owned(), rule: None, notes: Vec::new() }
}

pub fn block(number: u32, competencies: Vec<Competency>, criteria: Vec<Criterion>) -> Block {
    let activity = Activity {
        id: slug(&format!("a{number}")),
        code: format!("A1.{number}"),
        title: String::new(),
        tasks: Vec::new(),
        competencies,
        notes: Vec::new(),
    };
    Block {
        id: slug(&format!("b{number}")),
        number,
        title: format!("Le bloc {number}"),
        rule: None,
        activities: vec![activity],
        methods: Vec::new(),
        criteria,
        notes: Vec::new(),
    }
}

pub fn requirement(id: &str) -> Requirement {
    Requirement {
        id: slug(id),
        kind: RequirementKind::Filed,
        label: words("Thèse professionnelle", "Professional thesis"),
        text: String::new(),
        minutes: None,
        months_at_least: None,
        notes: Vec::new(),
    }
}

/// Everything at its plainest: median, three levels met from the third, `all` at each stage.
pub fn referential(blocks: Vec<Block>) -> Referential {
    let composition = Composition {
        members_at_least: 2,
        external_share_at_least: ratio("1/2"),
        experience_years_at_least: None,
        excluded_ties: Vec::new(),
        gender_balance: false,
        casting_vote: true,
    };
    Referential {
        code: slug("essai"),
        version: slug("v1"),
        title: "Essai".to_owned(),
        language: "fr".to_owned(),
        source: Source { title: String::new(), document: String::new() },
        preamble: Vec::new(),
        closing: Vec::new(),
        numbering: Numbering { activity: String::new(), competency: String::new() },
        scale: scale(3, 3),
        combination: Combination::Median,
        rules: Rules { competency: Rule::All, block: Rule::All, certification: Rule::All, notes: Vec::new() },
        jury: JuryRules { printed: None, default: composition, routes: Vec::new(), notes: Vec::new() },
        blocks,
        requirements: Vec::new(),
        notes: Vec::new(),
    }
}
