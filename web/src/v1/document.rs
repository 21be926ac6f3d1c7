//! The document and its page.

use std::collections::{BTreeMap, BTreeSet};

use actix_web::test::TestRequest;
use domain::testing::TestForum;
use serde_json::Value;

use super::{Bot, DOCUMENT, send};
use crate::handlers::v1::{ENDPOINTS, Endpoint};

#[test]
fn the_document_describes_every_route_once() {
    assert_eq!(DOCUMENT["openapi"], "3.1.0");
    let mut ids = BTreeSet::new();
    for Endpoint { method, path, summary, .. } in ENDPOINTS {
        let described = &DOCUMENT["paths"][path][method];
        let id = described["operationId"].as_str().unwrap_or_else(|| panic!("{method} {path} is not described"));
        assert!(ids.insert(id), "two routes are called {id}");
        assert!(summary.ends_with('.'), "{method} {path}: {summary}");
        let parameters = described["parameters"].as_array().cloned().unwrap_or_default();
        let in_path = parameters.iter().filter(|parameter| parameter["in"] == "path").count();
        assert_eq!(in_path, path.matches('{').count(), "{method} {path}");
        for refusal in ["401", "403", "404", "422", "429", "503"] {
            assert!(described["responses"][refusal].is_object(), "{method} {path}: {refusal}");
        }
    }
    let described: usize = DOCUMENT["paths"].as_object().expect("paths").values().map(operations).sum();
    assert_eq!(described, ENDPOINTS.len());
}

fn operations(path: &Value) -> usize {
    path.as_object()
        .expect("a path")
        .keys()
        .filter(|key| ["get", "post", "put", "patch", "delete"].contains(&key.as_str()))
        .count()
}

#[test]
fn every_reference_leads_to_a_schema_and_no_two_schemas_share_a_name() {
    let mut references = BTreeSet::new();
    collect(&DOCUMENT, &mut references);
    for reference in &references {
        let name = reference.strip_prefix("#/components/schemas/").expect("a schema");
        assert!(DOCUMENT["components"]["schemas"][name].is_object(), "{reference} leads nowhere");
    }
    let mut known: BTreeMap<String, (Value, &str)> = BTreeMap::new();
    for endpoint in ENDPOINTS {
        for (name, schema) in endpoint.schemas() {
            let schema = serde_json::to_value(schema).expect("JSON");
            let (first, by) = known.entry(name.clone()).or_insert_with(|| (schema.clone(), endpoint.function));
            assert_eq!(*first, schema, "{name} of {} is another one than that of {by}", endpoint.function);
        }
    }
}

fn collect(value: &Value, references: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => fields.iter().for_each(|(name, value)| match (name.as_str(), value) {
            ("$ref", Value::String(address)) => drop(references.insert(address.clone())),
            _ => collect(value, references),
        }),
        Value::Array(items) => items.iter().for_each(|item| collect(item, references)),
        _ => {}
    }
}

#[actix_web::test]
async fn the_document_is_served_and_its_page_shows_every_route() {
    let forum = TestForum::sqlite().await;
    let said = Bot::anonymous(&forum).get("/openapi.json").await;
    assert_eq!(said.header("content-type"), "application/json");
    assert_eq!(said.is(200), *DOCUMENT);
    let site = actix_web::web::Data::new(crate::Site::new(forum.cx.clone(), crate::Config::default()));
    let app = actix_web::App::new().app_data(site).configure(crate::routes::configure);
    let app = actix_web::test::init_service(app).await;
    let answer = actix_web::test::call_service(&app, TestRequest::get().uri("/-/api").to_request()).await;
    assert_eq!(answer.status(), 200);
    let page = String::from_utf8_lossy(&actix_web::test::read_body(answer).await).into_owned();
    for Endpoint { method, path, .. } in ENDPOINTS {
        assert!(page.contains(&format!("{} {path}<", method.to_ascii_uppercase())), "{method} {path}");
    }
    let said = send(&forum, "get", "/api/v1/nothing", TestRequest::default()).await;
    assert_eq!(said.header("content-type"), "application/problem+json");
    assert_eq!(said.is(404)["type"], "/-/api#not-found");
    assert!(page.contains("id=\"not-found\""));
}
