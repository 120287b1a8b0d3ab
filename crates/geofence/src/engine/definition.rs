use events::fence::v1 as proto;
use proto::fence::Shape as Drawn;
use spatial::{Datum, Outline, Point, Shape};

use super::fix::{FIRST_TIME_MS, millis};
use super::scope::Scope;

/// Longest id and name of a fence, in bytes.
const MAX_ID: usize = 200;
/// 1 January 2080: a begin after it is a slip or a way to say "never", not a plan.
const END_OF_PLANS_MS: i64 = 3_471_292_800_000;

/// A checked definition.
#[derive(Debug)]
pub(crate) struct Definition {
    pub(crate) shape: Shape,
    pub(crate) scope: Option<Scope>,
    /// Version as given, or a number made from the shape.
    pub(crate) version: u32,
}

/// What is wrong with a definition; all of it.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("fence {fence:?}: {}", text(problems))]
pub struct DefinitionError {
    /// Id of the fence.
    pub fence: String,
    /// Each problem with its place and what to do.
    pub problems: Vec<DefinitionProblem>,
}

/// One thing that is wrong with a definition.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum DefinitionProblem {
    /// The shape.
    #[error(transparent)]
    Shape(#[from] spatial::Problem),
    /// Something else.
    #[error("{0}")]
    Field(String),
}

impl DefinitionProblem {
    /// A short name from a closed set, for counters.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Shape(problem) => problem.kind(),
            Self::Field(_) => "field",
        }
    }
}

fn text(problems: &[DefinitionProblem]) -> String {
    problems
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join("; ")
}

impl Definition {
    /// Checks a definition. What is wrong with its rules was found before, since most fences share them.
    pub(crate) fn read(fence: &proto::Fence, rules: Option<Vec<String>>) -> Result<Self, DefinitionError> {
        let mut problems = Vec::new();
        if fence.id.is_empty() || fence.id.len() > MAX_ID || fence.name.len() > MAX_ID {
            problems.push(DefinitionProblem::Field(format!(
                "expected an id of 1 to {MAX_ID} bytes and a name of at most as many, found {} and {}",
                fence.id.len(),
                fence.name.len()
            )));
        }
        problems.extend(fence.valid_from.as_ref().and_then(unbelievable));
        let shape = match outline(fence) {
            Err(problem) => {
                problems.push(problem);
                None
            }
            Ok(outline) => match Shape::build(&outline, datum(fence.datum())) {
                Ok(shape) => match shape.between_heights(fence.floor_m, fence.ceiling_m) {
                    Ok(shape) => Some(shape),
                    Err(problem) => {
                        problems.push(problem.into());
                        None
                    }
                },
                Err(found) => {
                    problems.extend(found.into_iter().map(DefinitionProblem::from));
                    None
                }
            },
        };
        problems.extend(rules.into_iter().flatten().map(DefinitionProblem::Field));
        match shape {
            Some(shape) if problems.is_empty() => Ok(Self {
                shape,
                scope: fence.scope.as_ref().and_then(Scope::read),
                version: if fence.version > 0 {
                    fence.version
                } else {
                    number(fence)
                },
            }),
            _ => Err(DefinitionError {
                fence: fence.id.chars().take(MAX_ID).collect(),
                problems,
            }),
        }
    }
}

/// What is wrong with the time at which a version is to begin.
fn unbelievable(from: &events::Timestamp) -> Option<DefinitionProblem> {
    if (FIRST_TIME_MS..END_OF_PLANS_MS).contains(&millis(from)) {
        return None;
    }
    let found = jiff::Timestamp::new(from.seconds, from.nanos).map_or_else(
        |_| format!("{} s and {} ns", from.seconds, from.nanos),
        |time| time.to_string(),
    );
    Some(DefinitionProblem::Field(format!(
        "expected valid_from in the years 2000 to 2079, found {found}: correct it, or leave it out"
    )))
}

fn datum(datum: proto::Datum) -> Datum {
    match datum {
        proto::Datum::Unspecified | proto::Datum::Wgs84 => Datum::Wgs84,
        proto::Datum::Gcj02 => Datum::Gcj02,
        proto::Datum::Bd09 => Datum::Bd09,
    }
}

fn outline(fence: &proto::Fence) -> Result<Outline, DefinitionProblem> {
    match &fence.shape {
        None => Err(DefinitionProblem::Field(
            "expected a circle, an area or a corridor, found no shape".into(),
        )),
        Some(Drawn::Circle(circle)) => Ok(Outline::Circle {
            centre: Point {
                latitude: circle.latitude,
                longitude: circle.longitude,
            },
            radius_m: circle.radius_m,
        }),
        Some(Drawn::Corridor(corridor)) => Ok(Outline::Corridor {
            line: points(&corridor.coordinates)?,
            width_m: corridor.width_m,
        }),
        Some(Drawn::Area(area)) => {
            let polygons = area
                .polygons
                .iter()
                .map(|polygon| {
                    polygon
                        .rings
                        .iter()
                        .map(|ring| points(&ring.coordinates))
                        .collect()
                })
                .collect::<Result<_, _>>()?;
            Ok(Outline::Polygons(polygons))
        }
    }
}

fn points(coordinates: &[f64]) -> Result<Vec<Point>, DefinitionProblem> {
    let pairs = coordinates.chunks_exact(2);
    if !pairs.remainder().is_empty() {
        return Err(DefinitionProblem::Field(format!(
            "expected longitude and latitude in pairs, found {} numbers",
            coordinates.len()
        )));
    }
    Ok(pairs
        .filter_map(|pair| match pair {
            [longitude, latitude] => Some(Point {
                latitude: *latitude,
                longitude: *longitude,
            }),
            _ => None,
        })
        .collect())
}

/// A version number made from what the fence covers, for definitions that are not numbered: equal shapes have equal
/// numbers, whoever reads them.
fn number(fence: &proto::Fence) -> u32 {
    let shape_only = proto::Fence {
        datum: fence.datum,
        shape: fence.shape.clone(),
        floor_m: fence.floor_m,
        ceiling_m: fence.ceiling_m,
        ..proto::Fence::default()
    };
    let hash = super::key::hash(&events::Message::encode_to_vec(&shape_only));
    // The upper half, so that it cannot be taken for a version that somebody counted.
    u32::try_from(hash >> 33).unwrap_or_default() | 1 << 31
}
