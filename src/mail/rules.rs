//! When a letter is tried again, and when it is given up.

use chrono::Duration;

use super::rows::LetterKind;

/// How long a worker may take to send what it has claimed; after it, another may.
pub const LEASE: Duration = Duration::minutes(10);

/// Times that a letter is tried: two days in all, for a server that is down over a weekend's night is back
/// by then, and an administrator has seen it.
pub const ATTEMPTS: i32 = 20;

const FIRST_WAIT: Duration = Duration::seconds(30);
const LONGEST_WAIT: Duration = Duration::hours(4);

/// How long a letter that was given up, and holds no secret, may still be sent again.
pub const KEPT: Duration = Duration::days(30);

/// Why a letter did not leave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// This letter will never be taken.
    Refused(String),
    /// It may be another time.
    Deferred(String),
}

impl Failure {
    pub fn code(&self) -> &str {
        match self {
            Self::Refused(code) | Self::Deferred(code) => code,
        }
    }
}

/// What an SMTP reply says of the letter. The replies of RFC 4954 §6 to a password or to its lack are about
/// this service, not about the letter: somebody sets them right and the letters leave.
pub fn of_reply(code: u16) -> Failure {
    match code {
        530 | 534 | 535 | 538 => Failure::Deferred(format!("not_authenticated_{code}")),
        500..=599 => Failure::Refused(format!("refused_{code}")),
        _ => Failure::Deferred(format!("deferred_{code}")),
    }
}

/// How long to wait after so many attempts; None when there is to be no other.
pub fn wait(attempts: i32) -> Option<Duration> {
    if attempts >= ATTEMPTS {
        return None;
    }
    let doubled = u32::try_from(attempts - 1).unwrap_or(0);
    let factor = 2_i32.checked_pow(doubled).unwrap_or(i32::MAX);
    Some(FIRST_WAIT.checked_mul(factor).map_or(LONGEST_WAIT, |wait| wait.min(LONGEST_WAIT)))
}

/// Whether the letter holds a link that lets in whoever has it: it is erased as soon as it is sent or given up.
pub fn is_secret(kind: LetterKind) -> bool {
    matches!(kind, LetterKind::Invitation | LetterKind::PasswordReset | LetterKind::AttestationAsked)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_wait_is_twice_the_one_before_up_to_four_hours_and_then_it_is_over() {
        let waits: Vec<i64> = (1..=12).filter_map(wait).map(|wait| wait.num_seconds()).collect();
        assert_eq!(waits, [30, 60, 120, 240, 480, 960, 1920, 3840, 7680, 14400, 14400, 14400]);
        assert_eq!(wait(ATTEMPTS), None);
        let total: Duration = (1..ATTEMPTS).filter_map(wait).sum();
        assert!(total > Duration::hours(40) && total < Duration::hours(60), "{total}");
    }

    #[test]
    fn a_refusal_of_the_letter_is_told_from_a_refusal_of_the_service() {
        assert_eq!(of_reply(550), Failure::Refused("refused_550".to_owned()));
        assert_eq!(of_reply(451), Failure::Deferred("deferred_451".to_owned()));
        assert_eq!(of_reply(535), Failure::Deferred("not_authenticated_535".to_owned()));
    }
}
