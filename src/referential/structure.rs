//! Does the value have the shape of the format? Every fault of shape at once, by the JSON Schema of the types.

use std::sync::LazyLock;

use jsonschema::error::{TypeKind, ValidationErrorKind};
use jsonschema::{JsonType, ValidationError, Validator};
use serde_json::{Map, Value, json};

use super::fault::{Finding, child, lineage};
use super::schema::json_schema;

static SCHEMA: LazyLock<Value> = LazyLock::new(json_schema);
static VALIDATOR: LazyLock<Result<Validator, String>> =
    LazyLock::new(|| jsonschema::validator_for(&SCHEMA).map_err(|error| error.to_string()));

/// All faults of shape; none means that the types will read the value.
pub fn faults(value: &Value) -> Vec<Finding> {
    match &*VALIDATOR {
        Ok(validator) => {
            let mut findings = Vec::new();
            for error in validator.iter_errors(value) {
                explain(&error, &mut findings);
            }
            findings
        }
        Err(cause) => vec![Finding::new("not_allowed", "", cause.as_str(), cause.as_str())],
    }
}

fn explain(error: &ValidationError<'_>, out: &mut Vec<Finding>) {
    let here = error.instance_path().as_str();
    match error.kind() {
        ValidationErrorKind::AdditionalProperties { unexpected } => {
            out.extend(unexpected.iter().map(|key| unknown_key(here, key)));
        }
        ValidationErrorKind::Required { property } => {
            let key = property.as_str().unwrap_or_default();
            out.push(Finding::new(
                "missing_key",
                child(here, key),
                format!("la clé «\u{a0}{key}\u{a0}» manque"),
                format!("the key “{key}” is missing"),
            ));
        }
        ValidationErrorKind::Type { kind } => out.push(wrong_type(here, kind, error.instance())),
        ValidationErrorKind::Pattern { pattern } => out.push(wrong_form(here, pattern, error.instance())),
        ValidationErrorKind::MaxLength { limit } => out.push(Finding::new(
            "wrong_form",
            here,
            format!("plus de {limit} caractères"),
            format!("longer than {limit} characters"),
        )),
        ValidationErrorKind::OneOfNotValid { context } | ValidationErrorKind::AnyOf { context } => {
            explain_branches(here, context, error.instance(), out);
        }
        _ => {
            let value = short(&error.instance().to_string());
            out.push(Finding::new(
                "not_allowed",
                here,
                format!("{value} n’est pas une valeur admise ici"),
                format!("{value} is not allowed here"),
            ));
        }
    }
}

/// Of several shapes, none fits: when the value is plainly meant for one of them, tells what is wrong inside
/// it; else lists what may be written.
fn explain_branches(
    here: &str,
    context: &[Vec<ValidationError<'static>>],
    value: &Value,
    out: &mut Vec<Finding>,
) {
    let shaped: Vec<_> =
        context.iter().filter(|errors| !errors.iter().any(|e| is_other_shape(e, here))).collect();
    if let [errors] = shaped.as_slice() {
        errors.iter().for_each(|error| explain(error, out));
        return;
    }
    let beside_null: Vec<_> = context.iter().filter(|errors| !errors.iter().any(asks_for_null)).collect();
    if let ([errors], true) = (beside_null.as_slice(), beside_null.len() < context.len()) {
        errors.iter().for_each(|error| explain(error, out));
        return;
    }
    let allowed: Vec<String> = context.iter().flatten().flat_map(may_be_written).collect();
    let list = allowed.join(", ");
    let written = match value {
        Value::String(word) => short(word),
        Value::Object(members) => members.keys().take(8).map(|key| short(key)).collect::<Vec<_>>().join(", "),
        other => short(&other.to_string()),
    };
    let (near_fr, near_en) = nearest_hint(&written, allowed.iter().map(String::as_str));
    out.push(Finding::new(
        "not_allowed",
        here,
        format!("«\u{a0}{written}\u{a0}» n’est pas admis ici{near_fr}\u{a0}; un seul de\u{a0}: {list}"),
        format!("“{written}” is not allowed here{near_en}; one of: {list}"),
    ));
}

/// The branch of another kind of value: a word for a mapping, another key, another word.
fn is_other_shape(error: &ValidationError<'static>, here: &str) -> bool {
    error.instance_path().as_str() == here
        && matches!(
            error.kind(),
            ValidationErrorKind::Type { .. }
                | ValidationErrorKind::Constant { .. }
                | ValidationErrorKind::Enum { .. }
                | ValidationErrorKind::Required { .. }
                | ValidationErrorKind::OneOfNotValid { .. }
        )
}

fn asks_for_null(error: &ValidationError<'static>) -> bool {
    matches!(error.kind(), ValidationErrorKind::Type { kind: TypeKind::Single(JsonType::Null) })
}

fn may_be_written(error: &ValidationError<'static>) -> Vec<String> {
    let words = |value: &Value| value.as_str().map(str::to_owned);
    match error.kind() {
        ValidationErrorKind::Constant { expected_value } => words(expected_value).into_iter().collect(),
        ValidationErrorKind::Enum { options } => {
            options.as_array().into_iter().flatten().filter_map(words).collect()
        }
        ValidationErrorKind::Required { property } => words(property).into_iter().collect(),
        // A mapping is one way to write it: its key is what the reader needs to know.
        ValidationErrorKind::Type { .. } => expected_by(error),
        _ => Vec::new(),
    }
}

/// What the branch of this error would have wanted, when the value was not even of its type.
fn expected_by(error: &ValidationError<'static>) -> Vec<String> {
    let branch = error.schema_path().as_str();
    let branch = lineage(branch).nth(1).and_then(|at| SCHEMA.pointer(at));
    let Some(branch) = branch else { return Vec::new() };
    let listed = |key: &str| branch.get(key).and_then(Value::as_array).into_iter().flatten();
    let words = listed("required").chain(listed("enum")).chain(branch.get("const"));
    words.filter_map(Value::as_str).map(str::to_owned).collect()
}

fn unknown_key(here: &str, key: &str) -> Finding {
    let allowed = keys_at(here);
    let shown = short(key);
    let (near_fr, near_en) = nearest_hint(key, allowed.iter().map(String::as_str));
    let list = allowed.join(", ");
    Finding::new(
        "unknown_key",
        child(here, key),
        format!("la clé «\u{a0}{shown}\u{a0}» n’existe pas ici{near_fr}\u{a0}; clés admises\u{a0}: {list}"),
        format!("there is no key “{shown}” here{near_en}; allowed keys: {list}"),
    )
}

/// As much of what is written as a message has room for.
fn short(text: &str) -> String {
    match text.char_indices().nth(60) {
        Some((cut, _)) => format!("{}…", text.get(..cut).unwrap_or_default()),
        None => text.to_owned(),
    }
}

fn nearest_hint<'a>(written: &str, allowed: impl Iterator<Item = &'a str>) -> (String, String) {
    let nearest = allowed
        .map(|word| (strsim::damerau_levenshtein(&short(written), word), word))
        .min()
        .filter(|(distance, word)| *distance <= 2.max(word.len() / 3));
    match nearest {
        Some((_, word)) => (
            format!(" (vouliez-vous dire «\u{a0}{word}\u{a0}»\u{a0}?)"),
            format!(" (did you mean “{word}”?)"),
        ),
        None => Default::default(),
    }
}

fn wrong_type(here: &str, kind: &TypeKind, value: &Value) -> Finding {
    let expected = match kind {
        TypeKind::Single(one) => *one,
        TypeKind::Multiple(several) => {
            several.iter().find(|t| *t != JsonType::Null).unwrap_or(JsonType::Null)
        }
    };
    let (want_fr, want_en) = match expected {
        JsonType::String => ("un texte", "text"),
        JsonType::Integer | JsonType::Number => ("un nombre entier", "a whole number"),
        JsonType::Boolean => ("true ou false", "true or false"),
        JsonType::Array => ("une liste (tirets)", "a list (dashes)"),
        JsonType::Object => ("des clés et leurs valeurs", "keys and their values"),
        JsonType::Null => ("rien", "nothing"),
    };
    let (found_fr, found_en) = match value {
        Value::Null => ("rien", "nothing"),
        Value::Bool(_) => ("vrai ou faux", "true or false"),
        Value::Number(_) => ("un nombre", "a number"),
        Value::String(_) => ("un texte", "text"),
        Value::Array(_) => ("une liste", "a list"),
        Value::Object(_) => ("des clés et leurs valeurs", "keys and their values"),
    };
    let (hint_fr, hint_en) = match (expected, value) {
        (_, Value::String(word)) if word.chars().count() <= 40 => {
            (format!(" («\u{a0}{word}\u{a0}»)"), format!(" (“{word}”)"))
        }
        (JsonType::String, Value::Number(_) | Value::Bool(_)) => {
            (format!(" (écrivez \"{value}\", entre guillemets)"), format!(" (write \"{value}\", in quotes)"))
        }
        _ => Default::default(),
    };
    Finding::new(
        "wrong_type",
        here,
        format!("il faut {want_fr}, le fichier donne {found_fr}{hint_fr}"),
        format!("{want_en} is needed, the file gives {found_en}{hint_en}"),
    )
}

fn wrong_form(here: &str, pattern: &str, value: &Value) -> Finding {
    let written = short(value.as_str().unwrap_or_default());
    // Two forms exist in the format, names and shares; only the second allows a slash.
    let (fr, en) = if pattern.contains('/') {
        (
            "un nombre entier, une fraction (1/2) ou un nombre décimal (2.5)",
            "a whole number, a fraction (1/2) or a decimal (2.5)",
        )
    } else {
        (
            "des minuscules sans accent et des chiffres, joints par de simples traits d’union",
            "lower-case letters and digits, joined by single hyphens",
        )
    };
    Finding::new(
        "wrong_form",
        here,
        format!("«\u{a0}{written}\u{a0}» n’a pas la forme demandée\u{a0}: {fr}"),
        format!("“{written}” does not have the form asked for: {en}"),
    )
}

/// The keys that may stand in the mapping at this place, in alphabetical order.
fn keys_at(pointer: &str) -> Vec<String> {
    let shape = shape_at(pointer);
    shape
        .and_then(|shape| shape.get("properties"))
        .and_then(Value::as_object)
        .map_or_else(Vec::new, |keys| keys.keys().cloned().collect())
}

/// The part of the schema that speaks of this place.
fn shape_at(pointer: &str) -> Option<&'static Value> {
    let mut shape = settle(&SCHEMA, None)?;
    let segments: Vec<String> =
        pointer.split('/').skip(1).map(|segment| segment.replace("~1", "/").replace("~0", "~")).collect();
    for (at, segment) in segments.iter().enumerate() {
        let inner = match shape.get("items") {
            Some(items) => items,
            None => shape.get("properties")?.get(segment)?,
        };
        shape = settle(inner, segments.get(at + 1))?;
    }
    Some(shape)
}

/// Follows references, and of several branches takes the one that has the key that comes next.
fn settle(shape: &'static Value, next: Option<&String>) -> Option<&'static Value> {
    if let Some(reference) = shape.get("$ref").and_then(Value::as_str) {
        return settle(SCHEMA.pointer(reference.trim_start_matches('#'))?, next);
    }
    let branches = shape.get("anyOf").or_else(|| shape.get("oneOf")).and_then(Value::as_array);
    let Some(branches) = branches else { return Some(shape) };
    let settled = || branches.iter().filter_map(|branch| settle(branch, next));
    let has_next =
        |shape: &&Value| next.is_some_and(|key| shape.pointer(&child("/properties", key)).is_some());
    settled().find(has_next).or_else(|| settled().next())
}

/// Makes a value that the types can read out of one that they cannot: unknown keys go, what is missing or
/// broken is replaced. So the checks of the subject still run, and a file's faults are told in one pass; the
/// result is only ever checked, never kept. Answers the pointers of what it replaced, of which the checks
/// can say nothing.
pub fn repair(value: &mut Value, findings: &[Finding]) -> Vec<String> {
    let mut replaced = Vec::new();
    for (count, finding) in findings.iter().enumerate() {
        let Some((parent, key)) = finding.pointer.rsplit_once('/') else { continue };
        let key = key.replace("~1", "/").replace("~0", "~");
        match value.pointer_mut(parent) {
            Some(Value::Object(members)) if finding.code == "unknown_key" => {
                members.remove(&key);
                continue;
            }
            Some(Value::Object(members)) => {
                members.insert(key, stand_in(&finding.pointer, count));
            }
            Some(Value::Array(items)) => {
                let item = key.parse().ok().and_then(|at: usize| items.get_mut(at));
                if let Some(item) = item {
                    *item = stand_in(&finding.pointer, count);
                }
            }
            _ => continue,
        }
        replaced.push(finding.pointer.clone());
    }
    replaced
}

fn stand_in(pointer: &str, count: usize) -> Value {
    shape_at(pointer).map_or(Value::Null, |shape| sample(shape, count))
}

/// The least value of a shape. Names get a number each: two stand-ins must not pass for a duplicate.
fn sample(shape: &'static Value, count: usize) -> Value {
    if let Some(word) = shape.get("const").or_else(|| shape.pointer("/enum/0")) {
        return word.clone();
    }
    let kind = shape.get("type").and_then(|kind| kind.as_str().or_else(|| kind.pointer("/0")?.as_str()));
    match kind {
        Some("string") if shape.get("maxLength").is_some() => json!(format!("stand-in-{count}")),
        Some("string") if shape.get("pattern").is_some() => json!("1"),
        Some("string") => json!("…"),
        Some("integer") => json!(1),
        Some("boolean") => json!(false),
        Some("array") => json!([]),
        Some("object") => {
            let required = shape.get("required").and_then(Value::as_array).into_iter().flatten();
            let members = required.filter_map(Value::as_str).filter_map(|key| {
                let inner = settle(shape.get("properties")?.get(key)?, None)?;
                Some((key.to_owned(), sample(inner, count)))
            });
            Value::Object(members.collect::<Map<_, _>>())
        }
        _ => Value::Null,
    }
}
