//! How many lines the log takes from one place of the program, so that a fault that happens ten thousand times a second
//! fills no disk.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use metrics::counter;
use telemetry::{Declaration, Unit};
use tracing::callsite::Identifier;
use tracing::subscriber::Interest;
use tracing::{Event, Metadata};
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::layer::{Context, Filter};

pub(crate) const LEFT_OUT: Declaration = Declaration::counter(
    "milepost_runtime_log_lines_left_out_total",
    Unit::Count,
    &[],
    "Lines that the log left out because too many came from one place of the program: log.lines_per_second.",
);

/// Lets so many lines a second pass from each place.
pub(crate) struct Quota {
    /// 0 for any number.
    per_second: u32,
    begun: Instant,
    places: Mutex<Places<Identifier>>,
}

/// Seconds and lines in them, by place.
#[derive(Debug)]
struct Places<K>(HashMap<K, (u64, u32)>);

impl<K: Eq + Hash> Places<K> {
    /// Counts a line; false when it is too many in its second.
    fn take(&mut self, place: K, second: u64, most: u32) -> bool {
        let (of, count) = self.0.entry(place).or_insert((second, 0));
        if *of != second {
            (*of, *count) = (second, 0);
        }
        *count += 1;
        *count <= most
    }
}

impl Quota {
    pub(crate) fn new(per_second: u32) -> Self {
        Self {
            per_second,
            begun: Instant::now(),
            places: Mutex::new(Places(HashMap::new())),
        }
    }
}

impl<S> Filter<S> for Quota {
    fn enabled(&self, _: &Metadata<'_>, _: &Context<'_, S>) -> bool {
        true
    }

    fn callsite_enabled(&self, _: &'static Metadata<'static>) -> Interest {
        // Not "always": a filter that says so may refuse no single event; tracing-subscriber asserts that in debug builds.
        if self.per_second == 0 {
            Interest::always()
        } else {
            Interest::sometimes()
        }
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(LevelFilter::TRACE)
    }

    fn event_enabled(&self, event: &Event<'_>, _: &Context<'_, S>) -> bool {
        if self.per_second == 0 {
            return true;
        }
        let second = self.begun.elapsed().as_secs();
        let mut places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
        let passes = places.take(event.metadata().callsite(), second, self.per_second);
        drop(places);
        if !passes {
            counter!(LEFT_OUT.name).increment(1);
        }
        passes
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use tracing::Subscriber;
    use tracing_subscriber::layer::{Layer, SubscriberExt as _};

    use super::*;

    /// Counts lines.
    struct Lines(Arc<AtomicUsize>);

    impl<S: Subscriber> Layer<S> for Lines {
        fn on_event(&self, _: &Event<'_>, _: Context<'_, S>) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn written(per_second: u32, lines: usize) -> usize {
        let count = Arc::new(AtomicUsize::new(0));
        let layer = Lines(Arc::clone(&count)).with_filter(Quota::new(per_second));
        tracing::subscriber::with_default(tracing_subscriber::registry().with(layer), || {
            (0..lines).for_each(|_| tracing::info!("flood"));
        });
        count.load(Ordering::Relaxed)
    }

    #[test]
    fn a_flood_is_cut_and_does_no_harm() {
        // Three in each second that it lasts.
        let passed = written(3, 3000);
        assert!((3..3000).contains(&passed), "{passed}");
        assert_eq!(written(0, 3000), 3000);
    }

    #[test]
    fn each_place_has_its_lines_in_each_second() {
        let mut places = Places(HashMap::new());
        let passed =
            |places: &mut Places<_>, place, second| (0..10).filter(|_| places.take(place, second, 3)).count();
        assert_eq!(passed(&mut places, "flood", 1), 3);
        assert_eq!(passed(&mut places, "other", 1), 3);
        assert_eq!(passed(&mut places, "flood", 2), 3);
    }
}
