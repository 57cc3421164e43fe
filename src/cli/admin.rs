//! `parchemin admin invite`: how somebody comes in when nobody can invite them.

use clap::{Args, Subcommand};

use super::Ending;
use crate::access::rows::Role;
use crate::clock::Clock;
use crate::db::Db;
use crate::settings::{Settings, SettingsArgs};

#[derive(Debug, Subcommand)]
pub enum AdminCommand {
    /// Make an administrator of the awarding body and print their invitation link
    #[command(
        after_help = "Example:\n  parchemin admin invite --data data --email ada@example.org --name \"Ada Example\""
    )]
    Invite(InviteArgs),
}

#[derive(Debug, Args)]
pub struct InviteArgs {
    #[command(flatten)]
    settings: SettingsArgs,
    #[arg(long)]
    email: String,
    #[arg(long)]
    name: String,
}

pub fn run(command: AdminCommand) -> anyhow::Result<Ending> {
    let AdminCommand::Invite(args) = command;
    let listen = args.settings.listen;
    let settings = Settings::try_from(args.settings)?;
    std::fs::create_dir_all(&settings.data)?;
    let url = settings.public_url.clone().unwrap_or_else(|| format!("http://{listen}"));
    let at = Clock::Wall.now();
    super::runtime()?.block_on(async {
        let db = Db::open(&settings.database)?;
        let (email, name) = (args.email, args.name);
        let token = db
            .write(move |conn| {
                crate::access::service::invite_by_service(conn, &email, &name, Role::Administrator, at)
            })
            .await?;
        db.close().await;
        println!("{url}/invitation/{token}");
        Ok(Ending::Done)
    })
}
