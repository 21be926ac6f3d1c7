//! Profiles, settings, sign-in, mentions, search, errors.

use askama::Template;
use domain::model::{ApiToken, ApiTokenId, GroupId, MentionRow, User, UserId};
use domain::people::sign_ups::Door;
use domain::people::two_factor::{Setup, State};
use texts::Text;

use super::{Drawn, ago, conversation, group, layout, person, stranger, user, wrens};
use crate::errors::{ErrorPage, Problem, SubmittedForm};
use crate::form::{
    ApiTokenForm, CodeForm, DeleteForm, ForgotForm, MailForm, NameForm, OwnPasswordForm, PasswordForm, PictureForm,
    ProfileForm, Refill, ResetForm, SignInForm, SignUpForm,
};
use crate::layout::Layout;
use crate::messages::mentions::Mentions;
use crate::people::account::{Confirm, FirstAdmin, Forgot, Reset, SecondStep, SignIn, SignUp};
use crate::people::profiles::{Profile, Recent};
use crate::people::settings;
use crate::people::settings::{Password, RecoveryCodes, SessionRow, Sessions};
use crate::search::Search;

impl Profile {
    /// The profile of another user.
    pub fn sample() -> Self {
        let recent = conversation().into_iter().filter(|m| m.author == person(2)).rev();
        let recent = recent.map(|message| Recent { message, topic: wrens(), group: group(1) }).collect();
        Self {
            layout: layout("/users/tomas/"),
            user: user(2),
            bio: "Boxes, mostly. Also <a href=\"/birds/\">birds</a> to put into them.".to_owned(),
            groups: vec![group(1), group(2), group(5)],
            ignored: false,
            may_write: true,
            owner: None,
            recent,
            older: Some("147".to_owned()),
        }
    }

    fn own_and_empty() -> Self {
        let (user, bio) = (User { web: "javascript:alert(1)".to_owned(), ..user(4) }, String::new());
        Self {
            layout: layout("/users/jules/"),
            user,
            bio,
            groups: Vec::new(),
            ignored: false,
            may_write: false,
            owner: None,
            recent: Vec::new(),
            older: None,
        }
    }
}

impl settings::Profile {
    /// With validation errors.
    pub fn sample() -> Self {
        let mut form = ProfileForm {
            name: "Jules".into(),
            bio: "I listen to birds.".into(),
            web: "example".into(),
            theme: "light".into(),
            follow: "yes".into(),
            ..ProfileForm::default()
        };
        form.set_error("web", Text::verbatim("An address starts with https:// or http://."));
        let mut picture = PictureForm::default();
        picture.set_error("file", Text::verbatim("This image is damaged or in an unsupported format."));
        Self { layout: layout("/-/settings"), form, picture }
    }
}

impl Password {
    /// With validation errors.
    pub fn sample() -> Self {
        let mut form = PasswordForm::default();
        form.set_error("current_password", Text::verbatim("Incorrect password."));
        Self { layout: layout("/-/settings/password"), form }
    }
}

impl Sessions {
    /// Two sessions.
    pub fn sample() -> Self {
        let row = |id: &str, device: &str, minutes, current| SessionRow {
            id: id.to_owned(),
            device: device.to_owned(),
            address: "192.0.2.7".to_owned(),
            created_at: ago(minutes + 20_000),
            seen_at: ago(minutes),
            current,
        };
        Self {
            layout: layout("/-/settings/sessions"),
            rows: vec![row("a1", "Firefox on Linux", 0, true), row("b2", "Safari on iPhone", 1_500, false)],
        }
    }
}

impl settings::ApiTokens {
    /// Two tokens, and a form with an error.
    pub fn sample() -> Self {
        let token = |id: i64, name: &str, scopes: &str, group_ids: Option<&str>| ApiToken {
            id: ApiTokenId(id),
            user_id: UserId(1),
            name: name.to_owned(),
            scopes: scopes.to_owned(),
            group_ids: group_ids.map(str::to_owned),
            created_at: ago(90_000),
            expires_at: group_ids.map(|_| ago(5)),
            used_at: group_ids.map(|_| ago(45)),
        };
        let row = |token, groups| settings::ApiTokenRow { token, groups };
        let mut form = ApiTokenForm { scopes: "read,write".into(), days: "90".into(), ..ApiTokenForm::default() };
        form.set_error("name", Text::verbatim("Give the token a name."));
        let choice =
            |id, name: &str| settings::GroupChoice { id: GroupId(id), name: name.to_owned(), is_chosen: id == 2 };
        Self {
            layout: layout("/-/settings/tokens"),
            form,
            rows: vec![
                row(token(2, "Bridge", "read,write", Some("[2]")), Some(vec!["Birds".to_owned()])),
                row(token(1, "Phone", "read", None), None),
            ],
            groups: vec![choice(1, "Garden"), choice(2, "Birds")],
            fresh: None,
            feeds_at: None,
        }
    }
}

impl SignIn {
    /// After a wrong password.
    pub fn sample() -> Self {
        let mut form = SignInForm { username: "jules".into(), ..SignInForm::default() };
        form.set_error("", Text::verbatim("Name and password do not go together."));
        Self { layout: stranger("/-/sign-in?next=/birds/"), form, next: "/birds/".to_owned() }
    }
}

impl SignUp {
    /// With validation errors.
    pub fn sample() -> Self {
        let mut form =
            SignUpForm { username: "mira".into(), email: "mira@example.org".into(), ..SignUpForm::default() };
        form.set_error("username", Text::verbatim("That username, or a similar one, is taken."));
        let (next, invitation, consent) = ("/".to_owned(), String::new(), super::site::consent());
        Self { layout: stranger("/-/sign-up"), form, next, door: Door::Open, invitation, consent }
    }
}

impl FirstAdmin {
    /// Empty.
    pub fn sample() -> Self {
        Self { layout: stranger("/-/first-admin?token=t"), form: SignUpForm::default(), token: "t".to_owned() }
    }
}

impl Forgot {
    /// With validation errors.
    pub fn sample() -> Self {
        let mut form = ForgotForm { email: "mira".into(), ..ForgotForm::default() };
        form.set_error("email", Text::verbatim("Enter a valid email address."));
        Self { layout: Layout { sends_email: false, ..stranger("/-/forgot") }, form }
    }
}

impl Reset {
    /// With validation errors.
    pub fn sample() -> Self {
        let mut form = ResetForm::default();
        form.set_error("new_password", Text::verbatim("Use at least 8 characters."));
        Self { layout: stranger("/-/reset?token=t"), form, username: "mira".to_owned(), token: "t".to_owned() }
    }
}

impl Confirm {
    /// For an address that belongs to another user by now.
    pub fn sample() -> Self {
        Self {
            layout: layout("/-/confirm?token=t"),
            username: "jules".to_owned(),
            address: "jules@example.org".to_owned(),
            token: "t".to_owned(),
            error: Some(Text::verbatim("Another account already uses this address.")),
        }
    }
}

impl SecondStep {
    /// After a wrong code.
    pub fn sample() -> Self {
        let mut form = CodeForm { code: "123456".into(), ..CodeForm::default() };
        form.set_error(
            "code",
            Text::verbatim("This code is wrong or was already used. Codes change every 30 seconds."),
        );
        Self { layout: stranger("/-/sign-in"), form, ticket: "4.1.t".to_owned(), next: "/birds/".to_owned() }
    }
}

impl settings::Mail {
    /// One confirmed address, another one waiting.
    pub fn sample() -> Self {
        let mut form = MailForm { email: "jules@new.example.org".into(), ..MailForm::default() };
        form.set_error("current_password", Text::verbatim("Incorrect password."));
        Self {
            layout: layout("/-/settings/mail"),
            form,
            email: Some("jules@example.org".to_owned()),
            new_email: Some("jules@new.example.org".to_owned()),
        }
    }
}

impl settings::SecondStep {
    /// In the given state.
    pub fn sample(state: State) -> Self {
        let (mut password, mut code) = (OwnPasswordForm::default(), CodeForm::default());
        password.set_error("current_password", Text::verbatim("Incorrect password."));
        code.set_error("code", Text::verbatim("This code is wrong. Make sure that your phone's clock is correct."));
        Self { layout: layout("/-/settings/second-step"), state, password, code }
    }
}

impl settings::Account {
    /// With a name that is taken.
    pub fn sample() -> Self {
        let mut form = NameForm { username: "mira".into(), ..NameForm::default() };
        form.set_error("username", Text::verbatim("That username, or a similar one, is taken."));
        Self { layout: layout("/-/settings/account"), form }
    }
}

impl settings::Delete {
    /// After a wrong password.
    pub fn sample() -> Self {
        let mut form = DeleteForm { words: "blank".into(), ..DeleteForm::default() };
        form.set_error("current_password", Text::verbatim("Incorrect password."));
        Self { layout: layout("/-/settings/account/delete"), form, groups: 6 }
    }
}

impl Mentions {
    /// One unread mention, one read.
    pub fn sample() -> Self {
        let mut said = conversation();
        let row = |message, unread| MentionRow { message, topic: wrens(), group: group(1), unread, is_reply: unread };
        let rows = vec![row(said.swap_remove(6), true), row(said.swap_remove(0), false)];
        Self { layout: layout("/mentions"), rows, older: Some("90".to_owned()), upto: "146".to_owned() }
    }
}

impl ErrorPage {
    /// Not found.
    pub fn sample() -> Self {
        Self {
            layout: stranger("/birdz/"),
            problem: Problem::NotFound,
            why: None,
            kept: SubmittedForm::default(),
            request_id: String::new(),
        }
    }
}

/// The submitted form of a new topic.
fn topic_kept() -> SubmittedForm {
    let field = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let text = "They are back: <eleven> over the church.";
    let fields = vec![field("key", "k4"), field("text", text), field("title", "Swifts")];
    SubmittedForm { action: "/-/groups/1/topics".to_owned(), is_whole: true, fields }
}

pub(super) fn all() -> Vec<Drawn> {
    let error = |problem| {
        ErrorPage {
            layout: layout("/birds/x/"),
            problem,
            why: None,
            kept: SubmittedForm::default(),
            request_id: String::new(),
        }
        .render()
    };
    let sent = |problem, kept| {
        ErrorPage { layout: layout("/-/groups/1/topics"), problem, why: None, kept, request_id: "5f0c2d".to_owned() }
            .render()
    };
    let last = Some(Text::verbatim("You're the last member."));
    let told = ErrorPage { why: last, problem: Problem::Forbidden, ..ErrorPage::sample() }.render();
    let button = || SubmittedForm { fields: Vec::new(), ..topic_kept() };
    let secret = || SubmittedForm { is_whole: false, ..topic_kept() };
    let setup = Setup {
        secret: "JBSW Y3DP EHPK 3PXP JBSW Y3DP EHPK 3PXP".to_owned(),
        link: "otpauth://totp/Klatch:jules?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Klatch".to_owned(),
    };
    let codes = (0..10).map(|n| format!("{n:04x}-7b1d-40c2-9e5{n:x}")).collect();
    vec![
        ("profile", Profile::sample().render()),
        ("profile-deleted", Profile { user: User { deleted: true, ..user(6) }, ..Profile::own_and_empty() }.render()),
        ("profile-own", Profile::own_and_empty().render()),
        ("settings", settings::Profile::sample().render()),
        ("password", Password::sample().render()),
        ("sessions", Sessions::sample().render()),
        ("settings-tokens", settings::ApiTokens::sample().render()),
        (
            "settings-tokens-new",
            settings::ApiTokens {
                fresh: Some(format!("klatch_{}", "0a".repeat(24))),
                feeds_at: Some("https://forum.example".into()),
                ..settings::ApiTokens::sample()
            }
            .render(),
        ),
        ("settings-mail", settings::Mail::sample().render()),
        (
            "settings-mail-none",
            settings::Mail {
                layout: Layout { sends_email: false, ..layout("/-/settings/mail") },
                email: None,
                new_email: None,
                ..settings::Mail::sample()
            }
            .render(),
        ),
        ("second-step-off", settings::SecondStep::sample(State::Off).render()),
        ("second-step-begun", settings::SecondStep::sample(State::Begun(setup)).render()),
        ("second-step-on", settings::SecondStep::sample(State::On { since: ago(9_000), recovery_codes: 2 }).render()),
        ("recovery-codes", RecoveryCodes { layout: layout("/-/settings/second-step"), codes }.render()),
        ("settings-account", settings::Account::sample().render()),
        ("settings-delete", settings::Delete::sample().render()),
        ("sign-in", SignIn::sample().render()),
        ("sign-in-code", SecondStep::sample().render()),
        ("forgot", Forgot::sample().render()),
        ("reset", Reset::sample().render()),
        ("confirm", Confirm::sample().render()),
        ("sign-up", SignUp::sample().render()),
        ("sign-up-closed", SignUp { door: Door::Closed, ..SignUp::sample() }.render()),
        ("first-admin", FirstAdmin::sample().render()),
        ("mentions", Mentions::sample().render()),
        ("mentions-none", Mentions { rows: Vec::new(), older: None, ..Mentions::sample() }.render()),
        ("search", Search::sample().render()),
        ("search-nothing", Search { hits: Vec::new(), has_more: false, page: 1, ..Search::sample() }.render()),
        (
            "search-before",
            Search { q: String::new(), within: None, hits: Vec::new(), has_more: false, page: 1, ..Search::sample() }
                .render(),
        ),
        ("error-404", ErrorPage::sample().render()),
        ("error-400", error(Problem::BadRequest)),
        ("error-403", error(Problem::Forbidden)),
        ("error-403-why", told),
        ("error-405", error(Problem::MethodNotAllowed)),
        ("error-408", error(Problem::TooSlow)),
        ("error-409", error(Problem::Conflict)),
        ("error-410", error(Problem::Gone)),
        ("error-413", error(Problem::TooLarge)),
        ("error-422", error(Problem::Invalid(Some(Text::verbatim("A topic title has at most 200 characters."))))),
        ("error-429", error(Problem::TooMany(40))),
        ("error-500", error(Problem::Internal)),
        ("error-503", error(Problem::Unavailable)),
        ("error-read-only", error(Problem::ReadOnly)),
        ("sent-not-secure", sent(Problem::NotSecure("https://forum.example".to_owned()), topic_kept())),
        ("sent-expired", sent(Problem::Expired, topic_kept())),
        ("sent-expired-button", sent(Problem::Expired, button())),
        ("sent-read-only", sent(Problem::ReadOnly, topic_kept())),
        ("sent-read-only-button", sent(Problem::ReadOnly, button())),
        ("sent-read-only-secret", sent(Problem::ReadOnly, secret())),
        ("sent-too-many", sent(Problem::TooMany(40), topic_kept())),
        ("sent-503", sent(Problem::Unavailable, topic_kept())),
        ("sent-404", sent(Problem::NotFound, topic_kept())),
    ]
}
