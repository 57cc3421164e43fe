//! Ranks, weights and the figures of requirements and juries.

use std::collections::HashSet;

use super::Report;
use super::walk;
use crate::referential::fault::child;
use crate::referential::model::{Referential, RequirementKind};

/// Large enough for any printed weighting, small enough that sums of weights never overflow.
const MAX_WEIGHT: u32 = 1000;

/// Ranks are 1, 2, 3… in the order of the file: what a mark says is its place on the scale.
pub fn scale_ranks(referential: &Referential, report: &mut Report) {
    let levels = &referential.scale.levels;
    if levels.len() < 2 {
        report.add("/scale/levels", "une échelle a au moins deux niveaux", "a scale has at least two levels");
    }
    for (at, (level, expected)) in levels.iter().zip(1u16..).enumerate() {
        if u16::from(level.rank) != expected {
            report.add(
                format!("/scale/levels/{at}/rank"),
                format!("le niveau porte le rang {}, on attend {expected}", level.rank),
                format!("the level has rank {} where {expected} is expected", level.rank),
            );
        }
    }
}

pub fn weight_out_of_range(referential: &Referential, report: &mut Report) {
    for (at, criterion) in walk::blocks(referential).iter().flat_map(walk::criteria) {
        let weight = criterion.weight;
        if !(1..=MAX_WEIGHT).contains(&weight) {
            report.add(
                child(&at, "weight"),
                format!("un poids va de 1 à {MAX_WEIGHT}, le fichier donne {weight}"),
                format!("a weight is from 1 to {MAX_WEIGHT}, the file gives {weight}"),
            );
        }
    }
}

/// Minutes are those of a defence, months those of a period in company.
pub fn requirement_shape(referential: &Referential, report: &mut Report) {
    for (at, requirement) in walk::requirements(referential) {
        let kind = requirement.kind;
        if requirement.minutes.is_some_and(|minutes| kind != RequirementKind::Scored || minutes == 0) {
            report.add(
                child(&at, "minutes"),
                "des minutes (au moins une) ne se donnent qu’à une soutenance (kind: scored)",
                "minutes (at least one) are only given to a defence (kind: scored)",
            );
        }
        if requirement.months_at_least.is_some_and(|months| kind != RequirementKind::Attested || months == 0)
        {
            report.add(
                child(&at, "months_at_least"),
                "des mois (au moins un) ne se donnent qu’à une période attestée (kind: attested)",
                "months (at least one) are only given to an attested period (kind: attested)",
            );
        }
    }
}

pub fn duplicate_route(referential: &Referential, report: &mut Report) {
    let mut seen = HashSet::new();
    for (at, rules) in referential.jury.routes.iter().enumerate() {
        if !seen.insert(rules.route) {
            report.add(
                format!("/jury/routes/{at}/route"),
                "cette voie d’accès a déjà ses règles de jury",
                "this access route already has its jury rules",
            );
        }
    }
}
