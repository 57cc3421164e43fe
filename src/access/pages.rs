//! The pages of this subject.

pub fn routes(_cfg: &mut actix_web::web::ServiceConfig) {}
