//! Where files are kept: on the local disk, by the hash of their content.
//!
//! A file is written under `incoming/`, reaches the disk (`fsync`), takes its final name in one step and the
//! folder that holds the name reaches the disk too: a name that is seen always leads to the whole content.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use sha2::{Digest, Sha256};

/// Bytes held in memory for one file that is written or read.
pub const CHUNK: usize = 64 * 1024;

/// A file that is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stored {
    pub sha256: [u8; 32],
    pub size: u64,
}

/// One folder of files. Cloning it is cheap.
#[derive(Debug, Clone)]
pub struct FileStore {
    root: Arc<Path>,
    incoming: Arc<Path>,
}

impl FileStore {
    /// Makes the folders and removes what an earlier run left unfinished. Both folders are on one file
    /// system: a file moves from one to the other in one step.
    ///
    /// # Errors
    /// A folder that cannot be made or read.
    pub fn open(root: PathBuf, incoming: PathBuf) -> io::Result<Self> {
        make_folder(&root)?;
        make_folder(&incoming)?;
        for left in fs::read_dir(&incoming)? {
            let left = left?;
            if left.file_type()?.is_file() {
                fs::remove_file(left.path())?;
            }
        }
        Ok(Self { root: root.into(), incoming: incoming.into() })
    }

    /// Begins a file.
    ///
    /// # Errors
    /// A disk that is full or read-only.
    pub async fn writer(&self) -> io::Result<Incoming> {
        let path = self.incoming.join(uuid::Uuid::new_v4().to_string());
        let partial = Partial(path.clone());
        let file = blocking(move || create(&path)).await?;
        Ok(Incoming {
            store: self.clone(),
            partial,
            work: Some(Work { file, hash: Sha256::new(), buffer: Vec::with_capacity(CHUNK) }),
            size: 0,
        })
    }

    /// Keeps bytes that are already in memory under a name of their own (`minutes-PV-2026-0001.pdf`). The
    /// same bytes again change nothing.
    ///
    /// # Errors
    /// `AlreadyExists` when other bytes have this name: what was issued is never overwritten. `InvalidInput`
    /// for a path that leads out of the folder.
    pub async fn put_bytes(&self, path: &str, bytes: Vec<u8>) -> io::Result<Stored> {
        let (store, path) = (self.clone(), path.to_owned());
        blocking(move || store.put_bytes_now(&path, &bytes)).await
    }

    /// [`FileStore::put_bytes`] for a thread that may wait.
    ///
    /// # Errors
    /// The same.
    pub fn put_bytes_now(&self, path: &str, bytes: &[u8]) -> io::Result<Stored> {
        let target = self.inside(path)?;
        let stored = Stored {
            sha256: Sha256::digest(bytes).into(),
            size: u64::try_from(bytes.len()).map_err(io::Error::other)?,
        };
        let partial = Partial(self.incoming.join(uuid::Uuid::new_v4().to_string()));
        let mut file = create(&partial.0)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        let folder = target.parent().unwrap_or(&self.root);
        make_folder(folder)?;
        // A link, unlike a renaming, does not replace what is there.
        match fs::hard_link(&partial.0, &target) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && fs::read(&target)? == bytes => {}
            Err(error) => return Err(error),
        }
        sync_folder(folder)?;
        Ok(stored)
    }

    /// Opens the file that has this content.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn read(&self, sha256: &[u8]) -> io::Result<(tokio::fs::File, u64)> {
        let file = tokio::fs::File::open(self.path_of(sha256)).await?;
        let size = file.metadata().await?.len();
        Ok((file, size))
    }

    /// Opens a file kept under a name of its own.
    ///
    /// # Errors
    /// `NotFound`; `InvalidInput` for a path that leads out of the folder.
    pub async fn read_at(&self, path: &str) -> io::Result<(tokio::fs::File, u64)> {
        let file = tokio::fs::File::open(self.inside(path)?).await?;
        let size = file.metadata().await?.len();
        Ok((file, size))
    }

    /// Takes away a file kept under a name of its own that nothing refers to.
    ///
    /// # Errors
    /// `InvalidInput` for a path that leads out of the folder.
    pub async fn remove(&self, path: &str) -> io::Result<()> {
        tokio::fs::remove_file(self.inside(path)?).await
    }

    /// Where the file of this content is, or would be: `ab/cdef…`.
    pub fn path_of(&self, sha256: &[u8]) -> PathBuf {
        let name = hex::encode(sha256);
        let (folder, rest) = name.split_at_checked(2).unwrap_or(("", &name));
        self.root.join(folder).join(rest)
    }

    fn inside(&self, path: &str) -> io::Result<PathBuf> {
        let plain = Path::new(path).components().all(|part| matches!(part, Component::Normal(_)));
        if path.is_empty() || path.contains('\0') || !plain {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "not a path inside the folder"));
        }
        Ok(self.root.join(path))
    }
}

/// Waits for work that blocks, on a thread made for that.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> io::Result<T> + Send + 'static) -> io::Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(io::Error::other)?
}

/// Evidence is nobody's to read but the service's.
fn create(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)
}

fn make_folder(path: &Path) -> io::Result<()> {
    if path.is_dir() {
        return Ok(());
    }
    fs::DirBuilder::new().recursive(true).mode(0o700).create(path)?;
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => sync_folder(parent),
        _ => Ok(()),
    }
}

/// Until then, a power cut may take the name away.
fn sync_folder(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}

/// An unfinished file, removed when nobody wants it any more.
#[derive(Debug)]
struct Partial(PathBuf);

impl Drop for Partial {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_file(&self.0)
            && error.kind() != io::ErrorKind::NotFound
        {
            tracing::warn!(%error, "an unfinished file stays until the next start");
        }
    }
}

/// What goes to the writing thread and comes back.
struct Work {
    file: File,
    hash: Sha256,
    buffer: Vec<u8>,
}

impl Work {
    fn flush(&mut self) -> io::Result<()> {
        self.file.write_all(&self.buffer)?;
        self.hash.update(&self.buffer);
        self.buffer.clear();
        Ok(())
    }
}

/// A file that is coming in. Dropped before [`Incoming::finish`], it leaves nothing.
pub struct Incoming {
    store: FileStore,
    partial: Partial,
    /// Nothing after an error: what follows is refused.
    work: Option<Work>,
    size: u64,
}

impl Incoming {
    /// Bytes received so far.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// # Errors
    /// Those of the disk; the file is lost then.
    pub async fn write(&mut self, chunk: &[u8]) -> io::Result<()> {
        let mut rest = chunk;
        while !rest.is_empty() {
            let mut work = self.work.take().ok_or_else(broken)?;
            let (now, later) = rest.split_at(rest.len().min(CHUNK - work.buffer.len()));
            work.buffer.extend_from_slice(now);
            if work.buffer.len() >= CHUNK {
                work = blocking(move || work.flush().map(|()| work)).await?;
            }
            self.work = Some(work);
            self.size += u64::try_from(now.len()).map_err(io::Error::other)?;
            rest = later;
        }
        Ok(())
    }

    /// Puts the whole file in its place, for good.
    ///
    /// # Errors
    /// Those of the disk; nothing is kept then.
    pub async fn finish(mut self) -> io::Result<Stored> {
        let mut work = self.work.take().ok_or_else(broken)?;
        let (store, from, size) = (self.store.clone(), self.partial.0.clone(), self.size);
        blocking(move || {
            work.flush()?;
            work.file.sync_all()?;
            let sha256: [u8; 32] = work.hash.finalize().into();
            let target = store.path_of(&sha256);
            let folder = target.parent().unwrap_or(&store.root);
            make_folder(folder)?;
            // Onto a file of the same hash it puts the same bytes: they are kept once.
            fs::rename(&from, &target)?;
            sync_folder(folder)?;
            Ok(Stored { sha256, size })
        })
        .await
    }
}

fn broken() -> io::Error {
    io::Error::other("this file could not be written")
}
