//! Sends the hostile inputs by the pages' own forms.

use std::collections::BTreeSet;

use super::corpus::{few, lines, long};
use super::fields::{FIELDS, Field, Put, must_be_known, pattern};
use super::harmless;
use super::world::{Who, World};
use crate::support::{Filled, Forum, Page, Running, Visitor};

/// Puts all inputs into all fields, or a few where the program runs as services. A refused form is checked in the
/// answer, an accepted one later.
pub async fn sow(forum: &Forum, world: &World) {
    // Forms that cannot be used again until their effect is undone.
    let mut used = BTreeSet::new();
    let mut newcomers = 0;
    for field in FIELDS {
        let texts = match field.put {
            Put::Nothing => continue,
            _ if forum.running != Running::Alone => few(),
            Put::Lines | Put::After(_) => lines(),
            Put::Long => long(),
            Put::Few => few(),
        };
        let asks = field.action == "/-/sign-up" && field.name == "message";
        if asks {
            let root = world.who(Who::Root);
            let form = root.get("/admin/settings").await.expect(200).form("/admin/settings");
            root.submit(&form.with("sign_ups", "approved").with("name", "Hostile")).await.expect(200);
        }
        for text in texts {
            if used.remove(field.action) {
                world.undo(field.action).await;
            }
            let text = match field.put {
                Put::After(words) => format!("{words}{text}"),
                Put::Lines | Put::Long | Put::Few | Put::Nothing => text,
            };
            let visitor = if field.who == Who::Stranger { forum.visitor() } else { world.who(field.who).clone() };
            let mut with = Vec::new();
            if asks {
                newcomers += 1;
                with.push(("username", format!("newcomer{newcomers}")));
            }
            let (page, is_taken) = fill_in(world, &visitor, field, &text, &with).await;
            let about = format!("{} {} with {:?}", field.action, field.name, start(&text));
            assert!(page.status.as_u16() < 500, "{about}: {}\n{}", page.status, page.main());
            harmless::page(&about, &page.html);
            if is_taken {
                used.insert(field.action);
            }
        }
    }
    for action in used {
        world.undo(action).await;
    }
    // Fills in the undone forms once more, so that the readers find the input.
    for field in FIELDS.iter().filter(|field| LEFT.contains(&(field.action, field.name))) {
        let (page, is_taken) = fill_in(world, world.who(field.who), field, &few()[1], &[]).await;
        assert!(is_taken, "{} {}: {}", field.action, field.name, page.main());
    }
    forum.jobs_done().await;
}

/// Fields that can be filled in again only after an undo.
const LEFT: [(&str, &str); 3] =
    [("/-/groups/{}/ask", "message"), ("/-/invite/{}", "message"), ("/-/groups/{}/members/{}/ban", "reason")];

async fn fill_in(world: &World, visitor: &Visitor, field: &Field, text: &str, with: &[(&str, String)]) -> (Page, bool) {
    let at = world.path(field.at);
    let page = visitor.get(&at).await.expect(200);
    let forms = page.forms();
    // Hiding a notice needs no token.
    let is_free = |form: &Filled| !form.is_post || field.action == "/-/notice/hide";
    let found = forms.iter().find(|form| {
        pattern(&form.action) == field.action && (is_free(form) || form.fields.iter().any(|(name, _)| name == "csrf"))
    });
    let form = found.unwrap_or_else(|| panic!("{at} has no form to {}:\n{}", field.action, page.main())).clone();
    let form = field.with.iter().fold(form, |form, (name, value)| form.with(name, value));
    let form = with.iter().fold(form, |form, (name, value)| form.with(name, value)).with(field.name, text);
    // Ticks the messages to answer.
    let boxes = names(&page.html, &form.action).into_iter().filter(|name| is_answered(name));
    let form = boxes.fold(form, |form, name| form.with(&name, "yes"));
    if form.is_post {
        let first = visitor.send(&form).await;
        let is_taken = first.status.is_redirection();
        let page = if is_taken {
            visitor.get(first.header("location").split('#').next().unwrap_or_default()).await
        } else {
            first
        };
        (page, is_taken)
    } else {
        (visitor.get(&address(&form)).await, false)
    }
}

/// Returns whether the field is the checkbox of a pending message.
fn is_answered(name: &str) -> bool {
    name.strip_prefix('h').is_some_and(|id| !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit()))
}

fn address(form: &Filled) -> String {
    let encoded = |text: &str| text.bytes().map(|byte| format!("%{byte:02X}")).collect::<String>();
    // A request's address has limited length.
    let value = |value: &str| encoded(&value.chars().take(3_000).collect::<String>());
    let fields: Vec<String> = form.fields.iter().map(|(name, text)| format!("{name}={}", value(text))).collect();
    format!("{}?{}", form.action, fields.join("&"))
}

fn start(text: &str) -> String {
    text.chars().take(60).collect()
}

/// # Panics
/// When a form of the page has a field that is not in the list.
pub fn must_know_the_forms_of(page: &Page) {
    for form in page.forms() {
        must_be_known(&page.path, &form.action, names(&page.html, &form.action));
    }
}

/// Returns the names of all fields in the forms to an address, including choices and buttons.
pub fn names(html: &str, action: &str) -> Vec<String> {
    let forms = html.split("<form").skip(1).filter_map(|part| part.split("</form>").next());
    let own = forms.filter(|form| {
        let tag = form.split('>').next().unwrap_or_default();
        tag.split_once("action=\"").map_or("", |(_, rest)| rest.split('"').next().unwrap_or_default()) == action
    });
    own.flat_map(|form| form.split(" name=\"").skip(1))
        .filter_map(|rest| rest.split('"').next())
        .map(str::to_owned)
        .collect()
}
