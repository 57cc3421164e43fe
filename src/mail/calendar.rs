//! Calendar entries (RFC 5545) as invitations (RFC 5546): a later letter about the same thing moves or
//! removes the entry, for it has the same UID and a higher SEQUENCE.

use icalendar::{Calendar, Component, Event, EventLike, EventStatus, Parameter, Property};

use super::model::{Appointment, Content, Part, Recipient};

/// From which the seconds of a SEQUENCE count: 2026-01-01T00:00:00Z. A number that is the time needs no
/// counter beside the sitting, and still grows from one telling to the next.
const SEQUENCE_EPOCH: i64 = 1_767_225_600;

/// A calendar file and its iTIP method, which the part of the mail repeats (RFC 6047 §2.4).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ics {
    pub method: &'static str,
    pub text: String,
}

/// The entry of a letter that has one. `organizer` is the address that sends.
pub fn entry(content: &Content, to: &Recipient, organizer: &str) -> Option<Ics> {
    match content {
        Content::Summons { appointment, .. } | Content::Moved { appointment, .. } => {
            Some(calendar("REQUEST", EventStatus::Confirmed, appointment, to, organizer))
        }
        Content::Cancelled { appointment, .. } => {
            Some(calendar("CANCEL", EventStatus::Cancelled, appointment, to, organizer))
        }
        _ => None,
    }
}

fn calendar(
    method: &'static str,
    status: EventStatus,
    what: &Appointment,
    to: &Recipient,
    organizer: &str,
) -> Ics {
    let part = match what.part {
        Part::Candidate => "candidate",
        Part::Juror => "juror",
    };
    let sequence = u32::try_from(what.told_at.utc().timestamp() - SEQUENCE_EPOCH).unwrap_or(0);
    let mut attendee = Property::new("ATTENDEE", format!("mailto:{}", to.address));
    attendee.append_parameter(Parameter::new("CN", &to.name.replace('"', "'")));
    attendee.append_parameter(Parameter::new("PARTSTAT", "NEEDS-ACTION"));
    attendee.append_parameter(Parameter::new("RSVP", "FALSE"));
    let mut event = Event::new();
    event
        .uid(&format!("{}.{part}@parchemin", what.key))
        .sequence(sequence)
        .timestamp(what.told_at.utc())
        .starts(what.starts_at.utc())
        .ends(what.ends_at.utc())
        .summary(&what.title)
        .location(&what.place)
        .status(status)
        .add_property("ORGANIZER", format!("mailto:{organizer}"))
        .add_property("TRANSP", if what.window { "TRANSPARENT" } else { "OPAQUE" })
        .append_property(attendee.done());
    let mut calendar = Calendar::empty();
    calendar
        .append_property(Property::new("VERSION", "2.0"))
        .append_property(Property::new("PRODID", "-//Parchemin//Parchemin//FR"))
        .append_property(Property::new("METHOD", method))
        .push(event.done());
    Ics { method, text: calendar.to_string() }
}
