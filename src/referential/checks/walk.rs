//! The elements of a référentiel, each with its pointer.

use crate::referential::fault::child;
use crate::referential::model::{
    Activity, Block, Choice, Competency, Criterion, Method, Note, Referential, Requirement, Slug,
};

/// A pointer into the file and what stands there.
pub type At<'a, T> = (String, &'a T);

fn each<'a, T>(parent: &str, key: &str, items: &'a [T]) -> Vec<At<'a, T>> {
    let list = child(parent, key);
    items.iter().enumerate().map(|(at, item)| (child(&list, at), item)).collect()
}

pub fn blocks(referential: &Referential) -> Vec<At<'_, Block>> {
    each("", "blocks", &referential.blocks)
}

pub fn activities<'a>((at, block): &At<'a, Block>) -> Vec<At<'a, Activity>> {
    each(at, "activities", &block.activities)
}

pub fn competencies<'a>(block: &At<'a, Block>) -> Vec<At<'a, Competency>> {
    let of = |(at, activity): At<'a, Activity>| each(&at, "competencies", &activity.competencies);
    activities(block).into_iter().flat_map(of).collect()
}

pub fn methods<'a>((at, block): &At<'a, Block>) -> Vec<At<'a, Method>> {
    each(at, "methods", &block.methods)
}

pub fn choices<'a>((at, method): &At<'a, Method>) -> Vec<At<'a, Choice>> {
    each(at, "choices", &method.choices)
}

pub fn criteria<'a>((at, block): &At<'a, Block>) -> Vec<At<'a, Criterion>> {
    each(at, "criteria", &block.criteria)
}

pub fn requirements(referential: &Referential) -> Vec<At<'_, Requirement>> {
    each("", "requirements", &referential.requirements)
}

/// Every named element, in the order of the file within each kind.
pub fn names(referential: &Referential) -> Vec<At<'_, Slug>> {
    fn name<'a, T>((at, item): At<'a, T>, id: impl Fn(&'a T) -> &'a Slug) -> At<'a, Slug> {
        (child(&at, "id"), id(item))
    }
    let mut names = Vec::new();
    for block in blocks(referential) {
        names.push((child(&block.0, "id"), &block.1.id));
        names.extend(activities(&block).into_iter().map(|at| name(at, |activity| &activity.id)));
        names.extend(competencies(&block).into_iter().map(|at| name(at, |competency| &competency.id)));
        for method in methods(&block) {
            names.push((child(&method.0, "id"), &method.1.id));
            for choice in choices(&method) {
                names.push((child(&choice.0, "id"), &choice.1.id));
                let options = each(&choice.0, "options", &choice.1.options);
                names.extend(options.into_iter().map(|at| name(at, |option| &option.id)));
            }
        }
        names.extend(criteria(&block).into_iter().map(|at| name(at, |criterion| &criterion.id)));
    }
    names.extend(requirements(referential).into_iter().map(|at| name(at, |requirement| &requirement.id)));
    names
}

/// Every element that may carry notes, with those it carries.
pub fn notes(referential: &Referential) -> Vec<(String, &[Note])> {
    let mut all: Vec<(String, &[Note])> = vec![
        (String::new(), &referential.notes),
        ("/scale".to_owned(), &referential.scale.notes),
        ("/rules".to_owned(), &referential.rules.notes),
        ("/jury".to_owned(), &referential.jury.notes),
    ];
    for block in blocks(referential) {
        all.extend(activities(&block).into_iter().map(|(at, item)| (at, item.notes.as_slice())));
        all.extend(competencies(&block).into_iter().map(|(at, item)| (at, item.notes.as_slice())));
        all.extend(methods(&block).into_iter().map(|(at, item)| (at, item.notes.as_slice())));
        all.extend(criteria(&block).into_iter().map(|(at, item)| (at, item.notes.as_slice())));
        all.push((block.0, &block.1.notes));
    }
    all.extend(requirements(referential).into_iter().map(|(at, item)| (at, item.notes.as_slice())));
    all
}
