//! How attachments are shown: the view that pages draw, and the fallback text for everything else. The fallback text
//! contains all that the view shows, so auditors, rules and the search see it as a part of the message's text.

use serde_json::{Map, Value};

use crate::platform::validate::{one_line, text};
use model::{Layout, Poll, View};

/// The longest shown value, in characters.
const MAX_VALUE: usize = 2_000;
/// The longest heading.
const MAX_TITLE: usize = 300;
/// The longest label.
const MAX_LABEL: usize = 100;
/// The most rows of a table or card, and the most items of a list.
pub(super) const MAX_ROWS: usize = 200;

/// What a kind says about how its data is shown.
#[derive(Clone, Debug)]
pub(super) struct Shape<'a> {
    /// The name of the kind.
    pub name: &'a str,
    pub layout: Layout,
    /// A template for the heading.
    pub title: &'a str,
    /// The names of the shown fields in order; empty: all of the schema.
    pub fields: &'a [String],
    pub schema: &'a Value,
}

impl Shape<'_> {
    /// Builds the view of data that fits the schema. Of the layout `poll`, build it from the poll instead.
    pub(super) fn view(&self, data: &Value) -> View {
        let title = filled(self.title, data);
        match self.layout {
            Layout::Card | Layout::Poll => {
                let row = |(name, label): (String, String)| {
                    let value = shown(data.get(&name)?, "\n");
                    (!value.is_empty()).then_some((label, value))
                };
                View::Card { title, rows: self.columns(self.schema, data).into_iter().filter_map(row).collect() }
            }
            Layout::Table => {
                let rows = list(data, "rows");
                let none = Value::Null;
                let columns = self.columns(&self.schema["properties"]["rows"]["items"], rows.first().unwrap_or(&none));
                let cell = |row: &Value, name: &str| row.get(name).map(|value| shown(value, " ")).unwrap_or_default();
                let rows = rows.iter().map(|row| columns.iter().map(|(name, _)| cell(row, name)).collect()).collect();
                View::Table { title, columns: columns.into_iter().map(|(_, label)| label).collect(), rows }
            }
            Layout::List => {
                let items = list(data, "items").iter().map(|item| shown(item, " "));
                View::List { title, items: items.filter(|item| !item.is_empty()).collect() }
            }
        }
    }

    /// Whether there is more than pages show.
    pub(super) fn is_too_long(view: &View) -> bool {
        match view {
            View::Card { rows, .. } => rows.len() > MAX_ROWS,
            View::Table { rows, .. } => rows.len() > MAX_ROWS,
            View::List { items, .. } => items.len() > MAX_ROWS,
            View::Poll(_) => false,
        }
    }

    /// The shown fields with their labels: those that the kind names, or else all of the schema, or else all of the data.
    fn columns(&self, schema: &Value, data: &Value) -> Vec<(String, String)> {
        let properties = schema["properties"].as_object();
        let label = |name: &str| {
            let label = properties.and_then(|properties| properties.get(name)?.get("title")?.as_str());
            one_line(label.unwrap_or(name)).chars().take(MAX_LABEL).collect()
        };
        let names: Vec<String> = match (self.fields, properties, data.as_object()) {
            (named @ [_, ..], _, _) => named.to_vec(),
            ([], Some(properties), _) => properties.keys().cloned().collect(),
            ([], None, Some(data)) => data.keys().cloned().collect(),
            ([], None, None) => Vec::new(),
        };
        names.into_iter().map(|name| (name.clone(), label(&name))).collect()
    }

    /// The view as plain text. It is never empty.
    pub(super) fn fallback(&self, view: &View) -> String {
        let (title, lines): (&str, Vec<String>) = match view {
            View::Card { title, rows } => {
                (title, rows.iter().map(|(label, value)| format!("{label}: {value}")).collect())
            }
            View::Table { title, columns, rows } => {
                (title, std::iter::once(columns).chain(rows).map(|cells| cells.join(" | ")).collect())
            }
            View::List { title, items } => (title, items.iter().map(|item| format!("- {item}")).collect()),
            View::Poll(poll) => return poll_text(poll),
        };
        let title = if title.is_empty() { self.name } else { title };
        let text: Vec<&str> = std::iter::once(title).chain(lines.iter().map(String::as_str)).collect();
        text.join("\n").trim_end().to_owned()
    }
}

/// A poll as plain text.
fn poll_text(poll: &Poll) -> String {
    let options: String = poll.options.iter().map(|option| format!("\n- {option}")).collect();
    format!("Poll: {}{options}", poll.question)
}

/// The list of this name.
fn list<'a>(data: &'a Value, name: &str) -> &'a [Value] {
    data.get(name).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// A value as text. Lines of a text are joined by `between`.
fn shown(value: &Value, between: &str) -> String {
    let whole = match value {
        Value::Null => String::new(),
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        Value::Number(number) => number.to_string(),
        Value::String(string) => {
            let lines: Vec<String> = text(string).split('\n').map(one_line).collect();
            lines.join(between).trim().to_owned()
        }
        Value::Array(items) => {
            let items: Vec<String> =
                items.iter().map(|item| shown(item, " ")).filter(|item| !item.is_empty()).collect();
            items.join(", ")
        }
        Value::Object(fields) => object(fields),
    };
    whole.chars().take(MAX_VALUE).collect::<String>().trim_end().to_owned()
}

fn object(fields: &Map<String, Value>) -> String {
    let field = |(name, value): (&String, &Value)| format!("{}: {}", one_line(name), shown(value, " "));
    fields.iter().map(field).collect::<Vec<_>>().join("; ")
}

/// The names in braces of a template.
pub(super) fn placeholders(template: &str) -> Vec<&str> {
    template.split('{').skip(1).filter_map(|rest| Some(rest.split_once('}')?.0)).collect()
}

/// Fills a template: `{name}` becomes the field of that name.
fn filled(template: &str, data: &Value) -> String {
    let mut parts = template.split('{');
    let mut title = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        match part.split_once('}') {
            Some((name, rest)) => {
                title.push_str(&data.get(name).map(|value| shown(value, " ")).unwrap_or_default());
                title.push_str(rest);
            }
            None => title.push_str(part),
        }
    }
    one_line(&title).chars().take(MAX_TITLE).collect::<String>().trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn shape<'a>(layout: Layout, title: &'a str, fields: &'a [String], schema: &'a Value) -> Shape<'a> {
        Shape { name: "ada/build", layout, title, fields, schema }
    }

    #[test]
    fn a_card_shows_its_fields_in_order_as_html_and_as_text() {
        let schema = json!({"type": "object", "properties": {
            "number": {"type": "integer"}, "state": {"title": "State"}, "note": {}, "tags": {}}});
        let fields = ["state", "note", "tags", "gone"].map(str::to_owned);
        let shape = shape(Layout::Card, "Build {number} of {nothing}", &fields, &schema);
        let view =
            shape.view(&json!({"number": 12, "state": true, "note": "one\r\n\u{202e}two ", "tags": ["a", 1, null]}));
        let rows =
            [("State", "yes"), ("note", "one\ntwo"), ("tags", "a, 1")].map(|(a, b)| (a.to_owned(), b.to_owned()));
        assert_eq!(view, View::Card { title: "Build 12 of".into(), rows: rows.into() });
        assert_eq!(shape.fallback(&view), "Build 12 of\nState: yes\nnote: one\ntwo\ntags: a, 1");
    }

    #[test]
    fn tables_and_lists_are_lines_of_text() {
        let schema = json!({"type": "object", "properties": {"rows": {"type": "array", "items": {"type": "object",
            "properties": {"a": {"title": "First"}, "b": {}}}}}});
        let table = shape(Layout::Table, "", &[], &schema);
        let view = table.view(&json!({"rows": [{"a": 1, "b": "x\ny"}, {"b": {"c": 2}}]}));
        assert_eq!(table.fallback(&view), "ada/build\nFirst | b\n1 | x y\n | c: 2");
        let list = shape(Layout::List, "Things", &[], &schema);
        let view = list.view(&json!({"items": ["one", "", 2]}));
        assert_eq!(list.fallback(&view), "Things\n- one\n- 2");
        assert_eq!(list.fallback(&list.view(&json!({}))), "Things");
    }

    #[test]
    fn any_template_can_be_filled() {
        let data = json!({"a": "x"});
        for (template, title) in [("{a}{a}", "xx"), ("{", ""), ("}{a", "}a"), ("{}", ""), ("{{a}}", "x}")] {
            assert_eq!(filled(template, &data), title, "{template}");
        }
        assert_eq!(placeholders("{a} and {b c} {"), ["a", "b c"]);
    }
}
