use std::hash::Hash;
use std::num::NonZeroUsize;

use lru::LruCache;

/// A map of a fixed size: what has not been seen for longest goes first.
pub(super) struct Table<K, V>(LruCache<K, V>);

impl<K: Hash + Eq, V: Default> Table<K, V> {
    /// With room for that many, at least for one. Room is taken as it is needed.
    pub(super) fn new(size: usize) -> Self {
        let size = NonZeroUsize::new(size).unwrap_or(NonZeroUsize::MIN);
        let mut cache = LruCache::unbounded();
        cache.resize(size);
        Self(cache)
    }

    /// What is kept under the key, a new one when there is none.
    pub(super) fn of(&mut self, key: K) -> &mut V {
        self.0.get_or_insert_mut(key, V::default)
    }

    /// What is kept under the key; looking does not keep it longer.
    pub(super) fn get(&self, key: &K) -> Option<&V> {
        self.0.peek(key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_never_grows_beyond_its_size_and_forgets_the_least_recently_seen() {
        let mut table: Table<u32, u32> = Table::new(3);
        for key in 0..100 {
            *table.of(0) += 1;
            table.of(key);
        }
        assert_eq!(table.0.len(), 3);
        assert_eq!(table.get(&0), Some(&100));
        assert_eq!((table.get(&99), table.get(&50)), (Some(&0), None));
    }
}
