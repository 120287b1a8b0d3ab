//! Questions about the state of a role, answered on the admin port: as JSON, or as lines of text while they come.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::{Arc, PoisonError, RwLock};

use axum::Json;
use axum::body::Body;
use axum::extract::{ConnectInfo, Query, State};
use axum::http::{Method, StatusCode, Uri, header};
use axum::response::{IntoResponse as _, Response};
use percent_encoding::percent_decode_str;
use serde_json::Value;
use tokio::sync::mpsc;

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

/// Lines of text, each with its end, as they come.
pub type Lines = mpsc::Receiver<String>;

type Whole = dyn Fn(&Parameters) -> Result<Value, Unanswered> + Send + Sync;
type Flowing = dyn Fn(&Parameters, SocketAddr) -> Result<Lines, Unanswered> + Send + Sync;

/// How a question is answered.
#[derive(Clone)]
enum Answer {
    Whole(Arc<Whole>),
    Flowing(Arc<Flowing>),
}

/// The questions that the roles of a process answer. Cheap to clone.
#[derive(Clone, Default)]
pub struct Queries {
    asked: Arc<RwLock<Vec<Question>>>,
}

#[derive(Clone)]
struct Question {
    pattern: &'static str,
    help: &'static str,
    answer: Answer,
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
        self.push(pattern, help, Answer::Whole(Arc::new(answer)));
    }

    /// As [`Queries::add`], with lines of text that go out as they come, until there are no more or whoever asked has
    /// gone. `answer` is also told who asks, must not block, and may spawn tasks.
    pub fn add_lines(
        &self,
        pattern: &'static str,
        help: &'static str,
        answer: impl Fn(&Parameters, SocketAddr) -> Result<Lines, Unanswered> + Send + Sync + 'static,
    ) {
        self.push(pattern, help, Answer::Flowing(Arc::new(answer)));
    }

    fn push(&self, pattern: &'static str, help: &'static str, answer: Answer) {
        let question = Question {
            pattern,
            help,
            answer,
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

    fn find(&self, path: &str) -> Option<(Answer, Parameters)> {
        let asked = self.asked.read().unwrap_or_else(PoisonError::into_inner);
        asked
            .iter()
            .find_map(|question| Some((question.answer.clone(), matched(question.pattern, path)?)))
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
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
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
    let whole = match answer {
        Answer::Whole(answer) => answer,
        Answer::Flowing(answer) => {
            return match answer(&parameters, peer) {
                Ok(lines) => flow(lines),
                Err(why) => refused(why),
            };
        }
    };
    match tokio::task::spawn_blocking(move || whole(&parameters)).await {
        Ok(Ok(value)) => Json(value).into_response(),
        Ok(Err(why)) => refused(why),
        Err(_) => (
            StatusCode::INTERNAL_SERVER_ERROR,
            "answering failed; this is a defect, the log says more\n",
        )
            .into_response(),
    }
}

fn refused(why: Unanswered) -> Response {
    let code = match why {
        Unanswered::Unknown(_) => StatusCode::NOT_FOUND,
        Unanswered::Wrong(_) => StatusCode::BAD_REQUEST,
    };
    (code, format!("{why}\n")).into_response()
}

/// Text that goes out as it comes.
fn flow(lines: Lines) -> Response {
    let parts = futures_util::stream::unfold(lines, |mut lines| async {
        let line = lines.recv().await?;
        Some((Ok::<_, Infallible>(line), lines))
    });
    let kind = [(header::CONTENT_TYPE, "text/plain; charset=utf-8")];
    (kind, Body::from_stream(parts)).into_response()
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
