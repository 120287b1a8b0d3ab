use std::collections::HashMap;
use std::sync::Arc;

use events::roster::v1 as pb;
use jiff::tz::TimeZone;
use spatial::{Datum, Outline, Point};

use super::shifts::zone;
use super::{Problem, Sourced};

/// Shape of a place.
pub type Shape = spatial::Shape;

/// A place of the firm or of a customer.
#[derive(Debug, Clone)]
pub struct Site {
    /// Id.
    pub id: Arc<str>,
    /// Name, the id when none is given.
    pub name: String,
    /// Whose it is.
    pub kind: pb::SiteKind,
    /// Its zone.
    pub zone: Option<TimeZone>,
    /// Where it is; none for a place that is only named by punches and observers.
    pub shape: Option<Arc<Shape>>,
}

/// Checks the places; those with a shape that cannot be are named and left out.
pub(super) fn sites(
    written: &[Sourced<pb::Site>],
    fences: &HashMap<String, Arc<Shape>>,
    problems: &mut Vec<Problem>,
) -> Vec<Site> {
    let mut sites: Vec<Site> = Vec::new();
    for entry in written {
        match site(&entry.value, fences) {
            Ok(site) if sites.iter().any(|other| other.id == site.id) => problems.push(entry.at.problem(
                "id",
                format!(
                    "site {}: a site of this id was defined before; rename one",
                    site.id
                ),
            )),
            Ok(site) => sites.push(site),
            Err((field, text)) => {
                problems.push(
                    entry
                        .at
                        .problem(field, format!("site {}: {field}: {text}", entry.value.id)),
                );
            }
        }
    }
    sites
}

fn site(given: &pb::Site, fences: &HashMap<String, Arc<Shape>>) -> Result<Site, (&'static str, String)> {
    if given.id.is_empty() {
        return Err(("id", "expected an id, found none; name the site".into()));
    }
    Ok(Site {
        id: given.id.as_str().into(),
        name: if given.name.is_empty() {
            given.id.clone()
        } else {
            given.name.clone()
        },
        kind: match given.kind() {
            pb::SiteKind::Unspecified => pb::SiteKind::Work,
            kind => kind,
        },
        zone: zone(&given.zone)?,
        shape: shape(given, fences)?,
    })
}

fn shape(
    given: &pb::Site,
    fences: &HashMap<String, Arc<Shape>>,
) -> Result<Option<Arc<Shape>>, (&'static str, String)> {
    let (field, outline) = if let Some(circle) = &given.circle {
        let centre =
            Point::new(circle.latitude, circle.longitude).map_err(|error| ("circle", error.to_string()))?;
        (
            "circle",
            Outline::Circle {
                centre,
                radius_m: circle.radius_m,
            },
        )
    } else if !given.polygon.is_empty() {
        let mut ring = Vec::with_capacity(given.polygon.len() + 1);
        for corner in &given.polygon {
            ring.push(
                Point::new(corner.latitude, corner.longitude)
                    .map_err(|error| ("polygon", error.to_string()))?,
            );
        }
        if ring.first() != ring.last() {
            ring.extend(ring.first().copied());
        }
        ("polygon", Outline::Polygons(vec![vec![ring]]))
    } else if given.fence.is_empty() {
        return Ok(None);
    } else {
        return match fences.get(&given.fence) {
            Some(shape) => Ok(Some(Arc::clone(shape))),
            None => Err((
                "fence",
                format!(
                    "there is no fence {:?}; import it, or pass the file that has it with --fences",
                    given.fence
                ),
            )),
        };
    };
    match Shape::build(&outline, Datum::Wgs84) {
        Ok(shape) => Ok(Some(Arc::new(shape))),
        Err(problems) => Err((
            field,
            problems.first().map_or_else(String::new, ToString::to_string),
        )),
    }
}
