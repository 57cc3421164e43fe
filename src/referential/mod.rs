//! The standard: a référentiel as data, read, checked, published and frozen.
//!
//! A file of `referentials/` goes through `reader::check`: its text becomes a value with places (`yaml`), the
//! value is held against the schema of the types (`structure`), then against the subject (`checks`). All
//! faults come out together, each with its line. What is sound is kept as a draft, then published and frozen
//! ([`service`]); every other subject reads it through [`versions`].

pub mod api;
pub mod checks;
pub mod content;
pub mod fault;
pub mod model;
pub mod reader;
pub mod registration;
pub mod report;
pub mod rows;
pub mod schema;
pub mod service;
pub mod store;
mod structure;
pub mod versions;
mod yaml;

pub use content::content_hash;
pub use fault::{Fault, Lang};
pub use reader::{Checked, check, check_bytes};
pub use report::CheckReport;
pub use versions::{LineInfo, Version, Versions};
