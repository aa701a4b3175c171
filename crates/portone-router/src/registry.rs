//! The adapters this build has: the one list that a new PG adds a line to.

use portone_core::{AdapterFactory, PgProvider, Protocol};

static REGISTRY: &[AdapterFactory] = &[
    #[cfg(feature = "smartro")]
    pg_smartro::FACTORY,
    #[cfg(feature = "smartro")]
    pg_smartro::FACTORY_V1,
    #[cfg(feature = "kpn")]
    pg_kpn::FACTORY,
    #[cfg(feature = "kpn")]
    pg_kpn::FACTORY_V1,
    #[cfg(feature = "paymentwall")]
    pg_paymentwall::FACTORY,
    #[cfg(feature = "paymentwall")]
    pg_paymentwall::FACTORY_V2,
    #[cfg(feature = "iamport-v1")]
    pg_iamport_v1::FACTORY,
];

/// Every adapter of this build.
pub fn registry() -> &'static [AdapterFactory] {
    REGISTRY
}

/// The adapter of a provider, of its first protocol where it has two; `None` when this build has none (its Cargo feature
/// is off).
pub fn factory(provider: &PgProvider) -> Option<&'static AdapterFactory> {
    REGISTRY.iter().find(|factory| provider == factory.profile.provider)
}

/// The adapter of a provider at an upstream that speaks this protocol. A provider without an adapter of its own is served by
/// `pg-iamport-v1` at a V1 upstream, if it can be a V1 `pg`.
pub fn factory_at(provider: &PgProvider, protocol: Protocol) -> Option<&'static AdapterFactory> {
    let code = provider.as_str().split('.').next().unwrap_or_default();
    let own = at(protocol).find(|factory| match protocol {
        Protocol::PortOneV2 => provider == factory.profile.provider,
        // V1 spells its codes in small letters, and may add the merchant id.
        Protocol::IamportV1 => code.eq_ignore_ascii_case(factory.profile.provider),
    });
    own.or_else(|| old_module(provider, protocol)).or_else(|| any_pg(provider, protocol))
}

/// The providers this build serves at an upstream that speaks this protocol, for people.
pub fn providers_at(protocol: Protocol) -> String {
    let mut names: Vec<&str> = at(protocol)
        .map(|factory| factory.profile)
        // One that has nothing there only says why.
        .filter(|profile| !profile.commands.is_empty())
        .map(|profile| profile.provider)
        .collect();
    #[cfg(feature = "iamport-v1")]
    if protocol == Protocol::IamportV1 {
        names.retain(|name| *name != pg_iamport_v1::PROFILE.provider);
        names.push("any V1 PG code such as nice_v2");
    }
    names.join(", ")
}

#[cfg(feature = "smartro")]
fn old_module(provider: &PgProvider, protocol: Protocol) -> Option<&'static AdapterFactory> {
    let is_old = protocol == Protocol::IamportV1 && pg_smartro::is_old_module(provider);
    is_old.then_some(&pg_smartro::FACTORY_V1)
}

#[cfg(not(feature = "smartro"))]
fn old_module(_provider: &PgProvider, _protocol: Protocol) -> Option<&'static AdapterFactory> {
    None
}

fn at(protocol: Protocol) -> impl Iterator<Item = &'static AdapterFactory> {
    REGISTRY.iter().filter(move |factory| factory.protocol == protocol)
}

#[cfg(feature = "iamport-v1")]
fn any_pg(provider: &PgProvider, protocol: Protocol) -> Option<&'static AdapterFactory> {
    (protocol == Protocol::IamportV1 && pg_iamport_v1::takes(provider)).then_some(&pg_iamport_v1::FACTORY)
}

#[cfg(not(feature = "iamport-v1"))]
fn any_pg(_provider: &PgProvider, _protocol: Protocol) -> Option<&'static AdapterFactory> {
    None
}
