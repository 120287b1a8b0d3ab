//! `milepost up`: every role in one process, on a log in one folder.

mod demo;
mod figures;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Args;
use gateway::{Addresses, Gateway, Handle};
use runtime::service::Phase;
use tokio::sync::oneshot;

use crate::exit::Outcome;
use crate::process::{self, ConfigFile, Consumer, Process, Settings, definitions};
use crate::{say, topics};
use demo::Demo;

/// Example: milepost up --demo
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Arguments {
    #[command(flatten)]
    config: ConfigFile,
    /// Folder for everything that is kept
    #[arg(long, value_name = "DIR", default_value = "milepost-data")]
    data: PathBuf,
    #[command(flatten)]
    demo: demo::Options,
}

pub(crate) fn run(arguments: &Arguments) -> Outcome {
    let mut settings = arguments.config.load()?;
    settings.keep_in(&arguments.data);
    let demo = Demo::new(&arguments.demo);
    if let Some(demo) = &demo {
        settings.gateway.devices.list.extend(demo.devices());
        // Simulated devices need no time to say goodbye, and nobody wants to read when each of them does.
        settings.gateway.drain_seconds = settings.gateway.drain_seconds.min(2.0);
        settings.log.level.push_str(",gateway::shard=warn");
    }
    process::serve(up(settings, &arguments.data, demo))
}

async fn up(settings: Settings, data: &Path, demo: Option<Demo>) -> anyhow::Result<()> {
    std::fs::create_dir_all(data)
        .with_context(|| format!("make the folder {}; choose another with --data", data.display()))?;
    let mut process = Process::start(&settings).await?;
    let readers = topics::serve::listen(&settings.bus.local.path)?;
    let bus = process.bus.clone();
    process.roles.spawn("topics", Phase::Ground, |stop| {
        topics::serve::run(readers, bus, stop)
    });

    // Consumers begin with definitions that are whole: none of them hears of a binding before its person.
    if let Some(demo) = &demo {
        definitions::publish(&process.bus, demo.definitions()?).await?;
    }
    for consumer in Consumer::ALL {
        process.consume(consumer, &settings);
    }

    let (tell, told) = oneshot::channel();
    let (bus, config) = (process.bus.clone(), settings.gateway.clone());
    let (reporter, queries) = (process.health.part("gateway"), process.queries.clone());
    process.roles.spawn("gateway", Phase::Intake, |stop| async move {
        let gateway = Gateway::start(config, &bus, stop).await?;
        // Whoever wanted to know has stopped.
        let _ = tell.send(gateway.handle());
        gateway.serve(&reporter, &queries).await
    });

    let (bus, data, admin) = (process.bus.clone(), data.to_owned(), process.admin);
    process.roles.spawn("figures", Phase::Work, |stop| async move {
        let Ok(handle) = told.await else {
            // The gateway failed and says so itself.
            return Ok(());
        };
        greet(&handle, admin, &data, demo.is_some());
        let fleet = demo
            .map(|demo| demo.start(handle.addresses(), &stop))
            .transpose()?;
        figures::run(&bus, &handle, fleet.as_ref(), stop).await;
        anyhow::Ok(())
    });
    process.run().await
}

/// Says where everything is and what to try.
fn greet(handle: &Handle, admin: Option<SocketAddr>, data: &Path, demo: bool) {
    let Addresses {
        jt808_tcp,
        jt808_udp,
        gt06_tcp,
        gt06_udp,
        any_tcp,
        any_udp,
        proxied_tcp,
        tls_tcp,
    } = handle.addresses();
    let list = |addresses: &[SocketAddr]| {
        let texts: Vec<String> = addresses.iter().map(ToString::to_string).collect();
        if texts.is_empty() {
            "off".to_owned()
        } else {
            texts.join(", ")
        }
    };
    say(format_args!(
        "milepost is up; everything it keeps is in {}",
        data.display()
    ));
    say(format_args!(
        "  GT06        tcp {}   udp {}",
        list(gt06_tcp),
        list(gt06_udp)
    ));
    say(format_args!(
        "  JT/T 808    tcp {}   udp {}",
        list(jt808_tcp),
        list(jt808_udp)
    ));
    if !any_tcp.is_empty() || !any_udp.is_empty() {
        say(format_args!(
            "  either      tcp {}   udp {}",
            list(any_tcp),
            list(any_udp)
        ));
    }
    if !proxied_tcp.is_empty() {
        say(format_args!("  proxied     tcp {}", list(proxied_tcp)));
    }
    if !tls_tcp.is_empty() {
        say(format_args!("  TLS         tcp {}", list(tls_tcp)));
    }
    if let Some(admin) = admin {
        say(format_args!("  admin       http://{admin}/metrics"));
    }
    let folder = if data == Path::new("milepost-data") {
        String::new()
    } else {
        format!(" --data {}", data.display())
    };
    say(format_args!("try, in another terminal:"));
    say(format_args!("  milepost topics read positions --follow{folder}"));
    if demo {
        say(format_args!(
            "  milepost topics read fence-events --follow{folder}"
        ));
        say(format_args!("  milepost attendance month --all{folder}"));
    } else {
        say(format_args!(
            "  milepost up --demo        the same with simulated people and vehicles"
        ));
    }
    say(format_args!("Ctrl-C stops"));
}
