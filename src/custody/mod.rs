//! What becomes of the data of a person, and how the whole is kept safe: which column is whose and what is
//! done with it, the archive that a candidate may ask for, backup and restore.

pub mod archive;
pub mod backup;
pub mod manifest;
mod portable;
pub mod restore;
pub mod rules;
pub mod search;
pub mod tables;
