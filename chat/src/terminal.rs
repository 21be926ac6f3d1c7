//! Reads lines, with editing and history in a terminal, while messages that come meanwhile are printed above them.

use std::io::{BufRead, IsTerminal};
use std::sync::mpsc;

use rustyline::error::ReadlineError;
use rustyline::{DefaultEditor, ExternalPrinter};
use tokio::sync::oneshot;

use crate::Result;

/// Prints above the line that is being typed.
type Printer = Box<dyn FnMut(String) + Send>;

enum Question {
    Line(String, oneshot::Sender<Option<String>>),
    Hidden(String, oneshot::Sender<Option<String>>),
}

/// The lines that someone types, or that another program sends.
pub struct Lines {
    asked: mpsc::Sender<Question>,
    printer: Printer,
    /// Whether someone types them.
    pub is_terminal: bool,
}

impl Lines {
    /// Begins to read standard input.
    ///
    /// # Errors
    /// When the terminal cannot be used.
    pub fn new() -> Result<Self> {
        let (asked, asks) = mpsc::channel();
        let is_terminal = std::io::stdin().is_terminal() && std::io::stdout().is_terminal();
        if !is_terminal {
            std::thread::spawn(move || plain(&asks));
            return Ok(Self { asked, printer: Box::new(|text| println!("{text}")), is_terminal });
        }
        let wrong = |error: ReadlineError| format!("Can't use the terminal: {error}.");
        let mut editor = DefaultEditor::new().map_err(wrong)?;
        let mut above = editor.create_external_printer().map_err(wrong)?;
        std::thread::spawn(move || edited(&mut editor, &asks));
        let printer: Printer = Box::new(move |text| {
            if above.print(format!("{text}\n")).is_err() {
                println!("{text}");
            }
        });
        Ok(Self { asked, printer, is_terminal })
    }

    /// Asks for a line. `None` comes at the end of the input.
    pub fn begin(&mut self, prompt: &str) -> oneshot::Receiver<Option<String>> {
        let (answer, answered) = oneshot::channel();
        // If the thread is gone, the receiver learns it.
        let _ = self.asked.send(Question::Line(prompt.to_owned(), answer));
        answered
    }

    /// Asks for a line and waits for it.
    ///
    /// # Errors
    /// When the input ends.
    pub async fn ask(&mut self, prompt: &str) -> Result<String> {
        self.begin(prompt).await.ok().flatten().ok_or_else(|| "No input.".to_owned())
    }

    /// The same without showing what is typed.
    ///
    /// # Errors
    /// When the input ends.
    pub async fn ask_hidden(&mut self, prompt: &str) -> Result<String> {
        let (answer, answered) = oneshot::channel();
        let _ = self.asked.send(Question::Hidden(prompt.to_owned(), answer));
        answered.await.ok().flatten().ok_or_else(|| "No input.".to_owned())
    }

    /// Prints a text above the line that is being typed.
    pub fn print(&mut self, text: &str) {
        (self.printer)(text.to_owned());
    }
}

impl std::fmt::Debug for Lines {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Lines").field("is_terminal", &self.is_terminal).finish_non_exhaustive()
    }
}

/// Answers from lines that another program sends.
fn plain(asks: &mpsc::Receiver<Question>) {
    let mut lines = std::io::stdin().lock().lines();
    while let Ok(Question::Line(_, answer) | Question::Hidden(_, answer)) = asks.recv() {
        let _ = answer.send(lines.next().and_then(std::result::Result::ok));
    }
}

fn edited(editor: &mut DefaultEditor, asks: &mpsc::Receiver<Question>) {
    while let Ok(asked) = asks.recv() {
        match asked {
            Question::Line(prompt, answer) => {
                let line = editor.readline(&prompt).ok();
                if let Some(line) = line.as_deref().filter(|line| !line.trim().is_empty()) {
                    let _ = editor.add_history_entry(line);
                }
                let _ = answer.send(line);
            }
            Question::Hidden(prompt, answer) => {
                let _ = answer.send(hidden(&prompt));
            }
        }
    }
}

/// Reads a line that the terminal does not show.
fn hidden(prompt: &str) -> Option<String> {
    use rustix::termios::{LocalModes, OptionalActions, SpecialCodeIndex, tcgetattr, tcsetattr};
    use std::io::Write as _;
    let input = std::io::stdin();
    let before = tcgetattr(&input).ok()?;
    let mut quiet = before.clone();
    // Ctrl-C ends the line and not the program, which would leave the terminal so.
    quiet.local_modes.remove(LocalModes::ECHO | LocalModes::ISIG);
    quiet.special_codes[SpecialCodeIndex::VEOL] = CTRL_C;
    tcsetattr(&input, OptionalActions::Flush, &quiet).ok()?;
    print!("{prompt}");
    let _ = std::io::stdout().flush();
    let line = typed(&mut input.lock());
    let _ = tcsetattr(&input, OptionalActions::Flush, &before);
    println!();
    line
}

/// The byte of Ctrl-C.
const CTRL_C: u8 = 3;

/// Reads a line. `None` at the end of the input and after Ctrl-C.
fn typed(input: &mut impl BufRead) -> Option<String> {
    let mut line = Vec::new();
    loop {
        let part = match input.fill_buf() {
            Ok(part) => part,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
            Err(_) => return None,
        };
        let end = part.iter().position(|byte| matches!(*byte, b'\n' | CTRL_C));
        let count = end.map_or(part.len(), |end| end + 1);
        line.extend_from_slice(&part[..count]);
        input.consume(count);
        if end.is_some() || count == 0 {
            break;
        }
    }
    if line.is_empty() || line.contains(&CTRL_C) { None } else { String::from_utf8(line).ok() }
}

#[cfg(test)]
mod tests {
    use super::typed;

    #[test]
    fn ctrl_c_discards_the_typed_line() {
        let mut input = &b"one\ntw\x03three"[..];
        assert_eq!(typed(&mut input).as_deref(), Some("one\n"));
        assert_eq!(typed(&mut input), None);
        assert_eq!(typed(&mut input).as_deref(), Some("three"));
        assert_eq!(typed(&mut input), None);
    }
}
