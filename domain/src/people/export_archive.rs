//! A user's download of their own data as a zip: the lines of [`super::export`], the avatar, and the user's files. It is made while
//! it is sent.

use std::io::{BufWriter, Write};

use futures_util::stream::{once, poll_fn, select};
use futures_util::{Stream, StreamExt, TryStreamExt};
use hyper::body::Bytes;
use model::{FileId, FileState, UserId, picture_key};
use tokio::sync::mpsc;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use crate::files;
use crate::people::{accounts, export};
use crate::platform::context::Context;
use crate::platform::error::{Error, Result};

/// The entry with the lines.
const LINES: &str = "data.jsonl";
/// The size of the avatar.
const AVATAR: u32 = 192;
/// Files read from the database at a time.
const BATCH: i64 = 500;
/// Pieces that may wait for the thread that makes the zip, and for the client.
const WAITING: usize = 4;
/// The bytes of a piece of the zip.
const PIECE: usize = 64 << 10;

enum Piece {
    Begin(String, CompressionMethod),
    Bytes(Bytes),
    Finish,
}

/// Streams a zip with all data of a user.
///
/// # Errors
/// As [`export::download`], before anything is read.
pub async fn download(cx: &Context, user: UserId) -> Result<impl Stream<Item = Result<Bytes>> + use<>> {
    let lines = export::download(cx, user).await?;
    let cx = cx.clone();
    let (pieces, received) = mpsc::channel(WAITING);
    let (out, mut made) = mpsc::channel(WAITING);
    tokio::task::spawn_blocking(move || {
        if let Err(error) = write(received, Out(out)) {
            tracing::error!(%error, "a download of somebody's data could not be made");
        }
    });
    let fed = once(async move { feed(&cx, user, lines, &pieces).await });
    // Only its failure is part of the download.
    let failures = fed.filter_map(|fed| std::future::ready(fed.err().map(Err::<Bytes, Error>)));
    Ok(select(poll_fn(move |task| made.poll_recv(task)).map(Ok::<Bytes, Error>), failures))
}

/// Sends everything to the thread that makes the zip.
async fn feed(
    cx: &Context,
    user: UserId,
    lines: impl Stream<Item = Result<String>>,
    pieces: &mpsc::Sender<Piece>,
) -> Result<()> {
    let send = async |piece| {
        let ended = |_| Error::Internal("the download was not written".into());
        pieces.send(piece).await.map_err(ended)
    };
    send(Piece::Begin(LINES.to_owned(), CompressionMethod::Deflated)).await?;
    let mut lines = std::pin::pin!(lines);
    while let Some(text) = lines.try_next().await? {
        send(Piece::Bytes(Bytes::from(text))).await?;
    }
    let avatar = accounts::own(cx, user).await?.avatar;
    if !avatar.is_empty()
        && let Some(stored) = cx.files.open(&picture_key(&avatar, AVATAR)).await?
    {
        let bytes = stored.read().await?;
        let extension = files::safe_extension(files::kind_of(&bytes));
        send(Piece::Begin(format!("avatar.{extension}"), CompressionMethod::Stored)).await?;
        send(Piece::Bytes(Bytes::from(bytes))).await?;
    }
    let mut after = FileId(0);
    loop {
        let files = store::files::of_owner(&cx.db, user, after, BATCH).await?;
        let Some(last) = files.last() else { break };
        after = last.id;
        for file in files.iter().filter(|file| file.state == FileState::Ready) {
            // Deleted meanwhile, it is left out.
            let Some(mut stored) = cx.files.open(&file.key(None)).await? else { continue };
            send(Piece::Begin(format!("files/{}-{}", file.id, file.name), CompressionMethod::Stored)).await?;
            while let Some(piece) = stored.next().await? {
                send(Piece::Bytes(piece)).await?;
            }
        }
    }
    send(Piece::Finish).await
}

/// Makes the zip. It is complete only if everything came.
fn write(mut pieces: mpsc::Receiver<Piece>, out: Out) -> zip::result::ZipResult<()> {
    let mut zip = ZipWriter::new_stream(BufWriter::with_capacity(PIECE, out));
    while let Some(piece) = pieces.blocking_recv() {
        match piece {
            Piece::Begin(name, method) => {
                let options = SimpleFileOptions::default().compression_method(method).large_file(true);
                zip.start_file(&*name, options)?;
            }
            Piece::Bytes(bytes) => zip.write_all(&bytes)?,
            Piece::Finish => {
                zip.finish()?.into_inner().flush()?;
                return Ok(());
            }
        }
    }
    Ok(())
}

/// Sends what is written to the client.
struct Out(mpsc::Sender<Bytes>);

impl Write for Out {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        // When the client is gone, so is what feeds the zip, which then ends.
        let _ = self.0.blocking_send(Bytes::copy_from_slice(bytes));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
