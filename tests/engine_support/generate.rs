//! Random small référentiels with random rules of all kinds, and random enrolments in them.
//!
//! A case is read from a string of random bytes, zeros once it ends: so a shorter string, or smaller
//! bytes, is a simpler case, and proptest shrinks what fails.

use std::collections::BTreeMap;

use parchemin::deliberation::model::{BlockDecision, BlockStanding, RequirementState};
use parchemin::referential::model::{Block, Combination, Ratio, Referential, Rule, Slug};
use parchemin::scoring::model::{LineMarks, Mark, SeatMark};
use proptest::prelude::*;

use super::Case;
use super::build::{block, competency, criterion, referential, requirement, scale, slug};

pub struct Draw {
    bytes: std::vec::IntoIter<u8>,
}

impl Draw {
    pub fn from(bytes: Vec<u8>) -> Self {
        Self { bytes: bytes.into_iter() }
    }

    pub fn below(&mut self, limit: usize) -> usize {
        usize::from(self.bytes.next().unwrap_or(0)) % limit.max(1)
    }

    pub fn small(&mut self, limit: u8) -> u8 {
        self.bytes.next().unwrap_or(0) % limit.max(1)
    }

    /// True so many times out of a hundred; false once the bytes have run out.
    pub fn chance(&mut self, percent: u8) -> bool {
        self.small(100) >= 100 - percent
    }

    pub fn pick<T: Clone>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())].clone()
    }
}

pub fn bytes() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(any::<u8>(), 0..500)
}

/// A case and what is left to draw from, for the property's own choices.
pub fn case(bytes: Vec<u8>) -> (Case, Draw) {
    let mut draw = Draw::from(bytes);
    let referential = draw_referential(&mut draw);
    let case = draw_enrolment(&mut draw, referential);
    (case, draw)
}

fn draw_referential(draw: &mut Draw) -> Referential {
    let mut made = referential(Vec::new());
    let levels = 2 + draw.small(4);
    made.scale = scale(levels, 1 + draw.small(levels));
    made.combination =
        draw.pick(&[Combination::Median, Combination::Consensus, Combination::Majority, Combination::Chair]);
    for number in 1..=u32::from(1 + draw.small(3)) {
        made.blocks.push(draw_block(draw, number));
    }
    for number in 0..draw.below(3) {
        made.requirements.push(requirement(&format!("r{number}")));
    }
    let blocks: Vec<Slug> = made.blocks.iter().map(|block| block.id.clone()).collect();
    let (lines, competencies) = names(&made.blocks);
    made.rules.competency = draw_rule(draw, &lines, levels, true, 2);
    made.rules.block = draw_rule(draw, &competencies, levels, false, 2);
    made.rules.certification = draw_rule(draw, &blocks, levels, false, 1);
    for block in &mut made.blocks {
        draw_own_rules(draw, block, levels);
    }
    made
}

fn draw_block(draw: &mut Draw, number: u32) -> Block {
    let competencies: Vec<String> = (0..=draw.below(3)).map(|place| format!("b{number}-c{place}")).collect();
    let criteria = (0..draw.below(7)).map(|place| {
        let first = draw.pick(&competencies);
        let second = draw.pick(&competencies);
        let mut serves = vec![first.as_str()];
        if second != first && draw.chance(40) {
            serves.push(&second);
        }
        let weight = if draw.chance(50) { 1 + u32::from(draw.small(5)) } else { 1 };
        criterion(&format!("b{number}-k{place}"), &serves, weight)
    });
    let criteria = criteria.collect();
    block(number, competencies.iter().map(|id| competency(id, "C1.1", "Savoir")).collect(), criteria)
}

fn draw_own_rules(draw: &mut Draw, block: &mut Block, levels: u8) {
    let (_, competencies) = names(std::slice::from_ref(block));
    if draw.chance(25) {
        block.rule = Some(draw_rule(draw, &competencies, levels, false, 2));
    }
    for id in competencies {
        let items: Vec<Slug> = items_of(block, &id);
        let rule = if draw.chance(20) { Some(draw_rule(draw, &items, levels, true, 2)) } else { None };
        let found = block.activities[0].competencies.iter_mut().find(|competency| competency.id == id);
        found.unwrap().rule = rule;
    }
}

/// The lines that feed a competency: its criteria, else itself.
pub fn items_of(block: &Block, competency: &Slug) -> Vec<Slug> {
    let serving = block.criteria.iter().filter(|criterion| criterion.serves.contains(competency));
    let ids: Vec<Slug> = serving.map(|criterion| criterion.id.clone()).collect();
    if ids.is_empty() { vec![competency.clone()] } else { ids }
}

/// Lines, then competencies, of some blocks.
pub fn names(blocks: &[Block]) -> (Vec<Slug>, Vec<Slug>) {
    let (mut lines, mut competencies) = (Vec::new(), Vec::new());
    for block in blocks {
        lines.extend(block.criteria.iter().map(|criterion| criterion.id.clone()));
        for competency in block.competencies() {
            competencies.push(competency.id.clone());
            if block.is_direct(&competency.id) {
                lines.push(competency.id.clone());
            }
        }
    }
    (lines, competencies)
}

pub fn draw_rule(draw: &mut Draw, items: &[Slug], levels: u8, ranked: bool, depth: u8) -> Rule {
    // Now and then a rule that no check would let through: the engine must not fall for it.
    let ranked = ranked || draw.chance(3);
    let kinds = match (depth, ranked) {
        (0, false) => 4,
        (0, true) => 6,
        _ => 8,
    };
    match draw.below(kinds) {
        0 => Rule::All,
        1 => Rule::AtLeast(u32::from(draw.small(4))),
        2 => Rule::Share(draw_ratio(draw, 1)),
        3 => Rule::Eliminatory(draw_some(draw, items)),
        4 if ranked => Rule::WeightedMean(draw_ratio(draw, u64::from(levels))),
        5 if ranked => Rule::NoneBelow(1 + draw.small(levels)),
        kind => {
            let least = usize::from(!draw.chance(3));
            let parts = least + draw.below(3);
            let rules = (0..parts).map(|_| draw_rule(draw, items, levels, ranked, depth.saturating_sub(1)));
            let rules = rules.collect();
            if kind % 2 == 0 { Rule::AllOf(rules) } else { Rule::AnyOf(rules) }
        }
    }
}

fn draw_ratio(draw: &mut Draw, most: u64) -> Ratio {
    let den = 1 + u64::from(draw.small(6));
    let num = u64::from(draw.small(7)) % (den * most + 1);
    Ratio { num, den }
}

fn draw_some(draw: &mut Draw, items: &[Slug]) -> Vec<Slug> {
    if draw.chance(2) {
        return vec![slug("nowhere")];
    }
    items.iter().filter(|_| draw.chance(35)).cloned().collect()
}

fn draw_enrolment(draw: &mut Draw, referential: Referential) -> Case {
    let seats = 1 + draw.below(4);
    let chair = draw.below(seats);
    // Half of the enrolments are whole, so that all three verdicts are common.
    let whole = !draw.chance(50);
    let (lines, _) = names(&referential.blocks);
    let levels = u8::try_from(referential.scale.levels.len()).unwrap();
    let mut marks = BTreeMap::new();
    for line in lines {
        marks.insert(line, draw_line(draw, levels, seats, chair, whole));
    }
    let standings = referential.blocks.iter().map(|block| (block.id.clone(), draw_standing(draw)));
    let blocks: BTreeMap<_, _> = standings.collect();
    let state = |draw: &mut Draw| match draw.small(8) {
        0..=3 => RequirementState::Met,
        4 | 5 => RequirementState::Waived,
        6 => RequirementState::Pending,
        _ => RequirementState::Unmet,
    };
    let requirements = referential.requirements.iter().map(|found| (found.id.clone(), state(draw))).collect();
    Case { referential, lines: marks, blocks, requirements }
}

fn draw_standing(draw: &mut Draw) -> BlockStanding {
    match draw.small(16) {
        0..=11 => BlockStanding::Sought,
        12 => BlockStanding::NotSought,
        13 => BlockStanding::AcquiredBefore,
        14 => BlockStanding::Decided(BlockDecision::Acquired),
        _ => BlockStanding::Decided(draw.pick(&[
            BlockDecision::NotAcquired,
            BlockDecision::Absent,
            BlockDecision::Excused,
        ])),
    }
}

fn draw_line(draw: &mut Draw, levels: u8, seats: usize, chair: usize, whole: bool) -> LineMarks {
    let rank = levels - draw.small(levels).min(draw.small(levels));
    let kind = draw.small(100);
    let mut marks: Vec<Mark> = Vec::new();
    for _ in 0..seats {
        marks.push(match kind {
            0..=54 => Mark::Scored(rank),
            55..=69 => Mark::Scored(rank.saturating_sub(draw.small(2)).max(1)),
            70..=77 => Mark::NotApplicable,
            78..=85 => Mark::NotObserved,
            _ if whole => Mark::Scored(rank),
            _ => draw_mark(draw, levels),
        });
    }
    let settlement = if draw.chance(10) { Some(draw_mark(draw, levels)) } else { None };
    let seat = |(place, mark)| SeatMark { mark, chair: place == chair };
    let line = LineMarks::new(marks.into_iter().enumerate().map(seat).collect(), seats, settlement);
    if !whole && draw.chance(5) { line.without_mark(0) } else { line }
}

pub fn draw_mark(draw: &mut Draw, levels: u8) -> Mark {
    match draw.small(6) {
        0..=3 => Mark::Scored(1 + draw.small(levels)),
        4 => Mark::NotObserved,
        _ => Mark::NotApplicable,
    }
}
