//! What an adapter sends, held against the contract of whom it is sent to.

use portone_core::{Auth, PgRequest, Sdk, SdkCall};
use serde_json::Value;

use super::{Contract, Verdict};

/// Holds a request to a REST API against its contract: path, query and body. `None` where the contract's file is absent.
pub fn check_sent(request: &PgRequest, base_url: &str) -> Option<Verdict> {
    let contract = match request.auth {
        Auth::PortOneSecret(_) => Contract::v2()?,
        Auth::V1Token(_) | Auth::Bearer(_) | Auth::InBody => Contract::v1()?,
    };
    let path = request.url.strip_prefix(base_url).unwrap_or(&request.url);
    let body = request.body.as_ref().map(|body| json(body.bytes()));
    Some(contract.check_exchange(request.method.as_str(), path, body.as_ref()))
}

/// Holds a call of a browser SDK against its contract. `None` where the contract's file is absent, and of V1's SDK, whose
/// arguments are published in prose only.
pub fn check_called(call: &SdkCall) -> Option<Verdict> {
    if call.sdk == Sdk::V1 {
        return None;
    }
    let arguments = json(call.arguments.bytes());
    Some(Contract::browser_sdk()?.check_request("POST", &format!("/{}", call.function), &arguments))
}

fn json(bytes: &[u8]) -> Value {
    serde_json::from_slice(bytes).expect("a body is JSON")
}

impl Contract {
    /// Holds a whole request against the contract: a path it has, a body where it wants one, and no unknown parameter in
    /// the query.
    pub fn check_exchange(&self, method: &str, path: &str, body: Option<&Value>) -> Verdict {
        let Some((_, operation)) = self.operation(method, path) else { return Verdict::Uncharted };
        let mut problems =
            self.query_problems(operation, path.split_once('?').map_or("", |(_, query)| query));
        match body {
            Some(body) => problems.extend(self.check_request(method, path, body).problems()),
            None if wants_body(operation) => problems.push("the body is missing".to_owned()),
            None => {}
        }
        if problems.is_empty() { Verdict::Kept } else { Verdict::Broken(problems) }
    }

    fn query_problems(&self, operation: &Value, query: &str) -> Vec<String> {
        let given: Vec<(&str, String)> = query
            .split('&')
            .filter(|pair| !pair.is_empty())
            .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
            .map(|(name, value)| (name, decoded(value)))
            .collect();
        let known = operation["parameters"].as_array().into_iter().flatten();
        let known: Vec<&Value> = known.filter(|parameter| parameter["in"] == "query").collect();
        let mut problems = Vec::new();
        for (name, value) in &given {
            match known.iter().find(|parameter| parameter["name"] == *name) {
                None => problems.push(format!("?{name} is not documented")),
                Some(parameter) => problems.extend(self.parameter_problems(parameter, value)),
            }
        }
        let missing = known.iter().filter(|parameter| parameter["required"] == true);
        let missing = missing.filter(|parameter| given.iter().all(|(name, _)| parameter["name"] != *name));
        problems.extend(missing.map(|parameter| format!("?{} is missing", parameter["name"])));
        problems
    }

    /// A parameter is a word, or JSON where the contract says so.
    fn parameter_problems(&self, parameter: &Value, text: &str) -> Vec<String> {
        let as_json = &parameter["content"]["application/json"]["schema"];
        let (schema, is_word) = if as_json.is_null() {
            (&parameter["schema"], parameter["schema"]["type"] == "string")
        } else {
            (as_json, false)
        };
        let value = if is_word { Some(Value::from(text)) } else { serde_json::from_str(text).ok() };
        let Some(value) = value else {
            return vec![format!("?{} cannot be read: {text}", parameter["name"])];
        };
        self.hold(schema, &value, None).problems()
    }
}

impl Verdict {
    fn problems(self) -> Vec<String> {
        match self {
            Self::Uncharted => vec!["there is no such operation".to_owned()],
            Self::Kept => Vec::new(),
            Self::Broken(problems) => problems,
        }
    }
}

/// An operation says so, or has a required field.
fn wants_body(operation: &Value) -> bool {
    let body = &operation["requestBody"];
    body["required"] == true || body["content"]["application/json"]["schema"]["required"].is_array()
}

fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let code = after.get(..2).filter(|_| *first == b'%').and_then(|code| std::str::from_utf8(code).ok());
        let (byte, left) = match code.and_then(|code| u8::from_str_radix(code, 16).ok()) {
            Some(byte) => (byte, &after[2..]),
            None => (*first, after),
        };
        bytes.push(byte);
        rest = left;
    }
    String::from_utf8(bytes).expect("a query is UTF-8")
}
