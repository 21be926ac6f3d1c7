//! Events of code hosts: GitHub, Forgejo, Gitea, GitLab.

use serde_json::Value;

use super::Rendered;
use super::words::{at, counted, first, joined, link, number, plain, quote, somebody};

/// The commits that are listed.
const COMMITS: usize = 5;

/// Renders an event of GitHub, Forgejo or Gitea. `None` for an event that is not known.
pub(super) fn github(event: &str, json: &Value) -> Option<Rendered> {
    let repository =
        link(first(json, &["/repository/full_name", "/repository/name"]), at(json, "/repository/html_url"));
    let who = somebody(first(json, &["/sender/login", "/sender/username", "/pusher/name", "/pusher/login"]));
    let action = at(json, "/action");
    let text = match event {
        "ping" => return Some(Rendered::Nothing),
        "push" => {
            let link_to = first(json, &["/compare", "/compare_url"]);
            push(json, &who, &repository, link_to, at(json, "/repository/html_url"))
        }
        "pull_request" => {
            let done = match action {
                "closed" if json.pointer("/pull_request/merged") == Some(&Value::Bool(true)) => "merged",
                "opened" | "closed" | "reopened" => action,
                "ready_for_review" => "marked as ready",
                _ => return Some(Rendered::Nothing),
            };
            let title = numbered(json, "/pull_request");
            let body = if action == "opened" { quote(at(json, "/pull_request/body")) } else { String::new() };
            joined([format!("{who} {done} the pull request {title} in {repository}"), body])
        }
        "issues" => {
            if !matches!(action, "opened" | "closed" | "reopened") {
                return Some(Rendered::Nothing);
            }
            let body = if action == "opened" { quote(at(json, "/issue/body")) } else { String::new() };
            joined([format!("{who} {action} the issue {} in {repository}", numbered(json, "/issue")), body])
        }
        "issue_comment" | "pull_request_comment" => {
            if action != "created" {
                return Some(Rendered::Nothing);
            }
            let issue = if json.get("issue").is_some() { "/issue" } else { "/pull_request" };
            let title = title(number(json, &format!("{issue}/number")), at(json, &format!("{issue}/title")));
            let title = link(&title, at(json, "/comment/html_url"));
            joined([format!("{who} commented on {title} in {repository}"), quote(at(json, "/comment/body"))])
        }
        "release" => {
            if action != "published" {
                return Some(Rendered::Nothing);
            }
            let name = link(first(json, &["/release/name", "/release/tag_name"]), at(json, "/release/html_url"));
            joined([format!("{who} published the release {name} of {repository}"), quote(at(json, "/release/body"))])
        }
        "workflow_run" => {
            if action != "completed" {
                return Some(Rendered::Nothing);
            }
            let name = link(at(json, "/workflow_run/name"), at(json, "/workflow_run/html_url"));
            let branch = plain(at(json, "/workflow_run/head_branch"), 80);
            let ended = match at(json, "/workflow_run/conclusion") {
                "success" => "succeeded".to_owned(),
                "failure" => "**failed**".to_owned(),
                other => format!("ended: {}", plain(&other.replace('_', " "), 40)),
            };
            format!("The workflow {name} {ended} on {branch} in {repository}")
        }
        _ => return None,
    };
    Some(Rendered::Text(text))
}

/// Renders an event of GitLab. `None` for an event that is not known.
pub(super) fn gitlab(json: &Value) -> Option<Rendered> {
    let web = first(json, &["/project/web_url", "/repository/homepage"]);
    let project = link(first(json, &["/project/path_with_namespace", "/project/name"]), web);
    let who = somebody(first(json, &["/user/username", "/user_username", "/user_name", "/user/name"]));
    let (about, action) = ("/object_attributes", at(json, "/object_attributes/action"));
    let text = match at(json, "/object_kind") {
        "push" | "tag_push" => push(json, &who, &project, "", web),
        kind @ ("issue" | "merge_request") => {
            let done = match action {
                "open" => "opened",
                "close" => "closed",
                "reopen" => "reopened",
                "merge" => "merged",
                _ => return Some(Rendered::Nothing),
            };
            let noun = if kind == "issue" { "issue" } else { "merge request" };
            let name = title(number(json, "/object_attributes/iid"), at(json, "/object_attributes/title"));
            let name = link(&name, at(json, "/object_attributes/url"));
            let body = if action == "open" { quote(at(json, "/object_attributes/description")) } else { String::new() };
            joined([format!("{who} {done} the {noun} {name} in {project}"), body])
        }
        "note" => {
            let about = first(json, &["/issue/title", "/merge_request/title", "/commit/title", "/snippet/title"]);
            let name = link(if about.is_empty() { "a comment" } else { about }, at(json, "/object_attributes/url"));
            joined([format!("{who} commented on {name} in {project}"), quote(at(json, "/object_attributes/note"))])
        }
        "release" => {
            if at(json, "/action") != "create" {
                return Some(Rendered::Nothing);
            }
            let name = link(first(json, &["/name", "/tag"]), at(json, "/url"));
            joined([format!("The release {name} of {project} was published"), quote(at(json, "/description"))])
        }
        "pipeline" => {
            let ended = match at(json, &format!("{about}/status")) {
                "success" => "succeeded",
                "failed" => "**failed**",
                "canceled" => "was canceled",
                _ => return Some(Rendered::Nothing),
            };
            let name =
                link(&format!("#{}", number(json, "/object_attributes/id")), first(json, &["/object_attributes/url"]));
            format!("The pipeline {name} {ended} on {} in {project}", plain(at(json, "/object_attributes/ref"), 80))
        }
        _ => return None,
    };
    Some(Rendered::Text(text))
}

fn title(number: i64, title: &str) -> String {
    if number == 0 { title.to_owned() } else { format!("#{number} {title}") }
}

/// The number and title of an issue or pull request, as a link.
fn numbered(json: &Value, about: &str) -> String {
    let name = title(number(json, &format!("{about}/number")), at(json, &format!("{about}/title")));
    link(&name, at(json, &format!("{about}/html_url")))
}

/// A push: who pushed what where, and the first commits.
fn push(json: &Value, who: &str, repository: &str, compare: &str, web: &str) -> String {
    let name = at(json, "/ref");
    let (noun, short) = match name.split_once("refs/tags/") {
        Some((_, tag)) => ("tag", tag),
        None => ("branch", name.strip_prefix("refs/heads/").unwrap_or(name)),
    };
    let place = format!("the {noun} {} of {repository}", plain(short, 80));
    let is_none = |path: &str| {
        let sum = at(json, path);
        !sum.is_empty() && sum.bytes().all(|byte| byte == b'0')
    };
    if json.get("deleted") == Some(&Value::Bool(true)) || is_none("/after") {
        return format!("{who} deleted {place}");
    }
    let commits = json.get("commits").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    if commits.is_empty() {
        return format!("{who} pushed {place}");
    }
    // Long pushes come with a part of their commits.
    let told = number(json, "/total_commits_count").max(number(json, "/total_commits"));
    let total = usize::try_from(told).unwrap_or(0).max(commits.len());
    let count = link(&counted(total, "commit", "commits"), if compare.is_empty() { web } else { compare });
    let forced = if json.get("forced") == Some(&Value::Bool(true)) { "force-pushed" } else { "pushed" };
    let line = |commit: &Value| {
        let sum: String = at(commit, "/id").chars().take(7).collect();
        let subject = plain(at(commit, "/message").lines().next().unwrap_or_default(), 120);
        let author = plain(first(commit, &["/author/username", "/author/name"]), 40);
        format!("• {} {subject} ({author})", link(&sum, at(commit, "/url")))
    };
    let more = total.saturating_sub(COMMITS);
    let rest = if more > 0 { format!("• and {more} more") } else { String::new() };
    let head = format!("{who} {forced} {count} to {place}");
    joined(std::iter::once(head).chain(commits.iter().take(COMMITS).map(line)).chain([rest]))
}
