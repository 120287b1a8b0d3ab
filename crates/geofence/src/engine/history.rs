//! The past of one device: its fixes in the order of time and the events that came of them, so that a late fix is taken
//! as if it had been in time.
//!
//! Fixes are kept in chunks, each with the state before its first fix. A late fix goes to its place in its chunk; the
//! chunk is played anew from that state, and the following ones until the state is the one it was: what came later
//! cannot have changed then. What differs from what had been told is corrected.

use std::collections::VecDeque;

use super::codec::{LAYOUT, Reader, Writer};
use super::fix::{Fix, Quarantine};
use super::revise::{self, Marks};
use super::step::Live;
use super::transition::{Change, Identity, Transition};
use super::{Context, Settings};

/// Fixes of a full chunk. Small chunks make late fixes and saves cheap, large ones the states between them rare.
const CHUNK: usize = 8;

/// An event that has been told.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Logged {
    pub(super) identity: Identity,
    pub(super) confirmed_at: i64,
    pub(super) digest: u32,
}

impl Logged {
    fn of(event: &Transition) -> Self {
        Self {
            identity: event.identity(),
            confirmed_at: event.confirmed_at,
            digest: event.digest(),
        }
    }
}

/// What became of a fix.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// It is the newest of its device.
    InOrder,
    /// It is older than others that came before it; the past was corrected.
    Late,
    /// It was there already.
    Repeated,
    /// Another fix of the same time, and a better one, was there already.
    Outranked,
}

/// All that is known of one device.
#[derive(Debug, Default)]
pub struct Track {
    chunks: VecDeque<Chunk>,
    /// Time of the last fix of the first chunk: whether there is something to forget is asked after each fix, and the chunk
    /// itself lies where nothing else is looked at.
    oldest: Option<i64>,
    /// The chunk that is being filled.
    open: Open,
    /// State after the last fix, and after what was due since.
    live: Live,
    /// Latest time at which something was told without a fix.
    fired: i64,
    /// Time of the newest fix that is no longer kept.
    forgotten: i64,
    /// Latest time at which a fix was received. What is told later without a fix was not known before.
    heard: i64,
    marks: Marks,
    fixes: usize,
    next_id: u32,
    saved: Unsaved,
}

/// What has to be saved.
#[derive(Debug, Default)]
struct Unsaved {
    head: bool,
    chunks: Vec<u32>,
    gone: Vec<u32>,
}

/// A part of the past, decoded.
#[derive(Debug, Default, Clone)]
struct Open {
    /// State before the first fix.
    start: Live,
    fixes: Vec<Fix>,
    log: Vec<Logged>,
}

/// A part of the past, encoded.
#[derive(Debug)]
struct Chunk {
    id: u32,
    first: i64,
    last: i64,
    count: usize,
    bytes: Box<[u8]>,
}

impl Open {
    fn encode(&self, id: u32) -> Chunk {
        let mut writer = Writer::with_room();
        self.write(&mut writer);
        Chunk {
            id,
            first: self.fixes.first().map_or(i64::MAX, |fix| fix.time),
            last: self.fixes.last().map_or(i64::MIN, |fix| fix.time),
            count: self.fixes.len(),
            bytes: writer.bytes.into(),
        }
    }

    fn write(&self, writer: &mut Writer) {
        writer.byte(LAYOUT);
        writer.live(&self.start);
        writer.count(self.fixes.len());
        let mut before = None;
        for fix in &self.fixes {
            writer.fix(fix, before);
            before = Some(fix);
        }
        writer.log(&self.log, self.fixes.first().map_or(0, |fix| fix.time));
    }

    fn read(reader: &mut Reader<'_>) -> Option<Self> {
        if reader.byte()? != LAYOUT {
            return None;
        }
        let start = reader.live()?;
        let count = reader.count()?;
        let mut fixes: Vec<Fix> = Vec::with_capacity(count);
        for _ in 0..count {
            fixes.push(reader.fix(fixes.last())?);
        }
        let log = reader.log(fixes.first().map_or(0, |fix| fix.time))?;
        Some(Self { start, fixes, log })
    }
}

impl Chunk {
    fn decode(&self) -> Open {
        // Chunks are written by this process or were checked when they were restored.
        Open::read(&mut Reader { bytes: &self.bytes }).unwrap_or_default()
    }
}

impl Default for Marks {
    fn default() -> Self {
        Self::new()
    }
}

impl Track {
    /// Takes a fix received at `arrival` and adds what is to be published.
    ///
    /// # Errors
    /// When the fix is older than what is kept.
    pub fn observe(
        &mut self,
        fix: Fix,
        arrival: i64,
        context: &Context<'_>,
        out: &mut Vec<Change>,
    ) -> Result<Taken, Quarantine> {
        let newest = self.live.last.map(|last| last.time);
        match newest {
            Some(newest) if fix.time <= newest.max(self.fired) => {
                self.observe_late(fix, newest, arrival, context, out)
            }
            _ => {
                self.append(fix, arrival, context, out);
                Ok(Taken::InOrder)
            }
        }
    }

    fn append(&mut self, fix: Fix, arrival: i64, context: &Context<'_>, out: &mut Vec<Change>) {
        if self.open.fixes.len() >= CHUNK {
            self.seal();
        }
        self.heard = self.heard.max(arrival);
        let mut events = Vec::new();
        self.live.step(&fix, context, &mut events);
        self.open.fixes.push(fix);
        self.fixes += 1;
        self.saved.head = true;
        self.tell(events, arrival, context, out);
        self.forget(fix.time, context.settings);
    }

    /// Publishes events that are new.
    fn tell(&mut self, events: Vec<Transition>, arrival: i64, context: &Context<'_>, out: &mut Vec<Change>) {
        for event in events {
            self.open.log.push(Logged::of(&event));
            let late = arrival - event.confirmed_at > context.settings.late_after_ms;
            out.push(self.marks.first(event, context.device, arrival, late));
        }
    }

    /// Does what is due at `now` for a device that is silent.
    pub fn tick(&mut self, now: i64, context: &Context<'_>, out: &mut Vec<Change>) {
        let limit = now - context.settings.settle_ms;
        if self.live.presences.is_empty() || self.live.last.is_none_or(|last| last.time >= limit) {
            return;
        }
        self.advance(limit, context, out);
    }

    /// Lets time go on to `limit`: exits that wait for silence, stale devices, begins of schedules, changed fences.
    pub fn advance(&mut self, limit: i64, context: &Context<'_>, out: &mut Vec<Change>) {
        let known = self.live.presences.len();
        let mut events = Vec::new();
        self.live.advance(limit, context, &mut events);
        if events.is_empty() && known == self.live.presences.len() {
            return;
        }
        self.saved.head = true;
        for event in events {
            self.fired = self.fired.max(event.confirmed_at);
            let known = event.confirmed_at.max(self.heard);
            self.tell(vec![event], known, context, out);
        }
    }

    /// At the end of all data: fixes outside that wait for their time make an exit, since nothing will speak against it.
    pub fn finish(&mut self, until: i64, context: &Context<'_>, out: &mut Vec<Change>) {
        let pending = self
            .live
            .presences
            .iter()
            .filter_map(|presence| presence.exit_expected(context))
            .max();
        let limit = pending.map_or(until, |due| due.max(until));
        if limit > until {
            // Only the exits: time has not come for anything else.
            let waiting: Vec<_> = self
                .live
                .presences
                .iter()
                .filter(|presence| presence.exit_expected(context).is_some())
                .cloned()
                .collect();
            let mut events = Vec::new();
            for mut presence in waiting {
                presence.advance(limit, None, context, &mut events);
                self.live.presences.retain(|other| other.fence != presence.fence);
            }
            self.saved.head = true;
            self.tell(events, until, context, out);
        }
        self.advance(until, context, out);
    }

    fn observe_late(
        &mut self,
        fix: Fix,
        newest: i64,
        arrival: i64,
        context: &Context<'_>,
        out: &mut Vec<Change>,
    ) -> Result<Taken, Quarantine> {
        let behind = newest - fix.time;
        if behind > context.settings.horizon_ms || fix.time <= self.forgotten {
            return Err(Quarantine::TooOld {
                behind_s: behind / 1000,
            });
        }
        let open_from = self.open.fixes.first().map_or(i64::MAX, |first| first.time);
        // The last chunk that begins before the fix; what is before all of them goes to the first.
        let place = if fix.time >= open_from || self.chunks.is_empty() {
            self.chunks.len()
        } else {
            self.chunks
                .partition_point(|chunk| chunk.first <= fix.time)
                .saturating_sub(1)
        };
        let mut part = match self.chunks.get(place) {
            Some(chunk) => chunk.decode(),
            None => std::mem::take(&mut self.open),
        };
        let before = part.fixes.len();
        let result = insert(&mut part.fixes, fix);
        if matches!(result, Taken::Repeated | Taken::Outranked) {
            if place == self.chunks.len() {
                self.open = part;
            }
            return Ok(result);
        }
        self.fixes += part.fixes.len() - before;
        self.heard = self.heard.max(arrival);
        self.replay(place, part, arrival, context, out);
        Ok(Taken::Late)
    }

    /// Plays the past anew from a chunk on, whose fixes are given.
    fn replay(
        &mut self,
        from: usize,
        part: Open,
        arrival: i64,
        context: &Context<'_>,
        out: &mut Vec<Change>,
    ) {
        let (mut old, mut new): (Vec<Logged>, Vec<Transition>) = (Vec::new(), Vec::new());
        let mut place = from;
        let mut part = part;
        self.saved.head = true;
        loop {
            old.append(&mut part.log);
            let mut state = part.start.clone();
            let told = new.len();
            for fix in &part.fixes {
                state.step(fix, context, &mut new);
            }
            let last = place >= self.chunks.len();
            if last {
                state.advance(self.fired, context, &mut new);
                self.live = state;
                part.log = new.iter().skip(told).map(Logged::of).collect();
                self.open = part;
                break;
            }
            part.log = new.iter().skip(told).map(Logged::of).collect();
            place += self.put(place, part, context);
            let (next, same) = match self.chunks.get(place) {
                Some(chunk) => {
                    let next = chunk.decode();
                    let same = next.start == state;
                    (next, same)
                }
                None => {
                    let same = self.open.start == state;
                    (
                        if same {
                            Open::default()
                        } else {
                            std::mem::take(&mut self.open)
                        },
                        same,
                    )
                }
            };
            if same {
                break;
            }
            part = Open { start: state, ..next };
        }
        while self.open.fixes.len() > 2 * CHUNK {
            self.split_open(context);
        }
        self.note_oldest();
        self.keep_unknown(&old, context);
        revise::compare(&old, new, &mut self.marks, arrival, context, out);
        let newest = self.live.last.map_or(i64::MIN, |last| last.time);
        self.forget(newest, context.settings);
    }

    /// Events of fences that are no longer known cannot be judged again; they stay as they are.
    fn keep_unknown(&mut self, old: &[Logged], context: &Context<'_>) {
        let unknown = old
            .iter()
            .filter(|logged| !revise::is_known(&logged.identity, context))
            .copied();
        self.open.log.splice(0..0, unknown);
    }

    /// Puts a played part in the place of a chunk, in two when it has grown. Returns how many chunks it takes.
    fn put(&mut self, place: usize, part: Open, context: &Context<'_>) -> usize {
        let parts = if part.fixes.len() > 2 * CHUNK {
            split(part, context)
        } else {
            vec![part]
        };
        let count = parts.len();
        for (number, part) in parts.into_iter().enumerate() {
            if number == 0 {
                if let Some(chunk) = self.chunks.get_mut(place) {
                    *chunk = part.encode(chunk.id);
                    self.saved.chunks.push(chunk.id);
                }
            } else {
                let id = self.new_id();
                self.chunks.insert(place + number, part.encode(id));
            }
        }
        count
    }

    fn split_open(&mut self, context: &Context<'_>) {
        let mut parts = split(std::mem::take(&mut self.open), context);
        self.open = parts.pop().unwrap_or_default();
        for part in parts {
            let id = self.new_id();
            self.chunks.push_back(part.encode(id));
        }
    }

    fn seal(&mut self) {
        let id = self.new_id();
        self.chunks.push_back(self.open.encode(id));
        self.note_oldest();
        self.open.start = self.live.clone();
        self.open.fixes.clear();
        self.open.log.clear();
    }

    fn new_id(&mut self) -> u32 {
        let id = self.next_id;
        self.next_id = self.next_id.wrapping_add(1);
        self.saved.chunks.push(id);
        id
    }

    /// Drops chunks that no late fix can reach.
    fn forget(&mut self, newest: i64, settings: &Settings) {
        while let Some(oldest) = self.oldest
            && (oldest < newest.saturating_sub(settings.horizon_ms) || self.fixes > settings.history_fixes)
            && let Some(chunk) = self.chunks.front()
        {
            self.forgotten = self.forgotten.max(chunk.last);
            self.fixes = self.fixes.saturating_sub(chunk.count);
            self.saved.gone.push(chunk.id);
            self.chunks.pop_front();
            self.note_oldest();
            self.marks.forget(newest.saturating_sub(2 * settings.horizon_ms));
        }
    }

    fn note_oldest(&mut self) {
        self.oldest = self.chunks.front().map(|chunk| chunk.last);
    }

    /// Fences that the device is in, with the time of the enter, Unix milliseconds.
    pub fn inside(&self) -> impl Iterator<Item = (super::FenceKey, i64)> {
        self.live
            .presences
            .iter()
            .filter(|presence| presence.is_inside())
            .map(|presence| (presence.fence, presence.since))
    }

    /// The newest fix.
    #[must_use]
    pub fn last(&self) -> Option<&Fix> {
        self.live.last.as_ref()
    }

    /// True when a change of one of these fences concerns the device.
    pub fn touches(&self, changed: impl Fn(super::FenceKey) -> bool) -> bool {
        self.live.presences.iter().any(|presence| changed(presence.fence))
    }

    /// Number of fixes that are kept.
    #[must_use]
    pub fn len(&self) -> usize {
        self.fixes
    }

    /// True when no fix is kept.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.fixes == 0
    }

    /// Bytes on the heap, about.
    #[must_use]
    pub fn heap_bytes(&self) -> usize {
        self.chunks.iter().map(|chunk| chunk.bytes.len()).sum::<usize>()
            + self.chunks.capacity() * size_of::<Chunk>()
            + self.open.fixes.capacity() * size_of::<Fix>()
            + self.open.log.capacity() * size_of::<Logged>()
    }

    /// True when there is something to save.
    #[must_use]
    pub fn has_unsaved(&self) -> bool {
        self.saved.head || !self.saved.chunks.is_empty() || !self.saved.gone.is_empty()
    }

    /// Gives what has to be saved since the last time: `save` gets the number of a chunk, or none for the head, and its
    /// bytes, or none when it is gone.
    pub fn save(&mut self, mut save: impl FnMut(Option<u32>, Option<Vec<u8>>)) {
        let unsaved = std::mem::take(&mut self.saved);
        for id in unsaved.gone {
            save(Some(id), None);
        }
        // Most often the last one only.
        let changed = self
            .chunks
            .iter()
            .rev()
            .filter(|chunk| unsaved.chunks.contains(&chunk.id))
            .take(unsaved.chunks.len());
        for chunk in changed {
            save(Some(chunk.id), Some(chunk.bytes.to_vec()));
        }
        if unsaved.head {
            let mut writer = Writer::with_room();
            self.open.write(&mut writer);
            writer.live(&self.live);
            writer.signed(self.fired);
            writer.signed(self.forgotten);
            writer.unsigned(u64::from(self.next_id));
            self.marks.write(&mut writer);
            writer.signed(self.heard);
            save(None, Some(writer.bytes));
        }
    }

    /// Reads what [`Track::save`] gave; `None` when the bytes are something else.
    #[must_use]
    pub fn restore(head: &[u8], chunks: impl IntoIterator<Item = (u32, Vec<u8>)>) -> Option<Self> {
        let mut reader = Reader { bytes: head };
        let open = Open::read(&mut reader)?;
        let mut track = Self {
            open,
            live: reader.live()?,
            fired: reader.signed()?,
            forgotten: reader.signed()?,
            next_id: u32::try_from(reader.unsigned()?).ok()?,
            marks: Marks::read(&mut reader)?,
            // Heads that were saved by versions before do not have it.
            heard: reader.signed().unwrap_or_default(),
            ..Self::default()
        };
        for (id, bytes) in chunks {
            let part = Open::read(&mut Reader { bytes: &bytes })?;
            track.fixes += part.fixes.len();
            track.chunks.push_back(part.encode(id));
        }
        track.fixes += track.open.fixes.len();
        track.chunks.make_contiguous().sort_by_key(|chunk| chunk.first);
        track.note_oldest();
        Some(track)
    }
}

/// Puts a fix in its place among others.
fn insert(fixes: &mut Vec<Fix>, fix: Fix) -> Taken {
    let place = fixes.partition_point(|other| other.time < fix.time);
    match fixes.get_mut(place) {
        Some(other) if other.time == fix.time => {
            if fix.repeats(other) {
                Taken::Repeated
            } else if fix.beats(other) {
                *other = fix;
                Taken::Late
            } else {
                Taken::Outranked
            }
        }
        _ => {
            fixes.insert(place, fix);
            Taken::Late
        }
    }
}

/// Cuts a part in pieces of the usual size, playing it to find the states between them.
fn split(part: Open, context: &Context<'_>) -> Vec<Open> {
    let mut pieces = Vec::new();
    let mut state = part.start;
    let mut log = part.log.into_iter().peekable();
    let count = part.fixes.len().div_ceil(CHUNK);
    for (number, fixes) in part.fixes.chunks(CHUNK).enumerate() {
        let start = state.clone();
        let mut events = Vec::new();
        for fix in fixes {
            state.step(fix, context, &mut events);
        }
        let own = if number + 1 == count {
            usize::MAX
        } else {
            events.len()
        };
        pieces.push(Open {
            start,
            fixes: fixes.to_vec(),
            log: log.by_ref().take(own).collect(),
        });
    }
    pieces
}
