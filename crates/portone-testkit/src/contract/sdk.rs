//! The V2 browser SDK's description, which has a format of its own, turned into OpenAPI's form.

use serde_json::{Map, Value, json};

/// Each function is a path that takes a POST, and its argument the body; resources are components.
pub(super) fn as_openapi(document: &Value) -> Value {
    let resources = &document["resources"];
    let functions = document["methods"].as_object().into_iter().flatten();
    let paths: Map<String, Value> = functions
        .map(|(name, function)| {
            let schema = schema(&function["input"], resources);
            (
                format!("/{name}"),
                json!({"post": {"requestBody": {"content": {"application/json": {"schema": schema}}}}}),
            )
        })
        .collect();
    json!({"paths": paths, "components": {"schemas": components(resources, resources)}})
}

/// The resources in their folders: a resource has a `type`, a folder has none.
fn components(folder: &Value, resources: &Value) -> Value {
    let members = folder.as_object().into_iter().flatten();
    let converted = members.map(|(name, member)| {
        let is_resource = member["type"].is_string();
        let value = if is_resource { schema(member, resources) } else { components(member, resources) };
        (name.clone(), value)
    });
    Value::Object(converted.collect())
}

fn schema(node: &Value, resources: &Value) -> Value {
    match node["type"].as_str().unwrap_or_default() {
        "resourceRef" => {
            let reference = node["$ref"].as_str().unwrap_or_default();
            json!({"$ref": reference.replace("#/resources/", "#/components/schemas/")})
        }
        // An intersection's parts each refuse the others' members, so that they are joined first.
        "object" | "error" | "intersection" => object(&properties(node, resources), resources),
        "emptyObject" => json!({"type": "object", "additionalProperties": false}),
        "oneOf" => one_of(object(&properties(node, resources), resources)),
        "union" => {
            json!({"anyOf": array(&node["types"]).map(|part| schema(part, resources)).collect::<Vec<_>>()})
        }
        "array" => json!({"type": "array", "items": schema(&node["items"], resources)}),
        "enum" => json!({"enum": variants(node)}),
        "stringLiteral" => json!({"enum": [node["value"]]}),
        "json" => json!({}),
        kind @ ("string" | "integer" | "boolean") => json!({"type": kind}),
        other => panic!("the browser SDK's description has a type `{other}` that is not known here"),
    }
}

fn object(properties: &Map<String, Value>, resources: &Value) -> Value {
    let is_required = |(_, property): &(&String, &Value)| property["optional"] != json!(true);
    let required: Vec<&String> = properties.iter().filter(is_required).map(|(name, _)| name).collect();
    let schemas: Map<String, Value> =
        properties.iter().map(|(name, property)| (name.clone(), schema(property, resources))).collect();
    let mut object = json!({"type": "object", "properties": schemas, "additionalProperties": false});
    // Draft 4 knows no empty list of them.
    if !required.is_empty() {
        object["required"] = json!(required);
    }
    object
}

/// Exactly one member, whichever: that each is required is not meant.
fn one_of(mut object: Value) -> Value {
    if let Some(members) = object.as_object_mut() {
        members.remove("required");
    }
    (object["minProperties"], object["maxProperties"]) = (json!(1), json!(1));
    object
}

/// The properties of an object, of what a reference names, or of the parts of an intersection together.
fn properties(node: &Value, resources: &Value) -> Map<String, Value> {
    match node["type"].as_str() {
        Some("resourceRef") => {
            let reference = node["$ref"].as_str().unwrap_or_default();
            let target = resources.pointer(reference.trim_start_matches("#/resources"));
            properties(target.unwrap_or_else(|| panic!("no resource is {reference}")), resources)
        }
        Some("intersection") => array(&node["types"]).flat_map(|part| properties(part, resources)).collect(),
        _ => node["properties"].as_object().cloned().unwrap_or_default(),
    }
}

/// The values of an enum, each with the enum's prefix too where it has one (`KRW`, `CURRENCY_KRW`).
fn variants(node: &Value) -> Vec<String> {
    let names = node["variants"].as_object().into_iter().flatten();
    let prefix = node["valuePrefix"].as_str();
    names
        .flat_map(|(name, _)| [Some(name.clone()), prefix.map(|prefix| format!("{prefix}_{name}"))])
        .flatten()
        .collect()
}

fn array(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}
