//! `parchemin serve`.

use super::{Ending, log};
use crate::app::{self, Running};
use crate::clock::Clock;
use crate::settings::{Mode, Settings, SettingsArgs};

pub fn run(args: SettingsArgs) -> anyhow::Result<Ending> {
    let settings = Settings::try_from(args)?;
    log(settings.mode == Mode::Production, "info");
    super::runtime()?.block_on(async {
        let running = app::start(settings, Clock::Wall).await?;
        println!("Parchemin: {}", running.state.public_url);
        println!("API: {}/api/v1/docs/", running.state.public_url);
        if let Some(link) = &running.first_invitation {
            println!("First administrator, open this link once: {link}");
        }
        until_stopped(running).await?;
        Ok(Ending::Done)
    })
}

/// Serves until the process is asked to stop, then stops in good order.
pub async fn until_stopped(mut running: Running) -> anyhow::Result<()> {
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    tokio::select! {
        ended = running.ended() => return Ok(ended?),
        _ = tokio::signal::ctrl_c() => {}
        _ = terminate.recv() => {}
    }
    tracing::info!("stopping");
    running.stop().await
}
