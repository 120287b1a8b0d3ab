//! Spans to a collector: `cargo test -p runtime --features otlp --test otlp`.

#![cfg(feature = "otlp")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use runtime::logging::{self, LogConfig};
use runtime::trace::{Span, TraceContext};
use runtime::traces::{self, TracesConfig};

/// A collector that takes one batch: its path and body.
fn collector() -> (String, mpsc::Receiver<(String, Vec<u8>)>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let (tell, told) = mpsc::channel();
    thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut reader = BufReader::new(stream.try_clone().unwrap());
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            assert!(reader.read_line(&mut head).unwrap() > 0);
        }
        let length = head.lines().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("content-length")
                .then(|| value.trim().parse::<usize>().unwrap())
        });
        let mut body = vec![0; length.unwrap()];
        reader.read_exact(&mut body).unwrap();
        stream
            .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")
            .unwrap();
        tell.send((head, body)).unwrap();
    });
    (format!("http://{address}/v1/traces"), told)
}

#[test]
fn spans_reach_a_collector_whatever_the_level_of_the_log() {
    let (endpoint, told) = collector();
    let log = LogConfig {
        level: "error".to_owned(),
        ..LogConfig::default()
    };
    logging::install(&log, &TracesConfig { endpoint }).unwrap();
    let frame = TraceContext::begin();
    let judged = frame.child();
    for (context, parent, name, what) in [
        (frame, None, "frame", "location"),
        (judged, Some(frame), "geofence", "milepost.positions.v1"),
    ] {
        Span {
            context,
            parent,
            name,
            begin_us: 1_700_000_000_000_000,
            end_us: 1_700_000_000_250_000,
            durable: true,
            key: "13800138000",
            what,
            place: parent.map(|_| (3, 7)),
        }
        .tell();
    }
    traces::flush();
    let (head, body) = told.recv_timeout(Duration::from_secs(60)).unwrap();
    assert!(head.starts_with("POST /v1/traces "), "{head}");
    let has = |part: &[u8]| body.windows(part.len()).any(|window| window == part);
    let count = |part: &[u8]| body.windows(part.len()).filter(|window| *window == part).count();
    assert_eq!(count(&frame.trace.to_be_bytes()), 3, "each span and the link");
    assert_eq!(
        count(&frame.span.to_be_bytes()),
        3,
        "the span, its child's parent and the link"
    );
    assert_eq!(count(&judged.span.to_be_bytes()), 1);
    for text in [
        "frame",
        "geofence",
        "13800138000",
        "milepost.positions.v1",
        "service.name",
    ] {
        assert!(has(text.as_bytes()), "{text}");
    }
    // Nanoseconds, little-endian.
    assert!(has(&1_700_000_000_250_000_000_u64.to_le_bytes()));
}
