//! Members, join requests, invitations, and conversations.

use crate::form::Refill;
use askama::Template;
use domain::model::{DeletedTopic, DirectFrom, GroupId, GroupKind, InvitationId, Role, TopicId};
use domain::moderation::records::Record;
use texts::Text;

use super::{Drawn, ago, group, layout, person, stranger, user};
use crate::admin;
use crate::form::{AskForm, DirectForm, InviteForm, LinkForm, ReasonForm, RestrictForm, WarnForm};
use crate::groups::{deleted, invitations, members, requests};
use crate::messages::conversations;
use crate::people::settings;

impl members::Members {
    /// Nine members.
    pub fn sample() -> Self {
        let roles = [Role::Admin, Role::Moderator];
        let rows = (1..=9)
            .map(|id| members::Row {
                person: person(id),
                is_bot: id == 7,
                role: roles.get(id - 1).copied().unwrap_or(Role::Member),
                joined_at: ago(40_000 * id as u64),
            })
            .collect();
        let (layout, group) = (layout("/-/groups/1/members"), group(1));
        let (q, role) = ("o & <a>".to_owned(), Some(Role::Moderator));
        Self { layout, group, moderates: true, total: 64, rows, q, role, page: 1, has_more: true }
    }
}

impl members::Edit {
    /// A moderator, as an admin sees them.
    pub fn sample() -> Self {
        let mut form = ReasonForm::default();
        form.set_error("reason", Text::verbatim("Please add a reason."));
        Self {
            layout: layout("/-/groups/1/members/2"),
            group: group(1),
            person: person(2),
            member: Some(members::Row {
                person: person(2),
                is_bot: false,
                role: Role::Moderator,
                joined_at: ago(90_000),
            }),
            is_banned: false,
            has_written: true,
            has_asked: false,
            may_appoint: true,
            may_hand_over: true,
            may_remove: true,
            form,
            warn: WarnForm::default(),
            record: super::log::record(Some(1)),
        }
    }

    fn of_somebody_banned() -> Self {
        let mut warn = WarnForm { warning: "<b>Enough</b>".into(), error: None };
        warn.set_error("warning", Text::verbatim("At most 1000 characters; this has 1200."));
        let page = Self { member: None, is_banned: true, may_hand_over: false, may_appoint: false, ..Self::sample() };
        Self { warn, form: ReasonForm::default(), ..page }
    }

    fn of_somebody_who_asks() -> Self {
        let (record, form) = (Record::default(), ReasonForm::default());
        let page = Self { member: None, has_written: false, has_asked: true, record, ..Self::sample() };
        Self { form, may_hand_over: false, may_appoint: false, ..page }
    }

    fn of_an_equal() -> Self {
        let record = Record::default();
        Self { may_appoint: false, may_hand_over: false, may_remove: false, record, ..Self::sample() }
    }
}

impl members::Bans {
    /// One ban.
    pub fn sample() -> Self {
        let row = members::Ban {
            person: person(8),
            reason: "Sold <wild> birds, twice.".to_owned(),
            by: "mira".to_owned(),
            at: ago(4_000),
        };
        Self { layout: layout("/-/groups/1/bans"), group: group(1), moderates: true, rows: vec![row] }
    }
}

impl deleted::DeletedTopics {
    /// One topic.
    pub fn sample() -> Self {
        let row = DeletedTopic {
            id: TopicId(33),
            group_id: GroupId(1),
            slug: "finches".to_owned(),
            name: "Finches <for sale>".to_owned(),
            creator_id: person(8).id,
            creator_name: person(8).username,
            messages: 12,
            deleted_at: ago(2_000),
        };
        Self { layout: layout("/-/groups/1/deleted"), group: group(1), moderates: true, rows: vec![row] }
    }
}

impl requests::ClosedGroup {
    /// For a viewer who may ask.
    pub fn sample() -> Self {
        let mut closed = group(4);
        closed.kind = GroupKind::Closed;
        Self {
            layout: layout("/choir/"),
            group: closed,
            about: "Rehearsals on Tuesdays. <strong>Altos</strong> wanted.".to_owned(),
            members: 31,
            may_ask: true,
            may_delete: false,
            is_banned: false,
            asked_at: None,
            ask_again_at: None,
            form: AskForm::default(),
        }
    }
}

impl requests::Requests {
    /// Two waiting requests.
    pub fn sample() -> Self {
        let row = |id, message: &str, minutes| requests::Row {
            person: person(id),
            message: message.to_owned(),
            at: ago(minutes),
        };
        let mut closed = group(4);
        closed.kind = GroupKind::Closed;
        Self {
            layout: layout("/-/groups/4/requests"),
            group: closed,
            moderates: true,
            archived: false,
            rows: vec![row(5, "I sang alto at school,\nlong ago.", 600), row(9, "", 20)],
            total: 2,
        }
    }
}

impl invitations::Mine {
    /// One invitation, two waiting requests (one for a private group), and a declined one.
    pub fn sample() -> Self {
        let invited = vec![invitations::To { group: group(6), inviter: "mira".to_owned(), at: ago(70) }];
        let asked = |id, known, declined_at| invitations::JoinRequest {
            id: group(id).id,
            group: Some(group(id)).filter(|_| known),
            at: ago(3_000),
            declined_at,
        };
        let asked = vec![asked(4, true, None), asked(6, false, None), asked(3, true, Some(ago(100)))];
        Self { layout: layout("/-/invitations"), invited, asked }
    }
}

impl invitations::Offered {
    /// Into a private group.
    pub fn sample() -> Self {
        Self {
            layout: layout("/-/invite/0123"),
            group: group(6),
            about: "The one in June.".to_owned(),
            inviter: "mira".to_owned(),
            lets_in: false,
            is_member: false,
            may_follow: true,
            waits: false,
            token: "0123".to_owned(),
            form: AskForm::default(),
        }
    }
}

impl invitations::OfGroup {
    /// Just after a link was created.
    pub fn sample() -> Self {
        let link = |id, role, used| invitations::Link {
            id: InvitationId(id),
            inviter: "mira".to_owned(),
            role,
            made_at: ago(60),
            expires_at: ago(0),
            uses_left: 10 - used,
            used,
        };
        let mut form = LinkForm { uses: "9000".into(), days: "7".into(), ..LinkForm::default() };
        form.set_error("uses", Text::verbatim("Enter a number from 1 to 500."));
        Self {
            layout: layout("/-/groups/6/invitations"),
            group: group(6),
            moderates: true,
            may_invite: true,
            may_appoint: true,
            links: vec![link(3, Some(Role::Member), 2), link(4, None, 0)],
            invited: vec![invitations::Invited { person: person(9), inviter: "mira".to_owned(), at: ago(50) }],
            made: Some("https://example.org/-/invite/0123456789abcdef0123456789abcdef".to_owned()),
            form,
            by_name: InviteForm::default(),
        }
    }
}

impl conversations::New {
    /// To two people.
    pub fn sample() -> Self {
        let mut form = DirectForm { to: "mira, nobody".into(), text: "Tea?".into(), ..DirectForm::default() };
        form.set_error("to", texts::people_errors::no_user_named("nobody"));
        Self { layout: layout("/-/direct/new?to=mira"), form }
    }
}

impl conversations::Add {
    /// With a third person.
    pub fn sample() -> Self {
        let mut group = group(6);
        (group.kind, group.name) = (GroupKind::Direct, "mira".to_owned());
        let (layout, people) = (layout("/-/direct/6/add"), vec![person(4), person(1)]);
        Self { layout, group, people, form: DirectForm::default() }
    }
}

impl settings::People {
    /// One ignored user.
    pub fn sample() -> Self {
        let layout = layout("/-/settings/people");
        Self { layout, direct_from: DirectFrom::Shared, ignored: vec![person(8)] }
    }
}

impl admin::Person {
    /// With validation errors.
    pub fn sample() -> Self {
        let mut form = RestrictForm { days: "7".into(), ..RestrictForm::default() };
        form.set_error("reason", Text::verbatim("Please add a reason."));
        let mut layout = layout("/admin/people/2");
        layout.viewer.iter_mut().for_each(|viewer| viewer.is_admin = true);
        let session = |hours: u64, device: &str| admin::Session {
            id: "0".repeat(64),
            device: device.to_owned(),
            address: "203.0.113.7".to_owned(),
            created_at: super::ago(60 * hours),
            seen_at: super::ago(30 * hours),
            is_own: false,
        };
        let agent = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
        Self {
            layout,
            user: user(2),
            form,
            warn: WarnForm::default(),
            record: super::log::record(None),
            groups: super::admin::listed(),
            more_groups: true,
            sessions: vec![session(2, agent), session(70, "")],
            has_second_step: true,
            claim: admin::Claim::default(),
        }
    }

    /// An imported account, with a link that was just created.
    fn unclaimed(fresh: Option<&str>) -> Self {
        let mut page = Self::sample();
        page.user.claimed = false;
        page.user.email = None;
        page.has_second_step = false;
        page.sessions.clear();
        let until = Some(super::now().plus(std::time::Duration::from_secs(3 * 86_400)));
        page.claim = admin::Claim { until, fresh: fresh.map(str::to_owned) };
        page
    }

    fn restricted_for_a_week() -> Self {
        let mut page = Self::sample();
        page.user.suspended_until = Some(super::now().plus(std::time::Duration::from_secs(7 * 86_400)));
        page.user.barred_reason = "Shouting.".to_owned();
        page.user.new_email = page.user.email.take();
        page.sessions.clear();
        page.groups.clear();
        page
    }
}

pub(super) fn all() -> Vec<Drawn> {
    use invitations::{Mine, OfGroup, Offered};
    use requests::{ClosedGroup, Requests};
    vec![
        ("members", members::Members::sample().render()),
        ("member", members::Edit::sample().render()),
        ("member-banned", members::Edit::of_somebody_banned().render()),
        ("member-asks", members::Edit::of_somebody_who_asks().render()),
        ("member-equal", members::Edit::of_an_equal().render()),
        ("bans", members::Bans::sample().render()),
        ("deleted-topics", deleted::DeletedTopics::sample().render()),
        (
            "deleted-topics-none",
            deleted::DeletedTopics { rows: Vec::new(), ..deleted::DeletedTopics::sample() }.render(),
        ),
        ("bans-none", members::Bans { rows: Vec::new(), ..members::Bans::sample() }.render()),
        ("door", ClosedGroup::sample().render()),
        ("door-stranger", ClosedGroup { layout: stranger("/choir/"), ..ClosedGroup::sample() }.render()),
        ("door-asked", ClosedGroup { asked_at: Some(ago(9)), ..ClosedGroup::sample() }.render()),
        ("door-declined", ClosedGroup { ask_again_at: Some(ago(0)), ..ClosedGroup::sample() }.render()),
        ("door-banned", ClosedGroup { is_banned: true, may_ask: false, ..ClosedGroup::sample() }.render()),
        ("requests", Requests::sample().render()),
        ("requests-none", Requests { rows: Vec::new(), total: 0, ..Requests::sample() }.render()),
        ("invitations", Mine::sample().render()),
        ("invitations-none", Mine { invited: Vec::new(), asked: Vec::new(), ..Mine::sample() }.render()),
        ("invite", Offered::sample().render()),
        ("invite-in", Offered { lets_in: true, ..Offered::sample() }.render()),
        ("invite-stranger", Offered { layout: stranger("/-/invite/0123"), ..Offered::sample() }.render()),
        ("group-invitations", OfGroup::sample().render()),
        (
            "group-invitations-member",
            OfGroup { moderates: false, may_appoint: false, made: None, ..OfGroup::sample() }.render(),
        ),
        ("direct-new", conversations::New::sample().render()),
        ("direct-add", conversations::Add::sample().render()),
        ("settings-people", settings::People::sample().render()),
        ("admin-person", admin::Person::sample().render()),
        ("admin-person-restricted", admin::Person::restricted_for_a_week().render()),
        ("admin-person-unclaimed", admin::Person::unclaimed(None).render()),
        (
            "admin-person-claim-link",
            admin::Person::unclaimed(Some("https://forum.example/-/reset?token=0a1b2c")).render(),
        ),
    ]
}
