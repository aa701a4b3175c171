//! The published contract of the V1 API: a test's answers are held against it where its file lies beside the checkout. It is
//! Swagger 2.0, and says of nothing that it may be null, which almost everything may be (rules DOC-071 and DOC-072).

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock, Mutex};

use jsonschema::Validator;
use serde_json::{Map, Value, json};

use crate::contract::{Verdict, fits};
use crate::reference;

/// The V1 description, made strict: no member it does not name, and null wherever a member is not required.
#[derive(Debug)]
pub struct ContractV1 {
    document: Value,
    validators: Mutex<BTreeMap<String, Arc<Validator>>>,
}

/// Statuses that were seen, and that no operation's list has (rules V1-006 and V1-009).
const SEEN: [(&str, &str, u16); 2] =
    [("POST", "/users/getToken", 400), ("GET", "/payments/prepare/{merchant_uid}", 404)];
/// Paths whose last part may be left out: it is a parameter that is not required.
const MAY_END_EARLY: [&str; 2] =
    ["/payments/find/{merchant_uid}/{payment_status}", "/payments/findAll/{merchant_uid}/{payment_status}"];

/// The path whose refusals have a response (rule PW-026).
const TELLS_WHY: &str = "/paymentwall/delivery";

/// What every answer is, and some are nothing else.
const ENVELOPE: &str = "#/definitions/ResponseAnnotation";

/// What a list of billing keys holds.
const LISTED_KEYS: &str = "/definitions/MultipleCustomersResponse/allOf/1/properties/response/items";

static V1: LazyLock<Option<ContractV1>> = LazyLock::new(ContractV1::load);

impl ContractV1 {
    /// The V1 REST API's, if its file is there.
    pub fn get() -> Option<&'static Self> {
        V1.as_ref()
    }

    fn load() -> Option<Self> {
        let text = reference::text_of("portone-v1.openapi.json", "nothing of V1 is held against it")?;
        let mut document: Value = serde_json::from_str(&text).expect("the contract is JSON");
        // Its description says what its schema does not: the list mixes both kinds of keys.
        let mixed = json!({"anyOf": [{"$ref": "#/definitions/CustomerAnnotation"},
            {"$ref": "#/definitions/SuperBillingKeyAnnotation"}]});
        if let Some(items) = document.pointer_mut(LISTED_KEYS) {
            *items = mixed;
        }
        // So does that of the delivery's answer (rule PW-026).
        document["definitions"]["PaymentwallDeliveryDetailAnnotation"]["properties"]["success"] =
            json!({"type": "integer"});
        document["definitions"].as_object_mut().into_iter().flat_map(Map::values_mut).for_each(normalise);
        Some(Self { document, validators: Mutex::default() })
    }

    /// Every operation: its path's template and its method in capitals.
    pub fn operations(&self) -> impl Iterator<Item = (&str, String)> {
        let paths = self.document["paths"].as_object().into_iter().flatten();
        paths.flat_map(|(path, methods)| {
            let methods = methods.as_object().into_iter().flatten();
            methods.map(move |(method, _)| (path.as_str(), method.to_uppercase()))
        })
    }

    /// What an operation's body or query has to have.
    pub fn needed(&self, method: &str, path: &str) -> Vec<String> {
        let needed =
            self.parameters(path, method).iter().filter(|it| it["in"] != "path" && it["required"] == true);
        needed.filter_map(|it| it["name"].as_str().map(str::to_owned)).collect()
    }

    /// What an operation is sent, by its path's template and its method: each has a `name`, and where it is `in`.
    pub fn parameters(&self, template: &str, method: &str) -> &[Value] {
        let parameters = &self.document["paths"][template][method.to_lowercase()]["parameters"];
        parameters.as_array().map(Vec::as_slice).unwrap_or_default()
    }

    /// A definition by its reference.
    pub fn definition(&self, reference: &str) -> &Value {
        self.document.pointer(reference.trim_start_matches('#')).unwrap_or(&Value::Null)
    }

    /// Holds an answer against the contract. `path` has no prefix, and may have a query; `body` is `None` where it is not JSON.
    pub fn check_answer(&self, method: &str, path: &str, status: u16, body: Option<&Value>) -> Verdict {
        let Some((template, operation)) = self.operation(method, path) else { return Verdict::Uncharted };
        let Some(body) = body else { return Verdict::Broken(vec!["the answer is not JSON".to_owned()]) };
        let response = &operation["responses"][status.to_string()];
        let tells_nothing = response["schema"]["$ref"] == ENVELOPE;
        let mut problems = envelope_problems(status, body, template == TELLS_WHY, tells_nothing);
        if response.is_null() && status != 401 && !SEEN.contains(&(method, template, status)) {
            problems.push(format!("status {status} is not documented"));
        }
        if body["code"] == 0
            && let Some(schema) = response.get("schema").filter(|schema| !schema.is_null() && !tells_nothing)
        {
            let mut schema = one_of(schema).unwrap_or_else(|| schema.clone());
            normalise(&mut schema);
            let validator = self.validator(&schema);
            problems.extend(
                validator.iter_errors(body).map(|error| format!("{}: {error}", error.instance_path())),
            );
        }
        if problems.is_empty() { Verdict::Kept } else { Verdict::Broken(problems) }
    }

    /// The operation of a path: of several templates that fit, the one that says most itself.
    fn operation(&self, method: &str, path: &str) -> Option<(&str, &Value)> {
        let path = path.split('?').next().unwrap_or(path);
        let paths = self.document["paths"].as_object()?;
        let is_of = |template: &str| {
            let whole = fits(template, path);
            whole || (MAY_END_EARLY.contains(&template) && fits(template, &format!("{path}/any")))
        };
        let fitting = paths.iter().filter(|(template, _)| is_of(template));
        let (template, methods) = fitting.min_by_key(|(template, _)| template.matches('{').count())?;
        Some((template, methods.get(method.to_lowercase())?))
    }

    fn validator(&self, schema: &Value) -> Arc<Validator> {
        let mut validators = self.validators.lock().expect("no check panics with the lock held");
        let known = validators.entry(schema.to_string());
        let validator = known.or_insert_with(|| {
            let root = json!({"allOf": [schema], "definitions": self.document["definitions"]});
            let options = jsonschema::options().with_draft(jsonschema::Draft::Draft4);
            Arc::new(options.build(&root).expect("the contract's definitions compile"))
        });
        Arc::clone(validator)
    }
}

/// An answer of one of several shapes, which the document writes as members of one that never comes.
fn one_of(schema: &Value) -> Option<Value> {
    let members = schema["properties"].as_object()?;
    let is_shape = |name: &String, member: &Value| name.ends_with("Response") && member["$ref"].is_string();
    members.iter().all(|(name, member)| is_shape(name, member)).then(|| {
        let shapes: Vec<&Value> = members.values().collect();
        json!({"anyOf": shapes})
    })
}

/// What is wrong with the envelope alone (rule V1-003).
fn envelope_problems(status: u16, body: &Value, tells_why: bool, tells_nothing: bool) -> Vec<String> {
    let mut problems = Vec::new();
    let keys: Vec<&str> = body.as_object().into_iter().flat_map(Map::keys).map(String::as_str).collect();
    if keys != ["code", "message", "response"] {
        problems.push(format!("the envelope has {keys:?}"));
    }
    let Some(code) = body["code"].as_i64() else { return vec!["code is no integer".to_owned()] };
    let is_told = body["message"].as_str().is_some_and(|message| !message.is_empty());
    match (code, is_told) {
        (0, false) if body["message"].is_null() && body["response"].is_null() == tells_nothing => {}
        (0, _) => problems.push("code 0 has a response and no message".to_owned()),
        (_, true) if code != 0 && (body["response"].is_null() || tells_why) => {}
        (_, _) => problems.push("a code that is not 0 has a message and no response".to_owned()),
    }
    if code == 0 && !matches!(status, 200 | 207) {
        problems.push(format!("code 0 comes with status {status}"));
    }
    problems
}

/// Makes a definition one that a validator can use: no member it does not name, null where a member is not required, and
/// only members required that there are.
fn normalise(schema: &mut Value) {
    for limit in ["maxLength", "minLength", "maximum", "minimum"] {
        if let Some(number) = schema[limit].as_str().and_then(|text| text.parse::<i64>().ok()) {
            schema[limit] = json!(number);
        }
    }
    if let Some(parts) = schema.get("allOf").and_then(Value::as_array).cloned() {
        *schema = envelope(&parts);
    }
    let Some(properties) = schema.get("properties").and_then(Value::as_object).cloned() else {
        if let Some(items) = schema.get_mut("items") {
            normalise(items);
        }
        return;
    };
    let required: Vec<Value> = schema["required"].as_array().cloned().unwrap_or_default();
    let required: Vec<Value> = required
        .into_iter()
        .filter(|name| name.as_str().is_some_and(|name| properties.contains_key(name)))
        .collect();
    for (name, property) in schema["properties"].as_object_mut().into_iter().flatten() {
        normalise(property);
        if !required.contains(&json!(name)) {
            *property = json!({"anyOf": [property, {"type": "null"}]});
        }
    }
    let object = schema.as_object_mut().expect("a definition is an object");
    object.insert("additionalProperties".to_owned(), json!(false));
    // Draft 4 knows no empty list here.
    object.remove("required");
    if !required.is_empty() {
        object.insert("required".to_owned(), json!(required));
    }
}

/// `allOf` an envelope and its response, as one object.
fn envelope(parts: &[Value]) -> Value {
    let own = parts.iter().find_map(|part| part["properties"].get("response"));
    let response = own.cloned().unwrap_or_else(|| json!({}));
    json!({"properties": {"code": {"type": "integer"}, "message": {"type": "string"}, "response": response}})
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An answer that breaks the contract is noticed: a member of another type, one that nobody knows, one too long.
    #[test]
    fn what_breaks_it_is_noticed() {
        let Some(contract) = ContractV1::get() else { return };
        let code = |code: Value| json!({"code": 0, "message": null, "response": code});
        let check = |body: &Value| contract.check_answer("GET", "/banks/088", 200, Some(body));
        assert_eq!(check(&code(json!({"code": "088", "name": "a"}))), Verdict::Kept);
        for broken in [
            json!({"code": 88, "name": "a"}),
            json!({"code": "088"}),
            json!({"code": "088", "name": "a", "x": 1}),
        ] {
            assert!(matches!(check(&code(broken.clone())), Verdict::Broken(_)), "{broken}");
        }
        let mut refusal = json!({"code": 1, "message": "no", "response": null});
        assert_eq!(contract.check_answer("GET", "/banks/088", 404, Some(&refusal)), Verdict::Kept);
        assert!(matches!(
            contract.check_answer("GET", "/banks/088", 400, Some(&refusal)),
            Verdict::Broken(_)
        ));
        refusal["message"] = Value::Null;
        assert!(matches!(
            contract.check_answer("GET", "/banks/088", 404, Some(&refusal)),
            Verdict::Broken(_)
        ));
        assert_eq!(contract.check_answer("GET", "/unknown", 200, None), Verdict::Uncharted);
    }
}
