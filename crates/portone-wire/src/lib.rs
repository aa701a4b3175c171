#![doc = include_str!("../README.md")]
#![warn(missing_docs)]

#[cfg(feature = "v2")]
pub mod v2;
