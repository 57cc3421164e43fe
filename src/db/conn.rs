//! One connection type over the two engines, and what diesel needs to speak to either.

use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::query_dsl::RunQueryDsl as RunQuery;
use diesel::sqlite::Sqlite;

/// A connection to PostgreSQL or to SQLite. PostgreSQL stands first: diesel would otherwise try a
/// `postgres://` address as a file name.
#[derive(diesel::MultiConnection)]
pub enum AnyConn {
    Pg(diesel::PgConnection),
    Sqlite(diesel::SqliteConnection),
}

/// A statement that is valid on each engine though the derived dialect refuses it (`ON CONFLICT`).
#[derive(Debug, Clone, Copy, QueryId)]
pub struct Each<T>(pub T);

impl<T: Query> Query for Each<T> {
    type SqlType = T::SqlType;
}
impl<T> QueryFragment<MultiBackend> for Each<T>
where
    T: QueryFragment<Pg> + QueryFragment<Sqlite>,
{
    fn walk_ast<'b>(&'b self, pass: AstPass<'_, 'b, MultiBackend>) -> QueryResult<()> {
        MultiBackend::walk_variant_ast(&self.0, pass)
    }
}
impl<T> RunQuery<AnyConn> for Each<T> {}

/// The same expression compiled once per engine. Several rows in one INSERT need it; so does what runs at each
/// save, for a statement that goes through [`AnyConn`] has its SQL written anew three times at each use.
#[macro_export]
macro_rules! each {
    ($conn:expr, $c:ident => $run:expr) => {
        match $conn {
            $crate::db::AnyConn::Pg($c) => $run,
            $crate::db::AnyConn::Sqlite($c) => $run,
        }
    };
}

/// The lock that a read takes on PostgreSQL. On SQLite a writing transaction already excludes the others.
#[derive(Debug, Clone, Copy, QueryId)]
pub struct LockText<const KIND: usize>;

const LOCKS: [&str; 4] =
    [" FOR UPDATE", " FOR SHARE OF sheet, seat", " FOR UPDATE OF sheet", " FOR UPDATE SKIP LOCKED"];

impl<const KIND: usize> QueryFragment<Pg> for LockText<KIND> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql(LOCKS.get(KIND).copied().unwrap_or_default());
        Ok(())
    }
}
impl<const KIND: usize> QueryFragment<Sqlite> for LockText<KIND> {
    fn walk_ast<'b>(&'b self, _out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        Ok(())
    }
}
impl<const KIND: usize> QueryFragment<MultiBackend> for LockText<KIND> {
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, MultiBackend>) -> QueryResult<()> {
        MultiBackend::walk_variant_ast(self, out)
    }
}

/// A read that locks what it found until the transaction ends.
#[derive(Debug, Clone, Copy, QueryId)]
pub struct Locked<T, const KIND: usize>(T, LockText<KIND>);

/// Nobody else changes or locks these rows until the end.
pub fn for_update<T>(query: T) -> Locked<T, 0> {
    Locked(query, LockText)
}

/// The sheet and the seat of a save stay as they were read; saves do not exclude one another.
pub fn sharing_sheet<T>(query: T) -> Locked<T, 1> {
    Locked(query, LockText)
}

/// The sheet is held alone: nothing is saved on it while it is signed or reopened.
pub fn holding_sheet<T>(query: T) -> Locked<T, 2> {
    Locked(query, LockText)
}

/// What another transaction holds at this moment is passed over, so that two workers share what waits.
pub fn skipping_locked<T>(query: T) -> Locked<T, 3> {
    Locked(query, LockText)
}

impl<T: Query, const KIND: usize> Query for Locked<T, KIND> {
    type SqlType = T::SqlType;
}
impl<T, DB, const KIND: usize> QueryFragment<DB> for Locked<T, KIND>
where
    DB: diesel::backend::Backend,
    T: QueryFragment<DB>,
    LockText<KIND>: QueryFragment<DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        self.0.walk_ast(out.reborrow())?;
        self.1.walk_ast(out)
    }
}
impl<T, C, const KIND: usize> RunQuery<C> for Locked<T, KIND> {}

/// Runs `work` in a transaction of its own, or in a savepoint when one is open already.
///
/// On SQLite it begins with `BEGIN IMMEDIATE`: a transaction that reads and then writes would otherwise
/// fail at once when another wrote meanwhile, whatever `busy_timeout` says.
pub fn write_tx<T, E: From<diesel::result::Error>>(
    conn: &mut AnyConn,
    work: impl FnOnce(&mut AnyConn) -> Result<T, E>,
) -> Result<T, E> {
    use diesel::connection::{AnsiTransactionManager as Ansi, TransactionManager};
    type Manager = <AnyConn as Connection>::TransactionManager;

    let nested = Manager::transaction_manager_status_mut(conn).transaction_depth()?.is_some();
    match conn {
        AnyConn::Sqlite(sqlite) if !nested => Ansi::begin_transaction_sql(sqlite, "BEGIN IMMEDIATE")?,
        AnyConn::Sqlite(sqlite) => Ansi::begin_transaction(sqlite)?,
        AnyConn::Pg(pg) => Ansi::begin_transaction(pg)?,
    }
    match work(conn) {
        Ok(value) => {
            Manager::commit_transaction(conn)?;
            Ok(value)
        }
        Err(refused) => {
            Manager::rollback_transaction(conn)?;
            Err(refused)
        }
    }
}

/// Reads several queries at one moment: what they see cannot change between them.
pub fn read_tx<T, E: From<diesel::result::Error>>(
    conn: &mut AnyConn,
    work: impl FnOnce(&mut AnyConn) -> Result<T, E>,
) -> Result<T, E> {
    use diesel::connection::{AnsiTransactionManager as Ansi, TransactionManager};
    type Manager = <AnyConn as Connection>::TransactionManager;

    match conn {
        AnyConn::Sqlite(sqlite) => Ansi::begin_transaction_sql(sqlite, "BEGIN")?,
        AnyConn::Pg(pg) => {
            Ansi::begin_transaction_sql(pg, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")?
        }
    }
    let read = work(conn);
    match &read {
        Ok(_) => Manager::commit_transaction(conn)?,
        Err(_) => Manager::rollback_transaction(conn)?,
    }
    read
}
