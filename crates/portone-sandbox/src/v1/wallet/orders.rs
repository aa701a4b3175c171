//! Naver Pay's product orders: one or more a payment, each with a state and, where somebody wants something of it, a claim.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{NAVER_ORDER, give_back, keep, paid};
use crate::v1::input::Input;
use crate::v1::records::Payment;
use crate::v1::{Context, Refusal};

/// What a shop does to product orders, by the last segment of its path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Act {
    Cancel,
    ApproveCancel,
    Ship,
    ShipExchanged,
    CollectExchanged,
    Place,
    RequestReturn,
    ApproveReturn,
    RejectReturn,
    WithholdReturn,
    ResolveReturn,
}

/// A product order (definition `NaverProductOrderAnnotation`), and what Naver Pay knows of it besides.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[allow(clippy::struct_field_names, reason = "as the definition spells them")]
pub(crate) struct ProductOrder {
    product_order_id: String,
    product_order_status: String,
    claim_type: Option<String>,
    claim_status: Option<String>,
    product_id: String,
    product_name: String,
    product_option_id: Option<String>,
    product_option_name: Option<String>,
    product_amount: i64,
    delivery_amount: i64,
    quantity: i64,
    orderer: Option<Value>,
    shipping_address: Option<Value>,
    shipping_memo: Option<String>,
    shipping_due: Option<i64>,
    individual_code: Option<String>,
    /// The shop has taken it on: a buyer who wants its money back needs the shop's approval.
    #[serde(default)]
    is_placed: bool,
    /// The return waits for something.
    #[serde(default)]
    is_withheld: bool,
}

/// What an act makes of a product order; `None` where its state does not allow it.
struct Step {
    status: Option<&'static str>,
    claim: Option<(&'static str, &'static str)>,
    gives_back: bool,
}

impl Act {
    pub(super) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "cancel" => Self::Cancel,
            "approve-cancel" => Self::ApproveCancel,
            "ship" => Self::Ship,
            "ship-exchanged" => Self::ShipExchanged,
            "collect-exchanged" => Self::CollectExchanged,
            "place" => Self::Place,
            "request-return" => Self::RequestReturn,
            "approve-return" => Self::ApproveReturn,
            "reject-return" => Self::RejectReturn,
            "withhold-return" => Self::WithholdReturn,
            "resolve-return" => Self::ResolveReturn,
            _ => return None,
        })
    }

    /// The members that the act cannot do without, and what they may hold.
    fn check(self, input: &Input) -> Result<(), Refusal> {
        let needs: &[&str] = match self {
            Self::Ship => &["delivery_method", "dispatched_at"],
            Self::ShipExchanged | Self::RequestReturn => &["delivery_method"],
            Self::RejectReturn | Self::WithholdReturn => &["memo"],
            _ => &[],
        };
        let parcel = ["delivery_company", "tracking_number"];
        let has_parcel = ["DELIVERY", "RETURN_DELIVERY"];
        let is_sent =
            input.text("delivery_method")?.is_some_and(|method| has_parcel.contains(&method.as_str()));
        let parcel = parcel.iter().filter(|_| is_sent);
        for name in needs.iter().chain(parcel) {
            input.need(name).map_err(|refusal| refusal.with_status(400))?;
        }
        Ok(())
    }

    /// What it makes of a product order, by the order's state and claim.
    fn step(self, order: &ProductOrder) -> Option<Step> {
        let status = order.product_order_status.as_str();
        let claim = (order.claim_type.as_deref(), order.claim_status.as_deref());
        let is_free = order.is_free();
        let step = |status, claim, gives_back| Some(Step { status, claim, gives_back });
        match self {
            Self::Place if status == "PAYED" && is_free && !order.is_placed => step(None, None, false),
            Self::Ship if status == "PAYED" && is_free => step(Some("DELIVERING"), None, false),
            Self::Cancel if status == "PAYED" && is_free => {
                step(Some("CANCELED"), Some(("CANCEL", "CANCEL_DONE")), true)
            }
            Self::ApproveCancel if claim == (Some("CANCEL"), Some("CANCEL_REQUEST")) => {
                step(Some("CANCELED"), Some(("CANCEL", "CANCEL_DONE")), true)
            }
            Self::RequestReturn if matches!(status, "DELIVERING" | "DELIVERED") && is_free => {
                step(None, Some(("RETURN", "RETURN_REQUEST")), false)
            }
            Self::ApproveReturn if order.is_returning() && !order.is_withheld => {
                step(Some("RETURNED"), Some(("RETURN", "RETURN_DONE")), true)
            }
            Self::RejectReturn if order.is_returning() => {
                step(None, Some(("RETURN", "RETURN_REJECT")), false)
            }
            Self::WithholdReturn if order.is_returning() && !order.is_withheld => step(None, None, false),
            Self::ResolveReturn if order.is_returning() && order.is_withheld => step(None, None, false),
            Self::CollectExchanged
                if matches!(claim, (Some("EXCHANGE"), Some("EXCHANGE_REQUEST" | "COLLECTING"))) =>
            {
                step(None, Some(("EXCHANGE", "COLLECT_DONE")), false)
            }
            Self::ShipExchanged if claim == (Some("EXCHANGE"), Some("COLLECT_DONE")) => {
                step(None, Some(("EXCHANGE", "EXCHANGE_REDELIVERING")), false)
            }
            _ => None,
        }
    }
}

impl ProductOrder {
    /// The one product order of a payment whose goods nobody told of.
    fn whole(payment: &Payment) -> Self {
        let digits = payment.imp_uid.trim_start_matches("imp_");
        let name = payment.name.clone().unwrap_or_else(|| payment.merchant_uid.clone());
        Self::new(payment, format!("{digits}1"), name, payment.amount / 1000, 0)
    }

    fn new(payment: &Payment, id: String, name: String, amount: i64, delivery_amount: i64) -> Self {
        let buyer = |member: &str| payment.buyer.get(member).cloned();
        Self {
            product_id: format!("product-{id}"),
            product_order_id: id,
            product_order_status: "PAYED".to_owned(),
            claim_type: None,
            claim_status: None,
            product_name: name,
            product_option_id: None,
            product_option_name: None,
            product_amount: amount,
            delivery_amount,
            quantity: 1,
            orderer: Some(json!({"name": buyer("buyer_name"), "id": "buyer****", "tel": buyer("buyer_tel")})),
            shipping_address: Some(json!({
                "base": buyer("buyer_addr"), "detail": null, "postcode": buyer("buyer_postcode"),
                "tel1": buyer("buyer_tel"), "tel2": null, "name": buyer("buyer_name"),
            })),
            shipping_memo: None,
            shipping_due: payment.paid_at.map(|at| at.timestamp() + 3 * 86_400),
            individual_code: None,
            is_placed: false,
            is_withheld: false,
        }
    }

    pub(super) fn is(&self, id: &str) -> bool {
        self.product_order_id == id
    }

    /// Whether nobody wants anything of it.
    fn is_free(&self) -> bool {
        let over = ["CANCEL_REJECT", "RETURN_REJECT", "EXCHANGE_REJECT", "EXCHANGE_DONE"];
        self.claim_status.as_deref().is_none_or(|status| over.contains(&status))
    }

    fn is_returning(&self) -> bool {
        let open = ["RETURN_REQUEST", "COLLECTING", "COLLECT_DONE"];
        self.claim_type.as_deref() == Some("RETURN")
            && self.claim_status.as_deref().is_some_and(|status| open.contains(&status))
    }

    fn take(&mut self, act: Act, step: &Step) {
        if let Some(status) = step.status {
            status.clone_into(&mut self.product_order_status);
        }
        if let Some((kind, status)) = step.claim {
            (self.claim_type, self.claim_status) = (Some(kind.to_owned()), Some(status.to_owned()));
        }
        match act {
            Act::Place => self.is_placed = true,
            Act::WithholdReturn => self.is_withheld = true,
            Act::ResolveReturn => self.is_withheld = false,
            _ => {}
        }
    }
}

/// The product orders of a payment.
pub(super) fn of(payment: &Payment) -> Vec<ProductOrder> {
    if payment.goods.orders.is_empty() {
        vec![ProductOrder::whole(payment)]
    } else {
        payment.goods.orders.clone()
    }
}

/// Does something to each product order that is named, one by one: told are those it was done to; 207 where not to all, and
/// 500 where to none.
pub(super) fn act(
    context: &mut Context<'_>,
    imp_uid: &str,
    act: Act,
    input: &Input,
) -> Result<Value, Refusal> {
    let mut payment = paid(context, imp_uid, NAVER_ORDER)?;
    act.check(input)?;
    if let Some(refused) = context.forced_words() {
        return Err(Refusal::pg(refused).with_status(500));
    }
    let named = input.texts("product_order_id")?;
    let mut orders = of(&payment);
    let (mut done, mut given_back, mut asked_count) = (Vec::new(), 0, 0);
    for order in orders.iter_mut().filter(|order| named.is_empty() || named.iter().any(|id| order.is(id))) {
        asked_count += 1;
        let Some(step) = act.step(order) else { continue };
        order.take(act, &step);
        if step.gives_back {
            given_back += order.product_amount + order.delivery_amount;
        }
        done.push(order.clone());
    }
    if done.is_empty() {
        return Err(Refusal::pg("처리할 수 있는 상품주문이 없습니다.").with_status(500));
    }
    context.is_partial = done.len() < asked_count.max(named.len());
    payment.goods.orders = orders;
    if given_back > 0 {
        give_back(context, &mut payment, given_back * 1000, "네이버페이 상품주문 취소");
    }
    keep(context, payment);
    Ok(json!(done))
}

/// `POST /sandbox/v1/payments/{imp_uid}/product-orders`: what the buyer ordered, instead of one product order for all.
pub(super) fn put(context: &mut Context<'_>, imp_uid: &str, input: &Input) -> Result<Value, Refusal> {
    let mut payment = paid(context, imp_uid, NAVER_ORDER)?;
    let digits = payment.imp_uid.trim_start_matches("imp_").to_owned();
    let wanted = input.value("orders").and_then(Value::as_array).cloned().unwrap_or_default();
    let orders: Vec<ProductOrder> = (1..)
        .zip(&wanted)
        .map(|(number, order)| {
            let name = order["name"].as_str().unwrap_or_default().to_owned();
            let amount = |member: &str| order[member].as_i64().unwrap_or_default();
            let id = format!("{digits}{number}");
            ProductOrder::new(&payment, id, name, amount("amount"), amount("delivery_amount"))
        })
        .collect();
    let total: i64 = orders.iter().map(|order| order.product_amount + order.delivery_amount).sum();
    if total * 1000 != payment.amount {
        return Err(Refusal::hub("orders: their amounts are not the payment's").with_status(400));
    }
    payment.goods.orders = orders;
    let view = json!(payment.goods.orders);
    keep(context, payment);
    Ok(view)
}

/// `POST /sandbox/v1/payments/{imp_uid}/claims`: what the buyer, the carrier or the wallet's console did: `claim_type`,
/// `claim_status`, `product_order_status`, and `product_order_id` where not all are meant.
pub(super) fn claim(context: &mut Context<'_>, imp_uid: &str, input: &Input) -> Result<Value, Refusal> {
    let mut payment = paid(context, imp_uid, NAVER_ORDER)?;
    let named = input.texts("product_order_id")?;
    let mut orders = of(&payment);
    for order in orders.iter_mut().filter(|order| named.is_empty() || named.iter().any(|id| order.is(id))) {
        if let Some(status) = input.text("product_order_status")? {
            order.product_order_status = status;
        }
        if let Some(kind) = input.text("claim_type")? {
            (order.claim_type, order.claim_status) = (Some(kind), input.text("claim_status")?);
        }
    }
    payment.goods.orders = orders;
    let view = json!(payment.goods.orders);
    keep(context, payment);
    Ok(view)
}
