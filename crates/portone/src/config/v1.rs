//! What a store is on the V1 face: its keys, the code browsers know it by, the channel of requests that name none.

use std::collections::BTreeSet;

use portone_core::{Channel, ChannelKey, Secret};
use sha2::{Digest as _, Sha256};

use super::StoreV1;
use super::reader::{Reader, Section};

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
