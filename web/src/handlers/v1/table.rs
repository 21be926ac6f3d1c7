//! The routes of the API.

use super::endpoint::{Endpoint, endpoints};

/// All routes of the API. Fixed paths come before those with parameters.
pub const ENDPOINTS: &[Endpoint] = endpoints! {
    get "/me" Account "Returns the caller's account." => me::show;
    patch "/me" Write "Changes the caller's profile and settings." => me::update;
    get "/me/unread" Account "Returns the unread messages, by group and topic." => me::unread;
    post "/me/read" Post "Marks everything as read." => me::mark_read;
    post "/me/read/undo" Post "Undoes marking several topics as read, within a few minutes." => me::undo_read;
    get "/me/groups" Account "Returns the caller's groups, unread ones first." => groups::mine;
    get "/me/topics" Account "Returns the topics that the caller follows, latest activity first." => groups::followed;
    get "/me/mentions" Account "Returns the caller's mentions, newest first." => me::mentions;
    post "/me/mentions/read" Post "Marks mentions as read, up to a message." => me::mark_mentions_read;
    get "/me/notices" Account "Returns the caller's notices, newest first." => me::notices;
    post "/me/notices/read" Post "Marks notices as read, up to one." => me::mark_notices_read;
    post "/me/notices/{id}/read" Post "Marks a notice as read." => me::mark_notice_read;
    get "/me/invitations" Account "Returns the groups that the caller is invited to." => invitations::mine;
    get "/me/requests" Account "Returns the caller's requests to join groups." => me::requests;
    get "/me/ignored" Account "Returns the users whom the caller ignores." => me::ignored;
    put "/me/ignored/{username}" Write "Ignores a user. They are not notified." => me::ignore;
    delete "/me/ignored/{username}" Write "Stops ignoring a user." => me::stop_ignoring;

    get "/groups" Read "Returns the groups that anyone can find." => groups::index;
    post "/groups" Write "Creates a group." => group_changes::create;
    get "/groups/{id}" Read "Returns a group, by id or slug." => groups::show;
    patch "/groups/{id}" Moderate "Changes a group." => group_changes::update;
    delete "/groups/{id}" Moderate "Deletes a group and everything in it." => group_changes::delete;
    put "/groups/{id}/archived" Moderate "Archives a group, so that nothing in it can be changed." => group_changes::archive;
    delete "/groups/{id}/archived" Moderate "Unarchives a group." => group_changes::unarchive;
    post "/groups/{id}/join" Write "Joins a public group." => groups::join;
    post "/groups/{id}/leave" Write "Leaves a group or conversation." => groups::leave;
    put "/groups/{id}/request" Write "Requests to join a closed group." => groups::request;
    delete "/groups/{id}/request" Write "Withdraws a request to join." => groups::withdraw_request;
    put "/groups/{id}/subscription" Write "Follows or mutes a group." => groups::subscribe;
    post "/groups/{id}/read" Post "Marks everything in a group as read." => groups::mark_read;

    get "/groups/{id}/members" Read "Returns the members of a group, admins first." => members::index;
    put "/groups/{id}/members/{user}/role" Moderate "Sets a member's role." => members::set_role;
    post "/groups/{id}/members/{user}/hand-over" Moderate "Hands the group over to a member." => members::hand_over;
    delete "/groups/{id}/members/{user}" Moderate "Removes a member from the group." => members::remove;
    post "/groups/{id}/members/{user}/warnings" Moderate "Warns a member." => moderation::warn;
    delete "/groups/{id}/warnings/{warning}" Moderate "Withdraws a warning." => moderation::take_back_warning;
    post "/groups/{id}/members/{user}/removals" Moderate "Deletes a user's messages in a group." => moderation::remove;
    delete "/groups/{id}/removals/{removal}" Moderate "Undoes a removal." => moderation::undo_removal;
    get "/groups/{id}/bans" Inspect "Returns the users who are banned from a group." => members::bans;
    put "/groups/{id}/bans/{user}" Moderate "Bans a user from a group." => members::ban;
    delete "/groups/{id}/bans/{user}" Moderate "Lifts a ban." => members::lift_ban;
    get "/groups/{id}/requests" Inspect "Returns the pending requests to join." => members::requests;
    post "/groups/{id}/requests/{user}/approve" Moderate "Approves a request to join." => members::approve_request;
    post "/groups/{id}/requests/{user}/decline" Moderate "Declines a request to join." => members::decline_request;
    get "/groups/{id}/links" Account "Returns the invite links of a group." => invitations::links;
    post "/groups/{id}/links" Write "Creates an invite link." => invitations::create_link;
    delete "/groups/{id}/links/{invitation}" Write "Revokes an invite link." => invitations::revoke_link;
    get "/groups/{id}/invited" Inspect "Returns the users who are invited to a group." => invitations::invited;
    post "/groups/{id}/invited" Moderate "Invites a user to a group." => invitations::invite;
    delete "/groups/{id}/invited/{user}" Moderate "Withdraws an invitation." => invitations::uninvite;
    post "/groups/{id}/invitation/accept" Write "Joins a group that the caller is invited to." => invitations::accept;
    post "/groups/{id}/invitation/decline" Write "Declines an invitation." => invitations::decline;
    get "/groups/{id}/reports" Inspect "Returns the open reports of a group, oldest first." => moderation::reports;
    get "/groups/{id}/queue" Inspect "Returns the approval queue of a group, oldest first." => moderation::queue;
    post "/groups/{id}/queue/{pending}/approve" Moderate "Approves a pending message." => moderation::approve;
    post "/groups/{id}/queue/{pending}/decline" Moderate "Declines a pending message." => moderation::decline;
    get "/groups/{id}/log" Account "Returns the moderation log of a group, newest first." => moderation::entries;
    get "/groups/{id}/rules" Inspect "Returns the rules of a group." => rules::index;
    post "/groups/{id}/rules" Moderate "Creates a rule for a group. It is off at first." => rules::create;

    get "/groups/{id}/statistics" Inspect "Returns the statistics of a group by day: messages, people, topics and answers." => statistics::show;
    post "/groups/{id}/statistics/recompute" Moderate "Drops what the reducers computed of a group. It is computed again." => statistics::recompute;
    get "/groups/{id}/reducers" Inspect "Returns the reducers, and how far each has read the events of a group." => statistics::reducers;
    get "/groups/{id}/reducers/{reducer}" Inspect "Returns what a reducer computed of a group, as JSON." => statistics::states;

    get "/me/bots" Account "Returns the caller's bots." => bots::own;
    post "/me/bots" Write "Creates a bot for the caller. Create its tokens on the bot's page." => bots::create;
    get "/groups/{id}/bots" Inspect "Returns the bots of a group." => bots::of_group;
    post "/groups/{id}/bots" Moderate "Creates a bot for a group." => bots::create_in_group;
    delete "/bots/{bot}" Write "Deletes a bot. Its messages stay." => bots::delete;
    get "/groups/{id}/webhooks" Inspect "Returns the webhooks of a group." => webhooks::index;
    post "/groups/{id}/webhooks" Moderate "Creates a webhook for a group. The response contains its secret." => webhooks::create;
    get "/webhooks/{hook}" Inspect "Returns a webhook with its latest deliveries." => webhooks::show;
    put "/webhooks/{hook}/on" Moderate "Turns a webhook on or off." => webhooks::switch;
    post "/webhooks/{hook}/test" Moderate "Sends a test event." => webhooks::test;
    post "/webhooks/{hook}/deliveries/{delivery}/again" Moderate "Sends a delivery again." => webhooks::redeliver;
    delete "/webhooks/{hook}" Moderate "Deletes a webhook and its log." => webhooks::delete;
    get "/groups/{id}/incoming" Inspect "Returns the incoming webhooks of a group." => webhooks::incoming;
    post "/groups/{id}/incoming" Moderate "Creates an incoming webhook. The response contains its URL." => webhooks::create_incoming;
    delete "/groups/{id}/incoming/{hook}" Moderate "Revokes an incoming webhook." => webhooks::revoke_incoming;

    get "/groups/{id}/topics" Read "Returns the topics of a group, latest activity first." => topics::index;
    post "/groups/{id}/topics" Post "Starts a topic." => topics::create;
    get "/topics/{id}" Read "Returns a topic." => topics::show;
    patch "/topics/{id}" Write "Renames a topic." => topics::update;
    delete "/topics/{id}" Write "Deletes a topic and its messages." => topics::delete;
    put "/topics/{id}/marks/{mark}" Write "Sets the status of a topic: locked, pinned, resolved, or archived." => topics::mark;
    delete "/topics/{id}/marks/{mark}" Write "Clears a status of a topic." => topics::unmark;
    put "/topics/{id}/group" Moderate "Moves a topic to another group." => topics::relocate;
    post "/topics/{id}/split" Moderate "Splits messages of a topic into a new topic." => splits::split;
    post "/topics/{id}/merge" Moderate "Merges a topic into another one." => splits::merge;
    put "/topics/{id}/subscription" Write "Follows or mutes a topic." => topics::subscribe;
    post "/topics/{id}/read" Post "Marks a topic as read up to a message." => topics::mark_read;

    get "/topics/{id}/messages" Read "Returns the messages of a topic in either order. Marks nothing as read." => messages::index;
    post "/topics/{id}/messages" Post "Posts a message." => messages::create;
    get "/messages/{id}" Read "Returns a message." => messages::show;
    patch "/messages/{id}" Post "Replaces the text or the attachment of a message." => messages::update;
    delete "/messages/{id}" Write "Deletes a message." => messages::delete;
    post "/messages/{id}/restore" Write "Restores a deleted message." => messages::restore;
    get "/messages/{id}/history" Account "Returns the versions of a message's text, newest first." => messages::history;
    put "/messages/{id}/star" Post "Stars a message." => messages::star;
    delete "/messages/{id}/star" Post "Removes the caller's star." => messages::unstar;
    post "/messages/{id}/report" Write "Reports a message to the moderators." => messages::report;
    put "/messages/{id}/vote" Post "Votes in a poll, or changes the caller's vote." => attachments::vote;
    delete "/messages/{id}/vote" Post "Removes the caller's vote." => attachments::retract;
    get "/messages/{id}/votes" Read "Returns who voted in a poll that isn't anonymous." => attachments::voters;
    post "/messages/{id}/close" Write "Closes a poll." => attachments::close;
    post "/messages/{id}/unread" Post "Marks a message and all later ones of its topic as unread." => messages::mark_unread;
    post "/preview" Account "Renders a text as a message without saving it." => messages::preview;

    get "/conversations" Account "Returns the caller's conversations, latest activity first." => conversations::index;
    post "/conversations" Post "Sends a message to one or more people." => conversations::create;
    post "/conversations/{id}/people" Post "Adds people to a conversation." => conversations::add;
    get "/users/{username}" Read "Returns a user's profile." => people::show;
    get "/search" Read "Searches everything the caller can read." => search::find;

    get "/kinds" Account "Returns the caller's kinds of attachments, with every version." => attachments::kinds;
    post "/kinds" Write "Registers a kind of attachment." => attachments::register;
    get "/kinds/{kind}" Account "Returns a kind of attachment." => attachments::show;
    put "/kinds/{kind}/retired" Write "Retires a kind of attachment. New messages can't use it." => attachments::retire;
    delete "/kinds/{kind}/retired" Write "Brings back a retired kind of attachment." => attachments::resume;

    get "/events" Account "Returns the changes after a position, as JSON or server-sent events." => events::index;

    get "/reports" AdminRead "Returns the open reports that a site admin can answer." => moderation::reports_of_site;
    post "/reports/{id}/answer" Moderate "Answers all open reports of a message." => moderation::answer_report;
    get "/queue" AdminRead "Returns the approval queue of all groups that the site admin can read." => moderation::queue_of_site;
    delete "/queue/{id}" Write "Withdraws the caller's own pending message." => moderation::withdraw;
    get "/rules" AdminRead "Returns the site rules." => rules::of_site;
    post "/rules" Admin "Creates a site rule. It is off at first." => rules::create_of_site;
    get "/rules/{id}" Inspect "Returns a rule." => rules::show;
    put "/rules/{id}" Moderate "Changes a rule and turns it off." => rules::update;
    put "/rules/{id}/on" Moderate "Turns a rule on or off." => rules::switch;
    delete "/rules/{id}" Moderate "Deletes a rule." => rules::delete;

    get "/admin/webhooks" AdminRead "Returns the site webhooks." => webhooks::of_site;
    post "/admin/webhooks" Admin "Creates a site webhook. The response contains its secret." => webhooks::create_of_site;
    get "/admin/auditors" AdminRead "Returns the external auditors." => auditors::index;
    post "/admin/auditors" Admin "Creates an external auditor. The response contains its secret." => auditors::create;
    put "/admin/auditors/{id}/on" Admin "Turns an external auditor on or off." => auditors::switch;
    delete "/admin/auditors/{id}" Admin "Deletes an external auditor." => auditors::delete;
    get "/admin/kinds" AdminRead "Returns everyone's kinds of attachments, by id." => attachments::all;
    put "/admin/kinds/{kind}/disabled" Admin "Disables a kind of attachment. New messages can't use it." => attachments::disable;
    delete "/admin/kinds/{kind}/disabled" Admin "Enables a kind of attachment again." => attachments::enable;
    get "/admin/settings" AdminRead "Returns the site settings." => admin::settings;
    patch "/admin/settings" Admin "Changes the site settings." => admin::update_settings;
    get "/admin/people" AdminRead "Returns the accounts of the site." => admin::people;
    get "/admin/people/{id}" AdminRead "Returns an account." => admin::person;
    put "/admin/people/{id}/restriction" Admin "Suspends or bans an account." => admin::restrict;
    delete "/admin/people/{id}/restriction" Admin "Ends a suspension or ban." => admin::lift;
    post "/admin/people/{id}/claim-link" Admin "Creates a link with which the owner of an imported account claims it. The answer has its URL." => admin::create_claim_link;
    delete "/admin/people/{id}/claim-link" Admin "Revokes such a link." => admin::revoke_claim_link;
    post "/admin/people/{id}/warnings" Admin "Warns a user." => admin::warn;
    delete "/admin/warnings/{warning}" Admin "Withdraws a site warning." => admin::take_back_warning;
    post "/admin/people/{id}/removals" Admin "Deletes a user's messages on the whole site." => admin::remove;
    delete "/admin/removals/{removal}" Admin "Undoes a removal on the site." => admin::undo_removal;
    post "/admin/sign-ups/{id}/approve" Admin "Approves a pending account." => admin::approve;
    post "/admin/sign-ups/{id}/decline" Admin "Declines a pending account." => admin::decline;
};
