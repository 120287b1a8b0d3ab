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

/// Runs a program in a folder; says loudly when it is not installed.
pub(crate) fn run_in(program: &str, arguments: &[&str], folder: &Path) -> Option<Output> {
    match Command::new(program).args(arguments).current_dir(folder).output() {
        Ok(output) => Some(output),
        Err(error) => {
            // Past the test harness, which hides what a passing test prints.
            let _ = writeln!(
                std::io::stderr(),
                "SKIPPED: {program} {arguments:?} needs {program} ({error}); tests/services installs what it can"
            );
            None
        }
    }
}

/// Runs a check in a folder of the repository that has to pass.
pub(crate) fn must_pass(program: &str, arguments: &[&str], folder: &str) {
    must_pass_in(program, arguments, &root().join(folder));
}

/// Runs a check that has to pass.
pub(crate) fn must_pass_in(program: &str, arguments: &[&str], folder: &Path) {
    if let Some(output) = run_in(program, arguments, folder) {
        assert!(
            output.status.success(),
            "{program} {arguments:?}:\n{}{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
    }
}

/// A program of the Python packages that `tests/services` fetched.
pub(crate) fn tool_of_python(name: &str) -> String {
    match std::env::var("MILEPOST_PYTHON") {
        Ok(folder) => format!("{folder}/{name}"),
        Err(_) => name.to_owned(),
    }
}
