//! What becomes of the data of a person, and how the whole is kept safe: which column is whose and what is
//! done with it, backup and restore.

pub mod backup;
pub mod manifest;
mod portable;
pub mod restore;
pub mod rules;
pub mod tables;
