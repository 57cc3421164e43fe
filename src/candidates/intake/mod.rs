//! A cohort as it arrives: a spreadsheet that somebody filled in by hand.
//!
//! [`table`] makes rows of cells of a CSV or XLSX file, [`heads`] finds what each column means, [`lines`]
//! reads each line as a person to enrol by the rules of every enrolment, [`matching`] says whom it is about
//! among those who are known, [`service`] writes all of it or nothing. What is wrong is told with its line,
//! its column and its cure ([`fault`]), all in one pass.

pub mod api;
pub mod fault;
pub mod heads;
pub mod lines;
pub mod matching;
pub mod service;
mod store;
pub mod table;
pub mod vocabulary;
