//! Everybody, and how each stands to Lina's things and to Omar's: said here by hand, so that a fault in
//! `access::facts` shows as a disagreement with what is observed.

use parchemin::access::policy::Standing;

/// Whose file is at hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Of {
    Lina,
    Omar,
}

/// How far the exam day has gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// The chair has signed, the member has not.
    Open,
    /// Every seat has.
    Signed,
    /// Everything is decided, nothing closed.
    Decided,
    Closed,
    Published,
    /// The sitting at hand is one that was cancelled; the rest as published.
    Cancelled,
}

pub const STAGES: [Stage; 6] =
    [Stage::Open, Stage::Signed, Stage::Decided, Stage::Closed, Stage::Published, Stage::Cancelled];

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    Administrator,
    Manager,
    ManagerElsewhere,
    Trainer,
    Chair,
    Juror,
    /// Sits for Lina, has stepped aside for Omar.
    Recused,
    JurorElsewhere,
    Lina,
    Omar,
    /// A candidate of another cohort of the same centre.
    Nora,
    Auditor,
    DataProtection,
    /// Was a manager of the centre; the account is disabled.
    Disabled,
    /// Was an auditor; this login is ended.
    Revoked,
    Nobody,
}

pub const ROLES: [(Role, &str); 16] = [
    (Role::Administrator, "administrator"),
    (Role::Manager, "manager of this centre"),
    (Role::ManagerElsewhere, "manager of another centre"),
    (Role::Trainer, "trainer of the cohort"),
    (Role::Chair, "chair"),
    (Role::Juror, "juror"),
    (Role::Recused, "juror recused for Omar"),
    (Role::JurorElsewhere, "juror of another jury"),
    (Role::Lina, "candidate Lina"),
    (Role::Omar, "candidate Omar, same cohort"),
    (Role::Nora, "candidate of another cohort"),
    (Role::Auditor, "auditor"),
    (Role::DataProtection, "data-protection officer"),
    (Role::Disabled, "disabled account"),
    (Role::Revoked, "login ended"),
    (Role::Nobody, "nobody"),
];

impl Role {
    pub fn is_in(self) -> bool {
        !matches!(self, Self::Disabled | Self::Revoked | Self::Nobody)
    }

    fn sits(self) -> bool {
        matches!(self, Self::Chair | Self::Juror | Self::Recused)
    }
}

/// The kind of thing to which somebody stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    Service,
    Centre,
    Cohort,
    Enrolment,
    Sitting,
    Jury,
    /// The member's, or one of the jury.
    Seat,
    /// The chair's, for the candidate at hand.
    Sheet,
    Summons,
}

pub const KINDS: [Kind; 9] = [
    Kind::Service,
    Kind::Centre,
    Kind::Cohort,
    Kind::Enrolment,
    Kind::Sitting,
    Kind::Jury,
    Kind::Seat,
    Kind::Sheet,
    Kind::Summons,
];

pub fn standing(role: Role, kind: Kind, of: Of, stage: Stage) -> Standing {
    let mut who = Standing { signed_in: role.is_in(), ..Standing::default() };
    who.administrator = role == Role::Administrator;
    who.auditor = role == Role::Auditor;
    who.data_protection_officer = role == Role::DataProtection;
    who.manager = matches!(role, Role::Manager | Role::ManagerElsewhere);
    if matches!(kind, Kind::Service | Kind::Summons) {
        who.own = kind == Kind::Summons && its_candidate(role, of);
        return who;
    }
    who.manages = role == Role::Manager;
    if kind == Kind::Centre {
        return who;
    }
    who.trains = role == Role::Trainer;
    let personal = matches!(kind, Kind::Enrolment | Kind::Sheet);
    if personal {
        who.sits = role.sits() && !(role == Role::Recused && of == Of::Omar);
        who.candidate = its_candidate(role, of);
        who.unveiled = stage >= Stage::Signed;
        who.published = stage >= Stage::Published;
    } else if kind != Kind::Cohort {
        who.sits = role.sits();
        who.candidate = kind == Kind::Sitting && matches!(role, Role::Lina | Role::Omar);
    }
    who.chairs = who.sits && role == Role::Chair;
    who.own = match kind {
        Kind::Sheet | Kind::Seat => role == Role::Chair,
        Kind::Jury => who.sits,
        _ => false,
    };
    who
}

fn its_candidate(role: Role, of: Of) -> bool {
    role == if of == Of::Lina { Role::Lina } else { Role::Omar }
}
