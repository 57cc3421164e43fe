//! Rules that could not be met, that would ask for nothing, or that speak of what they do not see.

use std::collections::{HashMap, HashSet};

use super::Report;
use super::walk;
use crate::referential::fault::child;
use crate::referential::model::{Block, Composition, Ratio, Referential, Rule, Slug};

/// From what to what a rule goes; also the kind of the items that it reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Competency,
    Block,
    Certification,
}

/// A rule where it is written, with everything that it decides: each with its name and its items.
struct Placed<'a> {
    at: String,
    rule: &'a Rule,
    stage: Stage,
    decides: Vec<(&'a Slug, HashSet<&'a Slug>)>,
}

/// What is scored for each competency: the criteria that serve it, else the competency itself, on its
/// statement.
fn items_by_competency(block: &Block) -> HashMap<&Slug, HashSet<&Slug>> {
    let mut items: HashMap<&Slug, HashSet<&Slug>> = HashMap::new();
    for criterion in &block.criteria {
        for served in &criterion.serves {
            items.entry(served).or_default().insert(&criterion.id);
        }
    }
    for competency in block.competencies() {
        items.entry(&competency.id).or_insert_with(|| HashSet::from([&competency.id]));
    }
    items
}

fn placed(referential: &Referential) -> Vec<Placed<'_>> {
    let (mut all, mut competencies, mut blocks) = (Vec::new(), Vec::new(), Vec::new());
    for block in walk::blocks(referential) {
        let mut items = items_by_competency(block.1);
        for (at, competency) in walk::competencies(&block) {
            let decides = (&competency.id, items.remove(&competency.id).unwrap_or_default());
            match &competency.rule {
                None => competencies.push(decides),
                Some(rule) => all.push(Placed {
                    at: child(&at, "rule"),
                    rule,
                    stage: Stage::Competency,
                    decides: vec![decides],
                }),
            }
        }
        let items = block.1.competencies().map(|competency| &competency.id).collect();
        let decides = (&block.1.id, items);
        match &block.1.rule {
            None => blocks.push(decides),
            Some(rule) => all.push(Placed {
                at: child(&block.0, "rule"),
                rule,
                stage: Stage::Block,
                decides: vec![decides],
            }),
        }
    }
    let of_version =
        |key: &str, rule, stage, decides| Placed { at: child("/rules", key), rule, stage, decides };
    let rules = &referential.rules;
    let every_block = referential.blocks.iter().map(|block| &block.id).collect();
    all.push(of_version("competency", &rules.competency, Stage::Competency, competencies));
    all.push(of_version("block", &rules.block, Stage::Block, blocks));
    let certification = vec![(&referential.code, every_block)];
    all.push(of_version("certification", &rules.certification, Stage::Certification, certification));
    all
}

/// The rule and each rule inside it, with the pointer of what it holds (`/rules/block/at_least`).
fn parts<'a>(at: &str, rule: &'a Rule) -> Vec<(String, &'a Rule)> {
    let (key, inner): (&str, &[Rule]) = match rule {
        Rule::All => return vec![(at.to_owned(), rule)],
        Rule::AtLeast(_) => ("at_least", &[]),
        Rule::Share(_) => ("share", &[]),
        Rule::WeightedMean(_) => ("weighted_mean", &[]),
        Rule::NoneBelow(_) => ("none_below", &[]),
        Rule::Eliminatory(_) => ("eliminatory", &[]),
        Rule::AllOf(rules) => ("all_of", rules),
        Rule::AnyOf(rules) => ("any_of", rules),
    };
    let here = child(at, key);
    let inside = inner.iter().enumerate().flat_map(|(place, rule)| parts(&child(&here, place), rule));
    let mut parts: Vec<_> = inside.collect();
    parts.push((here, rule));
    parts
}

pub fn unknown_level(referential: &Referential, report: &mut Report) {
    let scale = &referential.scale;
    let known = |rank: u8| scale.levels.iter().any(|level| level.rank == rank);
    let mut tell = |at: String, rank: u8| {
        report.add(
            at,
            format!("le rang {rank} n’est pas un niveau de l’échelle"),
            format!("rank {rank} is not a level of the scale"),
        );
    };
    if !known(scale.met_from) {
        tell("/scale/met_from".to_owned(), scale.met_from);
    }
    for placed in placed(referential) {
        for (at, rule) in parts(&placed.at, placed.rule) {
            match rule {
                Rule::NoneBelow(rank) if !known(*rank) => tell(at, *rank),
                _ => {}
            }
        }
    }
}

pub fn threshold_unreachable(referential: &Referential, report: &mut Report) {
    let top = referential.scale.levels.iter().map(|level| level.rank).max().unwrap_or(0);
    for placed in placed(referential) {
        for (at, rule) in parts(&placed.at, placed.rule) {
            match rule {
                Rule::AtLeast(asked) => too_many(at, *asked, &placed, report),
                Rule::Share(share) if above_one(*share) => report.add(
                    at,
                    format!("une part ne dépasse pas 1, le fichier donne {share}"),
                    format!("a share is at most 1, the file gives {share}"),
                ),
                Rule::WeightedMean(mean) if mean.num > mean.den * u64::from(top) || mean.num < mean.den => {
                    report.add(
                        at,
                        format!("une moyenne de rangs va de 1 à {top}, le fichier donne {mean}"),
                        format!("a mean of ranks is from 1 to {top}, the file gives {mean}"),
                    )
                }
                _ => {}
            }
        }
    }
    composition("/jury/default", &referential.jury.default, report);
    for (at, rules) in referential.jury.routes.iter().enumerate() {
        composition(&format!("/jury/routes/{at}/composition"), &rules.composition, report);
    }
}

fn too_many(at: String, asked: u32, placed: &Placed<'_>, report: &mut Report) {
    let fewer = |items: &HashSet<&Slug>| u32::try_from(items.len()).is_ok_and(|count| count < asked);
    if let Some((name, items)) = placed.decides.iter().find(|(_, items)| fewer(items)) {
        let count = items.len();
        report.add(
            at,
            format!("la règle demande {asked} éléments, «\u{a0}{name}\u{a0}» n’en a que {count}"),
            format!("the rule asks for {asked} items, “{name}” has only {count}"),
        );
    }
}

fn above_one(share: Ratio) -> bool {
    share.num > share.den
}

fn composition(at: &str, composition: &Composition, report: &mut Report) {
    if composition.members_at_least == 0 {
        report.add(
            child(at, "members_at_least"),
            "un jury a au moins un membre",
            "a jury has at least one member",
        );
    }
    if above_one(composition.external_share_at_least) {
        let share = composition.external_share_at_least;
        report.add(
            child(at, "external_share_at_least"),
            format!("une part ne dépasse pas 1, le fichier donne {share}"),
            format!("a share is at most 1, the file gives {share}"),
        );
    }
}

/// A rule that nothing can fail, or nothing can meet, was left unfinished.
pub fn empty_rule(referential: &Referential, report: &mut Report) {
    for placed in placed(referential) {
        for (at, rule) in parts(&placed.at, placed.rule) {
            let empty = match rule {
                Rule::All | Rule::WeightedMean(_) | Rule::NoneBelow(_) => false,
                Rule::AtLeast(asked) => *asked == 0,
                Rule::Share(share) => share.num == 0,
                Rule::Eliminatory(items) => items.is_empty(),
                Rule::AllOf(rules) | Rule::AnyOf(rules) => rules.is_empty(),
            };
            if empty {
                report.add(at, "cette règle ne demande rien", "this rule asks for nothing");
            }
        }
    }
}

/// Only criteria have ranks, and a rule sees the items of its own stage alone.
pub fn rule_not_for_stage(referential: &Referential, report: &mut Report) {
    let kinds = kinds(referential);
    for placed in placed(referential) {
        for (at, rule) in parts(&placed.at, placed.rule) {
            match rule {
                Rule::NoneBelow(_) | Rule::WeightedMean(_) if placed.stage != Stage::Competency => report.add(
                    at,
                    "les rangs sont ceux des critères\u{a0}: cette règle ne vaut que des critères à la compétence",
                    "only criteria have ranks: this rule holds from criteria to a competency alone",
                ),
                Rule::Eliminatory(items) => {
                    for (place, id) in items.iter().enumerate() {
                        if kinds.contains_key(id) && !reads(&placed, id) && !same_kind(&placed, &kinds, id) {
                            report.add(
                                child(&at, place),
                                format!("«\u{a0}{id}\u{a0}» n’est pas un élément de cet étage ({})", items_fr(&placed)),
                                format!("“{id}” is not an item of this stage ({})", items_en(&placed)),
                            );
                        }
                    }
                }
                _ => {}
            }
        }
    }
}

pub fn unknown_eliminatory(referential: &Referential, report: &mut Report) {
    let kinds = kinds(referential);
    for placed in placed(referential) {
        for (at, rule) in parts(&placed.at, placed.rule) {
            let Rule::Eliminatory(items) = rule else { continue };
            for (place, id) in items.iter().enumerate() {
                let elsewhere = kinds.contains_key(id) && !same_kind(&placed, &kinds, id);
                if !reads(&placed, id) && !elsewhere {
                    report.add(
                        child(&at, place),
                        format!(
                            "«\u{a0}{id}\u{a0}» ne nomme aucun des {} que lit cette règle",
                            items_fr(&placed)
                        ),
                        format!("“{id}” names none of the {} that this rule reads", items_en(&placed)),
                    );
                }
            }
        }
    }
}

/// The stage at which each named element is an item; `None` for those that no rule reads.
fn kinds(referential: &Referential) -> HashMap<&Slug, Option<Stage>> {
    let mut kinds: HashMap<_, _> = walk::names(referential).into_iter().map(|(_, id)| (id, None)).collect();
    for block in &referential.blocks {
        kinds.insert(&block.id, Some(Stage::Certification));
        kinds.extend(block.competencies().map(|competency| (&competency.id, Some(Stage::Block))));
        kinds.extend(block.criteria.iter().map(|criterion| (&criterion.id, Some(Stage::Competency))));
    }
    kinds
}

fn same_kind(placed: &Placed<'_>, kinds: &HashMap<&Slug, Option<Stage>>, id: &Slug) -> bool {
    kinds.get(id).copied().flatten() == Some(placed.stage)
}

fn reads(placed: &Placed<'_>, id: &Slug) -> bool {
    placed.decides.iter().any(|(_, items)| items.contains(id))
}

fn items_fr(placed: &Placed<'_>) -> &'static str {
    match placed.stage {
        Stage::Competency => "critères",
        Stage::Block => "compétences",
        Stage::Certification => "blocs",
    }
}

fn items_en(placed: &Placed<'_>) -> &'static str {
    match placed.stage {
        Stage::Competency => "criteria",
        Stage::Block => "competencies",
        Stage::Certification => "blocks",
    }
}
