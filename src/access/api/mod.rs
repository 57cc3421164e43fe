//! The routes of this subject.

pub mod accounts;
pub mod invitations;
pub mod me;
pub mod resets;
pub mod sign_in;

use utoipa_actix_web::service_config::ServiceConfig;

pub fn routes(cfg: &mut ServiceConfig<'_>) {
    cfg.service(sign_in::sign_in)
        .service(sign_in::sign_out)
        .service(resets::ask)
        .service(me::me)
        .service(me::logins)
        .service(me::end_login)
        .service(me::set_password)
        .service(invitations::invite)
        .service(invitations::revoke)
        .service(accounts::disable)
        .service(accounts::create_centre)
        .service(accounts::centres);
}
