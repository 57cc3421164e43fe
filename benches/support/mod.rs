//! What the benches of the service share: processes to measure, an exam day to write on, a client that
//! costs little, and how two sides are compared.

pub mod client;
pub mod compare;
pub mod fixture;
pub mod postgres;
pub mod process;
pub mod syncs;
