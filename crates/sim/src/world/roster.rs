use std::fmt::Write as _;

use super::{Occupation, PlaceKind, Point, Shape, World, to_degrees};

/// Occupations with the id of their shift.
const SHIFTS: [(&str, Occupation, bool); 3] = [
    ("day", Occupation::Office, true),
    ("delivery", Occupation::Courier, true),
    ("night", Occupation::NightGuard, false),
];

impl World {
    /// Hours after a shift until its record is final, for a world that is played a day later than it says, as the demo
    /// does: nobody is absent for good before the day has been played.
    pub const FINAL_AFTER_H: u32 = 48;

    /// Persons, sites, shifts and who carries what, as the TOML that `milepost rosters` reads. Everybody is due on every
    /// day of the world, weekends included, and a record is final so many hours after its shift.
    #[must_use]
    pub fn roster_toml(&self, final_after_h: u32) -> String {
        let mut text = String::from("zone = \"Asia/Shanghai\"\npolicy = \"field\"\n");
        put(
            &mut text,
            format_args!("\n[[policies]]\nid = \"field\"\nfinal_after_h = {final_after_h}\n"),
        );
        self.sites(&mut text);
        for (id, occupation, lunch) in SHIFTS {
            let (start, end) = occupation.hours();
            let clock = |minutes: u32| format!("{:02}:{:02}", minutes / 60 % 24, minutes % 60);
            let breaks = if lunch { "breaks = [\"12:00-13:00\"]\n" } else { "" };
            put(
                &mut text,
                format_args!(
                    "\n[[shifts]]\nid = \"{id}\"\nstart = \"{}\"\nend = \"{}\"\n{breaks}",
                    clock(start),
                    clock(end)
                ),
            );
            put(
                &mut text,
                format_args!(
                    "\n[[patterns]]\nid = \"{id}\"\ncalendar = false\nweek = {{ mon-sun = \"{id}\" }}\n"
                ),
            );
        }
        let first = day(self, 0);
        let last = day(self, self.settings.days.saturating_sub(1));
        for actor in &self.actors {
            let (person, device) = (&actor.person, &actor.identity.device);
            let site = &self.places.get(self.places.first(actor.occupation.site())).id;
            put(
                &mut text,
                format_args!(
                    "\n[[persons]]\nid = \"{person}\"\nname = \"{}\"\nsites = [\"{site}\"]\n",
                    actor.name
                ),
            );
            put(
                &mut text,
                format_args!("\n[[bindings]]\ndevice = \"{device}\"\nperson = \"{person}\"\n"),
            );
            put(
                &mut text,
                format_args!(
                    "\n[[rosters]]\nperson = \"{person}\"\npattern = \"{}\"\nfrom = \"{first}\"\nuntil = \"{last}\"\n",
                    pattern(actor.occupation)
                ),
            );
        }
        text
    }

    fn sites(&self, text: &mut String) {
        for fence in &self.fences {
            let kind = match fence.place {
                None => continue,
                Some(PlaceKind::Customer) => "customer",
                Some(_) => "work",
            };
            put(
                text,
                format_args!(
                    "\n[[sites]]\nid = \"{}\"\nname = \"{}\"\nkind = \"{kind}\"\n{}\n",
                    fence.id,
                    fence.name,
                    geometry(&fence.shape)
                ),
            );
        }
    }
}

/// The field of a site that says where it is. Places have circles and polygons.
fn geometry(shape: &Shape) -> String {
    let position = |point: Point| {
        let degrees = to_degrees(point);
        format!("[{:.6}, {:.6}]", degrees.longitude, degrees.latitude)
    };
    match shape {
        Shape::Circle { centre, radius_m } => {
            let degrees = to_degrees(*centre);
            format!(
                "circle = {{ latitude = {:.6}, longitude = {:.6}, radius_m = {radius_m} }}",
                degrees.latitude, degrees.longitude
            )
        }
        Shape::Polygon { ring: points } | Shape::Corridor { line: points, .. } => {
            let positions: Vec<String> = points.iter().map(|&point| position(point)).collect();
            format!("polygon = [{}]", positions.join(", "))
        }
    }
}

fn put(text: &mut String, part: std::fmt::Arguments<'_>) {
    // Writing to a string does not fail.
    let _ = text.write_fmt(part);
}

const fn pattern(occupation: Occupation) -> &'static str {
    match occupation {
        Occupation::Office | Occupation::BranchOffice | Occupation::Field => "day",
        Occupation::Courier | Occupation::BikeCourier | Occupation::Lorry | Occupation::Patrol => "delivery",
        Occupation::NightGuard => "night",
    }
}

/// Date of a day of the world in Wuhan.
fn day(world: &World, number: u32) -> jiff::civil::Date {
    let noon = world.time(f64::from(number) * 86_400.0 + 43_200.0);
    jiff::tz::offset(8).to_datetime(noon).date()
}
