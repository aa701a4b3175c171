//! The gateway's own description: `/openapi.json`, assembled from the faces' operation tables, and `/docs`, a page to read
//! and try it (Swagger UI, served from the binary). A route without an operation fails a test.

#[cfg(test)]
mod tests;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use schemars::SchemaGenerator;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};
use utoipa_swagger_ui::{Config, SwaggerUi};

use crate::answer::json_response;
use crate::endpoint::Endpoint;
use crate::error::ErrorBody;
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
    /// What the V2 face calls it: its success has a schema.
    endpoint: Option<Endpoint>,
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
            endpoint: Some(endpoint),
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
            endpoint: None,
            errors: &[],
            example: None,
            names_store: false,
            is_open: false,
            query: &[],
        }
    }

    /// An operation of a wallet alone.
    fn wallet(operation: &v1::WalletOperation) -> Self {
        let v1::WalletOperation { method, path, name, summary, statuses, .. } = *operation;
        Self {
            method,
            path,
            id: name,
            summary,
            face: Face::V1 { statuses },
            endpoint: None,
            errors: &[],
            example: operation.example,
            names_store: false,
            is_open: false,
            query: operation.query,
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
            endpoint: None,
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
            endpoint: None,
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

    fn described(&self, schemas: &mut SchemaGenerator) -> Value {
        let mut operation = json!({
            "operationId": self.id,
            "summary": self.summary,
            "tags": [match self.face { Face::Admin => "admin", Face::V2 => "v2", Face::V1 { .. } => "v1" }],
            "parameters": self.parameters(),
            "responses": self.responses(schemas),
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

    fn responses(&self, schemas: &mut SchemaGenerator) -> Value {
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
        let content = json!({"application/json": {"schema": self.success(schemas)}});
        responses.insert("200".to_owned(), json!({"description": "Done.", "content": content}));
        Value::Object(responses)
    }
}

impl Operation {
    /// The schema of its success.
    fn success(&self, schemas: &mut SchemaGenerator) -> Value {
        match self.endpoint {
            Some(endpoint) => v2::answers::schema(endpoint, schemas).to_value(),
            None if self.id == BANKS => v2::answers::banks(schemas).to_value(),
            None => json!({"type": "object"}),
        }
    }
}

/// The operation of the V2 face that has no errors.
const BANKS: &str = "getBankInfos";

/// Optional members are left out and never null: what a generator makes of them is made to say so.
fn without_null(schema: &mut Value) {
    if let Value::Object(object) = schema {
        let is_null = |it: &Value| *it == json!("null") || *it == json!({"type": "null"});
        for union in ["type", "anyOf"] {
            let Some(Value::Array(members)) = object.get_mut(union) else { continue };
            members.retain(|member| !is_null(member));
            if let [only] = &members[..] {
                let only = only.clone();
                object.remove(union);
                match only {
                    Value::Object(only) => object.extend(only),
                    only => drop(object.insert(union.to_owned(), only)),
                }
            }
        }
        object.values_mut().for_each(without_null);
    } else if let Value::Array(items) = schema {
        items.iter_mut().for_each(without_null);
    }
}

/// Makes schemas of answers, and keeps those that have a name.
fn generator() -> SchemaGenerator {
    let settings = SchemaSettings::draft2020_12().for_serialize();
    settings.with(|settings| settings.definitions_path = "/components/schemas".into()).into_generator()
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
    let mut schemas = generator();
    // Named by operations below.
    let _ = schemas.subschema_for::<ErrorBody>();
    let prefixed = [
        ("", v2::OPERATIONS),
        (v1::PREFIX, v1::OPERATIONS),
        ("/admin", admin::OPERATIONS),
        ("", health::OPERATIONS),
    ];
    let tables = prefixed.iter().flat_map(|(prefix, table)| table.iter().map(move |it| (*prefix, *it)));
    let wallets = v1::wallet_operations().map(|it| (v1::PREFIX, Operation::wallet(it)));
    for (prefix, operation) in tables.chain(wallets) {
        let item = paths.entry(format!("{prefix}{}", operation.path)).or_insert_with(|| json!({}));
        item[operation.method.to_ascii_lowercase()] = operation.described(&mut schemas);
    }
    let mut named = Value::Object(schemas.take_definitions(true));
    without_null(&mut named);
    named["V1Answer"] = json!({
        "type": "object",
        "required": ["code", "message", "response"],
        "properties": {"code": {"type": "integer"}, "message": {"type": ["string", "null"]}, "response": {}},
    });
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
            "schemas": named,
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
