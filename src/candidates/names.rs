//! Words as people are found by: without accents, capitals, hyphens nor apostrophes. Pure.

use chrono::NaiveDate;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// «  D'Église-Bœuf » becomes `d eglise boeuf`: letters and figures, in lower case, one space between words.
pub fn folded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for one in text.nfkd().filter(|one| !is_combining_mark(*one)).flat_map(char::to_lowercase) {
        match one {
            'œ' => out.push_str("oe"),
            'æ' => out.push_str("ae"),
            'ß' => out.push_str("ss"),
            'ø' => out.push('o'),
            'ł' => out.push('l'),
            'đ' => out.push('d'),
            one if one.is_alphanumeric() => out.push(one),
            _ if out.ends_with(' ') || out.is_empty() => {}
            _ => out.push(' '),
        }
    }
    out.truncate(out.trim_end().len());
    out
}

/// What two lines about one person have in common, whatever the e-mail: birth name, first names and date of
/// birth.
pub fn identity(birth_name: &str, first_names: &str, birth_date: NaiveDate) -> String {
    format!("{}|{}|{birth_date}", folded(birth_name), folded(first_names))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_name_however_it_is_written() {
        assert_eq!(folded("  D’Église-Bœuf\u{a0}"), "d eglise boeuf");
        assert_eq!(folded("DELCOURT"), folded("Delcourt"));
        assert_eq!(folded("E\u{301}lodie"), folded("Élodie"), "composed or not");
        assert_ne!(folded("Martin"), folded("Martine"));
    }
}
