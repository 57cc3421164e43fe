//! From a jury that is composed to a sitting whose sheets lie open, and what goes wrong on the way.

#![expect(clippy::unwrap_used, reason = "a story that cannot be told stops there")]

mod juries;
mod list;
mod occasions;
mod world;
