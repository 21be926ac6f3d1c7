//! The services: each alone, or all in one process.

use std::fs::{File, TryLockError};
use std::io::Write;
use std::net::TcpListener;
use std::path::Path;
use std::sync::Arc;

use domain::admin::{health, statistics};
use domain::backup::schedule::{self, Schedule};
use domain::live::draw::Draw;
use domain::platform::backpressure;
use domain::platform::remote::RemoteImages;
use domain::webhooks::sender;
use domain::{Context, reactors};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use templates::Template;
use templates::groups::GroupOf;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::compose::{self, Failure};
use crate::environment::Environment;
use crate::notify::{self, Finding, Notify};
use crate::operator;
use crate::receive;
use crate::settings::{Needs, Settings};

/// The file in the data folder that `klatch serve` locks.
const SERVE_LOCK: &str = "serve.lock";

/// A switch that ends the program, thrown once.
#[derive(Clone)]
struct Stop(watch::Receiver<bool>);

impl Stop {
    fn switch() -> (watch::Sender<bool>, Self) {
        let (sender, receiver) = watch::channel(false);
        (sender, Self(receiver))
    }

    /// Returns a switch that SIGTERM or SIGINT throws.
    fn on_signal(notify: &Notify) -> Result<Self, Failure> {
        let notify = notify.clone();
        let (sender, stop) = Self::switch();
        let mut terminate = signal(SignalKind::terminate())?;
        let mut interrupt = signal(SignalKind::interrupt())?;
        // A file that reaches the limit of its size (SIGXFSZ) is an error of one write, as on a full disk, and does not
        // end the program.
        let _too_large = signal(SignalKind::from_raw(25))?;
        tokio::spawn(async move {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
            notify.stopping();
            tracing::info!("stopping; finishing work in progress first");
            let _ = sender.send(true);
            // A second interrupt ends the program at once.
            interrupt.recv().await;
            std::process::exit(130);
        });
        Ok(stop)
    }

    async fn thrown(mut self) {
        // An error means that the sender is gone, which counts as thrown.
        let _ = self.0.wait_for(|thrown| *thrown).await;
    }
}

async fn bind(settings: &Settings) -> Result<TcpListener, Failure> {
    let address = settings.bind;
    realtime::bind(address).await.map_err(|error| format!("KLATCH_BIND: cannot listen on {address}: {error}").into())
}

async fn bind_metrics(settings: &Settings) -> Result<Option<tokio::net::TcpListener>, Failure> {
    let Some(address) = settings.metrics_bind else { return Ok(None) };
    let listener = tokio::net::TcpListener::bind(address).await;
    let listener = listener.map_err(|error| format!("KLATCH_METRICS_BIND: cannot listen on {address}: {error}"))?;
    Ok(Some(listener))
}

/// Answers operators, if they have an address to ask at.
fn operators(listener: Option<tokio::net::TcpListener>, cx: &Context, more: fn() -> String) -> JoinHandle<()> {
    let cx = cx.clone();
    tokio::spawn(async move {
        if let Some(listener) = listener {
            operator::answer(listener, cx, more).await;
        }
    })
}

fn realtime_config(settings: &Settings) -> realtime::Config {
    realtime::Config {
        per_user: settings.polls.per_user,
        per_address: settings.polls.per_address,
        connections_per_address: settings.connections_per_address,
        total: settings.polls.total,
        secure: settings.config.base_url.starts_with("https://"),
        proxies: settings.proxies.clone(),
        ..realtime::Config::default()
    }
}

/// The error when more polls are wanted than the limit on open files allows.
fn too_many_polls(error: std::io::Error) -> Failure {
    format!("KLATCH_POLLS: {error}").into()
}

/// Open files that the program needs besides its connections.
const OTHER_FILES: usize = 128;

/// Raises the soft limit on open files to the hard one: each connection is an open file, and the soft limit is often
/// 1,024.
pub fn raise_file_limit() {
    let limit = getrlimit(Resource::Nofile);
    let wanted = limit.maximum.map_or(MOST_FILES, |hard| hard.min(MOST_FILES));
    if limit.current.is_none_or(|soft| soft >= wanted) {
        return;
    }
    if let Err(error) = setrlimit(Resource::Nofile, Rlimit { current: Some(wanted), ..limit }) {
        tracing::warn!(%error, "cannot raise the limit on open files");
    }
}

/// Beyond this many open files, memory is what ends first.
const MOST_FILES: u64 = 1 << 20;

fn web_config(settings: &Settings) -> web::Config {
    let config = web::Config::default();
    let files = getrlimit(Resource::Nofile).current.and_then(|files| usize::try_from(files).ok());
    let connections = files.map_or(config.connections, |files| files.saturating_sub(OTHER_FILES).max(OTHER_FILES));
    web::Config {
        proxies: settings.proxies.clone(),
        connections,
        connections_per_address: settings.connections_per_address,
        page_cache: settings.page_cache,
        security_contact: settings.security_contact.clone(),
        health_token: settings.health_token.clone(),
        ..config
    }
}

async fn run_jobs(cx: Context, backups: Option<Schedule>, stop: Stop) -> Result<(), Failure> {
    let worker = worker::Worker::new(cx.db.clone(), cx.clock.clone(), cx.wake.clone());
    let context = cx.clone();
    let handler = move |jobs| {
        let cx = context.clone();
        async move { reactors::run_all(&cx, &draw(), jobs).await }
    };
    let presence = tokio::spawn(domain::live::presence::follow(cx.clone(), draw(), stop.clone().thrown()));
    let sampling = tokio::spawn(statistics::keep(cx.clone(), stop.clone().thrown()));
    let backups = tokio::spawn(schedule::keep(cx.clone(), backups, stop.clone().thrown()));
    let deliveries = tokio::spawn(sender::keep(cx.clone(), stop.clone().thrown()));
    worker.run(handler, stop.thrown()).await?;
    presence.await?;
    sampling.await?;
    backups.await?;
    deliveries.await?;
    Ok(())
}

/// Renders the fragments of live events with the pages' partials.
fn draw() -> Draw {
    fn drawn(partial: &impl Template, images: RemoteImages<'_>) -> String {
        partial.render().map(|html| templates::finish(html, images)).unwrap_or_else(|error| {
            tracing::error!(%error, "failed to render a fragment");
            String::new()
        })
    }
    Draw {
        message: |message, topic, group, now, images| {
            drawn(&templates::messages::MessagePartial { message, topic, group, now: now.into() }, images)
        },
        here: |aside, group| {
            drawn(&templates::groups::HerePartial { aside, group: GroupOf { id: group } }, RemoteImages::LINKS)
        },
        email: templates::people::emails::words,
        topic_row: |row, group, now| {
            drawn(&templates::groups::TopicRowPartial { row, group, now: now.into() }, RemoteImages::LINKS)
        },
    }
}

/// Prints the URL of the site, and how to create its first admin.
async fn greet(cx: &Context) -> Result<(), Failure> {
    let base = &cx.config.base_url;
    let site = domain::site::current(cx).await;
    println!("{} is running at {base}", site.settings.name);
    if site.settings.read_only {
        tracing::warn!("the site is in read-only mode until an admin turns it off in the site settings");
    }
    if let Some(token) = domain::people::first_admin::make_link(cx).await? {
        println!("There is no admin yet. Create the admin account at {base}/-/first-admin?token={token}");
        println!("The link works once and expires after a day. Restart Klatch to get a new one.");
    }
    Ok(())
}

/// Whether a `klatch serve` runs on the data folder.
pub fn is_served(data_dir: &Path) -> bool {
    let opened = File::options().write(true).open(data_dir.join(SERVE_LOCK));
    opened.is_ok_and(|file| matches!(file.try_lock(), Err(TryLockError::WouldBlock)))
}

/// Locks the data folder until the process ends: two programs would not receive each other's events.
pub fn lock(data_dir: &Path) -> Result<File, Failure> {
    let path = data_dir.join(SERVE_LOCK);
    let failed = |error: std::io::Error| format!("KLATCH_DATA_DIR: `{}`: {error}", path.display());
    let mut file = File::options().create(true).truncate(false).read(true).write(true).open(&path).map_err(failed)?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            let holder = std::fs::read_to_string(&path).unwrap_or_default();
            return Err(format!(
                "KLATCH_DATA_DIR: `{}` is in use by another `klatch serve` (process {})",
                data_dir.display(),
                holder.trim()
            )
            .into());
        }
        Err(TryLockError::Error(error)) => return Err(failed(error).into()),
    }
    file.set_len(0).and_then(|()| writeln!(file, "{}", std::process::id())).map_err(failed)?;
    Ok(file)
}

/// Binds the addresses of a service with pages, and connects it. While it waits for its servers, clients get a 503.
async fn open_pages(settings: &Settings) -> Result<(TcpListener, Option<tokio::net::TcpListener>, Context), Failure> {
    let listener = bind(settings).await?;
    let metrics = bind_metrics(settings).await?;
    let meanwhile = operator::Meanwhile::begin(&listener)?;
    let cx = compose::service(settings, true).await?;
    drop(meanwhile);
    Ok((listener, metrics, cx))
}

/// `klatch serve`: everything in one process, on one port.
pub async fn serve(env: &Environment) -> Result<(), Failure> {
    let settings = Settings::read(env, Needs::Alone)?;
    let _lock = lock(&settings.data_dir)?;
    let emails = receive::bind(&settings).await?;
    let (listener, metrics, cx) = open_pages(&settings).await?;
    let notify = Notify::new();
    let stop = Stop::on_signal(&notify)?;
    let operators = operators(metrics, &cx, web::metrics);
    let address = settings.bind;
    let followed = tokio::spawn(notify.follow(async move || notify::ask(address).await));
    let (pages_ended, rest_stop) = Stop::switch();
    let live = realtime::Live::new(cx.clone(), realtime_config(&settings)).map_err(too_many_polls)?;
    let jobs = tokio::spawn(run_jobs(cx.clone(), settings.backups.schedule.clone(), rest_stop.clone()));
    let told = live.clone();
    let said = tokio::spawn(statistics::follow(cx.clone(), move || told.report(), rest_stop.clone().thrown()));
    let pressed = tokio::spawn(backpressure::watch(cx.clone(), rest_stop.clone().thrown()));
    let received = receive::run(&cx, emails, rest_stop.clone().thrown());
    let follower = tokio::spawn(domain::search::follow(cx.clone(), rest_stop.thrown()));
    greet(&cx).await?;
    let mounted = live.clone();
    let mount: web::Mount = Arc::new(move |app| realtime::configure(mounted.clone())(app));
    let drain = Box::new(move || live.drain());
    let served = web::run(web_config(&settings), cx.clone(), listener, Box::pin(stop.thrown()), mount, drain).await;
    let _ = pages_ended.send(true);
    followed.abort();
    operators.abort();
    received.await?;
    follower.await?;
    pressed.await?;
    said.await?;
    jobs.await??;
    cx.db.close().await;
    Ok(served?)
}

/// `klatch web`: the pages, and search.
pub async fn serve_web(env: &Environment) -> Result<(), Failure> {
    let settings = Settings::read(env, Needs::Shared("web"))?;
    let (listener, metrics, cx) = open_pages(&settings).await?;
    let notify = Notify::new();
    let stop = Stop::on_signal(&notify)?;
    let operators = operators(metrics, &cx, web::metrics);
    let address = settings.bind;
    let followed = tokio::spawn(notify.follow(async move || notify::ask(address).await));
    let follower = tokio::spawn(domain::search::follow(cx.clone(), stop.clone().thrown()));
    let pressed = tokio::spawn(backpressure::watch(cx.clone(), stop.clone().thrown()));
    let said = tokio::spawn(statistics::follow(cx.clone(), statistics::Report::default, stop.clone().thrown()));
    greet(&cx).await?;
    let (shutdown, mount) = (Box::pin(stop.thrown()), Arc::new(|_: &mut _| {}));
    let served = web::run(web_config(&settings), cx.clone(), listener, shutdown, mount, Box::new(|| {})).await;
    followed.abort();
    operators.abort();
    follower.await?;
    pressed.await?;
    said.await?;
    cx.db.close().await;
    Ok(served?)
}

/// `klatch realtime`: the long poll.
pub async fn serve_realtime(env: &Environment) -> Result<(), Failure> {
    let settings = Settings::read(env, Needs::Shared("realtime"))?;
    let address = settings.realtime_bind;
    let listener = realtime::bind_shared(address)
        .await
        .map_err(|error| format!("KLATCH_REALTIME_BIND: cannot listen on {address}: {error}"))?;
    let metrics = bind_metrics(&settings).await?;
    let cx = compose::service(&settings, false).await?;
    let notify = Notify::new();
    let stop = Stop::on_signal(&notify)?;
    let live = realtime::Live::new(cx.clone(), realtime_config(&settings)).map_err(too_many_polls)?;
    let operators = operators(metrics, &cx, String::new);
    let asked = live.clone();
    // Not over its own address, which other processes may share. The answer comes from the thread that answers polls.
    let followed = tokio::spawn(notify.follow(async move || match asked.trouble().await {
        None => Finding::Ready,
        Some(_) => Finding::Alive,
    }));
    println!("Serving live updates at http://{address}");
    let told = live.clone();
    let said = tokio::spawn(statistics::follow(cx.clone(), move || told.report(), stop.clone().thrown()));
    let served = realtime::run(live, listener, stop.thrown()).await;
    followed.abort();
    operators.abort();
    said.await?;
    cx.db.close().await;
    Ok(served?)
}

/// Connects a service without pages, and returns the tasks beside its work: they answer operators, and tell systemd
/// whether it is ready.
async fn open_without_pages(settings: &Settings) -> Result<(Context, Stop, [JoinHandle<()>; 2]), Failure> {
    let metrics = bind_metrics(settings).await?;
    let cx = compose::service(settings, false).await?;
    let notify = Notify::new();
    let stop = Stop::on_signal(&notify)?;
    let operators = operators(metrics, &cx, String::new);
    let asked = cx.clone();
    let followed =
        tokio::spawn(notify.follow(async move || {
            if health::check(&asked).await.is_ready() { Finding::Ready } else { Finding::Alive }
        }));
    Ok((cx, stop, [followed, operators]))
}

/// `klatch worker`: the jobs.
pub async fn work(env: &Environment) -> Result<(), Failure> {
    let settings = Settings::read(env, Needs::Shared("worker"))?;
    let (cx, stop, beside) = open_without_pages(&settings).await?;
    println!("Running background jobs");
    if !settings.mail.reaches_people() {
        tracing::warn!("KLATCH_SMTP_URL is not set; emails are saved to KLATCH_DATA_DIR/mail instead of being sent");
    }
    let worked = run_jobs(cx.clone(), settings.backups.schedule.clone(), stop).await;
    beside.iter().for_each(JoinHandle::abort);
    cx.db.close().await;
    worked
}

/// `klatch mail-in`: receives emails.
pub async fn receive_emails(env: &Environment) -> Result<(), Failure> {
    let settings = Settings::read(env, Needs::Shared("mail-in"))?;
    let Some(address) = settings.mail_in.clone() else {
        return Err("KLATCH_MAIL_IN_LISTEN: required by `klatch mail-in`; set an address such as 127.0.0.1:2424".into());
    };
    let listener = receive::bind(&settings).await?;
    let (cx, stop, beside) = open_without_pages(&settings).await?;
    println!("Receiving emails at {address}");
    receive::run(&cx, listener, stop.thrown()).await?;
    beside.iter().for_each(JoinHandle::abort);
    cx.db.close().await;
    Ok(())
}
