//! What happens when, as the seed decides.

use std::time::{Duration, Instant};

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use serde::Serialize;
use sim::fleet::Watch;

use super::ByRole;
use super::troupe::{Role, Troupe};
use crate::chaos::scene::Scene;
use crate::say;

/// Shortest and longest time between two strikes, milliseconds.
const LIFE_MS: (u64, u64) = (50, 1500);
/// Longest time until a device is answered again.
const ANSWER_LIMIT: Duration = Duration::from_secs(180);
/// Wait between two looks at the answers.
const LOOK: Duration = Duration::from_millis(10);
/// Beside a storm, one strike in so many is a kill; the others let consumers join or leave.
const KILLS_IN_A_STORM: u32 = 3;

/// What was done.
#[derive(Debug, Default, Serialize)]
pub(super) struct Struck {
    pub(super) kills: u32,
    pub(super) killed: ByRole,
    pub(super) joined: u32,
    pub(super) left: u32,
    /// From the kill of a gateway or broker to the next answer to a device after it was back.
    pub(super) recovery_ms_median: u64,
    pub(super) recovery_ms_max: u64,
    /// Consumers that were asked to leave and did not end well.
    #[serde(skip)]
    pub(super) left_badly: Vec<String>,
}

/// The strikes of one run.
pub(super) struct Strikes {
    rng: StdRng,
    storm: bool,
    brokers: bool,
    deck: Vec<Role>,
}

impl Strikes {
    pub(super) fn new(seed: u64, storm: bool, brokers: bool) -> Self {
        Self {
            rng: StdRng::seed_from_u64(seed ^ 0x7374_7269_6b65),
            storm,
            brokers,
            deck: Vec::new(),
        }
    }

    /// Strikes until there were so many kills.
    pub(super) async fn strike(
        mut self,
        troupe: &mut Troupe,
        scene: &Scene,
        kills: u32,
        watch: &Watch,
        is_over: impl Fn() -> bool,
    ) -> anyhow::Result<Struck> {
        let mut struck = Struck::default();
        let mut recoveries = Vec::new();
        while struck.kills < kills {
            tokio::time::sleep(Duration::from_millis(
                self.rng.random_range(LIFE_MS.0..=LIFE_MS.1),
            ))
            .await;
            if self.storm && !self.rng.random_ratio(1, KILLS_IN_A_STORM) {
                let role = Role::CONSUMERS[self.rng.random_range(0..Role::CONSUMERS.len())];
                let joins = troupe.count(role) == 1 || (troupe.has_room(role) && self.rng.random_bool(0.5));
                if joins {
                    troupe.join(role, scene).await?;
                    struck.joined += 1;
                } else {
                    struck.left_badly.extend(troupe.leave(role).await?);
                    struck.left += 1;
                }
                continue;
            }
            let role = self.draw(troupe);
            let nth = self.rng.random_range(0..16);
            let begun = Instant::now();
            let before = watch.progress().answered;
            troupe.kill(role, nth).await?;
            struck.kills += 1;
            *struck.killed.entry(role.name()).or_default() += 1;
            if !Role::CONSUMERS.contains(&role) {
                let answered = || watch.progress().answered > before;
                if wait(answered, &is_over).await? {
                    recoveries.push(begun.elapsed().as_millis() as u64);
                }
            }
            say(format_args!("kill {} ({}): back", struck.kills, role.name()));
        }
        recoveries.sort_unstable();
        struck.recovery_ms_median = recoveries.get(recoveries.len() / 2).copied().unwrap_or_default();
        struck.recovery_ms_max = recoveries.last().copied().unwrap_or_default();
        Ok(struck)
    }

    /// The next role to be killed: all of them once, shuffled, then all of them again.
    fn draw(&mut self, troupe: &Troupe) -> Role {
        if self.deck.is_empty() {
            let roles = [
                Role::Up,
                Role::Gateway,
                Role::Geofence,
                Role::Trips,
                Role::Attendance,
            ];
            self.deck = roles.into_iter().filter(|role| troupe.count(*role) > 0).collect();
            self.deck.extend(self.brokers.then_some(Role::Broker));
        }
        let at = self.rng.random_range(0..self.deck.len());
        self.deck.swap_remove(at)
    }
}

/// Waits until a device was answered; false when the day was over before.
async fn wait(answered: impl Fn() -> bool, is_over: impl Fn() -> bool) -> anyhow::Result<bool> {
    let begun = Instant::now();
    while !answered() {
        if is_over() {
            return Ok(false);
        }
        anyhow::ensure!(
            begun.elapsed() < ANSWER_LIMIT,
            "no device was answered within {} s after a kill",
            ANSWER_LIMIT.as_secs()
        );
        tokio::time::sleep(LOOK).await;
    }
    Ok(true)
}
