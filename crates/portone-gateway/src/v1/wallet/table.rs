//! The operations, by their documents.

mod kcp;
mod naver;

use super::input::Field;
use super::{Subject, Wallet, WalletOperation};

/// Every one.
pub(crate) static OPERATIONS: [&[WalletOperation]; 2] = [&naver::OPERATIONS, &kcp::OPERATIONS];
