//! A message with its arguments, and how it is written in a language.

use std::borrow::Cow;
use std::fmt::{self, Write};

use crate::{Lang, Part, current, pseudo};

/// A text in no language yet: which message it is, and its arguments. Displays in the [current](crate::current) language.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Text(Source, Vec<Arg>);

#[derive(Clone, PartialEq, Eq, Hash)]
enum Source {
    /// A message of the tables.
    Message(u16),
    /// Words that somebody else wrote, which stay as they are.
    Verbatim(Cow<'static, str>),
    /// Markup of ours: see [`Html::trusted`].
    Markup(Cow<'static, str>),
}

/// A text that contains HTML. Its arguments are escaped, unless they are [`Html`] themselves.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Html(Text);

/// An argument of a text.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Arg {
    /// A number, which is written with the separators of the language and chooses plural forms.
    Number(i64),
    /// Words as they are.
    Word(String),
    /// Another text, in the same language.
    Text(Text),
    /// A text with HTML.
    Html(Html),
}

/// What can be an argument of a text.
pub trait Value {
    /// Returns the argument.
    fn to_arg(&self) -> Arg;
}

impl<T: Value + ?Sized> Value for &T {
    fn to_arg(&self) -> Arg {
        (**self).to_arg()
    }
}

impl Value for str {
    fn to_arg(&self) -> Arg {
        Arg::Word(self.to_owned())
    }
}

impl Value for String {
    fn to_arg(&self) -> Arg {
        Arg::Word(self.clone())
    }
}

impl Value for Cow<'_, str> {
    fn to_arg(&self) -> Arg {
        Arg::Word(self.clone().into_owned())
    }
}

impl Value for char {
    fn to_arg(&self) -> Arg {
        Arg::Word(self.to_string())
    }
}

impl Value for Text {
    fn to_arg(&self) -> Arg {
        Arg::Text(self.clone())
    }
}

impl Value for Html {
    fn to_arg(&self) -> Arg {
        Arg::Html(self.clone())
    }
}

impl Value for Arg {
    fn to_arg(&self) -> Arg {
        self.clone()
    }
}

macro_rules! numbers {
    ($($kind:ty)+) => {
        $(impl Value for $kind {
            fn to_arg(&self) -> Arg {
                Arg::Number(i64::try_from(*self).unwrap_or(i64::MAX))
            }
        })+
    };
}

numbers!(u8 i8 u16 i16 u32 i32 u64 i64 usize isize u128);

impl Text {
    pub(crate) fn of(message: u16, arguments: Vec<Arg>) -> Self {
        Self(Source::Message(message), arguments)
    }

    /// Returns words that somebody else wrote, which are the same in every language.
    #[must_use]
    pub fn verbatim(words: impl Into<Cow<'static, str>>) -> Self {
        Self(Source::Verbatim(words.into()), Vec::new())
    }

    /// Returns the message's name, for programs: `topics.locked`. Empty for words of others.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match &self.0 {
            Source::Message(id) => crate::CODES[usize::from(*id)],
            Source::Verbatim(_) | Source::Markup(_) => "",
        }
    }

    /// Returns the text as HTML: what others wrote is escaped, arguments that are [`Html`] are not. The message itself
    /// contains nothing to escape.
    #[must_use]
    pub fn into_html(self) -> Html {
        Html(self)
    }

    /// Returns the words of a message without arguments in the current language, where a text must be a part of something
    /// else. The pseudo-locale has the English ones here. Empty for other texts.
    #[must_use]
    pub fn words(&self) -> &'static str {
        let Source::Message(id) = self.0 else { return "" };
        let [Part::Text(words)] = parts(id, current()) else { return "" };
        words
    }

    /// Whether there are no words.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.to(Lang::En).is_empty()
    }

    /// Returns the text in a language.
    #[must_use]
    pub fn to(&self, lang: Lang) -> String {
        let mut written = String::new();
        // A string takes everything.
        let _ = self.write(lang, false, &mut written);
        written
    }

    fn write(&self, lang: Lang, escapes: bool, f: &mut impl Write) -> fmt::Result {
        match &self.0 {
            Source::Verbatim(words) if escapes => escape(words, f),
            Source::Verbatim(words) | Source::Markup(words) => f.write_str(words),
            Source::Message(id) => write_parts(parts(*id, lang), &self.1, lang, escapes, f),
        }
    }
}

/// Returns the table's text of a message.
pub(crate) fn parts(id: u16, lang: Lang) -> &'static [Part] {
    let id = usize::from(id);
    match lang {
        Lang::En | Lang::Pseudo => crate::EN[id],
        Lang::De => crate::DE[id],
    }
}

fn write_parts(parts: &[Part], arguments: &[Arg], lang: Lang, escapes: bool, f: &mut impl Write) -> fmt::Result {
    for part in parts {
        match part {
            Part::Text(text) if lang == Lang::Pseudo => f.write_str(&pseudo::of(text))?,
            Part::Text(text) => f.write_str(text)?,
            Part::Variable(at) => match &arguments[*at] {
                Arg::Number(number) => lang.write_number(*number, f)?,
                Arg::Word(word) if escapes => escape(word, f)?,
                Arg::Word(word) => f.write_str(word)?,
                Arg::Text(text) if escapes => escape(&text.to(lang), f)?,
                Arg::Text(text) => text.write(lang, false, f)?,
                Arg::Html(html) => html.0.write(lang, true, f)?,
            },
            Part::Choice(by, variants, otherwise) => {
                let chosen = match &arguments[*by] {
                    Arg::Number(number) => {
                        let exact = number.to_string();
                        let category = lang.plural(*number);
                        let with = |key: &str| variants.iter().find(|(known, _)| *known == key);
                        with(&exact).or_else(|| with(category))
                    }
                    Arg::Word(word) => variants.iter().find(|(known, _)| known == word),
                    Arg::Text(_) | Arg::Html(_) => None,
                };
                write_parts(chosen.map_or(*otherwise, |(_, parts)| *parts), arguments, lang, escapes, f)?;
            }
        }
    }
    Ok(())
}

fn escape(text: &str, f: &mut impl Write) -> fmt::Result {
    for letter in text.chars() {
        match letter {
            '&' => f.write_str("&#38;")?,
            '<' => f.write_str("&#60;")?,
            '>' => f.write_str("&#62;")?,
            '"' => f.write_str("&#34;")?,
            '\'' => f.write_str("&#39;")?,
            letter => f.write_char(letter)?,
        }
    }
    Ok(())
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(current(), false, f)
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.to(Lang::En))
    }
}

/// Equal if the English text is.
impl PartialEq<str> for Text {
    fn eq(&self, other: &str) -> bool {
        self.to(Lang::En) == other
    }
}

/// Equal if the English text is.
impl PartialEq<&str> for Text {
    fn eq(&self, other: &&str) -> bool {
        self.to(Lang::En) == *other
    }
}

impl Html {
    /// Returns markup of ours as an argument of another text. The caller has escaped what others wrote in it.
    #[must_use]
    pub fn trusted(markup: impl Into<Cow<'static, str>>) -> Self {
        Self(Text(Source::Markup(markup.into()), Vec::new()))
    }

    pub(crate) fn of(message: u16, arguments: Vec<Arg>) -> Self {
        Self(Text::of(message, arguments))
    }

    /// Returns the HTML in a language.
    #[must_use]
    pub fn to(&self, lang: Lang) -> String {
        let mut written = String::new();
        // A string takes everything.
        let _ = self.0.write(lang, true, &mut written);
        written
    }
}

impl fmt::Display for Html {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.write(current(), true, f)
    }
}

impl fmt::Debug for Html {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.to(Lang::En))
    }
}

impl askama::filters::HtmlSafe for Html {}
