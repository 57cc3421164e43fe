//! What the certification asks for outside its blocks: recorded with what shows it, corrected by an act that
//! closes the former state, attested by somebody from outside through a link.

pub mod api;
pub mod attesting;
pub mod pages;
pub mod rules;
pub mod service;
