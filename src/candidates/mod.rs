//! The people assessed: cohorts, candidates, their enrolments, and what is asked of them outside the blocks.
//!
//! A candidate is one person, found again by e-mail from one cohort to the next; an enrolment is that person
//! in one cohort, for one référentiel version, by one access route (MODEL §2). An account is given apart, by
//! invitation: [`service::link_account`] ties it to the candidate of the same e-mail.

pub mod api;
pub mod model;
pub mod rows;
pub mod rules;
pub mod service;
mod store;
pub mod views;
