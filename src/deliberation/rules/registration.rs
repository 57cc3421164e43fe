//! Nothing is awarded outside the dates of registration (MODEL §1).

use chrono::NaiveDate;

use crate::deliberation::model::{BlockDecision, CertificationDecision, Decision};

/// The days that bound an award, each of them included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Registration {
    pub from: Option<NaiveDate>,
    pub until: Option<NaiveDate>,
    /// Those who entered in time may be awarded until then; it takes the place of `until`.
    pub last_issue: Option<NaiveDate>,
}

/// The name of the rule that an award on this day would break.
pub fn outside(decision: Decision, dates: Registration, day: NaiveDate) -> Option<&'static str> {
    let awards = matches!(
        decision,
        Decision::Block(BlockDecision::Acquired) | Decision::Certification(CertificationDecision::Awarded)
    );
    if !awards {
        return None;
    }
    if dates.from.is_some_and(|from| day < from) {
        return Some("before_registration");
    }
    match (dates.last_issue, dates.until) {
        (Some(last), _) if day > last => Some("after_last_issue"),
        (None, Some(until)) if day > until => Some("after_registration"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_award_keeps_to_the_days_and_a_refusal_needs_none() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let dates = Registration {
            from: Some(day("2025-01-01")),
            until: Some(day("2026-06-30")),
            last_issue: Some(day("2027-06-30")),
        };
        let awarded = Decision::Certification(CertificationDecision::Awarded);
        let on = |dates, text| outside(awarded, dates, day(text));
        assert_eq!(on(dates, "2024-12-31"), Some("before_registration"));
        assert_eq!(on(dates, "2025-01-01"), None);
        assert_eq!(on(dates, "2027-06-30"), None);
        assert_eq!(on(dates, "2027-07-01"), Some("after_last_issue"));
        let no_last = Registration { last_issue: None, ..dates };
        assert_eq!(on(no_last, "2026-06-30"), None);
        assert_eq!(on(no_last, "2026-07-01"), Some("after_registration"));
        assert_eq!(on(Registration::default(), "1999-01-01"), None);
        for refused in [
            Decision::Certification(CertificationDecision::NotAwarded),
            Decision::Block(BlockDecision::NotAcquired),
            Decision::Block(BlockDecision::Absent),
        ] {
            assert_eq!(outside(refused, dates, day("2030-01-01")), None);
        }
        assert!(outside(Decision::Block(BlockDecision::Acquired), dates, day("2030-01-01")).is_some());
    }
}
