//! The page about the API, made of its document.

use serde_json::Value;
use templates::api::{Api, Input, Operation, Section};

use super::document;
use super::refusal::KINDS;
use crate::failure::Answer;
use crate::page_cache::About;
use crate::req::Req;

/// `GET /-/api`.
pub async fn show(req: Req) -> Answer {
    let layout = req.layout().await?;
    let document: Value = serde_json::from_str(document::text()).unwrap_or_default();
    let problems = KINDS.iter().map(|(status, word, title)| (*status, (*word).to_owned(), (*title).to_owned()));
    req.shared_page(&Api { layout, sections: sections(&document), problems: problems.collect() }, About::Site)
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().replace('`', "")
}

/// The operations by what they are about.
fn sections(document: &Value) -> Vec<Section> {
    let mut sections: Vec<Section> = Vec::new();
    for endpoint in super::ENDPOINTS {
        let described = &document["paths"][endpoint.path][endpoint.method];
        let name = text(&described["tags"][0]);
        let operation = operation(document, endpoint, described);
        match sections.iter_mut().find(|section| section.name == name) {
            Some(section) => section.operations.push(operation),
            None => sections.push(Section { name, operations: vec![operation] }),
        }
    }
    sections
}

fn operation(document: &Value, endpoint: &super::Endpoint, described: &Value) -> Operation {
    let parameters = described["parameters"].as_array().into_iter().flatten().map(|parameter| Input {
        name: text(&parameter["name"]),
        place: text(&parameter["in"]),
        required: parameter["required"].as_bool().unwrap_or(false),
        about: text(&parameter["description"]),
    });
    let body = &described["requestBody"]["content"]["application/json"]["schema"];
    let body = &document["components"]["schemas"][named(body)];
    let is_required = |name: &str| body["required"].as_array().into_iter().flatten().any(|known| known == name);
    let fields = body["properties"].as_object().into_iter().flatten().map(|(name, field)| Input {
        name: name.clone(),
        place: "body".to_owned(),
        required: is_required(name),
        about: text(&field["description"]),
    });
    let file = endpoint.takes_file().then(|| Input {
        name: "file".to_owned(),
        place: "body".to_owned(),
        required: true,
        about: text(&described["requestBody"]["description"]),
    });
    let status = super::facts(endpoint).status.to_string();
    let answer = &described["responses"][&status]["content"]["application/json"]["schema"];
    Operation {
        id: text(&described["operationId"]),
        method: endpoint.method.to_ascii_uppercase(),
        path: endpoint.path.to_owned(),
        summary: endpoint.summary.to_owned(),
        needs: text(&described["description"]),
        inputs: parameters.chain(fields).chain(file).collect(),
        answer: named(answer).to_owned(),
        status,
    }
}

/// The name of the schema that a reference leads to.
fn named(reference: &Value) -> &str {
    reference["$ref"].as_str().and_then(|address| address.rsplit('/').next()).unwrap_or_default()
}
