//! A channel whose windows issue billing keys by telephone and take their first payment (see [`portone_testkit::widened`]).

use portone_core::{AdapterFactory, Channel};
use portone_testkit::widened;

use crate::world::{KPN, SMARTRO, World, channel};

pub(crate) const WELCOME: &str = "channel-key-welcome";

pub(crate) const FACTORY: AdapterFactory =
    widened::factory(|channel, upstream| widened::over(portone_router::registry(), "KPN", channel, upstream));

/// The sandbox plays two PGs; what they lack besides is for their adapters to say.
pub(crate) fn played_as(channel: &Channel) -> &str {
    if channel.key.as_str() == WELCOME { "KPN" } else { channel.provider.as_str() }
}

impl World {
    /// A world with that channel beside the two PGs.
    pub(crate) async fn with_issue_and_pay() -> Self {
        Self::build(&[(SMARTRO, 50), (KPN, 50)], None, false, &[channel(WELCOME, "WELCOME")]).await
    }
}
