use std::collections::{HashMap, VecDeque};
use std::hash::BuildHasherDefault;

use events::Message as _;
use events::fence::v1 as proto;
use rustc_hash::FxHasher;
use spatial::{Index, Rebuild, Rebuilt, Shape};

use super::definition::{Definition, DefinitionError, DefinitionProblem};
use super::fix::millis;
use super::key::FenceKey;
use super::rules::Rules;
use super::scope::Scope;

/// Stands for no slot.
pub(crate) const NO_SLOT: u32 = u32::MAX;

/// All fences with their versions, and the index that finds them.
///
/// A version holds from a time until the next one begins, so that fixes of the past are judged by what held then.
/// Versions that have ended are kept for as long as late fixes may need them.
#[derive(Debug)]
pub struct FenceSet {
    slots: Vec<Slot>,
    /// Newest slot of each fence.
    newest: HashMap<FenceKey, u32, BuildHasherDefault<FxHasher>>,
    index: Index,
    /// Each set of rules once; most fences share a few.
    rules: Vec<Rules>,
    rules_by_text: HashMap<Vec<u8>, u32>,
    /// Some fence, of now or of the past, asks for ways through it.
    crossed: bool,
    scopes: Vec<Scope>,
    scopes_by_text: HashMap<Vec<u8>, u32>,
    /// Ended versions in the order of their end.
    ended: VecDeque<(i64, u32)>,
    /// Slots whose fence is gone from the set and may still be in the index.
    dead: Vec<u32>,
    /// How many of `dead` the running rebuild drops from the index.
    dropping: Option<usize>,
    /// Slots to be used again.
    free: Vec<u32>,
    live: usize,
    retention_ms: i64,
}

/// One version of one fence.
#[derive(Debug)]
pub(crate) struct Slot {
    pub(crate) shape: Shape,
    pub(crate) key: FenceKey,
    pub(crate) id: Box<str>,
    pub(crate) name: Box<str>,
    /// From when to when the version holds, Unix milliseconds; the end is not part of it.
    pub(crate) from: i64,
    pub(crate) until: i64,
    pub(crate) version: u32,
    /// Slot of the version before, and of the one after.
    previous: u32,
    pub(crate) next: u32,
    rules: u32,
    scope: u32,
}

/// What an edit came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edit {
    /// A fence that was not there.
    Added,
    /// A new version of a known fence.
    Changed,
    /// Nothing new.
    Unchanged,
    /// A fence is gone.
    Deleted,
}

impl FenceSet {
    /// An empty set that keeps ended versions for `retention_ms` milliseconds.
    #[must_use]
    pub fn new(retention_ms: i64) -> Self {
        Self {
            slots: Vec::new(),
            newest: HashMap::default(),
            index: Index::default(),
            rules: Vec::new(),
            rules_by_text: HashMap::new(),
            crossed: false,
            scopes: Vec::new(),
            scopes_by_text: HashMap::new(),
            ended: VecDeque::new(),
            dead: Vec::new(),
            dropping: None,
            free: Vec::new(),
            live: 0,
            retention_ms,
        }
    }

    /// A set of all these fences at once: much faster than one by one. Definitions that cannot be used are returned.
    #[must_use]
    pub fn load<'a>(
        fences: impl IntoIterator<Item = &'a proto::Fence>,
        retention_ms: i64,
    ) -> (Self, Vec<DefinitionError>) {
        let mut set = Self::new(retention_ms);
        let errors = fences
            .into_iter()
            .filter_map(|fence| set.place(fence, i64::MIN, false).err())
            .collect();
        set.reindex();
        (set, errors)
    }

    /// Takes a definition whose record was written at `at`, Unix milliseconds.
    ///
    /// # Errors
    /// When it cannot be used; the fence stays as it was.
    pub fn define(&mut self, fence: &proto::Fence, at: i64) -> Result<Edit, DefinitionError> {
        self.place(fence, at, true)
    }

    /// Takes a definition without indexing it; [`FenceSet::reindex`] follows when the last one is in.
    ///
    /// # Errors
    /// As [`FenceSet::define`].
    pub fn preload(&mut self, fence: &proto::Fence, at: i64) -> Result<Edit, DefinitionError> {
        self.place(fence, at, false)
    }

    /// Builds the index anew over all fences.
    pub fn reindex(&mut self) {
        let entries = self
            .slots
            .iter()
            .zip(0_u32..)
            .filter(|(slot, _)| slot.until > slot.from)
            .flat_map(|(slot, number)| slot.shape.boxes().into_iter().map(move |bounds| (bounds, number)));
        self.index = Index::bulk_load(entries);
        self.dropping = None;
        let dead = std::mem::take(&mut self.dead);
        self.free.extend(dead);
    }

    /// Deletes a fence from `at` on.
    pub fn delete(&mut self, id: &str, at: i64) -> Edit {
        match self.newest(FenceKey::of(id)) {
            Some((number, slot)) if slot.until == i64::MAX && &*slot.id == id => {
                let at = at.max(slot.from);
                self.end(number, at);
                self.live -= 1;
                Edit::Deleted
            }
            _ => Edit::Unchanged,
        }
    }

    fn place(&mut self, fence: &proto::Fence, at: i64, index: bool) -> Result<Edit, DefinitionError> {
        let rules = self.share_rules(fence);
        let definition = Definition::read(fence, rules.as_ref().err().cloned())?;
        let rules = rules.unwrap_or(NO_SLOT);
        let key = FenceKey::of(&fence.id);
        let before = self
            .newest(key)
            .map(|(number, slot)| (number, slot.until, slot.from));
        if let Some((_, slot)) = self.newest(key)
            && *slot.id != *fence.id
        {
            return Err(DefinitionError {
                fence: fence.id.clone(),
                problems: vec![DefinitionProblem::Field(format!(
                    "the id has the same key as {:?}: give the fence another id",
                    slot.id
                ))],
            });
        }
        let scope = self.share_scope(fence, &definition);
        let from = match (&fence.valid_from, before) {
            (Some(from), _) => millis(from),
            // The first version, or one that has no number, holds from the beginning when nothing else is known.
            (None, None) if fence.version <= 1 => i64::MIN,
            (None, _) => at,
        };
        if let Some((number, until, begun)) = before {
            let same = self.slots.get(index_of(number)).is_some_and(|slot| {
                slot.until == i64::MAX
                    && slot.version == definition.version
                    && slot.shape == definition.shape
                    && (slot.rules, slot.scope) == (rules, scope)
                    && *slot.name == *fence.name
            });
            if same {
                return Ok(Edit::Unchanged);
            }
            if until == i64::MAX {
                self.end(number, from.max(begun));
                self.live -= 1;
            }
        }
        let number = self.put(Slot {
            shape: definition.shape,
            key,
            id: fence.id.as_str().into(),
            name: fence.name.as_str().into(),
            from,
            until: i64::MAX,
            version: definition.version,
            previous: before.map_or(NO_SLOT, |(number, ..)| number),
            next: NO_SLOT,
            rules,
            scope,
        });
        if let Some((old, until, _)) = before
            && let Some(slot) = self.slots.get_mut(index_of(old))
            && until == i64::MAX
        {
            slot.next = number;
        }
        self.newest.insert(key, number);
        self.live += 1;
        if index && let Some(slot) = self.slots.get(index_of(number)) {
            for bounds in slot.shape.boxes() {
                self.index.insert(bounds, number);
            }
        }
        Ok(if before.is_some() {
            Edit::Changed
        } else {
            Edit::Added
        })
    }

    /// The number of the rules of a fence; those that are new are read.
    fn share_rules(&mut self, fence: &proto::Fence) -> Result<u32, Vec<String>> {
        let text = fence
            .rules
            .as_ref()
            .map(proto::Rules::encode_to_vec)
            .unwrap_or_default();
        if let Some(number) = self.rules_by_text.get(&text) {
            return Ok(*number);
        }
        let rules = Rules::read(&fence.rules.clone().unwrap_or_default())?;
        self.crossed |= rules.cross;
        self.rules.push(rules);
        let number = u32::try_from(self.rules.len() - 1).unwrap_or(NO_SLOT);
        self.rules_by_text.insert(text, number);
        Ok(number)
    }

    fn share_scope(&mut self, fence: &proto::Fence, definition: &Definition) -> u32 {
        let Some(scope) = &definition.scope else {
            return NO_SLOT;
        };
        let text = fence
            .scope
            .as_ref()
            .map(proto::Scope::encode_to_vec)
            .unwrap_or_default();
        *self.scopes_by_text.entry(text).or_insert_with(|| {
            self.scopes.push(scope.clone());
            u32::try_from(self.scopes.len() - 1).unwrap_or(NO_SLOT)
        })
    }

    fn put(&mut self, slot: Slot) -> u32 {
        if let Some(number) = self.free.pop()
            && let Some(place) = self.slots.get_mut(index_of(number))
        {
            *place = slot;
            return number;
        }
        self.slots.push(slot);
        u32::try_from(self.slots.len() - 1).unwrap_or(NO_SLOT)
    }

    fn end(&mut self, number: u32, at: i64) {
        if let Some(slot) = self.slots.get_mut(index_of(number)) {
            slot.until = at;
            self.ended.push_back((at, number));
        }
    }

    /// Forgets versions that ended so long before `now` that no fix can ask for them.
    pub fn forget(&mut self, now: i64) {
        let limit = now.saturating_sub(self.retention_ms);
        while let Some((_, number)) = self.ended.pop_front_if(|(ended, _)| *ended < limit) {
            let Some(slot) = self.slots.get(index_of(number)) else {
                continue;
            };
            let (key, next) = (slot.key, slot.next);
            if self.newest.get(&key) == Some(&number) {
                self.newest.remove(&key);
            } else if let Some(next) = self.slots.get_mut(index_of(next)) {
                next.previous = NO_SLOT;
            }
            if let Some(slot) = self.slots.get_mut(index_of(number)) {
                // Holds at no time, and matches no key until the slot is used again.
                (slot.from, slot.until) = (i64::MAX, i64::MIN);
            }
            self.index.remove(number);
            self.dead.push(number);
        }
    }

    /// A rebuild of the index to be run on another thread, when there were many edits and none is under way.
    pub fn rebuild(&mut self) -> Option<Rebuild> {
        if self.dropping.is_some() {
            return None;
        }
        let job = self.index.rebuild()?;
        self.dropping = Some(self.dead.len());
        Some(job)
    }

    /// Swaps a rebuilt index in.
    pub fn install(&mut self, rebuilt: Rebuilt) {
        if let Some(count) = self.dropping.take() {
            self.index.install(rebuilt);
            self.free.extend(self.dead.drain(..count.min(self.dead.len())));
        }
    }

    /// Gives up a rebuild that failed.
    pub fn abandon_rebuild(&mut self) {
        self.dropping = None;
    }

    /// Number of fences that hold now.
    #[must_use]
    pub fn len(&self) -> usize {
        self.live
    }

    /// True when there is no fence.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.live == 0
    }

    /// Rectangles in the main index and on its side, and slots to be dropped.
    #[must_use]
    pub fn index_sizes(&self) -> (usize, usize, usize) {
        self.index.sizes()
    }

    /// Id, and name, of the fence with that key.
    #[must_use]
    pub fn name_of(&self, key: FenceKey) -> Option<(&str, &str)> {
        self.newest(key).map(|(_, slot)| (&*slot.id, &*slot.name))
    }

    /// The name of the fence of that id, when it holds now.
    #[must_use]
    pub fn name_now(&self, id: &str) -> Option<&str> {
        let (_, slot) = self.newest(FenceKey::of(id))?;
        (slot.until == i64::MAX && *slot.id == *id).then_some(&*slot.name)
    }

    /// True when the fence of that id holds now and contains the point.
    #[must_use]
    pub fn holds_now(&self, id: &str, point: spatial::Point) -> bool {
        self.newest(FenceKey::of(id))
            .is_some_and(|(_, slot)| slot.until == i64::MAX && *slot.id == *id && slot.shape.contains(point))
    }

    /// Ids of the fences that contain the point now, in order. With an accuracy also the probability of each fence that the fix
    /// may be in.
    pub fn containing(&self, point: spatial::Point) -> Vec<&str> {
        let mut found: Vec<&str> = Vec::new();
        self.index.visit(spatial::Bounds::at(point), |number, _| {
            if let Some(slot) = self.slot(number)
                && slot.until == i64::MAX
                && slot.shape.contains(point)
            {
                found.push(&slot.id);
            }
        });
        found.sort_unstable();
        found.dedup();
        found
    }

    /// Fences that a fix of that accuracy may be in with a probability of at least `least`, in the order of their ids.
    pub fn probable(&self, point: spatial::Point, accuracy_m: f64, least: f64) -> Vec<(&str, f64)> {
        let mut found: Vec<(&str, f64)> = Vec::new();
        self.index
            .visit(spatial::Bounds::at(point).grown(3.0 * accuracy_m), |number, _| {
                if let Some(slot) = self.slot(number)
                    && slot.until == i64::MAX
                {
                    let probability = slot.shape.relation(point, accuracy_m).probability;
                    if probability >= least {
                        found.push((&slot.id, probability));
                    }
                }
            });
        found.sort_unstable_by(|a, b| a.0.cmp(b.0));
        found.dedup_by(|a, b| a.0 == b.0);
        found
    }

    pub(crate) fn index(&self) -> &Index {
        &self.index
    }

    /// False when no fence asks for ways through it.
    pub(crate) fn are_crossed(&self) -> bool {
        self.crossed
    }

    /// Looks at slots that are about to be asked, all in one go: among many fences they lie where the processor has to fetch
    /// them from memory, and what it fetches together costs the wait of one.
    pub(crate) fn fetch_slots(&self, numbers: impl Iterator<Item = u32>) {
        let slots = numbers.filter_map(|number| self.slot(number));
        // Something of each of its pieces.
        let read = |slot: &Slot| (slot.until ^ slot.key.0.cast_signed(), slot.shape.heap_bytes());
        std::hint::black_box(
            slots
                .map(read)
                .fold((0, 0), |(one, other), (time, bytes)| (one ^ time, other ^ bytes)),
        );
    }

    /// The same with the shapes of the slots as far as they have to do with the point.
    pub(crate) fn fetch_shapes(&self, numbers: impl Iterator<Item = u32>, point: spatial::Point) {
        let slots = numbers.filter_map(|number| self.slot(number));
        std::hint::black_box(slots.fold(0, |read, slot| read ^ slot.shape.fetch(point)));
    }

    pub(crate) fn slot(&self, number: u32) -> Option<&Slot> {
        self.slots.get(index_of(number))
    }

    pub(crate) fn newest(&self, key: FenceKey) -> Option<(u32, &Slot)> {
        let number = *self.newest.get(&key)?;
        Some((number, self.slot(number)?))
    }

    /// The version of a fence, as long as it is kept. `hint` is where it was last found.
    pub(crate) fn find(&self, key: FenceKey, version: u32, hint: u32) -> Option<(u32, &Slot)> {
        if let Some(slot) = self.slot(hint)
            && slot.key == key
            && slot.version == version
        {
            return Some((hint, slot));
        }
        let (mut number, mut slot) = self.newest(key)?;
        while slot.version != version {
            number = slot.previous;
            slot = self.slot(number).filter(|slot| slot.key == key)?;
        }
        Some((number, slot))
    }

    pub(crate) fn rules(&self, slot: &Slot) -> Option<&Rules> {
        self.rules.get(index_of(slot.rules))
    }

    /// `None` when the fence concerns everyone.
    pub(crate) fn scope(&self, slot: &Slot) -> Option<&Scope> {
        self.scopes.get(index_of(slot.scope))
    }
}

fn index_of(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}
