//! How far the store had promised, kept beside it: a store whose journal was damaged opens with what stands before the
//! damage, and does not know that there was more.

use std::fs::File;
use std::os::unix::fs::FileExt as _;
use std::path::Path;

use super::store::{Store, explain};
use crate::{Error, metrics};

/// The file beside the store: a number of eight bytes, little endian.
const FILE: &str = "promised";
/// The same number in the store.
const KEY: &[u8] = b"groups";

/// Counts the groups of records that were made durable.
#[derive(Debug)]
pub(super) struct Mark {
    file: File,
    groups: u64,
}

impl Mark {
    /// Reads both numbers. The one in the file is written when the store has synced the same one, so that it can only be
    /// higher when the store has lost what it had.
    pub(super) fn open(store: &Store, path: &Path) -> Result<Self, Error> {
        let doing = "read how far the log had promised";
        let io = |source| Error::Io {
            doing,
            path: path.to_owned(),
            source,
        };
        let held = store.meta.get(KEY).map_err(|error| explain(error, doing, path))?;
        let held = held.and_then(|value| number(&value)).unwrap_or(0);
        let file = File::options()
            .create(true)
            .truncate(false)
            .read(true)
            .write(true)
            .open(path.join(FILE))
            .map_err(io)?;
        let mut bytes = [0; 8];
        let promised = match file.read_exact_at(&mut bytes, 0) {
            Ok(()) => u64::from_le_bytes(bytes),
            // It is new.
            Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => 0,
            Err(error) => return Err(io(error)),
        };
        let lost = promised.saturating_sub(held);
        if lost > 0 {
            tracing::error!(
                path = %path.display(),
                "the log has lost the newest {lost} of {promised} groups of records, which had been acknowledged: its files \
                 are damaged; it goes on with what is left. Check the disk, and keep a copy of the folder"
            );
            metrics::store_lost();
        }
        Ok(Self {
            file,
            groups: promised.max(held),
        })
    }

    /// What goes into the store with the next group.
    pub(super) fn next(&self) -> (&'static [u8], [u8; 8]) {
        (KEY, (self.groups + 1).to_le_bytes())
    }

    /// That group is durable.
    pub(super) fn advance(&mut self) {
        self.groups += 1;
        if let Err(error) = self.file.write_all_at(&self.groups.to_le_bytes(), 0) {
            // It stays lower than the store, and a loss may go unnoticed; nothing is lost by that.
            tracing::debug!(%error, "the promise cannot be noted");
        }
    }
}

fn number(value: &[u8]) -> Option<u64> {
    value.try_into().ok().map(u64::from_le_bytes)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn write(store: &Store, mark: &mut Mark, groups: u64) {
        for _ in 0..groups {
            let (key, value) = mark.next();
            store.meta.insert(key, value).unwrap();
            mark.advance();
        }
    }

    fn promised(path: &Path) -> u64 {
        number(&std::fs::read(path.join(FILE)).unwrap()).unwrap()
    }

    #[test]
    fn a_store_that_has_less_than_was_promised_goes_on_behind_it() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path(), 1 << 20).unwrap();
        let mut mark = Mark::open(&store, folder.path()).unwrap();
        write(&store, &mut mark, 5);
        assert_eq!(promised(folder.path()), 5);

        // As after damage: the store ends earlier.
        store.meta.insert(KEY, 3_u64.to_le_bytes()).unwrap();
        let mut mark = Mark::open(&store, folder.path()).unwrap();
        assert_eq!(mark.groups, 5);
        write(&store, &mut mark, 1);
        let held = store.meta.get(KEY).unwrap().unwrap();
        assert_eq!((number(&held), promised(folder.path())), (Some(6), 6));
    }

    #[test]
    fn a_store_from_before_there_was_a_mark_has_lost_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path(), 1 << 20).unwrap();
        assert_eq!(Mark::open(&store, folder.path()).unwrap().groups, 0);
    }
}
