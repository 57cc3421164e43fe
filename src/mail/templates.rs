//! The words of the letters, `templates/mail/`: one file per letter and language, told twice, as text and as
//! HTML. What differs between the two (a paragraph, a fact, a link) is a partial of each. In the HTML every
//! value is escaped; in the text none is.

use std::sync::LazyLock;

use handlebars::{Handlebars, no_escape};
use serde_json::{Value, json};

use crate::access::rows::Locale;
use crate::error::AppError;

macro_rules! letters {
    ($($kind:literal),*) => {
        [$(
            (concat!($kind, "_fr"), include_str!(concat!("../../templates/mail/", $kind, "_fr.hbs"))),
            (concat!($kind, "_en"), include_str!(concat!("../../templates/mail/", $kind, "_en.hbs"))),
        )*]
    };
}

/// The subject on the first line, a line of three hyphens, the body.
const LETTERS: [(&str, &str); 20] = letters!(
    "invitation",
    "password_reset",
    "summons",
    "moved",
    "cancelled",
    "reminder",
    "deadline_extended",
    "receipt",
    "result_available",
    "attestation_asked"
);

const HTML: [(&str, &str); 6] = [
    ("p", "<p style=\"margin:0 0 1em\">{{> @partial-block}}</p>\n"),
    (
        "facts",
        "<dl style=\"margin:0 0 1em;padding:0 0 0 1em;border-left:3px solid #5b4a2f\">\n{{> @partial-block}}</dl>\n",
    ),
    (
        "fact",
        "<dt style=\"color:#555\">{{label}}</dt><dd style=\"margin:0 0 .5em;overflow-wrap:anywhere\">{{value}}</dd>\n",
    ),
    ("link", "<p style=\"margin:0 0 1em\"><a href=\"{{href}}\" style=\"color:#1a4480\">{{label}}</a></p>\n"),
    ("list", "<ul style=\"margin:0 0 1em\">\n{{> @partial-block}}</ul>\n"),
    ("item", "<li>{{value}}</li>\n"),
];

const TEXT: [(&str, &str); 6] = [
    ("p", "{{> @partial-block}}\n\n"),
    ("facts", "{{> @partial-block}}\n\n\n"),
    ("fact", "{{label}}{{colon}}{{value}}\n"),
    ("link", "{{label}}{{colon}}\n{{href}}\n\n"),
    ("list", "{{> @partial-block}}\n\n\n"),
    ("item", "- {{value}}\n"),
];

const LAYOUT: &str = include_str!("../../templates/mail/layout.hbs");

struct Words {
    html: Handlebars<'static>,
    text: Handlebars<'static>,
}

static WORDS: LazyLock<Result<Words, String>> = LazyLock::new(|| {
    let mut words = Words { html: Handlebars::new(), text: Handlebars::new() };
    words.text.register_escape_fn(no_escape);
    for (registry, partials) in [(&mut words.html, HTML), (&mut words.text, TEXT)] {
        registry.set_strict_mode(true);
        for (name, text) in partials {
            registry.register_partial(name, text).map_err(|error| error.to_string())?;
        }
        for (name, text) in LETTERS {
            let (_, body) = parts(name, text)?;
            registry.register_template_string(name, body).map_err(|error| error.to_string())?;
        }
    }
    for (name, text) in LETTERS {
        let (subject, _) = parts(name, text)?;
        let own = format!("{name}_subject");
        words.text.register_template_string(&own, subject).map_err(|error| error.to_string())?;
    }
    words.html.register_template_string("layout", LAYOUT).map_err(|error| error.to_string())?;
    Ok(words)
});

fn parts<'a>(name: &str, text: &'a str) -> Result<(&'a str, &'a str), String> {
    text.split_once("\n---\n").ok_or_else(|| format!("{name}: no subject"))
}

/// A letter in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    pub subject: String,
    pub text: String,
    pub html: String,
}

/// # Errors
/// `internal` for a template that asks for a fact that is not given, which no test lets through.
pub fn write(kind: &str, locale: Locale, mut facts: Value) -> Result<Written, AppError> {
    let words = WORDS.as_ref().map_err(AppError::internal)?;
    if let Value::Object(members) = &mut facts {
        let colon = if locale == Locale::Fr { "\u{a0}: " } else { ": " };
        members.insert("colon".to_owned(), json!(colon));
    }
    let name = format!("{kind}_{locale}");
    let subject = words.text.render(&format!("{name}_subject"), &facts).map_err(AppError::internal)?;
    let text = words.text.render(&name, &facts).map_err(AppError::internal)?;
    let body = words.html.render(&name, &facts).map_err(AppError::internal)?;
    let page =
        json!({ "lang": locale.as_str(), "subject": subject, "body": body, "french": locale == Locale::Fr });
    let html = words.html.render("layout", &page).map_err(AppError::internal)?;
    Ok(Written { subject: on_one_line(&subject), text: tidy(&text), html: tidy(&html) })
}

/// A subject has one line, whatever a title in it holds.
fn on_one_line(text: &str) -> String {
    text.split(|one: char| one.is_control()).map(str::trim).collect::<Vec<_>>().join(" ").trim().to_owned()
}

/// At most one empty line between two paragraphs.
fn tidy(text: &str) -> String {
    let mut lines: Vec<&str> = Vec::new();
    for line in text.lines().map(str::trim_end) {
        if !(line.is_empty() && lines.last().is_none_or(|last| last.is_empty())) {
            lines.push(line);
        }
    }
    format!("{}\n", lines.join("\n").trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn french_letters_keep_their_signs_on_the_line() {
        for (name, text) in
            LETTERS.iter().chain([&("layout", LAYOUT)]).filter(|(name, _)| name.ends_with("_fr"))
        {
            for sign in ["\u{20}:", "\u{20};", "\u{20}?", "\u{20}!", "\u{20}»", "«\u{20}"] {
                assert!(!text.contains(sign), "{name}: «{sign}» wants a no-break space");
            }
            assert!(!text.contains('\''), "{name}: an apostrophe is ’");
        }
    }
}
