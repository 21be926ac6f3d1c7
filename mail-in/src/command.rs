//! The commands of LMTP.

/// A command of a client.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Command {
    Lhlo,
    /// Begins an email: its sender, empty for reports, and its size if the client knows it.
    Mail {
        sender: String,
        size: Option<u64>,
    },
    Rcpt(String),
    Data,
    Rset,
    Noop,
    Vrfy,
    Quit,
}

const UNKNOWN: &str = "500 5.5.1 Unknown command";
const SYNTAX: &str = "501 5.5.4 Syntax error in parameters";
const PARAMETER: &str = "555 5.5.4 Unknown parameter";

/// Reads a command.
///
/// # Errors
/// The reply to something else.
pub(crate) fn parse(line: &[u8]) -> Result<Command, &'static str> {
    let text = std::str::from_utf8(line).map_err(|_| "500 5.5.2 Not UTF-8")?.trim_end();
    let (word, rest) = text.split_once(' ').unwrap_or((text, ""));
    match word.to_ascii_uppercase().as_str() {
        "LHLO" if rest.trim().is_empty() => Err("501 5.5.4 Say your name"),
        "LHLO" => Ok(Command::Lhlo),
        "HELO" | "EHLO" => Err("500 5.5.1 This is LMTP: use LHLO"),
        "MAIL" => mail(rest),
        "RCPT" => {
            let (recipient, more) = path(rest, "to:").filter(|(path, _)| !path.is_empty()).ok_or(SYNTAX)?;
            if more.trim().is_empty() { Ok(Command::Rcpt(recipient)) } else { Err(PARAMETER) }
        }
        "DATA" => Ok(Command::Data),
        "RSET" => Ok(Command::Rset),
        "NOOP" => Ok(Command::Noop),
        "VRFY" => Ok(Command::Vrfy),
        "QUIT" => Ok(Command::Quit),
        _ => Err(UNKNOWN),
    }
}

fn mail(rest: &str) -> Result<Command, &'static str> {
    let (sender, more) = path(rest, "from:").ok_or(SYNTAX)?;
    let mut size: Option<u64> = None;
    for parameter in more.split_ascii_whitespace() {
        let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        match (name.to_ascii_uppercase().as_str(), value.to_ascii_uppercase().as_str()) {
            ("SIZE", number) => size = Some(number.parse().map_err(|_| SYNTAX)?),
            ("BODY", "7BIT" | "8BITMIME") | ("SMTPUTF8", "") => {}
            _ => return Err(PARAMETER),
        }
    }
    Ok(Command::Mail { sender, size })
}

/// Reads a path such as `TO:<ann@example.org>`, and returns the address and what follows.
fn path<'a>(text: &'a str, begins: &str) -> Option<(String, &'a str)> {
    let text = text.trim_start();
    let (head, rest) = text.split_at_checked(begins.len())?;
    if !head.eq_ignore_ascii_case(begins) {
        return None;
    }
    let (inner, more) = rest.trim_start().strip_prefix('<')?.split_once('>')?;
    // Servers before it on the way, as nobody writes them any more (RFC 5321, C).
    let address = if inner.starts_with('@') { inner.split_once(':')?.1 } else { inner };
    let is_fine = !address.contains(|c: char| c.is_control() || c.is_whitespace() || c == '<');
    (is_fine && (more.is_empty() || more.starts_with(' '))).then(|| (address.to_owned(), more))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_read_in_any_case() {
        let mail = |sender: &str, size| Ok(Command::Mail { sender: sender.to_owned(), size });
        assert_eq!(parse(b"lhlo mx.example.org"), Ok(Command::Lhlo));
        assert_eq!(parse(b"MAIL FROM:<ann@example.org>"), mail("ann@example.org", None));
        assert_eq!(parse(b"mail from: <> size=12 body=8bitmime SMTPUTF8"), mail("", Some(12)));
        assert_eq!(parse(b"RCPT TO:<@mx.example.org:ann@example.org>"), Ok(Command::Rcpt("ann@example.org".into())));
        assert_eq!(parse("RCPT To:<zoë@example.org>".as_bytes()), Ok(Command::Rcpt("zoë@example.org".into())));
        assert_eq!(
            [parse(b"data "), parse(b"Quit"), parse(b"rset")],
            [Ok(Command::Data), Ok(Command::Quit), Ok(Command::Rset)]
        );
    }

    #[test]
    fn anything_else_gets_a_reply() {
        for bad in [
            &b"EHLO mx"[..],
            b"LHLO",
            b"",
            b"\xff\xfe",
            b"GET / HTTP/1.1",
            b"MAIL FROM:ann@example.org",
            b"MAIL FROM:<ann@example.org",
            b"MAIL FROM:<ann@example.org> SIZE=lots",
            b"MAIL FROM:<ann@example.org> BODY=BINARYMIME",
            b"MAIL FROM:<a b@example.org>",
            b"RCPT TO:<>",
            b"RCPT TO:<ann@example.org>x",
            b"RCPT TO:<ann@example.org> NOTIFY=NEVER",
            "RCPT é<".as_bytes(),
        ] {
            let reply = parse(bad).expect_err("a reply");
            assert!(reply.starts_with('5'), "{reply}");
        }
    }
}
