//! The archive of one person.
