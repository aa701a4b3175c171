//! `portone seal` and `portone rotate-key`: secrets at rest, and the key they are sealed with.

use std::io::{self, IsTerminal as _, Read as _};
use std::path::Path;

use portone_core::Secret;

use crate::cli::{RotateKeyArgs, SealArgs};
use crate::config::{Config, load_keyring};
use crate::serve::configuration;
use crate::system::Failure;

/// How long a secret of a configuration file may be, in bytes.
const SECRET_LENGTH_MAX: u64 = 64 * 1024;
/// After how many secrets people are told how far it is.
const TOLD_COUNT: u64 = 100_000;

/// Reads a secret from standard input, and prints what stands for it in a configuration file.
pub(crate) fn seal(args: &SealArgs) -> Result<(), Failure> {
    let path: &Path = &args.config;
    let keyring = load_keyring(path)?
        .ok_or_else(|| format!("{}: encryption_key is not set; write encryption_key = {{ env = \"PORTONE_ENCRYPTION_KEY\" }} at its top", path.display()))?;
    if io::stdin().is_terminal() {
        eprintln!("portone: type the secret, then Enter and Ctrl-D");
    }
    let mut text = String::new();
    io::stdin().lock().take(SECRET_LENGTH_MAX + 1).read_to_string(&mut text)?;
    let secret = Secret::new(text);
    if secret.expose().len() as u64 > SECRET_LENGTH_MAX {
        return Err(format!("what is on standard input is longer than {SECRET_LENGTH_MAX} bytes").into());
    }
    let clear = Secret::from(secret.expose().trim());
    if clear.expose().is_empty() {
        return Err("there is no secret on standard input".into());
    }
    println!("{{ sealed = \"{}\" }}", keyring.seal_for_configuration(&clear)?);
    Ok(())
}

/// Seals every secret of the ledger with `encryption_key`.
pub(crate) fn rotate_key(args: &RotateKeyArgs) -> Result<(), Failure> {
    let Config { database, keyring, sealed_otherwise, .. } = configuration(&args.serve)?;
    let missing = "encryption_key is not set: make a key with `openssl rand -base64 32`, and name it in the configuration";
    let keyring = keyring.ok_or(missing)?;
    let id = keyring.current_id().ok_or(missing)?.to_owned();
    let mut told = 0;
    let rotated = portone_store::rotate(database.place(), &keyring, &mut |count| {
        if count - told >= TOLD_COUNT {
            told = count;
            eprintln!("portone: looked at {count} secrets so far");
        }
    })?;
    println!(
        "sealed {} secrets with the key {id}; {} were sealed with it already",
        rotated.sealed_count, rotated.current_count
    );
    if !rotated.is_wiped {
        println!(
            "what they were before may still be on the disk: see docs/encryption.md, \"What is left of before\""
        );
    }
    for path in sealed_otherwise {
        println!(
            "{path} in the configuration is not sealed with encryption_key: seal it anew with `portone seal`"
        );
    }
    Ok(())
}
