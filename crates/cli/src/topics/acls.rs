use std::io::{self, Write};
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use events::Topic;

use crate::exit::Outcome;

/// Prints commands that give a role its rights on Kafka, and no more; run them with Kafka's own tools
///
/// Example: milepost topics acls --role geofence --principal User:geofence --brokers kafka-1:9092
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Arguments {
    /// Whose rights
    #[arg(long)]
    role: Role,
    /// Who gets them, as Kafka writes it
    #[arg(long, value_name = "TYPE:NAME", value_parser = principal)]
    principal: String,
    /// host:port of some brokers, separated by commas
    #[arg(long, default_value = "localhost:9092", value_parser = word)]
    brokers: String,
    /// What stands before every name [bus.kafka.prefix]
    #[arg(long, default_value = "", value_parser = word)]
    prefix: String,
    /// File with the properties by which the commands log in, for `--command-config`
    #[arg(long, value_name = "FILE", value_parser = word)]
    command_config: Option<String>,
}

/// Who works with the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Role {
    /// Takes what devices say
    Gateway,
    /// Tells when fences are entered and left
    Geofence,
    /// Tells trips and stops
    Trips,
    /// Judges working days
    Attendance,
    /// Writes definitions: `fences import`, `rosters import`
    Definitions,
    /// Only reads: `topics read`, programs of others
    Reader,
}

/// What a role does with topics.
struct Rights {
    reads: &'static [Topic],
    writes: &'static [Topic],
    /// Consumers that it runs; each has a group, a state and transactions.
    stages: &'static [&'static str],
}

impl Role {
    const fn rights(self) -> Rights {
        match self {
            Self::Gateway => Rights {
                reads: &[Topic::Devices],
                writes: &[
                    Topic::Positions,
                    Topic::DeviceEvents,
                    Topic::CellScans,
                    Topic::RawFrames,
                    Topic::Rejects,
                    Topic::Devices,
                ],
                stages: &[],
            },
            Self::Geofence => Rights {
                reads: &[Topic::Positions, Topic::Fences, Topic::Bindings],
                writes: &[Topic::FenceEvents, Topic::Rejects],
                stages: &["geofence"],
            },
            Self::Trips => Rights {
                reads: &[Topic::Positions],
                writes: &[Topic::Trips, Topic::Stops, Topic::Rejects],
                stages: &["trips"],
            },
            Self::Attendance => Rights {
                reads: &[
                    Topic::Positions,
                    Topic::Rosters,
                    Topic::Calendars,
                    Topic::Bindings,
                    Topic::Fences,
                    Topic::Evidence,
                    Topic::Punches,
                ],
                writes: &[
                    Topic::Evidence,
                    Topic::Attendance,
                    Topic::AttendanceSignals,
                    Topic::Rejects,
                ],
                stages: &["attendance-evidence", "attendance"],
            },
            Self::Definitions => Rights {
                reads: DEFINITIONS,
                writes: DEFINITIONS,
                stages: &[],
            },
            Self::Reader => Rights {
                reads: Topic::ALL,
                writes: &[],
                stages: &[],
            },
        }
    }
}

/// Topics that people write.
const DEFINITIONS: &[Topic] = &[
    Topic::Fences,
    Topic::Bindings,
    Topic::Rosters,
    Topic::Calendars,
    Topic::Punches,
];

pub(crate) fn run(arguments: &Arguments) -> Outcome {
    write(&mut io::stdout().lock(), arguments)?;
    Ok(ExitCode::SUCCESS)
}

fn write(out: &mut impl Write, arguments: &Arguments) -> io::Result<()> {
    let Arguments {
        role,
        principal,
        brokers,
        prefix,
        command_config,
    } = arguments;
    let login = command_config
        .as_ref()
        .map_or_else(String::new, |file| format!(" --command-config {file}"));
    let mut add = |operations: &[&str], resource: &str| {
        let operations: String = operations.iter().map(|it| format!(" --operation {it}")).collect();
        writeln!(
            out,
            "kafka-acls.sh --bootstrap-server {brokers}{login} --add --allow-principal {principal}{operations} {resource}"
        )
    };
    let rights = role.rights();
    for (reads, writes, operations) in [
        (true, true, &["Read", "Write", "Describe"][..]),
        (true, false, &["Read", "Describe"]),
        (false, true, &["Write", "Describe"]),
    ] {
        let these = Topic::ALL
            .iter()
            .filter(|topic| rights.reads.contains(topic) == reads && rights.writes.contains(topic) == writes);
        let topics: Vec<String> = these
            .map(|topic| format!("--topic {prefix}{}", topic.name()))
            .collect();
        if !topics.is_empty() {
            add(operations, &topics.join(" "))?;
        }
    }
    for stage in rights.stages {
        let group = format!("{prefix}milepost.{stage}");
        add(
            &["Create", "Read", "Write", "Describe"],
            &format!("--topic {group}-state.v1"),
        )?;
        add(&["Read", "Describe"], &format!("--group {group}"))?;
        add(
            &["Write", "Describe"],
            &format!("--transactional-id {group}. --resource-pattern-type prefixed"),
        )?;
    }
    Ok(())
}

/// A word that a shell takes as it is: what is printed is meant to be run.
fn word(text: &str) -> Result<String, String> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "._-,:/[]=".contains(c);
    if text.chars().all(plain) {
        Ok(text.to_owned())
    } else {
        Err(
            "expected letters, digits and `._-,:/[]=` only: a shell would read other characters its own way"
                .to_owned(),
        )
    }
}

fn principal(text: &str) -> Result<String, String> {
    match text.split_once(':') {
        Some((kind, name)) if !kind.is_empty() && !name.is_empty() => word(text),
        _ => Err("expected a type and a name, such as `User:gateway`".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use bus::Stage;

    use super::*;

    fn of<S: Stage>(stage: &S) -> (&'static str, Vec<Topic>) {
        (stage.name(), [stage.inputs(), stage.globals()].concat())
    }

    #[test]
    fn consumers_may_read_what_they_read_and_nothing_else() {
        let geofence = of(&geofence::new(&geofence::GeofenceConfig::default()).0);
        let trips = of(&trips::TripStage::new(trips::engine::Config::default()));
        let telling = of(&attendance::Telling::default());
        let judging = of(&attendance::Attendance::new(
            &attendance::AttendanceConfig::default(),
        ));
        for (role, stages) in [
            (Role::Geofence, vec![geofence]),
            (Role::Trips, vec![trips]),
            (Role::Attendance, vec![telling, judging]),
        ] {
            let (names, topics): (Vec<_>, Vec<_>) = stages.into_iter().unzip();
            let given: BTreeSet<Topic> = role.rights().reads.iter().copied().collect();
            assert_eq!(given, topics.concat().into_iter().collect(), "{role:?}");
            assert_eq!(role.rights().stages, names, "{role:?}");
        }
    }

    #[test]
    fn every_topic_has_a_role_that_writes_it() {
        for topic in Topic::ALL {
            assert!(
                Role::value_variants()
                    .iter()
                    .any(|role| role.rights().writes.contains(topic)),
                "{}",
                topic.name()
            );
        }
    }

    #[test]
    fn commands_name_everything_with_the_prefix() {
        let arguments = Arguments {
            role: Role::Trips,
            principal: "User:trips".to_owned(),
            brokers: "kafka-1:9092".to_owned(),
            prefix: "test-".to_owned(),
            command_config: Some("admin.properties".to_owned()),
        };
        let mut out = Vec::new();
        write(&mut out, &arguments).unwrap();
        let text = String::from_utf8(out).unwrap();
        let begin = "kafka-acls.sh --bootstrap-server kafka-1:9092 --command-config admin.properties --add \
                     --allow-principal User:trips ";
        let ends: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix(begin)).collect();
        assert_eq!(
            ends,
            [
                "--operation Read --operation Describe --topic test-milepost.positions.v1",
                "--operation Write --operation Describe --topic test-milepost.rejects.v1 \
                 --topic test-milepost.trips.v1 --topic test-milepost.stops.v1",
                "--operation Create --operation Read --operation Write --operation Describe --topic test-milepost.trips-state.v1",
                "--operation Read --operation Describe --group test-milepost.trips",
                "--operation Write --operation Describe --transactional-id test-milepost.trips. --resource-pattern-type prefixed",
            ]
        );
    }

    #[test]
    fn what_a_shell_would_read_its_own_way_is_refused() {
        word("a; rm -rf /").unwrap_err();
        word("$(id)").unwrap_err();
        principal("gateway").unwrap_err();
        principal("User:gate way").unwrap_err();
    }
}
