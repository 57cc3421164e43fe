//! Rows that the journal answers for.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::db::AnyConn;
use crate::error::AppError;

/// A row whose every column is under proof.
pub trait Protected {
    fn table(&self) -> &'static str;

    /// The primary key, its columns joined by `/`.
    fn key(&self) -> String;

    /// All columns in a fixed order, as JSON.
    ///
    /// # Errors
    /// When a column cannot be written as JSON, which no stored value does.
    fn canonical(&self) -> Result<Vec<u8>, serde_json::Error>;

    /// # Errors
    /// As [`Protected::canonical`].
    fn digest(&self) -> Result<RowDigest, serde_json::Error> {
        let mut hash = Sha256::new();
        hash.update(b"parchemin/row/v1\n");
        hash.update(self.table().as_bytes());
        hash.update(b"\n");
        hash.update(self.canonical()?);
        Ok(RowDigest {
            table: self.table().to_owned(),
            key: self.key(),
            digest: hex::encode(hash.finalize()),
        })
    }
}

/// What an entry says of one row; in JSON a list of three, to keep entries short.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(from = "(String, String, String)")]
pub struct RowDigest {
    pub table: String,
    pub key: String,
    /// SHA-256 in hexadecimal.
    pub digest: String,
}

impl From<(String, String, String)> for RowDigest {
    fn from((table, key, digest): (String, String, String)) -> Self {
        Self { table, key, digest }
    }
}

impl Serialize for RowDigest {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        (&self.table, &self.key, &self.digest).serialize(to)
    }
}

/// Hands over the digest of every row of a table, one row at a time in memory.
pub type Walk = fn(&mut AnyConn, Tell<'_>) -> Result<(), AppError>;

/// Hears of each row; of nothing where one does not read as its type, so that it hides none of the others.
pub type Tell<'a> = &'a mut dyn FnMut(Option<RowDigest>);

/// A protected table: its name and how to walk through all its rows.
#[derive(Clone, Copy)]
pub struct ProtectedTable {
    pub name: &'static str,
    pub walk: Walk,
}

/// Reads row by row, whatever their number: each as `Some`, or as `None` when it does not read as its type.
#[macro_export]
#[doc(hidden)]
macro_rules! each_row {
    ($conn:expr, $query:expr => $type:ty, $row:ident => $body:expr) => {
        match $conn {
            $crate::db::AnyConn::Pg(pg) => {
                for row in $query.load_iter::<$type, ::diesel::pg::PgRowByRowLoadingMode>(pg)? {
                    let $row = $crate::journal::protected::readable(row)?;
                    $body;
                }
            }
            $crate::db::AnyConn::Sqlite(sqlite) => {
                for row in $query.load_iter::<$type, ::diesel::connection::DefaultLoadingMode>(sqlite)? {
                    let $row = $crate::journal::protected::readable(row)?;
                    $body;
                }
            }
        }
    };
}

/// # Errors
/// Those of the database, other than a value that does not read.
pub fn readable<T>(row: diesel::QueryResult<T>) -> Result<Option<T>, AppError> {
    match row {
        Ok(row) => Ok(Some(row)),
        Err(diesel::result::Error::DeserializationError(_)) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Defines a row type: all columns of its table in order, protected as a whole.
#[macro_export]
macro_rules! protected_row {
    ($(#[$doc:meta])* $name:ident in $table:ident keyed by $($key:ident),+ {
        $($(#[$field_doc:meta])* $field:ident: $type:ty),* $(,)?
    }) => {
        $(#[$doc])*
        #[derive(
            Debug, Clone, PartialEq,
            ::diesel::Queryable, ::diesel::Selectable, ::diesel::Insertable, ::serde::Serialize,
        )]
        #[diesel(table_name = $crate::db::schema::$table, treat_none_as_default_value = false)]
        pub struct $name {
            $($(#[$field_doc])* pub $field: $type),*
        }

        impl $crate::journal::Protected for $name {
            fn table(&self) -> &'static str {
                stringify!($table)
            }

            fn key(&self) -> String {
                [$(self.$key.to_string()),+].join("/")
            }

            fn canonical(&self) -> Result<Vec<u8>, ::serde_json::Error> {
                ::serde_json::to_vec(self)
            }
        }

        impl $name {
            /// For the proof of the whole table.
            pub const PROTECTED: $crate::journal::ProtectedTable = $crate::journal::ProtectedTable {
                name: stringify!($table),
                walk: |conn, tell| {
                    use ::diesel::prelude::*;
                    use $crate::journal::Protected as _;
                    use $crate::db::schema::$table as t;
                    $crate::each_row!(
                        conn,
                        t::table.order(($(t::$key.asc(),)+)).select(Self::as_select()) => Self,
                        row => tell(row.map(|row: Self| row.digest()).transpose()?)
                    );
                    Ok(())
                },
            };
        }
    };
}
