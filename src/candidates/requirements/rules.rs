//! How the months of a period in company are counted.

use chrono::{Days, Months, NaiveDate};

/// A period, both days included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Period {
    pub from: NaiveDate,
    pub to: NaiveDate,
}

/// Whole months of some periods; days that two of them share count once, and periods that follow each other
/// without a gap make one.
pub fn months(periods: &[Period]) -> u32 {
    let mut sorted: Vec<Period> = periods.iter().copied().filter(|one| one.from <= one.to).collect();
    sorted.sort_unstable();
    let mut joined: Vec<Period> = Vec::new();
    for period in sorted {
        match joined.last_mut() {
            Some(last) if day_after(last.to).is_none_or(|next| period.from <= next) => {
                last.to = last.to.max(period.to);
            }
            _ => joined.push(period),
        }
    }
    joined.into_iter().map(whole_months).sum()
}

fn day_after(day: NaiveDate) -> Option<NaiveDate> {
    day.checked_add_days(Days::new(1))
}

fn whole_months(period: Period) -> u32 {
    let Some(end) = day_after(period.to) else { return 0 };
    let reached =
        |count: u32| period.from.checked_add_months(Months::new(count)).is_some_and(|day| day <= end);
    (1..=1200).take_while(|count| reached(*count)).last().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn period(from: &str, to: &str) -> Period {
        Period { from: from.parse().unwrap(), to: to.parse().unwrap() }
    }

    #[test]
    fn a_month_is_whole_when_its_last_day_is_reached() {
        for (from, to, expected) in [
            ("2026-01-01", "2026-03-31", 3),
            ("2026-01-01", "2026-03-30", 2),
            ("2025-09-15", "2026-01-14", 4),
            ("2025-09-15", "2026-01-13", 3),
            ("2026-02-01", "2026-02-28", 1),
            ("2026-03-03", "2026-03-02", 0),
        ] {
            assert_eq!(months(&[period(from, to)]), expected, "{from} to {to}");
        }
    }

    #[test]
    fn shared_days_count_once_and_neighbours_are_one_period() {
        let whole = period("2026-01-01", "2026-04-30");
        assert_eq!(months(&[whole, period("2026-02-01", "2026-03-31")]), 4);
        assert_eq!(months(&[period("2026-01-01", "2026-02-15"), period("2026-02-16", "2026-04-30")]), 4);
        assert_eq!(months(&[period("2026-03-10", "2026-04-30"), period("2026-01-01", "2026-02-15")]), 2);
        assert_eq!(months(&[]), 0);
    }
}
