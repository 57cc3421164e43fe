//! What the API and the pages share: reading bodies, paging, headers, request ids, health.

pub mod body;
pub mod headers;
pub mod health;
pub mod page;
pub mod repeat;

pub use body::Checked;
pub use page::{Page, PageQuery};
