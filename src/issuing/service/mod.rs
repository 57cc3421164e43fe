//! The use cases of issuing, one function each.

pub mod issue;
pub mod minutes;
pub mod reissue;
pub mod sheet;
pub mod signing;

pub use issue::DocumentView;
