//! Who is calling and what they may do.
//!
//! [`policy`] is the one table of rights; [`facts`] alone reads across the subjects to know how a caller
//! stands to a thing (who manages, sits, owns). A use case asks [`policy::require`] inside its
//! transaction, on the facts loaded there.

pub mod api;
pub mod caller;
pub mod facts;
pub mod hashing;
pub mod model;
pub mod pages;
pub mod policy;
pub mod rows;
pub mod service;
pub mod token;

pub use model::{Caller, Held};
pub use policy::{Action, Standing, require};
