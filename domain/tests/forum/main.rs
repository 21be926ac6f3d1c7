//! Tests of the domain functions, on SQLite with a bus in memory and on Postgres with Redis.
//!
//! `KLATCH_TEST_DATABASE_URL` names a Postgres whose user may create databases, `KLATCH_TEST_REDIS_URL` a Redis.
//! Without them that half fails.

#![allow(clippy::unwrap_used)]

#[macro_use(stories)]
extern crate domain;

mod account_deletion;
mod accounts;
mod addresses;
mod approval_queue;
mod approvals;
mod archives;
mod assistance;
mod attachment_edits;
mod attachment_kinds;
mod attachments;
mod audit_log;
mod backups;
mod bookmarks;
mod bucket;
mod bulk_delete;
mod bulk_delete_undo;
mod directs;
mod display_names;
mod emails_out;
mod evidence;
mod examples;
mod exported_files;
mod exported_pictures;
mod exports;
mod files;
mod first_steps;
mod following;
mod groups;
mod history;
mod hostile;
mod hostile_files;
mod invitation_links;
mod invitations;
mod languages;
mod leaving_groups;
mod limits;
mod link_previews;
mod live;
mod mail_in;
mod many_unread;
mod marks;
mod members;
mod mentions;
mod merges;
mod messages;
mod moving_on;
mod nodes;
mod notices;
mod oracle;
mod outside_reports;
mod outsiders;
mod overlaps;
mod passwords;
mod pictures;
mod policy;
mod presence;
mod push;
mod reactors;
mod reducers;
mod remote_host;
mod remote_images;
mod replies;
mod reports;
mod restorations;
mod rule_scope;
mod rules;
mod scheduled_backups;
mod search;
mod search_names;
mod search_operators;
mod search_suggestions;
mod sessions;
mod sign_ups;
mod site;
mod site_pages;
mod slow_mode;
mod splits;
mod statistics;
mod storage;
mod storage_leftovers;
mod storage_moves;
mod tables;
mod titles;
mod topics;
mod two_factor;
mod unread;
mod versions;
mod waiting;
mod walk;
mod warnings;
mod webhooks;
mod wikis;

use domain::model::{MessageId, TopicId, UserId};
use domain::policy::Viewer;
use domain::testing::TestForum;
use domain::{Error, Result};

const ABSENT: i64 = 987_654_321;

fn id(who: Viewer) -> UserId {
    who.id().unwrap()
}

/// Describes an answer; equal answers have equal descriptions.
fn describe<T>(answer: Result<T>) -> String {
    match answer {
        Ok(_) => "ok".into(),
        Err(error) => format!("{error:?}"),
    }
}

fn is_not_found<T>(answer: Result<T>) -> bool {
    matches!(answer, Err(Error::NotFound))
}

fn is_forbidden<T>(answer: Result<T>) -> bool {
    matches!(answer, Err(Error::Forbidden(_)))
}

fn complaint<T>(answer: Result<T>, field: &str) -> String {
    match answer {
        Err(Error::Invalid(fields)) => match fields.get(field) {
            Some(message) => message.to_string(),
            None => panic!("{field} is fine, but not {fields:?}"),
        },
        Err(error) => panic!("{error:?}"),
        Ok(_) => panic!("{field} was taken"),
    }
}

/// Returns how many messages of a topic the layout shows as unread.
async fn unread(forum: &TestForum, who: Viewer, topic: TopicId) -> i64 {
    let sidebar = domain::live::unread::sidebar(&forum.cx, id(who)).await.unwrap();
    sidebar.groups.iter().flat_map(|g| &g.topics).find(|t| t.topic == topic).map_or(0, |t| t.unread)
}

/// Returns the ids of a user's mentions, newest first, with whether each is unread.
async fn mentions_of(forum: &TestForum, who: Viewer) -> Vec<(MessageId, bool)> {
    let (list, _) = domain::messages::mentions::list(&forum.cx, who, None, 100).await.unwrap();
    list.into_iter().map(|(placed, unread)| (placed.message.id, unread)).collect()
}
