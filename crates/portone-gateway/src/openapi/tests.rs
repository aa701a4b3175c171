//! The description names every route, and its examples are what they say.

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
        (include_str!("../v2/mod.rs"), v2::OPERATIONS),
        (include_str!("../v1/mod.rs"), v1::OPERATIONS),
        (include_str!("../admin/mod.rs"), admin::OPERATIONS),
        (include_str!("../health.rs"), health::OPERATIONS),
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

/// Each success has a schema with a name, and no member is null.
#[test]
fn every_answer_has_a_schema() {
    let document = document();
    let schemas = document["components"]["schemas"].as_object().unwrap();
    for operation in v2::OPERATIONS.iter().filter(|operation| operation.endpoint.is_some()) {
        let described = &document["paths"][operation.path][operation.method.to_ascii_lowercase()];
        let schema = &described["responses"]["200"]["content"]["application/json"]["schema"];
        let name = schema["$ref"].as_str().and_then(|it| it.strip_prefix("#/components/schemas/"));
        let named = &schemas[name.unwrap_or_else(|| panic!("{} has a schema: {schema}", operation.id))];
        assert_eq!(named["type"], "object", "{}: {named}", operation.id);
    }
    for (name, schema) in schemas.iter().filter(|(name, _)| *name != "V1Answer") {
        assert!(!schema.to_string().contains("\"null\""), "{name}: {schema}");
    }
    let text = document.to_string();
    for name in text.split("\"#/components/schemas/").skip(1).map(|rest| rest.split('"').next().unwrap()) {
        assert!(schemas.contains_key(name), "{name} is there");
    }
}

#[test]
fn a_route_that_is_not_described_is_noticed() {
    let source = ".route(\"/a\", get(a).post(b)).route(\"/b\", both) let both = put(c).delete(d);";
    let expected = [("DELETE", "/b"), ("GET", "/a"), ("POST", "/a"), ("PUT", "/b")];
    assert_eq!(routed(source), expected.map(|(m, p)| (m.to_owned(), p.to_owned())).into());
}
