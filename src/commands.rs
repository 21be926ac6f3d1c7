//! The one-shot commands: demo, admin.

use domain::admin::doctor;
use domain::kv::Kv;
use domain::store::Db;
use indicatif::{ProgressBar, ProgressStyle};

use crate::compose::{self, Failure};
use crate::environment::Environment;
use crate::services;
use crate::settings::{Needs, Settings, no_forum};

/// Reads the settings of an existing forum. Returns them and the place of its database. Creates and migrates nothing.
pub async fn existing(env: &Environment) -> Result<(Settings, String), Failure> {
    let settings = Settings::read(env, Needs::Existing)?;
    let place = compose::place(&settings.database);
    if !Db::has_forum(&settings.database).await.map_err(|error| compose::unreachable(&settings.database, &error))? {
        return Err(no_forum(&format!("{place} is empty")).into());
    }
    Ok((settings, place))
}

/// Connects to the existing forum and prints which one it is. Creates nothing.
pub async fn context(env: &Environment, search: bool) -> Result<domain::Context, Failure> {
    let (settings, place) = existing(env).await?;
    // If only the database is reachable from here, there is no search index to maintain.
    let cx = compose::context(&settings, search && settings.data_dir.is_dir()).await?;
    say_which(&cx, &place).await;
    Ok(cx)
}

/// Prints which forum the command acts on.
async fn say_which(cx: &domain::Context, place: &str) {
    let site = domain::site::current(cx).await;
    eprintln!("klatch: using \"{}\" ({}), {place}", site.settings.name, cx.config.base_url);
}

pub fn bar() -> ProgressBar {
    let bar = ProgressBar::new(0);
    if let Ok(style) = ProgressStyle::with_template("{msg:>10} {wide_bar} {human_pos}/{human_len} {per_sec}") {
        bar.set_style(style);
    }
    bar
}

/// `klatch admin doctor`.
pub async fn doctor(env: &Environment) -> Result<(), Failure> {
    let cx = context(env, true).await?;
    // `klatch serve` keeps the summaries in its memory, where only itself can compare them.
    let findings = match cx.kv {
        Kv::Memory(_) if services::is_served(&env.data_dir()) => doctor::examine_beside_service(&cx).await?,
        _ => doctor::examine(&cx).await?,
    };
    cx.db.close().await;
    report(&findings)
}

/// Prints what the doctor found.
///
/// # Errors
/// When anything differs.
pub fn report(findings: &doctor::Findings) -> Result<(), Failure> {
    println!("topics checked            {}", findings.topics);
    println!("unread summaries compared {}", findings.summaries);
    println!("jobs waiting              {}", findings.jobs_waiting);
    println!("jobs failed               {}", findings.jobs_failed);
    if let Some(indexed) = findings.indexed {
        println!("search documents          {indexed}");
    }
    if let Some(unindexed) = findings.unindexed {
        println!("changes to index          {unindexed}");
    }
    println!("differences               {}", findings.drift.len());
    for sentence in &findings.drift {
        println!("  {sentence}");
    }
    if findings.drift.is_empty() { Ok(()) } else { Err(format!("{} differences found", findings.drift.len()).into()) }
}

/// `klatch admin reindex`.
pub async fn reindex(env: &Environment) -> Result<(), Failure> {
    let cx = context(env, true).await?;
    let bar = bar();
    bar.set_message("indexed");
    bar.set_length(u64::try_from(domain::search::expected_documents(&cx).await?).unwrap_or(0));
    let done = domain::search::reindex(&cx, |done| bar.set_position(done)).await?;
    bar.finish();
    if !done {
        // The process that writes the index rebuilds it when the log says so.
        domain::search::ask_for_reindex(&cx).await?;
        println!("The running service will rebuild the index in the background.");
    }
    cx.db.close().await;
    Ok(())
}

/// `klatch admin reparse`.
pub async fn reparse(env: &Environment, all: bool) -> Result<(), Failure> {
    let cx = context(env, false).await?;
    let bar = bar();
    bar.set_message("parsed");
    let done = domain::messages::reparse(&cx, all, |done| {
        bar.set_length(done);
        bar.set_position(done);
    })
    .await?;
    bar.finish_and_clear();
    println!("Reparsed {done} messages");
    cx.db.close().await;
    Ok(())
}

/// `klatch demo`.
pub async fn demo(env: &Environment) -> Result<(), Failure> {
    // The only command that may create a forum, as a demonstration.
    let settings = Settings::read(env, Needs::Alone)?;
    let cx = compose::context(&settings, true).await?;
    say_which(&cx, &compose::place(&settings.database)).await;
    domain::import::demo::fill(&cx).await?;
    cx.db.close().await;
    Ok(())
}
