//! The payment window: the browser SDKs (`/v2/browser-sdk.js`, `/v1/iamport.js`), the page at this gateway's origin that
//! makes the call on the upstream's own SDK, and the demo shop. `docs/window.md` tells the way of a window.
//!
//! What a page says of a payment is a hint. Before a shop hears anything, the engine has approved it or asked the upstream.

mod asked;
mod assets;
mod book;
mod checkout;
mod demo;
mod iamport;
mod open;
mod origin;
mod page;
mod result;
mod sdk_error;
mod ticket;

use axum::Router;
use axum::routing::{get, post};

use crate::state::Gateway;

pub use assets::{SdkScript, scripts};
pub(crate) use book::Book;
pub(crate) use checkout::page as checkout_page;
pub(crate) use demo::Inbox;

pub(crate) fn routes() -> Router<Gateway> {
    Router::new()
        .route("/v2/browser-sdk.js", get(assets::browser_sdk))
        .route("/v1/iamport.js", get(assets::iamport))
        .route("/window/assets/{name}", get(assets::own))
        .route("/window/open", post(open::open).options(open::preflight))
        .route("/window/page", post(page::page))
        .route("/window/result", post(result::result))
        .route("/window/return/{ticket}", get(result::come_back))
        .merge(demo::routes())
}
