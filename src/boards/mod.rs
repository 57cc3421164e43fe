//! Where a cohort stands: boards, what is missing, whom to remind.
//!
//! A board reads two summary tables, never the scores. [`summary`] keeps them in the transaction of each act
//! that changes them; [`recount`] makes the same rows from scratch, for that and for `verify`. What a board
//! shows of a candidate before every juror has signed is counts, never a value (MODEL §3).

pub mod api;
pub mod lists;
pub mod model;
pub mod recount;
pub mod reminding;
pub mod rows;
pub mod rules;
pub mod service;
mod store;
pub mod summary;
mod upsert;
pub mod views;
