//! The adapters this build has: the one list that a new PG adds a line to.

use portone_core::{AdapterFactory, PgProvider};

static REGISTRY: &[AdapterFactory] = &[
    #[cfg(feature = "smartro")]
    pg_smartro::FACTORY,
    #[cfg(feature = "kpn")]
    pg_kpn::FACTORY,
];

/// Every adapter of this build.
pub fn registry() -> &'static [AdapterFactory] {
    REGISTRY
}

/// The adapter of a provider; `None` when this build has none (its Cargo feature is off).
pub fn factory(provider: &PgProvider) -> Option<&'static AdapterFactory> {
    REGISTRY.iter().find(|factory| provider == factory.profile.provider)
}
