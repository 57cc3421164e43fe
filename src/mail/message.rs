//! A letter as it goes over the wire.

use lettre::Message;
use lettre::message::header::{
    ContentDisposition, ContentTransferEncoding, ContentType, HeaderName, HeaderValue,
};
use lettre::message::{Body, Mailbox, MultiPart, SinglePart};

use super::model::Letter;
use super::rules::Failure;
use super::{calendar, letters};
use crate::db::At;
use crate::ids::LetterId;

/// Who sends, and where the links lead.
#[derive(Debug, Clone)]
pub struct Sender {
    pub from: Mailbox,
    /// As people use it, without a slash at its end.
    pub site: String,
    /// For files that people open: nothing is encoded that eight bits can hold.
    pub readable: bool,
}

/// The same row gives the same bytes whenever it is written: two copies can be told to be one letter.
///
/// # Errors
/// `Failure::Refused("unwritable")`, its cause in the log.
pub fn build(sender: &Sender, id: LetterId, queued_at: At, letter: &Letter) -> Result<Message, Failure> {
    write(sender, id, queued_at, letter).map_err(|error| {
        tracing::error!(letter = %id, %error, "a letter cannot be written");
        Failure::Refused("unwritable".to_owned())
    })
}

fn write(sender: &Sender, id: LetterId, queued_at: At, letter: &Letter) -> anyhow::Result<Message> {
    let words = letters::words(letter, &sender.site)?;
    let to = Mailbox::new(Some(letter.to.name.clone()), letter.to.address.parse()?);
    let part = |kind: ContentType, text: String| -> anyhow::Result<SinglePart> {
        Ok(SinglePart::builder().header(kind).body(encoded(text, sender.readable)?))
    };
    let mut alternative = MultiPart::alternative()
        .boundary(format!("alternative-{id}"))
        .singlepart(part(ContentType::TEXT_PLAIN, words.text)?)
        .singlepart(part(ContentType::TEXT_HTML, words.html)?);
    let entry = calendar::entry(&letter.content, &letter.to, sender.from.email.as_ref());
    if let Some(ics) = &entry {
        let kind = format!("text/calendar; charset=utf-8; method={}", ics.method);
        alternative = alternative.singlepart(part(ContentType::parse(&kind)?, ics.text.clone())?);
    }
    let builder = Message::builder()
        .message_id(Some(format!("<{id}@{}>", sender.from.email.domain())))
        .date(queued_at.utc().into())
        .from(sender.from.clone())
        .to(to)
        .subject(words.subject)
        .raw_header(header("Content-Language", letter.to.locale.as_str()))
        // RFC 3834 §5: nobody's holiday answers it.
        .raw_header(header("Auto-Submitted", "auto-generated"));
    Ok(match entry {
        None => builder.multipart(alternative)?,
        Some(ics) => {
            let file = SinglePart::builder()
                .header(ContentType::parse("text/calendar; charset=utf-8")?)
                .header(ContentDisposition::attachment("parchemin.ics"))
                .body(encoded(ics.text, sender.readable)?);
            let mixed = MultiPart::mixed().boundary(format!("mixed-{id}"));
            builder.multipart(mixed.multipart(alternative).singlepart(file))?
        }
    })
}

/// Longest line that is left as it is: the wire takes 998 bytes (RFC 5322 §2.1.1).
const LONGEST_LINE: usize = 900;

/// Eight bits where they are asked for and no line is too long for them.
fn encoded(text: String, readable: bool) -> anyhow::Result<Body> {
    if readable && text.lines().all(|line| line.len() <= LONGEST_LINE) {
        let lines: String = text.lines().flat_map(|line| [line, "\r\n"]).collect();
        return Ok(Body::dangerous_pre_encoded(lines.into_bytes(), ContentTransferEncoding::EightBit));
    }
    Body::new_with_encoding(text, ContentTransferEncoding::QuotedPrintable)
        .map_err(|_| anyhow::anyhow!("a text that no encoding takes"))
}

fn header(name: &'static str, value: &str) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned())
}
