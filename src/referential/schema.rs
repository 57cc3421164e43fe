//! The JSON Schema of a file of `referentials/`, made from the types: what editors read to complete and underline.

use serde_json::{Value, json};

use super::model::Referential;

/// The schema (draft 2020-12) as committed in `referentials/schema.json`.
pub fn json_schema() -> Value {
    let mut schema = schemars::schema_for!(Referential).to_value();
    bound_numbers(&mut schema);
    schema
}

/// The same, as the text of the committed file.
pub fn json_schema_text() -> String {
    format!("{:#}\n", json_schema())
}

/// JSON Schema ignores `format: uint32` by itself: without a bound, 5 000 000 000 would pass here and be
/// refused later, by serde, which stops at the first fault and knows no line.
fn bound_numbers(schema: &mut Value) {
    match schema {
        Value::Object(members) => {
            if members.get("format") == Some(&json!("uint32")) {
                members.insert("maximum".to_owned(), json!(u32::MAX));
            }
            members.values_mut().for_each(bound_numbers);
        }
        Value::Array(items) => items.iter_mut().for_each(bound_numbers),
        _ => {}
    }
}
