use events::position::v1::{Item, item};
use wire::{Field, Value};

/// Fields of a message as items of an event. A field that consists of parts becomes its parts, named with a dot.
pub(super) fn items(fields: &[Field]) -> Vec<Item> {
    let mut items = Vec::new();
    for field in fields {
        flatten("", field, &mut items);
    }
    items
}

fn flatten(path: &str, field: &Field, items: &mut Vec<Item>) {
    let name = if path.is_empty() {
        field.name.to_string()
    } else {
        format!("{path}.{}", field.name)
    };
    if field.parts.is_empty() {
        items.push(Item {
            id: 0,
            name,
            raw: field.raw.clone().into(),
            value: value(&field.value),
        });
    } else {
        for part in &field.parts {
            flatten(&name, part, items);
        }
    }
}

/// The meaning of a field as an event carries it.
pub(super) fn value(value: &Value) -> Option<item::Value> {
    match value {
        Value::Bytes | Value::Parts => None,
        // Numbers of devices have at most 32 bits, ids 53: both are exact in a double.
        #[allow(clippy::cast_precision_loss)]
        Value::Integer(number) => Some(item::Value::Number(*number as f64)),
        Value::Number(number) => Some(item::Value::Number(*number)),
        Value::Text(text) => Some(item::Value::Text(text.clone())),
        Value::Flag(flag) => Some(item::Value::Flag(*flag)),
        Value::Flags(names) => Some(item::Value::Text(names.join(","))),
    }
}
