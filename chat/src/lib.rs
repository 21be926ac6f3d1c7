//! `klatch chat`: a client for the terminal. It knows nothing of the forum but its public API (`docs/api-v1.md`), so any
//! program can do what it does.

mod account;
mod client;
mod converse;
mod live;
mod objects;
mod place;
mod session;
mod show;
mod terminal;

use std::io::{IsTerminal, Read};
use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::account::Account;
use crate::client::Client;
use crate::session::Session;

/// What can go wrong, as people read it.
pub type Result<T> = std::result::Result<T, String>;

/// The options of `klatch chat`.
#[derive(Args, Debug)]
pub struct Chat {
    /// The URL of the forum, such as forum.example. Klatch asks for it on first use
    #[arg(long, env = "KLATCH_CHAT_SERVER", global = true)]
    server: Option<String>,
    /// A file that contains an API token. To pass the token itself, set KLATCH_CHAT_TOKEN
    #[arg(long, value_name = "FILE", global = true)]
    token_file: Option<PathBuf>,
    #[command(subcommand)]
    action: Option<Action>,
}

/// One action, for scripts. Without one, a conversation begins.
#[derive(Debug, Subcommand)]
enum Action {
    /// List your groups and their unread counts
    Groups,
    /// List the topics of a group
    Topics {
        /// The last part of the group's URL
        group: String,
    },
    /// Show the latest messages of a topic
    Read {
        /// GROUP/TOPIC, as in the topic's URL
        topic: String,
    },
    /// Post a message
    Post {
        /// GROUP/TOPIC, as in the topic's URL
        topic: String,
        /// The text (default: standard input)
        text: Option<String>,
    },
    /// Start a topic
    Start {
        /// The last part of the group's URL
        group: String,
        /// The title
        title: String,
        /// The text (default: standard input)
        text: Option<String>,
    },
    /// Search messages
    Search {
        /// Words, phrases, and operators, as on the search page
        words: Vec<String>,
    },
    /// Show new messages as they are posted, until stopped
    Follow {
        /// Only show messages of this group
        group: Option<String>,
    },
    /// Delete the saved forum URL and token
    Forget,
}

/// Runs the client.
///
/// # Errors
/// What to say before the program ends.
pub async fn run(options: Chat) -> Result<()> {
    // What the forum says may be part of it.
    act(options).await.map_err(|why| show::clean(&why))
}

async fn act(options: Chat) -> Result<()> {
    let file = account::file();
    if matches!(options.action, Some(Action::Forget)) {
        return account::forget(&file);
    }
    let is_asked = options.action.is_none() && std::io::stdin().is_terminal();
    let account = Account::find(&file, options.server.as_deref(), options.token_file.as_deref(), is_asked).await?;
    let client = Client::new(&account)?;
    let mut session = Session::begin(client).await?;
    match options.action {
        None => session.converse().await,
        Some(Action::Groups) => session.groups().await,
        Some(Action::Topics { group }) => session.topics(&group).await,
        Some(Action::Read { topic }) => session.open(&topic).await,
        Some(Action::Post { topic, text }) => {
            session.find(&topic).await?;
            session.post(&text_or_input(text)?).await
        }
        Some(Action::Start { group, title, text }) => session.start(&group, &title, &text_or_input(text)?).await,
        Some(Action::Search { words }) => session.search(&words.join(" ")).await,
        Some(Action::Follow { group }) => session.follow(group.as_deref()).await,
        Some(Action::Forget) => Ok(()),
    }
}

fn text_or_input(text: Option<String>) -> Result<String> {
    match text {
        Some(text) => Ok(text),
        None => {
            let mut text = String::new();
            std::io::stdin().read_to_string(&mut text).map_err(|error| format!("Can't read the text: {error}."))?;
            Ok(text)
        }
    }
}
