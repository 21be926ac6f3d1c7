//! JSON Schema, as far as kinds of attachments use it: a subset without references and patterns, and with short lists of
//! values, so that checking data always takes a time in proportion to its size. Schemas with other keywords are refused.

use serde_json::{Map, Value};
use texts::{Text, messages_errors as messages};

/// The most levels of schemas within schemas.
const MAX_DEPTH: usize = 8;

/// The most entries of `enum`, `required` and `type`: each of a list of data may be compared with all of them.
const MAX_VALUES: usize = 100;

/// The keywords that say something about data.
pub const KEYWORDS: &[&str] = &[
    "type",
    "enum",
    "const",
    "properties",
    "required",
    "additionalProperties",
    "items",
    "minItems",
    "maxItems",
    "minLength",
    "maxLength",
    "minimum",
    "maximum",
];
/// The keywords that are for readers of the schema.
const NOTES: &[&str] = &["$schema", "$comment", "title", "description", "examples", "default"];
const TYPES: &[&str] = &["object", "array", "string", "number", "integer", "boolean", "null"];

/// Checks that a schema is one of an object and uses what is supported. The error names the place and what is wrong.
pub fn check_schema(schema: &Value) -> Result<(), Text> {
    if schema.get("type").and_then(Value::as_str) != Some("object") {
        return Err(messages::schema_of_object());
    }
    if let Some(dialect) = schema.get("$schema")
        && dialect.as_str() != Some("https://json-schema.org/draft/2020-12/schema")
    {
        return Err(messages::schema_dialect());
    }
    check_part(schema, "", 0)
}

fn check_part(schema: &Value, at: &str, depth: usize) -> Result<(), Text> {
    let wrong = |what: Text| Err(if at.is_empty() { what } else { messages::schema_at(at, what) });
    let Some(keywords) = schema.as_object() else { return wrong(messages::schema_is_object()) };
    if depth > MAX_DEPTH {
        return wrong(messages::schema_too_deep(MAX_DEPTH));
    }
    for (keyword, value) in keywords {
        let is_list = matches!(keyword.as_str(), "type" | "enum" | "required");
        if is_list && value.as_array().is_some_and(|values| values.len() > MAX_VALUES) {
            return wrong(messages::schema_too_many(keyword, MAX_VALUES));
        }
        let fits = match keyword.as_str() {
            "type" => match value {
                Value::Array(types) => !types.is_empty() && types.iter().all(is_type),
                one => is_type(one),
            },
            "enum" => value.as_array().is_some_and(|values| !values.is_empty()),
            "const" => true,
            "properties" => match value.as_object() {
                Some(properties) => {
                    for (name, property) in properties {
                        check_part(property, &path(at, name), depth + 1)?;
                    }
                    true
                }
                None => false,
            },
            "items" => {
                check_part(value, &path(at, "[]"), depth + 1)?;
                true
            }
            "required" => value.as_array().is_some_and(|names| names.iter().all(Value::is_string)),
            "additionalProperties" => value.is_boolean(),
            "minItems" | "maxItems" | "minLength" | "maxLength" => value.is_u64(),
            "minimum" | "maximum" => value.is_number(),
            note if NOTES.contains(&note) => true,
            other => {
                let known = KEYWORDS.join(", ");
                return wrong(messages::schema_keyword(other, known));
            }
        };
        if !fits {
            return wrong(messages::schema_value(keyword));
        }
    }
    Ok(())
}

fn is_type(word: &Value) -> bool {
    word.as_str().is_some_and(|word| TYPES.contains(&word))
}

fn path(at: &str, name: &str) -> String {
    if at.is_empty() || name.starts_with('[') { format!("{at}{name}") } else { format!("{at}.{name}") }
}

/// Checks data against a schema that [`check_schema`] accepted. The error names the place and what is expected there.
pub fn check(schema: &Value, data: &Value) -> Result<(), Text> {
    check_value(schema, data, "")
}

fn check_value(schema: &Value, data: &Value, at: &str) -> Result<(), Text> {
    let Some(keywords) = schema.as_object() else { return Ok(()) };
    let place = || if at.is_empty() { messages::the_data() } else { Text::verbatim(at.to_owned()) };
    for (keyword, wanted) in keywords {
        let number = || wanted.as_u64().unwrap_or_default();
        let fits = match (keyword.as_str(), data) {
            ("type", _) => match wanted {
                Value::Array(types) => types.iter().any(|word| is_of(word, data)),
                one => is_of(one, data),
            },
            ("enum", _) => wanted.as_array().is_none_or(|values| values.iter().any(|value| equal(value, data))),
            ("const", _) => equal(wanted, data),
            ("minLength", Value::String(text)) => text.chars().count() as u64 >= number(),
            ("maxLength", Value::String(text)) => text.chars().count() as u64 <= number(),
            ("minItems", Value::Array(items)) => items.len() as u64 >= number(),
            ("maxItems", Value::Array(items)) => items.len() as u64 <= number(),
            ("minimum", Value::Number(value)) => value.as_f64() >= wanted.as_f64(),
            ("maximum", Value::Number(value)) => value.as_f64() <= wanted.as_f64(),
            ("items", Value::Array(items)) => {
                for (number, item) in items.iter().enumerate() {
                    check_value(wanted, item, &path(at, &format!("[{number}]")))?;
                }
                continue;
            }
            ("required", Value::Object(fields)) => {
                let mut names = wanted.as_array().into_iter().flatten().filter_map(Value::as_str);
                match names.find(|name| !fields.contains_key(*name)) {
                    Some(name) => return Err(messages::is_missing(path(at, name))),
                    None => continue,
                }
            }
            ("properties", Value::Object(fields)) => {
                check_fields(keywords, wanted.as_object(), fields, at)?;
                continue;
            }
            ("additionalProperties", Value::Object(fields)) if !keywords.contains_key("properties") => {
                check_fields(keywords, None, fields, at)?;
                continue;
            }
            _ => continue,
        };
        if !fits {
            return Err(expected(place(), keyword, wanted));
        }
    }
    Ok(())
}

/// Returns what a keyword expects of the data at a place.
fn expected(place: Text, keyword: &str, wanted: &Value) -> Text {
    let number = wanted.as_u64().unwrap_or_default();
    match keyword {
        "type" if !wanted.is_array() => messages::must_be_of_type(place, wanted.as_str().unwrap_or_default()),
        "type" | "enum" => messages::must_be_one_of(place, wanted.to_string()),
        "minLength" => messages::must_be_long(place, number),
        "maxLength" => messages::must_be_short(place, number),
        "minItems" => messages::must_list_least(place, number),
        "maxItems" => messages::must_list_most(place, number),
        "minimum" => messages::must_be_least(place, wanted.to_string()),
        "maximum" => messages::must_be_most(place, wanted.to_string()),
        _ => messages::must_be(place, wanted.to_string()),
    }
}

fn check_fields(
    keywords: &Map<String, Value>,
    properties: Option<&Map<String, Value>>,
    fields: &Map<String, Value>,
    at: &str,
) -> Result<(), Text> {
    let is_closed = keywords.get("additionalProperties") == Some(&Value::Bool(false));
    for (name, field) in fields {
        match properties.and_then(|properties| properties.get(name)) {
            Some(schema) => check_value(schema, field, &path(at, name))?,
            None if is_closed => return Err(messages::is_no_field(path(at, name))),
            None => {}
        }
    }
    Ok(())
}

/// Compares values as JSON Schema does: 1 and 1.0 are equal.
fn equal(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => one == other || one.as_f64() == other.as_f64(),
        (one, other) => one == other,
    }
}

fn is_of(word: &Value, data: &Value) -> bool {
    match word.as_str() {
        Some("object") => data.is_object(),
        Some("array") => data.is_array(),
        Some("string") => data.is_string(),
        Some("number") => data.is_number(),
        Some("integer") => {
            data.is_i64()
                || data.is_u64()
                || data.as_f64().is_some_and(|number| number.fract() == 0.0 && number.is_finite())
        }
        Some("boolean") => data.is_boolean(),
        Some("null") => data.is_null(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn schemas_with_other_keywords_are_refused() {
        let why = |schema: Value| check_schema(&schema).unwrap_err().to_string();
        assert!(why(json!({"type": "string"})).contains("\"type\": \"object\""));
        assert!(why(json!({"type": "object", "$ref": "#"})).starts_with("The keyword $ref is not supported."));
        let nested = json!({"type": "object", "properties": {"a": {"items": {"pattern": "(a+)+$"}}}});
        assert!(why(nested).starts_with("a[]: The keyword pattern is not supported."));
        assert_eq!(why(json!({"type": "object", "required": [1]})), "The value of required is not valid.");
        assert_eq!(why(json!({"type": "object", "properties": {"a": true}})), "a: A schema must be an object.");
        assert!(
            why(json!({"type": "object", "$schema": "http://json-schema.org/draft-04/schema#"})).contains("2020-12")
        );
        for keyword in ["enum", "required", "type"] {
            let many = json!({"type": "object", "properties": {"a": {keyword: vec!["string"; MAX_VALUES + 1]}}});
            assert_eq!(why(many), format!("a: {keyword} can have at most 100 entries."));
            let few = json!({"type": "object", "properties": {"a": {keyword: vec!["string"; MAX_VALUES]}}});
            assert_eq!(check_schema(&few), Ok(()));
        }
        let mut deep = json!({"type": "string"});
        for _ in 0..=MAX_DEPTH {
            deep = json!({"type": "object", "properties": {"a": deep}});
        }
        assert!(why(deep).contains("levels deep"));
    }

    #[test]
    fn invalid_data_is_refused_with_the_path_of_the_error() {
        let schema = json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema", "title": "A build", "type": "object",
            "required": ["number", "steps"], "additionalProperties": false,
            "properties": {
                "number": {"type": "integer", "minimum": 1, "maximum": 99},
                "state": {"enum": ["passed", "failed", 1]},
                "note": {"type": ["string", "null"], "minLength": 2, "maxLength": 4},
                "steps": {"type": "array", "minItems": 1, "maxItems": 2, "items": {"type": "object", "required": ["name"]}},
                "version": {"const": 2}
            }
        });
        check_schema(&schema).expect("a schema");
        let good =
            json!({"number": 7.0, "state": 1.0, "note": "größ", "steps": [{"name": "a", "more": 1}], "version": 2});
        assert_eq!(check(&schema, &good), Ok(()));
        let why = |change: Value| {
            let mut data = json!({"number": 7, "steps": [{"name": "a"}]});
            data.as_object_mut().expect("an object").extend(change.as_object().expect("an object").clone());
            check(&schema, &data).unwrap_err()
        };
        assert_eq!(why(json!({"number": 1.5})), "number must be of type integer.");
        assert_eq!(why(json!({"number": 100})), "number must be at most 99.");
        assert_eq!(why(json!({"number": 0})), "number must be at least 1.");
        assert_eq!(why(json!({"note": "größe"})), "note must be at most 4 characters long.");
        assert_eq!(why(json!({"note": 4})), "note must be one of [\"string\",\"null\"].");
        assert_eq!(why(json!({"steps": []})), "steps must be a list of at least 1.");
        assert_eq!(why(json!({"steps": [{}]})), "steps[0].name is missing.");
        assert_eq!(why(json!({"other": 1})), "other is not a field of this kind.");
        assert_eq!(why(json!({"version": 3})), "version must be 2.");
        assert_eq!(why(json!({"state": "lost"})), "state must be one of [\"passed\",\"failed\",1].");
        assert_eq!(check(&schema, &json!([])).unwrap_err(), "The data must be of type object.");
        let closed = json!({"type": "object", "additionalProperties": false});
        assert_eq!(check(&closed, &json!({"a": 1})).unwrap_err(), "a is not a field of this kind.");
    }
}
