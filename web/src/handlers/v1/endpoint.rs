//! An entry of the route table of the API: what it needs, how it runs, and how the document describes it.

use std::pin::Pin;

use actix_web::http::StatusCode;
use domain::api::v1::{Ask, Body, Created, Done, Found, Needs, Query, Uploaded};
use serde::Serialize;
use serde::de::DeserializeOwned;
use utoipa::openapi::path::{Parameter, ParameterIn};
use utoipa::openapi::schema::Schema;
use utoipa::openapi::{Ref, RefOr};
use utoipa::{IntoParams, ToSchema};

use super::refusal::Refusal;
use super::upload::Arrived;

/// What an endpoint answers.
#[derive(Debug)]
pub struct Reply {
    pub status: StatusCode,
    /// JSON; none with 204.
    pub body: Option<String>,
}

/// The query and body of a request.
#[derive(Clone, Debug, Default)]
pub struct Sent {
    pub query: String,
    /// JSON; of a file, what distinguishes it from others.
    pub body: Vec<u8>,
    pub file: Arrived,
}

type Running = Pin<Box<dyn Future<Output = Result<Reply, Refusal>>>>;

/// A route of the API. The table is mounted, walked by the tests, and makes the document.
#[derive(Debug)]
pub struct Endpoint {
    /// `get`, `post`, `put`, `patch` or `delete`.
    pub method: &'static str,
    /// The path, with parameters in braces.
    pub path: &'static str,
    pub needs: Needs,
    /// One sentence.
    pub summary: &'static str,
    /// The name of its function: `topics::show`.
    pub function: &'static str,
    pub(super) run: fn(Ask, Sent) -> Running,
    pub(super) describe: fn(&mut Description),
}

/// What the types of an endpoint's function say about it.
#[derive(Default)]
pub struct Description {
    pub parameters: Vec<Parameter>,
    /// The schema of the body.
    pub body: Option<RefOr<Schema>>,
    /// Whether the body is a file instead.
    pub is_file: bool,
    pub status: u16,
    /// The schema of the answer.
    pub answer: Option<RefOr<Schema>>,
    /// All schemas that these name.
    pub schemas: Vec<(String, RefOr<Schema>)>,
}

impl Description {
    fn named<T: ToSchema>(&mut self) -> RefOr<Schema> {
        self.schemas.push((T::name().into_owned(), T::schema()));
        T::schemas(&mut self.schemas);
        Ref::from_schema_name(T::name()).into()
    }
}

/// The input of a function.
pub trait Input: Sized {
    /// Reads it from the request.
    fn read(sent: &Sent) -> Result<Self, Refusal>;
    /// Adds it to the document.
    fn describe(to: &mut Description);
}

impl Input for () {
    fn read(sent: &Sent) -> Result<Self, Refusal> {
        if sent.query.is_empty() { Ok(()) } else { Err(Refusal::invalid("", texts::api_errors::no_query())) }
    }

    fn describe(_: &mut Description) {}
}

impl<T: DeserializeOwned + IntoParams> Input for Query<T> {
    fn read(sent: &Sent) -> Result<Self, Refusal> {
        match actix_web::web::Query::<T>::from_query(&sent.query) {
            Ok(query) => Ok(Self(query.into_inner())),
            Err(error) => Err(Refusal::invalid("", texts::api_errors::query_invalid(error.to_string()))),
        }
    }

    fn describe(to: &mut Description) {
        to.parameters.extend(T::into_params(|| Some(ParameterIn::Query)));
    }
}

impl<T: DeserializeOwned + ToSchema> Input for Body<T> {
    fn read(sent: &Sent) -> Result<Self, Refusal> {
        <() as Input>::read(sent)?;
        let malformed =
            |error: serde_json::Error| Refusal::Malformed(texts::api_errors::body_not_json(error.to_string()));
        let value: serde_json::Value = serde_json::from_slice(&sent.body).map_err(malformed)?;
        if has_nul(&value) {
            return Err(Refusal::invalid("", texts::api_errors::nul_text()));
        }
        T::deserialize(value)
            .map(Self)
            .map_err(|error| Refusal::invalid("", texts::api_errors::body_invalid(error.to_string())))
    }

    fn describe(to: &mut Description) {
        to.body = Some(to.named::<T>());
    }
}

impl<T: DeserializeOwned + IntoParams> Input for Uploaded<T> {
    fn read(sent: &Sent) -> Result<Self, Refusal> {
        let Query(query) = Query::<T>::read(sent)?;
        let file = sent.file.take().ok_or_else(|| Refusal::Malformed(texts::api_errors::no_body()))?;
        Ok(Self { query, file })
    }

    fn describe(to: &mut Description) {
        <Query<T> as Input>::describe(to);
        to.is_file = true;
    }
}

/// Whether a text in it contains the character that databases refuse.
fn has_nul(value: &serde_json::Value) -> bool {
    match value {
        serde_json::Value::String(text) => text.contains('\0'),
        serde_json::Value::Array(items) => items.iter().any(has_nul),
        serde_json::Value::Object(fields) => fields.iter().any(|(name, value)| name.contains('\0') || has_nul(value)),
        serde_json::Value::Null | serde_json::Value::Bool(_) | serde_json::Value::Number(_) => false,
    }
}

/// The output of a function.
pub trait Output {
    /// Makes the answer of it.
    fn reply(self) -> Result<Reply, Refusal>;
    /// Adds it to the document.
    fn describe(to: &mut Description);
}

fn json(status: StatusCode, value: &impl Serialize) -> Result<Reply, Refusal> {
    let body = serde_json::to_string(value).map_err(|error| domain::Error::Internal(error.to_string()))?;
    Ok(Reply { status, body: Some(body) })
}

impl<T: Serialize + ToSchema> Output for Found<T> {
    fn reply(self) -> Result<Reply, Refusal> {
        json(StatusCode::OK, &self.0)
    }

    fn describe(to: &mut Description) {
        to.status = 200;
        to.answer = Some(to.named::<T>());
    }
}

impl<T: Serialize + ToSchema> Output for Created<T> {
    fn reply(self) -> Result<Reply, Refusal> {
        json(StatusCode::CREATED, &self.0)
    }

    fn describe(to: &mut Description) {
        to.status = 201;
        to.answer = Some(to.named::<T>());
    }
}

impl Output for Done {
    fn reply(self) -> Result<Reply, Refusal> {
        Ok(Reply { status: StatusCode::NO_CONTENT, body: None })
    }

    fn describe(to: &mut Description) {
        to.status = 204;
    }
}

/// Runs a function of the domain.
pub fn run<F, R, I, O>(function: F, ask: Ask, sent: Sent) -> Running
where
    F: FnOnce(Ask, I) -> R + 'static,
    R: Future<Output = domain::Result<O>>,
    I: Input + 'static,
    O: Output,
{
    Box::pin(async move {
        let input = I::read(&sent)?;
        drop(sent);
        function(ask, input).await?.reply()
    })
}

/// Describes a function of the domain by its types.
pub fn describe<F, R, I, O>(_: F, to: &mut Description)
where
    F: FnOnce(Ask, I) -> R,
    R: Future<Output = domain::Result<O>>,
    I: Input,
    O: Output,
{
    I::describe(to);
    O::describe(to);
}

macro_rules! endpoints {
    ($($method:ident $path:literal $needs:ident $summary:literal => $module:ident::$name:ident;)*) => {
        &[$($crate::handlers::v1::endpoint::Endpoint {
            method: stringify!($method),
            path: concat!("/api/v1", $path),
            needs: domain::api::v1::Needs::$needs,
            summary: $summary,
            function: concat!(stringify!($module), "::", stringify!($name)),
            run: |ask, sent| $crate::handlers::v1::endpoint::run(domain::api::v1::$module::$name, ask, sent),
            describe: |to| $crate::handlers::v1::endpoint::describe(domain::api::v1::$module::$name, to),
        }),*]
    };
}

pub(super) use endpoints;
