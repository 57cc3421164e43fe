//! The standard: a référentiel as data, read, checked, published and frozen.

pub mod api;
pub mod model;
pub mod rows;
pub mod store;
pub mod versions;
