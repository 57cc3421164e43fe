//! A référentiel compiled once for all its candidates: dense indices instead of slugs, each rule
//! already bound to the items of its element.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use super::model::{BlockIndex, CompetencyIndex, Element, LineIndex, RequirementIndex};
use crate::referential::model::{
    Bilingual, Block, Combination, Competency, Level, Ratio, Referential, Rule, Slug,
};

/// Indices follow the file: blocks in order; in each block its criteria in order, then the
/// competencies that no criterion serves; competencies as printed; requirements as printed.
#[derive(Debug, Clone)]
pub struct Plan {
    pub(super) combination: Combination,
    pub(super) met_from: u8,
    pub(super) lowest: u8,
    pub(super) levels: Vec<Level>,
    pub(super) lines: Vec<PlanLine>,
    pub(super) competencies: Vec<PlanCompetency>,
    pub(super) blocks: Vec<PlanBlock>,
    pub(super) requirements: Vec<PlanRequirement>,
    pub(super) certification: PlanRule,
    index: HashMap<Slug, Element>,
}

#[derive(Debug, Clone)]
pub(super) struct PlanLine {
    pub id: Slug,
    /// Printed code, for a competency scored directly.
    pub code: Option<String>,
    pub text: String,
}

#[derive(Debug, Clone)]
pub(super) struct PlanCompetency {
    pub id: Slug,
    pub code: String,
    pub text: String,
    pub items: Vec<PlanItem>,
    pub rule: PlanRule,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct PlanItem {
    pub line: usize,
    pub weight: u32,
}

#[derive(Debug, Clone)]
pub(super) struct PlanBlock {
    pub id: Slug,
    pub number: u32,
    pub title: String,
    pub lines: Range<usize>,
    pub competencies: Range<usize>,
    pub rule: PlanRule,
}

#[derive(Debug, Clone)]
pub(super) struct PlanRequirement {
    pub id: Slug,
    pub label: Bilingual,
}

/// A rule bound to one element: `Eliminatory` holds places among that element's items.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum PlanRule {
    All,
    AtLeast(u32),
    Share(Ratio),
    WeightedMean(Ratio),
    NoneBelow(u8),
    Eliminatory(Vec<usize>),
    AllOf(Vec<PlanRule>),
    AnyOf(Vec<PlanRule>),
    Unfit,
}

impl Plan {
    /// A rule that cannot be asked (see [`super::model::RuleKind::Unfit`]) leaves its element
    /// incomplete; the checks of a référentiel refuse it long before.
    pub fn compile(referential: &Referential) -> Self {
        let known = Known::of(referential);
        let rules = &referential.rules;
        let block_ids: Vec<&Slug> = referential.blocks.iter().map(|block| &block.id).collect();
        let ranks = referential.scale.levels.iter().map(|level| level.rank);
        let mut plan = Self {
            combination: referential.combination,
            met_from: referential.scale.met_from,
            lowest: ranks.min().unwrap_or(1),
            levels: referential.scale.levels.clone(),
            lines: Vec::new(),
            competencies: Vec::new(),
            blocks: Vec::new(),
            requirements: Vec::new(),
            certification: bind(&rules.certification, &Binding::above(&block_ids, None)),
            index: HashMap::new(),
        };
        for block in &referential.blocks {
            plan.add_block(block, referential, &known);
        }
        for requirement in &referential.requirements {
            let at = Element::Requirement(RequirementIndex(plan.requirements.len()));
            plan.index.insert(requirement.id.clone(), at);
            plan.requirements
                .push(PlanRequirement { id: requirement.id.clone(), label: requirement.label.clone() });
        }
        plan
    }

    pub fn line_count(&self) -> usize {
        self.lines.len()
    }

    pub fn block_count(&self) -> usize {
        self.blocks.len()
    }

    pub fn requirement_count(&self) -> usize {
        self.requirements.len()
    }

    /// The line of a criterion, or of a competency that is scored directly.
    pub fn line(&self, id: &Slug) -> Option<LineIndex> {
        match self.index.get(id)? {
            Element::Line(line) => Some(*line),
            Element::Competency(competency) => self.direct_line(*competency),
            _ => None,
        }
    }

    pub fn block(&self, id: &Slug) -> Option<BlockIndex> {
        match self.index.get(id)? {
            Element::Block(block) => Some(*block),
            _ => None,
        }
    }

    pub fn requirement(&self, id: &Slug) -> Option<RequirementIndex> {
        match self.index.get(id)? {
            Element::Requirement(requirement) => Some(*requirement),
            _ => None,
        }
    }

    /// The slug of an element; none for the certification, which the version itself names.
    pub fn slug(&self, element: Element) -> Option<&Slug> {
        match element {
            Element::Certification => None,
            Element::Requirement(at) => self.requirements.get(at.0).map(|requirement| &requirement.id),
            Element::Block(at) => self.blocks.get(at.0).map(|block| &block.id),
            Element::Competency(at) => self.competencies.get(at.0).map(|competency| &competency.id),
            Element::Line(at) => self.lines.get(at.0).map(|line| &line.id),
        }
    }

    /// The lines of a block, in order.
    pub fn lines_of(&self, block: BlockIndex) -> impl Iterator<Item = LineIndex> + use<> {
        let lines = self.blocks.get(block.0).map_or(0..0, |block| block.lines.clone());
        lines.map(LineIndex)
    }

    pub fn combination(&self) -> Combination {
        self.combination
    }

    /// The line of a competency that no criterion serves.
    pub(super) fn direct_line(&self, competency: CompetencyIndex) -> Option<LineIndex> {
        let competency = self.competencies.get(competency.0)?;
        let item = competency.items.first()?;
        let line = self.lines.get(item.line)?;
        (line.id == competency.id).then_some(LineIndex(item.line))
    }

    fn add_block(&mut self, block: &Block, referential: &Referential, known: &Known<'_>) {
        let (first_line, first_competency) = (self.lines.len(), self.competencies.len());
        for criterion in &block.criteria {
            self.index.insert(criterion.id.clone(), Element::Line(LineIndex(self.lines.len())));
            let (id, text) = (criterion.id.clone(), criterion.text.clone());
            self.lines.push(PlanLine { id, code: None, text });
        }
        for competency in block.competencies() {
            self.add_competency(competency, block, first_line, referential, known);
        }
        let ids: Vec<&Slug> = block.competencies().map(|competency| &competency.id).collect();
        let (rule, elsewhere) = match &block.rule {
            Some(own) => (own, None),
            None => (&referential.rules.block, Some(&known.competencies)),
        };
        self.index.insert(block.id.clone(), Element::Block(BlockIndex(self.blocks.len())));
        self.blocks.push(PlanBlock {
            id: block.id.clone(),
            number: block.number,
            title: block.title.clone(),
            lines: first_line..self.lines.len(),
            competencies: first_competency..self.competencies.len(),
            rule: bind(rule, &Binding::above(&ids, elsewhere)),
        });
    }

    /// A competency that no criterion serves is its own only item, under the same rule (MODEL §1).
    fn add_competency(
        &mut self,
        competency: &Competency,
        block: &Block,
        first_line: usize,
        referential: &Referential,
        known: &Known<'_>,
    ) {
        let (mut items, mut ids) = (Vec::new(), Vec::new());
        for (place, criterion) in block.criteria.iter().enumerate() {
            if criterion.serves.contains(&competency.id) {
                items.push(PlanItem { line: first_line + place, weight: criterion.weight });
                ids.push(&criterion.id);
            }
        }
        if items.is_empty() {
            items.push(PlanItem { line: self.lines.len(), weight: 1 });
            ids.push(&competency.id);
            let (id, text) = (competency.id.clone(), competency.text.clone());
            self.lines.push(PlanLine { id, code: Some(competency.code.clone()), text });
        }
        let (rule, elsewhere) = match &competency.rule {
            Some(own) => (own, None),
            None => (&referential.rules.competency, Some(&known.lines)),
        };
        let at = CompetencyIndex(self.competencies.len());
        self.index.insert(competency.id.clone(), Element::Competency(at));
        self.competencies.push(PlanCompetency {
            id: competency.id.clone(),
            code: competency.code.clone(),
            text: competency.text.clone(),
            items,
            rule: bind(rule, &Binding { items: &ids, elsewhere, ranked: true }),
        });
    }
}

/// Every item that a version's own rules may name, by stage.
struct Known<'a> {
    lines: HashSet<&'a Slug>,
    competencies: HashSet<&'a Slug>,
}

impl<'a> Known<'a> {
    fn of(referential: &'a Referential) -> Self {
        let (mut lines, mut competencies) = (HashSet::new(), HashSet::new());
        for block in &referential.blocks {
            lines.extend(block.criteria.iter().map(|criterion| &criterion.id));
            for competency in block.competencies() {
                competencies.insert(&competency.id);
                if block.is_direct(&competency.id) {
                    lines.insert(&competency.id);
                }
            }
        }
        Self { lines, competencies }
    }
}

/// What a rule is bound to.
struct Binding<'a> {
    items: &'a [&'a Slug],
    /// Items of other elements, which a version's rule may name without touching this one.
    elsewhere: Option<&'a HashSet<&'a Slug>>,
    /// Items have ranks: true at the competency stage only.
    ranked: bool,
}

impl<'a> Binding<'a> {
    fn above(items: &'a [&'a Slug], elsewhere: Option<&'a HashSet<&'a Slug>>) -> Self {
        Self { items, elsewhere, ranked: false }
    }
}

/// One part that cannot be asked spoils the whole: it must not pass for a part without object.
fn bind(rule: &Rule, to: &Binding<'_>) -> PlanRule {
    bind_part(rule, to).unwrap_or(PlanRule::Unfit)
}

fn bind_part(rule: &Rule, to: &Binding<'_>) -> Option<PlanRule> {
    let parts = |rules: &[Rule]| rules.iter().map(|rule| bind_part(rule, to)).collect::<Option<Vec<_>>>();
    Some(match rule {
        Rule::All => PlanRule::All,
        Rule::AtLeast(least) => PlanRule::AtLeast(*least),
        Rule::Share(share) if share.den > 0 => PlanRule::Share(*share),
        Rule::WeightedMean(mean) if to.ranked && mean.den > 0 => PlanRule::WeightedMean(*mean),
        Rule::NoneBelow(rank) if to.ranked => PlanRule::NoneBelow(*rank),
        Rule::Share(_) | Rule::WeightedMean(_) | Rule::NoneBelow(_) => return None,
        Rule::Eliminatory(ids) => PlanRule::Eliminatory(places(ids, to)?),
        Rule::AllOf(rules) => PlanRule::AllOf(parts(rules)?),
        Rule::AnyOf(rules) => PlanRule::AnyOf(parts(rules)?),
    })
}

fn places(ids: &[Slug], to: &Binding<'_>) -> Option<Vec<usize>> {
    let mut places = Vec::new();
    for id in ids {
        match to.items.iter().position(|item| *item == id) {
            Some(place) if places.contains(&place) => {}
            Some(place) => places.push(place),
            None if to.elsewhere.is_some_and(|known| known.contains(id)) => {}
            None => return None,
        }
    }
    Some(places)
}
