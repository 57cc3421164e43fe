//! What a document says, and nothing else: the facts it was drawn from, kept as JSON beside it.
//!
//! Plain owned values. Times are UTC; each document names the one IANA zone in which it shows them
//! (MODEL §6). Wording of the référentiel comes in as registered and is printed as registered.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// One document to draw.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Document {
    /// All grids of one juror for one candidate in one sitting («feuille»).
    Sheet(SheetFacts),
    /// The procès-verbal of one deliberation.
    Minutes(MinutesFacts),
}

/// The certification assessed, as its référentiel names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CertificationFacts {
    pub title: String,
    /// Code of the référentiel version, as in its file.
    pub code: String,
    pub version: String,
    pub awarding_body: String,
    /// `None` until the awarding body has set them: the document then says «SPÉCIMEN» on every page.
    pub registration: Option<RegistrationFacts>,
}

/// What registration in the national register adds; never invented (MODEL §1).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RegistrationFacts {
    /// For instance `RNCP12345`.
    pub number: String,
    /// For instance `7`.
    pub level: String,
    pub nsf: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CentreFacts {
    pub name: String,
    pub address: Option<String>,
}

/// An occasion to assess.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SittingFacts {
    pub name: String,
    pub starts_at: DateTime<Utc>,
    pub ends_at: Option<DateTime<Utc>>,
    /// Address, or link of the video room.
    pub place: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PersonFacts {
    pub last_name: String,
    pub first_names: String,
    /// The number under which the centre knows the person.
    pub reference: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SeatFunction {
    Chair,
    Member,
}

/// The code printed on the document, by which anybody can ask whether it is genuine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CheckFacts {
    pub code: String,
    /// Address of the public check page.
    pub url: Option<String>,
}

// The juror's sheet.

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SheetFacts {
    pub certification: CertificationFacts,
    pub centre: CentreFacts,
    /// IANA name of the centre's zone, for instance `Europe/Paris`.
    pub zone: String,
    pub sitting: SittingFacts,
    pub candidate: PersonFacts,
    pub juror: JurorFacts,
    /// Levels in ascending rank.
    pub scale: Vec<LevelFacts>,
    pub blocks: Vec<SheetBlock>,
    /// `None`: the sheet is printed unsigned and says so.
    pub signature: Option<SheetSignature>,
    pub check: Option<CheckFacts>,
    /// When the document was made; its creation date.
    pub issued_at: DateTime<Utc>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JurorFacts {
    pub name: String,
    pub function: SeatFunction,
    pub occupation: Option<String>,
    pub employer: Option<String>,
    /// External to the awarding body and to the centre.
    pub external: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LevelFacts {
    /// 1..n, never 0.
    pub rank: u32,
    pub label: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SheetBlock {
    /// Printed code; `None` for what stands outside the blocks (a defence).
    pub code: Option<String>,
    pub title: String,
    pub methods: Vec<SheetMethod>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SheetMethod {
    /// The method's heading as printed («Étude de cas»).
    pub title: String,
    /// What was chosen among printed alternatives, in words («Apprentissage : classification»).
    pub choices: Vec<String>,
    pub lines: Vec<SheetLine>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SheetLine {
    /// Printed codes of the competencies served.
    pub codes: Vec<String>,
    /// The criterion, as registered.
    pub text: String,
    pub mark: LineMark,
    pub comment: Option<String>,
}

/// Absent, not observed, not applicable and not yet scored are different things.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum LineMark {
    Scored { rank: u32 },
    NotObserved { reason: Option<String> },
    NotApplicable { reason: Option<String> },
    NotScored,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SheetSignature {
    /// Name under which the juror signed.
    pub name: String,
    pub signed_at: DateTime<Utc>,
    /// SHA-256 of the sheet's content, hexadecimal.
    pub digest: String,
}

// The minutes.

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MinutesFacts {
    /// `PV-2026-0001`.
    pub number: String,
    /// Number of the minutes that these rectify.
    pub rectifies: Option<String>,
    /// Why they do.
    #[serde(default)]
    pub rectification_reason: Option<String>,
    pub certification: CertificationFacts,
    pub centre: CentreFacts,
    /// IANA name of the centre's zone, for instance `Europe/Paris`.
    pub zone: String,
    /// Name of the session («session de novembre 2026»).
    pub session: String,
    pub starts_at: DateTime<Utc>,
    pub ends_at: Option<DateTime<Utc>>,
    /// Where the jury deliberated: address, or link of the video room.
    pub place: Option<String>,
    /// The sittings deliberated upon.
    pub sittings: Vec<SittingFacts>,
    pub counts: Counts,
    pub candidates: Vec<CandidateFacts>,
    pub jury: Vec<MemberFacts>,
    pub recusals: Vec<RecusalFacts>,
    /// How many members had to be present, and were, in words.
    pub quorum: Option<String>,
    pub manager: ManagerFacts,
    /// Head of the journal that covers the closing.
    pub journal: Option<JournalHead>,
    pub check: Option<CheckFacts>,
    /// When the minutes were closed and numbered; the document's creation date.
    pub closed_at: DateTime<Utc>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Counts {
    pub present: u32,
    pub absent: u32,
    pub excused: u32,
    /// Everything awarded («admis totalement»).
    pub full: u32,
    /// Some blocks acquired («admis partiellement»).
    pub partial: u32,
    pub refused: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CandidateFacts {
    pub person: PersonFacts,
    /// In words («formation initiale», «VAE»).
    pub access_route: String,
    pub outcome: Outcome,
    pub blocks: Vec<BlockRow>,
    pub requirements: Vec<RequirementRow>,
    /// `None` when the certification as a whole is not deliberated.
    pub certification: Option<CertificationRow>,
    /// What else the jury had recorded about this candidate.
    pub remark: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    Full,
    Partial,
    Refused,
    Absent,
    Excused,
}

/// What the rule computed: pencil.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Proposal {
    Proposed,
    Refused,
    Incomplete,
    /// The rule was not asked (absent candidate).
    None,
}

/// What the jury decided about a block: ink.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BlockDecision {
    Acquired,
    NotAcquired,
    Absent,
    Excused,
    /// Held from before; carried, not decided again.
    AlreadyAcquired,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BlockRow {
    pub code: String,
    pub title: String,
    pub proposal: Proposal,
    pub decision: BlockDecision,
    pub words: DecisionWords,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CertificationDecision {
    Awarded,
    NotAwarded,
    Absent,
    Excused,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CertificationRow {
    pub proposal: Proposal,
    pub decision: CertificationDecision,
    pub words: DecisionWords,
}

/// What stands beside a decision. All optional here: that a refusal or a departure carries a reason
/// is decided where decisions are made, not where they are printed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DecisionWords {
    /// The path that decided the proposal, in words.
    pub path: Option<String>,
    /// Why the jury refused, or departed from the proposal.
    pub reason: Option<String>,
    /// «2 voix contre 1», «voix prépondérante».
    pub votes: Option<String>,
    /// A dissent recorded at its author's request, with the name.
    pub dissent: Option<String>,
}

/// A condition outside the blocks (thesis, months in company).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RequirementRow {
    pub title: String,
    pub state: RequirementState,
    /// By whom, when, on which evidence, in words.
    pub detail: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RequirementState {
    Pending,
    Met,
    Unmet,
    Waived,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MemberFacts {
    pub name: String,
    pub function: SeatFunction,
    pub occupation: Option<String>,
    pub employer: Option<String>,
    pub external: bool,
    pub signature: MemberSignature,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum MemberSignature {
    Signed {
        at: DateTime<Utc>,
    },
    Pending,
    /// Did not deliberate (absent, or replaced).
    NotPresent {
        reason: Option<String>,
    },
    /// Deliberated and cannot sign any more, as the jury and the manager have said.
    CannotSign {
        reason: String,
    },
}

/// A member who stepped aside for one candidate; why is nobody's business here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecusalFacts {
    pub juror: String,
    pub candidate: String,
}

/// The manager of the session: convenes, observes, does not vote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ManagerFacts {
    pub name: String,
    pub function: Option<String>,
    pub observations: Option<String>,
    pub signed_at: Option<DateTime<Utc>>,
}

/// Head of the Merkle log (RFC 6962, C2SP checkpoint) when the minutes were closed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JournalHead {
    pub origin: String,
    /// Number of entries covered.
    pub size: u64,
    /// Root hash, base64.
    pub root: String,
}

impl Document {
    /// The document's own date.
    pub(super) fn issued_at(&self) -> DateTime<Utc> {
        match self {
            Self::Sheet(facts) => facts.issued_at,
            Self::Minutes(facts) => facts.closed_at,
        }
    }
}

/// Whether a decision departs from what the rule proposed.
pub(super) fn departs(proposal: Proposal, granted: bool) -> bool {
    match proposal {
        Proposal::Proposed => !granted,
        Proposal::Refused | Proposal::Incomplete => granted,
        Proposal::None => false,
    }
}
