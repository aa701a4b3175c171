//! What a wallet is asked, and how its answer is told.

use axum::http::StatusCode;
use axum::response::Response;
use portone_core::{ProductOrder, WalletAnswer, WalletCall, WalletTold};
use portone_engine::Engine;

use super::super::endpoint::Endpoint;
use super::super::envelope;
use super::super::error::{Failure, V1Error};
use super::Found;
use super::input::Named;

/// Asks the wallet of a payment, or of a channel.
pub(super) async fn ask(
    engine: &Engine,
    endpoint: Endpoint,
    call: WalletCall,
    found: Found,
    named: Named,
) -> Result<Response, Failure> {
    let product_order = named.text("product_order_id").to_owned();
    let members = named.into_members();
    let answer = match found.payment {
        Some(payment) => engine.ask_wallet(payment, call, members).await?,
        None => engine.ask_wallet_of(&found.channel, call, members).await?,
    };
    if product_order.is_empty() {
        return Ok(told(&answer));
    }
    let gone = "V1-INPUT product_order_id: is told of no more by Naver Pay; read those of its payment";
    let order = one(&answer, &product_order).ok_or_else(|| V1Error::missing(endpoint, gone))?;
    Ok(envelope::ok(order))
}

fn one<'a>(answer: &'a WalletAnswer, id: &str) -> Option<&'a ProductOrder> {
    match &answer.facts {
        WalletTold::ProductOrders(orders) => orders.iter().find(|order| order.product_order_id == id),
        _ => None,
    }
}

/// The answer as V1 writes it: what the wallet told has the members of the documents' definitions.
pub(in crate::v1) fn told(answer: &WalletAnswer) -> Response {
    let status = if answer.is_partial { StatusCode::MULTI_STATUS } else { StatusCode::OK };
    match &answer.facts {
        WalletTold::ProductOrders(orders) => envelope::with_status(status, orders),
        WalletTold::Reviews(reviews) => envelope::ok(reviews),
        WalletTold::CashAmount(amount) => envelope::ok(amount),
        WalletTold::OrderStatus(order) => envelope::ok(order),
        WalletTold::Balance(balance) => envelope::ok(balance),
        WalletTold::Done => envelope::ok(&()),
    }
}
