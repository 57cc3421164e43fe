//! What takes the letters away: an SMTP server, or a folder where a person reads them.

use std::path::{Path, PathBuf};
use std::time::Duration;

use lettre::transport::smtp::{Error as SmtpError, PoolConfig};
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};

use super::rules::{Failure, of_reply};
use crate::settings::SmtpUrl;

/// For one command of the dialogue (RFC 5321 §4.5.3.2 asks minutes of relays; we are next to ours).
const PATIENCE: Duration = Duration::from_secs(30);

#[derive(Clone)]
pub enum Carrier {
    Smtp(AsyncSmtpTransport<Tokio1Executor>),
    Folder(PathBuf),
}

impl Carrier {
    /// One pooled transport for the whole process.
    ///
    /// # Errors
    /// An address that is none of lettre's (`smtp://`, `smtps://`, `?tls=required`, `?tls=opportunistic`).
    pub fn smtp(url: &SmtpUrl, connections: u32) -> anyhow::Result<Self> {
        let builder = AsyncSmtpTransport::<Tokio1Executor>::from_url(url.reveal())
            .map_err(|_| anyhow::anyhow!("PARCHEMIN_SMTP_URL is not an address of a mail server"))?;
        let pool = PoolConfig::new().max_size(connections);
        Ok(Self::Smtp(builder.timeout(Some(PATIENCE)).pool_config(pool).build()))
    }

    /// # Errors
    /// A folder that cannot be made.
    pub fn folder(path: PathBuf) -> anyhow::Result<Self> {
        std::fs::create_dir_all(&path)?;
        Ok(Self::Folder(path))
    }

    /// Whether people read the letters as they are kept.
    pub fn is_folder(&self) -> bool {
        matches!(self, Self::Folder(_))
    }

    /// `name` is that of the file, without its ending.
    ///
    /// # Errors
    /// By a stable code: whatever the server says may hold an address, and stays out of the log.
    pub async fn take(&self, message: Message, name: &str) -> Result<(), Failure> {
        match self {
            Self::Smtp(transport) => match transport.send(message).await {
                Ok(_) => Ok(()),
                Err(error) => Err(failure(&error)),
            },
            Self::Folder(folder) => keep(folder, name, &message.formatted()).await.map_err(|error| {
                tracing::error!(%error, "a letter cannot be kept in its folder");
                Failure::Deferred("folder".to_owned())
            }),
        }
    }
}

fn failure(error: &SmtpError) -> Failure {
    let code = match error.status() {
        Some(code) => return of_reply(code.into()),
        None if error.is_timeout() => "timeout",
        None if error.is_tls() || is_handshake(error) => "tls",
        None if error.is_response() => "not_smtp",
        None if error.is_client() => "not_offered",
        None => "connection",
    };
    Failure::Deferred(code.to_owned())
}

/// lettre tells a certificate that nobody vouches for as a broken connection; underneath, rustls says
/// `InvalidData`.
fn is_handshake(error: &SmtpError) -> bool {
    let mut cause = std::error::Error::source(error);
    while let Some(one) = cause {
        let io = one.downcast_ref::<std::io::Error>();
        if io.is_some_and(|io| io.kind() == std::io::ErrorKind::InvalidData) {
            return true;
        }
        cause = one.source();
    }
    false
}

/// Whole or not at all; the same letter again is the same file.
async fn keep(folder: &Path, name: &str, bytes: &[u8]) -> std::io::Result<()> {
    let draft = folder.join(format!("{name}.part"));
    tokio::fs::write(&draft, bytes).await?;
    tokio::fs::rename(&draft, folder.join(format!("{name}.eml"))).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn every_way_of_tls_is_an_address_and_a_wrong_one_is_not_repeated() {
        for url in [
            "smtp://mail.example:25",
            "smtp://user:secret@mail.example:587?tls=required",
            "smtp://mail.example?tls=opportunistic",
            "smtps://user:secret@mail.example",
        ] {
            assert!(Carrier::smtp(&SmtpUrl::new(url), 1).is_ok(), "{url}");
        }
        let refused = Carrier::smtp(&SmtpUrl::new("smtp://user:secret@mail.example?tls=perhaps"), 1);
        let words = refused.err().unwrap().to_string();
        assert!(words.contains("PARCHEMIN_SMTP_URL") && !words.contains("secret"), "{words}");
    }
}
