//! A stored file on its way out: always to be kept, never to be shown in our own pages.

use actix_web::HttpResponse;
use actix_web::body::SizedStream;
use actix_web::http::header::{
    self, Charset, ContentDisposition, ContentEncoding, DispositionParam, DispositionType, ExtendedValue,
};
use actix_web::web::BytesMut;
use futures_util::stream;
use tokio::io::AsyncReadExt as _;

use crate::db::Bytes;

/// Bytes read at a time.
const CHUNK: usize = 64 * 1024;

/// What is said of a file beside its bytes.
pub struct Label<'a> {
    pub filename: &'a str,
    pub media_type: &'a str,
    pub sha256: &'a Bytes,
}

/// Sends a file, a chunk at a time.
pub fn send(file: tokio::fs::File, size: u64, label: &Label<'_>) -> HttpResponse {
    let chunks = stream::try_unfold(file, |mut file| async move {
        let mut chunk = BytesMut::with_capacity(CHUNK);
        let read = file.read_buf(&mut chunk).await?;
        Ok::<_, std::io::Error>((read > 0).then(|| (chunk.freeze(), file)))
    });
    HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, label.media_type))
        .insert_header(attachment(label.filename))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((header::CONTENT_SECURITY_POLICY, "sandbox; default-src 'none'"))
        .insert_header((header::CACHE_CONTROL, "private, no-store"))
        .insert_header((header::ETAG, format!("\"{}\"", hex::encode(&label.sha256.0))))
        // As it was filed: a compressed body would not have the size and the hash that are told.
        .insert_header(ContentEncoding::Identity)
        .body(SizedStream::new(size, chunks))
}

/// RFC 6266 §4.3: a name in plain ASCII for old programs, the real one as RFC 8187 writes it.
fn attachment(filename: &str) -> ContentDisposition {
    let plain: String = filename
        .chars()
        .map(|c| if c.is_ascii_graphic() && !matches!(c, '"' | '\\' | '%') || c == ' ' { c } else { '_' })
        .collect();
    ContentDisposition {
        disposition: DispositionType::Attachment,
        parameters: vec![
            DispositionParam::Filename(plain),
            DispositionParam::FilenameExt(ExtendedValue {
                charset: Charset::Ext("UTF-8".to_owned()),
                language_tag: None,
                value: filename.as_bytes().to_vec(),
            }),
        ],
    }
}
