//! Letters that wait to leave, and the worker that sends them.
//!
//! A use case calls [`post`] or [`post_all`] in its own transaction: no letter for an act that rolled back,
//! no act lost because a mail server was down. [`worker`] claims what is due, [`message`] writes it in the
//! language of whoever reads it, [`carrier`] hands it to the SMTP server, or to a folder. A letter leaves at
//! least once; its `Message-ID` is that of its row, so that a second copy can be told.

pub mod api;
mod calendar;
pub mod carrier;
mod letters;
pub mod message;
pub mod model;
pub mod rows;
pub mod rules;
mod service;
mod store;
mod templates;
pub mod worker;

pub use model::{Appointment, Content, Letter, Part, Recipient};
pub use service::{post, post_all};
