//! Values with texts, in each language that people can choose: an event is drawn once for all its readers.

use std::sync::Arc;

use serde_json::Value;
use texts::{Lang, within};

/// A value in each language, in the order of [`Lang::CHOICES`].
#[derive(Clone, Debug)]
pub(crate) struct InEach<T>(Vec<T>);

impl<T> InEach<T> {
    /// Makes the value once for each language, with texts written in it.
    pub(crate) fn of(mut make: impl FnMut(Lang) -> T) -> Self {
        Self(Lang::CHOICES.into_iter().map(|lang| within(lang, || make(lang))).collect())
    }

    /// As [`Self::of`]; `None` if there is no value in one of them.
    pub(crate) fn of_some(mut make: impl FnMut(Lang) -> Option<T>) -> Option<Self> {
        Lang::CHOICES.into_iter().map(|lang| within(lang, || make(lang))).collect::<Option<_>>().map(Self)
    }

    /// Returns the value in a language.
    pub(crate) fn get(&self, lang: Lang) -> &T {
        &self.0[Lang::CHOICES.iter().position(|known| *known == lang).unwrap_or_default()]
    }
}

/// Returns the text of an event to publish: see [`bus::Event::payload`]. An event that is the same in all languages is there
/// once.
pub(crate) fn payload(event: &InEach<Value>) -> Arc<str> {
    let english = event.get(Lang::En);
    let mut text = english.to_string();
    for lang in Lang::CHOICES {
        let other = event.get(lang);
        if other != english {
            text.push_str(&format!("\n{} {other}", lang.code()));
        }
    }
    text.into()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_event_is_there_once_unless_it_differs_by_language() {
        let same = InEach::of(|_| json!({"type": "read"}));
        assert_eq!(&*payload(&same), r#"{"type":"read"}"#);
        let drawn = InEach::of(|_| json!({"html": texts::layout::skip().to_string()}));
        let expected = "{\"html\":\"Skip to content\"}\nde {\"html\":\"Zum Inhalt springen\"}";
        assert_eq!(&*payload(&drawn), expected);
        assert!(InEach::of_some(|lang| (lang == Lang::En).then_some(())).is_none());
    }
}
