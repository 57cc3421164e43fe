//! Argon2id, on threads of its own: a crowd that signs in must not slow those who save.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use tokio::sync::oneshot;

use super::model::Secret;
use crate::error::AppError;

/// Hashes made at the same time, each in 19 MiB of memory.
const THREADS: usize = 2;
/// Those who wait at the most; beyond, they are asked to come back: some ten are served a second.
const WAITING: usize = 64;

/// KiB, passes, lanes: the second profile of OWASP's sheet on password storage.
const MEMORY: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// What a verification found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    No,
    /// It is the one; `renewed` when its hash was made with other parameters than today's.
    Yes {
        renewed: Option<String>,
    },
}

type Job = Box<dyn FnOnce(&Argon2<'static>) + Send>;

/// The queue to the hashing threads. Cloning it is cheap; they end with its last clone.
#[derive(Clone)]
pub struct Hashing {
    jobs: SyncSender<Job>,
}

impl Default for Hashing {
    fn default() -> Self {
        Self::new()
    }
}

impl Hashing {
    pub fn new() -> Self {
        Self::with(THREADS, WAITING)
    }

    fn with(threads: usize, waiting: usize) -> Self {
        let (jobs, waiting) = sync_channel::<Job>(waiting);
        let waiting = Arc::new(Mutex::new(waiting));
        for _ in 0..threads {
            let waiting = Arc::clone(&waiting);
            let started =
                std::thread::Builder::new().name("hashing".to_owned()).spawn(move || work(&waiting));
            if let Err(error) = started {
                // Without any thread the queue is closed and every sign-in answers 503.
                tracing::error!(%error, "a hashing thread did not start");
            }
        }
        Self { jobs }
    }

    /// The hash to keep, with its salt and parameters, in the PHC form.
    ///
    /// # Errors
    /// `busy` when too many wait.
    pub async fn hash(&self, password: Secret) -> Result<String, AppError> {
        self.run(move |argon| hash(argon, &password)).await?
    }

    /// Whether the password is the one; with no hash to compare, as much time goes by and the answer is no,
    /// so that time does not tell who has an account.
    ///
    /// # Errors
    /// `busy` when too many wait.
    pub async fn verify(&self, password: Secret, kept: Option<String>) -> Result<Verdict, AppError> {
        self.run(move |argon| verify(argon, &password, kept.as_deref())).await?
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Argon2<'static>) -> T + Send + 'static,
    ) -> Result<T, AppError> {
        let (tell, told) = oneshot::channel();
        let job: Job = Box::new(move |argon| {
            // Whoever has gone away by now is not worth the work.
            if !tell.is_closed() {
                let _ = tell.send(work(argon));
            }
        });
        self.jobs.try_send(job).map_err(|_| {
            AppError::busy((
                "Beaucoup de personnes se connectent ; réessayez dans un instant.",
                "Many people are signing in; try again in a moment.",
            ))
        })?;
        told.await.map_err(|_| AppError::internal("a hashing thread stopped"))
    }
}

fn work(jobs: &Mutex<Receiver<Job>>) {
    let Ok(params) = Params::new(MEMORY, PASSES, LANES, None) else { return };
    let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    loop {
        let next = jobs.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(job) = next else { return };
        job(&argon);
    }
}

fn hash(argon: &Argon2<'_>, password: &Secret) -> Result<String, AppError> {
    let made: PasswordHash = argon.hash_password(password.reveal().as_bytes()).map_err(AppError::internal)?;
    Ok(made.to_string())
}

fn verify(argon: &Argon2<'_>, password: &Secret, kept: Option<&str>) -> Result<Verdict, AppError> {
    let parsed = PasswordHash::new(kept.unwrap_or(&nobody())).map_err(AppError::internal)?;
    let same = argon.verify_password(password.reveal().as_bytes(), &parsed).is_ok();
    if !same || kept.is_none() {
        return Ok(Verdict::No);
    }
    let renewed = if is_current(&parsed) { None } else { Some(hash(argon, password)?) };
    Ok(Verdict::Yes { renewed })
}

/// A hash with today's parameters that no password is known for.
fn nobody() -> String {
    format!("$argon2id$v=19$m={MEMORY},t={PASSES},p={LANES}${}${}", "A".repeat(22), "A".repeat(43))
}

fn is_current(kept: &PasswordHash) -> bool {
    kept.algorithm.as_str() == "argon2id"
        && kept.version == Some(Version::V0x13.into())
        && Params::try_from(kept).is_ok_and(|params| {
            (params.m_cost(), params.t_cost(), params.p_cost()) == (MEMORY, PASSES, LANES)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(text: &str) -> Secret {
        Secret::new(text)
    }

    #[tokio::test]
    async fn a_password_is_known_by_its_hash_and_by_nothing_else() {
        let hashing = Hashing::new();
        let kept = hashing.hash(secret("tulipe verte")).await.unwrap();
        assert!(kept.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{kept}");
        assert_ne!(kept, hashing.hash(secret("tulipe verte")).await.unwrap(), "each has its own salt");
        let yes = Verdict::Yes { renewed: None };
        assert_eq!(hashing.verify(secret("tulipe verte"), Some(kept.clone())).await.unwrap(), yes);
        assert_eq!(hashing.verify(secret("Tulipe verte"), Some(kept)).await.unwrap(), Verdict::No);
    }

    #[tokio::test]
    async fn all_of_a_long_password_counts() {
        let hashing = Hashing::new();
        let long = "é".repeat(512);
        let kept = hashing.hash(secret(&long)).await.unwrap();
        let cut: String = long.chars().take(511).collect();
        assert_eq!(hashing.verify(secret(&cut), Some(kept.clone())).await.unwrap(), Verdict::No);
        assert_eq!(hashing.verify(secret(&long), Some(kept)).await.unwrap(), Verdict::Yes { renewed: None });
    }

    #[tokio::test]
    async fn nobody_is_verified_as_somebody_would_be() {
        let parsed = nobody();
        assert!(is_current(&PasswordHash::new(&parsed).unwrap()), "the same work as for a real hash");
        assert_eq!(Hashing::new().verify(secret("tulipe verte"), None).await.unwrap(), Verdict::No);
    }

    #[tokio::test]
    async fn a_hash_of_other_parameters_is_renewed() {
        let weak =
            Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::new(8 * 1024, 1, 1, None).unwrap());
        let kept = hash(&weak, &secret("tulipe verte")).unwrap();
        let hashing = Hashing::new();
        let Verdict::Yes { renewed: Some(renewed) } =
            hashing.verify(secret("tulipe verte"), Some(kept)).await.unwrap()
        else {
            panic!("not renewed")
        };
        let again = hashing.verify(secret("tulipe verte"), Some(renewed)).await.unwrap();
        assert_eq!(again, Verdict::Yes { renewed: None });
    }

    #[tokio::test]
    async fn a_crowd_is_asked_to_come_back() {
        let hashing = Hashing::with(1, 1);
        let (go, gate) = std::sync::mpsc::channel::<()>();
        let (begun, has_begun) = std::sync::mpsc::channel::<()>();
        let held = tokio::spawn({
            let hashing = hashing.clone();
            async move {
                hashing
                    .run(move |_| {
                        begun.send(()).unwrap();
                        gate.recv().unwrap();
                    })
                    .await
            }
        });
        while has_begun.try_recv().is_err() {
            tokio::task::yield_now().await;
        }
        let waits = hashing.clone();
        let waits = tokio::spawn(async move { waits.hash(secret("tulipe verte")).await });
        tokio::task::yield_now().await;
        let refused = hashing.hash(secret("tulipe verte")).await.unwrap_err();
        assert_eq!(refused.code(), "busy");
        go.send(()).unwrap();
        held.await.unwrap().unwrap();
        assert!(waits.await.unwrap().is_ok(), "whoever waited is served");
    }
}
