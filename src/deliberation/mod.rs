pub mod api;
pub mod rows;
