//! `encryption_key`, `encryption_key_previous` and `encryption_key_next`: what secrets at rest are sealed with.

use std::path::Path;
use std::sync::Arc;

use portone_core::Environment;
use portone_store::{EncryptionKey, Keyring};

use super::reader::{Reader, Section};
use super::{Config, ConfigError, load_as};
use crate::system::SystemRandom;

/// The key of now, the one before it, and the one to come.
pub(super) fn read_keyring<'a>(reader: &mut Reader<'a>, root: &Section<'a>) -> Option<Arc<Keyring>> {
    let is_set = |key| root.entries().any(|(name, _)| name == key);
    let current = read_key(reader, root, "encryption_key");
    let previous = read_key(reader, root, "encryption_key_previous");
    if is_set("encryption_key_previous") && !is_set("encryption_key") {
        let remedy =
            "is given without encryption_key, which seals; to go on with one key, name it encryption_key";
        reader.problem_at(root, "encryption_key_previous", remedy);
    }
    let next = read_key(reader, root, "encryption_key_next");
    let is_any = current.is_some() || next.is_some();
    is_any.then(|| Arc::new(Keyring::new(current, previous.into_iter().chain(next), Arc::new(SystemRandom))))
}

fn read_key<'a>(reader: &mut Reader<'a>, root: &Section<'a>, name: &str) -> Option<EncryptionKey> {
    let text = reader.secret_elsewhere(root, name)?;
    // A file may end with a line's end.
    EncryptionKey::parse(&text).map_err(|error| reader.problem_at(root, name, error.to_string())).ok()
}

/// The keys of a file whose other settings need not be right yet.
pub(crate) fn load_keyring(path: &Path) -> Result<Option<Arc<Keyring>>, ConfigError> {
    load_as(path, |reader, root| Some(read_keyring(reader, root)))
}

impl Config {
    /// What an owner should know of secrets at rest.
    pub(crate) fn warnings(&self) -> Vec<String> {
        let live = self.stores.iter().filter(|store| {
            store.declared.channels.iter().any(|(channel, _)| channel.environment == Environment::Live)
        });
        let is_sealing = self.keyring.as_ref().is_some_and(|keyring| keyring.current_id().is_some());
        let unsealed = live.filter(|_| !is_sealing).map(|store| {
            format!(
                "store {} has live channels and encryption_key is not set: what PGs charge cards with stands in the \
                 database in clear (docs/encryption.md)",
                store.id()
            )
        });
        let outdated = self.sealed_otherwise.iter().map(|path| {
            format!("{path} is not sealed with encryption_key: seal it anew with `portone seal` before that key goes")
        });
        unsealed.chain(outdated).collect()
    }
}

#[cfg(test)]
mod tests {
    use portone_core::Secret;

    use super::*;

    const REST: &str = "admin_token = \"t\"\n[upstreams.sandbox]\nkind = \"sandbox\"\n\
        [[stores]]\nid = \"s\"\nname = \"S\"\napi_secrets = [\"x\"]\n";

    /// A folder with a key of each byte in a file of its own, `one` and `two`.
    fn folder() -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("a folder");
        for (name, byte) in [("one", "01"), ("two", "02")] {
            std::fs::write(folder.path().join(name), format!("{}\n", byte.repeat(32))).expect("is written");
        }
        folder
    }

    fn parse(settings: &str, folder: &Path) -> Result<Config, String> {
        Config::parse(&format!("{settings}\n{REST}"), folder)
            .map_err(|problems| problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
    }

    #[test]
    fn keys_are_read_and_never_stand_in_the_file() {
        let folder = folder();
        let config = parse("encryption_key = { file = \"one\" }", folder.path()).expect("reads");
        assert!(config.keyring.is_some() && !format!("{config:?}").contains("0101"));
        for (wrong, told) in [
            (format!("encryption_key = \"{}\"", "01".repeat(32)), "encryption_key: stands in the file"),
            ("encryption_key = { file = \"none\" }".to_owned(), "encryption_key: cannot read"),
            ("encryption_key_previous = { file = \"one\" }".to_owned(), "is given without encryption_key"),
            ("encryption_key = { env = \"PORTONE_TEST_UNSET\" }".to_owned(), "PORTONE_TEST_UNSET is not set"),
        ] {
            let problems = parse(&wrong, folder.path()).expect_err("is wrong");
            assert!(problems.contains(told) && !problems.contains("0101"), "{problems}");
        }
        std::fs::write(folder.path().join("short"), "abcd").expect("is written");
        let short = parse("encryption_key = { file = \"short\" }", folder.path()).expect_err("is no key");
        assert!(short.contains("openssl rand -base64 32"), "{short}");
    }

    #[test]
    fn a_sealed_setting_is_opened_and_an_outdated_one_named() {
        let folder = folder();
        let one = parse("encryption_key = { file = \"one\" }", folder.path()).expect("reads").keyring;
        let sealed = one.expect("a key").seal_for_configuration(&Secret::from("t0ken")).expect("seals");
        let with = |keys: &str| {
            let settings = format!("{keys}\nadmin_token = {{ sealed = \"{sealed}\" }}");
            Config::parse(
                &format!("{settings}\n{}", REST.replacen("admin_token = \"t\"\n", "", 1)),
                folder.path(),
            )
            .map_err(|problems| problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
        };
        let config = with("encryption_key = { file = \"one\" }").expect("reads");
        assert_eq!(config.admin_token.expose(), "t0ken");
        assert_eq!(config.warnings(), Vec::<String>::new());
        let both = with("encryption_key = { file = \"two\" }\nencryption_key_previous = { file = \"one\" }");
        let warnings = both.expect("reads").warnings();
        assert!(warnings[0].starts_with("admin_token is not sealed with encryption_key:"), "{warnings:?}");
        let next = with("encryption_key_next = { file = \"one\" }").expect("a key that only opens");
        assert_eq!(next.keyring.expect("a key").current_id(), None);
        let missing = with("").expect_err("has no key");
        assert!(
            missing.contains("admin_token") && missing.contains("encryption_key is not set"),
            "{missing}"
        );
        let wrong = with("encryption_key = { file = \"two\" }").expect_err("has another key");
        assert!(wrong.contains("which none of encryption_key"), "{wrong}");
    }
}
