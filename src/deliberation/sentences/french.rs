//! French sentences. A no-break space stands before « : ; » and inside the quotation marks.

use super::words::{Language, Noun, level, number, reduced, short};
use crate::deliberation::model::{Deciding, Element, RuleKind, RuleStep, RuleVerdict, Tally, Verdict, Why};
use crate::deliberation::plan::Plan;
use crate::referential::model::Ratio;
use crate::scoring::model::Disagreement;

pub(super) struct French;

impl Language for French {
    fn headline(&self, plan: &Plan, element: Element, verdict: Verdict) -> String {
        let said = match (element, verdict) {
            (Element::Certification, Verdict::Proposed) => "la délivrance est proposée",
            (Element::Certification, Verdict::Refused) => "la délivrance n’est pas proposée",
            (_, Verdict::Proposed) => "l’acquisition est proposée",
            (_, Verdict::Refused) => "l’acquisition n’est pas proposée",
            (_, Verdict::Incomplete) => "il manque de quoi conclure",
        };
        format!("{}{said}.", self.subject(plan, element, false))
    }

    fn subject(&self, plan: &Plan, element: Element, named: bool) -> String {
        let name = if named { again(plan, element) } else { None };
        format!("{}\u{a0}: ", name.unwrap_or_else(|| full_name(plan, element)))
    }

    fn direct(&self, verdict: RuleVerdict) -> &'static str {
        match verdict {
            RuleVerdict::Met => "notée directement, elle est acquise.",
            RuleVerdict::NotMet => "notée directement, elle n’est pas acquise.",
            RuleVerdict::Empty => {
                "notée directement, elle n’est pas applicable\u{a0}; la règle ne peut pas conclure."
            }
            RuleVerdict::Open => "notée directement, elle reste à noter ou à trancher.",
        }
    }

    fn rule(&self, plan: &Plan, noun: Noun, step: &RuleStep) -> String {
        match step.verdict {
            RuleVerdict::Open => return missing(noun, step),
            RuleVerdict::Empty if step.kind == RuleKind::Unfit => {
                return "la règle écrite ne peut pas s’appliquer ici\u{a0}; elle est à corriger.".to_owned();
            }
            RuleVerdict::Empty => {
                let (none, one) = (forms(noun).none, forms(noun).one);
                return format!("{none} {one} n’est applicable\u{a0}; la règle ne peut pas conclure.");
            }
            RuleVerdict::Met | RuleVerdict::NotMet => {}
        }
        let met = step.verdict == RuleVerdict::Met;
        let tally = step.tally;
        match step.kind {
            RuleKind::All => format!("{}\u{a0}; il les faut {}.", counted(noun, tally), forms(noun).all),
            RuleKind::AtLeast(least) => format!("{}\u{a0}; il en faut {least}.", counted(noun, tally)),
            RuleKind::Share(share) => {
                format!("{}\u{a0}; il en faut {}.", weighed(noun, tally), fraction(share))
            }
            RuleKind::WeightedMean(mean) => format!(
                "la moyenne des niveaux est de {}\u{a0}; il faut {}.",
                number(tally.rank_weight, tally.of_weight, ','),
                number(mean.num, mean.den, ',')
            ),
            RuleKind::NoneBelow(rank) => none_below(plan, noun, step, rank),
            RuleKind::Eliminatory if met => match tally.of {
                1 => format!("{} {} éliminatoire est {}.", forms(noun).the, forms(noun).one, forms(noun).got),
                of => format!("les {of} {} éliminatoires sont {}.", forms(noun).many, forms(noun).got_many),
            },
            RuleKind::Eliminatory => {
                let failed = tally.of - tally.met;
                let forms = forms(noun);
                match failed {
                    1 => format!("1 {} éliminatoire n’est pas {}.", forms.one, forms.got),
                    _ => format!("{failed} {} éliminatoires ne sont pas {}.", forms.many, forms.got_many),
                }
            }
            RuleKind::AllOf | RuleKind::AnyOf | RuleKind::Unfit => format!("{}.", counted(noun, tally)),
        }
    }

    fn no_alternative(&self) -> String {
        "aucune des conditions possibles n’est remplie.".to_owned()
    }

    fn deciding(&self, plan: &Plan, deciding: Deciding) -> String {
        let said = match deciding.why {
            Why::Rank(rank) => label(plan, rank),
            Why::NotObserved => "non observé".to_owned(),
            Why::Unscored => "pas encore noté par tous".to_owned(),
            Why::Unsettled(disagreement) => unsettled(plan, disagreement),
            Why::Refused | Why::NotAcquired => match deciding.item {
                Element::Competency(_) => "non acquise".to_owned(),
                _ => "non acquis".to_owned(),
            },
            Why::Incomplete => "il manque de quoi conclure".to_owned(),
            Why::NotSought => "ni acquis, ni demandé".to_owned(),
            Why::RequirementPending => "en attente".to_owned(),
            Why::RequirementUnmet => "non satisfaite".to_owned(),
        };
        format!("{}{said}.", self.subject(plan, deciding.item, false))
    }
}

struct Forms {
    one: &'static str,
    many: &'static str,
    the: &'static str,
    got: &'static str,
    got_many: &'static str,
    all: &'static str,
    none: &'static str,
}

fn forms(noun: Noun) -> Forms {
    match noun {
        Noun::Criterion => masculine("critère", "critères"),
        Noun::Block => masculine("bloc", "blocs"),
        Noun::Competency => Forms {
            one: "compétence",
            many: "compétences",
            the: "la",
            got: "acquise",
            got_many: "acquises",
            all: "toutes",
            none: "aucune",
        },
    }
}

fn masculine(one: &'static str, many: &'static str) -> Forms {
    Forms { one, many, the: "le", got: "acquis", got_many: "acquis", all: "tous", none: "aucun" }
}

fn counted(noun: Noun, tally: Tally) -> String {
    let forms = forms(noun);
    match tally.met {
        0 => format!("{} {} sur {} n’est {}", forms.none, forms.one, tally.of, forms.got),
        1 => format!("1 {} sur {} est {}", forms.one, tally.of, forms.got),
        met => format!("{met} {} sur {} sont {}", forms.many, tally.of, forms.got_many),
    }
}

/// Weights are told where they are not all one.
fn weighed(noun: Noun, tally: Tally) -> String {
    let counted = counted(noun, tally);
    if tally.of_weight == u64::from(tally.of) && tally.met_weight == u64::from(tally.met) {
        counted
    } else {
        format!("{counted}, pour un poids de {} sur {}", tally.met_weight, tally.of_weight)
    }
}

fn fraction(share: Ratio) -> String {
    match reduced(share) {
        (1, 2) => "la moitié".to_owned(),
        (1, 3) => "le tiers".to_owned(),
        (2, 3) => "les deux tiers".to_owned(),
        (1, 4) => "le quart".to_owned(),
        (3, 4) => "les trois quarts".to_owned(),
        (num, den) if num == den => "la totalité".to_owned(),
        (num, den) if den > 0 && 100 % den == 0 => format!("{}\u{a0}%", num * (100 / den)),
        (num, den) => format!("les {num}/{den}"),
    }
}

fn none_below(plan: &Plan, noun: Noun, step: &RuleStep, rank: u8) -> String {
    let forms = forms(noun);
    let label = label(plan, rank);
    match step.deciding.len() {
        0 => format!("{} {} n’est en dessous de «\u{a0}{label}\u{a0}».", forms.none, forms.one),
        1 => format!(
            "1 {} est en dessous de «\u{a0}{label}\u{a0}»\u{a0}; {} ne doit l’être.",
            forms.one, forms.none
        ),
        below => format!(
            "{below} {} sont en dessous de «\u{a0}{label}\u{a0}»\u{a0}; {} ne doit l’être.",
            forms.many, forms.none
        ),
    }
}

fn missing(noun: Noun, step: &RuleStep) -> String {
    let forms = forms(noun);
    let what = if noun == Noun::Criterion { "à noter ou à trancher" } else { "sans conclusion" };
    match step.deciding.len() {
        1 => format!("1 {} sur {} reste {what}.", forms.one, step.tally.of),
        many => format!("{many} {} sur {} restent {what}.", forms.many, step.tally.of),
    }
}

fn unsettled(plan: &Plan, disagreement: Disagreement) -> String {
    let why = match disagreement {
        Disagreement::Gap { low, high } => {
            format!("l’écart va de «\u{a0}{}\u{a0}» à «\u{a0}{}\u{a0}»", label(plan, low), label(plan, high))
        }
        Disagreement::MixedStates => "noté, non observé ou sans objet selon les membres du jury".to_owned(),
        Disagreement::NoConsensus => "les membres du jury ne sont pas unanimes".to_owned(),
        Disagreement::NoMajority => "aucun niveau n’a la majorité".to_owned(),
        Disagreement::ChairSilent => return "la présidence du jury ne l’a pas noté".to_owned(),
    };
    format!("{why}\u{a0}; la présidence du jury doit trancher")
}

fn label(plan: &Plan, rank: u8) -> String {
    level(plan, rank).map_or_else(|| format!("niveau {rank}"), |label| label.fr.clone())
}

fn again(plan: &Plan, element: Element) -> Option<String> {
    match element {
        Element::Block(at) => plan.blocks.get(at.0).map(|found| format!("Bloc {}", found.number)),
        Element::Competency(at) => plan.competencies.get(at.0).map(|found| found.code.clone()),
        Element::Certification | Element::Requirement(_) | Element::Line(_) => None,
    }
}

fn full_name(plan: &Plan, element: Element) -> String {
    match element {
        Element::Certification => Some("Certification".to_owned()),
        Element::Requirement(at) => {
            plan.requirements.get(at.0).map(|found| format!("Condition «\u{a0}{}\u{a0}»", found.label.fr))
        }
        Element::Block(at) => {
            plan.blocks.get(at.0).map(|found| format!("Bloc {} ({})", found.number, short(&found.title)))
        }
        Element::Competency(at) => {
            plan.competencies.get(at.0).map(|found| format!("{} ({})", found.code, short(&found.text)))
        }
        Element::Line(at) => plan.lines.get(at.0).map(|found| match &found.code {
            Some(code) => format!("{code} «\u{a0}{}\u{a0}»", found.text),
            None => format!("«\u{a0}{}\u{a0}»", found.text),
        }),
    }
    .unwrap_or_default()
}
