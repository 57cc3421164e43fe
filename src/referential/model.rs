//! The standard, as printed and as data: what a file of `referentials/` says.
//!
//! These types are the file format. Everything that the printed document has is here, in its own
//! words; what is read into it (scale, rules, groupings, corrections) stands beside it with notes.
//! The JSON Schema published for editors is generated from these types.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A name for one element, unique in its référentiel version and stable inside it.
///
/// Lower-case letters, digits and hyphens, at most 64 characters. Printed codes (`C3.4`) are labels:
/// one of our sources prints C3.4 twice, so nothing is ever keyed by them.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(extend("pattern" = "^[a-z0-9]+(-[a-z0-9]+)*$", "maxLength" = 64))]
pub struct Slug(String);

impl Slug {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Slug {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let shaped = !text.is_empty()
            && text.len() <= 64
            && text.split('-').all(|part| {
                !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
            });
        if shaped {
            Ok(Self(text))
        } else {
            Err(format!("«{text}» is not lower-case letters and digits joined by single hyphens"))
        }
    }
}

impl TryFrom<&str> for Slug {
    type Error = String;

    fn try_from(text: &str) -> Result<Self, Self::Error> {
        Self::try_from(text.to_owned())
    }
}

impl From<Slug> for String {
    fn from(slug: Slug) -> Self {
        slug.0
    }
}

impl fmt::Display for Slug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// An exact share or mean, written `1/2`, `3` or `2.5`; never a floating-point number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String", extend("pattern" = r"^[0-9]{1,6}(/[1-9][0-9]{0,5}|\.[0-9]{1,4})?$"))]
pub struct Ratio {
    pub num: u64,
    pub den: u64,
}

impl TryFrom<String> for Ratio {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let wrong =
            || format!("«{text}» is not a whole number, a fraction such as 1/2 or a decimal such as 2.5");
        let number = |digits: &str| {
            if digits.is_empty() || digits.len() > 6 || !digits.bytes().all(|b| b.is_ascii_digit()) {
                return Err(wrong());
            }
            digits.parse::<u64>().map_err(|_| wrong())
        };
        if let Some((num, den)) = text.split_once('/') {
            let (num, den) = (number(num)?, number(den)?);
            return if den == 0 { Err(wrong()) } else { Ok(Self { num, den }) };
        }
        if let Some((whole, decimals)) = text.split_once('.') {
            let places = u32::try_from(decimals.len()).map_err(|_| wrong())?;
            if places > 4 {
                return Err(wrong());
            }
            let den = 10u64.pow(places);
            return Ok(Self { num: number(whole)? * den + number(decimals)?, den });
        }
        Ok(Self { num: number(&text)?, den: 1 })
    }
}

impl From<Ratio> for String {
    fn from(ratio: Ratio) -> Self {
        ratio.to_string()
    }
}

impl fmt::Display for Ratio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.den == 1 { write!(f, "{}", self.num) } else { write!(f, "{}/{}", self.num, self.den) }
    }
}

/// One référentiel version, complete.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Referential {
    /// Names the certification across its versions.
    pub code: Slug,
    /// Names this version of it; the pair (code, version) is frozen at publication.
    pub version: Slug,
    /// The exact title of the certification, as registered.
    pub title: String,
    /// Language of the registered wording (BCP 47), for `lang` attributes; the interface never translates it.
    pub language: String,
    /// The document that this file was read from.
    pub source: Source,
    /// What the document prints before its table, paragraph by paragraph.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub preamble: Vec<String>,
    /// What the document prints after its table, paragraph by paragraph.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub closing: Vec<String>,
    pub numbering: Numbering,
    pub scale: Scale,
    /// How several jurors' scores become one.
    pub combination: Combination,
    pub rules: Rules,
    pub jury: JuryRules,
    pub blocks: Vec<Block>,
    /// What the certification asks for outside its blocks.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub requirements: Vec<Requirement>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<Note>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// Title as printed at the head of the document.
    pub title: String,
    /// Which document of the awarding body it is, and its date or state when known.
    pub document: String,
}

/// How printed codes are built: `{b}` is the block's number, `{n}` the element's place in its block.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Numbering {
    /// For instance `A{n}.{b}` (source 003) or `A{b}.{n}` (source 004).
    pub activity: String,
    /// For instance `C{n}.{b}` or `C{b}.{n}`.
    pub competency: String,
}

/// Ordered levels, from the lowest rank (1) up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Scale {
    pub levels: Vec<Level>,
    /// The rank from which a criterion is met.
    pub met_from: u8,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<Note>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Level {
    /// 1, 2, 3… never 0.
    pub rank: u8,
    pub label: Bilingual,
    pub meaning: Bilingual,
    /// A score at this level is not complete without a comment.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub comment_required: bool,
}

/// Words of the product's own (never registered wording) in both interface languages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Bilingual {
    pub fr: String,
    pub en: String,
}

/// How the scores of several jurors on one line become one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Combination {
    /// The middle rank; the lower of two middles.
    Median,
    /// All the same, else the chair settles.
    Consensus,
    /// The rank given by more than half, else the chair settles.
    Majority,
    /// The chair's own score.
    Chair,
}

/// One rule per stage; a block or a competency may carry its own instead.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Rules {
    /// From criteria to a competency.
    pub competency: Rule,
    /// From competencies to a block.
    pub block: Rule,
    /// From blocks to the certification; requirements are asked for besides, always.
    pub certification: Rule,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<Note>,
}

/// A rule over the items of one stage (criteria, competencies or blocks).
///
/// A criterion is met from the scale's `met_from` rank. At the competency stage all kinds apply; at
/// the stages above, where items have no rank, `none_below` and `weighted_mean` are refused by the checks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Rule {
    /// Every applicable item is met.
    All,
    /// At least so many items are met.
    AtLeast(u32),
    /// The weight of the met items is at least this share of the weight of the applicable ones.
    Share(Ratio),
    /// The weighted mean of the ranks reaches this.
    WeightedMean(Ratio),
    /// No item is below this rank; *not observed* is below every rank.
    NoneBelow(u8),
    /// Each of these items is met.
    Eliminatory(Vec<Slug>),
    AllOf(Vec<Rule>),
    AnyOf(Vec<Rule>),
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct JuryRules {
    /// The jury as the document names it, to the letter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub printed: Option<String>,
    /// Rules for every access route that has none of its own.
    pub default: Composition,
    /// Rules of a given access route, whole, instead of the default.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub routes: Vec<RouteComposition>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<Note>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RouteComposition {
    pub route: AccessRoute,
    pub composition: Composition,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Composition {
    /// Seats that must be filled; also the quorum, candidate by candidate.
    pub members_at_least: u32,
    /// Share of members external to the awarding body and its centres.
    pub external_share_at_least: Ratio,
    /// Years of practice asked of each member.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub experience_years_at_least: Option<u32>,
    /// Ties that keep a member from assessing a candidate.
    pub excluded_ties: Vec<Tie>,
    /// Women and men both sit (VAE, code de l'éducation D6412-6).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub gender_balance: bool,
    /// The chair's vote decides when votes are equal.
    pub casting_vote: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Tie {
    SameEmployer,
    /// Works for the centre that trains the candidate.
    SameCentre,
    Trainer,
    Declared,
}

/// By which way a candidate comes to the certification (the register's six flags).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AccessRoute {
    InitialTraining,
    Apprenticeship,
    ContinuingTraining,
    ProfessionalisationContract,
    IndividualCandidate,
    /// Validation des acquis de l'expérience.
    PriorExperience,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Block {
    pub id: Slug,
    pub number: u32,
    pub title: String,
    /// Instead of the version's block rule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<Rule>,
    pub activities: Vec<Activity>,
    pub methods: Vec<Method>,
    pub criteria: Vec<Criterion>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<Note>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Activity {
    pub id: Slug,
    /// As printed.
    pub code: String,
    pub title: String,
    pub tasks: Vec<Task>,
    pub competencies: Vec<Competency>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<Note>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Task {
    pub text: String,
    /// The sub-heading that the task is printed under.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub under: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Competency {
    pub id: Slug,
    /// As printed: a label, never a key.
    pub code: String,
    pub text: String,
    /// Instead of the version's competency rule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<Rule>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<Note>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Method {
    pub id: Slug,
    pub kind: MethodKind,
    /// The method's heading as printed («Etude de cas», «Jeu de rôle»).
    pub title: String,
    pub text: String,
    pub grouping: Grouping,
    /// Competencies that the method assesses.
    pub covers: Vec<Slug>,
    /// Printed alternatives, asked once per grid.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<Choice>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<Note>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum MethodKind {
    /// Étude de cas.
    CaseStudy,
    /// Étude de cas pratique.
    PracticalCaseStudy,
    /// Jeu de rôle.
    RolePlay,
    /// Mise en situation professionnelle, without more.
    WorkplaceAssessment,
    /// Mise en situation professionnelle reconstituée.
    SimulatedWorkplaceAssessment,
    /// Mise en situation professionnelle réelle.
    RealWorkplaceAssessment,
    /// Soutenance.
    Defence,
    /// Rapport, mémoire, thèse.
    Report,
}

/// With whom the candidate works in a method.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Grouping {
    Individual,
    Pair,
    Team,
    /// The document does not say.
    NotStated,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    pub id: Slug,
    pub question: Bilingual,
    /// At least one option applies.
    pub options: Vec<ChoiceOption>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ChoiceOption {
    pub id: Slug,
    pub label: Bilingual,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Criterion {
    pub id: Slug,
    pub text: String,
    /// The one method in which it is observed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<Slug>,
    /// The competencies that it serves: the sources print criteria for groups.
    pub serves: Vec<Slug>,
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub weight: u32,
    pub observed: Observed,
    /// «Le cas échéant», «peut être»: *not applicable* may be given, with a reason.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub optional: bool,
    /// Applies only where this option was chosen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<When>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<Note>,
}

fn one() -> u32 {
    1
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the shape that serde asks for")]
fn is_one(weight: &u32) -> bool {
    *weight == 1
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Observed {
    /// Seen on the spot (listening, speaking…): never counted as lacking evidence.
    Live,
    /// Seen in what the candidate filed.
    Filed,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct When {
    pub choice: Slug,
    pub option: Slug,
}

/// A condition of the certification outside its blocks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Requirement {
    pub id: Slug,
    pub kind: RequirementKind,
    /// Short name, in our words.
    pub label: Bilingual,
    /// As printed.
    pub text: String,
    /// Length of a defence, in minutes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minutes: Option<u32>,
    /// Least length of a period in company, in months.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub months_at_least: Option<u32>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<Note>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RequirementKind {
    /// A defence before a jury.
    Scored,
    /// A period in company, attested by somebody from it.
    Attested,
    /// A report, a dissertation, a thesis handed in.
    Filed,
}

/// What is printed, how it was read and why. Only a note that names a check, on the element at fault,
/// turns that fault into a note: nothing is corrected in silence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Note {
    /// What the document prints or leaves out.
    pub printed: String,
    /// How this file reads it.
    pub read_as: String,
    /// Why it is read so.
    pub why: String,
    /// Code of the check that the note answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub check: Option<String>,
    /// The awarding body has still to confirm this reading.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub to_confirm: bool,
}

impl Referential {
    pub fn block(&self, id: &Slug) -> Option<&Block> {
        self.blocks.iter().find(|block| &block.id == id)
    }
}

impl Block {
    pub fn competencies(&self) -> impl Iterator<Item = &Competency> {
        self.activities.iter().flat_map(|activity| &activity.competencies)
    }

    /// A competency that no criterion serves is scored directly, one line with its own statement.
    pub fn is_direct(&self, competency: &Slug) -> bool {
        !self.criteria.iter().any(|criterion| criterion.serves.contains(competency))
    }
}
