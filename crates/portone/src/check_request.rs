//! `portone check-request`: what a request would run into, for a shop's CI. Nothing is sent, and no gateway has to run.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::Path;

use portone_core::{Credentials, Upstream};
use portone_engine::directory::Directory;
use portone_engine::port::{DirectoryRows, GroupVersion};

use crate::cli::CheckRequestArgs;
use crate::config::Config;
use crate::demo;
use crate::system::{Failure, system_time};

/// Prints the answer; fails where the request would be refused.
pub(crate) fn run(args: &CheckRequestArgs) -> Result<(), Failure> {
    let config = match &args.config {
        Some(path) => Config::load(path)?,
        None => demo::config()?,
    };
    let question = read(&args.question)?;
    let answer = portone_gateway::check_request(&directory(&config), system_time(), &question)?;
    println!("{}", answer.json);
    if answer.refuses { Err("the request would be refused, as told above".into()) } else { Ok(()) }
}

fn read(path: &Path) -> Result<String, Failure> {
    let mut text = String::new();
    let read = if path == Path::new("-") {
        std::io::stdin().read_to_string(&mut text).map(|_| text)
    } else {
        std::fs::read_to_string(path)
    };
    read.map_err(|error| format!("cannot read the question {}: {error}", path.display()).into())
}

/// The declared channels and groups; nothing is sent to their upstreams.
fn directory(config: &Config) -> Directory {
    let declared = || config.stores.iter().map(|store| &store.declared);
    let now = system_time();
    let channels = declared().flat_map(|store| &store.channels).map(|(channel, _)| channel.clone());
    let groups = declared().flat_map(|store| &store.groups);
    let groups =
        groups.map(|(group, _)| GroupVersion { group: group.clone(), effective_at: now, created_at: now });
    let rows = DirectoryRows {
        revision: 0,
        channels: channels.collect(),
        deleted_channels: Vec::new(),
        groups: groups.collect(),
    };
    let upstreams: BTreeMap<String, Upstream> =
        config.upstreams.keys().map(|name| (name.clone(), nowhere())).collect();
    Directory::build(rows, &upstreams)
}

fn nowhere() -> Upstream {
    Upstream {
        base_url: "https://asked-about.invalid".to_owned(),
        credentials: Credentials::PortOneV2 { api_secret: "".into(), webhook_secret: None },
        notice_url: None,
    }
}
