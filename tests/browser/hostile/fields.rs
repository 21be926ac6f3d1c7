//! Every field of every form, and what becomes of it here. A field that is not in the list fails the test: whoever adds one adds a row.

use super::world::Who;

/// What goes into a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Put {
    /// All of the corpus.
    All,
    /// All of it, behind these words.
    After(&'static str),
    /// A few of it: each costs an account or a conversation, or the words are compared with ours and never kept.
    Few,
    /// Nothing: a token, a key, a number of ours, or a choice among words that are compared and never kept.
    Nothing,
}

/// A field of a form.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// Where the form goes, with braces for what differs.
    pub action: &'static str,
    /// The field; braces stand for a number.
    pub name: &'static str,
    /// What goes into it.
    pub put: Put,
    /// Who fills it in.
    pub who: Who,
    /// On which page they find the form.
    pub at: &'static str,
    /// What else they fill in.
    pub with: &'static [(&'static str, &'static str)],
}

const PASSWORD: (&str, &str) = ("current_password", crate::support::PASSWORD);

macro_rules! fields {
    ($($action:literal $name:literal: $put:expr $(, $who:ident at $at:literal $(with $with:expr)?)?;)*) => {
        &[$(Field {
            action: $action,
            name: $name,
            put: $put,
            who: fields!(@who $($who)?),
            at: fields!(@at $($at)?),
            with: fields!(@with $($($with)?)?),
        }),*]
    };
    (@who) => { Who::Member };
    (@who $who:ident) => { Who::$who };
    (@at) => { "" };
    (@at $at:literal) => { $at };
    (@with) => { &[] };
    (@with $with:expr) => { &$with };
}

use Put::{After, All, Few, Nothing};

/// All of them, but for `csrf`, `key` and `next`, which any form may have.
pub const FIELDS: &[Field] = fields! {
    "/-/sign-in" "username": All, Stranger at "/-/sign-in" with [("password", "wrong")];
    "/-/sign-in" "password": Few, Stranger at "/-/sign-in" with [("username", "mia")];
    "/-/sign-in/code" "code": Nothing;
    "/-/sign-in/code" "ticket": Nothing;
    "/-/sign-up" "username": All, Stranger at "/-/sign-up" with [("password", "rowing past the lighthouse")];
    "/-/sign-up" "email": All, Stranger at "/-/sign-up" with [("username", "xx yy"), ("password", "rowing past the lighthouse")];
    "/-/sign-up" "password": Few, Stranger at "/-/sign-up" with [("username", "xx yy")];
    "/-/sign-up" "invitation": Nothing;
    "/-/first-admin" "username": Nothing;
    "/-/first-admin" "email": Nothing;
    "/-/first-admin" "password": Nothing;
    "/-/first-admin" "token": Nothing;
    "/-/forgot" "email": All, Stranger at "/-/forgot";
    "/-/reset" "new_password": Nothing;
    "/-/reset" "token": Nothing;
    "/-/reset" "username": Nothing;
    "/-/confirm" "token": Nothing;

    "/-/settings" "name": All, Member at "/-/settings";
    "/-/settings" "bio": All, Member at "/-/settings";
    "/-/settings" "location": All, Member at "/-/settings";
    "/-/settings" "web": After("https://example.org/"), Member at "/-/settings";
    "/-/settings" "theme": Nothing;
    "/-/settings/password" "current_password": Few, Member at "/-/settings/password" with [("new_password", "another one it is")];
    "/-/settings/password" "new_password": Nothing;
    "/-/settings/password" "username": Nothing;
    "/-/settings/people" "direct_from": Few, Member at "/-/settings/people";
    "/-/settings/mail" "email": All, Member at "/-/settings/mail" with [PASSWORD];
    "/-/settings/mail" "current_password": Nothing;
    "/-/settings/mail" "username": Nothing;
    "/-/settings/second-step/begin" "current_password": Few, Member at "/-/settings/second-step";
    "/-/settings/second-step/begin" "username": Nothing;
    "/-/settings/second-step/on" "code": Nothing;
    "/-/settings/second-step/codes" "current_password": Nothing;
    "/-/settings/second-step/codes" "username": Nothing;
    "/-/settings/second-step/off" "current_password": Nothing;
    "/-/settings/account/name" "username": All, Member at "/-/settings/account" with [PASSWORD];
    "/-/settings/account/name" "current_password": Nothing;
    "/-/settings/account/delete" "words": Nothing;
    "/-/settings/account/delete" "account": Nothing;
    "/-/settings/account/delete" "current_password": Few, Member at "/-/settings/account/delete" with [("words", "keep")];
    "/-/users/{}/ignore" "ignored": Nothing;
    "/-/read" "upto": Nothing;
    "/-/mentions/read" "upto": Nothing;

    "/-/direct" "to": All, Member at "/-/direct/new" with [("title", "Plans"), ("text", "Hello")];
    "/-/direct" "title": Few, Member at "/-/direct/new" with [("to", "marta"), ("text", "Hello")];
    "/-/direct" "text": Few, Member at "/-/direct/new" with [("to", "marta")];
    "/-/direct/{}/add" "to": All, Member at "/-/direct/{direct}/add" with [("text", "Hello")];
    "/-/direct/{}/add" "text": Few, Member at "/-/direct/{direct}/add" with [("to", "nobody-there")];

    "/-/groups" "name": All, Keeper at "/-/groups/new" with [("kind", "public")];
    "/-/groups" "slug": All, Keeper at "/-/groups/new" with [("kind", "public"), ("name", "Slugs")];
    "/-/groups" "description": Few, Keeper at "/-/groups/new" with [("kind", "closed"), ("name", "Described")];
    "/-/groups" "kind": Few, Keeper at "/-/groups/new" with [("name", "Kinds")];
    "/-/groups" "category": Few, Keeper at "/-/groups/new" with [("name", "Categories"), ("kind", "private")];
    "/-/groups/{}/edit" "name": All, Keeper at "/-/groups/{closed}/edit" with [("kind", "closed")];
    "/-/groups/{}/edit" "description": All, Keeper at "/-/groups/{closed}/edit" with [("kind", "closed")];
    "/-/groups/{}/edit" "kind": Nothing;
    "/-/groups/{}/edit" "category": Nothing;
    "/-/groups/{}/archive" "archived": Nothing;
    "/-/groups/{}/delete" "name": All, Keeper at "/-/groups/{public}/delete";
    "/-/groups/{}/level" "level": Few, Member at "/garden/";
    "/-/groups/{}/read" "upto": Nothing;
    "/-/groups/{}/ask" "message": All, Outsider at "/choir/";
    "/-/groups/{}/requests" "one": Nothing;
    "/-/groups/{}/requests" "answer": Few, Keeper at "/-/groups/{closed}/requests";
    "/-/groups/{}/requests" "u{}": Nothing;
    "/-/invite/{}" "message": All, Stray at "{link}";
    "/-/groups/{}/invitations" "role": Few, Keeper at "/-/groups/{closed}/invitations" with [("uses", "0"), ("days", "3")];
    "/-/groups/{}/invitations" "uses": Few, Keeper at "/-/groups/{closed}/invitations" with [("role", "member"), ("days", "3")];
    "/-/groups/{}/invitations" "days": Few, Keeper at "/-/groups/{closed}/invitations" with [("role", "member"), ("uses", "3")];
    "/-/groups/{}/invited" "username": All, Keeper at "/-/groups/{closed}/invitations";
    "/-/groups/{}/members/{}/role" "role": Few, Keeper at "/-/groups/{public}/members/{target}";
    "/-/groups/{}/members/{}/ban" "reason": All, Keeper at "/-/groups/{public}/members/{target}";
    "/-/groups/{}/topics" "title": All, Keeper at "/garden/" with [("text", "Hello")];
    "/-/groups/{}/topics" "text": Few, Keeper at "/garden/" with [("title", "Texts")];

    "/-/topics/{}/messages" "text": All, Keeper at "/garden/plums/";
    "/-/topics/{}/read" "seq": Nothing;
    "/-/topics/{}/level" "level": Few, Member at "/garden/plums/";
    "/-/topics/{}/edit" "title": All, Keeper at "/-/topics/{topic}/edit";
    "/-/topics/{}/mark" "mark": Few, Keeper at "/-/topics/{topic}/edit";
    "/-/topics/{}/mark" "on": Nothing;
    "/-/topics/{}/move" "group": Few, Keeper at "/-/topics/{topic}/edit";
    "/-/messages/{}/edit" "text": All, Keeper at "/-/messages/{message}/edit";
    "/-/messages/{}/report" "grounds": Nothing;
    "/-/messages/{}/report" "words": All, Member at "/-/messages/{message}/report" with [("grounds", "other")];
    "/-/reports/{}" "verdict": Few, Keeper at "/-/groups/{public}/reports";

    "/admin/people/{}/bar" "reason": All, Root at "/admin/people/{target}" with [("what", "suspend"), ("days", "9")];
    "/admin/people/{}/bar" "days": Few, Root at "/admin/people/{target}" with [("what", "suspend"), ("reason", "because")];
    "/admin/people/{}/bar" "what": Nothing;
    "/admin/people/{}/admin" "is_admin": Nothing;
    "/admin/people/{}/sessions" "session": Few, Root at "/admin/people/{outsider}";
    "/admin/sign-ups" "one": Nothing;
    "/admin/sign-ups" "answer": Nothing;
    "/admin/sign-ups" "u{}": Nothing;
    "/admin/sign-ups/links" "uses": Few, Root at "/admin/sign-ups" with [("days", "3")];
    "/admin/sign-ups/links" "days": Few, Root at "/admin/sign-ups" with [("uses", "3")];
    "/admin/settings" "name": All, Root at "/admin/settings";
    "/admin/settings" "line": All, Root at "/admin/settings";
    "/admin/settings" "notice": All, Root at "/admin/settings";
    "/admin/settings" "sign_ups": Few, Root at "/admin/settings";
    "/admin/settings" "read_only": Nothing;

    "/-/notice/hide" "version": Few, Member at "/";
    "/-/sign-up" "message": Few, Stranger at "/-/sign-up" with [("password", "rowing past the lighthouse")];

    "/search" "q": All, Member at "/search?q=plums";
    "/search" "in": Few, Member at "/search?q=plums";
    "/search" "order": Few, Member at "/search?q=plums";
    "/groups/" "q": All, Stranger at "/groups/";
    "/groups/" "category": Few, Stranger at "/groups/";
    "/groups/" "order": Few, Stranger at "/groups/";
    "/admin/people" "q": All, Root at "/admin/people";
    "/admin/people" "state": Few, Root at "/admin/people";
    "/admin/groups" "q": All, Root at "/admin/groups";
    "/admin/groups" "kind": Few, Root at "/admin/groups";
};

/// What any form may have, and is never shown or kept.
const OF_ANY: [&str; 3] = ["csrf", "key", "next"];

/// An address with braces for what differs.
pub fn pattern(action: &str) -> String {
    let path = action.split(['?', '#']).next().unwrap_or_default();
    let parts: Vec<&str> = path.split('/').collect();
    let part = |(i, part): (usize, &&str)| {
        let before = if i == 0 { "" } else { parts[i - 1] };
        let is_id = part.len() >= 32 || !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        if is_id || before == "users" && !part.is_empty() || before == "invite" {
            "{}".to_owned()
        } else {
            (*part).to_owned()
        }
    };
    parts.iter().enumerate().map(part).collect::<Vec<_>>().join("/")
}

/// # Panics
/// When a form has a field that is not in the list.
pub fn must_be_known(page: &str, action: &str, names: impl IntoIterator<Item = String>) {
    let action = pattern(action);
    for name in names {
        let name = match name.strip_prefix('u') {
            Some(rest) if !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_digit()) => "u{}".to_owned(),
            _ => name,
        };
        let known =
            OF_ANY.contains(&name.as_str()) || FIELDS.iter().any(|field| field.action == action && field.name == name);
        assert!(
            known,
            "{page}: the field {name:?} of the form to {action} is not in tests/browser/hostile/fields.rs: add what goes into it"
        );
    }
}
