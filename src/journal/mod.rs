//! What was done, by whom, when; append only, and able to prove itself.
//!
//! Each act that matters writes one entry in its own transaction ([`record`]). The entry lists the rows
//! that the act wrote, each by a digest of all its columns: what a protected table holds can then be
//! compared, row by row and both ways, with what was done. Rows with words about people carry a random
//! salt of their own among their columns, so that an entry tells nothing once the row is erased.

pub mod api;
pub mod act;
pub mod keys;
pub mod protected;
pub mod sequencer;

pub use act::{Act, record};
pub use protected::{Protected, ProtectedTable, RowDigest};
