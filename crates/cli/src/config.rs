//! `milepost config`: what a configuration says, and what is wrong with it.

use std::io::{self, Write as _};
use std::process::ExitCode;

use anyhow::Context as _;
use bus::Backend;
use clap::{Args, Subcommand, ValueEnum};
use runtime::config::{Problem, Problems, Sources};

use crate::exit::Outcome;
use crate::process::{ConfigFile, SECTIONS, Settings};

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Tell everything that is wrong, with file, line and what to write instead
    Check(Check),
    /// Print every effective value and where it comes from, secrets masked
    Print(ConfigFile),
    /// Print the commented defaults, to begin a file with
    Default,
}

#[derive(Debug, Args)]
struct Check {
    #[command(flatten)]
    file: ConfigFile,
    /// A role that is run with it, given once for each: tells sections that none of them reads [default: any role]
    #[arg(long, value_name = "ROLE")]
    role: Vec<Role>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Role {
    /// All in one process
    Up,
    Gateway,
    Geofence,
    Trips,
    Attendance,
}

impl Role {
    /// The roles that have a section and a command of this name.
    const APART: [(Self, &str); 4] = [
        (Self::Gateway, "gateway"),
        (Self::Geofence, "geofence"),
        (Self::Trips, "trips"),
        (Self::Attendance, "attendance"),
    ];
}

pub(crate) fn run(arguments: &Arguments) -> Outcome {
    let mut out = io::stdout().lock();
    match &arguments.command {
        Command::Check(check) => {
            let sources = check.file.sources()?;
            let settings = Settings::from(&sources)?;
            let problems = unfit(&sources, settings.bus.backend, &check.role);
            if !problems.is_empty() {
                return Err(Problems(problems)).context("use the configuration for these roles");
            }
        }
        Command::Print(file) => {
            let sources = file.sources()?;
            write!(out, "{}", sources.settings().print())?;
            // The problems after the values, on standard error.
            Settings::from(&sources)?;
        }
        Command::Default => write!(out, "{}", runtime::config::default_file(SECTIONS))?,
    }
    Ok(ExitCode::SUCCESS)
}

/// What does not fit the roles that are run; nothing where none is named.
fn unfit(sources: &Sources, backend: Backend, roles: &[Role]) -> Vec<Problem> {
    if roles.is_empty() || roles.contains(&Role::Up) {
        return Vec::new();
    }
    let mut problems = Vec::new();
    for (name, origin) in sources.written() {
        let of = Role::APART.iter().find(|(_, of)| *of == name);
        if of.is_some_and(|(role, _)| !roles.contains(role)) {
            problems.push(Problem {
                origin,
                message: format!(
                    "no role that is run reads this section: run `milepost {name}` too, or take it out"
                ),
                key: name,
            });
        }
    }
    if backend == Backend::Local {
        let origin = sources.settings().origin("bus.backend");
        problems.push(Problem {
            origin,
            key: "bus.backend".to_owned(),
            message:
                "expected \"kafka\", found \"local\": roles in processes of their own meet on Kafka, and \
                      `milepost up` runs all of them in one"
                    .to_owned(),
        });
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(text: &str, roles: &[Role]) -> Vec<String> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        let sources = Sources::read(SECTIONS, Some(file.path()), []).unwrap();
        let settings = Settings::from(&sources).unwrap();
        let found = unfit(&sources, settings.bus.backend, roles);
        found
            .into_iter()
            .map(|problem| Problems(vec![problem]).to_string())
            .collect()
    }

    #[test]
    fn a_section_of_a_role_that_is_not_run_is_told_with_its_line() {
        let text = "[bus]\nbackend = \"kafka\"\n[gateway]\nnode = \"a\"\n[trips]\nstop_s = 300\n";
        assert_eq!(problems(text, &[Role::Gateway, Role::Trips]), [""; 0]);
        assert_eq!(problems(text, &[Role::Up]), [""; 0]);
        assert_eq!(problems(text, &[]), [""; 0]);
        let found = problems(text, &[Role::Gateway, Role::Geofence]);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(
            found[0].contains(":5:2: `trips`: no role that is run reads"),
            "{found:?}"
        );
    }

    #[test]
    fn roles_apart_do_not_meet_on_the_local_log() {
        let found = problems("[gateway]\nnode = \"a\"\n", &[Role::Gateway]);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].contains("bus.backend"), "{found:?}");
        assert_eq!(problems("[gateway]\nnode = \"a\"\n", &[Role::Up]), [""; 0]);
    }
}
