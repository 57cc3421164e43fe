//! The use cases of a deliberation, one function each.

pub mod carrying;
pub mod closing;
pub mod decide;
pub mod impediment;
pub mod members;
pub mod proposal;
pub mod publishing;
pub mod read;
pub mod resit;
pub mod revoking;
pub mod room;
