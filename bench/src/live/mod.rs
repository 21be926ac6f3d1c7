//! Polls in great number: parks them, has something said to all of them at once, and measures until the last has heard it.

mod drive;
mod park;
mod process;
mod publish;

use std::path::PathBuf;

pub use drive::drive;
pub use park::park;

/// What is polled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Kind {
    /// `klatch realtime`: each person has a session and a stream.
    Klatch,
    /// nginx with Nchan: each person has a channel.
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

/// Who polls, where.
#[derive(Clone, Debug, clap::Args)]
pub struct Crowd {
    /// What is polled
    #[arg(long)]
    pub kind: Kind,
    /// The file with a session's token a line
    #[arg(long)]
    pub tokens: PathBuf,
    /// How many people poll
    #[arg(long, default_value_t = 1_000)]
    pub count: usize,
    /// How many lines of the file come before them
    #[arg(long, default_value_t = 0)]
    pub skip: usize,
    /// The address they come from
    #[arg(long, default_value = "127.0.0.1")]
    pub from: std::net::IpAddr,
}

/// What is measured, and how.
#[derive(Clone, Debug, clap::Args)]
pub struct Plan {
    /// Who polls
    #[command(flatten)]
    pub crowd: Crowd,
    /// Processes to poll from, since one may only have so many connections
    #[arg(long, default_value_t = 2)]
    pub clients: usize,
    /// How often something is said to all; then as often again while a tenth of them reconnects
    #[arg(long, default_value_t = 20)]
    pub rounds: usize,
    /// Klatch: where its pages are
    #[arg(long, default_value = "127.0.0.1:8080")]
    pub web: String,
    /// Klatch: the slug of the group that all of them are in. The first of them writes
    #[arg(long, default_value = "crowd")]
    pub group: String,
    /// Nchan: how many channels one publication names
    #[arg(long, default_value_t = 1)]
    pub each: usize,
    /// The file with what is said: written with Klatch, read with Nchan, so that both say the same
    #[arg(long)]
    pub event: PathBuf,
    /// The processes that hold the polls: their memory is measured
    #[arg(long, value_delimiter = ',')]
    pub holders: Vec<u32>,
    /// More processes whose time counts, as those of Redis
    #[arg(long, value_delimiter = ',')]
    pub beside: Vec<u32>,
}
