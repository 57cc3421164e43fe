//! Every setting, read once, typed, refused when wrong. Flags come first, then `PARCHEMIN_*`, then a file.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};
use lettre::Address;
use lettre::message::Mailbox;

use crate::db::DbUrl;

/// How careful the service must be about what it is not given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Mode {
    /// Generates what it needs.
    Local,
    /// Refuses to start without a key, or on a public address without TLS.
    Production,
}

/// The settings as they come from the command line and the environment.
#[derive(Debug, Clone, Args)]
pub struct SettingsArgs {
    /// Folder of the database, the files, the documents and the keys
    #[arg(long, env = "PARCHEMIN_DATA", default_value = "data")]
    pub data: PathBuf,
    /// Address to listen on
    #[arg(long, env = "PARCHEMIN_LISTEN", default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
    /// Address that people use, written in links
    #[arg(long, env = "PARCHEMIN_PUBLIC_URL")]
    pub public_url: Option<String>,
    /// sqlite:PATH or postgres://…; without it, DATA/parchemin.db
    #[arg(long, env = "PARCHEMIN_DATABASE_URL", hide_env_values = true)]
    pub database_url: Option<String>,
    #[arg(long, env = "PARCHEMIN_MODE", default_value = "local")]
    pub mode: Mode,
    /// Key of the sign-in tokens, at least 32 bytes; production needs it, local makes one in DATA/keys
    #[arg(long, env = "PARCHEMIN_SIGNING_KEY", hide_env_values = true, hide = true)]
    pub signing_key: Option<String>,
    /// Largest piece of evidence, in bytes
    #[arg(long, env = "PARCHEMIN_EVIDENCE_LIMIT", default_value_t = 512 * 1024 * 1024)]
    pub evidence_limit: u64,
    /// Seconds between two placings of journal entries in their log
    #[arg(long, env = "PARCHEMIN_JOURNAL_SECONDS", default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..=60))]
    pub journal_seconds: u64,
    /// smtp://…, smtps://… or smtp://…?tls=required; without it, letters are kept as files in DATA/mail
    #[arg(long, env = "PARCHEMIN_SMTP_URL", hide_env_values = true)]
    pub smtp_url: Option<String>,
    /// Who letters come from: an address, or «Name <address>»
    #[arg(long, env = "PARCHEMIN_MAIL_FROM")]
    pub mail_from: Option<String>,
}

/// A letter leaves about as soon as its act stands; looking costs one read.
pub(crate) const MAIL_EVERY: Duration = Duration::from_millis(500);

/// Who letters come from on a machine where they go nowhere.
pub(crate) fn local_sender() -> Mailbox {
    Mailbox::new(Some("Parchemin".to_owned()), Address::new_dangerous("parchemin", "localhost.localdomain"))
}

/// The address of the mail server, which may hold its password.
#[derive(Clone, PartialEq, Eq)]
pub struct SmtpUrl(String);

impl SmtpUrl {
    pub fn new(url: impl Into<String>) -> Self {
        Self(url.into())
    }

    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for SmtpUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SmtpUrl")
    }
}

/// The settings once checked.
#[derive(Debug, Clone)]
pub struct Settings {
    pub data: PathBuf,
    pub listen: SocketAddr,
    /// Without a slash at its end; when not given, made from the address that is really listened on.
    pub public_url: Option<String>,
    pub database: DbUrl,
    pub mode: Mode,
    pub signing_key: Option<Vec<u8>>,
    pub evidence_limit: u64,
    pub journal_seconds: u64,
    /// Without it, letters are kept as files in `data/mail`.
    pub smtp: Option<SmtpUrl>,
    pub mail_from: Mailbox,
    /// Between two looks at the outbox when nothing waits in it.
    pub mail_every: Duration,
}

#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    #[error("{0}")]
    Database(#[from] crate::db::OpenError),
    #[error("PARCHEMIN_SIGNING_KEY is not set: production needs it (see .env.sample)")]
    NoSigningKey,
    #[error("PARCHEMIN_SIGNING_KEY must be at least 32 bytes long")]
    ShortSigningKey,
    #[error("PARCHEMIN_PUBLIC_URL must be an https address in production")]
    NotHttps,
    #[error("PARCHEMIN_PUBLIC_URL is not an http or https address")]
    NotAnAddress,
    #[error("PARCHEMIN_SMTP_URL is not set: in production, mail must go somewhere (see .env.sample)")]
    NoMail,
    #[error("PARCHEMIN_SMTP_URL must begin with smtp:// or smtps://")]
    NotSmtp,
    #[error("PARCHEMIN_MAIL_FROM is not set: a mail server must be told who writes")]
    NoSender,
    #[error("PARCHEMIN_MAIL_FROM is neither an address nor “Name <address>”")]
    NotASender,
}

impl TryFrom<SettingsArgs> for Settings {
    type Error = SettingsError;

    fn try_from(args: SettingsArgs) -> Result<Self, SettingsError> {
        let database = match &args.database_url {
            Some(address) => address.parse()?,
            None => DbUrl::Sqlite(args.data.join("parchemin.db")),
        };
        let public_url = args.public_url.map(|url| url.trim_end_matches('/').to_owned());
        if let Some(url) = &public_url
            && !url.starts_with("https://")
            && !url.starts_with("http://")
        {
            return Err(SettingsError::NotAnAddress);
        }
        let signing_key = args.signing_key.map(String::into_bytes);
        if signing_key.as_ref().is_some_and(|key| key.len() < 32) {
            return Err(SettingsError::ShortSigningKey);
        }
        if args.mode == Mode::Production {
            if signing_key.is_none() {
                return Err(SettingsError::NoSigningKey);
            }
            if !public_url.as_deref().is_some_and(|url| url.starts_with("https://")) {
                return Err(SettingsError::NotHttps);
            }
            if args.smtp_url.is_none() {
                return Err(SettingsError::NoMail);
            }
        }
        let (smtp, mail_from) = mail(args.smtp_url, args.mail_from)?;
        Ok(Self {
            data: args.data,
            listen: args.listen,
            public_url,
            database,
            mode: args.mode,
            signing_key,
            evidence_limit: args.evidence_limit,
            journal_seconds: args.journal_seconds,
            smtp,
            mail_from,
            mail_every: MAIL_EVERY,
        })
    }
}

fn mail(url: Option<String>, from: Option<String>) -> Result<(Option<SmtpUrl>, Mailbox), SettingsError> {
    if url.as_ref().is_some_and(|url| !url.starts_with("smtp://") && !url.starts_with("smtps://")) {
        return Err(SettingsError::NotSmtp);
    }
    if url.is_some() && from.is_none() {
        return Err(SettingsError::NoSender);
    }
    let from = match from {
        Some(from) => from.parse().map_err(|_| SettingsError::NotASender)?,
        None => local_sender(),
    };
    Ok((url.map(SmtpUrl), from))
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        args: SettingsArgs,
    }

    fn of(flags: &[&str]) -> Result<Settings, SettingsError> {
        let key = ["--signing-key", "a key of thirty-two bytes or more", "--public-url", "https://a.example"];
        let line = Line::parse_from(["parchemin"].iter().chain(&key).chain(flags));
        Settings::try_from(line.args)
    }

    const SERVER: [&str; 2] = ["--smtp-url", "smtps://parchemin:secret@mail.example"];
    const FROM: [&str; 2] = ["--mail-from", "Parchemin <ne-pas-repondre@parchemin.example>"];

    #[test]
    fn production_does_not_start_with_mail_that_goes_nowhere() {
        let production = ["--mode", "production"];
        assert!(matches!(of(&production), Err(SettingsError::NoMail)));
        let with = [&production[..], &SERVER[..]].concat();
        assert!(matches!(of(&with), Err(SettingsError::NoSender)));
        let with = [&production[..], &SERVER[..], &FROM[..]].concat();
        let settings = of(&with).unwrap();
        assert!(settings.smtp.is_some());
        assert!(!format!("{settings:?}").contains("secret"), "a password is shown to nobody");
    }

    #[test]
    fn on_a_machine_of_ones_own_letters_are_kept() {
        assert_eq!(of(&[]).unwrap().smtp, None);
        assert!(matches!(of(&["--smtp-url", "mail.example"]), Err(SettingsError::NotSmtp)));
        let from = of(&["--mail-from", "a@b.example\r\nBcc: c@d.example"]);
        assert!(matches!(from, Err(SettingsError::NotASender)));
    }
}
