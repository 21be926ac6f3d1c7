//! The lines of an email, and what mail programs write in them.

use std::sync::LazyLock;

use regex::{Regex, RegexSet};

/// A line without its quote marks.
#[derive(Debug)]
pub(super) struct Line {
    /// How often it is quoted.
    pub depth: usize,
    /// As written.
    pub text: String,
    /// Without white space at the ends and the marks of our markup.
    bare: String,
}

/// A line that introduces a quote, such as `On Monday, Ann wrote:`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lead {
    /// How many lines it takes: programs wrap it.
    pub lines: usize,
    /// Whether it has an address or a time, so that it is no sentence of the author.
    pub is_certain: bool,
}

/// The most lines that a lead takes.
pub(super) const LEAD_LINES: usize = 4;
/// The most characters of a lead.
const LONGEST_LEAD: usize = 600;
/// So many lines below `From:` may have the other headers.
const HEADERS: usize = 8;
/// The fewest underscores of a separator.
const SEPARATOR: usize = 20;

fn regex(pattern: &str) -> Regex {
    Regex::new(pattern).expect("a valid pattern")
}

/// The lead in several languages, in one line.
static LEADS: LazyLock<RegexSet> = LazyLock::new(|| {
    let patterns = [
        r"(?i)^on\b.+\b(?:wrote|writes) ?:$",
        r"(?i)^am\b.+\bschrieb\b.*:$",
        r"(?i)^le\b.+\ba écrit ?:$",
        r"(?i)^el\b.+\bescribió ?:$",
        r"(?i)^il\b.+\bha scritto ?:$",
        r"(?i)^(?:em|a|no dia)\b.+\bescreveu ?:$",
        r"(?i)^op\b.+\bschreef\b.*:$",
        r"(?i)^(?:den|på|fre\.?|lør\.?|søn\.?|man\.?|tir\.?|ons\.?|tor\.?)\b.+\bskrev\b.*:$",
        r"(?i)^(?:w dniu|dnia)\b.+\b(?:napisał|pisze).*:$",
        r"(?i)^.+(?:пишет|писал\(а\)|написал\(а\)) ?:$",
        r"^.+(?:写道|寫道|書きました|のメール) ?[:：]$",
        // A name or a date with an address.
        r"(?i)^\d{4}-\d\d-\d\d\b.+<\S+@\S+> ?:$",
        r"(?i)^.+\d:\d\d.*<\S+@\S+> ?:$",
        r"(?i)^.+<\S+@\S+> \[\d.+\]:$",
        r"(?i)^.+<\S+@\S+> (?:wrote|schrieb|a écrit|escribió|ha scritto|schreef|skrev)\b.*:$",
    ];
    RegexSet::new(patterns).expect("valid patterns")
});

/// What a sentence of the author would not have.
static CERTAIN: LazyLock<Regex> = LazyLock::new(|| regex(r"@|\d:\d\d|\d h \d\d|\b(?:19|20)\d\d\b"));

/// A separator above an email that is answered or forwarded.
static ORIGINAL: LazyLock<Regex> = LazyLock::new(|| {
    regex(concat!(
        r"(?i)^-{2,} ?(?:original(?: message|-nachricht| email)|reply message|forwarded message|begin forwarded message|",
        r"ursprüngliche nachricht|weitergeleitete nachricht|message d['’]origine|message (?:original|transféré|initial)|",
        r"mensaje (?:original|reenviado)|messaggio (?:originale|inoltrato)|mensagem (?:original|encaminhada)|",
        r"oorspronkelijk bericht|doorgestuurd bericht|opprinnelig melding|oprindelig meddelelse|ursprungligt meddelande|",
        r"wiadomość oryginalna) ?-{2,}$"
    ))
});

static FROM: LazyLock<Regex> =
    LazyLock::new(|| regex(r"(?i)^(?:from|von|de|da|van|från|fra|od|от|发件人|寄件者|差出人) ?[:：] ?\S"));

static HEADER: LazyLock<Regex> = LazyLock::new(|| {
    regex(concat!(
        r"(?i)^(?:sent|date|to|cc|subject|reply-to|gesendet|datum|an|betreff|envoyé|envoyé le|date|à|objet|enviado|",
        r"enviado el|enviada em|fecha|para|asunto|assunto|data|inviato|a|oggetto|verzonden|aan|onderwerp|skickat|till|",
        r"ämne|sendt|dato|til|emne|wysłano|do|temat|дата|кому|тема|发送时间|收件人|主题|送信日時|宛先|件名) ?[:：]"
    ))
});

/// What programs add below a text.
static PHONE: LazyLock<Regex> = LazyLock::new(|| {
    regex(concat!(
        r"(?i)^(?:sent (?:from|via|with|using)|get outlook|gesendet (?:von|mit|über)|von mein\w*|mit .{0,40}gesendet|",
        r"diese nachricht wurde|holen sie sich outlook|outlook für|envoyé (?:de|depuis|avec|à partir)|obtene[zr] outlook|",
        r"obtenir outlook|téléchargez? outlook|enviado (?:desde|con|do|de)|obtén outlook|inviato (?:da|con)|",
        r"verzonden (?:vanaf|met)|sendt fra|skickat från|yahoo mail)\b.{0,120}$"
    ))
});

/// The devices and programs that they name.
static DEVICE: LazyLock<Regex> = LazyLock::new(|| {
    regex(concat!(
        r"(?i)\b(?:iphone|ipad|android|samsung|galaxy|mobile|mobiltelefon|handy|smartphone|phone|téléphone|móvil|celular|",
        r"cellulare|tablet|windows|outlook|yahoo|proton|gmail|gmx|web\.de|aol|mail|mailapp|e-mail|thunderbird|fairemail|",
        r"k-9|blackberry|huawei|xiaomi|pixel|spark|airmail|device|appareil|dispositivo|gerät)\b"
    ))
});

impl Line {
    /// Reads a line.
    pub fn new(raw: &str) -> Self {
        let raw: String = raw
            .chars()
            .filter(|c| !matches!(c, '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{feff}' | '\r'))
            .map(|c| if matches!(c, '\u{a0}' | '\u{202f}' | '\u{2007}') { ' ' } else { c })
            .collect();
        let (mut depth, mut text) = (0, raw.as_str());
        // A mark may be indented by one blank, the others by the blank after the mark before.
        while let Some(rest) = text.strip_prefix(' ').unwrap_or(text).strip_prefix('>') {
            depth += 1;
            text = rest;
        }
        if depth > 0 {
            text = text.strip_prefix(' ').unwrap_or(text);
        }
        let bare: String = text.chars().filter(|c| !matches!(c, '\\' | '*')).collect();
        Self { depth, text: text.to_owned(), bare: bare.trim().to_owned() }
    }

    /// Whether there is nothing on it.
    pub fn is_blank(&self) -> bool {
        self.bare.is_empty()
    }

    /// Whether it is the line of our emails that answers are written above.
    pub fn is_mark(&self) -> bool {
        let words = self.bare.strip_prefix('↑').and_then(|rest| rest.strip_suffix('↑'));
        words.is_some_and(|words| !words.is_empty() && words.chars().count() < 120)
    }

    /// Whether it is a line of two dashes, which mostly begins a signature.
    pub fn is_dashes(&self) -> bool {
        self.bare == "--"
    }

    /// Whether it only separates.
    pub fn is_rule(&self) -> bool {
        self.bare.len() > 2 && self.bare.bytes().all(|byte| matches!(byte, b'_' | b'-' | b'='))
    }

    /// Whether it names the device or the program that sent the email.
    pub fn is_of_phone(&self) -> bool {
        self.depth == 0 && PHONE.is_match(&self.bare) && DEVICE.is_match(&self.bare)
    }

    fn is_separator(&self) -> bool {
        self.bare.len() >= SEPARATOR && self.bare.bytes().all(|byte| byte == b'_')
    }
}

/// Whether lines begin with the separator or the headers of an email that is answered.
pub(super) fn begins_original(lines: &[Line]) -> bool {
    let Some(first) = lines.first().filter(|line| line.depth == 0) else { return false };
    if first.is_separator() {
        let next = lines[1..].iter().position(|line| !line.is_blank());
        return next.is_some_and(|at| begins_headers(&lines[at + 1..]));
    }
    ORIGINAL.is_match(&first.bare) || begins_headers(lines)
}

/// Whether lines begin with the headers of an email: `From:` and two others, in any order.
fn begins_headers(lines: &[Line]) -> bool {
    let is_from = |line: &&Line| line.depth == 0 && FROM.is_match(&line.bare);
    let is_other = |line: &&Line| line.depth == 0 && HEADER.is_match(&line.bare);
    let Some(first) = lines.first().filter(|line| is_from(line) || is_other(line)) else { return false };
    let rest = || lines[1..].iter().take(HEADERS);
    let others = rest().filter(is_other).count() + usize::from(is_other(&first));
    others >= 2 && (is_from(&first) || rest().any(|line| is_from(&line)))
}

/// Returns the lead with which these lines begin, all quoted alike.
pub(super) fn lead(lines: &[Line]) -> Option<Lead> {
    let depth = lines.first()?.depth;
    let mut joined = String::new();
    for (at, line) in lines.iter().take(LEAD_LINES).enumerate() {
        if line.depth != depth || line.is_blank() {
            return None;
        }
        if !joined.is_empty() {
            joined.push(' ');
        }
        joined += &line.bare;
        if joined.len() > LONGEST_LEAD {
            return None;
        }
        if !joined.ends_with([':', '：']) {
            continue;
        }
        // The address may be on a line of its own, between its brackets.
        let words = joined.replace("< ", "<").replace(" >", ">");
        let has_sign = words.contains('@') || words.contains(|c: char| c.is_ascii_digit());
        if has_sign && LEADS.is_match(&words) {
            return Some(Lead { lines: at + 1, is_certain: CERTAIN.is_match(&words) });
        }
    }
    None
}
