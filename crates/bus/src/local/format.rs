//! The number of the way in which the store holds its records, so that a version that does not know it leaves them alone.

use std::path::Path;

use super::store::{Store, explain};
use crate::Error;

/// 1: an entry is one record; those stores have no number. 2: an entry is one record or a run of neighbours. Stores
/// of an earlier number are read, and are of this number from then on.
const FORMAT: u32 = 2;
/// Where the number stands among the topics and offsets.
const KEY: &[u8] = b"format";

/// Refuses a store of a later format, and marks an earlier one as what it is now.
pub(super) fn check(store: &Store, path: &Path) -> Result<(), Error> {
    let read = |error| explain(error, "read the format of the log", path);
    match store.meta.get(KEY).map_err(read)? {
        None => {
            store.meta.insert(KEY, FORMAT.to_be_bytes()).map_err(read)?;
            store.db.persist(fjall::PersistMode::SyncData).map_err(read)
        }
        Some(value) => match <[u8; 4]>::try_from(&*value).map(u32::from_be_bytes) {
            Ok(FORMAT) => Ok(()),
            Ok(found) => Err(Error::LaterFormat {
                path: path.to_owned(),
                found,
                known: FORMAT,
            }),
            Err(_) => Err(Error::Damaged {
                path: path.to_owned(),
                detail: format!("expected a format number of 4 bytes, found {}", value.len()),
            }),
        },
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]

    use super::*;

    fn open(path: &Path) -> Result<Store, Error> {
        Store::open(path, 1 << 20)
    }

    #[test]
    fn a_store_of_a_later_format_is_refused_and_left_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let store = open(folder.path()).unwrap();
        store.meta.insert(KEY, (FORMAT + 1).to_be_bytes()).unwrap();
        store.db.persist(fjall::PersistMode::SyncData).unwrap();
        drop(store);
        for _ in 0..2 {
            match open(folder.path()).map(|_| ()) {
                Err(Error::LaterFormat { found, known, .. }) => assert_eq!((found, known), (3, 2)),
                other => panic!("{other:?}"),
            }
        }
    }

    #[test]
    fn a_store_without_a_number_gets_one() {
        let folder = tempfile::tempdir().unwrap();
        let store = open(folder.path()).unwrap();
        store.meta.remove(KEY).unwrap();
        store.db.persist(fjall::PersistMode::SyncData).unwrap();
        drop(store);
        let store = open(folder.path()).unwrap();
        assert_eq!(
            store.meta.get(KEY).unwrap().as_deref(),
            Some(&FORMAT.to_be_bytes()[..])
        );
    }
}
