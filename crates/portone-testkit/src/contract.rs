//! The published API contracts: a test's requests and answers are held against them where their files lie beside the
//! checkout (`../shared/reference`, or the folder `PORTONE_REFERENCE` names). Where they do not, that is said aloud.
//!
//! Three documents, one form: V2's OpenAPI as it is, V1's Swagger 2 and the browser SDK's own format turned into it.

mod exchange;
mod sdk;
mod v1;

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock, Mutex};

use jsonschema::Validator;
use serde_json::{Map, Value, json};

use crate::reference;

pub use exchange::{check_called, check_sent};

/// One published OpenAPI description, made strict: no member it does not name, and of a union the variant its
/// discriminator names.
#[derive(Debug)]
pub struct Contract {
    document: Value,
    is_own: bool,
    validators: Mutex<BTreeMap<String, Arc<Validator>>>,
}

/// What a contract says of an exchange.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The contract has no such path and method.
    Uncharted,
    /// It is as the contract says.
    Kept,
    /// It is not: each line says where and how.
    Broken(Vec<String>),
}

/// Documented in prose, but in no operation's union (rule V2-012): its type and status.
const OF_NO_UNION: (&str, u16) = ("IDEMPOTENCY_OUTSTANDING_REQUEST", 409);

static V2: LazyLock<Option<Contract>> =
    LazyLock::new(|| Contract::load("portone-v2.payment.openapi.json", json, Value::clone));
static V1: LazyLock<Option<Contract>> =
    LazyLock::new(|| Contract::load("portone-v1.openapi.json", json, v1::as_openapi));
static BROWSER_SDK: LazyLock<Option<Contract>> =
    LazyLock::new(|| Contract::load("portone-browser-sdk.yml", yaml, sdk::as_openapi));

impl Contract {
    /// The V2 REST API's, if its file is there.
    pub fn v2() -> Option<&'static Self> {
        V2.as_ref()
    }

    /// The V1 REST API's, if its file is there.
    pub fn v1() -> Option<&'static Self> {
        V1.as_ref()
    }

    /// The V2 browser SDK's, if its file is there: a function is a path (`/requestPayment`), its argument a body.
    pub fn browser_sdk() -> Option<&'static Self> {
        BROWSER_SDK.as_ref()
    }

    /// Reads one from the reference folder.
    fn load(name: &str, parse: fn(&str) -> Value, as_openapi: fn(&Value) -> Value) -> Option<Self> {
        let text = reference::text_of(name, "nothing is held against it")?;
        Some(Self::of(as_openapi(&parse(&text))))
    }

    /// An OpenAPI document, made strict.
    fn of(mut document: Value) -> Self {
        document.pointer_mut("/components/schemas").into_iter().flat_map(members).for_each(make_strict);
        Self { document, is_own: false, validators: Mutex::default() }
    }

    /// The gateway's own description of its V2 face, as it serves it (OpenAPI 3.1): an answer has no member that its
    /// schema does not name. Pages and other answers without a named schema are nobody's contract.
    pub fn of_gateway(mut document: Value) -> Self {
        let has_schema = |operation: &Value| {
            operation["tags"] == json!(["v2"])
                && operation.pointer("/responses/200/content/application~1json/schema/$ref").is_some()
        };
        document.pointer_mut("/paths").into_iter().flat_map(members).for_each(|methods| {
            if let Some(methods) = methods.as_object_mut() {
                methods.retain(|_, operation| has_schema(operation));
            }
        });
        Self { document, is_own: true, validators: Mutex::default() }
    }

    /// Holds an answer against the contract. `path` may have a query; `body` is `None` where it is not JSON.
    pub fn check_answer(&self, method: &str, path: &str, status: u16, body: Option<&Value>) -> Verdict {
        let Some((_, operation)) = self.operation(method, path) else { return Verdict::Uncharted };
        if body.is_some_and(|body| (body["type"].as_str(), status) == (Some(OF_NO_UNION.0), OF_NO_UNION.1)) {
            return Verdict::Kept;
        }
        let response = &operation["responses"][status.to_string()];
        if response.is_null() {
            return Verdict::Broken(vec![format!("status {status} is not documented")]);
        }
        let schema = &response["content"]["application/json"]["schema"];
        match (schema.is_null(), body) {
            (true, _) => Verdict::Kept,
            (false, None) => Verdict::Broken(vec!["the answer is not JSON".to_owned()]),
            (false, Some(body)) => self.hold(schema, body, Some(status)),
        }
    }

    /// Holds a request's body against the contract.
    pub fn check_request(&self, method: &str, path: &str, body: &Value) -> Verdict {
        let Some((_, operation)) = self.operation(method, path) else { return Verdict::Uncharted };
        let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
        if schema.is_null() {
            return Verdict::Broken(vec!["the operation takes no body".to_owned()]);
        }
        self.hold(schema, body, None)
    }

    /// Every operation: its path's template, its method in capitals, and its description.
    pub fn operations(&self) -> impl Iterator<Item = (&str, String, &Value)> {
        let paths = self.document["paths"].as_object().into_iter().flatten();
        paths.flat_map(|(path, methods)| {
            let methods = methods.as_object().into_iter().flatten();
            methods.map(move |(method, operation)| (path.as_str(), method.to_uppercase(), operation))
        })
    }

    /// A schema by its reference (`#/components/schemas/Payment`).
    pub fn schema(&self, reference: &str) -> &Value {
        self.document.pointer(reference.trim_start_matches('#')).unwrap_or(&Value::Null)
    }

    fn operation(&self, method: &str, path: &str) -> Option<(&str, &Value)> {
        let path = path.split('?').next().unwrap_or(path);
        let paths = self.document["paths"].as_object()?;
        // A literal path wins over a template (`/billing-keys/confirm` over `/billing-keys/{billingKey}`).
        let literal = paths.get_key_value(path);
        let (template, methods) =
            literal.or_else(|| paths.iter().find(|(template, _)| fits(template, path)))?;
        let operation = methods.get(method.to_lowercase())?;
        Some((template, operation))
    }

    fn hold(&self, schema: &Value, body: &Value, status: Option<u16>) -> Verdict {
        let validator = self.validator(schema);
        let mut problems: Vec<String> =
            validator.iter_errors(body).map(|error| format!("{}: {error}", error.instance_path())).collect();
        if let Some(status) = status.filter(|_| problems.is_empty()) {
            problems.extend(self.status_problem(schema, body, status));
        }
        if problems.is_empty() { Verdict::Kept } else { Verdict::Broken(problems) }
    }

    /// The status is the one documented for the error's variant.
    fn status_problem(&self, schema: &Value, body: &Value, status: u16) -> Option<String> {
        let union = self.schema(schema["$ref"].as_str()?);
        let kind = body.get("type")?.as_str()?;
        let variant = union["discriminator"]["mapping"].get(kind)?.as_str()?;
        let documented = self.schema(variant)["x-portone-status-code"].as_u64()?;
        (documented != u64::from(status))
            .then(|| format!("{kind} is documented with status {documented}, not {status}"))
    }

    fn validator(&self, schema: &Value) -> Arc<Validator> {
        let mut validators = self.validators.lock().expect("no check panics with the lock held");
        let known = validators.entry(schema.to_string());
        let validator = known.or_insert_with(|| {
            let mut root = json!({"allOf": [schema], "components": self.document["components"]});
            let mut draft = jsonschema::Draft::Draft4;
            if self.is_own {
                root["unevaluatedProperties"] = json!(false);
                draft = jsonschema::Draft::Draft202012;
            }
            let options = jsonschema::options().with_draft(draft).should_validate_formats(true);
            Arc::new(options.build(&root).expect("the contract's schemas compile"))
        });
        Arc::clone(validator)
    }
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).expect("the contract is JSON")
}

fn yaml(text: &str) -> Value {
    serde_norway::from_str(text).expect("the contract is YAML")
}

/// Whether a path is one of a template's (`/payments/{paymentId}`).
pub(crate) fn fits(template: &str, path: &str) -> bool {
    let (mut wanted, mut given) = (template.split('/'), path.split('/'));
    loop {
        match (wanted.next(), given.next()) {
            (None, None) => return true,
            (Some(wanted), Some(given)) if wanted == given => {}
            (Some(wanted), Some(given)) if wanted.starts_with('{') && !given.is_empty() => {}
            _ => return false,
        }
    }
}

/// The published schemas let any member pass, and give a union's variants no value of their discriminator.
fn make_strict(schema: &mut Value) {
    let discriminator = schema.get("discriminator").cloned().unwrap_or_default();
    if let (Some(mapping), Some(name)) =
        (discriminator["mapping"].as_object(), discriminator["propertyName"].as_str())
    {
        schema["oneOf"] = mapping.iter().map(|(value, variant)| variant_of(name, value, variant)).collect();
        return;
    }
    if schema.get("properties").is_some() && schema.get("additionalProperties").is_none() {
        schema["additionalProperties"] = json!(false);
    }
    schema.get_mut("properties").into_iter().flat_map(members).for_each(make_strict);
}

fn variant_of(name: &str, value: &str, variant: &Value) -> Value {
    let discriminator = Map::from_iter([(name.to_owned(), json!({"enum": [value]}))]);
    json!({"allOf": [{"$ref": variant}, {"required": [name], "properties": discriminator}]})
}

fn members(value: &mut Value) -> impl Iterator<Item = &mut Value> {
    value.as_object_mut().into_iter().flat_map(|members| members.values_mut())
}
