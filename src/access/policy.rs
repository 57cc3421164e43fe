//! The one table of rights. What is not written here is refused.
//!
//! Pure: how the caller stands to the thing comes in ([`Standing`], loaded by [`super::facts`]), a yes or
//! a no goes out. The whole table is printed in a snapshot, so that a change of rights is read as a diff.

use crate::error::AppError;

macro_rules! actions {
    ($($(#[$doc:meta])* $name:ident sees $sees:ident,)*) => {
        /// Everything that somebody may want to do.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Action { $($(#[$doc])* $name),* }

        impl Action {
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// What somebody may see who is answered «not allowed»; whoever may not even see it is told
            /// that nothing is there.
            fn sees(self) -> Self {
                match self { $(Self::$name => Self::$sees),* }
            }
        }
    };
}

actions! {
    ReadReferentials sees ReadReferentials,
    LoadReferential sees ReadReferentials,
    PublishReferential sees ReadReferentials,
    /// Say from when to when a certification is registered.
    RecordRegistration sees ReadReferentials,
    ReadCentres sees ReadCentres,
    CreateCentre sees ReadCentres,
    /// Give a role that governs: administrator, centre manager, auditor, data-protection officer.
    InviteStaff sees InviteStaff,
    /// Give a role that takes part: juror, trainer, candidate.
    InvitePeople sees InvitePeople,
    DisableAccount sees InviteStaff,
    ReadCohort sees ReadCohort,
    CreateCohort sees ReadCentres,
    Enrol sees ReadCohort,
    AssignTrainer sees ReadCohort,
    /// Know whom to remind of what, with their addresses.
    Remind sees ReadCohort,
    /// Carry acquired blocks from an earlier enrolment.
    CarryBlocks sees ReadEnrolment,
    ReadEnrolment sees ReadEnrolment,
    /// Names, birth, employer: what documents need.
    ReadIdentity sees ReadEnrolment,
    /// With a reason; documents that printed another are issued again.
    CorrectIdentity sees ReadIdentity,
    /// A block that somebody held from before, with its proof.
    RecordAcquired sees ReadEnrolment,
    RecordRequirement sees ReadEnrolment,
    ReadEvidence sees ReadEvidence,
    FileEvidence sees ReadEvidence,
    ReadSitting sees ReadSitting,
    PlanSitting sees ReadCohort,
    OpenSitting sees ReadSitting,
    RecordAttendance sees ReadSitting,
    /// Who was there, by half-day.
    ReadAttendance sees ReadSitting,
    /// Who was summoned, when, and has received the rules.
    ReadSummons sees ReadSitting,
    /// Say that one has received one's own.
    ReceiveSummons sees ReceiveSummons,
    /// What was granted to a candidate: to those who must act on it.
    ReadAdjustments sees ReadEnrolment,
    GrantAdjustments sees ReadAdjustments,
    ReadJury sees ReadJury,
    ComposeJury sees ReadJury,
    /// Declare, for one's own seat, that no tie binds to the candidates.
    Declare sees ReadJury,
    Recuse sees ReadJury,
    /// Say who presides before one candidate when the chair has stepped aside.
    NamePresiding sees ReadJury,
    /// Answer for a rule of composition that is set aside.
    WaiveRule sees ReadJury,
    /// How many have signed; never what they wrote.
    ReadProgress sees ReadSitting,
    ReadSheet sees ReadSheet,
    WriteScore sees ReadSheet,
    SignSheet sees ReadSheet,
    ReopenSheet sees ReadProgress,
    /// The scores of every juror, once all have signed.
    ReadScores sees ReadScores,
    Settle sees ReadScores,
    /// Which scores came after their signature; what they say is as blind as the others.
    ReadLateScores sees ReadJury,
    ReadProposal sees ReadEnrolment,
    ReadDeliberation sees ReadDeliberation,
    Convene sees ReadJury,
    Decide sees ReadDeliberation,
    CloseDeliberation sees ReadDeliberation,
    SignMinutes sees ReadDeliberation,
    /// Say which members are in the room.
    RecordPresence sees ReadDeliberation,
    /// Say that a member cannot sign any more.
    AttestImpediment sees ReadDeliberation,
    /// Close a decision for good and have it decided again.
    Revoke sees ReadDeliberation,
    Publish sees ReadDeliberation,
    /// One's decisions, once they are published.
    ReadResults sees ReadEnrolment,
    ReadDocument sees ReadDocument,
    /// After a name was corrected.
    ReissueDocument sees ReadDocument,
    ReadJournal sees ReadJournal,
    /// Which letters left, to whom and when; never what they say.
    ReadMail sees ReadMail,
    SendMailAgain sees ReadMail,
}

/// How a caller stands to the thing at hand: a line of the matrix.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Standing {
    /// Signed in, whoever it is.
    pub signed_in: bool,
    pub administrator: bool,
    pub auditor: bool,
    pub data_protection_officer: bool,
    /// Manages some centre.
    pub manager: bool,
    /// Manages the centre of this thing.
    pub manages: bool,
    /// Trains the cohort concerned.
    pub trains: bool,
    /// Has an open seat on the jury concerned and is not recused for the candidate concerned.
    pub sits: bool,
    /// Sits, as the chair.
    pub chairs: bool,
    /// It is about the caller: own file as a candidate.
    pub candidate: bool,
    /// The caller's own sheet or seat.
    pub own: bool,
    /// Every seat that is not recused has signed the candidate: scores may be seen.
    pub unveiled: bool,
    /// The decisions concerned are published.
    pub published: bool,
}

/// Whether somebody who stands so may do this.
pub fn may(action: Action, who: &Standing) -> bool {
    let governs = who.administrator || who.manages;
    match action {
        Action::ReadReferentials => who.signed_in,
        Action::LoadReferential | Action::PublishReferential => who.administrator || who.manager,
        Action::ReadCentres => who.administrator || who.manager || who.auditor,
        Action::CreateCentre | Action::InviteStaff | Action::DisableAccount | Action::RecordRegistration => {
            who.administrator
        }
        Action::InvitePeople | Action::CreateCohort => governs,
        Action::ReadCohort => governs || who.trains || who.auditor,
        Action::Remind => governs,
        Action::Enrol | Action::AssignTrainer | Action::PlanSitting | Action::OpenSitting => governs,
        Action::ReadEnrolment | Action::ReadIdentity => {
            governs || who.trains || who.sits || who.candidate || who.auditor
        }
        Action::CorrectIdentity
        | Action::RecordAcquired
        | Action::RecordRequirement
        | Action::CarryBlocks => governs,
        Action::ReadEvidence => governs || who.trains || who.sits || who.candidate || who.auditor,
        Action::FileEvidence => who.candidate || governs,
        Action::ReadSitting => governs || who.trains || who.sits || who.candidate || who.auditor,
        Action::RecordAttendance => governs || who.chairs,
        Action::ReadAttendance => governs || who.chairs || who.trains || who.auditor,
        Action::ReadSummons => governs || who.auditor,
        Action::ReceiveSummons => who.own,
        // No trainer, no auditor: health is guessed from what is granted (GDPR art. 9).
        Action::ReadAdjustments => governs || who.sits || who.candidate,
        Action::GrantAdjustments | Action::WaiveRule => governs,
        Action::ReadJury => governs || who.sits || who.auditor,
        Action::ComposeJury => governs,
        Action::Declare => who.own,
        Action::Recuse => who.own || governs || who.chairs,
        Action::NamePresiding => governs || who.chairs,
        Action::ReadLateScores | Action::ReadProgress => governs || who.sits || who.auditor,
        Action::ReadSheet => who.own || (who.unveiled && (who.sits || governs || who.auditor)),
        Action::WriteScore | Action::SignSheet => who.own && who.sits,
        Action::ReopenSheet => who.chairs,
        Action::ReadScores => who.unveiled && (who.sits || governs || who.auditor),
        Action::Settle => who.unveiled && who.chairs,
        Action::ReadProposal => who.unveiled && (who.sits || governs || who.auditor),
        Action::ReadDeliberation => governs || who.sits || who.auditor,
        Action::Convene | Action::Publish | Action::Revoke => governs,
        Action::AttestImpediment => governs || who.sits,
        // The jury is sovereign: nobody who governs has a voice in it.
        Action::Decide | Action::CloseDeliberation | Action::RecordPresence => who.chairs,
        Action::SignMinutes => who.sits && who.own,
        Action::ReadResults => who.published && who.candidate || governs || who.auditor,
        // A sheet tells scores: as blind as they are. Minutes are closed, and closed minutes veil nothing.
        Action::ReadDocument => who.own || (who.unveiled && (who.sits || governs || who.auditor)),
        // The auditor asks for the proof that jurors were summoned.
        Action::ReadMail => governs || who.auditor,
        Action::SendMailAgain => governs,
        Action::ReissueDocument => who.unveiled && governs,
        Action::ReadJournal => who.administrator || who.auditor || who.data_protection_officer,
    }
}

/// Refuses what the table does not allow: «not found» to whoever may not know that the thing exists,
/// «forbidden» to the others.
///
/// # Errors
/// `not_found` or `forbidden`.
pub fn require(action: Action, who: &Standing) -> Result<(), AppError> {
    if may(action, who) {
        return Ok(());
    }
    if may(action.sees(), who) {
        return Err(AppError::forbidden((
            "Votre rôle ne permet pas cette action.",
            "Your role does not allow this action.",
        )));
    }
    Err(AppError::not_found())
}
