//! The attendance engine in process: everything recomputed, and one changed person-day.
//!
//! 4,546 persons work 22 days, 09:00 to 18:00, at a circle of 200 m, seeded: they come, go out twice and leave, with a fix
//! each so many seconds from 07:00 to 20:00. A recompute is what a changed definition asks for: each fix is put in
//! relation to the sites again and each day judged again. The fixes are made beforehand, for 50 persons at a time, and
//! making and feeding them is not counted; two threads share the persons. Wall time is that of the slower thread,
//! processor time the sum of what the system counts for both (`/proc/thread-self/schedstat`).
//!
//! `cargo run --release -p benches --bin attendance_bench [-- --each-s 60]`

use std::collections::HashMap;
use std::io::Write as _;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use attendance::engine::{Desk, Punch, PunchPlace, Rhythm, Rules, Settled};
use attendance::presence::Fix;
use attendance::roster::{Definitions, Person, Roster, file, resolve};
use clap::Parser;
use events::punch::v1::PunchKind;
use jiff::civil::{Date, date};
use spatial::{Point, distance};

/// Persons that are recomputed in one go.
const BATCH: usize = 50;
const FIRST: Date = date(2025, 9, 1);
const LAST: Date = date(2025, 9, 30);
/// 00:00 in Shanghai on [`FIRST`], Unix seconds.
const BEGIN: i64 = 1_756_656_000;
/// When all days are final.
const LATER: i64 = BEGIN + 40 * 86_400;

const RULES: &str = r#"
zone = "Asia/Shanghai"
sites = [{ id = "HQ", circle = { latitude = 31.2304, longitude = 121.4737, radius_m = 200.0 } }]
shifts = [{ id = "S1", start = "09:00", end = "18:00", breaks = ["12:00-13:00"] }]
policies = [{ id = "open", lock_day = 0 }]
persons = [{ id = "P", sites = ["HQ"], policy = "open" }]
rosters = [{ person = "P", shift = "S1" }]
"#;

#[derive(Debug, Parser)]
struct Arguments {
    /// Seconds between two fixes of a person
    #[arg(long, default_value_t = 60)]
    each_s: i64,
    /// Persons with 22 days each
    #[arg(long, default_value_t = 4_546)]
    persons: usize,
    /// Threads that share the persons
    #[arg(long, default_value_t = 2)]
    threads: usize,
}

/// What a share of the persons took.
#[derive(Default)]
struct Taken {
    days: usize,
    fixes: usize,
    wall: Duration,
    cpu: Duration,
    changes: Vec<Duration>,
}

fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let threads = arguments.threads.max(1);
    let mut written = Definitions::default();
    let mut problems = file::read("bench", RULES, &|_| Err("no files".into()), &mut written);
    let resolved = resolve(&written, &HashMap::new());
    problems.extend(resolved.problems);
    ensure!(problems.is_empty(), "the roster of the bench: {problems:?}");
    let roster = &resolved.roster;
    let shares: Vec<anyhow::Result<Taken>> = std::thread::scope(|scope| {
        let running: Vec<_> = (0..threads)
            .map(|share| {
                scope.spawn(move || {
                    let persons: Vec<usize> = (share..arguments.persons).step_by(threads).collect();
                    work(roster, &persons, arguments.each_s)
                })
            })
            .collect();
        running
            .into_iter()
            .map(|thread| {
                thread
                    .join()
                    .unwrap_or_else(|_| anyhow::bail!("a thread stopped"))
            })
            .collect()
    });
    let mut all = Taken::default();
    for share in shares {
        let share = share?;
        all.days += share.days;
        all.fixes += share.fixes;
        all.cpu += share.cpu;
        all.wall = all.wall.max(share.wall);
        all.changes.extend(share.changes);
    }
    all.changes.sort();
    let quantile = |hundredth: usize| {
        let at = all.changes.len().saturating_sub(1) * hundredth / 100;
        all.changes.get(at).copied().unwrap_or_default()
    };
    let mut out = std::io::stdout().lock();
    writeln!(out, "| what | threads | wall | processor |\n|---|---|---|---|")?;
    writeln!(
        out,
        "| {} person-days, {} fixes | {threads} | {:.2} s | {:.2} s |",
        all.days,
        all.fixes,
        all.wall.as_secs_f64(),
        all.cpu.as_secs_f64(),
    )?;
    writeln!(
        out,
        "| one changed person-day, p50 / p99 / largest of {} | 1 | {:.3} / {:.3} / {:.3} ms | |",
        all.changes.len(),
        quantile(50).as_secs_f64() * 1e3,
        quantile(99).as_secs_f64() * 1e3,
        quantile(100).as_secs_f64() * 1e3,
    )?;
    Ok(())
}

fn work(roster: &Roster, persons: &[usize], each_s: i64) -> anyhow::Result<Taken> {
    let person = roster.people.get("P").context("the person of the bench")?;
    let rules = Rules {
        roster,
        person,
        rhythm: Rhythm::FILE,
    };
    let mut taken = Taken::default();
    for batch in persons.chunks(BATCH) {
        let mut desks = Vec::with_capacity(BATCH);
        let mut settled = Settled::default();
        for number in batch {
            let mut desk = Desk::default();
            desk.judge_days(FIRST, LAST);
            taken.fixes += feed(&mut desk, *number, each_s, rules)?;
            desk.settle(LATER, rules, &mut |_, _| {}, &mut settled);
            desks.push(desk);
        }
        let (begun, used) = (Instant::now(), cpu()?);
        for desk in &mut desks {
            desk.redefine(LATER, rules);
            desk.settle(LATER, rules, &mut |_, _| {}, &mut settled);
        }
        taken.wall += begun.elapsed();
        taken.cpu += cpu()?.saturating_sub(used);
        for desk in &mut desks {
            taken.days += desk.records().filter(|record| record.scheduled > 0).count();
            taken.changes.push(change(desk, rules, person));
        }
    }
    Ok(taken)
}

/// Processor time of this thread.
fn cpu() -> anyhow::Result<Duration> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat")?;
    let nanos = text.split_whitespace().next().context("expected a number")?;
    Ok(Duration::from_nanos(nanos.parse()?))
}

/// A punch that comes to be known after all days are final.
fn change(desk: &mut Desk, rules: Rules<'_>, person: &Person) -> Duration {
    let punch = Punch {
        id: "late".into(),
        at: BEGIN + 9 * 86_400 + 8 * 3_600,
        kind: PunchKind::In,
        place: person
            .sites
            .first()
            .map_or(PunchPlace::Terminal, |site| PunchPlace::Site(*site)),
        mock: false,
    };
    let mut settled = Settled::default();
    let begun = Instant::now();
    desk.punch(punch, LATER + 1, rules.rhythm);
    desk.settle(LATER + 1, rules, &mut |_, _| {}, &mut settled);
    begun.elapsed()
}

/// Gives the desk a month of fixes and says how many.
fn feed(desk: &mut Desk, number: usize, each_s: i64, rules: Rules<'_>) -> anyhow::Result<usize> {
    let device = desk.device("D");
    let centre = Point::new(31.2304, 121.4737)?;
    // A linear congruential generator (Knuth, MMIX) is random enough for errors of a few metres.
    let mut state = number as u64;
    let mut dice = |sides: u64| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        i64::try_from((state >> 33) % sides).unwrap_or(0)
    };
    let mut fixes = 0;
    for day in (0..30).filter(|day| day % 7 < 5) {
        let (arrival, departure) = (500 + dice(60), 1_070 + dice(60));
        let (first, second) = (600 + dice(60), 850 + dice(100));
        let outside = [(first, first + 5 + dice(40)), (second, second + 5 + dice(40))];
        let mut at = 7 * 3_600;
        while at < 20 * 3_600 {
            let minute = at / 60;
            let out = outside.iter().any(|(from, to)| *from <= minute && minute < *to);
            let inside = arrival <= minute && minute < departure && !out;
            let metres = if inside { dice(60) } else { 1_500 + dice(60) };
            let point = distance::destination(centre, dice(360) as f64, metres as f64);
            let fix = Fix {
                at: BEGIN + day * 86_400 + at,
                device,
                point,
                accuracy_m: 10.0,
                mock: false,
            };
            desk.fix(fix, fix.at, rules);
            fixes += 1;
            at += each_s.max(1);
        }
    }
    Ok(fixes)
}
