//! What `portone serve` starts with when it is given no file: a demo shop with one channel a PG and a channel group,
//! on the sandbox. It is an ordinary configuration, which a reader can copy.

use std::path::Path;

use crate::config::Config;
use crate::system::Failure;

/// The demo's configuration file.
pub(crate) const TOML: &str = include_str!("../demo.toml");
/// The demo shop's API secret.
pub(crate) const API_SECRET: &str = "sandbox-api-secret";
/// The demo shop's channel group.
pub(crate) const GROUP: &str = "channel-group-test-demo";

/// The demo's configuration.
pub(crate) fn config() -> Result<Config, Failure> {
    Config::parse(TOML, Path::new(".")).map_err(|problems| {
        let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
        format!("the built-in demo configuration is wrong: {}", lines.join("; ")).into()
    })
}
