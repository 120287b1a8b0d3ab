//! How the process ends: 0 done, 1 the work failed, 2 used wrongly. Answers go to standard output, the rest to
//! standard error.

use std::io::{self, Write as _};
use std::process::ExitCode;

/// What a subcommand comes to.
pub(crate) type Outcome = anyhow::Result<ExitCode>;

/// The work failed, and what was to be said about it has been said.
pub(crate) const FAILED: u8 = 1;
/// The arguments, or a file that was named in them, cannot be used.
const USED_WRONGLY: u8 = 2;

/// Ends the process after a subcommand; an error is printed with its causes on one line.
pub(crate) fn of(outcome: Outcome) -> ExitCode {
    match outcome {
        Ok(code) => code,
        // Whoever reads our output has read enough: `milepost topics read … | head`.
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "milepost: {error:#}");
            ExitCode::from(FAILED)
        }
    }
}

/// Ends the process after arguments that could not be read, or after `--help` and `--version`.
pub(crate) fn usage(error: &clap::Error) -> ExitCode {
    let _ = error.print();
    if error.use_stderr() {
        ExitCode::from(USED_WRONGLY)
    } else {
        ExitCode::SUCCESS
    }
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error
        .chain()
        .filter_map(|cause| cause.downcast_ref::<io::Error>())
        .any(|cause| cause.kind() == io::ErrorKind::BrokenPipe)
}
