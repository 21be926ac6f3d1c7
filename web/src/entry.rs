//! An entry of a route table, and the macro that writes tables.

use actix_web::guard::{Any, Get, Head};
use actix_web::{Route, web};

/// A route: the table is both mounted and walked by the tests.
#[derive(Debug)]
pub struct Entry {
    /// `get` or `post`.
    pub method: &'static str,
    /// The path, with parameters in braces.
    pub path: &'static str,
    /// The maximum bytes of its form.
    pub most_bytes: usize,
    pub(crate) route: fn() -> Route,
}

macro_rules! routes {
    ($($method:ident $path:literal $($with:ident $text:ident)? => $handler:path;)*) => {
        &[$($crate::entry::Entry {
            method: stringify!($method),
            path: $path,
            most_bytes: $crate::entry::routes!(@bytes $($with $text)?),
            route: || $crate::entry::$method().to($handler),
        }),*]
    };
    (@bytes with text) => { $crate::body::WITH_TEXT };
    (@bytes) => { $crate::body::WITHOUT_TEXT };
}

pub(crate) use routes;

/// A GET route; HEAD is a GET of which the server drops the body.
pub(crate) fn get() -> Route {
    web::route().guard(Any(Get()).or(Head()))
}

/// A POST route.
pub(crate) fn post() -> Route {
    web::post()
}
