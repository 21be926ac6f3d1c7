//! Bots: accounts of programs.

use askama::Template;
use domain::model::Bot;
use texts::{Text, settings as words};

use super::settings::{ApiTokenRow, ends};
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
    /// The scopes that a bot can have: word, label, explanation.
    pub fn scopes(&self) -> [(&'static str, Text, Text); 3] {
        [
            ("read", words::scope_read(), words::scope_read_bot_hint()),
            ("write", words::scope_write(), words::scope_write_hint()),
            ("moderate", words::scope_moderate(), words::scope_moderate_bot_hint()),
        ]
    }

    /// How long a token can last, in days, with labels.
    pub fn ends(&self) -> [(&'static str, Text); 5] {
        ends()
    }

    /// Whether the scope is ticked.
    pub fn has_scope(&self, word: &str) -> bool {
        self.form.scopes.value.split(',').any(|scope| scope == word)
    }

    /// The page that lists the bot.
    pub fn up(&self) -> String {
        self.bot.group_id.map_or("/-/settings/bots".to_owned(), |group| format!("/-/groups/{group}/webhooks"))
    }
}
