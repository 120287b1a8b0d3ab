use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The repository.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// A file of the repository.
pub(crate) fn file(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Runs a program in a folder of the repository; says loudly when it is not installed.
pub(crate) fn run(program: &str, arguments: &[&str], folder: &str) -> Option<Output> {
    match Command::new(program)
        .args(arguments)
        .current_dir(root().join(folder))
        .output()
    {
        Ok(output) => Some(output),
        Err(error) => {
            // Past the test harness, which hides what a passing test prints.
            let _ = writeln!(
                std::io::stderr(),
                "SKIPPED: a check of {folder} needs {program} ({error}); tests/services installs what it can"
            );
            None
        }
    }
}

/// Runs a check that has to pass.
pub(crate) fn must_pass(program: &str, arguments: &[&str], folder: &str) {
    if let Some(output) = run(program, arguments, folder) {
        assert!(
            output.status.success(),
            "{program} {arguments:?} in {folder}:\n{}{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
    }
}
