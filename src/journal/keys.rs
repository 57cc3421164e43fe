//! The key that signs the heads of the journal, in the C2SP signed-note forms.
//!
//! Made at the first start: `keys/journal.key` stays with the service (mode 600), `keys/journal.vkey` is for
//! whoever verifies, and best kept elsewhere too.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
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
/// A folder that cannot be written, or a key that does not read.
pub fn open(folder: &Path) -> anyhow::Result<JournalKey> {
    fs::create_dir_all(folder)?;
    let path = folder.join(SECRET);
    if !path.exists() {
        make(folder)?;
    }
    let secret = fs::read_to_string(&path)?.trim().to_owned();
    let origin = secret.split('+').nth(2).map(str::to_owned);
    let origin = origin.ok_or_else(|| anyhow::anyhow!("{} is not a signing key", path.display()))?;
    StandardSigner::new(&secret).map_err(|error| anyhow::anyhow!("{}: {error:?}", path.display()))?;
    Ok(JournalKey { origin, secret })
}

fn make(folder: &Path) -> anyhow::Result<()> {
    let mut seed = [0u8; 32];
    getrandom::fill(&mut seed).map_err(|error| anyhow::anyhow!("no randomness: {error}"))?;
    let public = SigningKey::from_bytes(&seed).verifying_key();
    let origin = format!("parchemin-{}", hex::encode(public.as_bytes().get(..8).unwrap_or_default()));
    let vkey = signed_note::new_ed25519_verifier_key(&origin, &public);
    let id = vkey.split('+').nth(1).unwrap_or_default().to_owned();
    let secret: Vec<u8> = std::iter::once(ED25519).chain(seed).collect();
    write(&folder.join(PUBLIC), 0o644, &format!("{vkey}\n"))?;
    write(&folder.join(SECRET), 0o600, &format!("PRIVATE+KEY+{origin}+{id}+{}\n", STANDARD.encode(secret)))?;
    Ok(())
}

/// Never over a file that is there: two services that start together keep the first key.
fn write(path: &Path, mode: u32, text: &str) -> io::Result<()> {
    let made = OpenOptions::new().write(true).create_new(true).mode(mode).open(path);
    let mut file = match made {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Ok(()),
        made => made?,
    };
    file.write_all(text.as_bytes())?;
    file.sync_all()
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
