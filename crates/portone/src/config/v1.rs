//! What a store is on the V1 face: its keys, the code browsers know it by, the channel of requests that name none.

use std::collections::BTreeSet;

use portone_core::{Channel, ChannelKey, Secret};
use sha2::{Digest as _, Sha256};

use super::StoreV1;
use super::reader::{Reader, Section};

/// How many digits a user code has at most; PortOne's have eight.
const USER_CODE_DIGIT_COUNT_MAX: usize = 16;
/// The keys of a store that this reads.
pub(super) const KEYS: [&str; 3] = ["v1_keys", "v1_user_code", "default_channel"];

/// What must not stand twice in a file.
#[derive(Default)]
pub(super) struct SeenV1 {
    keys: BTreeSet<[u8; 32]>,
    user_codes: BTreeSet<String>,
}

/// Reads it; `channels` are the store's.
pub(super) fn read_v1<'a>(
    reader: &mut Reader<'a>,
    section: &Section<'a>,
    channels: &[Channel],
    seen: &mut SeenV1,
) -> StoreV1 {
    let keys = read_keys(reader, section, seen);
    let user_code = read_user_code(reader, section, seen);
    let default_channel: Option<ChannelKey> = reader.parsed(section, "default_channel");
    if let Some(key) = &default_channel
        && !channels.iter().any(|channel| channel.key == *key)
    {
        let declared: Vec<&str> = channels.iter().map(|channel| channel.key.as_str()).collect();
        let problem =
            format!("there is no channel `{key}` in this store; declared are {}", declared.join(", "));
        reader.problem_at(section, "default_channel", problem);
    }
    StoreV1 { keys, user_code, default_channel }
}

fn read_keys<'a>(
    reader: &mut Reader<'a>,
    section: &Section<'a>,
    seen: &mut SeenV1,
) -> Vec<(Secret<String>, Secret<String>)> {
    let mut keys = Vec::new();
    for table in reader.sections(section, "v1_keys") {
        reader.only(&table, &["key", "secret"]);
        for name in ["key", "secret"] {
            if !table.entries().any(|(known, _)| known == name) {
                reader.missing(&table, name);
            }
        }
        let (key, secret) = (reader.secret(&table, "key"), reader.secret(&table, "secret"));
        if key.as_ref().is_some_and(|key| !seen.keys.insert(Sha256::digest(key.expose().as_bytes()).into())) {
            reader.problem_at(&table, "key", "is declared twice; each key belongs to one store");
        }
        keys.extend(key.zip(secret));
    }
    keys
}

fn read_user_code<'a>(reader: &mut Reader<'a>, section: &Section<'a>, seen: &mut SeenV1) -> Option<String> {
    let code = reader.text(section, "v1_user_code")?;
    if code.trim().is_empty() {
        reader.problem_at(section, "v1_user_code", "is empty");
        return None;
    }
    if !seen.user_codes.insert(code.to_owned()) {
        let problem = format!("`{code}` is declared twice; each belongs to one store");
        reader.problem_at(section, "v1_user_code", problem);
    }
    Some(code.to_owned())
}

/// What the console calls the merchant's identification code (고객사 식별코드): `imp` and digits. A window at the upstream is
/// opened with it, so one that is mistyped is told at the start.
pub(super) fn read_upstream_user_code<'a>(reader: &mut Reader<'a>, table: &Section<'a>) -> Option<String> {
    let code = reader.text(table, "user_code")?;
    let digits = code.strip_prefix("imp").unwrap_or_default();
    if digits.is_empty()
        || digits.len() > USER_CODE_DIGIT_COUNT_MAX
        || !digits.bytes().all(|it| it.is_ascii_digit())
    {
        let problem = "is no user code; write it as the console shows it, such as \"imp12345678\"";
        reader.problem_at(table, "user_code", problem);
        return None;
    }
    Some(code.to_owned())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use crate::config::Config;

    #[test]
    fn an_upstreams_user_code_is_checked() {
        let source = |code: &str| {
            format!(
                "listen = \"127.0.0.1:8787\"\nadmin_token = \"admin\"\n[upstreams.live]\nkind = \"iamport-v1\"\n\
                 imp_key = \"k\"\nimp_secret = \"s\"\nuser_code = \"{code}\"\n"
            )
        };
        let told = |code: &str| {
            let found = Config::parse(&source(code), Path::new(".")).err().unwrap_or_default();
            found.iter().map(ToString::to_string).find(|problem| problem.contains("user_code"))
        };
        for wrong in ["", "imp", "12345678", "imp1234x", "imp12345678901234567"] {
            let expected = "line 7: upstreams.live.user_code: is no user code; write it as the console shows it, such as \
                            \"imp12345678\"";
            assert_eq!(told(wrong).as_deref(), Some(expected), "{wrong}");
        }
        assert_eq!(told("imp12345678"), None);
    }

    #[test]
    fn what_v1_needs_is_checked() {
        let source = r#"listen = "127.0.0.1:8787"
listen_v1 = "127.0.0.1:8787"
admin_token = "admin"
[upstreams.sandbox]
kind = "sandbox"
[[stores]]
id = "store-1"
api_secrets = ["one"]
v1_keys = [{ key = "imp", secret = "s" }, { key = "imp", secret = "t" }, { key = "other", scret = "s" }]
v1_user_code = ""
default_channel = "b"
[[stores.channels]]
key = "a"
provider = "KPN"
pg_merchant_id = "m"
environment = "test"
upstream = "sandbox"
[[stores]]
id = "store-2"
api_secrets = ["two"]
v1_user_code = "imp1"
[[stores]]
id = "store-3"
api_secrets = ["three"]
v1_user_code = "imp1"
"#;
        let expected = [
            "line 2: listen_v1: is where V2 listens, which has V1 under /v1; give it a port of its own or leave it out",
            "line 9: stores[0].v1_keys[1].key: is declared twice; each key belongs to one store",
            "line 9: stores[0].v1_keys[2].scret: unknown key; did you mean `secret`?",
            "line 9: stores[0].v1_keys[2].secret: is missing",
            "line 10: stores[0].v1_user_code: is empty",
            "line 11: stores[0].default_channel: there is no channel `b` in this store; declared are a",
            "line 25: stores[2].v1_user_code: `imp1` is declared twice; each belongs to one store",
        ];
        let found = Config::parse(source, Path::new(".")).err().unwrap_or_default();
        assert_eq!(found.iter().map(ToString::to_string).collect::<Vec<_>>(), expected);
    }
}
