//! The effective configuration as text.

use toml::de::DeValue;

use super::layer::Sources;
use super::tree::{Tree, Value};

/// Parts of key names whose values are never shown.
const SECRET: [&str; 8] = [
    "password",
    "secret",
    "token",
    "private_key",
    "jaas",
    "auth_key",
    "key.pem",
    "oauthbearer",
];
/// Ends of key names whose values only say where a secret is.
const PLACE: [&str; 2] = ["_file", ".location"];

/// `section.key = value    # origin`, a line for each value.
pub(super) fn lines(root: &Tree<'_>, sources: &Sources) -> String {
    let mut out = String::new();
    for (section, value) in root {
        walk(section.get_ref(), section.get_ref(), value, sources, &mut out);
    }
    out
}

fn walk(path: &str, key: &str, value: &Value<'_>, sources: &Sources, out: &mut String) {
    if let DeValue::Table(table) = value.get_ref() {
        for (key, child) in table {
            let key = key.get_ref();
            let shown = if key.contains(['.', ' ']) {
                format!("{key:?}")
            } else {
                key.to_string()
            };
            walk(&format!("{path}.{shown}"), key, child, sources, out);
        }
        return;
    }
    let shown = if is_secret(key) && !is_empty(value) {
        "\"****\"".to_owned()
    } else {
        literal(value)
    };
    let origin = sources.origin(value.span().start);
    out.push_str(&format!("{path} = {shown}  # {origin}\n"));
}

/// True when the value of a key with this name must not be shown.
fn is_secret(key: &str) -> bool {
    let key = key.to_ascii_lowercase();
    SECRET.iter().any(|part| key.contains(part)) && !PLACE.iter().any(|end| key.ends_with(end))
}

fn is_empty(value: &Value<'_>) -> bool {
    value.get_ref().as_str().is_some_and(str::is_empty)
}

fn literal(value: &Value<'_>) -> String {
    match value.get_ref() {
        DeValue::String(text) => format!("{text:?}"),
        DeValue::Integer(number) => number.to_string(),
        DeValue::Float(number) => number.to_string(),
        DeValue::Boolean(flag) => flag.to_string(),
        DeValue::Datetime(datetime) => datetime.to_string(),
        DeValue::Array(items) => {
            let items: Vec<String> = items.iter().map(literal).collect();
            format!("[{}]", items.join(", "))
        }
        DeValue::Table(table) => {
            let items: Vec<String> = table
                .iter()
                .map(|(key, value)| {
                    let shown = if is_secret(key.get_ref()) {
                        "\"****\"".to_owned()
                    } else {
                        literal(value)
                    };
                    format!("{} = {shown}", key.get_ref())
                })
                .collect();
            format!("{{ {} }}", items.join(", "))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::is_secret;

    #[test]
    fn secrets_are_known_by_their_keys_and_places_of_secrets_are_none() {
        for key in [
            "auth_key",
            "sasl.password",
            "ssl.key.pem",
            "SASL.OAUTHBEARER.config",
        ] {
            assert!(is_secret(key), "{key}");
        }
        for key in ["auth_key_file", "ssl.key.location", "node", "ssl.ca.location"] {
            assert!(!is_secret(key), "{key}");
        }
    }
}
