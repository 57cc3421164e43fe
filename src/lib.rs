//! Parchemin: from the référentiel to the parchment.
//!
//! One folder per subject, in the order of the work; each uses only those above it. Inside a folder,
//! `model` and `rules` are pure, `store` holds the SQL, `service` one function per use case, `api` the
//! routes. `docs/architecture.md` walks one score through all of them.

pub mod app;
pub mod cli;
pub mod clock;
pub mod error;
pub mod ids;
pub mod proof;
pub mod settings;
pub mod state;

pub mod access;
pub mod referential;

pub mod candidates;
pub mod sittings;

pub mod evidence;
pub mod jury;

pub mod scoring;

pub mod deliberation;

pub mod boards;

pub mod issuing;

pub mod custody;

pub mod documents;

pub mod db;
pub mod journal;
pub mod mail;
pub mod web;

pub mod demo;
