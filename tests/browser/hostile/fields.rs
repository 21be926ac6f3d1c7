//! Every field of every form, and what the test puts into it. A field that is not in the list fails the test: add a
//! row.

use templates::errors::SubmittedForm;

use super::world::Who;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Put {
    /// All inputs, for a single-line field.
    Lines,
    /// Like `Lines`, after these words.
    After(&'static str),
    /// All inputs, for a multi-line field.
    Long,
    /// A few inputs: each costs an account or a conversation, or the value is only compared and never stored.
    Few,
    /// Nothing: a token, a key, a generated number, or a choice of fixed values that is only compared and never stored.
    Nothing,
}

#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// The form's action, with braces for variable parts.
    pub action: &'static str,
    /// The field's name; braces stand for a number.
    pub name: &'static str,
    pub put: Put,
    pub who: Who,
    /// The page with the form.
    pub at: &'static str,
    /// Other fields to fill in.
    pub with: &'static [(&'static str, &'static str)],
}

const PASSWORD: (&str, &str) = ("current_password", crate::support::PASSWORD);

/// A rule that is valid but for the input.
const RULE: [(&str, &str); 6] = [
    ("name", "Odd"),
    ("kind", "words"),
    ("body", "zzyzx"),
    ("in_text", "yes"),
    ("effect", "refuse"),
    ("explanation", "Not here."),
];
const HOOK: [(&str, &str); 3] = [("name", "Odd"), ("url", "https://example.org/"), ("message.posted", "yes")];
const OUTSIDE: [(&str, &str); 4] =
    [("grounds", "other"), ("words", "because"), ("email", "reader@example.org"), ("good_faith", "yes")];
const DECLINED: [(&str, &str); 1] = [("answer", "decline")];

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

use Put::{After, Few, Lines, Long, Nothing};

/// All fields, except `csrf`, `key` and `next`, which any form may have.
pub const FIELDS: &[Field] = fields! {
    "/-/sign-in" "username": Lines, Stranger at "/-/sign-in" with [("password", "wrong")];
    "/-/sign-in" "password": Few, Stranger at "/-/sign-in" with [("username", "mia")];
    "/-/sign-in/code" "code": Nothing;
    "/-/sign-in/code" "ticket": Nothing;
    "/-/sign-up" "username": Lines, Stranger at "/-/sign-up" with [("password", "rowing past the lighthouse")];
    "/-/sign-up" "email": Lines, Stranger at "/-/sign-up" with [("username", "xx yy"), ("password", "rowing past the lighthouse")];
    "/-/sign-up" "password": Few, Stranger at "/-/sign-up" with [("username", "xx yy")];
    "/-/sign-up" "invitation": Nothing;
    "/-/first-admin" "username": Nothing;
    "/-/first-admin" "email": Nothing;
    "/-/first-admin" "password": Nothing;
    "/-/first-admin" "token": Nothing;
    "/-/forgot" "email": Lines, Stranger at "/-/forgot";
    "/-/reset" "new_password": Nothing;
    "/-/reset" "token": Nothing;
    "/-/reset" "username": Nothing;
    "/-/confirm" "token": Nothing;

    "/-/settings" "name": Lines, Member at "/-/settings";
    "/-/settings" "bio": Long, Member at "/-/settings";
    "/-/settings" "location": Lines, Member at "/-/settings";
    "/-/settings" "web": After("https://example.org/"), Member at "/-/settings";
    "/-/settings" "theme": Nothing;
    "/-/settings" "language": Nothing;
    "/-/settings" "follow": Nothing;
    "/-/settings/avatar" "remove": Nothing;
    "/-/settings/password" "current_password": Few, Member at "/-/settings/password" with [("new_password", "another one it is")];
    "/-/settings/password" "new_password": Nothing;
    "/-/settings/password" "username": Nothing;
    "/-/settings/people" "direct_from": Few, Member at "/-/settings/people";
    "/-/settings/notifications" "mentions": Nothing;
    "/-/settings/notifications" "directs": Nothing;
    "/-/settings/notifications" "followed": Nothing;
    "/-/settings/notifications" "activity": Nothing;
    "/-/settings/notifications" "most_per_day": Few, Member at "/-/settings/notifications";
    "/-/settings/notifications" "quiet_from": Nothing;
    "/-/settings/notifications" "quiet_to": Nothing;
    "/-/settings/notifications" "utc_offset": Nothing;
    "/-/settings/mail" "email": Lines, Member at "/-/settings/mail" with [PASSWORD];
    "/-/settings/mail" "current_password": Nothing;
    "/-/settings/mail" "username": Nothing;
    "/-/settings/second-step/begin" "current_password": Few, Member at "/-/settings/second-step";
    "/-/settings/second-step/begin" "username": Nothing;
    "/-/settings/second-step/on" "code": Nothing;
    "/-/settings/second-step/codes" "current_password": Nothing;
    "/-/settings/second-step/codes" "username": Nothing;
    "/-/settings/second-step/off" "current_password": Nothing;
    "/-/push" "directs": Nothing;
    "/-/push" "mentions": Nothing;
    "/-/push" "replies": Nothing;
    "/-/push" "followed": Nothing;
    "/-/push/devices" "endpoint": Nothing;
    "/-/push/devices" "public_key": Nothing;
    "/-/push/devices" "auth_secret": Nothing;
    "/-/settings/tokens" "name": Lines, Member at "/-/settings/tokens" with [PASSWORD];
    "/-/settings/tokens" "read": Nothing;
    "/-/settings/tokens" "write": Nothing;
    "/-/settings/tokens" "moderate": Nothing;
    "/-/settings/tokens" "admin": Nothing;
    "/-/settings/tokens" "feeds": Nothing;
    "/-/settings/tokens" "where": Nothing;
    "/-/settings/tokens" "g{}": Nothing;
    "/-/settings/tokens" "days": Nothing;
    "/-/settings/tokens" "current_password": Nothing;
    "/-/settings/tokens" "username": Nothing;
    "/-/settings/account/name" "username": Lines, Member at "/-/settings/account" with [PASSWORD];
    "/-/settings/account/name" "current_password": Nothing;
    "/-/settings/account/delete" "words": Nothing;
    "/-/settings/account/delete" "account": Nothing;
    "/-/settings/account/delete" "current_password": Few, Member at "/-/settings/account/delete" with [("words", "keep")];
    "/-/users/{}/ignore" "ignored": Nothing;
    "/-/read" "upto": Nothing;
    "/-/mentions/read" "upto": Nothing;
    "/-/notices/read" "upto": Nothing;

    "/-/direct" "to": Lines, Member at "/-/direct/new" with [("title", "Plans"), ("text", "Hello")];
    "/-/direct" "title": Few, Member at "/-/direct/new" with [("to", "marta"), ("text", "Hello")];
    "/-/direct" "text": Few, Member at "/-/direct/new" with [("to", "marta")];
    "/-/direct/{}/add" "to": Lines, Member at "/-/direct/{direct}/add" with [("text", "Hello")];
    "/-/direct/{}/add" "text": Few, Member at "/-/direct/{direct}/add" with [("to", "nobody-there")];

    "/-/groups" "name": Lines, Moderator at "/-/groups/new" with [("kind", "public")];
    "/-/groups" "slug": Lines, Moderator at "/-/groups/new" with [("kind", "public"), ("name", "Slugs")];
    "/-/groups" "description": Few, Moderator at "/-/groups/new" with [("kind", "closed"), ("name", "Described")];
    "/-/groups" "kind": Few, Moderator at "/-/groups/new" with [("name", "Kinds")];
    "/-/groups" "category": Few, Moderator at "/-/groups/new" with [("name", "Categories"), ("kind", "private")];
    "/-/groups/{}/edit" "name": Lines, Moderator at "/-/groups/{closed}/edit" with [("kind", "closed")];
    "/-/groups/{}/edit" "description": Long, Moderator at "/-/groups/{closed}/edit" with [("kind", "closed")];
    "/-/groups/{}/edit" "kind": Nothing;
    "/-/groups/{}/edit" "category": Nothing;
    "/-/groups/{}/edit" "slow": Few, Moderator at "/-/groups/{closed}/edit" with [("kind", "closed")];
    "/-/groups/{}/edit" "first_held": Nothing;
    "/-/groups/{}/edit" "opens": Nothing;
    "/-/groups/{}/image" "remove": Nothing;
    "/-/groups/{}/archive" "archived": Nothing;
    "/-/groups/{}/mail-in" "on": Nothing;
    "/-/groups/{}/delete" "name": Lines, Moderator at "/-/groups/{public}/delete";
    "/-/groups/{}/level" "level": Few, Member at "/garden/";
    "/-/groups/{}/read" "upto": Nothing;
    "/-/groups/{}/ask" "message": Long, Outsider at "/choir/";
    "/-/groups/{}/requests" "one": Nothing;
    "/-/groups/{}/requests" "answer": Few, Moderator at "/-/groups/{closed}/requests";
    "/-/groups/{}/requests" "u{}": Nothing;
    "/-/invite/{}" "message": Long, Stray at "{link}";
    "/-/groups/{}/invitations" "role": Few, Moderator at "/-/groups/{closed}/invitations" with [("uses", "0"), ("days", "3")];
    "/-/groups/{}/invitations" "uses": Few, Moderator at "/-/groups/{closed}/invitations" with [("role", "member"), ("days", "3")];
    "/-/groups/{}/invitations" "days": Few, Moderator at "/-/groups/{closed}/invitations" with [("role", "member"), ("uses", "3")];
    "/-/groups/{}/invited" "username": Lines, Moderator at "/-/groups/{closed}/invitations";
    "/-/groups/{}/members/{}/role" "role": Few, Moderator at "/-/groups/{public}/members/{target}";
    "/-/groups/{}/members/{}/ban" "reason": Long, Moderator at "/-/groups/{public}/members/{target}";
    "/-/groups/{}/members/{}/warn" "warning": Long, Moderator at "/-/groups/{public}/members/{target}";
    "/-/groups/{}/members/{}/clear" "reason": Long, Moderator at "/-/groups/{public}/members/{target}/clear" with [("span", "all")];
    "/-/groups/{}/members/{}/clear" "span": Few, Moderator at "/-/groups/{public}/members/{target}/clear" with [("reason", "because")];
    "/-/groups/{}/members/{}/clear" "also": Nothing;
    "/-/groups/{}/log" "what": Few, Moderator at "/-/groups/{public}/log";
    "/-/groups/{}/held" "reason": Long, Moderator at "/-/groups/{porch}/held" with DECLINED;
    "/-/groups/{}/held" "answer": Few, Moderator at "/-/groups/{porch}/held";
    "/-/groups/{}/held" "one": Nothing;
    "/-/groups/{}/held" "h{}": Nothing;
    "/-/groups/{}/rules" "name": Few, Moderator at "/-/groups/{public}/rules/new" with RULE;
    "/-/groups/{}/rules" "body": Few, Moderator at "/-/groups/{public}/rules/new" with RULE;
    "/-/groups/{}/rules" "explanation": Few, Moderator at "/-/groups/{public}/rules/new" with RULE;
    "/-/groups/{}/rules" "kind": Few, Moderator at "/-/groups/{public}/rules/new" with RULE;
    "/-/groups/{}/rules" "effect": Few, Moderator at "/-/groups/{public}/rules/new" with RULE;
    "/-/groups/{}/rules" "new": Nothing;
    "/-/groups/{}/rules" "new_days": Few, Moderator at "/-/groups/{public}/rules/new" with RULE;
    "/-/groups/{}/rules" "new_messages": Few, Moderator at "/-/groups/{public}/rules/new" with RULE;
    "/-/groups/{}/rules" "in_text": Nothing;
    "/-/groups/{}/rules" "in_title": Nothing;
    "/-/groups/{}/rules" "in_links": Nothing;
    "/-/rules/{}" "name": Lines, Moderator at "/-/rules/{rule}" with RULE;
    "/-/rules/{}" "body": Long, Moderator at "/-/rules/{rule}" with RULE;
    "/-/rules/{}" "explanation": Long, Moderator at "/-/rules/{rule}" with RULE;
    "/-/rules/{}" "kind": Nothing;
    "/-/rules/{}" "effect": Nothing;
    "/-/rules/{}" "new": Nothing;
    "/-/rules/{}" "new_days": Nothing;
    "/-/rules/{}" "new_messages": Nothing;
    "/-/rules/{}" "in_text": Nothing;
    "/-/rules/{}" "in_title": Nothing;
    "/-/rules/{}" "in_links": Nothing;
    "/-/rules/{}" "in_names": Nothing;
    "/-/rules/{}/switch" "version": Nothing;
    "/-/rules/{}/switch" "on": Nothing;
    "/-/log" "what": Few, Member at "/-/log";
    "/-/log/{}/hide" "hidden": Nothing;
    "/-/groups/{}/topics" "title": Lines, Moderator at "/garden/" with [("text", "Hello")];
    "/-/groups/{}/topics" "text": Few, Moderator at "/garden/" with [("title", "Texts")];
    "/-/groups/{}/topics" "question": Few, Moderator at "/garden/" with [("title", "Polls"), ("text", "Vote"), ("options", "One\nTwo")];
    "/-/groups/{}/topics" "options": Few, Moderator at "/garden/" with [("title", "Polls"), ("text", "Vote"), ("question", "Which?")];
    "/-/groups/{}/topics" "multiple": Nothing;
    "/-/groups/{}/topics" "anonymous": Nothing;
    "/-/groups/{}/topics" "results": Nothing;
    "/-/groups/{}/topics" "closes_in": Nothing;

    "/-/topics/{}/messages" "text": Long, Moderator at "/garden/plums/";
    "/-/topics/{}/messages" "reply_to": Few, Moderator at "/garden/plums/" with [("text", "A reply")];
    "/-/topics/{}/messages" "cancel_reply": Nothing;
    "/-/topics/{}/messages" "question": Lines, Moderator at "/garden/plums/" with [("text", "Vote"), ("options", "One\nTwo")];
    "/-/topics/{}/messages" "options": Few, Moderator at "/garden/plums/" with [("text", "Vote"), ("question", "Which?")];
    "/-/topics/{}/messages" "multiple": Nothing;
    "/-/topics/{}/messages" "anonymous": Nothing;
    "/-/topics/{}/messages" "results": Few, Moderator at "/garden/plums/" with [("text", "Vote"), ("question", "Which?"), ("options", "One\nTwo")];
    "/-/topics/{}/messages" "closes_in": Nothing;
    "/-/topics/{}/messages" "seen": Nothing;
    "/-/topics/{}/read" "seq": Nothing;
    "/-/topics/{}/read" "upto": Nothing;
    "/-/topics/{}/read" "numbering": Nothing;
    "/-/topics/{}/level" "level": Few, Member at "/garden/plums/";
    "/-/topics/{}/edit" "title": Lines, Moderator at "/-/topics/{topic}/edit";
    "/-/topics/{}/mark" "mark": Few, Moderator at "/-/topics/{topic}/edit";
    "/-/topics/{}/mark" "on": Nothing;
    "/-/topics/{}/move" "group": Few, Moderator at "/-/topics/{topic}/edit";
    "/-/topics/{}/merge" "into": Lines, Moderator at "/-/topics/{topic}/merge";
    "/-/topics/{}/split" "title": Lines, Moderator at "/-/topics/{rows}/split?from={row}";
    "/-/topics/{}/split" "group": Few, Moderator at "/-/topics/{rows}/split?from={row}" with [("title", "Split")];
    "/-/topics/{}/split" "which": Few, Moderator at "/-/topics/{rows}/split?from={row}" with [("title", "Split")];
    "/-/topics/{}/split" "from": Nothing;
    "/-/topics/{}/split" "m{}": Nothing;
    "/-/messages/{}/bookmark" "on": Nothing;
    "/-/messages/{}/edit" "text": Long, Moderator at "/-/messages/{message}/edit";
    "/-/messages/{}/edit" "question": Lines, Moderator at "/-/messages/{poll}/edit" with [("options", "One\nTwo")];
    "/-/messages/{}/edit" "options": Few, Moderator at "/-/messages/{poll}/edit" with [("question", "Which?")];
    "/-/messages/{}/edit" "remove_attachment": Nothing;
    "/-/messages/{}/report" "grounds": Nothing;
    "/-/messages/{}/report" "words": Long, Member at "/-/messages/{said}/report" with [("grounds", "other")];
    "/-/messages/{}/report" "name": Lines, Stranger at "/-/messages/{said}/report" with OUTSIDE;
    "/-/messages/{}/report" "email": Lines, Stranger at "/-/messages/{said}/report" with OUTSIDE;
    "/-/messages/{}/report" "good_faith": Nothing;
    "/-/reports/{}" "reason": Long, Moderator at "/-/groups/{public}/reports" with [("verdict", "nothing")];
    "/-/reports/{}" "verdict": Few, Moderator at "/-/groups/{public}/reports";
    "/-/messages/{}/delete" "reason": Few, Moderator at "/-/messages/{said}/delete";

    "/admin/people/{}/bar" "reason": Long, Root at "/admin/people/{target}" with [("what", "suspend"), ("days", "9")];
    "/admin/people/{}/bar" "days": Few, Root at "/admin/people/{target}" with [("what", "suspend"), ("reason", "because")];
    "/admin/people/{}/bar" "what": Nothing;
    "/admin/people/{}/account" "what": Nothing;
    "/admin/people/{}/account" "address": Nothing;
    "/admin/people/{}/delete" "words": Nothing;
    "/-/download" "token": Nothing;
    "/admin/people/{}/warn" "warning": Long, Root at "/admin/people/{target}";
    "/admin/people/{}/clear" "reason": Long, Root at "/admin/people/{target}/clear" with [("span", "all"), ("also", "nothing")];
    "/admin/people/{}/clear" "days": Few, Root at "/admin/people/{target}/clear" with [("span", "all"), ("also", "suspend"), ("reason", "because")];
    "/admin/people/{}/clear" "span": Few, Root at "/admin/people/{target}/clear" with [("also", "nothing"), ("reason", "because")];
    "/admin/people/{}/clear" "also": Few, Root at "/admin/people/{target}/clear" with [("span", "all"), ("reason", "because")];
    "/admin/log" "by": Lines, Root at "/admin/log";
    "/admin/log" "whom": Lines, Root at "/admin/log";
    "/admin/log" "group": Lines, Root at "/admin/log";
    "/admin/log" "what": Few, Root at "/admin/log";
    "/admin/held" "reason": Few, Root at "/admin/held" with DECLINED;
    "/admin/held" "answer": Few, Root at "/admin/held";
    "/admin/held" "one": Nothing;
    "/admin/held" "h{}": Nothing;
    "/admin/rules" "name": Lines, Root at "/admin/rules/new" with RULE;
    "/admin/rules" "body": Long, Root at "/admin/rules/new" with RULE;
    "/admin/rules" "explanation": Long, Root at "/admin/rules/new" with RULE;
    "/admin/rules" "kind": Few, Root at "/admin/rules/new" with RULE;
    "/admin/rules" "effect": Few, Root at "/admin/rules/new" with RULE;
    "/admin/rules" "new": Nothing;
    "/admin/rules" "new_days": Few, Root at "/admin/rules/new" with RULE;
    "/admin/rules" "new_messages": Few, Root at "/admin/rules/new" with RULE;
    "/admin/rules" "in_text": Nothing;
    "/admin/rules" "in_title": Nothing;
    "/admin/rules" "in_links": Nothing;
    "/admin/rules" "in_names": Nothing;
    "/-/settings/kinds/{}/retire" "retired": Nothing;
    "/admin/kinds/{}/disable" "disabled": Nothing;
    "/-/settings/bots" "username": Few, Member at "/-/settings/bots";
    "/-/bots/{}/tokens" "name": Few, Moderator at "/-/bots/{bot}" with [("read", "yes"), PASSWORD];
    "/-/bots/{}/tokens" "read": Nothing;
    "/-/bots/{}/tokens" "write": Nothing;
    "/-/bots/{}/tokens" "moderate": Nothing;
    "/-/bots/{}/tokens" "days": Nothing;
    "/-/bots/{}/tokens" "current_password": Nothing;
    "/-/bots/{}/tokens" "username": Nothing;
    "/-/groups/{}/bots" "username": Few, Moderator at "/-/groups/{public}/webhooks";
    "/-/groups/{}/incoming" "name": Few, Moderator at "/-/groups/{public}/webhooks" with [("topic", "/garden/plums/")];
    "/-/groups/{}/incoming" "topic": Few, Moderator at "/-/groups/{public}/webhooks" with [("name", "Odd")];
    "/-/groups/{}/incoming" "bot": Nothing;
    "/-/groups/{}/incoming" "signed": Nothing;
    "/-/groups/{}/webhooks" "name": Few, Moderator at "/-/groups/{public}/webhooks" with HOOK;
    "/-/groups/{}/webhooks" "url": Few, Moderator at "/-/groups/{public}/webhooks" with HOOK;
    "/-/groups/{}/webhooks" "message.posted": Nothing;
    "/-/groups/{}/webhooks" "message.edited": Nothing;
    "/-/groups/{}/webhooks" "message.deleted": Nothing;
    "/-/groups/{}/webhooks" "message.restored": Nothing;
    "/-/groups/{}/webhooks" "topic.created": Nothing;
    "/-/groups/{}/webhooks" "topic.changed": Nothing;
    "/-/groups/{}/webhooks" "topic.moved": Nothing;
    "/-/groups/{}/webhooks" "topic.deleted": Nothing;
    "/-/groups/{}/webhooks" "member.joined": Nothing;
    "/-/webhooks/{}/switch" "on": Nothing;
    "/admin/webhooks" "name": Few, Root at "/admin/webhooks" with HOOK;
    "/admin/webhooks" "url": Few, Root at "/admin/webhooks" with HOOK;
    "/admin/webhooks" "message.posted": Nothing;
    "/admin/webhooks" "message.edited": Nothing;
    "/admin/webhooks" "message.deleted": Nothing;
    "/admin/webhooks" "message.restored": Nothing;
    "/admin/webhooks" "topic.created": Nothing;
    "/admin/webhooks" "topic.changed": Nothing;
    "/admin/webhooks" "topic.moved": Nothing;
    "/admin/webhooks" "topic.deleted": Nothing;
    "/admin/webhooks" "member.joined": Nothing;
    "/admin/auditors" "name": Few, Root at "/admin/webhooks" with [("url", "https://example.org/"), ("timeout", "0")];
    "/admin/auditors" "url": Few, Root at "/admin/webhooks" with [("name", "Odd"), ("timeout", "0")];
    "/admin/auditors" "timeout": Few, Root at "/admin/webhooks" with [("name", "Odd"), ("url", "odd")];
    "/admin/auditors" "fails": Nothing;
    "/admin/auditors/{}" "what": Nothing;
    "/admin/rules/newcomers" "days": Few, Root at "/admin/rules";
    "/admin/rules/newcomers" "messages": Few, Root at "/admin/rules";
    "/admin/rules/newcomers" "links": Few, Root at "/admin/rules";
    "/admin/people/{}/admin" "is_admin": Nothing;
    "/admin/people/{}/bar" "username": Nothing;
    "/admin/people/{}/bar" "proof_password": Nothing;
    "/admin/people/{}/sessions" "session": Few, Root at "/admin/people/{outsider}";
    "/admin/sign-ups" "one": Nothing;
    "/admin/sign-ups" "answer": Nothing;
    "/admin/sign-ups" "u{}": Nothing;
    "/admin/sign-ups/links" "uses": Few, Root at "/admin/sign-ups" with [("days", "3")];
    "/admin/sign-ups/links" "days": Few, Root at "/admin/sign-ups" with [("uses", "3")];
    "/admin/settings" "name": Lines, Root at "/admin/settings";
    "/admin/settings" "line": Lines, Root at "/admin/settings";
    "/admin/settings" "notice": Long, Root at "/admin/settings";
    "/admin/settings" "sign_ups": Few, Root at "/admin/settings";
    "/admin/settings" "read_only": Nothing;
    "/admin/settings" "admins_need_two_factor": Nothing;
    "/admin/settings" "images": Few, Root at "/admin/settings";
    "/admin/settings" "link_previews": Nothing;
    "/admin/settings" "welcome": Long, Root at "/admin/settings";
    "/admin/settings" "accent": Few, Root at "/admin/settings";
    "/admin/settings" "language": Nothing;
    "/admin/settings" "accept_rules": Nothing;
    "/admin/settings" "accept_terms": Nothing;
    "/admin/settings" "accept_privacy": Nothing;
    "/admin/pages/{}" "text": Long, Root at "/admin/pages/contact";
    "/admin/pages/{}" "base": Nothing;
    "/admin/pages/{}" "asks_again": Nothing;
    "/admin/pages/{}" "preview": Nothing;
    "/-/accept" "accept": Nothing;
    "/-/sign-up" "accept": Nothing;

    "/-/notice/hide" "version": Few, Member at "/";
    "/-/sign-up" "message": Few, Stranger at "/-/sign-up" with [("password", "rowing past the lighthouse")];

    "/search" "q": Lines, Member at "/search?q=plums";
    "/search" "in": Few, Member at "/search?q=plums";
    "/search" "order": Few, Member at "/search?q=plums";
    "/search" "topic": Few, Member at "/search?q=plums";
    "/search" "from": Lines, Member at "/search?q=plums";
    "/search" "title": Lines, Member at "/search?q=plums";
    "/search" "after": Few, Member at "/search?q=plums";
    "/search" "before": Few, Member at "/search?q=plums";
    "/search" "has": Few, Member at "/search?q=plums";
    "/search" "is": Few, Member at "/search?q=plums";
    "/search" "shown": Lines, Member at "/search?q=plums";
    "/{}/{}/" "date": Nothing;
    "/-/go" "q": Lines, Member at "/-/go?q=plums+or+pears";
    "/groups/" "q": Lines, Stranger at "/groups/";
    "/groups/" "category": Few, Stranger at "/groups/";
    "/groups/" "order": Few, Stranger at "/groups/";
    "/-/groups/{}/members" "q": Lines, Moderator at "/-/groups/{public}/members";
    "/-/groups/{}/members" "role": Few, Moderator at "/-/groups/{public}/members";
    "/admin/people" "q": Lines, Root at "/admin/people";
    "/admin/people" "state": Few, Root at "/admin/people";
    "/admin/mail" "state": Few, Root at "/admin/mail";
    "/admin/mail/received" "outcome": Few, Root at "/admin/mail/received";
    "/admin/groups" "q": Lines, Root at "/admin/groups";
    "/admin/logo" "remove": Nothing;
    "/admin/groups" "kind": Few, Root at "/admin/groups";
};

/// Fields of any form, never shown or stored.
const OF_ANY: [&str; 4] = ["csrf", "file", "key", "next"];

/// Returns an address with braces for its variable parts.
pub fn pattern(action: &str) -> String {
    let path = action.split(['?', '#']).next().unwrap_or_default();
    let parts: Vec<&str> = path.split('/').collect();
    if let ["", group, _, ""] = parts[..]
        && !["-", "admin", "groups", "users"].contains(&group)
    {
        return "/{}/{}/".to_owned();
    }
    let part = |(i, part): (usize, &&str)| {
        let before = if i == 0 { "" } else { parts[i - 1] };
        let is_id = part.len() >= 32 || !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        if is_id || before == "users" && !part.is_empty() || ["invite", "pages"].contains(&before) {
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
        // A checkbox: a letter and an id.
        let is_box = name.len() > 1 && name.bytes().skip(1).all(|byte| byte.is_ascii_digit());
        let name = if is_box { format!("{}{{}}", &name[..1]) } else { name };
        let known =
            OF_ANY.contains(&name.as_str()) || FIELDS.iter().any(|field| field.action == action && field.name == name);
        assert!(
            known,
            "{page}: the field {name:?} of the form to {action} is not in tests/browser/hostile/fields.rs: add what goes into it"
        );
    }
}

/// A refused form must give back every multi-line text.
#[test]
fn multi_line_text_is_returned_after_an_error() {
    let is_lost = |name: &str| {
        let fields = vec![(name.to_owned(), "typed".to_owned())];
        SubmittedForm { fields, ..SubmittedForm::default() }.written().is_empty()
    };
    let lost = FIELDS.iter().filter(|field| field.put == Put::Long && is_lost(field.name));
    assert_eq!(lost.map(|field| (field.action, field.name)).collect::<Vec<_>>(), []);
}
