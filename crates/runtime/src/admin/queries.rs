//! Questions about the state of a role, answered on the admin port as JSON.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use axum::Json;
use axum::extract::{Query, State};
use axum::http::{Method, StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};
use percent_encoding::percent_decode_str;
use serde_json::Value;

use super::Panel;

/// What stands in the path and behind the question mark, by name.
pub type Parameters = BTreeMap<String, String>;

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unanswered {
    /// What was asked about is not there.
    #[error("{0}")]
    Unknown(String),
    /// The question is not understood.
    #[error("{0}")]
    Wrong(String),
}

type Answer = dyn Fn(&Parameters) -> Result<Value, Unanswered> + Send + Sync;

/// The questions that the roles of a process answer. Cheap to clone.
#[derive(Clone, Default)]
pub struct Queries {
    asked: Arc<RwLock<Vec<Question>>>,
}

#[derive(Clone)]
struct Question {
    pattern: &'static str,
    help: &'static str,
    answer: Arc<Answer>,
}

impl Queries {
    /// Answers `GET` of paths like `pattern`, such as `/fences/{fence}/occupants`: a part in braces stands for one part
    /// of any text, whose name it is. Questions are answered on threads that may block.
    pub fn add(
        &self,
        pattern: &'static str,
        help: &'static str,
        answer: impl Fn(&Parameters) -> Result<Value, Unanswered> + Send + Sync + 'static,
    ) {
        let question = Question {
            pattern,
            help,
            answer: Arc::new(answer),
        };
        self.asked
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .push(question);
    }

    /// A line for each question.
    pub(super) fn index(&self) -> String {
        let asked = self.asked.read().unwrap_or_else(PoisonError::into_inner);
        asked
            .iter()
            .map(|Question { pattern, help, .. }| format!("{pattern}    {help}\n"))
            .collect()
    }

    fn find(&self, path: &str) -> Option<(Arc<Answer>, Parameters)> {
        let asked = self.asked.read().unwrap_or_else(PoisonError::into_inner);
        asked
            .iter()
            .find_map(|question| Some((Arc::clone(&question.answer), matched(question.pattern, path)?)))
    }
}

impl std::fmt::Debug for Queries {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let asked = self.asked.read().unwrap_or_else(PoisonError::into_inner);
        f.debug_set()
            .entries(asked.iter().map(|question| question.pattern))
            .finish()
    }
}

/// The parts of the path that stand for the names in the pattern; none when the path is another.
fn matched(pattern: &str, path: &str) -> Option<Parameters> {
    let mut parameters = Parameters::new();
    let (mut names, mut parts) = (pattern.split('/'), path.split('/'));
    loop {
        match (names.next(), parts.next()) {
            (None, None) => return Some(parameters),
            (Some(name), Some(part)) => {
                match name.strip_prefix('{').and_then(|name| name.strip_suffix('}')) {
                    Some(name) if !part.is_empty() => {
                        let text = percent_decode_str(part).decode_utf8().ok()?;
                        parameters.insert(name.to_owned(), text.into_owned());
                    }
                    None if name == part => {}
                    _ => return None,
                }
            }
            _ => return None,
        }
    }
}

/// Answers what no fixed route does.
pub(super) async fn answer(
    State(panel): State<Panel>,
    method: Method,
    uri: Uri,
    Query(query): Query<Parameters>,
) -> Response {
    let Some((answer, mut parameters)) = panel.queries.find(uri.path()) else {
        return (StatusCode::NOT_FOUND, "nothing is here; / lists what is\n").into_response();
    };
    if method != Method::GET {
        return (StatusCode::METHOD_NOT_ALLOWED, "expected GET\n").into_response();
    }
    for (name, text) in query {
        parameters.entry(name).or_insert(text);
    }
    match tokio::task::spawn_blocking(move || answer(&parameters)).await {
        Ok(Ok(value)) => Json(value).into_response(),
        Ok(Err(Unanswered::Unknown(why))) => (StatusCode::NOT_FOUND, format!("{why}\n")).into_response(),
        Ok(Err(Unanswered::Wrong(why))) => (StatusCode::BAD_REQUEST, format!("{why}\n")).into_response(),
        Err(_) => (
            StatusCode::INTERNAL_SERVER_ERROR,
            "answering failed; this is a defect, the log says more\n",
        )
            .into_response(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_braces_stand_for_one_part_of_any_text() {
        let pattern = "/fences/{fence}/occupants";
        let found = |path| Some(matched(pattern, path)?["fence"].clone());
        assert_eq!(found("/fences/yard/occupants").as_deref(), Some("yard"));
        assert_eq!(
            found("/fences/a%2Fb%20%E5%8C%97/occupants").as_deref(),
            Some("a/b 北")
        );
        for other in [
            "/fences//occupants",
            "/fences/a/b/occupants",
            "/fences/a",
            "/fences/a/occupants/",
            "/fences/%FF/occupants",
        ] {
            assert_eq!(found(other), None, "{other}");
        }
    }
}
