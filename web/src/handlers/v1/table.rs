//! The routes of the API.

use super::endpoint::{Endpoint, endpoints};

/// All routes of the API. Fixed paths stand before those with parameters.
pub const ENDPOINTS: &[Endpoint] = endpoints! {
    get "/me" Account "Returns the caller's account." => me::show;
    patch "/me" Write "Changes the caller's profile and settings." => me::update;
    get "/me/unread" Account "Returns what is unread, by group and topic." => me::unread;
    post "/me/read" Post "Marks everything as read." => me::mark_read;
    post "/me/read/undo" Post "Takes the last mark of several topics as read back, for some minutes." => me::undo_read;
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
    put "/me/ignored/{username}" Write "Ignores a user. They do not find out." => me::ignore;
    delete "/me/ignored/{username}" Write "Stops ignoring a user." => me::stop_ignoring;

    get "/groups" Read "Returns the groups that anyone may find." => groups::index;
    post "/groups" Write "Creates a group." => group_changes::create;
    get "/groups/{id}" Read "Returns a group, by id or slug." => groups::show;
    patch "/groups/{id}" Moderate "Changes a group." => group_changes::update;
    delete "/groups/{id}" Moderate "Deletes a group with everything in it." => group_changes::delete;
    put "/groups/{id}/archived" Moderate "Archives a group: nothing in it can be changed then." => group_changes::archive;
    delete "/groups/{id}/archived" Moderate "Takes a group out of the archive." => group_changes::unarchive;
    post "/groups/{id}/join" Write "Joins a public group." => groups::join;
    post "/groups/{id}/leave" Write "Leaves a group or conversation." => groups::leave;
    put "/groups/{id}/request" Write "Requests to join a closed group." => groups::request;
    delete "/groups/{id}/request" Write "Takes a request to join back." => groups::withdraw_request;
    put "/groups/{id}/subscription" Write "Sets how closely the caller follows a group." => groups::subscribe;
    post "/groups/{id}/read" Post "Marks everything in a group as read." => groups::mark_read;

    get "/groups/{id}/members" Read "Returns the members of a group, admins first." => members::index;
    put "/groups/{id}/members/{user}/role" Moderate "Gives a member a role." => members::set_role;
    post "/groups/{id}/members/{user}/hand-over" Moderate "Makes a member the admin of the group in the caller's place." => members::hand_over;
    delete "/groups/{id}/members/{user}" Moderate "Removes a member from the group." => members::remove;
    post "/groups/{id}/members/{user}/warnings" Moderate "Warns a member." => moderation::warn;
    delete "/groups/{id}/warnings/{warning}" Moderate "Takes a warning back." => moderation::take_back_warning;
    post "/groups/{id}/members/{user}/removals" Moderate "Deletes what a user wrote in a group." => moderation::remove;
    delete "/groups/{id}/removals/{removal}" Moderate "Undoes a removal." => moderation::undo_removal;
    get "/groups/{id}/bans" Inspect "Returns the users who are banned from a group." => members::bans;
    put "/groups/{id}/bans/{user}" Moderate "Bans a user from a group." => members::ban;
    delete "/groups/{id}/bans/{user}" Moderate "Lifts a ban." => members::lift_ban;
    get "/groups/{id}/requests" Inspect "Returns the requests to join that wait." => members::requests;
    post "/groups/{id}/requests/{user}/approve" Moderate "Lets a user in who asked." => members::approve_request;
    post "/groups/{id}/requests/{user}/decline" Moderate "Declines a request to join." => members::decline_request;
    get "/groups/{id}/links" Account "Returns the links into a group." => invitations::links;
    post "/groups/{id}/links" Write "Makes a link into a group." => invitations::create_link;
    delete "/groups/{id}/links/{invitation}" Write "Revokes a link." => invitations::revoke_link;
    get "/groups/{id}/invited" Inspect "Returns the users who are invited into a group." => invitations::invited;
    post "/groups/{id}/invited" Moderate "Invites a user into a group." => invitations::invite;
    delete "/groups/{id}/invited/{user}" Moderate "Takes an invitation back." => invitations::uninvite;
    post "/groups/{id}/invitation/accept" Write "Joins a group that the caller is invited to." => invitations::accept;
    post "/groups/{id}/invitation/decline" Write "Declines an invitation." => invitations::decline;
    get "/groups/{id}/reports" Inspect "Returns the open reports of a group, oldest first." => moderation::reports;
    get "/groups/{id}/queue" Inspect "Returns the messages of a group that wait for approval, oldest first." => moderation::queue;
    post "/groups/{id}/queue/{pending}/approve" Moderate "Approves a message that waits." => moderation::approve;
    post "/groups/{id}/queue/{pending}/decline" Moderate "Declines a message that waits." => moderation::decline;
    get "/groups/{id}/log" Account "Returns the moderation log of a group, newest first." => moderation::entries;
    get "/groups/{id}/rules" Inspect "Returns the rules of a group." => rules::index;
    post "/groups/{id}/rules" Moderate "Creates a rule of a group. It is off." => rules::create;

    get "/groups/{id}/statistics" Inspect "Returns the statistics of a group by day: messages, people, topics and answers." => statistics::show;
    post "/groups/{id}/statistics/recompute" Moderate "Drops what the reducers computed of a group. It is computed again." => statistics::recompute;
    get "/groups/{id}/reducers" Inspect "Returns the reducers, and how far each has read the events of a group." => statistics::reducers;
    get "/groups/{id}/reducers/{reducer}" Inspect "Returns what a reducer computed of a group, as JSON." => statistics::states;

    get "/me/bots" Account "Returns the caller's bots." => bots::own;
    post "/me/bots" Write "Creates a bot of the caller. Its tokens are made on the page." => bots::create;
    get "/groups/{id}/bots" Inspect "Returns the bots of a group." => bots::of_group;
    post "/groups/{id}/bots" Moderate "Creates a bot of a group." => bots::create_in_group;
    delete "/bots/{bot}" Write "Deletes a bot. What it wrote stays." => bots::delete;
    get "/groups/{id}/webhooks" Inspect "Returns the webhooks of a group." => webhooks::index;
    post "/groups/{id}/webhooks" Moderate "Creates a webhook of a group. The answer has its secret." => webhooks::create;
    get "/webhooks/{hook}" Inspect "Returns a webhook with its latest deliveries." => webhooks::show;
    put "/webhooks/{hook}/on" Moderate "Switches a webhook on or off." => webhooks::switch;
    post "/webhooks/{hook}/test" Moderate "Sends a test event." => webhooks::test;
    post "/webhooks/{hook}/deliveries/{delivery}/again" Moderate "Sends a delivery again." => webhooks::redeliver;
    delete "/webhooks/{hook}" Moderate "Deletes a webhook with its log." => webhooks::delete;
    get "/groups/{id}/incoming" Inspect "Returns the incoming webhooks of a group." => webhooks::incoming;
    post "/groups/{id}/incoming" Moderate "Creates an incoming webhook. The answer has its URL." => webhooks::create_incoming;
    delete "/groups/{id}/incoming/{hook}" Moderate "Revokes an incoming webhook." => webhooks::revoke_incoming;

    get "/groups/{id}/topics" Read "Returns the topics of a group, latest activity first." => topics::index;
    post "/groups/{id}/topics" Post "Starts a topic." => topics::create;
    get "/topics/{id}" Read "Returns a topic." => topics::show;
    patch "/topics/{id}" Write "Renames a topic." => topics::update;
    delete "/topics/{id}" Write "Deletes a topic with its messages." => topics::delete;
    put "/topics/{id}/marks/{mark}" Write "Sets a mark of a topic: locked, pinned, resolved or archived." => topics::mark;
    delete "/topics/{id}/marks/{mark}" Write "Clears a mark of a topic." => topics::unmark;
    put "/topics/{id}/group" Moderate "Moves a topic to another group." => topics::relocate;
    post "/topics/{id}/split" Moderate "Makes messages of a topic a topic of their own." => splits::split;
    post "/topics/{id}/merge" Moderate "Moves all messages of a topic into another topic." => splits::merge;
    put "/topics/{id}/subscription" Write "Sets how closely the caller follows a topic." => topics::subscribe;
    post "/topics/{id}/read" Post "Marks a topic as read up to a message." => topics::mark_read;

    get "/topics/{id}/messages" Read "Returns the messages of a topic, in both directions. Marks nothing as read." => messages::index;
    post "/topics/{id}/messages" Post "Posts a message." => messages::create;
    get "/messages/{id}" Read "Returns a message." => messages::show;
    patch "/messages/{id}" Post "Replaces the text of a message." => messages::update;
    delete "/messages/{id}" Write "Deletes a message." => messages::delete;
    post "/messages/{id}/restore" Write "Restores a deleted message." => messages::restore;
    get "/messages/{id}/history" Account "Returns the texts of a message, newest first." => messages::history;
    put "/messages/{id}/star" Post "Stars a message." => messages::star;
    delete "/messages/{id}/star" Post "Removes the caller's star." => messages::unstar;
    post "/messages/{id}/report" Write "Reports a message to the moderators." => messages::report;
    post "/messages/{id}/unread" Post "Marks a message and all later ones of its topic as unread." => messages::mark_unread;
    post "/preview" Account "Parses a text as a message, and saves nothing." => messages::preview;

    get "/conversations" Account "Returns the caller's conversations, latest activity first." => conversations::index;
    post "/conversations" Post "Writes to others." => conversations::create;
    post "/conversations/{id}/people" Post "Adds people to a conversation." => conversations::add;
    get "/users/{username}" Read "Returns a user's profile." => people::show;
    get "/search" Read "Searches what the caller may read." => search::find;

    get "/events" Account "Returns what changed after a place, as JSON or as server-sent events." => events::index;

    get "/reports" AdminRead "Returns the open reports that an admin of the site may answer." => moderation::reports_of_site;
    post "/reports/{id}/answer" Moderate "Answers all open reports of a message." => moderation::answer_report;
    get "/queue" AdminRead "Returns the messages that wait for approval in the groups that an admin of the site can read." => moderation::queue_of_site;
    delete "/queue/{id}" Write "Withdraws the caller's own message that waits." => moderation::withdraw;
    get "/rules" AdminRead "Returns the rules of the site." => rules::of_site;
    post "/rules" Admin "Creates a rule of the site. It is off." => rules::create_of_site;
    get "/rules/{id}" Inspect "Returns a rule." => rules::show;
    put "/rules/{id}" Moderate "Changes a rule and switches it off." => rules::update;
    put "/rules/{id}/on" Moderate "Switches a rule on or off." => rules::switch;
    delete "/rules/{id}" Moderate "Deletes a rule." => rules::delete;

    get "/admin/webhooks" AdminRead "Returns the webhooks of the site." => webhooks::of_site;
    post "/admin/webhooks" Admin "Creates a webhook of the site. The answer has its secret." => webhooks::create_of_site;
    get "/admin/auditors" AdminRead "Returns the external auditors." => auditors::index;
    post "/admin/auditors" Admin "Creates an external auditor. The answer has its secret." => auditors::create;
    put "/admin/auditors/{id}/on" Admin "Switches an external auditor on or off." => auditors::switch;
    delete "/admin/auditors/{id}" Admin "Deletes an external auditor." => auditors::delete;
    get "/admin/settings" AdminRead "Returns the settings of the site." => admin::settings;
    patch "/admin/settings" Admin "Changes the settings of the site." => admin::update_settings;
    get "/admin/people" AdminRead "Returns the accounts of the site." => admin::people;
    get "/admin/people/{id}" AdminRead "Returns an account." => admin::person;
    put "/admin/people/{id}/restriction" Admin "Suspends or bans an account." => admin::restrict;
    delete "/admin/people/{id}/restriction" Admin "Ends a suspension or ban." => admin::lift;
    post "/admin/people/{id}/claim-link" Admin "Creates a link with which the owner of an imported account claims it. The answer has its URL." => admin::create_claim_link;
    delete "/admin/people/{id}/claim-link" Admin "Revokes such a link." => admin::revoke_claim_link;
    post "/admin/people/{id}/warnings" Admin "Warns a user." => admin::warn;
    delete "/admin/warnings/{warning}" Admin "Takes a warning of the site back." => admin::take_back_warning;
    post "/admin/people/{id}/removals" Admin "Deletes what a user wrote on the site." => admin::remove;
    delete "/admin/removals/{removal}" Admin "Undoes a removal on the site." => admin::undo_removal;
    post "/admin/sign-ups/{id}/approve" Admin "Approves an account that waits." => admin::approve;
    post "/admin/sign-ups/{id}/decline" Admin "Declines an account that waits." => admin::decline;
};
