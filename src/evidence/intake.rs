//! Receiving a file: part after part, never whole in memory.

use actix_multipart::{Field, Multipart, MultipartError};
use futures_util::StreamExt;
use serde::de::DeserializeOwned;
use serde_json::json;

use super::files::{FileStore, Incoming};
use super::media::Sniffer;
use super::model::{Filing, NewAnchor};
use super::{rules, service};
use crate::candidates::rules::line_of_text;
use crate::error::AppError;
use crate::referential::Version;

/// Longest title, in characters.
const TITLE_MAX: usize = 300;
/// Largest part that is not the file, in bytes.
const PART_MAX: usize = 128 * 1024;

/// Reads the whole form and keeps its file. Nothing is kept when anything is refused.
///
/// # Errors
/// `bad_request`, `invalid`, `too_large` beyond `limit` bytes, `unsupported_media_type`.
pub async fn receive(
    form: Multipart,
    files: &FileStore,
    version: &Version,
    limit: u64,
) -> Result<Filing, AppError> {
    let mut parts = Parts::default();
    parts.read(form, files, version, limit).await?;
    let title = parts.title.ok_or_else(|| fault("title", "required"))?;
    let file = parts.file.ok_or_else(|| fault("file", "required"))?;
    let links =
        service::resolve(version, &parts.criteria.unwrap_or_default(), &parts.anchors.unwrap_or_default())?;
    let stored = file.incoming.finish().await.map_err(disk)?;
    Ok(Filing {
        title,
        filename: file.filename,
        media_type: file.media_type,
        size: stored.size,
        sha256: stored.sha256,
        links,
    })
}

/// What came so far.
#[derive(Default)]
struct Parts {
    title: Option<String>,
    criteria: Option<Vec<String>>,
    anchors: Option<Vec<NewAnchor>>,
    file: Option<Received>,
}

struct Received {
    filename: String,
    media_type: &'static str,
    incoming: Incoming,
}

impl Parts {
    async fn read(
        &mut self,
        mut form: Multipart,
        files: &FileStore,
        version: &Version,
        limit: u64,
    ) -> Result<(), AppError> {
        while let Some(part) = form.next().await {
            let mut part = part.map_err(unreadable)?;
            let name = part.name().unwrap_or_default().to_owned();
            match name.as_str() {
                "title" => once(&mut self.title, "title", title(&mut part).await?)?,
                "criteria" => once(&mut self.criteria, "criteria", json_part(&mut part, "criteria").await?)?,
                "anchors" => once(&mut self.anchors, "anchors", json_part(&mut part, "anchors").await?)?,
                "file" => {
                    self.before_file(version)?;
                    once(&mut self.file, "file", received(&mut part, files, limit).await?)?;
                }
                _ => return Err(fault("form", "unknown_field")),
            }
        }
        Ok(())
    }

    /// A long file is not received for a form that is wrong already.
    fn before_file(&self, version: &Version) -> Result<(), AppError> {
        if self.title.is_none() {
            return Err(fault("title", "before_file"));
        }
        let (criteria, anchors) = (self.criteria.as_deref(), self.anchors.as_deref());
        service::resolve(version, criteria.unwrap_or_default(), anchors.unwrap_or_default()).map(drop)
    }
}

fn once<T>(place: &mut Option<T>, field: &str, value: T) -> Result<(), AppError> {
    if place.is_some() {
        return Err(fault(field, "twice"));
    }
    *place = Some(value);
    Ok(())
}

async fn small(part: &mut Field, field: &str) -> Result<Vec<u8>, AppError> {
    let read = part.bytes(PART_MAX).await.map_err(|_| fault(field, "length"))?;
    Ok(read.map_err(unreadable)?.to_vec())
}

async fn title(part: &mut Field) -> Result<String, AppError> {
    let text = String::from_utf8(small(part, "title").await?).map_err(|_| fault("title", "utf8"))?;
    line_of_text(&text, TITLE_MAX).map_err(|code| fault("title", code))
}

async fn json_part<T: DeserializeOwned>(part: &mut Field, field: &str) -> Result<T, AppError> {
    serde_json::from_slice(&small(part, field).await?).map_err(|_| fault(field, "shape"))
}

async fn received(part: &mut Field, files: &FileStore, limit: u64) -> Result<Received, AppError> {
    let disposition = part.content_disposition();
    let named = disposition.and_then(|one| one.get_filename()).unwrap_or_default();
    let filename = rules::label(named);
    let mut incoming = files.writer().await.map_err(disk)?;
    let mut sniffer = Sniffer::default();
    while let Some(chunk) = part.next().await {
        let chunk = chunk.map_err(unreadable)?;
        let more = u64::try_from(chunk.len()).map_err(AppError::internal)?;
        if incoming.size().saturating_add(more) > limit {
            return Err(too_large(limit));
        }
        sniffer.feed(&chunk);
        incoming.write(&chunk).await.map_err(disk)?;
    }
    if incoming.size() == 0 {
        return Err(fault("file", "empty"));
    }
    let media_type = sniffer.media_type(&filename).ok_or_else(|| {
        AppError::unsupported_media_type((
            "Ce type de fichier n’est pas accepté : PDF, image, son, vidéo, archive (zip, 7z, tar.gz), document \
             bureautique, notebook ou texte en UTF-8.",
            "This type of file is not accepted: PDF, image, sound, video, archive (zip, 7z, tar.gz), office \
             document, notebook or text in UTF-8.",
        ))
    })?;
    Ok(Received { filename, media_type, incoming })
}

/// The refusal of a file that is too large, with the limit in bytes.
pub fn too_large(limit: u64) -> AppError {
    AppError::too_large(("Ce fichier dépasse la taille permise.", "This file is larger than allowed."))
        .with("limit", limit)
}

fn fault(field: &str, code: &str) -> AppError {
    AppError::invalid((
        "Le dépôt n’est pas accepté ; rien n’a été enregistré.",
        "The piece is not accepted; nothing was saved.",
    ))
    .with("faults", vec![json!({ "field": field, "code": code })])
}

fn unreadable(error: MultipartError) -> AppError {
    match error {
        MultipartError::ContentTypeIncompatible => AppError::unsupported_media_type((
            "Un contenu multipart/form-data est attendu.",
            "A body of type multipart/form-data is expected.",
        )),
        _ => AppError::bad_request((
            "L’envoi est incomplet ou ne se lit pas.",
            "What was sent is cut or unreadable.",
        )),
    }
}

/// A disk that is full is told as such: the same file may be sent again later.
fn disk(error: std::io::Error) -> AppError {
    if matches!(error.kind(), std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded) {
        tracing::error!(%error, "no room for evidence");
        return AppError::busy((
            "Le service n’a plus de place pour ce fichier ; réessayez plus tard.",
            "The service has no room for this file; try again later.",
        ));
    }
    AppError::internal(error)
}
