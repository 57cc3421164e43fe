//! Each letter as it is received, whole: headers, text, HTML and calendar entry, in both languages. A change of
//! words is read as a change of a snapshot.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use chrono::{DateTime, Duration};
use parchemin::access::rows::{Locale, Role};
use parchemin::db::At;
use parchemin::ids::LetterId;
use parchemin::mail::message::{Sender, build};
use parchemin::mail::{Appointment, Content, Letter, Part, Recipient};
use uuid::Uuid;

fn at(text: &str) -> At {
    At::from(DateTime::parse_from_rfc3339(text).unwrap().to_utc())
}

fn sender() -> Sender {
    Sender {
        from: "Parchemin <ne-pas-repondre@parchemin.test>".parse().unwrap(),
        site: "https://parchemin.test".to_owned(),
        readable: true,
    }
}

fn to(locale: Locale) -> Recipient {
    Recipient::new(None, "lina.fanal@example.test", "Lina «l’Éclair» Fanal", locale).unwrap()
}

fn slot() -> Appointment {
    Appointment {
        key: Uuid::from_u128(0x0192_0000_0000_7000_8000_0000_0000_0001),
        part: Part::Candidate,
        title: "Épreuves du phare ; oral, devant le jury".to_owned(),
        starts_at: at("2026-03-03T09:00:00Z"),
        ends_at: at("2026-03-03T09:45:00Z"),
        place: "Salle de la lanterne, 2ᵉ étage".to_owned(),
        zone: "Europe/Paris".to_owned(),
        window: false,
        told_at: at("2026-03-02T08:00:00Z"),
    }
}

/// In both languages, one after the other, with the line ends of this file.
fn received(letter: impl Fn(Recipient) -> Letter) -> String {
    let id = LetterId(Uuid::from_u128(0x0192_0000_0000_7000_8000_0000_0000_00ff));
    let one = |locale| {
        let message = build(&sender(), id, at("2026-03-02T08:00:00Z"), &letter(to(locale))).unwrap();
        String::from_utf8(message.formatted()).unwrap().replace("\r\n", "\n")
    };
    format!("{}\n================ English\n\n{}", one(Locale::Fr), one(Locale::En))
}

fn of(content: Content) -> String {
    received(|to| Letter::new(to, content.clone()))
}

const ZONE: &str = "Europe/Paris";

#[test]
fn invitation() {
    insta::assert_snapshot!(of(Content::Invitation {
        role: Role::Juror,
        centre: Some("Centre des Phares & Balises".to_owned()),
        zone: ZONE.to_owned(),
        link: "/invitation/jeton".to_owned(),
        until: at("2026-03-16T08:00:00Z"),
    }));
}

#[test]
fn invitation_without_a_centre() {
    insta::assert_snapshot!(of(Content::Invitation {
        role: Role::Auditor,
        centre: None,
        zone: "UTC".to_owned(),
        link: "/invitation/jeton".to_owned(),
        until: at("2026-03-16T08:00:00Z"),
    }));
}

#[test]
fn password_reset() {
    insta::assert_snapshot!(of(Content::PasswordReset {
        zone: ZONE.to_owned(),
        link: "/invitation/jeton".to_owned(),
        until: at("2026-03-02T10:00:00Z"),
    }));
}

#[test]
fn summons_of_a_candidate() {
    insta::assert_snapshot!(received(|to| Letter::summons(to, slot())));
}

#[test]
fn summons_of_a_juror() {
    insta::assert_snapshot!(received(|to| Letter::summons(to, Appointment { part: Part::Juror, ..slot() })));
}

#[test]
fn summons_of_a_juror_to_a_window() {
    let window =
        Appointment { part: Part::Juror, window: true, ends_at: at("2026-03-13T17:00:00Z"), ..slot() };
    insta::assert_snapshot!(received(|to| Letter::summons(to, window.clone())));
}

#[test]
fn moved() {
    let now = Appointment {
        starts_at: at("2026-04-01T06:30:00Z"),
        ends_at: at("2026-04-01T07:15:00Z"),
        place: "https://visio.example.test/phare".to_owned(),
        told_at: at("2026-03-02T09:30:00Z"),
        ..slot()
    };
    let before = slot();
    insta::assert_snapshot!(received(|to| Letter::moved(
        to,
        now.clone(),
        before.starts_at,
        before.place.clone()
    )));
}

#[test]
fn cancelled() {
    let gone = Appointment { told_at: at("2026-03-02T10:00:00Z"), ..slot() };
    insta::assert_snapshot!(received(|to| Letter::cancelled(to, gone.clone())));
}

#[test]
fn reminder() {
    let missing: Vec<String> =
        (1..=22).map(|place| format!("Bloc 1 – pièce {place} <non déposée>")).collect();
    insta::assert_snapshot!(received(|to| Letter::reminder(
        to,
        Part::Candidate,
        "Promotion 2026".to_owned(),
        missing.clone(),
        Some(at("2026-03-20T22:59:00Z")),
        ZONE.to_owned(),
    )));
}

#[test]
fn a_juror_is_reminded_of_sheets() {
    insta::assert_snapshot!(received(|to| Letter::reminder(
        to,
        Part::Juror,
        "Promotion 2026".to_owned(),
        vec!["Bloc 1, étude de cas – 0002 Omar Balise".to_owned()],
        None,
        ZONE.to_owned(),
    )));
}

#[test]
fn deadline_extended() {
    insta::assert_snapshot!(received(|to| Letter::deadline_extended(
        to,
        "Étude de cas du bloc 2".to_owned(),
        Some(at("2026-03-20T22:59:00Z")),
        at("2026-03-27T22:59:00Z"),
        ZONE.to_owned(),
    )));
}

#[test]
fn receipt() {
    insta::assert_snapshot!(of(Content::Receipt {
        filename: "registre du phare.pdf".to_owned(),
        size: 2_481_312,
        sha256: "0f".repeat(32),
        filed_at: at("2026-03-02T08:00:00Z"),
        zone: "America/Martinique".to_owned(),
        link: "/".to_owned(),
    }));
}

#[test]
fn result_available() {
    insta::assert_snapshot!(received(|to| Letter::result_available(to, "Gardien de phare".to_owned())));
}

#[test]
fn a_name_is_text_wherever_it_stands() {
    let to = Recipient::new(None, "lina@example.test", "Lina <b>\"Fanal\"</b>, & Cie", Locale::Fr).unwrap();
    let letter = Letter::result_available(to, "Phare\r\nBcc: tous@example.test <i>".to_owned());
    let id = LetterId::new();
    let message = build(&sender(), id, at("2026-03-02T08:00:00Z"), &letter).unwrap();
    let mail = String::from_utf8(message.formatted()).unwrap();
    let (headers, body) = mail.split_once("\r\n\r\n").unwrap();
    assert!(!headers.lines().any(|line| line.starts_with("Bcc")), "{headers}");
    let (text, html) = body.split_once("<!doctype html>").unwrap();
    assert!(text.contains("Lina <b>\"Fanal\"</b>, & Cie"), "{text}");
    assert!(
        html.contains("Lina &lt;b&gt;&quot;Fanal&quot;&lt;/b&gt;, &amp; Cie") && !html.contains("<b>"),
        "{html}"
    );
}

/// RFC 5546 §3.2.2: the calendar replaces what it holds by the same UID with a higher SEQUENCE.
#[test]
fn a_calendar_follows_from_letter_to_letter() {
    let entry = |letter: &Letter| {
        let message = build(&sender(), LetterId::new(), at("2026-03-02T08:00:00Z"), letter).unwrap();
        let mail = String::from_utf8(message.formatted()).unwrap().replace("\r\n", "\n");
        let value = |name: &str| {
            mail.lines().find_map(|line| line.strip_prefix(name)).map(str::to_owned).unwrap_or_default()
        };
        (value("UID:"), value("SEQUENCE:").parse::<u32>().unwrap(), value("METHOD:"))
    };
    let later = |minutes| Appointment { told_at: slot().told_at.plus(Duration::minutes(minutes)), ..slot() };
    let to = || to(Locale::Fr);
    let first = entry(&Letter::summons(to(), later(0)));
    let moved = entry(&Letter::moved(to(), later(1), slot().starts_at, slot().place));
    let cancelled = entry(&Letter::cancelled(to(), later(2)));
    assert!(first.0 == moved.0 && moved.0 == cancelled.0 && !first.0.is_empty(), "{first:?} {moved:?}");
    assert!(first.1 < moved.1 && moved.1 < cancelled.1);
    assert_eq!([first.2, moved.2, cancelled.2], ["REQUEST", "REQUEST", "CANCEL"]);
}

/// Lines of the wire stay under the bound of RFC 5322 §2.1.1 whatever a title holds.
#[test]
fn a_long_title_is_encoded_rather_than_refused() {
    let long = "Phare ".repeat(400);
    for readable in [true, false] {
        let sender = Sender { readable, ..sender() };
        let letter = Letter::summons(to(Locale::Fr), Appointment { title: long.clone(), ..slot() });
        let message = build(&sender, LetterId::new(), at("2026-03-02T08:00:00Z"), &letter).unwrap();
        let mail = message.formatted();
        assert!(mail.split(|byte| *byte == b'\n').all(|line| line.len() <= 998));
    }
}

#[test]
fn attestation_asked() {
    insta::assert_snapshot!(received(|to| Letter::new(
        to,
        Content::AttestationAsked {
            candidate: "Omar Balise".to_owned(),
            requirement: "Trois mois de garde au phare".to_owned(),
            organisation: "Phares & Balises".to_owned(),
            zone: ZONE.to_owned(),
            link: "/attestation/abc".to_owned(),
            until: at("2026-05-02T08:00:00Z"),
        },
    )));
}
