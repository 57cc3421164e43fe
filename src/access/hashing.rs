//! Passwords.

#[derive(Clone, Default)]
pub struct Hashing;

impl Hashing {
    pub fn new() -> Self {
        Self
    }
}
