use std::net::SocketAddr;

use anyhow::Context as _;
use clap::Args;

use crate::exit::Outcome;

/// Example: milepost sim echo --listen 127.0.0.1:7999
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Arguments {
    /// Where to listen
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:7999")]
    listen: SocketAddr,
}

pub(super) fn run(arguments: &Arguments) -> Outcome {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("start the runtime")?;
    runtime.block_on(async {
        let stop = super::stopped_by_signals()?;
        let listener = tokio::net::TcpListener::bind(arguments.listen)
            .await
            .with_context(|| format!("listen on {}; choose another with --listen", arguments.listen))?;
        crate::say(format_args!("echo on {}", listener.local_addr()?));
        sim::echo::serve(listener, stop)
            .await
            .context("accept connections")
    })?;
    Ok(std::process::ExitCode::SUCCESS)
}
