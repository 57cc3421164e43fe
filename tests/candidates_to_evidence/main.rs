//! From a published référentiel to evidence filed: the use cases on a real database and a real disk.

mod candidates;
mod evidence;
mod publishing;
mod world;
