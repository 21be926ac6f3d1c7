//! Separates what somebody wrote in an email from what their program added: quotes, signatures, the email that is answered.
//!
//! Pure: text in, text out. What is cut is recognized by lines that mail programs write, in several languages. Where a line
//! could be the author's own, it stays.

pub(super) mod html;
mod lines;
#[cfg(test)]
mod tests;

use lines::Line;

/// A line in emails that answers are written above. The arrows are recognized whatever language the words are in.
pub const REPLY_ABOVE: &str = "↑ Reply above this line to post in the topic ↑";

/// Returns what the author of an email wrote, from its text. Quotes stay, as our markup, if answers follow them.
pub(super) fn written(text: &str) -> String {
    let mut lines: Vec<Line> = text.lines().map(Line::new).collect();
    cut_below_mark(&mut lines);
    cut_original(&mut lines);
    cut_signature(&mut lines);
    cut_end(&mut lines);
    join(&parts(&lines))
}

/// Cuts at the line of our emails that answers are written above. In a quote, the line only goes.
fn cut_below_mark(lines: &mut Vec<Line>) {
    if let Some(at) = lines.iter().position(|line| line.depth == 0 && line.is_mark()) {
        lines.truncate(at);
    }
    lines.retain(|line| !line.is_mark());
}

/// Cuts the answered email where it is not marked as a quote: below a separator, or below the line that introduces it. An
/// email without anything above is kept for the other steps.
fn cut_original(lines: &mut Vec<Line>) {
    let has_text = |lines: &[Line]| lines.iter().any(|line| line.depth == 0 && !line.is_blank());
    let begins = (0..lines.len()).find(|at| {
        let rest = &lines[*at..];
        let is_lead = |lead: lines::Lead| rest[0].depth == 0 && lead.is_certain && !is_quoted(&rest[lead.lines..]);
        lines::begins_original(rest) || lines::lead(rest).is_some_and(is_lead)
    });
    if let Some(at) = begins.filter(|at| has_text(&lines[..*at])) {
        lines.truncate(at);
        while lines.last().is_some_and(|line| line.is_blank() || line.is_rule()) {
            lines.pop();
        }
    }
}

/// Whether the next line with words is a quote.
fn is_quoted(lines: &[Line]) -> bool {
    lines.iter().find(|line| !line.is_blank()).is_some_and(|line| line.depth > 0)
}

/// Signatures have at most so many lines where their mark could be something else.
const SIGNATURE: usize = 8;

/// Cuts a signature below `-- ` and everything after it, unless it is above all text.
fn cut_signature(lines: &mut Vec<Line>) {
    let has_words = |line: &&Line| line.depth == 0 && !line.is_blank();
    let mut below = lines.iter().filter(has_words).count();
    let is_mark = |(_, line): &(usize, &Line)| {
        below -= usize::from(has_words(line));
        line.depth == 0 && (line.text == "-- " || line.is_dashes() && below <= SIGNATURE)
    };
    let mark = lines.iter().enumerate().find(is_mark).map(|(at, _)| at);
    if let Some(at) = mark.filter(|at| lines[..*at].iter().any(|line| has_words(&line))) {
        lines.truncate(at);
    }
}

/// Takes from the end, as often as it is there: blank lines, quotes, lines that introduce quotes, and what phones add.
fn cut_end(lines: &mut Vec<Line>) {
    loop {
        let before = lines.len();
        while lines.last().is_some_and(|line| line.is_blank() || line.depth > 0) {
            lines.pop();
        }
        let is_cut = lines.len() < before;
        lines.truncate(lines.len() - lead_at_end(lines, is_cut));
        if lines.last().is_some_and(Line::is_of_phone) {
            lines.pop();
        }
        if lines.len() == before {
            return;
        }
    }
}

/// How many lines at the end introduce a quote. Where none followed them, they must be certain.
fn lead_at_end(lines: &[Line], is_cut: bool) -> usize {
    let is_lead = |count: &usize| {
        let start = lines.len().checked_sub(*count);
        let lead = start.and_then(|at| lines::lead(&lines[at..]));
        lead.is_some_and(|lead| lead.lines == *count && (is_cut || lead.is_certain))
    };
    (1..=lines::LEAD_LINES).find(is_lead).unwrap_or(0)
}

/// Lines that belong together: what the author wrote, or what they quote.
#[derive(Debug)]
struct Part<'a> {
    is_quote: bool,
    lines: Vec<&'a Line>,
}

/// Divides the lines into texts and quotes. Lines that introduce a quote are left out.
fn parts(lines: &[Line]) -> Vec<Part<'_>> {
    let mut parts: Vec<Part<'_>> = Vec::new();
    let mut at = 0;
    while at < lines.len() {
        let line = &lines[at];
        let is_quote = line.depth > 0;
        // Programs write it above the quote, or as its first line.
        let is_lead = |lead: &lines::Lead| match is_quote {
            true => parts.last().is_none_or(|part| !part.is_quote),
            false => is_quoted(&lines[at + lead.lines..]),
        };
        if let Some(lead) = lines::lead(&lines[at..]).filter(is_lead) {
            at += lead.lines;
            continue;
        }
        at += 1;
        match parts.last_mut() {
            Some(part) if line.is_blank() || part.is_quote == is_quote => part.lines.push(line),
            _ if line.is_blank() => {}
            _ => parts.push(Part { is_quote, lines: vec![line] }),
        }
    }
    parts
}

/// Joins the parts. A quote at the beginning that one text follows is the answered email: it goes. Others are what is answered
/// between them: they stay.
fn join(parts: &[Part<'_>]) -> String {
    let parts = match parts {
        [quote, text] if quote.is_quote && !text.is_quote => std::slice::from_ref(text),
        parts => parts,
    };
    let texts: Vec<String> = parts.iter().map(Part::text).filter(|text| !text.is_empty()).collect();
    texts.join("\n\n")
}

impl Part<'_> {
    fn text(&self) -> String {
        let first = self.lines.iter().position(|line| !line.is_blank()).unwrap_or(0);
        let last = self.lines.iter().rposition(|line| !line.is_blank()).map_or(first, |at| at + 1);
        let indent = |line: &&Line| line.text.len() - line.text.trim_start_matches(' ').len();
        let common = self.lines[first..last].iter().filter(|line| !line.is_blank()).map(indent).min().unwrap_or(0);
        let line = |line: &&Line| match line.depth {
            0 if self.is_quote => ">".to_owned(),
            0 => line.text.get(common..).unwrap_or_default().trim_end().to_owned(),
            depth => format!("{}{}", "> ".repeat(depth), line.text.trim()).trim_end().to_owned(),
        };
        self.lines[first..last].iter().map(line).collect::<Vec<_>>().join("\n")
    }
}
