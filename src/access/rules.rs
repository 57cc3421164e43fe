//! What a good password is, when an attempt must wait, what a link may still open.

use chrono::Duration;

use super::model::{Email, Held};
use super::rows::Role;
use crate::db::At;

/// For everybody (ASVS 5.0, 6.2.1; the throttle makes it case 2 of CNIL 2022-100).
pub const SHORTEST_PASSWORD: usize = 12;
/// For whoever governs or reads everything.
pub const SHORTEST_STAFF_PASSWORD: usize = 15;
/// In bytes: far above any passphrase; it only bounds the work of the hash.
pub const LONGEST_PASSWORD: usize = 1024;

/// Failures counted together.
pub const WINDOW: Duration = Duration::minutes(15);
/// Attempts on one e-mail within the window.
pub const ATTEMPTS_PER_EMAIL: i32 = 5;
/// Failures from one address within the window: a whole centre may share one.
pub const FAILURES_PER_ADDRESS: i32 = 30;

/// Letters to one e-mail within the window, for whoever asks to come back in: nobody's mailbox is flooded.
pub const RESETS_PER_EMAIL: i32 = 3;
/// Asked from one address within the window.
pub const RESETS_PER_ADDRESS: i32 = 30;
/// During which the link of a reset opens (ASVS 5.0, 6.4.1: short).
pub const RESET_LASTS: Duration = Duration::hours(2);

/// How long a login lasts.
pub const LOGIN_LASTS: Duration = Duration::hours(12);
/// Days during which an invitation opens.
pub const INVITATION_LASTS: Duration = Duration::days(14);
/// Devices, or evenings, that one invitation serves.
pub const OPENINGS: i32 = 10;

/// Roles that govern or read everything: given by administrators alone, held with a password.
pub fn is_staff(role: Role) -> bool {
    match role {
        Role::Administrator | Role::CentreManager | Role::Auditor | Role::DataProtectionOfficer => true,
        Role::Trainer | Role::Juror | Role::Candidate => false,
    }
}

pub fn any_staff(roles: &[Held]) -> bool {
    roles.iter().any(|held| is_staff(held.role))
}

/// What may be wrong with where a role is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GrantFault {
    /// This role is that of one centre.
    CentreNeeded,
    /// This role holds everywhere: a centre beside it would say less than is true.
    HoldsEverywhere,
}

/// # Errors
/// The first rule that the wish breaks.
pub fn check_grant(wish: Held) -> Result<(), GrantFault> {
    match (wish.role, wish.centre) {
        (Role::CentreManager, None) => Err(GrantFault::CentreNeeded),
        (Role::Administrator | Role::Auditor | Role::DataProtectionOfficer, Some(_)) => {
            Err(GrantFault::HoldsEverywhere)
        }
        _ => Ok(()),
    }
}

/// Why a password is refused; [`PasswordFault::code`] is the contract of clients.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PasswordFault {
    TooShort,
    TooLong,
    /// Among those that are tried first.
    Common,
    /// Holds the e-mail's local part or a name of the person.
    Personal,
}

impl PasswordFault {
    pub fn code(self) -> &'static str {
        match self {
            Self::TooShort => "too_short",
            Self::TooLong => "too_long",
            Self::Common => "common",
            Self::Personal => "personal",
        }
    }
}

/// Whose password it is to be.
#[derive(Debug, Clone, Copy)]
pub struct Owner<'a> {
    pub email: &'a Email,
    pub name: &'a str,
    pub staff: bool,
}

impl Owner<'_> {
    /// In characters.
    pub fn shortest(&self) -> usize {
        if self.staff { SHORTEST_STAFF_PASSWORD } else { SHORTEST_PASSWORD }
    }
}

/// No rule on composition, no truncation, no change of case (ASVS 5.0, 6.2.5 and 6.2.8).
///
/// # Errors
/// The first fault found.
pub fn check_password(password: &str, owner: &Owner<'_>) -> Result<(), PasswordFault> {
    if password.len() > LONGEST_PASSWORD {
        return Err(PasswordFault::TooLong);
    }
    if password.chars().count() < owner.shortest() {
        return Err(PasswordFault::TooShort);
    }
    let lower = password.to_lowercase();
    if is_common(&lower) {
        return Err(PasswordFault::Common);
    }
    if is_personal(&lower, owner) {
        return Err(PasswordFault::Personal);
    }
    Ok(())
}

const COMMON: &str = include_str!("common_passwords.txt");

/// Shorter words are found in honest passphrases too.
const TELLING: usize = 4;

/// A common word, dressed with digits and signs at its ends, or repeated.
fn is_common(lower: &str) -> bool {
    let core = lower.trim_matches(|c: char| !c.is_alphabetic());
    is_listed(lower)
        || is_listed(core)
        || unit(lower).is_some_and(is_simple)
        || unit(core).is_some_and(is_simple)
}

fn is_listed(word: &str) -> bool {
    !word.is_empty() && COMMON.lines().filter(|line| !line.starts_with('#')).any(|line| line == word)
}

fn is_simple(unit: &str) -> bool {
    unit.chars().count() <= TELLING || is_listed(unit)
}

/// The shortest piece that makes the whole when repeated; a last repetition may be cut.
fn unit(text: &str) -> Option<&str> {
    text.char_indices().skip(1).map(|(at, _)| text.split_at(at)).find_map(|(unit, rest)| {
        let repeated = unit.chars().cycle().zip(rest.chars()).all(|(expected, found)| expected == found);
        (repeated && rest.len() >= unit.len()).then_some(unit)
    })
}

fn is_personal(lower: &str, owner: &Owner<'_>) -> bool {
    let name = owner.name.to_lowercase();
    std::iter::once(owner.email.local_part())
        .chain(name.split(|c: char| !c.is_alphanumeric()))
        .any(|word| word.chars().count() >= TELLING && lower.contains(word))
}

/// Seconds to wait before the next attempt, when there are too many failures since the first of them.
pub fn must_wait(failures: i32, limit: i32, since: At, at: At) -> Option<i64> {
    let left = since.plus(WINDOW).utc() - at.utc();
    (failures >= limit && left > Duration::zero()).then(|| left.num_seconds().max(1))
}

/// What a link still opens, from what is kept of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Link {
    pub expires_at: At,
    pub revoked: bool,
    pub openings: i32,
    pub account_is_active: bool,
}

impl Link {
    pub fn opens(self, at: At) -> bool {
        !self.revoked && self.account_is_active && self.openings < OPENINGS && at < self.expires_at
    }
}

/// Who stands at the door with a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Guest {
    pub staff: bool,
    pub has_password: bool,
    pub opened_before: bool,
}

/// Why a link that is good does not open as asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OpeningFault {
    /// Staff choose a password the first time.
    PasswordNeeded,
    /// This account has a password, and the link has served: an old message must not do instead of it.
    SignInInstead,
}

/// Whether the link opens; `chooses` when a password comes with it.
///
/// Jurors and candidates come in with the link alone, on each of their devices. Staff choose a password with
/// it and sign in with that afterwards. A password that stands is replaced by a link not opened before only.
///
/// # Errors
/// What to do instead.
pub fn opening(guest: Guest, chooses: bool) -> Result<(), OpeningFault> {
    match (chooses, guest) {
        (true, Guest { has_password: true, opened_before: true, .. }) => Err(OpeningFault::SignInInstead),
        (false, Guest { staff: true, has_password: false, .. }) => Err(OpeningFault::PasswordNeeded),
        (false, Guest { staff: true, has_password: true, .. }) => Err(OpeningFault::SignInInstead),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;

    fn at(seconds: i64) -> At {
        At::from(DateTime::from_timestamp(1_800_000_000 + seconds, 0).unwrap())
    }

    fn fault_of(password: &str, staff: bool) -> Option<&'static str> {
        let email = Email::typed("Maud.Keravel@exemple.fr ");
        let owner = Owner { email: &email, name: "Maud Keravel-Ozanne", staff };
        check_password(password, &owner).err().map(PasswordFault::code)
    }

    #[test]
    fn a_password_is_long_enough_for_what_it_opens() {
        assert_eq!(fault_of("tulipe vert", false), Some("too_short"), "11");
        assert_eq!(fault_of("tulipe verte", false), None, "12");
        assert_eq!(fault_of("tulipe verte n", true), Some("too_short"), "14");
        assert_eq!(fault_of("tulipe verte ne", true), None, "15");
        assert_eq!(fault_of("éééàààùùùîî", false), Some("too_short"), "characters are counted, not bytes");
        assert_eq!(
            fault_of(&"tulipe verte ".repeat(5), false),
            None,
            "65 characters that say nothing common"
        );
        assert_eq!(
            fault_of(&format!("{}z", "carafe ombre".repeat(90)), false),
            Some("too_long"),
            "1081 bytes"
        );
    }

    #[test]
    fn what_is_tried_first_is_refused_however_it_is_dressed() {
        for common in [
            "motdepasse12",
            "MotDePasse2026!",
            "123456789012",
            "azertyuiopqs",
            "Password1234",
            "aaaaaaaaaaaa",
            "azertyazerty",
            "!!soleil!!2026",
            "certification",
            "abcabcabcabcab",
            "Bonjour123456",
            "jetaime-2026-",
        ] {
            assert_eq!(fault_of(common, false), Some("common"), "{common}");
        }
        for fine in ["soleil sur la rade", "azerty puis qwertz", "8 carafes d'ombre", "493027561843"] {
            assert_eq!(fault_of(fine, false), None, "{fine}");
        }
    }

    #[test]
    fn what_everybody_knows_of_a_person_is_refused() {
        for personal in ["xx-maud.keravel-xx", "vive KERAVEL 29", "ozanne ozanne ah", "Maud est passée"] {
            assert_eq!(fault_of(personal, false), Some("personal"), "{personal}");
        }
    }

    #[test]
    fn the_list_of_common_passwords_is_in_the_form_that_is_compared() {
        let words: Vec<_> = COMMON.lines().filter(|line| !line.starts_with('#')).collect();
        assert!(words.len() >= 200, "{}", words.len());
        for word in &words {
            assert_eq!(*word, word.trim().to_lowercase());
            assert!(!word.is_empty());
        }
    }

    #[test]
    fn an_attempt_waits_until_the_window_has_passed_and_not_longer() {
        assert_eq!(must_wait(4, 5, at(0), at(1)), None);
        assert_eq!(must_wait(5, 5, at(0), at(1)), Some(899));
        assert_eq!(must_wait(5, 5, at(0), at(899)), Some(1));
        assert_eq!(must_wait(5, 5, at(0), at(900)), None);
    }

    #[test]
    fn a_link_opens_until_its_end_ten_times_and_not_once_revoked() {
        let link = Link { expires_at: at(10), revoked: false, openings: 9, account_is_active: true };
        assert!(link.opens(at(9)));
        assert!(!link.opens(at(10)));
        assert!(!Link { openings: 10, ..link }.opens(at(9)));
        assert!(!Link { revoked: true, ..link }.opens(at(9)));
        assert!(!Link { account_is_active: false, ..link }.opens(at(9)));
    }

    #[test]
    fn a_juror_needs_no_password_and_staff_cannot_do_without() {
        let juror = Guest { staff: false, has_password: false, opened_before: true };
        assert_eq!(opening(juror, false), Ok(()));
        assert_eq!(opening(juror, true), Ok(()), "but may choose one");
        let staff = Guest { staff: true, has_password: false, opened_before: false };
        assert_eq!(opening(staff, false), Err(OpeningFault::PasswordNeeded));
        assert_eq!(opening(staff, true), Ok(()));
    }

    #[test]
    fn an_old_link_replaces_no_password() {
        let known = Guest { staff: true, has_password: true, opened_before: true };
        assert_eq!(opening(known, true), Err(OpeningFault::SignInInstead));
        assert_eq!(opening(known, false), Err(OpeningFault::SignInInstead));
        assert_eq!(opening(Guest { staff: false, ..known }, true), Err(OpeningFault::SignInInstead));
        assert_eq!(opening(Guest { staff: false, ..known }, false), Ok(()));
        assert_eq!(opening(Guest { opened_before: false, ..known }, true), Ok(()), "forgotten: a new link");
    }

    #[test]
    fn a_role_is_given_where_it_holds() {
        let centre = Some(crate::ids::CentreId::new());
        assert_eq!(
            check_grant(Held { role: Role::CentreManager, centre: None }),
            Err(GrantFault::CentreNeeded)
        );
        assert_eq!(check_grant(Held { role: Role::CentreManager, centre }), Ok(()));
        assert_eq!(check_grant(Held { role: Role::Auditor, centre }), Err(GrantFault::HoldsEverywhere));
        assert_eq!(check_grant(Held { role: Role::Juror, centre: None }), Ok(()));
        assert_eq!(check_grant(Held { role: Role::Juror, centre }), Ok(()));
    }
}
