//! The use cases of scoring, one function each.

pub mod agenda;
pub mod choice;
pub mod grid;
pub mod late;
pub mod marks;
pub mod save;
pub mod sheet;
pub mod signing;
