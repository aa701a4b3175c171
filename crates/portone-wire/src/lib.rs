#![doc = include_str!("../README.md")]
#![warn(missing_docs)]

#[cfg(any(feature = "v1", feature = "sdk"))]
mod body;
#[cfg(any(feature = "v1", feature = "v2"))]
pub mod check;
#[cfg(any(feature = "v1", feature = "v2"))]
mod path;
#[cfg(any(feature = "v1", feature = "v2"))]
mod refusal;
#[cfg(feature = "sdk")]
pub mod sdk;
#[cfg(feature = "v1")]
pub mod v1;
#[cfg(feature = "v2")]
pub mod v2;
