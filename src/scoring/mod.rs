pub mod api;
pub mod model;
pub mod rows;
pub mod rules;
pub mod service;
pub mod store;
