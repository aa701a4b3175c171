//! The gateway's own description: `/openapi.json`, assembled from the faces' operation tables, and `/docs`, a page to read
//! and try it (Swagger UI, served from the binary). A route without an operation fails a test.

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use serde_json::{Map, Value, json};
use utoipa_swagger_ui::{Config, SwaggerUi};

use crate::answer::json_response;
use crate::endpoint::Endpoint;
use crate::state::Gateway;
use crate::{admin, health, v1, v2};

/// Where the description is.
const DOCUMENT: &str = "/openapi.json";

/// One operation: a line beside its route.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Operation {
    method: &'static str,
    path: &'static str,
    id: &'static str,
    summary: &'static str,
    face: Face,
    /// Whether it needs no credential.
    is_open: bool,
    /// The error types it answers.
    errors: &'static [&'static str],
    /// A body that works, as JSON.
    example: Option<&'static str>,
    /// Whether the query names a store.
    names_store: bool,
    /// Query parameters that have to be there, with values that work.
    query: &'static [(&'static str, &'static str)],
}

/// Who may ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Face {
    /// A shop.
    V2,
    /// A shop, by the V1 API; with the statuses beside 200 and 401.
    V1 { statuses: &'static [u16] },
    /// The administrator.
    Admin,
}

const ADMIN_ERRORS: &[&str] = &["INVALID_REQUEST", "UNAUTHORIZED", "NOT_FOUND", "CONFLICT", "IN_USE"];

impl Operation {
    /// An operation of the V2 face.
    pub(crate) const fn v2(
        method: &'static str,
        path: &'static str,
        endpoint: Endpoint,
        summary: &'static str,
    ) -> Self {
        let (id, errors) = (endpoint.name(), endpoint.documented());
        Self {
            method,
            path,
            id,
            summary,
            face: Face::V2,
            errors,
            example: None,
            names_store: false,
            is_open: false,
            query: &[],
        }
    }

    /// An operation of the V1 face.
    pub(crate) const fn v1(
        method: &'static str,
        path: &'static str,
        endpoint: v1::Endpoint,
        summary: &'static str,
    ) -> Self {
        Self {
            method,
            path,
            id: endpoint.name(),
            summary,
            face: Face::V1 { statuses: endpoint.statuses() },
            errors: &[],
            example: None,
            names_store: false,
            is_open: false,
            query: &[],
        }
    }

    /// An operation that needs no credential.
    pub(crate) const fn open(
        method: &'static str,
        path: &'static str,
        id: &'static str,
        summary: &'static str,
    ) -> Self {
        Self {
            method,
            path,
            id,
            summary,
            face: Face::V2,
            errors: &[],
            example: None,
            names_store: false,
            is_open: true,
            query: &[],
        }
    }

    /// An operation of the admin face.
    pub(crate) const fn admin(
        method: &'static str,
        path: &'static str,
        id: &'static str,
        summary: &'static str,
    ) -> Self {
        Self {
            method,
            path,
            id,
            summary,
            face: Face::Admin,
            errors: ADMIN_ERRORS,
            example: None,
            names_store: false,
            is_open: false,
            query: &[],
        }
    }

    /// The same without a credential.
    pub(crate) const fn without_credential(self) -> Self {
        Self { is_open: true, ..self }
    }

    /// The same of a store that the query names, where there are several.
    pub(crate) const fn of_store(self) -> Self {
        Self { names_store: true, ..self }
    }

    /// The same under another id, where an endpoint has two paths.
    pub(crate) const fn called(self, id: &'static str) -> Self {
        Self { id, ..self }
    }

    /// The same with a body that works.
    pub(crate) const fn with(self, example: &'static str) -> Self {
        Self { example: Some(example), ..self }
    }

    /// The same with query parameters that have to be there, and values of them that work.
    pub(crate) const fn with_query(self, query: &'static [(&'static str, &'static str)]) -> Self {
        Self { query, ..self }
    }

    fn described(&self) -> Value {
        let mut operation = json!({
            "operationId": self.id,
            "summary": self.summary,
            "tags": [match self.face { Face::Admin => "admin", Face::V2 => "v2", Face::V1 { .. } => "v1" }],
            "parameters": self.parameters(),
            "responses": self.responses(),
            "security": self.security(),
        });
        if let (Some(example), false) = (self.example(), self.is_read()) {
            let content = json!({"application/json": {"schema": {"type": "object"}, "example": example}});
            operation["requestBody"] = json!({"required": true, "content": content});
        }
        operation
    }

    fn security(&self) -> Value {
        match self.face {
            _ if self.is_open => json!([]),
            Face::V2 => json!([{"apiSecret": []}, {"accessToken": []}]),
            Face::V1 { .. } => json!([{"v1Token": []}]),
            Face::Admin => json!([{"adminToken": []}]),
        }
    }

    fn is_read(&self) -> bool {
        self.method == "GET"
    }

    /// The example; one that is no JSON fails a test.
    fn example(&self) -> Option<Value> {
        serde_json::from_str(self.example?).ok()
    }

    fn parameters(&self) -> Vec<Value> {
        let names = self.path.split('{').skip(1).filter_map(|part| part.split('}').next());
        let mut parameters: Vec<Value> = names
            .map(|name| json!({"name": name, "in": "path", "required": true, "schema": {"type": "string"}}))
            .collect();
        if let (Some(example), true) = (self.example(), self.is_read()) {
            let content = json!({"application/json": {"schema": {"type": "object"}, "example": example}});
            parameters.push(json!({"name": "requestBody", "in": "query", "content": content,
                "description": "The same object may be sent as the body."}));
        }
        parameters.extend(self.query.iter().map(|(name, example)| {
            json!({"name": name, "in": "query", "required": true, "schema": {"type": "string"}, "example": example})
        }));
        if self.names_store {
            parameters.push(json!({"name": "storeId", "in": "query", "schema": {"type": "string"},
                "description": "Which store, where there are several."}));
        }
        if self.face == Face::V2 && !self.is_read() && !self.is_open {
            parameters.push(json!({"name": "Idempotency-Key", "in": "header", "schema": {"type": "string",
                "minLength": 18, "maxLength": 258},
                "description": "A quoted text; the same request with the same key gets the same answer for three hours."}));
        }
        parameters
    }

    fn responses(&self) -> Value {
        if let Face::V1 { statuses } = self.face {
            return v1_responses(statuses);
        }
        let mut types: Map<String, Value> = Map::new();
        for kind in self.errors {
            let of_status = types.entry(status_of(kind)).or_insert_with(|| json!([]));
            if let Value::Array(kinds) = of_status {
                kinds.push(json!(kind));
            }
        }
        let error = |(status, kinds): (String, Value)| {
            let schema = json!({"allOf": [{"$ref": "#/components/schemas/Error"},
                {"properties": {"type": {"enum": kinds}}}]});
            let content = json!({"application/json": {"schema": schema}});
            (status, json!({"description": "It was not carried out.", "content": content}))
        };
        let mut responses: Map<String, Value> = types.into_iter().map(error).collect();
        let content = json!({"application/json": {"schema": {"type": "object"}}});
        responses.insert("200".to_owned(), json!({"description": "Done.", "content": content}));
        Value::Object(responses)
    }
}

/// V1 answers everything in one envelope.
fn v1_responses(statuses: &[u16]) -> Value {
    let content = json!({"application/json": {"schema": {"$ref": "#/components/schemas/V1Answer"}}});
    let statuses = [200, 401].into_iter().chain(statuses.iter().copied());
    let responses = statuses.map(|status| {
        let description = match status {
            200 => "Done where the code is 0, else refused.",
            207 => "Some of them.",
            _ => "It was not carried out.",
        };
        (status.to_string(), json!({"description": description, "content": content}))
    });
    Value::Object(responses.collect())
}

/// The status of an error type (rule V2-031).
fn status_of(kind: &str) -> String {
    let status = match kind {
        "UNAUTHORIZED" => 401,
        "FORBIDDEN" => 403,
        "SESSION_EXPIRED" => 410,
        "PG_PROVIDER" | "CHANNEL_SPECIFIC" => 502,
        "INVALID_REQUEST"
        | "INVALID_PAYMENT_TOKEN"
        | "MAX_TTL_EXCEEDED"
        | "MAX_TRANSACTION_COUNT_REACHED"
        | "MAX_WEBHOOK_RETRY_COUNT_REACHED"
        | "DISCOUNT_AMOUNT_EXCEEDS_TOTAL_AMOUNT"
        | "PROMOTION_PAY_METHOD_DOES_NOT_MATCH"
        | "NEGATIVE_PROMOTION_ADJUSTED_CANCEL_AMOUNT"
        | "PROMOTION_DISCOUNT_RETAIN_OPTION_SHOULD_NOT_BE_CHANGED" => 400,
        kind if kind.ends_with("NOT_FOUND") || kind.ends_with("_NOT_ISSUED") => 404,
        _ => 409,
    };
    status.to_string()
}

/// The whole description.
fn document() -> Value {
    let mut paths: Map<String, Value> = Map::new();
    let prefixed = [
        ("", v2::OPERATIONS),
        (v1::PREFIX, v1::OPERATIONS),
        ("/admin", admin::OPERATIONS),
        ("", health::OPERATIONS),
    ];
    for (prefix, operation) in
        prefixed.iter().flat_map(|(prefix, table)| table.iter().map(move |it| (prefix, it)))
    {
        let item = paths.entry(format!("{prefix}{}", operation.path)).or_insert_with(|| json!({}));
        item[operation.method.to_ascii_lowercase()] = operation.described();
    }
    let scheme = |description: &str| json!({"type": "http", "scheme": "bearer", "description": description});
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "portone",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "The PortOne V2 and V1 REST APIs on a ledger of one's own, and its admin face.",
        },
        "paths": paths,
        "components": {
            "securitySchemes": {
                "apiSecret": {"type": "apiKey", "in": "header", "name": "Authorization",
                    "description": "PortOne <API secret>"},
                "accessToken": scheme("An access token of POST /login/api-secret."),
                "adminToken": scheme("The admin token."),
                "v1Token": scheme("A token of POST /v1/users/getToken; it may stand alone, without the scheme."),
            },
            "schemas": {"V1Answer": {
                "type": "object",
                "required": ["code", "message", "response"],
                "properties": {"code": {"type": "integer"}, "message": {"type": ["string", "null"]},
                    "response": {}},
            }, "Error": {
                "type": "object",
                "required": ["type"],
                "properties": {"type": {"type": "string"}, "message": {"type": "string"},
                    "pgCode": {"type": "string"}, "pgMessage": {"type": "string"}},
            }},
        },
    })
}

pub(crate) fn routes() -> Router<Gateway> {
    let page: Router<Gateway> = SwaggerUi::new("/docs").config(Config::from(DOCUMENT)).into();
    page.route(DOCUMENT, get(described))
}

async fn described(State(_): State<Gateway>) -> Response {
    json_response(StatusCode::OK, &document())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// What a source file routes: method and path.
    fn routed(source: &str) -> BTreeSet<(String, String)> {
        let mut found = BTreeSet::new();
        let source = source.split("#[cfg(test)]").next().unwrap_or_default();
        // A long route begins on a line of its own.
        let words: Vec<_> = source.split_whitespace().collect();
        let source = words.join(" ").replace(".route( ", ".route(");
        let named = |name: &str| {
            let line = source.split(&format!("let {name} = ")).nth(1).and_then(|rest| rest.split(';').next());
            line.unwrap_or_default().to_owned()
        };
        for part in source.split(".route(\"").skip(1) {
            let (path, rest) = part.split_once('"').unwrap();
            let mut handlers = rest.split(".route(").next().unwrap().to_owned();
            let variable = handlers.trim_start_matches([',', ' ']).split(')').next().unwrap().to_owned();
            if variable.chars().all(|c| c.is_ascii_lowercase() || c == '_') {
                handlers = named(&variable);
            }
            for method in ["get", "post", "put", "patch", "delete"] {
                if handlers.contains(&format!("{method}(")) {
                    found.insert((method.to_ascii_uppercase(), path.to_owned()));
                }
            }
        }
        found
    }

    #[test]
    fn every_route_is_described_and_nothing_else() {
        let tables = [
            (include_str!("v2/mod.rs"), v2::OPERATIONS),
            (include_str!("v1/mod.rs"), v1::OPERATIONS),
            (include_str!("admin/mod.rs"), admin::OPERATIONS),
            (include_str!("health.rs"), health::OPERATIONS),
        ];
        for (source, operations) in tables {
            let described: BTreeSet<_> =
                operations.iter().map(|it| (it.method.to_owned(), it.path.to_owned())).collect();
            let routed = routed(source);
            assert!(routed.len() > 2, "routes are found");
            let missing: Vec<_> = routed.difference(&described).collect();
            assert!(missing.is_empty(), "add a line to OPERATIONS beside the route of {missing:?}");
            let gone: Vec<_> = described.difference(&routed).collect();
            assert!(gone.is_empty(), "nothing is routed to {gone:?}");
        }
    }

    #[test]
    fn ids_are_given_once_and_examples_are_json() {
        let mut ids = BTreeSet::new();
        for operation in
            v2::OPERATIONS.iter().chain(v1::OPERATIONS).chain(admin::OPERATIONS).chain(health::OPERATIONS)
        {
            assert!(ids.insert(operation.id), "{}", operation.id);
            assert_eq!(operation.example().is_some(), operation.example.is_some(), "{}", operation.id);
            let takes_body = matches!(operation.method, "PUT" | "PATCH") && operation.face == Face::Admin;
            assert!(!takes_body || operation.example.is_some(), "{} has an example", operation.id);
        }
    }

    #[test]
    fn a_route_that_is_not_described_is_noticed() {
        let source = ".route(\"/a\", get(a).post(b)).route(\"/b\", both) let both = put(c).delete(d);";
        let expected = [("DELETE", "/b"), ("GET", "/a"), ("POST", "/a"), ("PUT", "/b")];
        assert_eq!(routed(source), expected.map(|(m, p)| (m.to_owned(), p.to_owned())).into());
    }
}
