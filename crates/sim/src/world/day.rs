//! What the people of the town do with their days.

use rand::RngExt;
use rand::rngs::StdRng;

use super::{Mode, PlaceId, PlaceKind, Places, Planner, RoadNetwork, Track};

/// What somebody does for a living; decides how the day looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Occupation {
    /// At the head office from nine to six, lunch around the corner.
    Office,
    /// The same at the branch.
    BranchOffice,
    /// Begins at the head office and visits customers.
    Field,
    /// Delivers from the depot by car, two rounds a day.
    Courier,
    /// Delivers from the depot by electric bicycle.
    BikeCourier,
    /// Lorry between depot and far customers.
    Lorry,
    /// Drives around and looks after customers' premises, always the same round.
    Patrol,
    /// Guards the depot from ten at night to six.
    NightGuard,
}

impl Occupation {
    /// Name in the truth files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Office => "office",
            Self::BranchOffice => "branch-office",
            Self::Field => "field",
            Self::Courier => "courier",
            Self::BikeCourier => "bike-courier",
            Self::Lorry => "lorry",
            Self::Patrol => "patrol",
            Self::NightGuard => "night-guard",
        }
    }

    /// Hours that are due, local time, as minutes after midnight; the end may lie on the next day.
    #[must_use]
    pub const fn hours(self) -> (u32, u32) {
        match self {
            Self::Office | Self::BranchOffice | Self::Field => (9 * 60, 18 * 60),
            Self::Courier | Self::BikeCourier | Self::Lorry | Self::Patrol => (8 * 60, 17 * 60),
            Self::NightGuard => (22 * 60, 30 * 60),
        }
    }

    /// Where the hours are due.
    #[must_use]
    pub const fn site(self) -> PlaceKind {
        match self {
            Self::Office | Self::Field => PlaceKind::HeadOffice,
            Self::BranchOffice => PlaceKind::Branch,
            Self::Courier | Self::BikeCourier | Self::Lorry | Self::Patrol | Self::NightGuard => {
                PlaceKind::Depot
            }
        }
    }

    /// True where the tracker sits in a vehicle that sleeps at the depot.
    #[must_use]
    pub const fn is_vehicle(self) -> bool {
        matches!(self, Self::Courier | Self::Lorry | Self::Patrol)
    }
}

const MINUTE: f64 = 60.0;
const HOUR: f64 = 3600.0;
const DAY: f64 = 86_400.0;

/// Plans `days` days of one mover who lives at `home`.
#[must_use]
pub fn plan(
    occupation: Occupation,
    home: PlaceId,
    days: u32,
    roads: &RoadNetwork,
    places: &Places,
    rng: &mut StdRng,
) -> Track {
    let site = places.first(occupation.site());
    let night = occupation == Occupation::NightGuard;
    let begin = if night || occupation.is_vehicle() {
        site
    } else {
        home
    };
    let mut walk = Walk {
        planner: Planner::new(roads, places, begin),
        places,
        home,
        site,
        pace: rng.random_range(0.85..1.05),
        rng,
    };
    for day in 0..days {
        let midnight = f64::from(day) * DAY;
        match occupation {
            Occupation::Office | Occupation::BranchOffice => walk.office_day(midnight),
            Occupation::Field => walk.field_day(midnight),
            Occupation::Courier => walk.rounds(midnight, Mode::Car),
            Occupation::BikeCourier => walk.rounds(midnight, Mode::EBike),
            Occupation::Lorry => walk.lorry_day(midnight),
            Occupation::Patrol => walk.patrol_day(midnight),
            Occupation::NightGuard => walk.night(midnight),
        }
    }
    walk.planner.stay_until(f64::from(days) * DAY);
    walk.planner.finish()
}

/// One mover's decisions.
struct Walk<'a> {
    planner: Planner<'a>,
    places: &'a Places,
    home: PlaceId,
    site: PlaceId,
    pace: f64,
    rng: &'a mut StdRng,
}

impl Walk<'_> {
    fn minutes(&mut self, from: f64, to: f64) -> f64 {
        self.rng.random_range(from..to) * MINUTE
    }

    fn go(&mut self, to: PlaceId, mode: Mode) {
        let motion = self.motion(to, mode);
        self.planner.go(to, motion);
    }

    fn motion(&mut self, to: PlaceId, mode: Mode) -> super::Motion {
        let (rng, pace) = (&mut *self.rng, self.pace);
        self.planner.way(to, mode, pace, || {
            // Four in ten lights are red.
            if rng.random_bool(0.4) {
                rng.random_range(8.0..75.0)
            } else {
                0.0
            }
        })
    }

    /// Leaves so that the arrival falls on `arrival`.
    fn arrive(&mut self, to: PlaceId, mode: Mode, arrival: f64) {
        let motion = self.motion(to, mode);
        self.planner.stay_until(arrival - motion.duration_s());
        self.planner.go(to, motion);
    }

    fn commute(&self) -> Mode {
        let (home, site) = (self.places.get(self.home), self.places.get(self.site));
        match home.point.distance(site.point) {
            d if d < 1200.0 => Mode::Walk,
            d if d < 4000.0 => Mode::EBike,
            _ => Mode::Car,
        }
    }

    fn customer(&mut self) -> PlaceId {
        let all: Vec<PlaceId> = self.places.of(PlaceKind::Customer).collect();
        loop {
            let pick = all[self.rng.random_range(0..all.len())];
            if pick != self.planner.place() {
                return pick;
            }
        }
    }

    fn office_day(&mut self, midnight: f64) {
        let commute = self.commute();
        // Most come in time, one in eight too late.
        let arrival = if self.rng.random_bool(0.125) {
            9.0 * HOUR + self.minutes(6.0, 28.0)
        } else {
            8.0 * HOUR + self.minutes(38.0, 58.0)
        };
        self.arrive(self.site, commute, midnight + arrival);
        if self.rng.random_bool(0.7) && self.places.get(self.site).kind == PlaceKind::HeadOffice {
            let leave = midnight + 12.0 * HOUR + self.minutes(2.0, 9.0);
            self.planner.stay_until(leave);
            self.go(self.places.first(PlaceKind::Canteen), Mode::Walk);
            let meal = self.minutes(18.0, 28.0);
            self.planner.stay_until(self.planner.now() + meal);
            self.go(self.site, Mode::Walk);
        }
        if self.rng.random_bool(0.1) {
            // Out for an errand that nobody approved.
            let leave = midnight + 14.0 * HOUR + self.minutes(0.0, 60.0);
            let to = self.customer();
            self.planner.stay_until(leave);
            self.go(to, Mode::Car);
            let errand = self.minutes(15.0, 30.0);
            self.planner.stay_until(self.planner.now() + errand);
            self.go(self.site, Mode::Car);
        }
        let leave = midnight + 18.0 * HOUR + self.minutes(1.0, 35.0);
        self.planner.stay_until(leave);
        self.go(self.home, commute);
    }

    fn field_day(&mut self, midnight: f64) {
        let arrival = midnight + 8.0 * HOUR + self.minutes(35.0, 58.0);
        self.arrive(self.site, Mode::Car, arrival);
        let briefing = self.minutes(20.0, 45.0);
        self.planner.stay_until(self.planner.now() + briefing);
        for _ in 0..self.rng.random_range(3..=5) {
            if self.planner.now() > midnight + 16.0 * HOUR {
                break;
            }
            let to = self.customer();
            self.go(to, Mode::Car);
            let visit = self.minutes(18.0, 70.0);
            self.planner.stay_until(self.planner.now() + visit);
        }
        if self.rng.random_bool(0.6) {
            self.go(self.site, Mode::Car);
            let leave = midnight + 18.0 * HOUR + self.minutes(2.0, 40.0);
            self.planner.stay_until(leave);
        }
        self.go(self.home, Mode::Car);
    }

    fn rounds(&mut self, midnight: f64, mode: Mode) {
        // A vehicle sleeps at the depot, a rider at home.
        let ready = midnight + 8.0 * HOUR + self.minutes(-8.0, 4.0);
        if self.planner.place() == self.site {
            self.planner.stay_until(ready + 10.0 * MINUTE);
        } else {
            self.arrive(self.site, mode, ready);
        }
        for round in 0..2 {
            let loading = self.minutes(12.0, 25.0);
            self.planner.stay_until(self.planner.now() + loading);
            let until = midnight + if round == 0 { 12.0 } else { 16.3 } * HOUR;
            while self.planner.now() < until - 40.0 * MINUTE {
                let to = self.customer();
                self.go(to, mode);
                // Some deliveries take less than five minutes and are no stops.
                let hand_over = self.minutes(3.0, 14.0);
                self.planner.stay_until(self.planner.now() + hand_over);
            }
            self.go(self.site, mode);
            if round == 0 {
                self.planner.stay_until(midnight + 13.0 * HOUR);
            }
        }
        self.planner.stay_until(midnight + 17.0 * HOUR);
        if mode == Mode::EBike {
            self.go(self.home, mode);
        }
    }

    fn lorry_day(&mut self, midnight: f64) {
        let begin = midnight + 7.0 * HOUR + self.minutes(45.0, 75.0);
        self.planner.stay_until(begin);
        for _ in 0..self.rng.random_range(2..=3) {
            let to = self.customer();
            self.go(to, Mode::Lorry);
            let unloading = self.minutes(25.0, 60.0);
            self.planner.stay_until(self.planner.now() + unloading);
            self.go(self.site, Mode::Lorry);
            let loading = self.minutes(20.0, 45.0);
            self.planner.stay_until(self.planner.now() + loading);
        }
    }

    fn patrol_day(&mut self, midnight: f64) {
        let round: Vec<PlaceId> = self.places.of(PlaceKind::Customer).take(5).collect();
        for hour in [8.0, 11.0, 14.0] {
            let begin = midnight + hour * HOUR + self.minutes(2.0, 12.0);
            self.planner.stay_until(begin);
            for &to in &round {
                self.go(to, Mode::Car);
                let look = self.minutes(5.5, 9.0);
                self.planner.stay_until(self.planner.now() + look);
            }
            self.go(self.site, Mode::Car);
        }
    }

    /// From the night before until six, home, back for ten in the evening.
    fn night(&mut self, midnight: f64) {
        let leave = midnight + 6.0 * HOUR + self.minutes(2.0, 9.0);
        self.planner.stay_until(leave);
        self.go(self.home, Mode::Car);
        let arrival = midnight + 21.0 * HOUR + self.minutes(42.0, 57.0);
        self.arrive(self.site, Mode::Car, arrival);
    }
}
