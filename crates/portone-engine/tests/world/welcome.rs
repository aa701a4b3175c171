//! A channel whose windows issue billing keys by telephone and take their first payment (see [`portone_testkit::widened`]).

use portone_core::{AdapterFactory, Channel};
use portone_engine::EngineConfig;
use portone_testkit::widened;

use super::{World, channel};

pub const WELCOME: &str = "channel-key-welcome";

const FACTORY: AdapterFactory =
    widened::factory(|channel, upstream| widened::over(portone_router::registry(), "KPN", channel, upstream));

/// The sandbox plays two PGs; what they lack besides is for their adapters to say.
pub fn played_as(channel: &Channel) -> &str {
    if channel.key.as_str() == WELCOME { "KPN" } else { channel.provider.as_str() }
}

impl World {
    pub async fn with_issue_and_pay() -> Self {
        let config = EngineConfig { adapters: &[FACTORY], ..EngineConfig::default() };
        Self::build(vec![channel(WELCOME, "WELCOME")], Vec::new(), 1, config).await
    }
}
