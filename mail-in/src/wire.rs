//! Lines and emails from a connection, and replies to it.

use std::io;

use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};

/// The most bytes of a command. RFC 5321 (4.5.3.1.4) asks for 512, and extensions add to it.
const LONGEST: usize = 2_048;
/// A line that goes on for longer ends the connection.
const ENDLESS: usize = 1 << 20;

/// A connection.
pub(crate) struct Wire<S>(BufReader<S>);

/// A line, without its end.
pub(crate) enum Line {
    Text(Vec<u8>),
    TooLong,
    /// The client is gone, or its line has no end.
    End,
}

/// An email.
pub(crate) enum Data {
    Whole(Vec<u8>),
    TooLarge,
    /// The client is gone.
    End,
}

/// Where in the text of an email the next byte is.
#[derive(Clone, Copy)]
enum At {
    LineStart,
    /// After a dot at the start of a line, which is not part of the email.
    Dot,
    /// After a dot and a carriage return.
    DotReturn,
    Middle,
    /// After a carriage return.
    Return,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Wire<S> {
    pub fn new(stream: S) -> Self {
        Self(BufReader::new(stream))
    }

    /// Reads a line.
    ///
    /// # Errors
    /// When the connection fails.
    pub async fn line(&mut self) -> io::Result<Line> {
        let (mut line, mut length) = (Vec::new(), 0);
        loop {
            let bytes = self.0.fill_buf().await?;
            if bytes.is_empty() || length > ENDLESS {
                return Ok(Line::End);
            }
            let end = bytes.iter().position(|byte| *byte == b'\n');
            let taken = end.map_or(bytes.len(), |at| at + 1);
            length += taken;
            if length <= LONGEST {
                line.extend_from_slice(&bytes[..taken]);
            }
            self.0.consume(taken);
            if end.is_some() {
                line.truncate(line.trim_ascii_end().len());
                return Ok(if length <= LONGEST { Line::Text(line) } else { Line::TooLong });
            }
        }
    }

    /// Reads an email up to the line with a single dot. Only `CR LF . CR LF` ends it: other servers might see an end elsewhere,
    /// and what follows as commands.
    ///
    /// # Errors
    /// When the connection fails.
    pub async fn data(&mut self, most: u64) -> io::Result<Data> {
        let most = usize::try_from(most).unwrap_or(usize::MAX);
        let (mut email, mut at, mut is_too_large) = (Vec::new(), At::LineStart, false);
        loop {
            let bytes = self.0.fill_buf().await?;
            if bytes.is_empty() {
                return Ok(Data::End);
            }
            let (mut taken, mut is_done) = (0, false);
            for &byte in bytes {
                taken += 1;
                at = match (at, byte) {
                    (At::LineStart, b'.') => At::Dot,
                    (At::Dot, b'\r') => At::DotReturn,
                    (At::DotReturn, b'\n') => {
                        is_done = true;
                        break;
                    }
                    (At::Return, b'\n') => {
                        email.push(byte);
                        At::LineStart
                    }
                    (before, byte) => {
                        if matches!(before, At::DotReturn) {
                            email.push(b'\r');
                        }
                        email.push(byte);
                        if byte == b'\r' { At::Return } else { At::Middle }
                    }
                };
            }
            self.0.consume(taken);
            if email.len() > most {
                is_too_large = true;
                email = Vec::new();
            }
            match (is_done, is_too_large) {
                (true, true) => return Ok(Data::TooLarge),
                (true, false) => return Ok(Data::Whole(email)),
                // What is too large is not kept, however long it is.
                (false, true) => email.clear(),
                (false, false) => {}
            }
        }
    }

    /// Sends a reply.
    ///
    /// # Errors
    /// When the connection fails.
    pub async fn say(&mut self, reply: &str) -> io::Result<()> {
        self.0.write_all(format!("{reply}\r\n").as_bytes()).await?;
        self.0.flush().await
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncWriteExt, duplex};

    use super::*;

    /// Returns what is read of these pieces, and the line after it.
    async fn read(pieces: &[&str], most: u64) -> (Option<String>, bool) {
        let (mut client, server) = duplex(1 << 20);
        for piece in pieces {
            client.write_all(piece.as_bytes()).await.expect("room");
        }
        client.write_all(b"NEXT\r\n").await.expect("room");
        drop(client);
        let mut wire = Wire::new(server);
        let email = match wire.data(most).await.expect("an email") {
            Data::Whole(email) => Some(String::from_utf8(email).expect("a text")),
            Data::TooLarge => None,
            Data::End => return (None, false),
        };
        let is_next = matches!(wire.line().await.expect("a line"), Line::Text(line) if line == b"NEXT");
        (email, is_next)
    }

    #[tokio::test]
    async fn an_email_ends_with_a_dot_alone_and_loses_the_stuffed_dots() {
        for (sent, email) in [
            ("One\r\n.\r\n", "One\r\n"),
            (".\r\n", ""),
            ("..\r\n..two\r\n.three\r\n.\r\n", ".\r\n.two\r\nthree\r\n"),
            ("a.\r\nb\r\n.\r\n", "a.\r\nb\r\n"),
            (".\rx\r\n.\r\n", "\rx\r\n"),
            ("\r\r\n.\r\n", "\r\r\n"),
        ] {
            assert_eq!(read(&[sent], 100).await, (Some(email.to_owned()), true), "{sent:?}");
        }
        // Ends that other servers might see.
        for smuggled in ["a\n.\n", "a\r\n.\n", "a\n.\r\n", "a\r.\r\n", "a\r\n.\r"] {
            let sent = format!("{smuggled}MAIL FROM:<b@example.org>\r\n.\r\n");
            let (email, is_next) = read(&[&sent], 100).await;
            assert!(email.expect("an email").contains("MAIL FROM") && is_next, "{smuggled:?}");
        }
        assert_eq!(read(&["One\r\n", ".\r"], 100).await, (None, false));
    }

    #[tokio::test]
    async fn what_is_too_large_is_read_to_its_end() {
        let line = format!("{}\r\n", "x".repeat(1_000));
        let lines: Vec<&str> = (0..100).map(|_| line.as_str()).chain([".\r\n"]).collect();
        assert_eq!(read(&lines, 10_000).await, (None, true));
        let (email, is_next) = read(&lines, 200_000).await;
        assert_eq!((email.map(|email| email.len()), is_next), (Some(100_200), true));
    }

    #[tokio::test]
    async fn long_and_endless_lines_are_not_kept() {
        let (mut client, server) = duplex(4 << 20);
        let long = "x".repeat(5_000);
        client.write_all(format!("NOOP\r\n{long}\r\nQUIT \n").as_bytes()).await.expect("room");
        client.write_all(&vec![b'x'; 2 << 20]).await.expect("room");
        let mut wire = Wire::new(server);
        assert!(matches!(wire.line().await, Ok(Line::Text(line)) if line == b"NOOP"));
        assert!(matches!(wire.line().await, Ok(Line::TooLong)));
        assert!(matches!(wire.line().await, Ok(Line::Text(line)) if line == b"QUIT"));
        assert!(matches!(wire.line().await, Ok(Line::End)));
    }
}
