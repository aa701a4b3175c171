//! What wallets have alone: Naver Pay's product orders and reviews, its points and confirmations, PAYCO's order status and
//! balance. The states are those the V1 descriptions of these operations list; which leads to which they leave to the names of
//! the operations (docs/sandbox.md).

mod orders;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::input::{Input, number};
use super::records::{Cancel, Payment, Status};
use super::{Context, Refusal};
use crate::message::{Change, Method};
use crate::v2::{decode_id, query_value};

pub(crate) use orders::{Act, ProductOrder};

const NAVER_ORDER: &str = "naverco";
const NAVER_PAY: &str = "naverpay";
const PAYCO: &str = "payco";
const PAYCO_STATUSES: [&str; 3] = ["DELIVERY_START", "PURCHASE_DECISION", "CANCELED"];

/// A call of one wallet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Call {
    /// Naver Pay, order type: something done to product orders of a payment.
    Act(String, Act),
    ProductOrders(String),
    ProductOrder(String),
    Reviews,
    /// Naver Pay, payment type.
    Point(String),
    Confirm(String),
    CashAmount(String),
    PaycoStatus(String),
    Balance(String),
}

/// What a wallet holds of a payment.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Goods {
    /// Empty until something is done to the one that every payment has.
    #[serde(default)]
    orders: Vec<ProductOrder>,
    #[serde(default)]
    reviews: Vec<Value>,
    #[serde(default)]
    are_points_given: bool,
    #[serde(default)]
    confirmed_by: Option<String>,
    #[serde(default)]
    order_status: Option<String>,
}

impl Call {
    /// The call that a method and the segments after `/v1` name.
    pub(super) fn of(method: Method, segments: &[&str]) -> Option<Self> {
        let uid = |raw: &str| decode_id(raw);
        Some(match (method, segments) {
            (Method::Get, ["payments", id, "naver", "product-orders"]) => Self::ProductOrders(uid(id)),
            (Method::Get, ["payments", id, "naver", "cash-amount"]) => Self::CashAmount(uid(id)),
            (Method::Get, ["naver", "product-orders", id]) => Self::ProductOrder(uid(id)),
            (Method::Get, ["naver", "reviews"]) => Self::Reviews,
            (Method::Get, ["payments", id, "balance"]) => Self::Balance(uid(id)),
            (Method::Post, ["payments", id, "naver", "point"]) => Self::Point(uid(id)),
            (Method::Post, ["payments", id, "naver", "confirm"]) => Self::Confirm(uid(id)),
            (Method::Post, ["payments", id, "naver", act]) => Self::Act(uid(id), Act::named(act)?),
            (Method::Post, ["payco", "orders", "status", id]) => Self::PaycoStatus(uid(id)),
            _ => return None,
        })
    }

    pub(super) const fn is_read(&self) -> bool {
        matches!(
            self,
            Self::ProductOrders(_)
                | Self::ProductOrder(_)
                | Self::Reviews
                | Self::CashAmount(_)
                | Self::Balance(_)
        )
    }

    /// The payment that it is about.
    pub(super) fn imp_uid(&self) -> Option<&str> {
        match self {
            Self::Act(uid, _)
            | Self::ProductOrders(uid)
            | Self::Point(uid)
            | Self::Confirm(uid)
            | Self::CashAmount(uid)
            | Self::PaycoStatus(uid)
            | Self::Balance(uid) => Some(uid),
            Self::ProductOrder(_) | Self::Reviews => None,
        }
    }
}

pub(super) fn perform(
    context: &mut Context<'_>,
    call: &Call,
    query: &str,
    input: &Input,
) -> Result<Value, Refusal> {
    match call {
        Call::Act(imp_uid, act) => orders::act(context, imp_uid, *act, input),
        Call::ProductOrders(imp_uid) => Ok(json!(orders::of(&paid(context, imp_uid, NAVER_ORDER)?))),
        Call::ProductOrder(id) => {
            let all = context.book.payments().filter(|payment| payment.pg_code == NAVER_ORDER);
            let found = all.flat_map(orders::of).find(|order| order.is(id));
            found.map(|order| json!(order)).ok_or_else(|| Refusal::missing("존재하지 않는 상품주문입니다."))
        }
        Call::Reviews => reviews(context, query),
        Call::Point(imp_uid) => {
            once(context, imp_uid, |goods| !std::mem::replace(&mut goods.are_points_given, true))
        }
        Call::Confirm(imp_uid) => {
            let requester = input.text("requester")?.unwrap_or_else(|| "admin".to_owned());
            once(context, imp_uid, |goods| goods.confirmed_by.replace(requester.clone()).is_none())
        }
        Call::CashAmount(imp_uid) => cash_amount(context, imp_uid),
        Call::PaycoStatus(imp_uid) => payco_status(context, imp_uid, input),
        Call::Balance(imp_uid) => balance(context, imp_uid),
    }
}

/// The control API's part: what a buyer ordered, wants and writes at the wallet.
pub(super) fn control(
    context: &mut Context<'_>,
    imp_uid: &str,
    part: &str,
    body: &[u8],
) -> Option<Result<Value, Refusal>> {
    let input = match Input::parse(body) {
        Ok(input) => input,
        Err(refusal) => return Some(Err(refusal)),
    };
    Some(match part {
        "product-orders" => orders::put(context, imp_uid, &input),
        "claims" => orders::claim(context, imp_uid, &input),
        "reviews" => write_review(context, imp_uid, &input),
        _ => return None,
    })
}

/// The payment, where it was paid at this PG.
fn paid(context: &Context<'_>, imp_uid: &str, pg_code: &str) -> Result<Payment, Refusal> {
    let payment = context.book.payment(imp_uid);
    let payment = payment.ok_or_else(|| Refusal::missing("존재하지 않는 결제정보입니다."))?;
    if payment.pg_code != pg_code || !payment.was_paid() {
        return Err(Refusal::hub("네이버페이 또는 페이코로 결제된 건이 아닙니다.").with_status(400));
    }
    Ok(payment.clone())
}

fn keep(context: &mut Context<'_>, payment: Payment) {
    context.note(Change::V1Payment(payment.imp_uid.clone()));
    context.book.put_payment(payment);
}

/// Something that can be done once to a payment at Naver Pay's payment type. The answer is the envelope.
fn once(
    context: &mut Context<'_>,
    imp_uid: &str,
    does: impl FnOnce(&mut Goods) -> bool,
) -> Result<Value, Refusal> {
    let mut payment = paid(context, imp_uid, NAVER_PAY)?;
    if let Some(refused) = context.forced_words() {
        return Err(Refusal::pg(refused).with_status(500));
    }
    if !does(&mut payment.goods) {
        return Err(Refusal::pg("이미 처리된 거래입니다.").with_status(500));
    }
    keep(context, payment);
    Ok(Value::Null)
}

/// A card gives its own slip, so that a cash receipt is for what was paid otherwise, less what went back.
fn cash_amount(context: &Context<'_>, imp_uid: &str) -> Result<Value, Refusal> {
    let payment = paid(context, imp_uid, NAVER_PAY)?;
    let left = (payment.amount - payment.cancelled()) / 1000;
    let by_points = if payment.pay_method.contains("point") { left } else { 0 };
    let by_primary = if payment.pay_method == "trans" { left } else { 0 };
    let total = by_points + by_primary;
    let vat = total / 11;
    Ok(json!({
        "amount_total": total, "amount_by_npoint": by_points, "amount_by_primary": by_primary,
        "amount_supply": total - vat, "amount_vat": vat,
    }))
}

fn payco_status(context: &mut Context<'_>, imp_uid: &str, input: &Input) -> Result<Value, Refusal> {
    let status = input.need("status")?;
    if !PAYCO_STATUSES.contains(&status.as_str()) {
        return Err(Refusal::hub("올바르지 않은 status입니다."));
    }
    let mut payment = paid(context, imp_uid, PAYCO)?;
    if let Some(refused) = context.forced_words() {
        return Err(Refusal::pg(refused));
    }
    if payment.goods.order_status.as_deref() == Some("CANCELED") {
        return Err(Refusal::pg("취소된 주문입니다."));
    }
    payment.goods.order_status = Some(status.clone());
    keep(context, payment);
    Ok(json!({ "status": status }))
}

/// What each means paid, less what went back (V1-049).
fn balance(context: &Context<'_>, imp_uid: &str) -> Result<Value, Refusal> {
    let payment = paid(context, imp_uid, PAYCO)?;
    let part = |total: i64, tax_free: i64| {
        let vat = (total - tax_free) / 1000 / 11 * 1000;
        let supply = total - tax_free - vat;
        json!({"tax_free": number(tax_free), "supply": number(supply), "vat": number(vat), "service": 0})
    };
    let left = payment.amount - payment.cancelled();
    Ok(json!({
        "amount": number(payment.amount), "cash_receipt": part(0, 0),
        "primary": part(left, payment.tax_free.min(left)), "secondary": part(0, 0), "discount": part(0, 0),
        "histories": [],
    }))
}

fn reviews(context: &Context<'_>, query: &str) -> Result<Value, Refusal> {
    let need = |name: &str| {
        query_value(query, name)
            .ok_or_else(|| Refusal::hub(format!("파라미터 누락: {name}")).with_status(400))
    };
    let seconds = |name: &str| need(name)?.parse::<i64>().map_err(|_| Refusal::hub(name).with_status(400));
    let (key, from, to) = (need("channel_key")?, seconds("from")?, seconds("to")?);
    let is_premium = need("review_type")? == "premium";
    let payments = context.book.payments().filter(|payment| payment.channel_key == key);
    let found = payments.flat_map(|payment| payment.goods.reviews.iter()).filter(|review| {
        let at = review["created_at"].as_i64().unwrap_or_default();
        (from..=to).contains(&at) && review["content"].is_string() == is_premium
    });
    Ok(found.cloned().collect())
}

/// `POST /sandbox/v1/payments/{imp_uid}/reviews`: what the buyer wrote; with `content` it is a premium one.
fn write_review(context: &mut Context<'_>, imp_uid: &str, input: &Input) -> Result<Value, Refusal> {
    let mut payment = paid(context, imp_uid, NAVER_ORDER)?;
    let order = orders::of(&payment).into_iter().next();
    let order = order.map_or(Value::Null, |order| json!(order));
    let review = json!({
        "review_id": context.ids.uuid(), "score": input.need("score")?, "title": input.need("title")?,
        "content": input.text("content")?, "product_order_id": order["product_order_id"],
        "product_id": order["product_id"], "product_name": order["product_name"],
        "product_option_name": null, "writer": "buyer****", "created_at": context.now.timestamp(),
        "modified_at": null,
    });
    payment.goods.reviews.push(review.clone());
    keep(context, payment);
    Ok(review)
}

/// Gives so much of a payment back, in thousandths.
fn give_back(context: &mut Context<'_>, payment: &mut Payment, amount: i64, reason: &str) {
    payment.cancels.push(Cancel {
        id: context.ids.uuid(),
        pg_tid: context.ids.pg_number("V1C"),
        amount,
        reason: Some(reason.to_owned()),
        cancelled_at: Some(context.now),
    });
    payment.status = Status::Cancelled;
}
