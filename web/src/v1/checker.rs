//! Checks values against the schemas of the document. It knows the keywords that the document uses, and fails on others.

use serde_json::Value;

/// Checks a value. The error says where it differs.
pub fn check(document: &Value, schema: &Value, value: &Value, at: &str) -> Result<(), String> {
    let Some(keywords) = schema.as_object() else { return Err(format!("{at}: {schema} is no schema")) };
    for (keyword, wanted) in keywords {
        let fits = match keyword.as_str() {
            "description" | "title" | "examples" | "default" => true,
            "$ref" => {
                let name = wanted.as_str().and_then(|path| path.strip_prefix("#/components/schemas/"));
                let named = &document["components"]["schemas"][name.expect("a reference to a schema")];
                assert!(!named.is_null(), "{wanted} leads nowhere");
                return check(document, named, value, at);
            }
            "type" => match wanted {
                Value::Array(kinds) => kinds.iter().any(|kind| is_of(kind, value)),
                kind => is_of(kind, value),
            },
            "enum" => wanted.as_array().expect("values").contains(value),
            "format" => match (wanted.as_str(), value.as_str()) {
                (Some("date-time"), Some(text)) => domain::time::Timestamp::from_rfc3339(text).is_some(),
                (Some("int64" | "int32"), _) => true,
                (_, None) => true,
                _ => return Err(format!("{at}: the format {wanted} is not known here")),
            },
            "pattern" => match (wanted.as_str(), value.as_str()) {
                (Some("^[0-9]{1,18}$"), Some(text)) => {
                    (1..=18).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
                }
                (_, None) => true,
                _ => return Err(format!("{at}: the pattern {wanted} is not known here")),
            },
            "minimum" => value.as_f64().is_none_or(|number| number >= wanted.as_f64().expect("a number")),
            "maximum" => value.as_f64().is_none_or(|number| number <= wanted.as_f64().expect("a number")),
            "minLength" => {
                value.as_str().is_none_or(|text| text.chars().count() as u64 >= wanted.as_u64().expect("a number"))
            }
            "maxLength" => {
                value.as_str().is_none_or(|text| text.chars().count() as u64 <= wanted.as_u64().expect("a number"))
            }
            "minItems" => value.as_array().is_none_or(|items| items.len() as u64 >= wanted.as_u64().expect("a number")),
            "maxItems" => value.as_array().is_none_or(|items| items.len() as u64 <= wanted.as_u64().expect("a number")),
            "items" => {
                for (number, item) in value.as_array().into_iter().flatten().enumerate() {
                    check(document, wanted, item, &format!("{at}[{number}]"))?;
                }
                true
            }
            "required" => {
                let mut names = wanted.as_array().expect("names").iter().filter_map(Value::as_str);
                if let Some(name) = names.find(|name| value.is_object() && value.get(name).is_none()) {
                    return Err(format!("{at}: {name} is missing"));
                }
                true
            }
            "properties" => {
                for (name, field) in value.as_object().into_iter().flatten() {
                    match wanted.get(name) {
                        Some(schema) => check(document, schema, field, &format!("{at}.{name}"))?,
                        // The document names every field, unless it says that there are others.
                        None if keywords.contains_key("additionalProperties") => {}
                        None => return Err(format!("{at}: {name} is not in the document")),
                    }
                }
                true
            }
            "additionalProperties" => true,
            "oneOf" => {
                let all = wanted.as_array().expect("schemas").iter();
                all.filter(|schema| check(document, schema, value, at).is_ok()).count() == 1
            }
            "allOf" => return check(document, &merged(document, wanted), value, at),
            _ => return Err(format!("{at}: the keyword {keyword} is not known here")),
        };
        if !fits {
            return Err(format!("{at}: {value} does not fit {keyword} {wanted}"));
        }
    }
    Ok(())
}

/// One schema of several objects that hold together.
fn merged(document: &Value, all: &Value) -> Value {
    let (mut properties, mut required) = (serde_json::Map::new(), Vec::new());
    for part in all.as_array().expect("schemas") {
        let part = match part["$ref"].as_str().and_then(|path| path.strip_prefix("#/components/schemas/")) {
            Some(name) => &document["components"]["schemas"][name],
            None => part,
        };
        properties.extend(part["properties"].as_object().cloned().unwrap_or_default());
        required.extend(part["required"].as_array().cloned().unwrap_or_default());
    }
    serde_json::json!({"type": "object", "properties": properties, "required": required})
}

fn is_of(kind: &Value, value: &Value) -> bool {
    match kind.as_str() {
        Some("null") => value.is_null(),
        Some("string") => value.is_string(),
        Some("boolean") => value.is_boolean(),
        Some("integer") => value.is_i64() || value.is_u64(),
        Some("number") => value.is_number(),
        Some("array") => value.is_array(),
        Some("object") => value.is_object(),
        _ => false,
    }
}

#[test]
fn values_that_differ_from_the_schema_are_found() {
    let document =
        serde_json::json!({"components": {"schemas": {"Id": {"type": "string", "pattern": "^[0-9]{1,18}$"}}}});
    let schema = serde_json::json!({"type": "object", "required": ["id"], "properties": {
        "id": {"$ref": "#/components/schemas/Id"}, "at": {"type": ["string", "null"], "format": "date-time"},
        "kind": {"oneOf": [{"type": "null"}, {"type": "string", "enum": ["a", "b"]}]}}});
    let check = |value: Value| check(&document, &schema, &value, "");
    assert_eq!(check(serde_json::json!({"id": "17", "at": "2026-01-01T00:00:00.000001Z", "kind": "a"})), Ok(()));
    assert_eq!(check(serde_json::json!({"id": "17", "at": null, "kind": null})), Ok(()));
    for wrong in [
        serde_json::json!({}),
        serde_json::json!({"id": 17}),
        serde_json::json!({"id": "x"}),
        serde_json::json!({"id": "1", "at": "yesterday"}),
        serde_json::json!({"id": "1", "kind": "c"}),
        serde_json::json!({"id": "1", "more": 1}),
        serde_json::json!([]),
    ] {
        assert!(check(wrong.clone()).is_err(), "{wrong}");
    }
}
