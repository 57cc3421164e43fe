//! What a backup says of itself: each of its files with its hash, and the head of the journal that it holds.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, ensure};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::db::At;

pub const MANIFEST: &str = "manifest.json";
/// SHA-256 of the manifest: it names the hash of everything but itself.
const SEAL: &str = "manifest.json.sha256";
pub const DATABASE: &str = "parchemin.db";
/// Form of the backup, not of the tables.
const FORM: u32 = 1;
/// Bytes of a file held in memory.
const CHUNK: usize = 64 * 1024;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    pub form: u32,
    pub made_at: At,
    /// Last migration that the database knows.
    pub schema: String,
    pub journal: HeldHead,
    /// Whether the secret keys are in it.
    pub keys: bool,
    /// Path below the folder, with slashes.
    pub files: BTreeMap<String, HeldFile>,
}

/// The newest head of the journal; nothing was placed yet when the size is 0.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HeldHead {
    pub size: u64,
    /// Hexadecimal.
    pub root: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HeldFile {
    /// Hexadecimal.
    pub sha256: String,
    pub size: u64,
}

impl Manifest {
    pub fn new(made_at: At, schema: String, journal: HeldHead, keys: bool) -> Self {
        Self { form: FORM, made_at, schema, journal, keys, files: BTreeMap::new() }
    }

    /// # Errors
    /// Those of the disk.
    pub fn write(&self, folder: &Path) -> anyhow::Result<()> {
        let text = serde_json::to_vec_pretty(self)?;
        let seal = format!("{}\n", hex::encode(Sha256::digest(&text)));
        for (name, bytes) in [(MANIFEST, text.as_slice()), (SEAL, seal.as_bytes())] {
            let mut file = create(&folder.join(name))?;
            file.write_all(bytes)?;
            file.sync_all()?;
        }
        Ok(())
    }

    /// # Errors
    /// When there is none, it was changed, or it is of a form that this binary does not know.
    pub fn read(folder: &Path) -> anyhow::Result<Self> {
        let path = folder.join(MANIFEST);
        let text = fs::read(&path).with_context(|| format!("{} is not a backup", folder.display()))?;
        let seal = fs::read_to_string(folder.join(SEAL)).with_context(|| format!("{SEAL} does not read"))?;
        ensure!(
            seal.trim() == hex::encode(Sha256::digest(&text)),
            "{MANIFEST} was changed: its seal is another"
        );
        let manifest: Self =
            serde_json::from_slice(&text).with_context(|| format!("{MANIFEST} does not read"))?;
        ensure!(manifest.form == FORM, "this backup was made by another version of Parchemin");
        Ok(manifest)
    }

    /// What differs between the folder and the manifest, by name; nothing when all is as it was written.
    ///
    /// # Errors
    /// A folder that cannot be read.
    pub fn differences(&self, folder: &Path) -> anyhow::Result<Vec<String>> {
        let mut found = Vec::new();
        for (path, held) in &self.files {
            match digest(&folder.join(path)) {
                Ok(now) if now == *held => {}
                Ok(_) => found.push(format!("{path}: changed")),
                Err(error) if error.kind() == io::ErrorKind::NotFound => {
                    found.push(format!("{path}: missing"))
                }
                Err(error) => found.push(format!("{path}: {error}")),
            }
        }
        for path in walk(folder)? {
            if path != MANIFEST && path != SEAL && !self.files.contains_key(&path) {
                found.push(format!("{path}: not named by the manifest"));
            }
        }
        Ok(found)
    }
}

/// Every plain file below a folder, in order; nothing when there is no such folder. Links are not followed.
///
/// # Errors
/// Those of the disk.
pub fn walk(root: &Path) -> io::Result<Vec<String>> {
    let (mut folders, mut found) = (vec![root.to_owned()], Vec::new());
    while let Some(folder) = folders.pop() {
        let entries = match fs::read_dir(&folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            entries => entries?,
        };
        for entry in entries {
            let entry = entry?;
            let kind = entry.file_type()?;
            if kind.is_dir() {
                folders.push(entry.path());
            } else if kind.is_file() {
                found.push(below(root, &entry.path()));
            }
        }
    }
    found.sort_unstable();
    Ok(found)
}

fn below(root: &Path, path: &Path) -> String {
    let rest = path.strip_prefix(root).unwrap_or(path);
    let parts: Vec<_> = rest.components().map(|part| part.as_os_str().to_string_lossy()).collect();
    parts.join("/")
}

/// # Errors
/// Those of the disk.
pub fn digest(path: &Path) -> io::Result<HeldFile> {
    pass(File::open(path)?, None)
}

/// Copies one file to a path where there is none, onto the disk, and tells what was copied.
///
/// # Errors
/// Those of the disk.
pub fn copy(from: &Path, to: &Path) -> anyhow::Result<HeldFile> {
    let source = File::open(from).with_context(|| from.display().to_string())?;
    make_folder(to.parent().unwrap_or(Path::new(".")))?;
    let mut target = create(to)?;
    let held = pass(source, Some(&mut target)).with_context(|| from.display().to_string())?;
    target.sync_all()?;
    Ok(held)
}

fn pass(mut from: File, mut to: Option<&mut File>) -> io::Result<HeldFile> {
    let (mut hash, mut size, mut chunk) = (Sha256::new(), 0_u64, vec![0; CHUNK]);
    loop {
        let read = from.read(&mut chunk)?;
        let Some(bytes) = chunk.get(..read).filter(|bytes| !bytes.is_empty()) else { break };
        hash.update(bytes);
        if let Some(to) = &mut to {
            to.write_all(bytes)?;
        }
        size += u64::try_from(read).map_err(io::Error::other)?;
    }
    Ok(HeldFile { sha256: hex::encode(hash.finalize()), size })
}

/// What is saved is nobody's to read but the service's.
fn create(path: &Path) -> anyhow::Result<File> {
    let opened = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    opened.with_context(|| path.display().to_string())
}

/// # Errors
/// Those of the disk.
pub fn make_folder(path: &Path) -> anyhow::Result<()> {
    let made = fs::DirBuilder::new().recursive(true).mode(0o700).create(path);
    made.with_context(|| path.display().to_string())
}

/// A folder that takes its name only when it is whole, and leaves nothing when it is not.
pub struct Draft {
    pub path: PathBuf,
    kept: bool,
}

impl Draft {
    /// # Errors
    /// When the name is taken by something else than an empty folder, or the disk refuses.
    pub fn beside(target: &Path) -> anyhow::Result<Self> {
        let taken = match fs::read_dir(target) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => false,
            Err(_) => true,
            Ok(mut entries) => entries.next().is_some(),
        };
        ensure!(!taken, "{} is not an empty folder: name another", target.display());
        let mut name = target.file_name().context("name a folder")?.to_owned();
        name.push(format!(".{}.partial", uuid::Uuid::new_v4().simple()));
        let path = target.with_file_name(name);
        make_folder(&path)?;
        Ok(Self { path, kept: false })
    }

    /// # Errors
    /// Those of the disk.
    pub fn keep(mut self, target: &Path) -> anyhow::Result<()> {
        let mut folders = vec![self.path.clone()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(&folder)? {
                let entry = entry?;
                if entry.file_type()?.is_dir() {
                    folders.push(entry.path());
                }
            }
            // Until then, a power cut may take the names away.
            File::open(&folder)?.sync_all()?;
        }
        // Onto an empty folder a folder may be renamed.
        fs::rename(&self.path, target).with_context(|| target.display().to_string())?;
        self.kept = true;
        let parent = target.parent().filter(|parent| !parent.as_os_str().is_empty());
        File::open(parent.unwrap_or(Path::new(".")))?.sync_all()?;
        Ok(())
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        if !self.kept
            && let Err(error) = fs::remove_dir_all(&self.path)
        {
            tracing::warn!(%error, path = %self.path.display(), "an unfinished folder stays");
        }
    }
}
