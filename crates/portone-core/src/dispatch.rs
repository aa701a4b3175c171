//! What every adapter crate's `lib.rs` would repeat: its type, its factory, and the trait as calls of its own functions.

/// Declares an adapter: a type that holds one channel's `Config`, its `FACTORY`, and [`PgAdapter`](crate::PgAdapter) as calls of
/// the crate's functions. Each of the five is named, so that nothing can be forgotten; each takes the `Config` first.
#[macro_export]
macro_rules! adapter {
    (
        $(#[$doc:meta])*
        pub struct $name:ident($config:ty) = $profile:path, $protocol:path;
        new: $new:expr,
        check: $check:expr,
        encode: $encode:expr,
        decode: $decode:expr,
        parse_notification: $parse_notification:expr $(,)?
    ) => {
        $(#[$doc])*
        #[derive(Debug)]
        pub struct $name {
            config: $config,
        }

        impl $name {
            /// The adapter of a channel at its upstream.
            ///
            /// Fails when the upstream speaks another protocol, or a secret of it cannot be read.
            pub fn new(
                channel: &$crate::Channel,
                upstream: &$crate::Upstream,
            ) -> Result<Self, $crate::SetupError> {
                Ok(Self { config: $new(channel, upstream)? })
            }
        }

        /// Builds the adapter of a channel.
        pub static FACTORY: $crate::AdapterFactory = $crate::AdapterFactory {
            profile: &$profile,
            protocol: $protocol,
            build: |channel, upstream| Ok(::std::sync::Arc::new($name::new(channel, upstream)?)),
        };

        impl $crate::PgAdapter for $name {
            fn profile(&self) -> &'static $crate::PgProfile {
                &$profile
            }

            fn check(&self, command: &$crate::Command, ctx: &$crate::CallContext, report: &mut $crate::Report) {
                let check = $check;
                check(&self.config, command, ctx, report);
            }

            fn encode(
                &self,
                command: &$crate::Admitted<'_>,
                ctx: &$crate::CallContext,
            ) -> Result<$crate::Progress, $crate::Report> {
                let encode = $encode;
                encode(&self.config, command.command(), ctx)
            }

            fn decode(
                &self,
                command: &$crate::Admitted<'_>,
                leg: $crate::Leg,
                reply: &$crate::PgReply,
                ctx: &$crate::CallContext,
            ) -> Result<$crate::Progress, $crate::PgError> {
                let decode = $decode;
                decode(&self.config, command.command(), leg, reply, ctx)
            }

            fn parse_notification(
                &self,
                raw: &$crate::RawNotification,
                ctx: &$crate::CallContext,
            ) -> Result<($crate::Notification, $crate::Ack), $crate::NotificationError> {
                let parse_notification = $parse_notification;
                parse_notification(&self.config, raw, ctx)
            }
        }
    };
}
