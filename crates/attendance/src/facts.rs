//! From messages to facts: positions, punches and observed presences as the engine takes them.

use events::position::v1::{Position, Quality, Source};
use events::punch::v1 as punch_pb;
use events::roster::v1 as roster_pb;
use spatial::Point;

use crate::engine::span::Span;
use crate::engine::{Presence, Punch, PunchPlace};
use crate::presence::default_accuracy;
use crate::roster::when::When;
use crate::roster::{Person, Roster, SiteId};

/// A fix further ahead of its receipt than this has a wrong clock, seconds.
const AHEAD_S: i64 = 300;

/// What a position is good for.
#[derive(Debug, Clone, PartialEq)]
pub enum Usable {
    /// A fix.
    Fix {
        /// Unix seconds.
        at: i64,
        /// Where.
        point: Point,
        /// 68 % radius in metres.
        accuracy_m: f32,
        /// The device says that the location is simulated.
        mock: bool,
        /// When it was received.
        received_at: i64,
    },
    /// Its clock is wrong: only that it came at this time is known.
    WrongClock(i64),
    /// Nothing.
    Nothing,
}

/// What a position is good for.
#[must_use]
pub fn usable(position: &Position) -> Usable {
    let Some(at) = position.fix_time.as_ref().map(|time| time.seconds) else {
        return Usable::Nothing;
    };
    let received_at = position.received_at.as_ref().map_or(at, |time| time.seconds);
    let has = |wanted: Quality| position.quality().any(|quality| quality == wanted);
    if at > received_at + AHEAD_S
        || has(Quality::FutureTime)
        || has(Quality::ZoneSuspect)
        || has(Quality::ImpossibleTime)
    {
        return Usable::WrongClock(received_at);
    }
    let useless = !position.valid || has(Quality::ZeroCoordinates) || has(Quality::ImpossibleCoordinates);
    let point = Point::new(position.latitude, position.longitude);
    let (Ok(point), false) = (point, useless) else {
        return Usable::Nothing;
    };
    let source = Source::try_from(position.source).unwrap_or_default();
    let accuracy = position
        .accuracy_m
        .filter(|metres| *metres > 0.0)
        .unwrap_or_else(|| default_accuracy(source));
    #[allow(clippy::cast_possible_truncation, reason = "metres")]
    Usable::Fix {
        at,
        point,
        accuracy_m: accuracy as f32,
        mock: has(Quality::Mock),
        received_at,
    }
}

/// A punch and when it became known.
///
/// # Errors
/// With the field and what is wrong with it.
pub fn punch(
    given: &punch_pb::Punch,
    roster: &Roster,
    person: &Person,
) -> Result<(Punch, i64), (&'static str, String)> {
    let at = moment("time", &given.time, person)?
        .ok_or_else(|| ("time", "expected a time, found none; add it".to_owned()))?;
    let known_at = moment("known_at", &given.known_at, person)?.unwrap_or(at);
    let place = if given.site.is_empty() {
        match (given.latitude, given.longitude, given.distance_m) {
            (Some(latitude), Some(longitude), _) => {
                let point =
                    Point::new(latitude, longitude).map_err(|error| ("latitude", error.to_string()))?;
                #[allow(clippy::cast_possible_truncation, reason = "metres")]
                PunchPlace::Phone(point, given.accuracy_m.unwrap_or(30.0) as f32)
            }
            #[allow(clippy::cast_possible_truncation, reason = "metres")]
            (_, _, Some(metres)) => PunchPlace::Distance(metres as f32),
            _ => PunchPlace::Terminal,
        }
    } else {
        PunchPlace::Site(site(&given.site, roster)?)
    };
    let id = if given.id.is_empty() {
        format!("{}/{}", person.id, given.time)
    } else {
        given.id.clone()
    };
    Ok((
        Punch {
            id: id.into(),
            at,
            kind: given.kind(),
            place,
            mock: given.mock,
        },
        known_at,
    ))
}

/// An observed presence and when it became known.
///
/// # Errors
/// With the field and what is wrong with it.
pub fn presence(
    given: &roster_pb::Presence,
    roster: &Roster,
    person: &Person,
) -> Result<(Presence, i64), (&'static str, String)> {
    let from = moment("from", &given.from, person)?
        .ok_or_else(|| ("from", "expected a time, found none; add it".to_owned()))?;
    let until = moment("until", &given.until, person)?
        .ok_or_else(|| ("until", "expected a time, found none; add it".to_owned()))?;
    if until <= from {
        return Err(("until", "the presence ends before it begins; correct it".into()));
    }
    let place = match (given.site.as_str(), given.outside) {
        ("", true) => None,
        ("", false) => {
            return Err((
                "site",
                "expected a site, or outside = true, found neither; add one".into(),
            ));
        }
        (id, false) => Some(site(id, roster)?),
        _ => {
            return Err((
                "outside",
                "expected a site or outside = true, found both; take one out".into(),
            ));
        }
    };
    let known_at = moment("known_at", &given.known_at, person)?.unwrap_or(from);
    let id = if given.id.is_empty() {
        format!("{}/{}", person.id, given.from)
    } else {
        given.id.clone()
    };
    #[allow(clippy::cast_possible_truncation, reason = "metres")]
    let distance_m = given.distance_m as f32;
    let presence = Presence {
        id: id.into(),
        site: place,
        span: Span::new(from, until),
        distance_m,
        unknown_before: given.unknown_before,
        unknown_after: given.unknown_after,
        coarse: given.coarse,
    };
    Ok((presence, known_at))
}

fn site(id: &str, roster: &Roster) -> Result<SiteId, (&'static str, String)> {
    roster
        .sites
        .iter()
        .position(|site| *site.id == *id)
        .and_then(|position| SiteId::try_from(position).ok())
        .ok_or_else(|| {
            (
                "site",
                format!("there is no usable site {id:?}; define it or correct the id"),
            )
        })
}

fn moment(field: &'static str, text: &str, person: &Person) -> Result<Option<i64>, (&'static str, String)> {
    if text.is_empty() {
        return Ok(None);
    }
    When::parse(text)
        .map(|when| Some(when.begin(&person.zone)))
        .map_err(|error| (field, format!("{error}; correct it")))
}
