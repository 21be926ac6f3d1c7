//! The OpenAPI document: made of the route table and the types of its functions.

use std::collections::HashMap;
use std::sync::LazyLock;

use domain::api::v1::Needs;
use domain::model::Scope;
use utoipa::openapi::path::{
    HttpMethod, Operation, OperationBuilder, Parameter, ParameterBuilder, ParameterIn, PathItem,
};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::response::{Response, ResponseBuilder};
use utoipa::openapi::schema::{ComponentsBuilder, KnownFormat, ObjectBuilder, SchemaFormat, Type};
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{Content, Info, OpenApi, Paths, Ref, Required};
use utoipa::{PartialSchema, ToSchema};

use super::endpoint::{Description, Endpoint};
use super::refusal::{KINDS, MEDIA_TYPE, Problem};
use super::{ENDPOINTS, Pending};

/// What the types of an endpoint's function say about it.
#[derive(Clone, Copy, Debug)]
pub struct Facts {
    pub takes_body: bool,
    /// Whether the body is a file.
    pub takes_file: bool,
    /// The status of success.
    pub status: u16,
}

static FACTS: LazyLock<HashMap<(&str, &str), Facts>> = LazyLock::new(|| {
    let facts = |endpoint: &'static Endpoint| {
        let described = described(endpoint);
        let facts =
            Facts { takes_body: described.body.is_some(), takes_file: described.is_file, status: described.status };
        ((endpoint.method, endpoint.path), facts)
    };
    ENDPOINTS.iter().map(facts).collect()
});

/// Returns what the types of an endpoint's function say about it.
pub fn facts(endpoint: &Endpoint) -> Facts {
    FACTS.get(&(endpoint.method, endpoint.path)).copied().unwrap_or(Facts {
        takes_body: false,
        takes_file: false,
        status: 200,
    })
}

fn described(endpoint: &Endpoint) -> Description {
    let mut description = Description::default();
    (endpoint.describe)(&mut description);
    description
}

static TEXT: LazyLock<String> = LazyLock::new(|| document().to_json().unwrap_or_default());

/// The document as JSON.
pub fn text() -> &'static str {
    &TEXT
}

/// Makes the document.
pub fn document() -> OpenApi {
    let mut info = Info::new("Klatch", "1");
    info.description = Some(
        "The API of a Klatch forum. Times are in UTC, and ids are strings. Lists have `items` and `next`. To get the next \
         page, send `next` as `cursor`. Whatever is hidden from the caller is not found (404)."
            .to_owned(),
    );
    let mut paths = Paths::new();
    let mut components = ComponentsBuilder::new();
    for endpoint in ENDPOINTS {
        let mut description = described(endpoint);
        for (name, schema) in description.schemas.drain(..) {
            components = components.schema(name, schema);
        }
        let operation = operation(endpoint, description);
        let item = PathItem::new(http_method(endpoint), operation);
        match paths.paths.get_mut(endpoint.path) {
            Some(known) => known.merge_operations(item),
            None => drop(paths.paths.insert(endpoint.path.to_owned(), item)),
        }
    }
    let mut own = Vec::new();
    <Problem as ToSchema>::schemas(&mut own);
    own.push((Problem::name().into_owned(), Problem::schema()));
    own.push((Pending::name().into_owned(), Pending::schema()));
    components = components.schemas_from_iter(own);
    let bearer = Http::builder().scheme(HttpAuthScheme::Bearer).description(Some("An API token.")).build();
    let basic = Http::builder()
        .scheme(HttpAuthScheme::Basic)
        .description(Some(
            "The username with an API token, or with the password unless two-factor authentication is on.",
        ))
        .build();
    let components = components
        .security_scheme("token", SecurityScheme::Http(bearer))
        .security_scheme("basic", SecurityScheme::Http(basic));
    let mut document = OpenApi::new(info, paths);
    document.components = Some(components.build());
    document
}

fn http_method(endpoint: &Endpoint) -> HttpMethod {
    match endpoint.method {
        "post" => HttpMethod::Post,
        "put" => HttpMethod::Put,
        "patch" => HttpMethod::Patch,
        "delete" => HttpMethod::Delete,
        _ => HttpMethod::Get,
    }
}

fn operation(endpoint: &Endpoint, described: Description) -> Operation {
    let (module, name) = endpoint.function.split_once("::").unwrap_or(("", endpoint.function));
    let scope = endpoint.needs.scope();
    let needs = match (endpoint.needs, scope) {
        (Needs::Read, _) => "Works without credentials. With credentials, it requires the scope `read`.".to_owned(),
        (_, Scope::Read) => "Requires the scope `read`.".to_owned(),
        (_, Scope::Write) => "Requires the scopes `read` and `write`.".to_owned(),
        _ if endpoint.needs.changes() => format!("Requires the scopes `read`, `write`, and `{scope}`."),
        _ => format!("Requires the scopes `read` and `{scope}`."),
    };
    let mut operation = OperationBuilder::new()
        .operation_id(Some(format!("{module}_{name}")))
        .tag(module.replace('_', " "))
        .summary(Some(endpoint.summary))
        .description(Some(needs))
        .security(SecurityRequirement::new("token", Vec::<String>::new()))
        .security(SecurityRequirement::new("basic", Vec::<String>::new()));
    if endpoint.needs == Needs::Read {
        operation = operation.security(SecurityRequirement::default());
    }
    for part in endpoint.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}')) {
        operation = operation.parameter(parameter(part, ParameterIn::Path, Required::True, ""));
    }
    for parameter in described.parameters {
        operation = operation.parameter(parameter);
    }
    if endpoint.creates() {
        let about =
            "A key chosen by the client. For a day, sending the same request again with this key creates nothing new.";
        operation = operation.parameter(parameter("Idempotency-Key", ParameterIn::Header, Required::False, about));
    }
    if endpoint.current().is_some() {
        let about = "The ETag of the version you read. If it has changed since, the request fails and changes nothing.";
        operation = operation.parameter(parameter("If-Match", ParameterIn::Header, Required::False, about));
    }
    if endpoint.method == "get" {
        let about = "The ETag of the version you have. If it has not changed, the response is empty.";
        operation = operation.parameter(parameter("If-None-Match", ParameterIn::Header, Required::False, about));
    }
    if let Some(body) = described.body {
        let body = RequestBodyBuilder::new().content("application/json", Content::new(Some(body)));
        operation = operation.request_body(Some(body.required(Some(Required::True)).build()));
    }
    if described.is_file {
        let bytes = text_schema().format(Some(SchemaFormat::KnownFormat(KnownFormat::Binary)));
        let body = RequestBodyBuilder::new().description(Some("The bytes of the file."));
        let body = body.content("application/octet-stream", Content::new(Some(bytes)));
        operation = operation.request_body(Some(body.required(Some(Required::True)).build()));
    }
    let success = ResponseBuilder::new().description(if described.answer.is_some() { "Success." } else { "Done." });
    let success = match described.answer {
        Some(answer) => success.content("application/json", Content::new(Some(answer))),
        None => success,
    };
    let success = match endpoint.function {
        super::stream::FUNCTION => success.content(super::stream::MEDIA_TYPE, Content::new(Some(text_schema()))),
        _ => success,
    };
    operation = operation.response(described.status.to_string(), success.build());
    for (status, _, title) in KINDS.iter().filter(|(status, ..)| may_answer(endpoint, *status)) {
        operation = operation.response(status.to_string(), problem(title));
    }
    if endpoint.method == "get" {
        operation = operation.response("304", ResponseBuilder::new().description("Not changed.").build());
    }
    if endpoint.may_wait() {
        let waits = ResponseBuilder::new().description("Stored, and waiting for approval.");
        let waits = waits.content("application/json", Content::new(Some(Ref::from_schema_name(Pending::name()))));
        operation = operation.response("202", waits.build());
    }
    operation.build()
}

/// Whether an endpoint can answer with this status of a problem.
fn may_answer(endpoint: &Endpoint, status: u16) -> bool {
    match status {
        405 => false,
        408 | 413 | 415 => endpoint.takes_body() || endpoint.takes_file(),
        409 => endpoint.creates(),
        412 => endpoint.current().is_some(),
        _ => true,
    }
}

fn problem(title: &str) -> Response {
    let content = Content::new(Some(Ref::from_schema_name(Problem::name())));
    ResponseBuilder::new().description(title).content(MEDIA_TYPE, content).build()
}

fn text_schema() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String)
}

fn parameter(name: &str, place: ParameterIn, required: Required, about: &str) -> Parameter {
    ParameterBuilder::new()
        .name(name)
        .parameter_in(place)
        .required(required)
        .description(Some(about).filter(|about| !about.is_empty()))
        .schema(Some(text_schema()))
        .build()
}
