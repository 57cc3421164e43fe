//! A slow evaluator written from MODEL.md §1, §3 and §4 alone, by name, one sentence at a time; and
//! the same with one fault in it.

use parchemin::deliberation::facts::{Change, Facts};
use parchemin::deliberation::model::{BlockDecision, BlockStanding, RequirementState, Verdict};
use parchemin::referential::model::{Block, Combination, Ratio, Rule, Slug};
use parchemin::scoring::model::{Disagreement, LineMarks, LineResult, Mark};

use super::generate::{items_of, names};
use super::{Case, Engine, Verdicts};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    None,
    FirstJurorWins,
    UpperMedian,
    MedianAboveAll,
    MissingSheetsIgnored,
    UnscoredIsMet,
    MixedStatesDropped,
    GapsIgnored,
    SettlementIgnored,
    SettlementOverwrites,
    NotApplicableInDenominator,
    NotApplicableIsMet,
    NotObservedLeavesDenominator,
    OnlyThresholdRankIsMet,
    NotObservedAboveLowest,
    EmptyIsMet,
    StrictShare,
    StrictMean,
    PercentShare,
    WeightsCapped,
    ShareForgivesOne,
    AnyOfNeedsAll,
    PendingIsMet,
    UnmetIgnored,
    WaivedIsUnmet,
    AcquiredAskedAgain,
    UnsoughtAsked,
    UnsoughtIsAcquired,
    WhatIfForgetsRequirements,
    WhatIfForgetsSettlements,
    UnfitIgnored,
}

pub struct Oracle(pub Fault);

/// What a rule says: it may have nothing to speak of, or be wrongly written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Said {
    Yes,
    No,
    Nothing,
    Nonsense,
}

/// One applicable item, known.
#[derive(Debug, Clone)]
struct Item {
    id: Slug,
    weight: u64,
    /// Rank as a mean counts it; none above the competency stage.
    rank: Option<u64>,
    observed: bool,
    met: bool,
}

/// What a rule is asked about: applicable items, all items of its element, and names that a
/// version's rule may use for other elements.
struct Asked<'a> {
    items: &'a [Item],
    own: &'a [Slug],
    elsewhere: &'a [Slug],
    /// Items have ranks: criteria do, competencies and blocks do not.
    ranked: bool,
}

impl Engine for Oracle {
    fn line(&self, combination: Combination, line: &LineMarks) -> LineResult {
        let Self(fault) = self;
        let marks: Vec<Mark> = line.marks().iter().map(|seat| seat.mark).collect();
        let short = marks.len() < line.expected();
        if marks.is_empty() || (short && *fault != Fault::MissingSheetsIgnored) {
            return LineResult::Unscored;
        }
        match line.settlement() {
            Some(settled) if *fault != Fault::SettlementIgnored => return as_result(settled),
            _ => {}
        }
        if *fault == Fault::FirstJurorWins {
            return as_result(marks[0]);
        }
        if marks.iter().all(|mark| *mark == marks[0]) && !matches!(marks[0], Mark::Scored(_)) {
            return as_result(marks[0]);
        }
        let mut ranks: Vec<u8> = marks
            .iter()
            .filter_map(|mark| if let Mark::Scored(rank) = mark { Some(*rank) } else { None })
            .collect();
        ranks.sort_unstable();
        if ranks.len() < marks.len() && (*fault != Fault::MixedStatesDropped || ranks.is_empty()) {
            return LineResult::Unsettled(Disagreement::MixedStates);
        }
        let (low, high) = (ranks[0], ranks[ranks.len() - 1]);
        if high - low >= 2 && *fault != Fault::GapsIgnored {
            return LineResult::Unsettled(Disagreement::Gap { low, high });
        }
        let given = |rank: u8| ranks.iter().filter(|one| **one == rank).count();
        match combination {
            Combination::Median if *fault == Fault::UpperMedian => LineResult::Rank(ranks[ranks.len() / 2]),
            Combination::Median if *fault == Fault::MedianAboveAll => LineResult::Rank(high + 1),
            Combination::Median => LineResult::Rank(ranks[(ranks.len() - 1) / 2]),
            Combination::Consensus if low == high => LineResult::Rank(low),
            Combination::Consensus => LineResult::Unsettled(Disagreement::NoConsensus),
            Combination::Majority => match ranks.iter().find(|rank| given(**rank) * 2 > ranks.len()) {
                Some(rank) => LineResult::Rank(*rank),
                None => LineResult::Unsettled(Disagreement::NoMajority),
            },
            Combination::Chair => match line.marks().iter().find(|seat| seat.chair).map(|seat| seat.mark) {
                Some(Mark::Scored(rank)) => LineResult::Rank(rank),
                _ => LineResult::Unsettled(Disagreement::ChairSilent),
            },
        }
    }

    fn verdicts(&self, case: &Case) -> Verdicts {
        let blocks = case.referential.blocks.iter();
        let of = |block: &Block| {
            let asked = match case.blocks[&block.id] {
                BlockStanding::Sought | BlockStanding::Decided(_) => true,
                BlockStanding::AcquiredBefore => self.0 == Fault::AcquiredAskedAgain,
                BlockStanding::NotSought => self.0 == Fault::UnsoughtAsked,
            };
            asked.then(|| self.block(case, block))
        };
        let blocks = blocks.map(|block| (block.id.clone(), of(block))).collect();
        let certification = self.certification(case, &blocks);
        Verdicts { blocks, certification }
    }

    fn change(&self, facts: &Facts, change: &Change) -> Facts {
        let mut changed = facts.with_change(change);
        if self.0 == Fault::WhatIfForgetsRequirements {
            for place in 0..facts.requirements().len() {
                let at = parchemin::deliberation::model::RequirementIndex(place);
                changed.set_requirement(at, RequirementState::Pending);
            }
        }
        match change {
            Change::Settlement(line, Some(mark)) if self.0 == Fault::SettlementOverwrites => {
                facts.with_change(&Change::Unanimous(*line, *mark))
            }
            Change::Marks(line, marks) if self.0 == Fault::WhatIfForgetsSettlements => {
                facts.with_change(&Change::Marks(*line, marks.settled(None)))
            }
            _ => changed,
        }
    }
}

fn as_result(mark: Mark) -> LineResult {
    match mark {
        Mark::Scored(rank) => LineResult::Rank(rank),
        Mark::NotObserved => LineResult::NotObserved,
        Mark::NotApplicable => LineResult::NotApplicable,
    }
}

fn as_verdict(said: Said) -> Verdict {
    match said {
        Said::Yes => Verdict::Proposed,
        Said::No => Verdict::Refused,
        Said::Nothing | Said::Nonsense => Verdict::Incomplete,
    }
}

impl Oracle {
    fn competency(&self, case: &Case, block: &Block, id: &Slug) -> Verdict {
        let own = items_of(block, id);
        let mut items = Vec::new();
        for line in &own {
            let criterion = block.criteria.iter().find(|criterion| &criterion.id == line);
            let weight = u64::from(criterion.map_or(1, |criterion| criterion.weight));
            match self.item(case, line, weight) {
                Ok(item) => items.extend(item),
                Err(()) => return Verdict::Incomplete,
            }
        }
        let competency = block.competencies().find(|competency| &competency.id == id).unwrap();
        let (lines, _) = names(&case.referential.blocks);
        let said = match &competency.rule {
            Some(rule) => self.ask(rule, &Asked { items: &items, own: &own, elsewhere: &[], ranked: true }),
            None => {
                let asked = Asked { items: &items, own: &own, elsewhere: &lines, ranked: true };
                self.ask(&case.referential.rules.competency, &asked)
            }
        };
        as_verdict(if items.is_empty() && self.0 == Fault::EmptyIsMet { Said::Yes } else { said })
    }

    /// An applicable item, nothing when it is not applicable, an error when something is missing.
    fn item(&self, case: &Case, line: &Slug, weight: u64) -> Result<Option<Item>, ()> {
        let scale = &case.referential.scale;
        let weight = if self.0 == Fault::WeightsCapped { weight.min(2) } else { weight };
        let item = |rank: u8, observed, met| {
            Ok(Some(Item { id: line.clone(), weight, rank: Some(u64::from(rank)), observed, met }))
        };
        match self.line(case.referential.combination, &case.lines[line]) {
            LineResult::Rank(rank) if self.0 == Fault::OnlyThresholdRankIsMet => {
                item(rank, true, rank == scale.met_from)
            }
            LineResult::Rank(rank) => item(rank, true, rank >= scale.met_from),
            LineResult::NotObserved if self.0 == Fault::NotObservedLeavesDenominator => Ok(None),
            LineResult::NotObserved if self.0 == Fault::NotObservedAboveLowest => {
                item(scale.levels.len().try_into().unwrap(), false, false)
            }
            LineResult::NotObserved => item(1, false, false),
            LineResult::NotApplicable if self.0 == Fault::NotApplicableInDenominator => item(1, true, false),
            LineResult::NotApplicable if self.0 == Fault::NotApplicableIsMet => item(9, true, true),
            LineResult::NotApplicable => Ok(None),
            LineResult::Unscored if self.0 == Fault::UnscoredIsMet => item(9, true, true),
            LineResult::Unscored | LineResult::Unsettled(_) => Err(()),
        }
    }

    fn block(&self, case: &Case, block: &Block) -> Verdict {
        let own: Vec<Slug> = block.competencies().map(|competency| competency.id.clone()).collect();
        let judged = own.iter().map(|id| (id.clone(), self.competency(case, block, id)));
        let Some(items) = known(judged.collect()) else { return Verdict::Incomplete };
        let (_, competencies) = names(&case.referential.blocks);
        let said = match &block.rule {
            Some(rule) => self.ask(rule, &Asked { items: &items, own: &own, elsewhere: &[], ranked: false }),
            None => {
                let asked = Asked { items: &items, own: &own, elsewhere: &competencies, ranked: false };
                self.ask(&case.referential.rules.block, &asked)
            }
        };
        as_verdict(said)
    }

    fn certification(
        &self,
        case: &Case,
        blocks: &std::collections::BTreeMap<Slug, Option<Verdict>>,
    ) -> Verdict {
        let mut judged = Vec::new();
        for block in &case.referential.blocks {
            let verdict = match case.blocks[&block.id] {
                BlockStanding::AcquiredBefore if self.0 == Fault::AcquiredAskedAgain => {
                    blocks[&block.id].unwrap()
                }
                BlockStanding::NotSought if self.0 == Fault::UnsoughtAsked => blocks[&block.id].unwrap(),
                BlockStanding::NotSought if self.0 == Fault::UnsoughtIsAcquired => Verdict::Proposed,
                BlockStanding::NotSought => Verdict::Refused,
                BlockStanding::AcquiredBefore | BlockStanding::Decided(BlockDecision::Acquired) => {
                    Verdict::Proposed
                }
                BlockStanding::Decided(_) => Verdict::Refused,
                BlockStanding::Sought => blocks[&block.id].unwrap(),
            };
            judged.push((block.id.clone(), verdict));
        }
        let own: Vec<Slug> = case.referential.blocks.iter().map(|block| block.id.clone()).collect();
        let Some(items) = known(judged) else { return Verdict::Incomplete };
        let asked = Asked { items: &items, own: &own, elsewhere: &[], ranked: false };
        let verdict = as_verdict(self.ask(&case.referential.rules.certification, &asked));
        let any = |state| case.requirements.values().any(|found| *found == state);
        let unmet = any(RequirementState::Unmet) && self.0 != Fault::UnmetIgnored
            || any(RequirementState::Waived) && self.0 == Fault::WaivedIsUnmet;
        let pending = any(RequirementState::Pending) && self.0 != Fault::PendingIsMet;
        match verdict {
            Verdict::Incomplete => Verdict::Incomplete,
            _ if pending => Verdict::Incomplete,
            _ if unmet => Verdict::Refused,
            decided => decided,
        }
    }

    fn ask(&self, rule: &Rule, asked: &Asked<'_>) -> Said {
        if !self.makes_sense(rule, asked) { Said::Nonsense } else { self.say(rule, asked) }
    }

    /// Ranks are asked only where there are some, and only existing items are named.
    fn makes_sense(&self, rule: &Rule, asked: &Asked<'_>) -> bool {
        match rule {
            Rule::AllOf(parts) | Rule::AnyOf(parts) => parts.iter().all(|part| self.makes_sense(part, asked)),
            Rule::WeightedMean(_) | Rule::NoneBelow(_) => asked.ranked || self.0 == Fault::UnfitIgnored,
            Rule::Eliminatory(ids) => {
                let exists = |id: &Slug| asked.own.contains(id) || asked.elsewhere.contains(id);
                ids.iter().all(exists) || self.0 == Fault::UnfitIgnored
            }
            Rule::All | Rule::AtLeast(_) | Rule::Share(_) => true,
        }
    }

    fn say(&self, rule: &Rule, asked: &Asked<'_>) -> Said {
        let met: Vec<&Item> = asked.items.iter().filter(|item| item.met).collect();
        let weight: u64 = asked.items.iter().map(|item| item.weight).sum();
        if let Rule::AllOf(parts) | Rule::AnyOf(parts) = rule {
            let said: Vec<Said> = parts.iter().map(|part| self.say(part, asked)).collect();
            let any = matches!(rule, Rule::AnyOf(_)) && self.0 != Fault::AnyOfNeedsAll;
            let (decisive, other) = if any { (Said::Yes, Said::No) } else { (Said::No, Said::Yes) };
            return [decisive, other].into_iter().find(|one| said.contains(one)).unwrap_or(Said::Nothing);
        }
        if asked.items.is_empty() {
            return Said::Nothing;
        }
        let yes = match rule {
            Rule::All => met.len() == asked.items.len(),
            Rule::AtLeast(least) => met.len() >= usize::try_from(*least).unwrap(),
            Rule::Share(share) => self.share(met.iter().map(|item| item.weight).sum(), weight, *share),
            Rule::WeightedMean(mean) => {
                let sum: u64 = asked.items.iter().map(|item| item.weight * item.rank.unwrap_or(0)).sum();
                let strict = self.0 == Fault::StrictMean;
                at_least(sum * mean.den, mean.num * weight, strict)
            }
            Rule::NoneBelow(rank) => asked
                .items
                .iter()
                .all(|item| item.observed && item.rank.is_some_and(|found| found >= u64::from(*rank))),
            Rule::Eliminatory(ids) => {
                let mut named = asked.items.iter().filter(|item| ids.contains(&item.id)).peekable();
                if named.peek().is_none() {
                    return Said::Nothing;
                }
                named.all(|item| item.met)
            }
            Rule::AllOf(_) | Rule::AnyOf(_) => false,
        };
        if yes { Said::Yes } else { Said::No }
    }

    fn share(&self, met: u64, of: u64, share: Ratio) -> bool {
        match self.0 {
            Fault::PercentShare => (met * 100).div_ceil(of) >= share.num * 100 / share.den,
            Fault::ShareForgivesOne => (met + 1) * share.den >= share.num * of,
            fault => at_least(met * share.den, share.num * of, fault == Fault::StrictShare),
        }
    }
}

fn at_least(ours: u64, asked: u64, strict: bool) -> bool {
    if strict { ours > asked } else { ours >= asked }
}

/// The items of a stage above; none while one of them is incomplete.
fn known(judged: Vec<(Slug, Verdict)>) -> Option<Vec<Item>> {
    if judged.iter().any(|(_, verdict)| *verdict == Verdict::Incomplete) {
        return None;
    }
    let item =
        |(id, verdict)| Item { id, weight: 1, rank: None, observed: true, met: verdict == Verdict::Proposed };
    Some(judged.into_iter().map(item).collect())
}
