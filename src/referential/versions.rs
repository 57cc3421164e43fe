//! Published versions, kept in memory: they are frozen.

#[derive(Clone, Default)]
pub struct Versions;
