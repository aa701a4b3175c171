//! Webhooks as a file declares them.

use std::net::IpAddr;

use portone_core::Environment;
use portone_engine::webhook::{SECRET_COUNT_MAX, Target, WebhookEndpoint, WebhookFormat, WebhookSecret};

use super::reader::{Reader, Section};

const KEYS: &[&str] = &["url", "secret", "secrets", "version", "content_type", "environment", "redelivery"];
const ENVIRONMENTS: &[(&str, Environment)] = &[("live", Environment::Live), ("test", Environment::Test)];

/// How bodies are encoded.
#[derive(Clone, Copy, PartialEq, Eq)]
enum ContentType {
    Json,
    Form,
}

/// What bodies are.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Version {
    V2024April,
    V2024January,
    V1,
}

const VERSIONS: &[(&str, Version)] =
    &[("2024-04-25", Version::V2024April), ("2024-01-01", Version::V2024January), ("v1", Version::V1)];
const CONTENT_TYPES: &[(&str, ContentType)] =
    &[("application/json", ContentType::Json), ("application/x-www-form-urlencoded", ContentType::Form)];

/// A store's URLs.
pub(super) fn read_webhooks<'a>(
    reader: &mut Reader<'a>,
    store: &Section<'a>,
    private_targets: bool,
) -> Vec<WebhookEndpoint> {
    let sections = reader.sections(store, "webhooks");
    let read = sections.iter().map(|section| read_webhook(reader, section, private_targets));
    let read: Vec<Option<WebhookEndpoint>> = read.collect();
    for (at, section) in sections.iter().enumerate() {
        let target = |endpoint: &Option<WebhookEndpoint>| {
            endpoint.as_ref().map(|it| (it.target.environment, it.target.url.clone()))
        };
        let twice = target(&read[at])
            .is_some_and(|mine| read[..at].iter().any(|before| target(before).as_ref() == Some(&mine)));
        if twice {
            reader.problem_at(section, "url", "is declared twice for this environment");
        }
    }
    read.into_iter().flatten().collect()
}

fn read_webhook<'a>(
    reader: &mut Reader<'a>,
    section: &Section<'a>,
    private_targets: bool,
) -> Option<WebhookEndpoint> {
    reader.only(section, KEYS);
    let url = read_url(reader, section, private_targets);
    let version = read_version(reader, section);
    let secrets = read_secrets(reader, section, version == Some(Version::V1));
    reader.required_text(section, "environment");
    let environment = reader.one_of(section, "environment", ENVIRONMENTS);
    let format = version.and_then(|version| read_format(reader, section, version));
    let is_redelivered = reader.flag(section, "redelivery");
    if is_redelivered.is_some() && version.is_some_and(|version| version != Version::V1) {
        let remedy = "is version v1's only; the others are always sent again (V2-106)";
        reader.problem_at(section, "redelivery", remedy);
    }
    Some(WebhookEndpoint {
        target: Target { environment: environment?, url: url?, format: format? },
        secrets: secrets?,
        is_redelivered: is_redelivered.unwrap_or(version != Some(Version::V1)),
    })
}

fn read_url<'a>(reader: &mut Reader<'a>, section: &Section<'a>, private_targets: bool) -> Option<String> {
    let text = reader.required_text(section, "url")?;
    let url = reqwest::Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
    let Some(host) = url.as_ref().and_then(reqwest::Url::host_str) else {
        reader.problem_at(section, "url", format!("`{text}` is no http:// or https:// address"));
        return None;
    };
    let literal: Option<IpAddr> = host.trim_start_matches('[').trim_end_matches(']').parse().ok();
    let private = literal.map_or(host == "localhost", |address| !portone_http::is_public(address));
    if private && !private_targets {
        let remedy =
            "leads to a private address, which nothing is sent to; set webhook_private_targets = true";
        reader.problem_at(section, "url", remedy);
        return None;
    }
    Some(text.to_owned())
}

/// One secret, or two while one replaces the other (rule V2-105). V1 signs nothing unless it is given one (rule V1-091).
fn read_secrets<'a>(
    reader: &mut Reader<'a>,
    section: &Section<'a>,
    may_be_none: bool,
) -> Option<Vec<WebhookSecret>> {
    let has = |name: &str| section.entries().any(|(key, _)| key == name);
    let (key, texts) = match (has("secret"), has("secrets")) {
        (true, false) => ("secret", reader.secret(section, "secret").into_iter().collect()),
        (false, true) => ("secrets", reader.secrets(section, "secrets")),
        (true, true) => {
            reader.problem_at(section, "secrets", "are given together with secret; give one of them");
            return None;
        }
        (false, false) if may_be_none => return Some(Vec::new()),
        (false, false) => {
            reader.missing(section, "secret");
            return None;
        }
    };
    if key == "secrets" && (texts.is_empty() || texts.len() > SECRET_COUNT_MAX) {
        reader.problem_at(section, key, "hold one secret, or two while one replaces the other (V2-105)");
        return None;
    }
    let secrets: Result<Vec<_>, _> = texts.iter().map(WebhookSecret::parse).collect();
    secrets.map_err(|problem| reader.problem_at(section, key, problem.to_string())).ok()
}

fn read_version<'a>(reader: &mut Reader<'a>, section: &Section<'a>) -> Option<Version> {
    reader.required_text(section, "version")?;
    reader.one_of(section, "version", VERSIONS)
}

fn read_format<'a>(
    reader: &mut Reader<'a>,
    section: &Section<'a>,
    version: Version,
) -> Option<WebhookFormat> {
    let content_type = reader.one_of(section, "content_type", CONTENT_TYPES).unwrap_or(ContentType::Json);
    match (version, content_type) {
        (Version::V2024April, ContentType::Json) => Some(WebhookFormat::V2024April),
        (Version::V2024April, ContentType::Form) => {
            let remedy = "version 2024-04-25 is always application/json; leave it out (V2-100)";
            reader.problem_at(section, "content_type", remedy);
            None
        }
        (Version::V2024January, ContentType::Json) => Some(WebhookFormat::V2024JanuaryJson),
        (Version::V2024January, ContentType::Form) => Some(WebhookFormat::V2024JanuaryForm),
        (Version::V1, ContentType::Json) => Some(WebhookFormat::V1Json),
        (Version::V1, ContentType::Form) => Some(WebhookFormat::V1Form),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::Config;

    const HEAD: &str = "admin_token = \"t\"\n[upstreams.sandbox]\nkind = \"sandbox\"\n[[stores]]\nid = \"store-1\"\napi_secrets = [\"s\"]\n";

    fn problems(head: &str, webhooks: &str) -> Vec<String> {
        let found =
            Config::parse(&format!("{head}{HEAD}{webhooks}"), Path::new(".")).err().unwrap_or_default();
        found.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn every_mistake_is_named_with_its_line() {
        let webhooks = r#"webhooks = [
  { url = "ftp://shop.example", secret = "whsec_bXkta2V5", version = "2024-04-25", environment = "test" },
  { url = "http://127.0.0.1:9000/hook", secret = "bXkta2V5", version = "v3", environment = "prod" },
  { url = "https://shop.example/", version = "2024-04-25", environment = "live", content_type = "application/x-www-form-urlencoded" },
  { url = "https://shop.example/", secrets = ["whsec_YQ==", "whsec_Yg==", "whsec_Yw=="], version = "2024-01-01", environment = "live", colour = "red" },
]
"#;
        let path = "stores[0].webhooks";
        let expected = [
            format!("line 8: {path}[0].url: `ftp://shop.example` is no http:// or https:// address"),
            format!(
                "line 9: {path}[1].url: leads to a private address, which nothing is sent to; set webhook_private_targets = true"
            ),
            format!(
                "line 9: {path}[1].version: `v3` is not known; use \"2024-04-25\" or \"2024-01-01\" or \"v1\""
            ),
            format!("line 9: {path}[1].secret: is no webhook secret; write whsec_ and then base64"),
            format!("line 9: {path}[1].environment: `prod` is not known; use \"live\" or \"test\""),
            format!("line 10: {path}[2].secret: is missing"),
            format!(
                "line 10: {path}[2].content_type: version 2024-04-25 is always application/json; leave it out (V2-100)"
            ),
            format!(
                "line 11: {path}[3].colour: unknown key; known keys are url, secret, secrets, version, content_type, environment, redelivery"
            ),
            format!(
                "line 11: {path}[3].secrets: hold one secret, or two while one replaces the other (V2-105)"
            ),
        ];
        assert_eq!(problems("", webhooks), expected);
    }

    #[test]
    fn what_is_right_is_taken() {
        let webhooks = r#"webhooks = [
  { url = "http://localhost:9000/hook", secrets = ["whsec_YQ==", "whsec_Yg=="], version = "2024-04-25", environment = "test" },
  { url = "http://[::1]/old", secret = "whsec_YQ==", version = "2024-01-01", content_type = "application/x-www-form-urlencoded", environment = "live" },
  { url = "https://shop.example/v1", version = "v1", environment = "live" },
  { url = "https://shop.example/form", secret = "whsec_YQ==", version = "v1", redelivery = true, content_type = "application/x-www-form-urlencoded", environment = "live" },
]
"#;
        assert_eq!(problems("webhook_private_targets = true\n", webhooks), Vec::<String>::new());
        assert_eq!(problems("", webhooks).len(), 2);
        let one = r#"{ url = "https://a.example/", secret = "whsec_YQ==", version = "2024-04-25", environment = "test" }"#;
        let twice = format!("webhooks = [{one}, {one}]\n");
        assert_eq!(
            problems("", &twice),
            ["line 7: stores[0].webhooks[1].url: is declared twice for this environment"]
        );
    }
}
