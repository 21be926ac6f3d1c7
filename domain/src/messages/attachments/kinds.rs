//! Kinds of attachments that programs register. A kind belongs to an account, and can have several versions. Messages keep
//! their attachments, whatever happens to the kind later.

use serde_json::Value;

use super::{MAX_BYTES, schema, view};
use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
use crate::platform::log;
use crate::platform::validate::one_line;
use model::policy::Viewer;
use model::{Fields, Kind, KindId, Layout, LogAction, LogEntry};
use store::messages::kinds::{self as table};
use texts::Text;

/// The most kinds of one account, with all versions.
pub const MOST: i64 = 50;
/// The longest name of a kind.
const MAX_NAME: usize = 40;
/// The longest template of a heading, in characters.
const MAX_TITLE: usize = 200;
/// The most shown fields.
const MAX_FIELDS: usize = 20;

/// A kind to register.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct NewKind {
    pub name: String,
    pub version: i64,
    pub layout: Layout,
    /// A template for the heading.
    pub title: String,
    /// The shown fields in order; empty: all of the schema.
    pub fields: Vec<String>,
    pub schema: Value,
}

/// Registers a kind of the viewer.
///
/// # Errors
/// [`Error::Invalid`] on `name`, `version`, `title`, `fields` and `schema`; [`Error::Forbidden`] when there are too many.
pub async fn register(cx: &Context, viewer: Viewer, new: NewKind) -> Result<Kind> {
    let owner = viewer.user()?;
    let mut wrong = Fields::default();
    if !is_name(&new.name) {
        wrong.add("name", texts::messages_errors::kind_name(MAX_NAME));
    }
    if !(1..=1_000_000).contains(&new.version) {
        wrong.add("version", texts::validation::number_from_to(1, 1_000_000));
    }
    let title = one_line(&new.title);
    if title.chars().count() > MAX_TITLE {
        wrong.add("title", texts::validation::at_most(MAX_TITLE));
    }
    let source = new.schema.to_string();
    if source.len() > MAX_BYTES {
        wrong.add("schema", texts::messages_errors::schema_too_long(MAX_BYTES / 1_024));
    } else if let Err(why) = schema::check_schema(&new.schema) {
        wrong.add("schema", why);
    } else {
        check_layout(&mut wrong, &new, &title);
    }
    wrong.check()?;
    let fields = serde_json::to_string(&new.fields).map_err(|error| Error::Internal(error.to_string()))?;
    let now = cx.now();
    let mut tx = cx.db.begin().await?;
    // Two requests at once do not exceed the limit.
    store::people::users::lock(&mut tx, &[owner]).await?;
    if table::count_of(&mut tx, owner).await? >= MOST {
        return Err(Error::forbidden(texts::messages_errors::kinds_at_most(MOST)));
    }
    let (name, version, layout) = (new.name.as_str(), new.version, new.layout);
    let new = table::NewKind { owner, name, version, layout, title: &title, fields: &fields, schema: &source };
    let id = table::insert(&mut tx, new, now).await?;
    let id = id.ok_or_else(|| Error::invalid("version", texts::messages_errors::version_exists()))?;
    tx.commit().await?;
    table::by_id(&cx.db, id).await?.ok_or(Error::NotFound)
}

/// Checks that the schema has what the layout and the heading show.
fn check_layout(wrong: &mut Fields, new: &NewKind, title: &str) {
    let properties = &new.schema["properties"];
    for name in view::placeholders(title) {
        if properties.get(name).is_none() {
            wrong.add("title", texts::messages_errors::no_property(name));
        }
    }
    let shown = match new.layout {
        Layout::Card => properties,
        Layout::Table if properties["rows"]["type"] == "array" && properties["rows"]["items"]["type"] == "object" => {
            &properties["rows"]["items"]["properties"]
        }
        Layout::Table => {
            return wrong.add("schema", texts::messages_errors::table_needs_rows());
        }
        Layout::List if properties["items"]["type"] == "array" => &Value::Null,
        Layout::List => return wrong.add("schema", texts::messages_errors::list_needs_items()),
        Layout::Poll => &Value::Null,
    };
    let count = shown.as_object().map_or(0, serde_json::Map::len);
    if new.fields.len() > MAX_FIELDS || new.fields.is_empty() && count > MAX_FIELDS {
        wrong.add("fields", texts::messages_errors::fields_at_most(MAX_FIELDS));
    }
    if new.layout == Layout::Table && count == 0 {
        wrong.add("schema", texts::messages_errors::rows_need_properties());
    }
    if let Some(unknown) = new.fields.iter().find(|name| shown.get(name.as_str()).is_none()) {
        let unknown: String = unknown.chars().take(MAX_NAME).collect();
        wrong.add("fields", texts::messages_errors::no_property_to_show(unknown));
    }
}

fn is_name(name: &str) -> bool {
    name.len() <= MAX_NAME
        && name.starts_with(|first: char| first.is_ascii_lowercase())
        && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

/// The kinds of the viewer, by name and version.
///
/// # Errors
/// [`Error::SignedOut`].
pub async fn own(cx: &Context, viewer: Viewer) -> Result<Vec<Kind>> {
    Ok(table::of_owner(&cx.db, viewer.user()?, MOST).await?)
}

/// Returns a kind, for anyone with an account.
///
/// # Errors
/// [`Error::NotFound`], [`Error::SignedOut`].
pub async fn show(cx: &Context, viewer: Viewer, id: KindId) -> Result<Kind> {
    viewer.user()?;
    table::by_id(&cx.db, id).await?.ok_or(Error::NotFound)
}

/// Retires the viewer's kind, so that new messages can't use it, or brings it back. Existing messages don't change.
///
/// # Errors
/// [`Error::NotFound`], also for the kinds of others.
pub async fn retire(cx: &Context, viewer: Viewer, id: KindId, retired: bool) -> Result<Kind> {
    let kind = show(cx, viewer, id).await?;
    if viewer.id() != Some(kind.owner_id) {
        return Err(Error::NotFound);
    }
    let mut tx = cx.db.begin().await?;
    table::retire(&mut tx, id, retired.then(|| cx.now())).await?;
    tx.commit().await?;
    show(cx, viewer, id).await
}

/// All kinds with ids above `after`, by id.
///
/// # Errors
/// [`Error::NotFound`] for anyone but site admins; [`Error::SignedOut`].
pub async fn all(cx: &Context, viewer: Viewer, after: KindId, limit: i64) -> Result<Vec<Kind>> {
    viewer.site_admin()?;
    Ok(table::all(&cx.db, after, limit).await?)
}

/// Disables any kind, so that new messages can't use it, or enables it again.
///
/// # Errors
/// [`Error::NotFound`] when there is none; as [`all`].
pub async fn disable(cx: &Context, viewer: Viewer, id: KindId, disabled: bool) -> Result<()> {
    viewer.site_admin()?;
    let kind = table::by_id(&cx.db, id).await?.ok_or(Error::NotFound)?;
    let now = cx.now();
    let mut tx = cx.db.begin().await?;
    if table::disable(&mut tx, id, disabled.then_some(now)).await? > 0 {
        let what = if disabled { "disabled" } else { "enabled" };
        let detail = format!("{} version {}: {what}", kind.full_name(), kind.version);
        let entry = LogEntry::new(viewer.user()?, LogAction::KindChanged).whom(kind.owner_id).detail(detail);
        log::write(&mut tx, entry, now).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// Returns the kind of this name that a new message may use.
///
/// # Errors
/// [`Error::Invalid`] on `attachment`.
pub(super) async fn usable(cx: &Context, name: &str, version: Option<i64>) -> Result<Kind> {
    let found = match name.split_once('/') {
        Some((owner, name)) => table::named(&cx.db, &owner.to_lowercase(), name, version).await?,
        None => None,
    };
    let no = |why: Text| Err(Error::invalid("attachment", why));
    match found {
        Some(kind) if kind.is_usable() => Ok(kind),
        Some(kind) if kind.disabled_at.is_some() => no(texts::messages_errors::kind_disabled()),
        Some(_) => no(texts::messages_errors::kind_retired()),
        None => {
            let name: String = one_line(name).chars().take(100).collect();
            no(texts::messages_errors::kind_unknown(name))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn names_are_lowercase_identifiers() {
        for good in ["a", "build", "build-2"] {
            assert!(is_name(good), "{good}");
        }
        for bad in ["", "Build", "2build", "-a", "a_b", "a/b", "ä", &"a".repeat(41)] {
            assert!(!is_name(bad), "{bad}");
        }
    }

    #[test]
    fn the_schema_has_what_the_layout_shows() {
        let why = |layout, title: &str, fields: &[&str], properties: Value| {
            let fields = fields.iter().map(|name| (*name).to_owned()).collect();
            let schema = json!({"type": "object", "properties": properties});
            let new = NewKind { name: "a".into(), version: 1, layout, title: title.into(), fields, schema };
            let mut wrong = Fields::default();
            check_layout(&mut wrong, &new, title);
            wrong.iter().map(|(field, why)| format!("{field}: {why}")).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(why(Layout::Card, "{a}", &["a"], json!({"a": {}})), "");
        assert_eq!(why(Layout::Card, "{b}", &["a"], json!({"a": {}})), "title: The schema has no property b.");
        assert!(why(Layout::Card, "", &["c"], json!({"a": {}})).starts_with("fields: The schema has no property c"));
        assert!(why(Layout::Table, "", &[], json!({"a": {}})).contains("needs a property named “rows”"));
        let rows = json!({"rows": {"type": "array", "items": {"type": "object", "properties": {"a": {}}}}});
        assert_eq!(why(Layout::Table, "", &["a"], rows), "");
        assert!(why(Layout::List, "", &[], json!({"items": {}})).contains("needs a property named “items”"));
        assert_eq!(why(Layout::List, "", &[], json!({"items": {"type": "array"}})), "");
        let many: serde_json::Map<String, Value> = (0..21).map(|n| (format!("p{n}"), json!({}))).collect();
        assert!(why(Layout::Card, "", &[], Value::Object(many)).starts_with("fields: At most 20"));
    }
}
