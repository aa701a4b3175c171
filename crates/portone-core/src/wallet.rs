//! What one wallet has alone, as the V1 API asks for it: Naver Pay's product orders, PAYCO's order status and balance. The wallet
//! holds the goods; the ledger holds the money, and asks the upstream what has become of it after each call that acts.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use crate::{PayMethod, PaymentId};

/// Ask a wallet for something that only it has.
#[derive(Debug, Clone)]
pub struct AskWallet {
    /// What is asked.
    pub call: WalletCall,
    /// The payment it is about; absent where it is about a whole channel.
    pub payment: Option<WalletPayment>,
    /// The members of the request, by the names V1 gives them.
    pub members: Vec<WalletMember>,
}

/// The payment that a wallet is asked about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WalletPayment {
    /// The payment.
    pub payment_id: PaymentId,
    /// Ledger: how it was paid.
    pub method: PayMethod,
}

/// A member of a request to a wallet.
#[derive(Clone, PartialEq, Eq)]
pub struct WalletMember {
    /// Its name (`product_order_id`, `delivery_company`).
    pub name: &'static str,
    /// What it holds.
    pub value: WalletValue,
}

/// Names the member only: memos are for the buyer's eyes.
impl fmt::Debug for WalletMember {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name)
    }
}

/// What a member holds.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum WalletValue {
    /// A text, or a code.
    Text(String),
    /// A whole number: seconds since 1970, or won.
    Whole(i64),
    /// A list of texts.
    Texts(Vec<String>),
}

/// What a wallet can be asked for, each an operation of the V1 REST API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum WalletCall {
    /// `POST /payments/{imp_uid}/naver/cancel`
    NaverCancel,
    /// `POST /payments/{imp_uid}/naver/approve-cancel`
    NaverApproveCancel,
    /// `POST /payments/{imp_uid}/naver/ship`
    NaverShip,
    /// `POST /payments/{imp_uid}/naver/ship-exchanged`
    NaverShipExchanged,
    /// `POST /payments/{imp_uid}/naver/collect-exchanged`
    NaverCollectExchanged,
    /// `POST /payments/{imp_uid}/naver/place`
    NaverPlace,
    /// `POST /payments/{imp_uid}/naver/request-return`
    NaverRequestReturn,
    /// `POST /payments/{imp_uid}/naver/approve-return`
    NaverApproveReturn,
    /// `POST /payments/{imp_uid}/naver/reject-return`
    NaverRejectReturn,
    /// `POST /payments/{imp_uid}/naver/withhold-return`
    NaverWithholdReturn,
    /// `POST /payments/{imp_uid}/naver/resolve-return`
    NaverResolveReturn,
    /// `POST /payments/{imp_uid}/naver/point`
    NaverPoint,
    /// `POST /payments/{imp_uid}/naver/confirm`
    NaverConfirm,
    /// `POST /payco/orders/status/{imp_uid}`
    PaycoStatus,
    /// `GET /payments/{imp_uid}/naver/product-orders`
    NaverProductOrders,
    /// `GET /naver/reviews`
    NaverReviews,
    /// `GET /payments/{imp_uid}/naver/cash-amount`
    NaverCashAmount,
    /// `GET /payments/{imp_uid}/balance`
    Balance,
}

impl WalletCall {
    /// Whether it changes nothing.
    pub const fn is_read(self) -> bool {
        matches!(self, Self::NaverProductOrders | Self::NaverReviews | Self::NaverCashAmount | Self::Balance)
    }
}

/// What a wallet answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WalletAnswer {
    /// Whether only some of the product orders were changed: `facts` has those (HTTP 207).
    pub is_partial: bool,
    /// What it told.
    pub facts: WalletTold,
}

/// What it told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WalletTold {
    /// Product orders, as they are now.
    ProductOrders(Vec<ProductOrder>),
    /// Reviews of goods.
    Reviews(Vec<NaverReview>),
    /// What a cash receipt can be issued for.
    CashAmount(NaverCashAmount),
    /// The state an order was put into.
    OrderStatus(WalletOrderStatus),
    /// What was paid by which means.
    Balance(Box<WalletBalance>),
    /// It was done, and there is nothing to tell.
    Done,
}

/// What the description demands, and a wallet may leave out all the same (a product without variants): empty, or 0.
fn known_or_empty<'de, T: Default + Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<T, D::Error> {
    Option::deserialize(deserializer).map(Option::unwrap_or_default)
}

/// A product order of Naver Pay (definition `NaverProductOrderAnnotation`).
///
/// `Debug` leaves out who ordered and where it goes.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProductOrder {
    /// Naver Pay's number of it.
    pub product_order_id: String,
    /// How far it is (`PAYED`, `DELIVERING`, …).
    pub product_order_status: String,
    /// What the buyer or the shop wants of it besides (`CANCEL`, `RETURN`, `EXCHANGE`, …).
    pub claim_type: Option<String>,
    /// How far that is.
    pub claim_status: Option<String>,
    /// The product.
    #[serde(default, deserialize_with = "known_or_empty")]
    pub product_id: String,
    /// Its name.
    #[serde(default, deserialize_with = "known_or_empty")]
    pub product_name: String,
    /// The variant.
    #[serde(default, deserialize_with = "known_or_empty")]
    pub product_option_id: String,
    /// Its name.
    #[serde(default, deserialize_with = "known_or_empty")]
    pub product_option_name: String,
    /// The price, in won.
    pub product_amount: Option<i64>,
    /// The delivery fee, in won.
    pub delivery_amount: Option<i64>,
    /// How many.
    #[serde(default, deserialize_with = "known_or_empty")]
    pub quantity: i64,
    /// Who ordered.
    pub orderer: Option<NaverOrderer>,
    /// Where it goes.
    pub shipping_address: Option<NaverAddress>,
    /// What the carrier is told.
    pub shipping_memo: Option<String>,
    /// Until when it has to be sent, in seconds since 1970.
    pub shipping_due: Option<i64>,
    /// The buyer's customs number.
    pub individual_code: Option<String>,
}

impl fmt::Debug for ProductOrder {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("ProductOrder")
            .field("product_order_id", &self.product_order_id)
            .field("product_order_status", &self.product_order_status)
            .field("claim_type", &self.claim_type)
            .field("claim_status", &self.claim_status)
            .finish_non_exhaustive()
    }
}

/// Who ordered (definition `NaverOrderer`).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NaverOrderer {
    /// The name.
    #[serde(default, deserialize_with = "known_or_empty")]
    pub name: String,
    /// The account at Naver, masked.
    #[serde(default, deserialize_with = "known_or_empty")]
    pub id: String,
    /// The telephone.
    #[serde(default, deserialize_with = "known_or_empty")]
    pub tel: String,
}

/// Where a product order goes (definition `NaverAddress`).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NaverAddress {
    /// The address.
    #[serde(default, deserialize_with = "known_or_empty")]
    pub base: String,
    /// The rest of it.
    pub detail: Option<String>,
    /// The postal code.
    #[serde(default, deserialize_with = "known_or_empty")]
    pub postcode: String,
    /// A telephone.
    #[serde(default, deserialize_with = "known_or_empty")]
    pub tel1: String,
    /// Another one.
    pub tel2: Option<String>,
    /// Who receives.
    #[serde(default, deserialize_with = "known_or_empty")]
    pub name: String,
}

/// What a buyer wrote (definition `NaverReviewAnnotation`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NaverReview {
    /// Naver Pay's number of it.
    pub review_id: String,
    /// 1 to 5.
    #[serde(default, deserialize_with = "known_or_empty")]
    pub score: String,
    /// The review, or the title of a premium one.
    #[serde(default, deserialize_with = "known_or_empty")]
    pub title: String,
    /// The text of a premium one.
    pub content: Option<String>,
    /// The product order.
    #[serde(default, deserialize_with = "known_or_empty")]
    pub product_order_id: String,
    /// The product.
    #[serde(default, deserialize_with = "known_or_empty")]
    pub product_id: String,
    /// Its name.
    #[serde(default, deserialize_with = "known_or_empty")]
    pub product_name: String,
    /// The variant's name.
    pub product_option_name: Option<String>,
    /// Who wrote.
    #[serde(default, deserialize_with = "known_or_empty")]
    pub writer: String,
    /// When it was written, in seconds since 1970.
    #[serde(default, deserialize_with = "known_or_empty")]
    pub created_at: i64,
    /// When it was changed, in seconds since 1970.
    pub modified_at: Option<i64>,
}

/// What a cash receipt can be issued for (definition `NaverCashAmountAnnotation`), in won.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct NaverCashAmount {
    /// All of it.
    pub amount_total: i64,
    /// The part paid by points.
    pub amount_by_npoint: i64,
    /// The part paid by the main means.
    pub amount_by_primary: i64,
    /// The supply price in it.
    pub amount_supply: i64,
    /// The value-added tax in it.
    pub amount_vat: i64,
}

/// The state an order was put into (definition `PaycoStatusAnnotation`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WalletOrderStatus {
    /// `DELIVERY_START`, `PURCHASE_DECISION` or `CANCELED`.
    pub status: String,
}

/// What was paid by which means (definition `PaymentBalanceResponseAnnotation`, rule V1-049). Amounts are as PAYCO writes them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WalletBalance {
    /// What was paid at first.
    pub amount: Value,
    /// What a cash receipt was issued for.
    pub cash_receipt: Option<BalancePart>,
    /// The main means.
    pub primary: Option<BalancePart>,
    /// Points.
    pub secondary: Option<BalancePart>,
    /// Discounts.
    pub discount: Option<BalancePart>,
    /// What it was before, as PAYCO tells it.
    #[serde(default)]
    pub histories: Vec<Value>,
}

/// What one means paid, after refunds (definition `PaymentBalanceAnnotation`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BalancePart {
    /// The tax-free supply price.
    pub tax_free: Value,
    /// The taxed supply price.
    pub supply: Value,
    /// The value-added tax.
    pub vat: Value,
    /// The service charge.
    pub service: Value,
}
