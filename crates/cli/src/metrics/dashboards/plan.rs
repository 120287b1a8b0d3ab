//! Which panels there are.

/// One dashboard.
pub(super) struct Dashboard {
    /// Of the file, and in the address.
    pub(super) name: &'static str,
    pub(super) title: &'static str,
    pub(super) rows: &'static [Row],
}

/// Panels under one heading.
pub(super) struct Row {
    pub(super) title: &'static str,
    pub(super) panels: &'static [Panel],
}

/// What a panel shows.
pub(super) enum Panel {
    /// A metric by some of its labels: a counter as its rate, a histogram as its median and 99th percentile.
    Of(&'static str, &'static str, &'static [&'static str]),
    /// The quotient of two metrics: a part of a limit, or of a total.
    Share(&'static str, &'static str, &'static str),
}

use Panel::{Of, Share};

/// Every dashboard.
pub(super) const DASHBOARDS: &[Dashboard] = &[
    Dashboard {
        name: "milepost-gateway",
        title: "Milepost: gateway",
        rows: &[
            Row {
                title: "Rate",
                panels: &[
                    Of(
                        "Frames by protocol",
                        "milepost_gateway_frames_received_total",
                        &["protocol"],
                    ),
                    Of(
                        "Frames by message",
                        "milepost_gateway_frames_received_total",
                        &["protocol", "msg"],
                    ),
                    Of("Bytes", "milepost_gateway_traffic_bytes_total", &["direction"]),
                ],
            },
            Row {
                title: "Errors",
                panels: &[
                    Of(
                        "Frames not understood",
                        "milepost_gateway_frame_errors_total",
                        &["protocol", "reason"],
                    ),
                    Of("Answers", "milepost_gateway_acks_total", &["protocol", "result"]),
                    Of(
                        "Records that the log did not take",
                        "milepost_gateway_records_failed_total",
                        &[],
                    ),
                    Of(
                        "Not served because of a limit",
                        "milepost_gateway_throttled_total",
                        &["level"],
                    ),
                    Of("Logins", "milepost_gateway_logins_total", &["protocol", "result"]),
                    Of("Datagrams not sent", "milepost_gateway_udp_unsent_total", &[]),
                ],
            },
            Row {
                title: "Duration",
                panels: &[Of(
                    "Frame to answer",
                    "milepost_gateway_ack_latency_seconds",
                    &["protocol"],
                )],
            },
            Row {
                title: "Saturation",
                panels: &[
                    Of("On the way to the log", "milepost_gateway_inflight_bytes", &[]),
                    Of("Records on the way", "milepost_gateway_inflight_messages", &[]),
                    Share(
                        "On the way, of what may be",
                        "milepost_gateway_inflight_bytes",
                        "milepost_gateway_inflight_limit_bytes",
                    ),
                    Of(
                        "Connections not read",
                        "milepost_gateway_backpressured_connections",
                        &[],
                    ),
                    Of(
                        "Frames that have not come whole",
                        "milepost_gateway_partial_frame_bytes",
                        &[],
                    ),
                ],
            },
        ],
    },
    Dashboard {
        name: "milepost-fleet",
        title: "Milepost: fleet",
        rows: &[
            Row {
                title: "Devices",
                panels: &[
                    Of("Online", "milepost_gateway_devices_online", &[]),
                    Of("Known", "milepost_gateway_devices_known", &[]),
                    Share(
                        "Part of the known that is online",
                        "milepost_gateway_devices_online",
                        "milepost_gateway_devices_known",
                    ),
                    Of(
                        "Positions, by the age of the fix",
                        "milepost_gateway_positions_total",
                        &["age"],
                    ),
                ],
            },
            Row {
                title: "Connections",
                panels: &[
                    Of("Now", "milepost_gateway_connections", &["protocol", "state"]),
                    Of("Opened", "milepost_gateway_connections_opened_total", &[]),
                    Of(
                        "Closed, by reason",
                        "milepost_gateway_connections_closed_total",
                        &["reason"],
                    ),
                    Of("Length, when they end", "milepost_gateway_session_seconds", &[]),
                    Of(
                        "Taken over by a newer one",
                        "milepost_gateway_session_takeovers_total",
                        &[],
                    ),
                    Of("Logins", "milepost_gateway_logins_total", &["protocol", "result"]),
                ],
            },
        ],
    },
    Dashboard {
        name: "milepost-spool",
        title: "Milepost: spool",
        rows: &[Row {
            title: "What waits on the gateway's disk for Kafka",
            panels: &[
                Of("Bytes", "milepost_gateway_spool_bytes", &[]),
                Share(
                    "Part of the limit",
                    "milepost_gateway_spool_bytes",
                    "milepost_gateway_spool_limit_bytes",
                ),
                Of("Records", "milepost_gateway_spool_records", &[]),
                Of("Age of the oldest", "milepost_gateway_spool_oldest_seconds", &[]),
                Of(
                    "Could not be read",
                    "milepost_gateway_spool_corrupt_records_total",
                    &[],
                ),
            ],
        }],
    },
    Dashboard {
        name: "milepost-log",
        title: "Milepost: Kafka path",
        rows: &[
            Row {
                title: "Producer",
                panels: &[
                    Of("Records that wait", "milepost_kafka_producer_queue_messages", &[]),
                    Of("Bytes that wait", "milepost_kafka_producer_queue_bytes", &[]),
                    Of(
                        "Publication to report",
                        "milepost_kafka_producer_delivery_seconds",
                        &[],
                    ),
                    Of(
                        "Not taken",
                        "milepost_kafka_producer_delivery_errors_total",
                        &["code"],
                    ),
                    Of("Producer replaced", "milepost_kafka_producer_fatal_total", &[]),
                    Of(
                        "Round trip to brokers",
                        "milepost_kafka_producer_broker_rtt_seconds",
                        &["broker"],
                    ),
                ],
            },
            Row {
                title: "Local log",
                panels: &[
                    Of("Writes in one sync", "milepost_bus_group_records", &[]),
                    Of("Write and sync", "milepost_bus_group_commit_seconds", &[]),
                    Of(
                        "Stopped taking records",
                        "milepost_bus_store_failures_total",
                        &["reason"],
                    ),
                ],
            },
        ],
    },
    Dashboard {
        name: "milepost-consumers",
        title: "Milepost: consumers",
        rows: &[
            Row {
                title: "All",
                panels: &[
                    Of(
                        "Records not taken yet",
                        "milepost_kafka_consumer_lag",
                        &["group", "topic"],
                    ),
                    Of(
                        "Age of the newest record taken",
                        "milepost_kafka_consumer_event_time_lag_seconds",
                        &["group"],
                    ),
                    Of("Commit", "milepost_kafka_consumer_commit_seconds", &["group"]),
                    Of(
                        "Commits that failed",
                        "milepost_kafka_consumer_commit_errors_total",
                        &["group"],
                    ),
                    Of(
                        "Partitions changed",
                        "milepost_kafka_consumer_rebalances_total",
                        &["group"],
                    ),
                    Of(
                        "Refused",
                        "milepost_kafka_consumer_refused_records_total",
                        &["group"],
                    ),
                ],
            },
            Row {
                title: "Fences",
                panels: &[
                    Of("Fixes", "milepost_geofence_fixes_total", &["taken"]),
                    Of(
                        "Fixes that were no evidence",
                        "milepost_geofence_fixes_refused_total",
                        &["reason"],
                    ),
                    Of("A fix against all fences", "milepost_geofence_eval_seconds", &[]),
                    Of("Events", "milepost_geofence_events_total", &["kind"]),
                    Of(
                        "Events taken back",
                        "milepost_geofence_events_withdrawn_total",
                        &["kind"],
                    ),
                    Of("Fences", "milepost_geofence_fences", &[]),
                    Of("Devices with state", "milepost_geofence_devices", &[]),
                ],
            },
            Row {
                title: "Trips",
                panels: &[
                    Of("Positions", "milepost_trips_fixes_total", &["result"]),
                    Of("Records", "milepost_trips_records_total", &["kind", "change"]),
                    Of("Devices with state", "milepost_trips_devices", &[]),
                    Of("Memory of the state", "milepost_trips_state_bytes", &[]),
                ],
            },
        ],
    },
    Dashboard {
        name: "milepost-process",
        title: "Milepost: processes",
        rows: &[Row {
            title: "Each process",
            panels: &[
                Of("Processor", "process_cpu_seconds_total", &["instance"]),
                Of("Memory", "process_resident_memory_bytes", &["instance"]),
                Of("File descriptors", "process_open_fds", &["instance"]),
                Share(
                    "Part of the limit of file descriptors",
                    "process_open_fds",
                    "process_max_fds",
                ),
                Of(
                    "Threads at work",
                    "milepost_runtime_busy_seconds_total",
                    &["instance"],
                ),
                Of("Tasks", "milepost_runtime_tasks", &["instance"]),
                Of(
                    "Tasks that wait for a thread",
                    "milepost_runtime_queue_tasks",
                    &["instance"],
                ),
                Of("Version", "milepost_build_info", &["instance", "version"]),
            ],
        }],
    },
];
