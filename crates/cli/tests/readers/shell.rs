//! Commands that documents tell readers to run.

use std::io::Write as _;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

/// The repository as somebody has it who copied an example: what the commands make stays outside of ours.
pub(crate) struct Place {
    folder: TempDir,
    language: String,
}

impl Place {
    /// `None` where the program that the commands need is missing, which is said loudly.
    pub(crate) fn of(language: &str, needs: &str) -> Option<Self> {
        let needed = Command::new("bash")
            .args(["-c", &format!("command -v {needs}")])
            .envs(path())
            .output()
            .unwrap();
        if !needed.status.success() {
            // Past the test harness, which hides what a passing test prints.
            let _ = writeln!(
                std::io::stderr(),
                "SKIPPED: no {needs}, with which topics are read; tests/services installs it"
            );
            return None;
        }
        let folder = tempfile::tempdir().unwrap();
        let ours = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../..")
            .canonicalize()
            .unwrap();
        std::os::unix::fs::symlink(ours.join("proto"), folder.path().join("proto")).unwrap();
        let copied = Command::new("cp")
            .args(["-r", "--parents", "docs/topics.md", "docs/examples"])
            .arg(folder.path())
            .current_dir(ours)
            .status()
            .unwrap();
        assert!(copied.success());
        Some(Self {
            folder,
            language: language.to_owned(),
        })
    }

    pub(crate) fn file(&self, name: &str) -> String {
        std::fs::read_to_string(self.folder.path().join(name)).unwrap()
    }

    /// The commands in the comment at the head of the example.
    pub(crate) fn head(&self) -> Vec<String> {
        let (file, indented) = match &*self.language {
            "python" => ("python/read_topic.py", "    "),
            "go" => ("go/main.go", "//\t"),
            "java" => ("java/src/main/java/example/ReadTopic.java", " * "),
            other => panic!("no example in {other}"),
        };
        let text = self.file(&format!("docs/examples/{file}"));
        let comment = match &*self.language {
            "java" => text
                .split("<pre>")
                .nth(1)
                .unwrap()
                .split("</pre>")
                .next()
                .unwrap(),
            "python" => text.split("\"\"\"").nth(1).unwrap(),
            _ => &text,
        };
        commands(comment.lines().filter_map(|line| line.strip_prefix(indented)))
    }

    /// Runs a command in the folder of the example, or of the repository, and gives what it prints.
    pub(crate) fn run(&self, command: &str) -> String {
        let folder = match &*self.language {
            "" => self.folder.path().to_owned(),
            language => self.folder.path().join("docs/examples").join(language),
        };
        let output = Command::new("bash")
            .args(["-e", "-o", "pipefail", "-c", command])
            .current_dir(folder)
            .envs(path())
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        let printed = String::from_utf8(output.stdout).unwrap();
        assert!(output.status.success(), "{command}\n{printed}{said}");
        printed
    }
}

/// The Python that `tests/services` gave the packages of the example comes first.
fn path() -> Option<(&'static str, String)> {
    let python = std::env::var("MILEPOST_PYTHON").ok()?;
    Some((
        "PATH",
        format!("{python}:{}", std::env::var("PATH").unwrap_or_default()),
    ))
}

/// Lines to commands: what ends with a backslash or a pipe goes on in the next line.
pub(crate) fn commands<'a>(lines: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut all = Vec::new();
    let mut command = String::new();
    for line in lines.map(str::trim).filter(|line| !line.is_empty()) {
        match line.strip_suffix('\\') {
            Some(begun) => command += begun,
            None if line.ends_with('|') => command += line,
            None => all.push(std::mem::take(&mut command) + line),
        }
    }
    all
}

/// What `tests/services` has done.
pub(crate) fn is_installation(command: &str) -> bool {
    command.starts_with("pip install")
}
