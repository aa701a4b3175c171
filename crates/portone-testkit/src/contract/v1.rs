//! The V1 REST API's description, Swagger 2, turned into OpenAPI's form, with its known mistakes put right.

use serde_json::{Map, Value, json};

/// Parameters of forms become a body, definitions become components.
pub(super) fn as_openapi(document: &Value) -> Value {
    let Value::Object(mut document) = document.clone() else { panic!("the description is an object") };
    let mut paths = Map::new();
    for (path, methods) in object(document.remove("paths")) {
        let methods: Map<String, Value> = object(Some(methods))
            .into_iter()
            .map(|(method, operation)| (method, described(operation)))
            .collect();
        if let Some(short) = without_optional_end(&path, &methods) {
            paths.insert(short, Value::Object(methods.clone()));
        }
        paths.insert(path, Value::Object(methods));
    }
    correct_key_issue(&mut paths);
    let schemas: Map<String, Value> = object(document.remove("definitions"))
        .into_iter()
        .map(|(name, schema)| (name, normal(schema)))
        .collect();
    json!({"paths": paths, "components": {"schemas": schemas}})
}

/// Rule DOC-068: a key is issued by `pg` or by a group as well; `channel_key` is one of three.
fn correct_key_issue(paths: &mut Map<String, Value>) {
    let pointer = "/post/requestBody/content/application~1json/schema";
    let issue = paths.get_mut("/subscribe/customers/{customer_uid}");
    let Some(schema) = issue.and_then(|issue| issue.pointer_mut(pointer)) else { return };
    if let Some(required) = schema["required"].as_array_mut() {
        required.retain(|name| name != "channel_key");
    }
    schema["anyOf"] =
        ["channel_key", "pg", "channel_group_id"].iter().map(|name| json!({"required": [name]})).collect();
}

/// A path's last segment may be optional (`/payments/findAll/{merchant_uid}/{payment_status}`), which OpenAPI has not got.
fn without_optional_end(path: &str, methods: &Map<String, Value>) -> Option<String> {
    let (short, last) = path.rsplit_once('/')?;
    let name = last.strip_prefix('{')?.strip_suffix('}')?;
    let is_optional = |parameter: &Value| parameter["name"] == name && parameter["required"] == json!(false);
    let mut parameters =
        methods.values().flat_map(|operation| operation["parameters"].as_array().into_iter().flatten());
    parameters.any(is_optional).then(|| short.to_owned())
}

fn described(operation: Value) -> Value {
    let mut operation = object(Some(operation));
    let parameters = match operation.remove("parameters") {
        Some(Value::Array(parameters)) => parameters,
        _ => Vec::new(),
    };
    let (fields, others): (Vec<_>, Vec<_>) =
        parameters.into_iter().partition(|parameter| parameter["in"] == "formData");
    let others: Vec<Value> = others
        .into_iter()
        .map(|parameter| {
            json!({"name": parameter["name"], "in": parameter["in"], "required": parameter["required"],
                "schema": schema_of(parameter)})
        })
        .collect();
    let responses: Map<String, Value> = object(operation.remove("responses"))
        .into_iter()
        .map(|(status, response)| (status, json_of(response["schema"].clone())))
        .collect();
    let mut described = json!({"parameters": others, "responses": responses});
    if !fields.is_empty() {
        described["requestBody"] = json_of(form(fields));
    }
    described
}

fn json_of(schema: Value) -> Value {
    if schema.is_null() {
        json!({})
    } else {
        json!({"content": {"application/json": {"schema": normal(schema)}}})
    }
}

fn form(fields: Vec<Value>) -> Value {
    let is_required = |field: &&Value| field["required"] == json!(true);
    let required: Vec<Value> = fields.iter().filter(is_required).map(|field| field["name"].clone()).collect();
    let properties: Map<String, Value> = fields
        .into_iter()
        .map(|field| (field["name"].as_str().unwrap_or_default().to_owned(), schema_of(field)))
        .collect();
    let mut form = json!({"type": "object", "properties": properties, "additionalProperties": false});
    // Draft 4 knows no empty list of them.
    if !required.is_empty() {
        form["required"] = required.into();
    }
    form
}

/// A parameter's own schema: Swagger 2 writes it among the parameter's members.
fn schema_of(parameter: Value) -> Value {
    let mut parameter = object(Some(parameter));
    if let Some(schema) = parameter.remove("schema") {
        return normal(schema);
    }
    parameter.retain(|name, _| !["name", "in", "required", "description"].contains(&name.as_str()));
    normal(Value::Object(parameter))
}

/// A schema as draft 4 wants it. Rule DOC-071: names that are no property are required by mistake. Rule DOC-072: limits are
/// written as texts. A limit shorter than the values it limits is a mistake too (`/paymentwall/delivery`, `status`).
fn normal(schema: Value) -> Value {
    let Value::Object(mut schema) = schema else { return schema };
    if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
        return json!({"$ref": reference.replace("#/definitions/", "#/components/schemas/")});
    }
    // The items of Naver Pay's lists are written as the name of their type.
    if let Some(Value::String(kind)) = schema.get("items").cloned() {
        schema.insert("items".to_owned(), json!({ "type": kind }));
    }
    for name in ["maxLength", "minLength", "maximum", "minimum"] {
        if let Some(limit) =
            schema.get(name).and_then(Value::as_str).and_then(|text| text.parse::<i64>().ok())
        {
            schema.insert(name.to_owned(), limit.into());
        }
    }
    let longest = schema.get("enum").and_then(Value::as_array).and_then(|values| {
        values.iter().filter_map(Value::as_str).map(|value| value.chars().count() as u64).max()
    });
    if longest.is_some_and(|longest| {
        schema.get("maxLength").and_then(Value::as_u64).is_some_and(|max| max < longest)
    }) {
        schema.remove("maxLength");
    }
    correct_required(&mut schema);
    for name in ["properties", "definitions"] {
        if let Some(Value::Object(members)) = schema.get_mut(name) {
            members.values_mut().for_each(|member| *member = normal(member.take()));
        }
    }
    for name in ["items", "additionalProperties"] {
        if let Some(member) = schema.get_mut(name) {
            *member = normal(member.take());
        }
    }
    if let Some(Value::Array(parts)) = schema.get_mut("allOf") {
        for part in parts {
            *part = normal(part.take());
        }
    }
    Value::Object(schema)
}

fn correct_required(schema: &mut Map<String, Value>) {
    let properties = schema.get("properties").and_then(Value::as_object);
    let known: Vec<Value> = match schema.get("required") {
        Some(Value::Array(names)) => names
            .iter()
            .filter(|name| {
                properties.is_none_or(|all| name.as_str().is_some_and(|name| all.contains_key(name)))
            })
            .cloned()
            .collect(),
        _ => Vec::new(),
    };
    if known.is_empty() {
        schema.remove("required");
    } else {
        schema.insert("required".to_owned(), known.into());
    }
}

fn object(value: Option<Value>) -> Map<String, Value> {
    match value {
        Some(Value::Object(members)) => members,
        _ => Map::new(),
    }
}
