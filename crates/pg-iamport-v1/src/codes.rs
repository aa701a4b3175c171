//! The names V1 gives to PGs.

use portone_core::PgProvider;

/// Whether a provider can be the `pg` of a V1 request: a PG code in small letters, with or without a dot and the merchant
/// id (`nice_v2`, `nice_v2.MID1`), or a code as the V2 REST API spells it (`NICE_V2`).
pub fn takes(provider: &PgProvider) -> bool {
    let code = provider.as_str().split('.').next().unwrap_or_default();
    let is_lower = code.bytes().all(|byte| !byte.is_ascii_uppercase());
    let is_upper = code.bytes().all(|byte| !byte.is_ascii_lowercase());
    !code.is_empty()
        && (is_lower || is_upper)
        && code.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}
