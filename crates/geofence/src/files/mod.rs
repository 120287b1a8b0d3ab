//! Fence definitions in files: GeoJSON, KML and WKT in, GeoJSON out.
//!
//! KML and WKT are brought into the form of a GeoJSON feature first, so that the same properties mean the same
//! everywhere. `docs/fences.md` lists them.

mod export;
mod geojson;
mod kml;
mod properties;
mod wkt;

use events::fence::v1::Fence;
use serde_json::{Map, Value};

use crate::engine::{DefinitionProblem, FenceSet};

pub use export::to_feature;

/// A geometry with its properties, as a GeoJSON feature has them.
#[derive(Debug)]
struct Drawing {
    id: Option<String>,
    /// A GeoJSON geometry object.
    geometry: Value,
    properties: Map<String, Value>,
}

/// A feature that cannot be a fence.
#[derive(Debug, Clone, PartialEq)]
pub struct FeatureProblem {
    /// Number of the feature in the file, from 0.
    pub feature: usize,
    /// Id, where it has one.
    pub id: String,
    /// What is wrong and what to do.
    pub problem: DefinitionProblem,
}

impl std::fmt::Display for FeatureProblem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "feature {}", self.feature)?;
        if !self.id.is_empty() {
            write!(f, " {:?}", self.id)?;
        }
        write!(f, ": {}", self.problem)
    }
}

/// The fences of a file and what is wrong with the rest.
#[derive(Debug)]
pub struct FenceFile {
    /// Usable fences in the order of the file.
    pub fences: Vec<Fence>,
    /// Problems of the others.
    pub problems: Vec<FeatureProblem>,
}

/// A text that is no fence file at all.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// It begins like JSON but is none.
    #[error("expected GeoJSON, found text that is no JSON")]
    Json(#[from] serde_json::Error),
    /// JSON of another kind.
    #[error("expected a GeoJSON FeatureCollection or Feature, found {0}")]
    NotGeoJson(String),
    /// It begins like XML but is none.
    #[error("expected KML, found text that is no XML")]
    Xml(#[from] roxmltree::Error),
    /// Nothing that is understood.
    #[error("expected GeoJSON, KML or WKT, found nothing of the kind")]
    Unknown,
}

impl FenceFile {
    /// Reads GeoJSON, KML or WKT, whichever the text is.
    ///
    /// # Errors
    /// When the text as a whole is none of them. Features that cannot be used are in [`FenceFile::problems`].
    pub fn parse(text: &str) -> Result<Self, FileError> {
        let text = text.trim_start_matches('\u{feff}');
        let drawings = match text.trim_start().chars().next() {
            Some('{' | '[') => geojson::read(text)?,
            Some('<') => kml::read(text)?,
            Some(_) => wkt::read(text),
            None => return Err(FileError::Unknown),
        };
        let mut file = Self {
            fences: Vec::new(),
            problems: Vec::new(),
        };
        let mut ids = std::collections::HashSet::new();
        let mut check = FenceSet::new(0);
        for (feature, drawing) in drawings.into_iter().enumerate() {
            let problem = |id: &str, problem| FeatureProblem {
                feature,
                id: id.to_owned(),
                problem,
            };
            let (fence, mut problems) = match drawing {
                Ok(drawing) => properties::fence(drawing, feature),
                Err(sentence) => {
                    file.problems
                        .push(problem("", DefinitionProblem::Field(sentence)));
                    continue;
                }
            };
            // The set checks the definition as the consumer will.
            if fence.shape.is_some()
                && let Err(error) = check.preload(&fence, i64::MIN)
            {
                problems.extend(error.problems);
            }
            if !ids.insert(fence.id.clone()) {
                problems.push(DefinitionProblem::Field(
                    "another feature has the same id: give each its own".into(),
                ));
            }
            if problems.is_empty() {
                file.fences.push(fence);
            } else {
                file.problems
                    .extend(problems.into_iter().map(|found| problem(&fence.id, found)));
            }
        }
        Ok(file)
    }
}
