//! Every text that Klatch shows to people, in each language.
//!
//! The texts stand in `languages/<language>/*.ftl`, in the syntax of [Fluent](https://projectfluent.org). The build makes one
//! module of each file and one function of each message, so a misspelled name, a forgotten argument or a missing translation
//! stops the build. A function returns a [`Text`]: the message's id and its arguments, in no language yet. It is written in
//! the language of the [`within`] around it.

mod lang;
mod pseudo;
mod script;
mod text;

use std::cell::Cell;

pub use lang::Lang;
pub use script::{script, script_texts};
pub use text::{Arg, Html, Text, Value};

/// A piece of a message's text.
#[derive(Debug)]
enum Part {
    Text(&'static str),
    /// The argument at this position.
    Variable(usize),
    /// The text for the argument at this position: by its value or plural category, and otherwise.
    Choice(usize, &'static [(&'static str, &'static [Part])], &'static [Part]),
}

include!(concat!(env!("OUT_DIR"), "/texts.rs"));

thread_local! {
    static CURRENT: Cell<Lang> = const { Cell::new(Lang::En) };
}

/// Runs `render`, which must not wait for anything, with texts written in a language.
pub fn within<T>(lang: Lang, render: impl FnOnce() -> T) -> T {
    /// Puts the earlier language back, also after a panic.
    struct Restore(Lang);
    impl Drop for Restore {
        fn drop(&mut self) {
            CURRENT.set(self.0);
        }
    }
    let _restore = Restore(CURRENT.replace(lang));
    render()
}

/// Returns the language of the innermost [`within`] on this thread; English outside of any.
#[must_use]
pub fn current() -> Lang {
    CURRENT.get()
}
