//! Writes: what fails undoes itself and nothing else, and nobody is told «kept» before it is.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

mod common;

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::mpsc;
use std::task::Poll;

use common::{Database, Engine};
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use parchemin::db::open::establish;
use parchemin::db::schema::{counter, role_grant};
use parchemin::db::{AnyConn, At, Db, DbUrl};
use parchemin::error::AppError;
use parchemin::ids::{AccountId, RoleGrantId};
use tempfile::TempDir;

type Written = Result<(), AppError>;

struct Open {
    db: Db,
    database: Database,
    _folder: TempDir,
}

fn open(engine: Engine) -> Open {
    let folder = tempfile::tempdir().unwrap();
    let database = Database::new(engine, folder.path());
    Open { db: Db::open(&database.url).unwrap(), database, _folder: folder }
}

fn count(conn: &mut AnyConn, name: &str) -> Written {
    diesel::insert_into(counter::table)
        .values((counter::name.eq(name), counter::value.eq(1)))
        .execute(conn)?;
    Ok(())
}

/// Names somebody who does not exist.
fn break_a_foreign_key(conn: &mut AnyConn) -> Written {
    let row = (
        role_grant::id.eq(RoleGrantId::new()),
        role_grant::account_id.eq(AccountId::new()),
        role_grant::role.eq("juror"),
        role_grant::granted_at.eq(At::from(common::instant(common::MORNING))),
    );
    diesel::insert_into(role_grant::table).values(row).execute(conn)?;
    Ok(())
}

/// What another process would see.
fn kept(url: &DbUrl) -> Vec<String> {
    let mut conn = establish(url).unwrap();
    counter::table.select(counter::name).order(counter::name).load(&mut conn).unwrap()
}

/// Holds the writer in a job of its own until the test lets go, so that jobs sent meanwhile share a commit.
async fn hold(db: &Db) -> (mpsc::Sender<()>, tokio::task::JoinHandle<Written>) {
    let (let_go, held) = mpsc::channel::<()>();
    let (tell, told) = tokio::sync::oneshot::channel();
    let busy = db.clone();
    let holding = tokio::spawn(async move {
        busy.write(move |_| {
            tell.send(()).unwrap();
            held.recv().unwrap();
            Ok(())
        })
        .await
    });
    told.await.unwrap();
    (let_go, holding)
}

type Pending<'a> = Pin<Box<dyn Future<Output = Written> + 'a>>;

/// Queues a job now; its answer comes later, or at once when the queue refuses it.
async fn queue<'a>(
    db: &'a Db,
    work: impl FnOnce(&mut AnyConn) -> Written + Send + 'static,
) -> Result<Pending<'a>, AppError> {
    let mut job: Pending<'a> = Box::pin(db.write(work));
    match poll_fn(|context| Poll::Ready(job.as_mut().poll(context))).await {
        Poll::Pending => Ok(job),
        Poll::Ready(Err(refused)) => Err(refused),
        Poll::Ready(Ok(())) => panic!("a held writer wrote"),
    }
}

#[tokio::test]
async fn a_broken_foreign_key_leaves_the_others_of_its_commit() {
    let Open { db, database, _folder } = open(Engine::Sqlite);
    let (let_go, holding) = hold(&db).await;
    let url = database.url.clone();
    let first = queue(&db, |conn| count(conn, "first")).await.unwrap();
    let broken = queue(&db, |conn| {
        count(conn, "broken")?;
        break_a_foreign_key(conn)
    });
    let broken = broken.await.unwrap();
    let last = queue(&db, move |conn| {
        let here: Vec<String> = counter::table.select(counter::name).load(conn)?;
        assert_eq!(here, ["first"], "the broken one has undone itself");
        assert!(kept(&url).is_empty(), "the first waits for this very commit");
        count(conn, "last")
    });
    let last = last.await.unwrap();
    let_go.send(()).unwrap();
    holding.await.unwrap().unwrap();
    first.await.unwrap();
    assert!(broken.await.is_err());
    last.await.unwrap();
    assert_eq!(kept(&database.url), ["first", "last"]);
}

#[tokio::test]
async fn a_panic_undoes_its_own_job_and_the_writer_goes_on() {
    let Open { db, database, _folder } = open(Engine::Sqlite);
    // Alone in its commit.
    let alone = db.write(|conn| -> Written {
        count(conn, "alone")?;
        panic!("a fault of ours");
    });
    assert_eq!(alone.await.unwrap_err().code(), "internal");
    // In a commit with others.
    let (let_go, holding) = hold(&db).await;
    let before = queue(&db, |conn| count(conn, "before")).await.unwrap();
    let panicking = queue(&db, |conn| {
        count(conn, "panicking")?;
        panic!("a fault of ours");
    });
    let panicking = panicking.await.unwrap();
    let after = queue(&db, |conn| count(conn, "after")).await.unwrap();
    let_go.send(()).unwrap();
    holding.await.unwrap().unwrap();
    before.await.unwrap();
    assert_eq!(panicking.await.unwrap_err().code(), "internal");
    after.await.unwrap();
    db.write(|conn| count(conn, "later")).await.unwrap();
    assert_eq!(kept(&database.url), ["after", "before", "later"]);
}

#[tokio::test]
async fn a_full_queue_asks_to_come_back() {
    let Open { db, database, _folder } = open(Engine::Sqlite);
    let (let_go, holding) = hold(&db).await;
    let mut queued = Vec::new();
    let mut refused = Vec::new();
    for place in 0..1030 {
        match queue(&db, move |conn| count(conn, &format!("{place:04}"))).await {
            Ok(job) => queued.push(job),
            Err(error) => refused.push((place, error.code())),
        }
    }
    let expected: Vec<_> = (1024..1030).map(|place| (place, "busy")).collect();
    assert_eq!(refused, expected, "in the order in which they came");
    let_go.send(()).unwrap();
    holding.await.unwrap().unwrap();
    for job in queued {
        job.await.unwrap();
    }
    assert_eq!(kept(&database.url).len(), 1024);
}

/// A table whose foreign keys are looked at by the commit alone.
const DEFERRED: &str = "CREATE TABLE scratch (id INTEGER PRIMARY KEY, \
     parent INTEGER REFERENCES scratch (id) DEFERRABLE INITIALLY DEFERRED)";

fn batch(conn: &mut AnyConn, sql: &str) -> Written {
    parchemin::each!(conn, c => c.batch_execute(sql))?;
    Ok(())
}

#[tokio::test]
async fn a_failed_commit_is_told_to_every_caller_of_it() {
    let Open { db, database, _folder } = open(Engine::Sqlite);
    db.write(|conn| batch(conn, DEFERRED)).await.unwrap();
    // Alone, then among others.
    assert!(db.write(|conn| batch(conn, "INSERT INTO scratch VALUES (1, 2)")).await.is_err());
    let (let_go, holding) = hold(&db).await;
    let one = queue(&db, |conn| count(conn, "one")).await.unwrap();
    let orphan = queue(&db, |conn| batch(conn, "INSERT INTO scratch VALUES (1, 2)")).await.unwrap();
    let two = queue(&db, |conn| count(conn, "two")).await.unwrap();
    let_go.send(()).unwrap();
    holding.await.unwrap().unwrap();
    for told in [one.await, orphan.await, two.await] {
        assert_eq!(told.unwrap_err().code(), "internal");
    }
    assert!(kept(&database.url).is_empty());
    db.write(|conn| count(conn, "three")).await.unwrap();
    assert_eq!(kept(&database.url), ["three"]);
}

#[tokio::test]
async fn closing_writes_what_was_queued_and_refuses_what_comes_after() {
    let Open { db, database, _folder } = open(Engine::Sqlite);
    let (let_go, holding) = hold(&db).await;
    let queued = queue(&db, |conn| count(conn, "queued")).await.unwrap();
    let closing = tokio::spawn({
        let db = db.clone();
        async move { db.close().await }
    });
    tokio::task::yield_now().await;
    let_go.send(()).unwrap();
    holding.await.unwrap().unwrap();
    queued.await.unwrap();
    closing.await.unwrap();
    assert!(db.write(|conn| count(conn, "late")).await.is_err());
    assert_eq!(kept(&database.url), ["queued"]);
}

on_both_engines! {
    async fn a_write_is_all_or_nothing(engine: Engine) {
        let Open { db, database, _folder } = open(engine);
        let refused = db.write(|conn| {
            count(conn, "refused")?;
            Err::<(), _>(AppError::not_found())
        });
        assert_eq!(refused.await.unwrap_err().code(), "not_found");
        let broken = db.write(|conn| {
            count(conn, "broken")?;
            break_a_foreign_key(conn)
        });
        assert!(broken.await.is_err());
        let panicking = db.write(|conn| -> Written {
            count(conn, "panicking")?;
            panic!("a fault of ours");
        });
        assert_eq!(panicking.await.unwrap_err().code(), "internal");
        assert!(kept(&database.url).is_empty());
        // Whoever comes next finds a connection that works.
        for name in ["a", "b", "c"] {
            db.write(move |conn| count(conn, name)).await.unwrap();
            assert!(kept(&database.url).contains(&name.to_owned()), "on the disk before it is told");
        }
    }

    async fn a_read_cannot_write(engine: Engine) {
        let Open { db, database, _folder } = open(engine);
        assert!(db.read(|conn| count(conn, "sneaked")).await.is_err());
        assert!(kept(&database.url).is_empty());
        db.write(|conn| count(conn, "open")).await.unwrap();
    }
}

/// As jurors' saves: work that may be run again goes without a savepoint as long as none refuses.
async fn queue_again<'a>(db: &'a Db, work: impl Fn(&mut AnyConn) -> Written + Send + 'static) -> Pending<'a> {
    let mut job: Pending<'a> = Box::pin(db.write_again(work));
    match poll_fn(|context| Poll::Ready(job.as_mut().poll(context))).await {
        Poll::Pending => job,
        Poll::Ready(_) => panic!("a held writer wrote"),
    }
}

#[tokio::test]
async fn one_that_refuses_among_saves_undoes_itself_alone() {
    let Open { db, database, _folder } = open(Engine::Sqlite);
    let (let_go, holding) = hold(&db).await;
    let first = queue_again(&db, |conn| count(conn, "first")).await;
    let refused = queue_again(&db, |conn| {
        count(conn, "refused")?;
        Err(AppError::not_found())
    })
    .await;
    let second = queue_again(&db, |conn| count(conn, "second")).await;
    let once = queue(&db, |conn| {
        count(conn, "once")?;
        Err(AppError::not_found())
    })
    .await
    .unwrap();
    let panicking = queue_again(&db, |conn| {
        count(conn, "panicking")?;
        panic!("a fault of ours");
    })
    .await;
    let last = queue_again(&db, |conn| count(conn, "last")).await;
    let_go.send(()).unwrap();
    holding.await.unwrap().unwrap();
    first.await.unwrap();
    assert_eq!(refused.await.unwrap_err().code(), "not_found");
    second.await.unwrap();
    assert_eq!(once.await.unwrap_err().code(), "not_found");
    assert_eq!(panicking.await.unwrap_err().code(), "internal");
    last.await.unwrap();
    assert_eq!(kept(&database.url), ["first", "last", "second"]);
}
