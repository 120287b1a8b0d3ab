//! What the local log does when the disk fails it.

use std::fs::{File, OpenOptions};
use std::io::{Read as _, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use bus::{Bus, BusConfig, PublishError, Receipt, Spool};
use events::Topic;

use crate::fixture::{Fixture, Settled, block_on, publish_all, read_all, record, values_of};
use crate::local::Local;
use crate::spool::append;

/// The journal of a log, and where its data end: it is longer than its data.
fn journal(config: &BusConfig) -> (PathBuf, u64) {
    let path = std::fs::read_dir(&config.local.path)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .find(|path| path.extension().is_some_and(|extension| extension == "jnl"))
        .expect("a journal");
    let mut bytes = Vec::new();
    File::open(&path).unwrap().read_to_end(&mut bytes).unwrap();
    let end = bytes.iter().rposition(|byte| *byte != 0).unwrap() as u64 + 1;
    (path, end)
}

/// The journal's beginning up to the middle of the first record's key.
fn upto_record(path: &Path) -> Vec<u8> {
    let mut bytes = vec![0; 1 << 20];
    File::open(path).unwrap().read_exact(&mut bytes).unwrap();
    let key = bytes.windows(6).position(|window| window == b"device").unwrap();
    bytes.truncate(key + 3);
    bytes
}

fn overwrite(path: &Path, at: u64, bytes: &[u8]) {
    let mut file = OpenOptions::new().write(true).open(path).unwrap();
    file.seek(SeekFrom::Start(at)).unwrap();
    file.write_all(bytes).unwrap();
}

fn write_some(config: &BusConfig) {
    block_on(async {
        let bus = Bus::open(config).unwrap();
        for value in 0..20 {
            publish_all(
                &bus.publisher(),
                [record(Topic::Positions, "device", Some(&value.to_string()))],
            )
            .await;
        }
        bus.close();
    });
}

#[test]
fn a_write_that_was_torn_by_a_loss_of_power_is_cut_off() {
    let fixture = Local::new();
    write_some(&fixture.config());
    let (path, end) = journal(&fixture.config());
    // Another write up to the middle of its record; the rest never came.
    let first = upto_record(&path);
    overwrite(&path, end, &first);
    block_on(async {
        let bus = Bus::open(&fixture.config()).unwrap();
        let found = read_all(&bus, Topic::Positions).await;
        let expected: Vec<String> = (0..20).map(|value| value.to_string()).collect();
        assert_eq!(values_of(&found, "device"), expected);
        publish_all(&bus.publisher(), [record(Topic::Positions, "device", Some("20"))]).await;
        assert_eq!(read_all(&bus, Topic::Positions).await.len(), 21);
        bus.close();
    });
}

#[test]
fn damage_in_the_middle_is_reported_and_nothing_is_made_up() {
    let fixture = Local::new();
    write_some(&fixture.config());
    let (path, _) = journal(&fixture.config());
    // Inside a record, so that only its checksum can tell.
    let at = upto_record(&path).len() as u64;
    overwrite(&path, at - 3, b"DEV");
    let refused = Bus::open(&fixture.config()).unwrap_err().to_string();
    assert!(
        refused.contains("is damaged") && refused.contains("move the folder away"),
        "{refused}"
    );
}

/// A file system of its own, in memory, unmounted when dropped.
struct SmallDisk(tempfile::TempDir);

impl SmallDisk {
    fn mount(size: &str) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &format!("size={size}"), "tmpfs"])
            .arg(folder.path())
            .output();
        if mounted.is_ok_and(|output| output.status.success()) {
            return Some(Self(folder));
        }
        // Straight to the terminal: what a passing test prints is not shown.
        let _ = writeln!(
            std::io::stderr(),
            "SKIPPED: the test of a full disk mounts a tmpfs, which only root may"
        );
        None
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let unmounted = Command::new("umount").arg("-l").arg(self.0.path()).status();
        assert!(unmounted.is_ok_and(|status| status.success()));
    }
}

#[test]
fn a_full_disk_is_reported_and_the_log_goes_on_when_there_is_room() {
    let Some(disk) = SmallDisk::mount("64m") else {
        return;
    };
    let mut config = BusConfig::default();
    config.local.path = disk.0.path().join("log");
    block_on(async {
        let bus = Bus::open(&config).unwrap();
        let publisher = bus.publisher();
        let settled = Arc::new(Settled::default());
        let mut token = 0;
        let mut publish = async |value: &str| {
            publisher.publish(
                record(Topic::Positions, &format!("device-{token}"), Some(value)),
                Receipt::new(settled.clone(), token),
            );
            token += 1;
            settled.wait_for(usize::try_from(token).unwrap()).await;
            let outcomes = settled.outcomes();
            outcomes.into_iter().find(|(of, _)| *of == token - 1).unwrap().1
        };
        publish("before").await.unwrap();
        let ballast = disk.0.path().join("ballast");
        let mut file = File::create(&ballast).unwrap();
        while file.write_all(&[1; 4096]).is_ok() {}
        drop(file);
        let padding = "x".repeat(4000);
        let refusal = loop {
            if let Err(refusal) = publish(&padding).await {
                break refusal;
            }
        };
        assert!(
            matches!(&refusal, PublishError::Unavailable(text) if text.contains("disk is full")),
            "{refusal}"
        );
        publish("while full").await.unwrap_err();
        std::fs::remove_file(&ballast).unwrap();
        while publish("after").await.is_err() {
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        bus.close();

        let bus = Bus::open(&config).unwrap();
        let found = read_all(&bus, Topic::Positions).await;
        for (token, outcome) in settled.outcomes() {
            let there = found.iter().any(|record| record.key == format!("device-{token}"));
            assert!(
                there || outcome.is_err(),
                "record {token} was acknowledged and is missing"
            );
        }
        bus.close();
    });
}

#[test]
fn r14_a_spool_on_a_full_disk_promises_nothing_and_goes_on_when_there_is_room() {
    let Some(disk) = SmallDisk::mount("64m") else {
        return;
    };
    let path = disk.0.path().join("spool");
    block_on(async {
        let spool = Spool::open(&path, 1 << 30).unwrap();
        let mut promised = 0;
        let mut count = |outcomes: Vec<Result<(), PublishError>>| {
            promised += outcomes.iter().filter(|outcome| outcome.is_ok()).count() as u64;
            outcomes.iter().all(Result::is_ok)
        };
        assert!(count(append(&spool, 0..1).await));
        let ballast = disk.0.path().join("ballast");
        let mut file = File::create(&ballast).unwrap();
        while file.write_all(&[1; 4096]).is_ok() {}
        drop(file);
        while count(append(&spool, 0..500).await) {}
        assert!(!count(append(&spool, 0..1).await), "the disk is still full");
        std::fs::remove_file(&ballast).unwrap();
        while !count(append(&spool, 0..1).await) {
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        spool.close();
        drop(spool);

        let spool = Spool::open(&path, 1 << 30).unwrap();
        assert!(
            spool.len() >= promised && spool.corrupt() == 0,
            "{} of {promised} that were acknowledged, {} damaged",
            spool.len(),
            spool.corrupt()
        );
    });
}
