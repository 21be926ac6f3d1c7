//! The statements that read and fill a table, built from its columns. Names come from the database's own catalogue or
//! from our own lists, never from a file.

use super::Kind;

/// A column to read: its name, and the expression that gives its value.
#[derive(Clone, Debug)]
pub(super) struct Read {
    pub name: String,
    pub kind: Kind,
    /// `None`: the column itself.
    pub value: Option<&'static str>,
}

/// Returns the statement that reads a table as JSON objects, one per row, in the order of `key`.
pub(super) fn select(
    is_postgres: bool,
    table: &str,
    columns: &[Read],
    key: &[(&str, Kind)],
    condition: Option<&str>,
) -> String {
    let value = |column: &Read| {
        let name = column.value.map_or_else(|| format!("t.\"{}\"", column.name), |value| format!("({value})"));
        match (is_postgres, column.kind) {
            // A numeric: exact to the microsecond.
            (true, Kind::Time) => format!("cast(extract(epoch from {name}) * 1000000 as bigint)"),
            (false, Kind::Boolean) => {
                format!(
                    "case when {name} is null then null else json(case when {name} then 'true' else 'false' end) end"
                )
            }
            _ => name,
        }
    };
    let fields: Vec<String> = columns.iter().map(|column| format!("'{}', {}", column.name, value(column))).collect();
    let order: Vec<String> = key
        .iter()
        .map(|(name, kind)| match (is_postgres, kind) {
            // The order of bytes, as on SQLite.
            (true, Kind::Text) => format!("t.\"{name}\" collate \"C\""),
            _ => format!("t.\"{name}\""),
        })
        .collect();
    let (fields, order) = (fields.join(", "), order.join(", "));
    let condition = condition.map(|condition| format!(" where {condition}")).unwrap_or_default();
    if is_postgres {
        format!("select cast(json_build_object({fields}) as text) from \"{table}\" t{condition} order by {order}")
    } else {
        format!("select json_object({fields}) from \"{table}\" t{condition} order by {order}")
    }
}

/// Returns the statement that inserts a JSON array of objects, its only bind, into a table.
pub(super) fn insert(is_postgres: bool, table: &str, columns: &[super::Column]) -> String {
    let names: Vec<String> = columns.iter().map(|column| format!("\"{}\"", column.name)).collect();
    let names = names.join(", ");
    if !is_postgres {
        let values: Vec<String> = columns.iter().map(|column| format!("value ->> '$.\"{}\"'", column.name)).collect();
        return format!("insert into \"{table}\" ({names}) select {} from json_each($1)", values.join(", "));
    }
    let (mut values, mut described) = (Vec::new(), Vec::new());
    for column in columns {
        let name = format!("\"{}\"", column.name);
        let word = match column.kind {
            Kind::Integer | Kind::Time => "bigint",
            Kind::Text => "text",
            Kind::Boolean => "boolean",
        };
        described.push(format!("{name} {word}"));
        values.push(match column.kind {
            Kind::Time => format!("timestamptz 'epoch' + {name} * interval '1 microsecond'"),
            _ => name,
        });
    }
    let (values, described) = (values.join(", "), described.join(", "));
    format!(
        "insert into \"{table}\" ({names}) select {values} from json_to_recordset(cast($1 as json)) as rows ({described})"
    )
}
