//! URLs: where one begins and ends in running text, and where it leads.

use std::ops::Range;

use super::Site;
use super::delimiters::is_word;
use super::tree::Target;
use model::FILES;
use model::names::is_reserved_slug;

const IMAGES: [&str; 6] = [".png", ".jpg", ".jpeg", ".gif", ".webp", ".avif"];
/// The longest mailbox part of an email address.
const MAILBOX_MAX: usize = 64;

/// Returns the end of a URL in running text that was read up to `from`. Punctuation at its end belongs to the sentence.
pub(super) fn end_in_text(text: &str, from: usize) -> usize {
    let trailing = |character: char| ".,;:!?'*_~|([{’…".contains(character);
    from + text[from..end(text, from)].trim_end_matches(trailing).len()
}

/// Returns the end of a URL that was read up to `from`, if a closing parenthesis follows directly.
pub(super) fn end_in_parentheses(text: &str, from: usize) -> Option<usize> {
    let end = end(text, from);
    text[end..].starts_with(')').then_some(end)
}

/// Returns the end of a URL: a space, a character that never occurs in one, or a closing bracket opened before it. So
/// `(http://a.com/b_(c))` keeps its inner pair and not the outer.
fn end(text: &str, from: usize) -> usize {
    let (mut round, mut square, mut curly) = (0_usize, 0_usize, 0_usize);
    for (offset, character) in text[from..].char_indices() {
        let depth = match character {
            '(' | '[' | '{' => {
                match character {
                    '(' => round += 1,
                    '[' => square += 1,
                    _ => curly += 1,
                }
                continue;
            }
            ')' => &mut round,
            ']' => &mut square,
            '}' => &mut curly,
            _ if ends(character) => return from + offset,
            _ => continue,
        };
        match depth.checked_sub(1) {
            Some(less) => *depth = less,
            None => return from + offset,
        }
    }
    text.len()
}

fn ends(character: char) -> bool {
    match character {
        '<' | '>' | '"' | '`' | '\\' => true,
        _ if character.is_ascii() => character.is_ascii_whitespace(),
        '“' | '”' | '«' | '»' | '、' | '。' | '「' | '」' | '『' | '』' | '【' | '】' | '！' | '（' | '）' | '，'
        | '：' | '；' | '？' => true,
        _ => character.is_whitespace(),
    }
}

/// Returns the email address around the `@` at the token's start, its mailbox not before `from`. It is found from the
/// `@`, since a lexer arm that began with the mailbox would read ahead at every word.
pub(super) fn mail(text: &str, from: usize, sign: Range<usize>) -> Option<Range<usize>> {
    let (sign, reach) = (sign.start, sign.end);
    let in_mailbox = |byte: &&u8| byte.is_ascii_alphanumeric() || b"._%+-".contains(byte);
    let mailbox = text.as_bytes()[from..sign].iter().rev().take(MAILBOX_MAX + 1).take_while(in_mailbox).count();
    let typed = &text[sign - mailbox..sign];
    let start = sign - typed.trim_start_matches(|first: char| !first.is_ascii_alphanumeric()).len();
    let domain = text[sign + 1..reach].split('_').next().unwrap_or_default().trim_end_matches(['.', '-']);
    let end = sign + 1 + domain.len();

    let fits = start < sign && sign - start <= MAILBOX_MAX && domain.split('.').all(is_label);
    let (_, top) = domain.rsplit_once('.')?;
    let is_top = top.len() >= 2 && top.bytes().all(|byte| byte.is_ascii_alphabetic());
    // `svn://me@host/path`, `git@host:path`, `@me@host` and `café@host` contain no email address.
    let led = text[from..start].chars().next_back().is_some_and(|c| is_word(c) || matches!(c, '/' | '@'));
    let mut after = text[end..].chars();
    let followed = match after.next() {
        Some(':') => after.next().is_some_and(|next| !next.is_whitespace()),
        Some(next) => is_word(next) || matches!(next, '/' | '@' | '_'),
        None => false,
    };
    (fits && is_top && !led && !followed).then_some(start..end)
}

fn is_label(label: &str) -> bool {
    !label.is_empty() && !label.starts_with('-') && !label.ends_with('-')
}

/// Whether a label reads as a different URL than its link.
pub(super) fn deceives(label: &str, url: &str) -> bool {
    let plain = |address: &str| address.trim().trim_end_matches('/').to_ascii_lowercase();
    (label.contains("://") || label.contains("www.")) && plain(label) != plain(url)
}

/// Returns how to write an `http` or `https` URL, and what it leads to. Our own pages are linked by path, so that the
/// links survive a change of host.
pub(super) fn target(url: &str, site: &Site<'_>) -> (String, Target) {
    let own = if url.starts_with(FILES) { Some(url.to_owned()) } else { own_path(url, site) };
    if let Some(path) = &own
        && let Some(target) = file_target(path).or_else(|| own_target(path))
    {
        return (path.clone(), target);
    }
    if !url.starts_with(FILES) && is_image(url) {
        return (url.to_owned(), Target::Image);
    }
    match own {
        Some(path) => (path, Target::Own),
        None => (url.to_owned(), Target::Elsewhere),
    }
}

/// The extensions of the images that we make of uploaded ones.
const OWN_IMAGES: [&str; 3] = [".jpg", ".gif", ".webp"];

/// Returns what the path of an uploaded file leads to; `None` for other paths.
fn file_target(path: &str) -> Option<Target> {
    let (id, name) = path.strip_prefix(FILES)?.split_once('/')?;
    let is_id = !id.is_empty() && id.len() <= 18 && id.bytes().all(|byte| byte.is_ascii_digit());
    let name = name.split(['?', '#']).next().unwrap_or(name);
    let is_image = OWN_IMAGES.iter().any(|end| name.len() > end.len() && name.ends_with(end));
    (is_id && !name.contains('/')).then_some(if is_image { Target::OwnImage } else { Target::Own })
}

/// Returns the range of the file name in a URL: after the last slash of its path.
pub(super) fn file(url: &str) -> Range<usize> {
    let path = url.split(['?', '#']).next().unwrap_or(url);
    let host = path.find("://").map_or(0, |scheme| scheme + "://".len());
    let start = path[host..].rfind('/').map_or(path.len(), |slash| host + slash + 1);
    start..path.len()
}

fn is_image(url: &str) -> bool {
    let file = &url[file(url)];
    let ends_with = |extension: &str| {
        file.len()
            .checked_sub(extension.len())
            .filter(|&at| at > 0)
            .is_some_and(|at| file.as_bytes()[at..].eq_ignore_ascii_case(extension.as_bytes()))
    };
    IMAGES.into_iter().any(ends_with)
}

fn own_path(url: &str, site: &Site<'_>) -> Option<String> {
    let host = |address: &'_ str| address.split_once("://").map(|(_, host)| host.len());
    let base = site.base_url.trim_end_matches('/');
    let base = &base[base.len() - host(base)?..];
    let typed = &url[url.len() - host(url)?..];
    let rest = typed.get(base.len()..).filter(|_| typed[..base.len()].eq_ignore_ascii_case(base))?;
    match rest.bytes().next() {
        None => Some("/".to_owned()),
        // `//host` would be another host.
        Some(b'/') if !rest.starts_with("//") => Some(rest.to_owned()),
        Some(b'?' | b'#') => Some(format!("/{rest}")),
        Some(_) => None,
    }
}

/// Returns the topic or message that one of our paths names: `/GROUP/TOPIC/`, with `#m12` for a message.
fn own_target(path: &str) -> Option<Target> {
    let (path, fragment) = path.split_once('#').unwrap_or((path, ""));
    let path = path.split('?').next().unwrap_or(path).strip_prefix('/')?;
    let (group, topic) = path.strip_suffix('/').unwrap_or(path).split_once('/')?;
    if group.is_empty() || topic.is_empty() || topic.contains('/') || is_reserved_slug(group) {
        return None;
    }
    let (group, topic) = (decoded(group)?, decoded(topic)?);
    let digits = fragment.strip_prefix('m').filter(|id| id.bytes().all(|byte| byte.is_ascii_digit()));
    Some(match digits.and_then(|id| id.parse().ok()) {
        Some(message_id) => Target::Message { group, topic, message_id },
        None => Target::Topic { group, topic },
    })
}

/// Decodes the `%` sequences in a part of a path; `None` if the result is not UTF-8.
fn decoded(part: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(part.len());
    let mut rest = part.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        let hex = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
        match (first, tail) {
            (b'%', [high, low, after @ ..]) => {
                bytes.push(hex(*high)? * 16 + hex(*low)?);
                rest = after;
            }
            (b'%', _) => return None,
            _ => {
                bytes.push(first);
                rest = tail;
            }
        }
    }
    String::from_utf8(bytes).ok().filter(|part| !part.chars().any(char::is_control))
}
