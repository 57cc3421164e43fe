//! What is counted of one block, before it is told as a state.

/// Signed out of expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Sheets {
    pub expected: i32,
    pub signed: i32,
}

impl Sheets {
    /// Every expected juror has signed, and there was one: what the rules say may be shown (MODEL §3).
    pub fn all_signed(self) -> bool {
        self.expected > 0 && self.signed == self.expected
    }
}

/// Criteria that expect filed work, and those among them that have some.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Evidence {
    pub expected: i32,
    pub found: i32,
}

impl Evidence {
    pub fn missing(self) -> i32 {
        self.expected - self.found
    }
}

/// What decides the state of a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct BlockFacts {
    pub sought: bool,
    pub acquired_before: bool,
    pub decided: bool,
    pub sheets: Sheets,
    pub evidence: Evidence,
}

impl BlockFacts {
    /// The candidate still has something to do or to show for it.
    pub fn is_asked(self) -> bool {
        self.sought && !self.acquired_before
    }
}
