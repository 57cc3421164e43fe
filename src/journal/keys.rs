//! The key that signs the heads of the journal, in the C2SP signed-note forms.
//!
//! Made at the first start: `keys/journal.key` stays with the service (mode 600), `keys/journal.vkey` is for
//! whoever verifies, and best kept elsewhere too.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::SigningKey;
use signed_note::{Note, StandardSigner, StandardVerifier, VerifierList};

/// Algorithm byte of Ed25519 in a C2SP key.
const ED25519: u8 = 1;
const SECRET: &str = "journal.key";
const PUBLIC: &str = "journal.vkey";

/// Signs heads under one name.
pub struct JournalKey {
    /// Name of the log in its heads; made from the public key, so that no two logs share it.
    pub origin: String,
    secret: String,
}

impl JournalKey {
    /// # Errors
    /// When the text is none that a note can hold.
    pub fn sign(&self, text: &[u8]) -> anyhow::Result<String> {
        let signer = StandardSigner::new(&self.secret).map_err(|error| anyhow::anyhow!("{error:?}"))?;
        let mut note = Note::new(text, &[]).map_err(|error| anyhow::anyhow!("{error:?}"))?;
        note.add_sigs(&[&signer]).map_err(|error| anyhow::anyhow!("{error:?}"))?;
        Ok(String::from_utf8(note.to_bytes())?)
    }
}

/// The key of a data folder; made when there is none.
///
/// # Errors
/// A folder that cannot be written, a key that does not read, or a public key that belongs to another.
pub fn open(folder: &Path) -> anyhow::Result<JournalKey> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let path = folder.join(SECRET);
    if !path.exists() {
        keep(&path, 0o600, &fresh()?)?;
    }
    if fs::metadata(&path)?.permissions().mode() & 0o077 != 0 {
        tracing::warn!(path = %path.display(), "others than its owner can reach the key of the journal");
    }
    let secret = fs::read_to_string(&path)?.trim().to_owned();
    let (origin, vkey) =
        verifying(&secret).ok_or_else(|| anyhow::anyhow!("{} is not a signing key", path.display()))?;
    StandardSigner::new(&secret).map_err(|error| anyhow::anyhow!("{}: {error:?}", path.display()))?;
    keep(&folder.join(PUBLIC), 0o644, &vkey)?;
    let told = public(folder)?;
    anyhow::ensure!(
        told == vkey,
        "{} is not the public side of {}",
        folder.join(PUBLIC).display(),
        path.display()
    );
    Ok(JournalKey { origin, secret })
}

/// A new signing key, as text.
fn fresh() -> anyhow::Result<String> {
    let mut seed = [0u8; 32];
    getrandom::fill(&mut seed).map_err(|error| anyhow::anyhow!("no randomness: {error}"))?;
    let public = SigningKey::from_bytes(&seed).verifying_key();
    let origin = format!("parchemin-{}", hex::encode(public.as_bytes().get(..8).unwrap_or_default()));
    let vkey = signed_note::new_ed25519_verifier_key(&origin, &public);
    let id = vkey.split('+').nth(1).unwrap_or_default().to_owned();
    let secret: Vec<u8> = std::iter::once(ED25519).chain(seed).collect();
    Ok(format!("PRIVATE+KEY+{origin}+{id}+{}", STANDARD.encode(secret)))
}

/// Name and verifying key of a signing key. The base64 of either may hold `+`: it stands last.
fn verifying(secret: &str) -> Option<(String, String)> {
    let mut parts = secret.splitn(5, '+').skip(2);
    let (origin, _, key) = (parts.next()?, parts.next()?, parts.next()?);
    let bytes = STANDARD.decode(key).ok()?;
    let seed: [u8; 32] = bytes.strip_prefix(&[ED25519])?.try_into().ok()?;
    let public = SigningKey::from_bytes(&seed).verifying_key();
    Some((origin.to_owned(), signed_note::new_ed25519_verifier_key(origin, &public)))
}

/// Puts a whole file under its name, for good, unless there is one: two services that start together keep the
/// first key, and a start that was cut short leaves none that is half written.
fn keep(path: &Path, mode: u32, text: &str) -> io::Result<()> {
    let draft = path.with_extension(uuid::Uuid::new_v4().to_string());
    let mut file = OpenOptions::new().write(true).create_new(true).mode(mode).open(&draft)?;
    writeln!(file, "{text}")?;
    file.sync_all()?;
    // A link, unlike a renaming, does not replace what is there.
    let linked = fs::hard_link(&draft, path);
    fs::remove_file(&draft)?;
    match linked {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        _ => File::open(path.parent().unwrap_or(Path::new(".")))?.sync_all(),
    }
}

/// The public key of a data folder, as text.
///
/// # Errors
/// When it is not there.
pub fn public(folder: &Path) -> io::Result<String> {
    Ok(fs::read_to_string(folder.join(PUBLIC))?.trim().to_owned())
}

/// The text of a signed note, when the key signed it.
pub fn signed_text(vkey: &str, note: &str) -> Option<Vec<u8>> {
    let verifier = StandardVerifier::new(vkey).ok()?;
    let note = Note::from_bytes(note.as_bytes()).ok()?;
    note.verify(&VerifierList::new(vec![Box::new(verifier)])).ok()?;
    Some(note.text().to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_made_once_and_signs_what_its_public_side_accepts() {
        let folder = tempfile::tempdir().unwrap();
        let keys = folder.path().join("keys");
        let first = open(&keys).unwrap();
        let again = open(&keys).unwrap();
        assert_eq!(first.origin, again.origin);
        let mode = |name| fs::metadata(keys.join(name)).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(SECRET), mode(PUBLIC)), (0o600, 0o644));
        let note = again.sign(b"some text\n").unwrap();
        let vkey = public(&keys).unwrap();
        assert_eq!(signed_text(&vkey, &note).unwrap(), b"some text\n");
        assert_eq!(signed_text(&vkey, &note.replace("some", "same")), None);
        let other = open(&folder.path().join("other")).unwrap();
        assert_eq!(signed_text(&vkey, &other.sign(b"some text\n").unwrap()), None);
    }

    #[test]
    fn a_public_key_that_was_lost_is_made_again_and_a_foreign_one_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let (keys, other) = (folder.path().join("keys"), folder.path().join("other"));
        open(&keys).unwrap();
        let vkey = public(&keys).unwrap();
        fs::remove_file(keys.join(PUBLIC)).unwrap();
        open(&keys).unwrap();
        assert_eq!(public(&keys).unwrap(), vkey);
        open(&other).unwrap();
        fs::copy(other.join(PUBLIC), keys.join(PUBLIC)).unwrap();
        assert!(open(&keys).is_err());
        assert_eq!(fs::read_dir(&keys).unwrap().count(), 2, "no draft stays behind");
    }
}
