//! Evidence comes in as a stream, is told by its content, and is read by those who may.

use std::cell::Cell;
use std::rc::Rc;

use actix_multipart::Multipart;
use actix_web::body::MessageBody;
use actix_web::error::PayloadError;
use actix_web::http::header::{CONTENT_TYPE, HeaderMap, HeaderValue};
use actix_web::web::Bytes;
use futures_util::stream;
use parchemin::access::Caller;
use parchemin::access::rows::Role;
use parchemin::candidates::rows::RequirementStatus;
use parchemin::error::AppError;
use parchemin::evidence::files::{CHUNK, FileStore};
use parchemin::evidence::service::EvidenceView;
use parchemin::evidence::{intake, media, service};
use parchemin::ids::{EnrolmentId, EvidenceId};
use parchemin::web::download::{self, Label};
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::candidates::{enrol, person};
use crate::common::Engine;
use crate::on_both_engines;
use crate::world::{World, at, faults};

const LIMIT: u64 = 300_000;
const BOUNDARY: &str = "entre-deux";

/// A form as a browser sends it.
#[derive(Default)]
struct Form(Vec<u8>);

impl Form {
    fn part(mut self, name: &str, value: &str) -> Self {
        let head = format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n");
        self.0.extend_from_slice(head.as_bytes());
        self.0.extend_from_slice(value.as_bytes());
        self.0.extend_from_slice(b"\r\n");
        self
    }

    fn file(mut self, filename: &str, content: &[u8]) -> Self {
        let head = format!(
            "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{filename}\"\r\n\
             Content-Type: image/jpeg\r\n\r\n"
        );
        self.0.extend_from_slice(head.as_bytes());
        self.0.extend_from_slice(content);
        self.0.extend_from_slice(b"\r\n");
        self
    }

    fn end(mut self) -> Vec<u8> {
        self.0.extend_from_slice(format!("--{BOUNDARY}--\r\n").as_bytes());
        self.0
    }
}

fn multipart(bytes: Vec<u8>) -> Multipart {
    let chunks: Vec<_> = bytes.chunks(1000).map(|chunk| Ok(Bytes::copy_from_slice(chunk))).collect();
    Multipart::new(&headers(), stream::iter(chunks))
}

fn headers() -> HeaderMap {
    let mut headers = HeaderMap::new();
    let kind = format!("multipart/form-data; boundary={BOUNDARY}");
    headers.insert(CONTENT_TYPE, HeaderValue::from_str(&kind).unwrap());
    headers
}

/// An enrolment with its own candidate, and who manages it.
struct Story {
    world: World,
    manager: Caller,
    candidate: Caller,
    enrolment: EnrolmentId,
}

impl Story {
    async fn new(engine: Engine) -> Self {
        let world = World::new(engine).await;
        let manager = world.manager().await;
        let version = world.published(&manager).await;
        let cohort = world.cohort(&manager, version, "Promotion 2026").await;
        let candidate = world.somebody("a@exemple.fr", Role::Candidate).await;
        let people = vec![person("a@exemple.fr", json!({}))];
        let enrolment = enrol(&world, &manager, cohort, people).await.unwrap()[0].id;
        Self { world, manager, candidate, enrolment }
    }

    async fn send(&self, caller: &Caller, form: Multipart) -> Result<EvidenceView, AppError> {
        let (of, asking, versions) = (self.enrolment, caller.clone(), self.world.versions.clone());
        let version = self.world.db.read(move |conn| service::may_file(conn, &asking, &versions, of)).await?;
        let filing = intake::receive(form, &self.world.files, &version, LIMIT).await?;
        let (caller, versions) = (caller.clone(), self.world.versions.clone());
        self.world
            .do_it(move |conn| service::file(conn, &caller, &versions, of, filing, (at(10), at(10))))
            .await
    }

    async fn file(&self, filename: &str, content: &[u8]) -> Result<EvidenceView, AppError> {
        let form = Form::default().part("title", "Une pièce").file(filename, content);
        self.send(&self.candidate, multipart(form.end())).await
    }

    async fn list(&self, caller: &Caller) -> Result<Vec<EvidenceView>, AppError> {
        let (of, caller, versions) = (self.enrolment, caller.clone(), self.world.versions.clone());
        self.world.db.read(move |conn| service::list(conn, &caller, &versions, of, None, 50)).await
    }

    fn nothing_is_left(&self) {
        assert!(self.world.kept("incoming").is_empty(), "an unfinished file stays");
        assert!(self.world.kept("files").is_empty(), "a refused file stays");
    }
}

on_both_engines! {
    async fn a_piece_is_filed_linked_and_read_back(engine: Engine) {
        let story = Story::new(engine).await;
        let pdf = [b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n".as_slice(), &vec![7; 2 * CHUNK + 123]].concat();
        let form = Form::default()
            .part("title", " Rapport de veille ")
            .part("criteria", r#"["k7", "k2"]"#)
            .part("anchors", r#"[{"criterion": "k7", "anchor": {"page": 3}}]"#)
            .file("../../rapport final.jpg", &pdf);
        let view = story.send(&story.candidate, multipart(form.end())).await.unwrap();
        assert_eq!(view.title, "Rapport de veille");
        assert_eq!(view.filename, "rapport final.jpg");
        assert_eq!(view.media_type, "application/pdf", "whatever the form and the name say");
        assert_eq!(view.sha256, hex::encode(Sha256::digest(&pdf)));
        assert_eq!(usize::try_from(view.size).unwrap(), pdf.len());
        assert_eq!(
            serde_json::to_value(&view.links).unwrap(),
            json!([{ "criterion": "k2", "anchor": null }, { "criterion": "k7", "anchor": { "page": 3 } }])
        );
        assert_eq!(story.list(&story.manager).await.unwrap(), std::slice::from_ref(&view));

        let more = serde_json::from_value(json!({ "criteria": ["k2", "k3"],
            "anchors": [{ "criterion": "k4", "anchor": { "from": 65, "to": 90 } }] }))
        .unwrap();
        let (caller, versions) = (story.candidate.clone(), story.world.versions.clone());
        let linked = story
            .world
            .do_it(move |conn| service::link(conn, &caller, &versions, view.id, &more, at(11)))
            .await
            .unwrap();
        let slugs: Vec<_> = linked.links.iter().map(|link| link.criterion.as_str()).collect();
        assert_eq!(slugs, ["k2", "k3", "k4", "k7"]);
        story.world.assert_proved().await;
        assert!(story.world.kept("incoming").is_empty());
    }
}

on_both_engines! {
    async fn the_same_content_is_kept_once_and_filed_twice(engine: Engine) {
        let story = Story::new(engine).await;
        let one = story.file("a.txt", b"La meme chose").await.unwrap();
        let two = story.file("b.txt", b"La meme chose").await.unwrap();
        assert_ne!(one.id, two.id);
        assert_eq!(one.sha256, two.sha256);
        assert_eq!(story.world.kept("files").len(), 1);
        let place = story.world.folder.path().join("files").join(&one.sha256[..2]).join(&one.sha256[2..]);
        assert_eq!(std::fs::read(place).unwrap(), b"La meme chose");
    }
}

on_both_engines! {
    async fn what_is_refused_leaves_nothing(engine: Engine) {
        let story = Story::new(engine).await;
        let text = "a".repeat(usize::try_from(LIMIT).unwrap());
        assert_eq!(story.file("vide.pdf", b"").await.unwrap_err().code(), "invalid");
        let exe = b"MZ\x90\0\x03\0\0\0\x04\0\0\0\xff\xff\0\0";
        assert_eq!(story.file("rapport.pdf", exe).await.unwrap_err().code(), "unsupported_media_type");
        let over = story.file("trop.txt", format!("{text}b").as_bytes()).await.unwrap_err();
        assert_eq!((over.code(), over.problem().more["limit"].clone()), ("too_large", json!(LIMIT)));

        let form = || Form::default().part("title", "Une pièce");
        let long = "x".repeat(301);
        for (bytes, told) in [
            (Form::default().file("a.txt", b"abc").end(), "title before_file"),
            (form().end(), "file required"),
            (form().part("title", "Une autre").end(), "title twice"),
            (form().part("couleur", "bleu").end(), "form unknown_field"),
            (form().part("criteria", "k1").end(), "criteria shape"),
            (
                form().part("criteria", r#"["k1","k9"]"#).file("a.txt", b"abc").end(),
                "criteria[1] unknown_criterion",
            ),
            (form().file("a.txt", b"abc").part("criteria", r#"["k9"]"#).end(), "criteria[0] unknown_criterion"),
            (form().file("a.txt", b"abc").file("b.txt", b"abc").end(), "file twice"),
            (Form::default().part("title", "a\u{202e}b").end(), "title hidden_character"),
            (Form::default().part("title", &long).end(), "title length"),
        ] {
            let refused = story.send(&story.candidate, multipart(bytes)).await.unwrap_err();
            assert_eq!(faults(&refused, &["field", "code"]), [told]);
        }
        let mut cut = form().file("a.txt", b"abc").end();
        cut.truncate(cut.len() - 30);
        assert_eq!(story.send(&story.candidate, multipart(cut)).await.unwrap_err().code(), "bad_request");
        let json = Multipart::new(&HeaderMap::new(), stream::empty());
        assert_eq!(story.send(&story.candidate, json).await.unwrap_err().code(), "bad_request");
        story.nothing_is_left();
        assert!(story.list(&story.candidate).await.unwrap().is_empty());

        assert!(story.file("juste.txt", text.as_bytes()).await.is_ok(), "exactly the limit");
    }
}

on_both_engines! {
    async fn an_endless_file_is_left_off_at_the_limit(engine: Engine) {
        let story = Story::new(engine).await;
        let sent = Rc::new(Cell::new(0_u64));
        let counting = Rc::clone(&sent);
        let head = Form::default().part("title", "Sans fin").file("film.txt", b"");
        let head = Bytes::from(head.0[..head.0.len() - 2].to_vec());
        let endless = stream::unfold(0_u32, move |turn| {
            counting.set(counting.get() + 10_000);
            let chunk = if turn == 0 { head.clone() } else { Bytes::from(vec![b'a'; 10_000]) };
            async move { Some((Ok::<_, PayloadError>(chunk), turn + 1)) }
        });
        let form = Multipart::new(&headers(), Box::pin(endless));
        let refused = story.send(&story.candidate, form).await.unwrap_err();
        assert_eq!(refused.code(), "too_large");
        assert!(sent.get() < 2 * LIMIT, "{} bytes read", sent.get());
        story.nothing_is_left();
    }
}

#[tokio::test]
async fn what_an_earlier_run_left_is_removed_at_the_start() {
    let folder = tempfile::tempdir().unwrap();
    let (root, incoming) = (folder.path().join("files"), folder.path().join("incoming"));
    let store = FileStore::open(root.clone(), incoming.clone()).unwrap();
    let mut writer = store.writer().await.unwrap();
    writer.write(&vec![1; 3 * CHUNK]).await.unwrap();
    assert_eq!(writer.size(), 3 * 65_536);
    std::mem::forget(writer); // The process dies here.
    assert_eq!(std::fs::read_dir(&incoming).unwrap().count(), 1);
    let store = FileStore::open(root, incoming.clone()).unwrap();
    assert_eq!(std::fs::read_dir(&incoming).unwrap().count(), 0);

    let mut writer = store.writer().await.unwrap();
    writer.write(b"changement d'avis").await.unwrap();
    drop(writer);
    assert_eq!(std::fs::read_dir(&incoming).unwrap().count(), 0);
}

#[tokio::test]
async fn what_was_issued_is_never_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let store = FileStore::open(folder.path().join("documents"), folder.path().join("incoming")).unwrap();
    let name = "minutes-PV-2026-0001.pdf";
    let stored = store.put_bytes(name, b"%PDF-1".to_vec()).await.unwrap();
    assert_eq!(stored.sha256, <[u8; 32]>::from(Sha256::digest(b"%PDF-1")));
    assert_eq!(store.put_bytes(name, b"%PDF-1".to_vec()).await.unwrap(), stored, "the same bytes again");
    let refused = store.put_bytes(name, b"%PDF-2".to_vec()).await.unwrap_err();
    assert_eq!(refused.kind(), std::io::ErrorKind::AlreadyExists);
    assert_eq!(store.read_at(name).await.unwrap().1, 6);
    assert_eq!(std::fs::read(folder.path().join("documents").join(name)).unwrap(), b"%PDF-1");
    for path in ["../dehors.pdf", "/etc/dehors.pdf", "", "a/../../b.pdf", "a\0b"] {
        let refused = store.put_bytes(path, b"x".to_vec()).await.unwrap_err();
        assert_eq!(refused.kind(), std::io::ErrorKind::InvalidInput, "{path:?}");
    }
    assert_eq!(std::fs::read_dir(folder.path().join("incoming")).unwrap().count(), 0);
}

on_both_engines! {
    async fn a_file_is_sent_to_be_kept_and_never_shown(engine: Engine) {
        let story = Story::new(engine).await;
        let html = b"<!DOCTYPE html><script>alert(document.cookie)</script>";
        let view = story.file("bilan \u{202e}été;\\\".html", html).await.unwrap();
        let (caller, id) = (story.candidate.clone(), view.id);
        let (row, own) = story.world.db.read(move |conn| service::content(conn, &caller, id)).await.unwrap();
        assert!(own);
        let (file, size) = story.world.files.read(&row.sha256.0).await.unwrap();
        let kind = media::served_as(&row.media_type);
        let label = Label { filename: &row.filename, media_type: &kind, sha256: &row.sha256 };
        let answer = download::send(file, size, &label);
        let header = |name: &str| answer.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
        for (name, value) in [
            ("content-type", "text/plain; charset=utf-8"),
            (
                "content-disposition",
                "attachment; filename=\"bilan _t_;_.html\"; filename*=UTF-8''bilan%20%C3%A9t%C3%A9%3B%22.html",
            ),
            ("x-content-type-options", "nosniff"),
            ("content-security-policy", "sandbox; default-src 'none'"),
            ("cache-control", "private, no-store"),
        ] {
            assert_eq!(header(name).as_deref(), Some(value), "{name}");
        }
        assert_eq!(header("etag").unwrap(), format!("\"{}\"", view.sha256));
        let sent = actix_web::body::to_bytes(answer.into_body().boxed()).await.unwrap();
        assert_eq!(&sent[..], html);
    }
}

async fn reads(story: &Story, caller: &Caller, id: EvidenceId) -> Result<bool, &'static str> {
    let asking = caller.clone();
    let read = story.world.db.read(move |conn| service::content(conn, &asking, id)).await;
    read.map(|(_, own)| own).map_err(|error| error.code())
}

on_both_engines! {
    async fn who_may_read_and_what_trace_it_leaves(engine: Engine) {
        let story = Story::new(engine).await;
        let id = story.file("a.txt", b"Ma preuve").await.unwrap().id;
        let auditor = story.world.somebody("audit@exemple.fr", Role::Auditor).await;
        let juror = story.world.somebody("juree@exemple.fr", Role::Juror).await;
        let other = story.world.somebody("autre@exemple.fr", Role::Candidate).await;
        let officer = story.world.somebody("dpo@exemple.fr", Role::DataProtectionOfficer).await;
        assert_eq!(reads(&story, &story.candidate, id).await, Ok(true));
        assert_eq!(reads(&story, &story.manager, id).await, Ok(false));
        assert_eq!(reads(&story, &auditor, id).await, Ok(false));
        for stranger in [&juror, &other, &officer] {
            assert_eq!(reads(&story, stranger, id).await, Err("not_found"));
            let form = Form::default().part("title", "Intruse").file("a.txt", b"abc").end();
            let refused = story.send(stranger, multipart(form)).await.unwrap_err();
            assert_eq!(refused.code(), "not_found", "before a byte is received");
        }
        let form = Form::default().part("title", "Audit").file("a.txt", b"abc").end();
        assert_eq!(story.send(&auditor, multipart(form)).await.unwrap_err().code(), "forbidden");

        let before = story.world.acts().await;
        let caller = auditor.clone();
        story.world.do_it(move |conn| service::read_by_other(conn, &caller, id, at(20))).await.unwrap();
        let after = story.world.acts().await;
        assert_eq!(after[before.len()..], ["evidence_read"]);
        story.world.assert_proved().await;
    }
}

on_both_engines! {
    async fn a_requirement_stands_on_a_piece_of_its_own_enrolment(engine: Engine) {
        use parchemin::candidates::service::record_requirement;
        let story = Story::new(engine).await;
        let piece = story.file("memoire.txt", b"Cent pages").await.unwrap().id;
        let new = serde_json::from_value(json!({ "state": "met", "evidence_id": piece })).unwrap();
        let (caller, versions, of) = (story.manager.clone(), story.world.versions.clone(), story.enrolment);
        let view = story
            .world
            .do_it(move |conn| record_requirement(conn, &caller, &versions, of, "memoire", 1, new, at(12)))
            .await
            .unwrap();
        assert_eq!((view.state, view.evidence_id), (RequirementStatus::Met, Some(piece)));
    }
}
