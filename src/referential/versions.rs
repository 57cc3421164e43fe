//! Published versions, kept in memory: they are frozen, so what was read once stays true for ever.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use super::model::{
    Block, Criterion, Grouping, Method, MethodKind, Observed, Referential, Requirement, RequirementKind,
    Slug, When,
};
use super::rows::{LineKind, VersionState};
use super::store;
use crate::db::AnyConn;
use crate::error::AppError;
use crate::ids::{LineId, VersionId};

/// Something that a juror scores (MODEL §1): a criterion, or a competency that no criterion serves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineInfo {
    pub id: LineId,
    /// That of the criterion or of the competency.
    pub slug: Slug,
    pub block: Slug,
    /// The one method in which it is observed; for a competency, the first that covers it.
    pub method: Slug,
    pub kind: LineKind,
    /// Printed codes of the competencies that it serves: labels, never keys.
    pub codes: Vec<String>,
    pub text: String,
    /// *Not applicable* may be given, with a reason.
    pub optional: bool,
    /// Applies only where this option was chosen.
    pub when: Option<When>,
    /// Nothing is said of a competency that is scored directly.
    pub observed: Option<Observed>,
    pub weight: u32,
}

/// One published version with its lines, ready to be asked.
#[derive(Debug)]
pub struct Version {
    pub id: VersionId,
    pub code: String,
    pub version: String,
    pub title: String,
    pub referential: Referential,
    /// Each requirement that a jury scores, as a block of one method of the same name: a defence sits on sheets
    /// as a method does, and belongs to no block.
    pub defences: Vec<Block>,
    /// In the order of the grids: blocks, in each its methods, in each its lines as printed; then the defences.
    pub lines: Vec<LineInfo>,
    by_slug: HashMap<String, usize>,
    by_line_id: HashMap<LineId, usize>,
}

impl Version {
    pub fn by_slug(&self, slug: &str) -> Option<&LineInfo> {
        self.by_slug.get(slug).and_then(|place| self.lines.get(*place))
    }

    pub fn by_line_id(&self, id: LineId) -> Option<&LineInfo> {
        self.by_line_id.get(&id).and_then(|place| self.lines.get(*place))
    }

    /// The lines of one grid, in order.
    pub fn lines_of_method(&self, method: &str) -> impl Iterator<Item = &LineInfo> {
        self.lines.iter().filter(move |line| line.method.as_str() == method)
    }

    pub fn has_block(&self, slug: &str) -> bool {
        self.referential.blocks.iter().any(|block| block.id.as_str() == slug)
    }

    /// The method and the block that it belongs to; a defence has its own.
    pub fn method(&self, slug: &str) -> Option<(&Block, &Method)> {
        let mut all = self
            .referential
            .blocks
            .iter()
            .chain(&self.defences)
            .flat_map(|block| block.methods.iter().map(move |method| (block, method)));
        all.find(|(_, method)| method.id.as_str() == slug)
    }

    fn read(conn: &mut AnyConn, id: VersionId) -> Result<Self, AppError> {
        let row = store::find(conn, id)?;
        if row.state == VersionState::Draft {
            return Err(AppError::broken(
                "version_not_published",
                (
                    "Cette version du référentiel n’est pas encore publiée.",
                    "This version of the référentiel is not published yet.",
                ),
            ));
        }
        let referential: Referential = row.content.read()?;
        let ids: HashMap<String, LineId> =
            store::lines(conn, id)?.into_iter().map(|line| (line.slug, line.id)).collect();
        let lines = lines_in_grid_order(&referential, |slug| ids.get(slug.as_str()).copied())
            .map_err(|slugs| AppError::internal(format!("version {id}: no line for {}", slugs.join(", "))))?;
        Ok(Self {
            id,
            code: row.code,
            version: row.version,
            title: row.title,
            by_slug: lines.iter().enumerate().map(|(at, line)| (line.slug.to_string(), at)).collect(),
            by_line_id: lines.iter().enumerate().map(|(at, line)| (line.id, at)).collect(),
            defences: referential.requirements.iter().filter_map(defence).collect(),
            referential,
            lines,
        })
    }
}

/// The published versions that were asked for so far. Cloning it is cheap.
#[derive(Debug, Clone, Default)]
pub struct Versions {
    kept: Arc<RwLock<HashMap<VersionId, Arc<Version>>>>,
}

impl Versions {
    /// To be asked only for versions whose publication is committed: what is kept is never read again.
    ///
    /// # Errors
    /// `not_found`; `rule_broken` with `version_not_published` for a draft.
    pub fn get(&self, conn: &mut AnyConn, id: VersionId) -> Result<Arc<Version>, AppError> {
        if let Some(kept) = self.kept.read().unwrap_or_else(PoisonError::into_inner).get(&id) {
            return Ok(Arc::clone(kept));
        }
        let read = Arc::new(Version::read(conn, id)?);
        let mut kept = self.kept.write().unwrap_or_else(PoisonError::into_inner);
        Ok(Arc::clone(kept.entry(id).or_insert(read)))
    }
}

/// Every line of a référentiel, with the id that `id_of` gives it.
///
/// # Errors
/// The slugs that cannot be scored: no method, or no id.
pub(super) fn lines_in_grid_order(
    referential: &Referential,
    mut id_of: impl FnMut(&Slug) -> Option<LineId>,
) -> Result<Vec<LineInfo>, Vec<String>> {
    let mut lines = Vec::new();
    let mut astray = Vec::new();
    for block in &referential.blocks {
        astray.extend(without_method(block));
        for method in &block.methods {
            for found in lines_of_grid(block, method) {
                match id_of(found.slug()) {
                    Some(id) => lines.push(found.info(id, block, method)),
                    None => astray.push(found.slug().to_string()),
                }
            }
        }
    }
    for requirement in referential.requirements.iter().filter(|one| one.kind == RequirementKind::Scored) {
        // Versions published before defences had lines have none: nobody scores them on sheets.
        lines.extend(id_of(&requirement.id).map(|id| defence_line(id, requirement)));
    }
    if astray.is_empty() { Ok(lines) } else { Err(astray) }
}

/// A requirement that a jury scores, as what a sheet is made of.
fn defence(requirement: &Requirement) -> Option<Block> {
    if requirement.kind != RequirementKind::Scored {
        return None;
    }
    let method = Method {
        id: requirement.id.clone(),
        kind: MethodKind::Defence,
        title: requirement.label.fr.clone(),
        text: requirement.text.clone(),
        grouping: Grouping::Individual,
        covers: Vec::new(),
        choices: Vec::new(),
        notes: Vec::new(),
    };
    Some(Block {
        id: requirement.id.clone(),
        number: 0,
        title: requirement.label.fr.clone(),
        activities: Vec::new(),
        methods: vec![method],
        criteria: Vec::new(),
        rule: None,
        notes: Vec::new(),
    })
}

/// No criterion of a defence is printed: it is one line, as the file says (MODEL §1).
fn defence_line(id: LineId, requirement: &Requirement) -> LineInfo {
    LineInfo {
        id,
        slug: requirement.id.clone(),
        block: requirement.id.clone(),
        method: requirement.id.clone(),
        kind: LineKind::Criterion,
        codes: Vec::new(),
        text: requirement.text.clone(),
        optional: false,
        when: None,
        observed: Some(Observed::Live),
        weight: 1,
    }
}

/// What a line is made of before it has an id.
enum Found<'a> {
    Criterion(&'a Criterion),
    Direct(&'a super::model::Competency),
}

impl Found<'_> {
    fn slug(&self) -> &Slug {
        match self {
            Self::Criterion(criterion) => &criterion.id,
            Self::Direct(competency) => &competency.id,
        }
    }

    fn info(&self, id: LineId, block: &Block, method: &Method) -> LineInfo {
        let common = LineInfo {
            id,
            slug: self.slug().clone(),
            block: block.id.clone(),
            method: method.id.clone(),
            kind: LineKind::Competency,
            codes: Vec::new(),
            text: String::new(),
            optional: false,
            when: None,
            observed: None,
            weight: 1,
        };
        match self {
            Self::Direct(competency) => {
                LineInfo { codes: vec![competency.code.clone()], text: competency.text.clone(), ..common }
            }
            Self::Criterion(criterion) => LineInfo {
                kind: LineKind::Criterion,
                codes: block
                    .competencies()
                    .filter(|competency| criterion.serves.contains(&competency.id))
                    .map(|competency| competency.code.clone())
                    .collect(),
                text: criterion.text.clone(),
                optional: criterion.optional,
                when: criterion.when.clone(),
                observed: Some(criterion.observed),
                weight: criterion.weight,
                ..common
            },
        }
    }
}

/// The method in which a competency that no criterion serves is scored: the first that covers it.
fn method_of_direct<'a>(block: &'a Block, competency: &Slug) -> Option<&'a Method> {
    block.methods.iter().find(|method| method.covers.contains(competency))
}

fn without_method(block: &Block) -> Vec<String> {
    let criteria = block.criteria.iter().filter(|criterion| {
        !block.methods.iter().any(|method| criterion.method.as_ref() == Some(&method.id))
    });
    let direct = block
        .competencies()
        .filter(|one| block.is_direct(&one.id) && method_of_direct(block, &one.id).is_none());
    criteria.map(|one| one.id.to_string()).chain(direct.map(|one| one.id.to_string())).collect()
}

/// The criteria in the order of the file; a competency scored directly stands where its own place among
/// the competencies puts it.
fn lines_of_grid<'a>(block: &'a Block, method: &Method) -> Vec<Found<'a>> {
    let order: HashMap<&Slug, usize> =
        block.competencies().enumerate().map(|(place, competency)| (&competency.id, place)).collect();
    let first_served =
        |criterion: &Criterion| criterion.serves.iter().filter_map(|served| order.get(served).copied()).min();
    let mut lines: Vec<Found<'a>> = block
        .criteria
        .iter()
        .filter(|criterion| criterion.method.as_ref() == Some(&method.id))
        .map(Found::Criterion)
        .collect();
    for (place, competency) in block.competencies().enumerate() {
        let here = block.is_direct(&competency.id)
            && method_of_direct(block, &competency.id).is_some_and(|own| own.id == method.id);
        if here {
            let after = lines.iter().position(|line| match line {
                Found::Criterion(criterion) => first_served(criterion).is_some_and(|served| served > place),
                Found::Direct(_) => false,
            });
            lines.insert(after.unwrap_or(lines.len()), Found::Direct(competency));
        }
    }
    lines
}
