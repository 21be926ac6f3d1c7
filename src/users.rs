//! The commands about accounts: `klatch admin user`.

use std::io::{BufRead, IsTerminal, Write};

use clap::Subcommand;
use domain::admin;
use domain::model::{AccountState, User as Account};
use domain::people::accounts::NewAccount;
use domain::people::admins::{self, Actor};
use domain::people::{account_deletion, accounts, assistance, claims, sessions, two_factor};
use domain::platform::secrets::Password;
use domain::time::Timestamp;
use futures_util::TryStreamExt;
use serde_json::{Value, json};

use crate::commands::context;
use crate::compose::Failure;
use crate::environment::Environment;

#[derive(Subcommand)]
pub enum User {
    /// Create an account. Prompts for the password, or reads it from standard input
    Add {
        /// Username
        name: String,
        /// Email address
        #[arg(long)]
        email: String,
        /// Make the account a site admin
        #[arg(long)]
        admin: bool,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// List accounts, sorted by username
    List {
        /// Only accounts whose username or email address contains this text
        #[arg(default_value = "")]
        words: String,
        /// Only accounts with this status
        #[arg(long, value_parser = AccountState::ALL.map(AccountState::as_str))]
        state: Option<String>,
        /// Print JSON, one object per line
        #[arg(long)]
        json: bool,
    },
    /// Show an account
    Show(Named),
    /// Make a user a site admin
    Promote(Named),
    /// Set an account's password. Prompts for it, or reads it from standard input
    SetPassword(Named),
    /// Create a link to claim an imported account. It works once and expires after three days
    ClaimLink(Named),
    /// Write all data of an account, except its files, to standard output
    Export {
        /// Username
        name: String,
    },
    /// Delete an account permanently
    Delete {
        #[command(flatten)]
        named: Named,
        /// Also delete the account's posts
        #[arg(long)]
        erase: bool,
        /// Don't ask for confirmation
        #[arg(long)]
        yes: bool,
    },
    /// Turn off two-factor authentication for someone who lost their device and recovery codes
    SecondStepOff(Named),
}

#[derive(clap::Args)]
pub struct Named {
    /// Username
    name: String,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Runs a command about accounts.
pub async fn run(env: &Environment, command: User) -> Result<(), Failure> {
    let cx = context(env, false).await?;
    let done = match command {
        User::Add { name, email, admin, json } => add(&cx, name, email, admin, json).await,
        User::List { words, state, json } => list(&cx, &words, state.as_deref(), json).await,
        User::Show(Named { name, json }) => show(&cx, &name, json).await,
        User::Promote(Named { name, json }) => promote(&cx, &name, json).await,
        User::SetPassword(Named { name, json }) => set_password(&cx, &name, json).await,
        User::ClaimLink(Named { name, json }) => claim_link(&cx, &name, json).await,
        User::Export { name } => export(&cx, &name).await,
        User::Delete { named: Named { name, json }, erase, yes } => delete(&cx, &name, erase, yes, json).await,
        User::SecondStepOff(Named { name, json }) => second_step_off(&cx, &name, json).await,
    };
    cx.db.close().await;
    done
}

/// Returns the account with this name.
async fn named(cx: &domain::Context, name: &str) -> Result<Account, Failure> {
    assistance::named(cx, name).await.map_err(|error| match error {
        domain::Error::NotFound => format!("no user named {name}").into(),
        error => Failure::from(error),
    })
}

/// What is wrong with the input, one line per field.
fn plain(error: domain::Error) -> Failure {
    match error {
        domain::Error::Invalid(fields) => {
            fields.iter().map(|(field, why)| format!("{field}: {why}")).collect::<Vec<_>>().join("\n").into()
        }
        domain::Error::Forbidden(why) => why.to_string().into(),
        error => error.into(),
    }
}

/// Prints what was done: the sentence, or the account as JSON.
async fn said(cx: &domain::Context, json: bool, name: &str, sentence: String) -> Result<(), Failure> {
    if json {
        println!("{}", of(&named(cx, name).await?));
    } else {
        println!("{sentence}");
    }
    Ok(())
}

fn of(user: &Account) -> Value {
    json!({"id": user.id, "username": user.username, "email": user.email, "unconfirmed_email": user.new_email, "name": user.name,
        "is_admin": user.is_admin, "claimed": user.claimed, "deleted": user.deleted, "created_at": user.created_at.rfc3339(),
        "waiting_since": user.waiting_since.map(Timestamp::rfc3339), "suspended_until": user.suspended_until.map(Timestamp::rfc3339),
        "banned_at": user.banned_at.map(Timestamp::rfc3339)})
}

/// Reads a password: asks for it on a terminal, without showing it, or reads the first line of standard input.
fn read_password() -> Result<Password, Failure> {
    let stdin = std::io::stdin();
    let mut line = String::new();
    if stdin.is_terminal() {
        eprint!("Password (hidden): ");
        std::io::stderr().flush()?;
        let before = rustix::termios::tcgetattr(&stdin)?;
        let mut hidden = before.clone();
        hidden.local_modes.remove(rustix::termios::LocalModes::ECHO);
        rustix::termios::tcsetattr(&stdin, rustix::termios::OptionalActions::Flush, &hidden)?;
        let read = stdin.lock().read_line(&mut line);
        rustix::termios::tcsetattr(&stdin, rustix::termios::OptionalActions::Flush, &before)?;
        eprintln!();
        read?;
    } else {
        stdin.lock().read_line(&mut line)?;
    }
    Ok(Password::new(line.trim_end_matches(['\n', '\r'])))
}

async fn add(cx: &domain::Context, name: String, email: String, admin: bool, json: bool) -> Result<(), Failure> {
    let password = read_password()?;
    let new = NewAccount { username: name.clone(), email, password };
    accounts::create(cx, new, admin).await.map_err(plain)?;
    let sentence = format!("Created the account {name}{}", if admin { " as a site admin" } else { "" });
    said(cx, json, name.trim(), sentence).await
}

/// Accounts that one query reads.
const BATCH: i64 = 500;

async fn list(cx: &domain::Context, words: &str, state: Option<&str>, json: bool) -> Result<(), Failure> {
    let state = state.and_then(AccountState::parse);
    for page in 0.. {
        let (rows, total) = admin::people(cx, words, state, page, BATCH).await?;
        for row in rows {
            if json {
                let mut line = of(&row.user);
                line["messages"] = row.messages.into();
                line["seen_at"] = row.seen_at.map(Timestamp::rfc3339).into();
                println!("{line}");
            } else {
                let user = row.user;
                let email = user.email.as_deref().unwrap_or("-");
                println!("{}\t{email}\t{} messages{}", user.username, row.messages, marks(&user, cx.now()));
            }
        }
        if (page + 1) * BATCH >= total {
            break;
        }
    }
    Ok(())
}

/// What is special about an account.
fn marks(user: &Account, now: Timestamp) -> String {
    let restricted = domain::policy::restricted(user.suspended_until, user.banned_at, now);
    let marks = [
        (user.is_admin, "admin"),
        (user.deleted, "deleted"),
        (user.waiting_since.is_some(), "waiting"),
        (!user.claimed && !user.deleted, "unclaimed"),
        (matches!(restricted, Some(domain::policy::Restricted::Suspended(_))), "suspended"),
        (matches!(restricted, Some(domain::policy::Restricted::Banned)), "banned"),
    ];
    marks.iter().filter(|(holds, _)| *holds).map(|(_, mark)| format!("\t{mark}")).collect()
}

async fn show(cx: &domain::Context, name: &str, json: bool) -> Result<(), Failure> {
    let user = named(cx, name).await?;
    let (has_second_step, sessions) = (two_factor::is_on(cx, user.id).await?, sessions::list(cx, user.id).await?.len());
    if json {
        let mut line = of(&user);
        line["second_step"] = has_second_step.into();
        line["sessions"] = sessions.into();
        println!("{line}");
        return Ok(());
    }
    println!("username     {}{}", user.username, marks(&user, cx.now()));
    println!("id           {}", user.id);
    println!("email        {}", user.email.as_deref().unwrap_or("none"));
    if let Some(email) = &user.new_email {
        println!("unconfirmed  {email}");
    }
    println!("joined       {}", user.created_at.rfc3339());
    println!("two-factor   {}", if has_second_step { "on" } else { "off" });
    println!("sessions     {sessions}");
    if !user.barred_reason.is_empty() {
        println!("reason       {}", user.barred_reason);
    }
    Ok(())
}

async fn promote(cx: &domain::Context, name: &str, json: bool) -> Result<(), Failure> {
    let user = named(cx, name).await?;
    admins::set_admin(cx, Actor::Operator, user.id, true).await.map_err(plain)?;
    said(cx, json, name, format!("{name} is now a site admin")).await
}

async fn set_password(cx: &domain::Context, name: &str, json: bool) -> Result<(), Failure> {
    let user = named(cx, name).await?;
    assistance::set_password(cx, user.id, read_password()?).await.map_err(plain)?;
    said(cx, json, name, format!("Changed the password of {name} and ended all their sessions")).await
}

async fn second_step_off(cx: &domain::Context, name: &str, json: bool) -> Result<(), Failure> {
    let user = named(cx, name).await?;
    two_factor::turn_off_for(cx, Actor::Operator, user.id).await.map_err(plain)?;
    said(cx, json, name, format!("Turned off two-factor authentication for {name}")).await
}

async fn claim_link(cx: &domain::Context, name: &str, json: bool) -> Result<(), Failure> {
    let user = named(cx, name).await?;
    let link = claims::link(cx, Actor::Operator, user.id).await.map_err(plain)?;
    if json {
        println!("{}", json!({"id": user.id, "username": user.username, "link": link}));
    } else {
        println!("{link}");
    }
    Ok(())
}

async fn export(cx: &domain::Context, name: &str) -> Result<(), Failure> {
    let user = named(cx, name).await?;
    let lines = assistance::export(cx, user.id).await.map_err(plain)?;
    let mut lines = std::pin::pin!(lines);
    let mut out = std::io::stdout().lock();
    while let Some(text) = lines.try_next().await? {
        out.write_all(text.as_bytes())?;
    }
    out.flush()?;
    Ok(())
}

async fn delete(cx: &domain::Context, name: &str, erase: bool, yes: bool, json: bool) -> Result<(), Failure> {
    let user = named(cx, name).await?;
    if !yes {
        if !std::io::stdin().is_terminal() {
            return Err("this cannot be undone; use --yes to confirm".into());
        }
        eprint!("This permanently deletes the account {name}. Type the username to confirm: ");
        std::io::stderr().flush()?;
        let mut line = String::new();
        std::io::stdin().lock().read_line(&mut line)?;
        if line.trim() != name {
            return Err("nothing was deleted".into());
        }
    }
    account_deletion::delete_for(cx, Actor::Operator, user.id, erase).await.map_err(plain)?;
    if json {
        println!("{}", json!({"id": user.id, "username": user.username, "deleted": true}));
    } else {
        println!("Deleted the account {name}. The running service removes the rest of its data");
    }
    Ok(())
}
