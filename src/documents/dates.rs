//! Times as people read them: in the centre's zone, which is named.

use chrono::{DateTime, Datelike, NaiveDateTime, Timelike, Utc};
use chrono_tz::Tz;

use super::DocumentError;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Style {
    French,
    English,
}

/// Writes times of one zone in one language.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Dates {
    zone: Tz,
    style: Style,
}

const FRENCH_MONTHS: [&str; 12] = [
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
];
const ENGLISH_MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

impl Dates {
    pub(crate) fn new(zone: &str, style: Style) -> Result<Self, DocumentError> {
        let zone = zone.parse().map_err(|_| DocumentError::UnknownZone(zone.to_owned()))?;
        Ok(Self { zone, style })
    }

    fn local(self, at: DateTime<Utc>) -> NaiveDateTime {
        at.with_timezone(&self.zone).naive_local()
    }

    /// «25 novembre 2026 à 10 h 42 (Europe/Paris)».
    pub(crate) fn moment(self, at: DateTime<Utc>) -> String {
        format!("{} ({})", self.bare(at), self.zone.name())
    }

    /// A stretch of time: one day said once.
    pub(crate) fn span(self, from: DateTime<Utc>, until: Option<DateTime<Utc>>) -> String {
        let Some(until) = until else { return self.moment(from) };
        let (start, end) = (self.local(from), self.local(until));
        let zone = self.zone.name();
        if start.date() == end.date() {
            let (day, from, to) = (self.day(start), self.hour(start), self.hour(end));
            return match self.style {
                Style::French => format!("{day}, de {from} à {to} ({zone})"),
                Style::English => format!("{day}, {from} to {to} ({zone})"),
            };
        }
        let (from, to) = (self.bare(from), self.bare(until));
        match self.style {
            Style::French => format!("du {from} au {to} ({zone})"),
            Style::English => format!("{from} to {to} ({zone})"),
        }
    }

    fn bare(self, at: DateTime<Utc>) -> String {
        let local = self.local(at);
        let (day, hour) = (self.day(local), self.hour(local));
        match self.style {
            Style::French => format!("{day} à {hour}"),
            Style::English => format!("{day} at {hour}"),
        }
    }

    fn day(self, local: NaiveDateTime) -> String {
        let months = match self.style {
            Style::French => FRENCH_MONTHS,
            Style::English => ENGLISH_MONTHS,
        };
        let month = usize::try_from(local.month0()).ok().and_then(|index| months.get(index)).unwrap_or(&"");
        match (self.style, local.day()) {
            (Style::French, 1) => format!("1er {month} {}", local.year()),
            (_, day) => format!("{day} {month} {}", local.year()),
        }
    }

    /// «10 h 42», «9 h» on the hour: held together by no-break spaces.
    fn hour(self, local: NaiveDateTime) -> String {
        match (self.style, local.minute()) {
            (Style::French, 0) => format!("{}\u{a0}h", local.hour()),
            (Style::French, minute) => format!("{}\u{a0}h\u{a0}{minute:02}", local.hour()),
            (Style::English, minute) => format!("{:02}:{minute:02}", local.hour()),
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeZone;

    use super::*;

    fn at(month: u32, day: u32, hour: u32, minute: u32) -> DateTime<Utc> {
        Utc.with_ymd_and_hms(2026, month, day, hour, minute, 0).single().unwrap()
    }

    #[test]
    fn a_moment_is_said_in_the_zone_of_the_centre_which_is_named() {
        let paris = Dates::new("Europe/Paris", Style::French).unwrap();
        assert_eq!(paris.moment(at(11, 25, 9, 42)), "25 novembre 2026 à 10\u{a0}h\u{a0}42 (Europe/Paris)");
        // Summer time, the first of a month, on the hour.
        assert_eq!(paris.moment(at(7, 1, 7, 0)), "1er juillet 2026 à 9\u{a0}h (Europe/Paris)");
        // Still the day before over there.
        let martinique = Dates::new("America/Martinique", Style::English).unwrap();
        assert_eq!(martinique.moment(at(3, 2, 2, 5)), "1 March 2026 at 22:05 (America/Martinique)");
    }

    #[test]
    fn a_stretch_says_one_day_once() {
        let paris = Dates::new("Europe/Paris", Style::French).unwrap();
        assert_eq!(
            paris.span(at(11, 25, 8, 0), Some(at(11, 25, 16, 30))),
            "25 novembre 2026, de 9\u{a0}h à 17\u{a0}h\u{a0}30 (Europe/Paris)"
        );
        assert_eq!(
            paris.span(at(11, 25, 8, 0), Some(at(11, 27, 17, 0))),
            "du 25 novembre 2026 à 9\u{a0}h au 27 novembre 2026 à 18\u{a0}h (Europe/Paris)"
        );
    }

    #[test]
    fn a_zone_that_does_not_exist_is_refused_by_name() {
        let refused = Dates::new("Europe/Sailly", Style::French).unwrap_err();
        assert!(matches!(refused, DocumentError::UnknownZone(zone) if zone == "Europe/Sailly"));
    }
}
