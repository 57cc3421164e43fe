pub mod api;
pub mod rows;
pub mod store;
