//! `milepost fences check DEVICE in FENCE`.

use std::io::Write as _;
use std::process::ExitCode;

use serde_json::Value;

use crate::admin::Admin;
use crate::exit::Outcome;

/// Prints whether the device is in the fence, as a JSON line.
pub(super) fn run(device: &str, fence: &str, consumers: &Admin) -> Outcome {
    let answers = consumers.ask(&["fences", fence, "occupants", device])?;
    // One consumer knows the device; the others know nothing of it.
    let known = |answer: &&Value| answer["state"] != "unknown";
    if let Some(answer) = answers.iter().find(known).or(answers.first()) {
        writeln!(std::io::stdout().lock(), "{answer}")?;
    }
    Ok(ExitCode::SUCCESS)
}
