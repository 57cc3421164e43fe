//! What the elements of a block are to one another: criteria, methods, competencies, choices.

use std::collections::{HashMap, HashSet};

use super::Report;
use super::walk;
use crate::referential::fault::child;
use crate::referential::model::{Block, Criterion, Method, Referential, Slug};

pub fn block_without_competency(referential: &Referential, report: &mut Report) {
    if referential.blocks.is_empty() {
        report.add("/blocks", "le référentiel n’a aucun bloc", "the référentiel has no block");
    }
    for block in walk::blocks(referential) {
        if block.1.competencies().next().is_none() {
            report.add(block.0, "le bloc n’a aucune compétence", "the block has no competency");
        }
    }
}

pub fn activity_without_competency(referential: &Referential, report: &mut Report) {
    for (at, activity) in walk::blocks(referential).iter().flat_map(walk::activities) {
        if activity.competencies.is_empty() {
            report.add(
                child(&at, "competencies"),
                format!("l’activité «\u{a0}{}\u{a0}» n’a aucune compétence", activity.code),
                format!("the activity “{}” has no competency", activity.code),
            );
        }
    }
}

pub fn competency_without_criterion(referential: &Referential, report: &mut Report) {
    for block in walk::blocks(referential) {
        let served = served(block.1);
        for (at, competency) in walk::competencies(&block) {
            if !served.contains(&competency.id) {
                report.add(
                    at,
                    format!("aucun critère ne sert la compétence «\u{a0}{}\u{a0}»", competency.code),
                    format!("no criterion serves the competency “{}”", competency.code),
                );
            }
        }
    }
}

pub fn competency_without_method(referential: &Referential, report: &mut Report) {
    for block in walk::blocks(referential) {
        let covered: HashSet<_> = block.1.methods.iter().flat_map(|method| &method.covers).collect();
        for (at, competency) in walk::competencies(&block) {
            if !covered.contains(&competency.id) {
                report.add(
                    at,
                    format!("aucune modalité n’évalue la compétence «\u{a0}{}\u{a0}»", competency.code),
                    format!("no method assesses the competency “{}”", competency.code),
                );
            }
        }
    }
}

/// The methods of a block by name. Lookups and not searches throughout: a file of two megabytes, all in one
/// block, is still checked at once.
type Methods<'a> = HashMap<&'a Slug, &'a Method>;

fn methods_of(block: &Block) -> Methods<'_> {
    block.methods.iter().map(|method| (&method.id, method)).collect()
}

fn method_of<'a>(methods: &Methods<'a>, criterion: &Criterion) -> Option<&'a Method> {
    methods.get(criterion.method.as_ref()?).copied()
}

/// Competencies that a criterion of the block serves; the others are scored directly.
fn served(block: &Block) -> HashSet<&Slug> {
    block.criteria.iter().flat_map(|criterion| &criterion.serves).collect()
}

pub fn criterion_without_method(referential: &Referential, report: &mut Report) {
    for block in walk::blocks(referential) {
        let methods = methods_of(block.1);
        for (at, criterion) in walk::criteria(&block) {
            if method_of(&methods, criterion).is_some() {
                continue;
            }
            let at = child(&at, "method");
            match &criterion.method {
                None => report.add(
                    at,
                    format!("le critère «\u{a0}{}\u{a0}» n’a pas de modalité", criterion.id),
                    format!("the criterion “{}” has no method", criterion.id),
                ),
                Some(method) => report.add(
                    at,
                    format!("«\u{a0}{method}\u{a0}» n’est pas une modalité de ce bloc"),
                    format!("“{method}” is not a method of this block"),
                ),
            }
        }
    }
}

pub fn criterion_serves_nobody(referential: &Referential, report: &mut Report) {
    for (at, criterion) in walk::blocks(referential).iter().flat_map(walk::criteria) {
        if criterion.serves.is_empty() {
            report.add(
                child(&at, "serves"),
                format!("le critère «\u{a0}{}\u{a0}» ne sert aucune compétence", criterion.id),
                format!("the criterion “{}” serves no competency", criterion.id),
            );
        }
    }
}

pub fn criterion_outside_method(referential: &Referential, report: &mut Report) {
    for block in walk::blocks(referential) {
        let (of_block, methods) = (competency_ids(block.1), methods_of(block.1));
        for (at, criterion) in walk::criteria(&block) {
            let Some(method) = method_of(&methods, criterion) else { continue };
            let list = child(&at, "serves");
            for (place, served) in criterion.serves.iter().enumerate() {
                if of_block.contains(served) && !method.covers.contains(served) {
                    report.add(
                        child(&list, place),
                        format!(
                            "le critère sert «\u{a0}{served}\u{a0}», que sa modalité «\u{a0}{}\u{a0}» n’évalue pas",
                            method.id
                        ),
                        format!("the criterion serves “{served}”, which its method “{}” does not assess", method.id),
                    );
                }
            }
        }
    }
}

pub fn method_covers_nothing(referential: &Referential, report: &mut Report) {
    for (at, method) in walk::blocks(referential).iter().flat_map(walk::methods) {
        if method.covers.is_empty() {
            report.add(
                child(&at, "covers"),
                format!("la modalité «\u{a0}{}\u{a0}» n’évalue aucune compétence", method.id),
                format!("the method “{}” assesses no competency", method.id),
            );
        }
    }
}

/// A method is of use when a criterion is observed in it, or when it assesses a competency scored directly.
pub fn method_without_criterion(referential: &Referential, report: &mut Report) {
    for block in walk::blocks(referential) {
        let observed: HashSet<_> = block.1.criteria.iter().filter_map(|c| c.method.as_ref()).collect();
        let served = served(block.1);
        for (at, method) in walk::methods(&block) {
            let scores_directly = method.covers.iter().any(|competency| !served.contains(competency));
            if !observed.contains(&method.id) && !scores_directly {
                report.add(
                    at,
                    format!("aucun critère n’est observé dans la modalité «\u{a0}{}\u{a0}»", method.id),
                    format!("no criterion is observed in the method “{}”", method.id),
                );
            }
        }
    }
}

/// `covers` and `serves` name competencies of their block; `when` names a choice of the criterion's method.
pub fn unknown_reference(referential: &Referential, report: &mut Report) {
    let everywhere: HashSet<&Slug> = walk::names(referential).into_iter().map(|(_, id)| id).collect();
    for block in walk::blocks(referential) {
        let of_block = competency_ids(block.1);
        let covers = walk::methods(&block).into_iter().map(|(at, m)| (child(&at, "covers"), &m.covers));
        let serves = walk::criteria(&block).into_iter().map(|(at, c)| (child(&at, "serves"), &c.serves));
        for (list, ids) in covers.chain(serves) {
            for (place, id) in ids.iter().enumerate().filter(|(_, id)| !of_block.contains(id)) {
                let (fr, en) = if everywhere.contains(id) {
                    (
                        " (le nom existe, mais pas pour une compétence d’ici)",
                        " (the name exists, for something else)",
                    )
                } else {
                    ("", "")
                };
                report.add(
                    child(&list, place),
                    format!("«\u{a0}{id}\u{a0}» n’est pas une compétence de ce bloc{fr}"),
                    format!("“{id}” is not a competency of this block{en}"),
                );
            }
        }
        let methods = methods_of(block.1);
        for (at, criterion) in walk::criteria(&block) {
            unknown_option(&methods, &at, criterion, report);
        }
    }
}

fn unknown_option(methods: &Methods<'_>, at: &str, criterion: &Criterion, report: &mut Report) {
    // A criterion without method is a fault of its own, and has no choice to depend on until it has one.
    let (Some(when), Some(method)) = (&criterion.when, method_of(methods, criterion)) else { return };
    let mut choices = method.choices.iter();
    let Some(choice) = choices.find(|choice| choice.id == when.choice) else {
        report.add(
            child(&child(at, "when"), "choice"),
            format!("«\u{a0}{}\u{a0}» n’est pas un choix de la modalité du critère", when.choice),
            format!("“{}” is not a choice of the criterion's method", when.choice),
        );
        return;
    };
    if !choice.options.iter().any(|option| option.id == when.option) {
        report.add(
            child(&child(at, "when"), "option"),
            format!(
                "«\u{a0}{}\u{a0}» n’est pas une option du choix «\u{a0}{}\u{a0}»",
                when.option, choice.id
            ),
            format!("“{}” is not an option of the choice “{}”", when.option, choice.id),
        );
    }
}

pub fn choice_without_options(referential: &Referential, report: &mut Report) {
    for method in walk::blocks(referential).iter().flat_map(walk::methods) {
        for (at, choice) in walk::choices(&method) {
            if choice.options.len() < 2 {
                report.add(
                    child(&at, "options"),
                    format!("le choix «\u{a0}{}\u{a0}» a moins de deux options", choice.id),
                    format!("the choice “{}” has fewer than two options", choice.id),
                );
            }
        }
    }
}

pub fn option_without_criterion(referential: &Referential, report: &mut Report) {
    for block in walk::blocks(referential) {
        let used: HashSet<(&Slug, &Slug)> =
            block.1.criteria.iter().filter_map(|c| c.when.as_ref()).map(|w| (&w.choice, &w.option)).collect();
        for (at, choice) in walk::methods(&block).iter().flat_map(walk::choices) {
            let list = child(&at, "options");
            for (place, option) in choice.options.iter().enumerate() {
                if !used.contains(&(&choice.id, &option.id)) {
                    report.add(
                        child(&list, place),
                        format!("aucun critère ne dépend de l’option «\u{a0}{}\u{a0}»", option.id),
                        format!("no criterion depends on the option “{}”", option.id),
                    );
                }
            }
        }
    }
}

fn competency_ids(block: &Block) -> HashSet<&Slug> {
    block.competencies().map(|competency| &competency.id).collect()
}
