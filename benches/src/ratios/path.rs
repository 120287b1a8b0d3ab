//! The whole path, a frame in, durable, answered, beside an echo of the same bytes.

use std::sync::mpsc;

use anyhow::{Result, ensure};
use benches::process;
use sim::load::{Report, Settings, Watch};
use tokio_util::sync::CancellationToken;

use crate::child::Child;
use crate::serve::Kind;
use crate::{Arguments, figure, row, settings};

/// What one run of load came to.
struct Run {
    report: Report,
    /// Acknowledged frames per second of the server's processor time, all its threads together.
    per_cpu_second: f64,
}

/// One frame or several in flight: as many as are answered, then half as many a second, then without rates.
pub(crate) fn measure(arguments: &Arguments, in_flight: usize) -> Result<()> {
    let name = |what: &str| format!("{what}, {} x {in_flight}", arguments.connections);
    let server = |kind| Child::start(kind, arguments);
    let full = |child: &Child| {
        load(
            child,
            &settings(arguments, child, arguments.connections, in_flight),
        )
    };

    let echo = full(&server(Kind::Echo)?)?;
    let gateway = server(Kind::Gateway)?;
    let path = full(&gateway)?;
    let (rate, ceiling) = (path.report.acked_per_second, echo.report.acked_per_second);
    row(&name("acked frames per second"), rate, ceiling);
    row(
        &name("acked frames per CPU second of the server"),
        path.per_cpu_second,
        echo.per_cpu_second,
    );
    let (latency, echoed) = (path.report.ack_latency_ms, echo.report.ack_latency_ms);
    row(
        &name("answer after ms, median, full load"),
        latency.p50,
        echoed.p50,
    );
    row(&name("answer after ms, p99, full load"), latency.p99, echoed.p99);

    let half = Settings {
        rate: Some(rate / 2.0),
        first_device: arguments.connections,
        ..settings(arguments, &gateway, arguments.connections, in_flight)
    };
    let calm = load(&gateway, &half)?;
    let latency = calm.report.ack_latency_ms;
    figure(
        &name("acked frames per second, half load"),
        format!("{:.0}", calm.report.acked_per_second),
    );
    figure(
        &name("acked frames per CPU second, half load"),
        format!("{:.0}", calm.per_cpu_second),
    );
    figure(
        &name("answer after ms, median, half load"),
        format!("{:.1}", latency.p50),
    );
    figure(
        &name("answer after ms, p99, half load"),
        format!("{:.1}", latency.p99),
    );
    let resident = process::resident(gateway.id())? as f64 / 1e6;
    figure(
        &name("resident memory of the gateway, MB"),
        format!("{resident:.1}"),
    );
    drop(gateway);

    let unlimited = full(&server(Kind::GatewayWithoutRates)?)?;
    row(
        &name("per CPU second, with rates beside without"),
        path.per_cpu_second,
        unlimited.per_cpu_second,
    );
    Ok(())
}

fn load(child: &Child, settings: &Settings) -> Result<Run> {
    let (tell, told) = mpsc::channel();
    let server = child.id();
    let watch = Watch {
        // Nobody listens when the run has failed.
        begun: Box::new(move || drop(tell.send(process::cpu(server)))),
        ..Watch::default()
    };
    let (report, _) = sim::load::run_watched(settings, &CancellationToken::new(), watch)?;
    let used = process::cpu(server)?.saturating_sub(told.recv()??);
    ensure!(
        report.acked > 0 && report.refused == 0,
        "the load was not answered: {report:?}"
    );
    Ok(Run {
        per_cpu_second: report.acked_per_second * report.seconds / used.as_secs_f64(),
        report,
    })
}
