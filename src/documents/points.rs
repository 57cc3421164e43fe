//! The few conversions between the font's whole units, points and the decimals of a page stream.

/// Thousandths of an em, at a size in points.
pub(super) fn from_units(units: i32, size: f32) -> f32 {
    whole(units) * size / 1000.0
}

/// A small whole number as a measure.
#[expect(clippy::as_conversions, reason = "sums of glyph advances and row counts, exact below 2^24")]
pub(super) fn whole(number: i32) -> f32 {
    number as f32
}

/// A count as a measure; absurd counts saturate.
pub(super) fn count(number: usize) -> f32 {
    whole(i32::try_from(number).unwrap_or(i32::MAX))
}

#[expect(clippy::as_conversions, reason = "float to integer saturates, and pages are a few thousand points")]
fn hundredths(points: f32) -> i64 {
    (points * 100.0).round() as i64
}

/// Writes a measure with at most two decimals (a quarter of a printer's dot); far cheaper than `{:.2}`.
pub(super) fn write_number(out: &mut Vec<u8>, points: f32) {
    let all = hundredths(points);
    if all < 0 {
        out.push(b'-');
    }
    let (whole, rest) = (all.unsigned_abs() / 100, all.unsigned_abs() % 100);
    out.extend_from_slice(whole.to_string().as_bytes());
    if rest > 0 {
        out.push(b'.');
        out.push(digit(rest / 10));
        if !rest.is_multiple_of(10) {
            out.push(digit(rest % 10));
        }
    }
}

fn digit(value: u64) -> u8 {
    b'0'.saturating_add(u8::try_from(value).unwrap_or(0))
}
