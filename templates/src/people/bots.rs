//! Bots: accounts of programs.

use askama::Template;
use domain::model::Bot;

use super::settings::{ApiTokenRow, ApiTokens};
use crate::form::ApiTokenForm;
use crate::layout::Layout;
use crate::webhooks::BotForm;

/// `/-/settings/bots`.
#[derive(Clone, Debug, Template)]
#[template(path = "people/settings/bots.html")]
pub struct Bots {
    pub layout: Layout,
    /// The viewer's bots, by name.
    pub bots: Vec<Bot>,
    pub form: BotForm,
}

/// `/-/bots/BOT`.
#[derive(Clone, Debug, Template)]
#[template(path = "people/bots/show.html")]
pub struct Show {
    pub layout: Layout,
    pub bot: Bot,
    /// The bot's API tokens, newest first.
    pub rows: Vec<ApiTokenRow>,
    pub form: ApiTokenForm,
    /// A token that was just created, shown once.
    pub fresh: Option<String>,
}

impl Show {
    /// The scopes that a bot can have.
    pub const SCOPES: [(&'static str, &'static str, &'static str); 3] = [
        ("read", "Read", "everything the bot can read"),
        ("write", "Write", "post, star, join groups, and mark as read"),
        ("moderate", "Moderate", "manage other people's messages where the bot is a moderator"),
    ];
    /// How long a token lasts, in days, with labels.
    pub const DAYS: [(&'static str, &'static str); 5] = ApiTokens::DAYS;

    /// Whether the scope is ticked.
    pub fn has_scope(&self, word: &str) -> bool {
        self.form.scopes.value.split(',').any(|scope| scope == word)
    }

    /// The page that lists the bot.
    pub fn up(&self) -> String {
        self.bot.group_id.map_or("/-/settings/bots".to_owned(), |group| format!("/-/groups/{group}/webhooks"))
    }
}
