//! Many polls at once: parks them, publishes to all of them, and measures until the last one has the event.

mod drive;
mod park;
mod process;
mod publish;

use std::path::PathBuf;

pub use drive::drive;
pub use park::park;

/// The server that is polled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Kind {
    /// `klatch realtime`: each user has a session and a stream.
    Klatch,
    /// nginx with Nchan: each user has a channel.
    Nchan,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Klatch => "klatch",
            Self::Nchan => "nchan",
        }
    }
}

/// Who polls, and where.
#[derive(Clone, Debug, clap::Args)]
pub struct Crowd {
    /// What is polled
    #[arg(long)]
    pub kind: Kind,
    /// A file with one session token a line
    #[arg(long)]
    pub tokens: PathBuf,
    /// How many users poll
    #[arg(long, default_value_t = 1_000)]
    pub count: usize,
    /// How many lines of the file to skip
    #[arg(long, default_value_t = 0)]
    pub skip: usize,
    /// The source address of the connections
    #[arg(long, default_value = "127.0.0.1")]
    pub from: std::net::IpAddr,
}

/// What to measure, and how.
#[derive(Clone, Debug, clap::Args)]
pub struct Plan {
    /// Who polls
    #[command(flatten)]
    pub crowd: Crowd,
    /// How many processes poll, since a process can only have so many connections
    #[arg(long, default_value_t = 2)]
    pub clients: usize,
    /// How many rounds; then as many again while a tenth of the users reconnects
    #[arg(long, default_value_t = 20)]
    pub rounds: usize,
    /// Klatch: the address of its pages
    #[arg(long, default_value = "127.0.0.1:8080")]
    pub web: String,
    /// Klatch: the slug of the group of all users. The first user writes
    #[arg(long, default_value = "crowd")]
    pub group: String,
    /// Nchan: how many channels one publication names
    #[arg(long, default_value_t = 1)]
    pub each: usize,
    /// The file with the event: written with Klatch, read with Nchan, so that both send the same
    #[arg(long)]
    pub event: PathBuf,
    /// The processes that hold the polls: their memory is measured
    #[arg(long, value_delimiter = ',')]
    pub holders: Vec<u32>,
    /// More processes whose CPU time is measured, such as Redis
    #[arg(long, value_delimiter = ',')]
    pub beside: Vec<u32>,
}
