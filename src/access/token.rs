//! Signed tokens: one purpose each, one algorithm, and the time handed in.

use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use anyhow::Context;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::db::At;
use crate::error::AppError;
use crate::ids::LoginId;

/// In bytes, as RFC 7518 §3.2 asks of HS256.
const KEY: usize = 32;
/// Ours are of about 300 bytes; a longer one is not read at all.
const LONGEST: usize = 1024;
/// Seconds by which the clocks of two instances may differ.
const SKEW: i64 = 60;

/// What a token is for. A token of one purpose never stands in for another (RFC 8725 §3.12).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Purpose {
    /// Names a login kept on the server.
    Login,
    /// Opens one file, for a moment.
    Download,
}

impl Purpose {
    fn issuer(self) -> &'static str {
        match self {
            Self::Login => "parchemin/login",
            Self::Download => "parchemin/download",
        }
    }

    fn audience(self) -> &'static str {
        match self {
            Self::Login => "parchemin/api",
            Self::Download => "parchemin/files",
        }
    }
}

/// Every claim is there and of its type, once, and nothing else is (CVE-2026-25537).
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Claims {
    iss: String,
    aud: String,
    sub: Uuid,
    iat: u64,
    nbf: u64,
    exp: u64,
    typ: Purpose,
}

/// Why a token is not taken; for tests and the log, never for the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    #[error("not a token of ours")]
    Foreign,
    #[error("expired")]
    Expired,
    #[error("not valid yet")]
    Early,
}

/// Issues and reads tokens with the key of the service.
pub struct Tokens {
    sign: EncodingKey,
    verify: DecodingKey,
    /// The first part of every token of ours, with its dot.
    header: String,
}

impl std::fmt::Debug for Tokens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Tokens")
    }
}

impl Tokens {
    pub fn new(key: &[u8]) -> Self {
        use base64::Engine;
        let header =
            base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(r#"{"typ":"JWT","alg":"HS256"}"#);
        Self {
            sign: EncodingKey::from_secret(key),
            verify: DecodingKey::from_secret(key),
            header: format!("{header}."),
        }
    }

    /// With the key of that file, made at the first start and readable by its owner alone.
    ///
    /// # Errors
    /// A file that cannot be read or made, or a key shorter than 32 bytes.
    pub fn from_file(path: &Path) -> anyhow::Result<Self> {
        let key = match std::fs::read(path) {
            Ok(key) => key,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => make_key(path)?,
            Err(error) => return Err(error).with_context(|| format!("{} cannot be read", path.display())),
        };
        anyhow::ensure!(
            key.len() >= KEY,
            "{} holds {} bytes, at least {KEY} are needed; without the file another key is made and everybody signs in again",
            path.display(),
            key.len()
        );
        Ok(Self::new(&key))
    }

    /// A token that names `subject` from `at` until `until`.
    ///
    /// # Errors
    /// `internal` for an instant before 1970.
    pub fn issue(&self, purpose: Purpose, subject: Uuid, at: At, until: At) -> Result<String, AppError> {
        let claims = Claims {
            iss: purpose.issuer().to_owned(),
            aud: purpose.audience().to_owned(),
            sub: subject,
            iat: seconds(at)?,
            nbf: seconds(at)?,
            exp: seconds(until)?,
            typ: purpose,
        };
        jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &self.sign).map_err(AppError::internal)
    }

    /// What the token names, if it is ours, for this purpose, at this instant.
    ///
    /// # Errors
    /// [`Refused`].
    pub fn read(&self, purpose: Purpose, token: &str, at: At) -> Result<Uuid, Refused> {
        // We alone issue them: a header that is not the very bytes that we write (another algorithm, `kid`,
        // `jku`, `crit`…) is not looked into.
        if token.len() > LONGEST || !token.starts_with(&self.header) {
            return Err(Refused::Foreign);
        }
        let mut rules = Validation::new(Algorithm::HS256);
        rules.set_issuer(&[purpose.issuer()]);
        rules.set_audience(&[purpose.audience()]);
        rules.set_required_spec_claims(&["exp", "nbf", "iss", "aud", "sub"]);
        // The library would ask the wall clock; the instant is ours to hand in.
        rules.validate_exp = false;
        rules.validate_nbf = false;
        let claims =
            jsonwebtoken::decode::<Claims>(token, &self.verify, &rules).map_err(|_| Refused::Foreign)?.claims;
        if claims.typ != purpose {
            return Err(Refused::Foreign);
        }
        let now = at.utc().timestamp();
        let ahead = |claim: u64| i64::try_from(claim).map_or(true, |claim| claim > now.saturating_add(SKEW));
        if ahead(claims.nbf) || ahead(claims.iat) {
            return Err(Refused::Early);
        }
        if i64::try_from(claims.exp).map_err(|_| Refused::Foreign)? <= now {
            return Err(Refused::Expired);
        }
        Ok(claims.sub)
    }

    /// # Errors
    /// As [`Tokens::issue`].
    pub fn for_login(&self, login: LoginId, at: At, until: At) -> Result<String, AppError> {
        self.issue(Purpose::Login, login.0, at, until)
    }

    /// # Errors
    /// As [`Tokens::read`].
    pub fn login(&self, token: &str, at: At) -> Result<LoginId, Refused> {
        self.read(Purpose::Login, token, at).map(LoginId)
    }
}

fn seconds(at: At) -> Result<u64, AppError> {
    u64::try_from(at.utc().timestamp()).map_err(AppError::internal)
}

fn make_key(path: &Path) -> anyhow::Result<Vec<u8>> {
    let mut key = vec![0; KEY];
    getrandom::fill(&mut key).map_err(|error| anyhow::anyhow!("no random bytes: {error}"))?;
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    // Written aside and linked: a start that is cut short leaves no half key, and of two starts at the same
    // moment the first one's key is everybody's.
    let aside = path.with_extension(format!("{}.new", std::process::id()));
    let mut file =
        std::fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&aside)?;
    file.write_all(&key)?;
    file.sync_all()?;
    let linked = std::fs::hard_link(&aside, path);
    std::fs::remove_file(&aside)?;
    match linked {
        Ok(()) => Ok(key),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(std::fs::read(path)?),
        Err(error) => Err(error).with_context(|| format!("{} cannot be made", path.display())),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn at(seconds: i64) -> At {
        At::from(chrono::DateTime::from_timestamp(1_800_000_000 + seconds, 0).unwrap())
    }

    #[test]
    fn a_token_names_its_login_until_its_last_second() {
        let tokens = Tokens::new(&[7; 32]);
        let login = LoginId::new();
        let token = tokens.for_login(login, at(0), at(60)).unwrap();
        assert_eq!(tokens.login(&token, at(0)), Ok(login));
        assert_eq!(tokens.login(&token, at(59)), Ok(login));
        assert_eq!(tokens.login(&token, at(60)), Err(Refused::Expired));
        assert_eq!(tokens.login(&token, at(-61)), Err(Refused::Early));
    }

    #[test]
    fn the_key_is_made_once_and_read_by_its_owner_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys/signing.key");
        let token = Tokens::from_file(&path).unwrap().for_login(LoginId::new(), at(0), at(60)).unwrap();
        assert!(
            Tokens::from_file(&path).unwrap().login(&token, at(1)).is_ok(),
            "the same key after a restart"
        );
        let kept = std::fs::metadata(&path).unwrap();
        assert_eq!((kept.permissions().mode() & 0o777, kept.len()), (0o600, 32));
        let beside: Vec<_> = std::fs::read_dir(folder.path().join("keys")).unwrap().collect();
        assert_eq!(beside.len(), 1, "nothing left aside");
    }

    #[test]
    fn a_cut_key_stops_the_start() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("signing.key");
        std::fs::write(&path, [1; 31]).unwrap();
        assert!(Tokens::from_file(&path).unwrap_err().to_string().contains("31 bytes"));
    }
}
