#![doc = include_str!("../README.md")]
#![warn(missing_docs)]

#[cfg(feature = "sdk")]
mod body;
#[cfg(feature = "sdk")]
pub mod sdk;
#[cfg(feature = "v2")]
pub mod v2;
