//! The truth as files; `docs/simulation.md` describes every column.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::GzEncoder;

use super::{crossings, stops, trips, visits};
use crate::device::{Diary, Fix, Source, What};
use crate::world::{Actor, PlaceKind, Point, World, to_degrees};

/// A truth file could not be written.
#[derive(Debug, thiserror::Error)]
#[error("cannot write {path}")]
pub struct WriteError {
    path: PathBuf,
    source: io::Error,
}

/// Writes the truth about `world` from `from` (seconds since its start) on into the folder `into`.
///
/// # Errors
/// When a file cannot be written.
pub fn write(world: &World, from: f64, into: &Path) -> Result<(), WriteError> {
    let traces = into.join("traces");
    std::fs::create_dir_all(&traces).map_err(|source| WriteError {
        path: traces.clone(),
        source,
    })?;
    let file = |name: &str, write: &dyn Fn(&mut dyn Write) -> io::Result<()>| {
        let path = into.join(name);
        let result = File::create(&path).map(BufWriter::new).and_then(|mut out| {
            write(&mut out)?;
            out.flush()
        });
        result.map_err(|source| WriteError { path, source })
    };
    file("devices.csv", &|out| devices(world, out))?;
    file("trips.csv", &|out| trip_rows(world, out))?;
    file("stops.csv", &|out| stop_rows(world, out))?;
    file("crossings.csv", &|out| crossing_rows(world, out))?;
    file("presence.csv", &|out| presence_rows(world, out))?;
    file("fences.geojson", &|out| {
        Ok(serde_json::to_writer_pretty(out, &world.fences_geojson())?)
    })?;
    file("rosters.toml", &|out| {
        out.write_all(world.roster_toml(World::FINAL_AFTER_H).as_bytes())
    })?;
    file("towers.csv", &|out| tower_rows(world, out))?;
    file("traces/gt_periods.csv", &|out| periods(world, from, out))?;
    file("traces/gt_trips.csv", &|out| trace_trips(world, from, out))?;
    let mut arrivals = Vec::new();
    for actor in &world.actors {
        let reports = reports(world, actor, from);
        let name = format!(
            "traces/sim__p{:02}__{}.csv.gz",
            actor.identity.index, actor.identity.device
        );
        file(&name, &|out| trace(&reports, world, out))?;
        arrivals.extend(reports.into_iter().map(|report| (actor, report)));
    }
    arrivals.sort_by(|a, b| a.1.at.total_cmp(&b.1.at));
    file("reports.csv", &|out| report_rows(world, &arrivals, out))?;
    file("positions.csv", &|out| position_rows(world, &arrivals, out))
}

/// A fix with the time at which it reaches the gateway when nothing is lost.
struct Report {
    at: f64,
    stored: bool,
    fix: Fix,
}

fn reports(world: &World, actor: &Actor, from: f64) -> Vec<Report> {
    Diary::new(world, actor)
        .from(from)
        .flat_map(|action| {
            let (stored, fixes) = match action.what {
                What::Live(fix) => (false, vec![fix]),
                What::Stored(fixes) => (true, fixes),
                What::Connect | What::Disconnect | What::Heartbeat(_) => (false, Vec::new()),
            };
            fixes.into_iter().map(move |fix| Report {
                at: action.at,
                stored,
                fix,
            })
        })
        .collect()
}

fn devices(world: &World, out: &mut dyn Write) -> io::Result<()> {
    writeln!(
        out,
        "device,protocol,transport,sensor,person,name,occupation,vehicle"
    )?;
    for actor in &world.actors {
        let identity = &actor.identity;
        writeln!(
            out,
            "{},{},{},{},{},{},{},{}",
            identity.device,
            identity.protocol.name(),
            identity.transport.name(),
            identity.sensor.name(),
            actor.person,
            actor.name,
            actor.occupation.name(),
            actor.occupation.is_vehicle()
        )?;
    }
    Ok(())
}

fn trip_rows(world: &World, out: &mut dyn Write) -> io::Result<()> {
    writeln!(
        out,
        "trip_id,device,start_time,end_time,from,to,distance_m,mode,halts"
    )?;
    for actor in &world.actors {
        for (number, trip) in trips(actor).iter().enumerate() {
            let device = &actor.identity.device;
            writeln!(
                out,
                "{device}-{number:03},{device},{},{},{},{},{:.1},{},{}",
                world.time(trip.start),
                world.time(trip.end),
                world.places.get(trip.from).id,
                world.places.get(trip.to).id,
                trip.distance_m,
                trip.mode.name(),
                trip.halts
            )?;
        }
    }
    Ok(())
}

fn stop_rows(world: &World, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "device,start_time,end_time,place,latitude,longitude")?;
    for actor in &world.actors {
        for stop in stops(actor) {
            let place = world.places.get(stop.place);
            let degrees = to_degrees(place.point);
            writeln!(
                out,
                "{},{},{},{},{:.6},{:.6}",
                actor.identity.device,
                world.time(stop.start),
                world.time(stop.end),
                place.id,
                degrees.latitude,
                degrees.longitude
            )?;
        }
    }
    Ok(())
}

fn crossing_rows(world: &World, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "device,fence,kind,time,latitude,longitude")?;
    for actor in &world.actors {
        let visits = visits(actor, &world.fences, &world.places);
        for crossing in crossings(&visits, actor.track.end()) {
            let degrees = to_degrees(actor.track.at(crossing.at, &world.places).point);
            writeln!(
                out,
                "{},{},{},{},{:.6},{:.6}",
                actor.identity.device,
                crossing.fence.id,
                crossing.kind.name(),
                world.time(crossing.at),
                degrees.latitude,
                degrees.longitude
            )?;
        }
    }
    Ok(())
}

/// Stays of persons at the fenced places.
fn presence_rows(world: &World, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "person,device,site,kind,start_time,end_time")?;
    for actor in &world.actors {
        for visit in visits(actor, &world.fences, &world.places) {
            let Some(kind) = visit.fence.place else {
                continue;
            };
            writeln!(
                out,
                "{},{},{},{},{},{}",
                actor.person,
                actor.identity.device,
                visit.fence.id,
                if kind == PlaceKind::Customer {
                    "customer"
                } else {
                    "site"
                },
                world.time(visit.start),
                world.time(visit.end)
            )?;
        }
    }
    Ok(())
}

fn tower_rows(world: &World, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "mcc,mnc,area_code,cell_id,latitude,longitude")?;
    for (id, point) in world.towers.iter() {
        let degrees = to_degrees(point);
        writeln!(
            out,
            "{},{},{},{},{:.6},{:.6}",
            id.mcc, id.mnc, id.area, id.cell, degrees.latitude, degrees.longitude
        )?;
    }
    Ok(())
}

fn seconds(world: &World, t: f64) -> f64 {
    world.settings.start.as_millisecond() as f64 / 1000.0 + t
}

fn periods(world: &World, from: f64, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "spec,period,period_id,start_ts,end_ts")?;
    for actor in &world.actors {
        writeln!(
            out,
            "sim,{},{},{:.3},{:.3}",
            actor.identity.index,
            actor.occupation.name(),
            seconds(world, from),
            seconds(world, world.end())
        )?;
    }
    Ok(())
}

fn trace_trips(world: &World, from: f64, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "spec,period,trip_no,trip_id,start_ts,end_ts")?;
    for actor in &world.actors {
        let known = trips(actor);
        let inside = known
            .iter()
            .enumerate()
            .filter(|(_, trip)| trip.start >= from && trip.end <= world.end());
        for (number, trip) in inside {
            writeln!(
                out,
                "sim,{},{number},{}-{number:03},{:.3},{:.3}",
                actor.identity.index,
                actor.identity.device,
                seconds(world, trip.start),
                seconds(world, trip.end)
            )?;
        }
    }
    Ok(())
}

fn trace(reports: &[Report], world: &World, out: &mut dyn Write) -> io::Result<()> {
    let mut out = GzEncoder::new(out, Compression::default());
    writeln!(out, "ts,lat,lon,accuracy_m,speed_mps,altitude_m,bearing,write_ts")?;
    for Report { at, fix, .. } in reports.iter().filter(|report| report.fix.valid) {
        writeln!(
            out,
            "{},{:.7},{:.7},{:.1},{:.2},{:.0},{},{:.3}",
            fix.time,
            fix.latitude,
            fix.longitude,
            fix.accuracy_m,
            fix.speed_kmh / 3.6,
            fix.altitude_m,
            fix.heading_deg,
            seconds(world, *at)
        )?;
    }
    out.finish().map(drop)
}

fn report_rows(world: &World, arrivals: &[(&Actor, Report)], out: &mut dyn Write) -> io::Result<()> {
    writeln!(
        out,
        "device,time,latitude,longitude,accuracy_m,speed_kmh,heading_deg,altitude_m,source,valid,stored,received_at"
    )?;
    for (actor, Report { at, stored, fix }) in arrivals {
        let speed = match fix.source {
            Source::Cell => String::new(),
            Source::Gnss | Source::Assisted => format!("{:.1}", fix.speed_kmh),
        };
        writeln!(
            out,
            "{},{},{:.6},{:.6},{:.1},{speed},{},{:.0},{},{},{stored},{}",
            actor.identity.device,
            jiff::Timestamp::from_second(fix.time).unwrap_or_default(),
            fix.latitude,
            fix.longitude,
            fix.accuracy_m,
            fix.heading_deg,
            fix.altitude_m,
            fix.source.name(),
            fix.valid,
            world.time(*at)
        )?;
    }
    Ok(())
}

/// The true position at the time of every fix.
fn position_rows(world: &World, arrivals: &[(&Actor, Report)], out: &mut dyn Write) -> io::Result<()> {
    writeln!(
        out,
        "device,time,latitude,longitude,speed_kmh,heading_deg,under_way,off_by_m"
    )?;
    let start = seconds(world, 0.0);
    for (actor, Report { fix, .. }) in arrivals {
        let state = actor.track.at(fix.time as f64 - start, &world.places);
        let degrees = to_degrees(state.point);
        let off = if fix.valid {
            let believed: Point = crate::world::to_point(crate::world::Degrees {
                latitude: fix.latitude,
                longitude: fix.longitude,
            });
            format!("{:.1}", believed.distance(state.point))
        } else {
            String::new()
        };
        writeln!(
            out,
            "{},{},{:.7},{:.7},{:.1},{:.0},{},{off}",
            actor.identity.device,
            jiff::Timestamp::from_second(fix.time).unwrap_or_default(),
            degrees.latitude,
            degrees.longitude,
            state.speed * 3.6,
            state.heading,
            state.under_way
        )?;
    }
    Ok(())
}
