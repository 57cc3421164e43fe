//! `parchemin demo`.

use super::Ending;

#[derive(Debug, clap::Args)]
pub struct DemoArgs {}

pub fn run(_args: &DemoArgs) -> anyhow::Result<Ending> {
    Ok(Ending::Done)
}
