//! What the targets share: a gateway to ask, and how a good document is spoiled.

pub mod shop;
pub mod spoil;
