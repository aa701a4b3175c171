//! Request bodies, in the schema's words: what is required is always there, what is optional and unset is left out.

use chrono::{DateTime, Utc};
use portone_core::{
    Address, CancelRequester, Card, CashReceiptRequest, CashReceiptType, Currency, Customer, CustomerName,
    Order, Product, ProductType, RefundAccount, VirtualAccountRequest,
};
use serde::Serialize;

/// Schema `InstantPaymentInput`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct InstantPaymentInput<'a> {
    pub channel_key: &'a str,
    pub method: InstantMethodInput<'a>,
    #[serde(flatten)]
    pub order: OrderInput<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_cultural_expense: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_escrow: Option<bool>,
}

/// Schema `InstantPaymentMethodInput`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum InstantMethodInput<'a> {
    Card(InstantCardInput<'a>),
    VirtualAccount(VirtualAccountInput<'a>),
}

/// Schema `InstantPaymentMethodInputCard`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct InstantCardInput<'a> {
    pub credential: CardCredential<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub installment_month: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub use_free_installment_plan: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub use_free_interest_from_merchant: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub use_card_point: Option<bool>,
}

/// Schema `CardCredential`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CardCredential<'a> {
    number: &'a str,
    expiry_year: &'a str,
    expiry_month: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    birth_or_business_registration_number: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    password_two_digits: Option<&'a str>,
}

impl<'a> From<&'a Card> for CardCredential<'a> {
    fn from(card: &'a Card) -> Self {
        Self {
            number: card.number.expose(),
            expiry_year: card.expiry_year.expose(),
            expiry_month: card.expiry_month.expose(),
            birth_or_business_registration_number: card
                .birth_or_business_registration_number
                .as_ref()
                .map(|number| number.expose().as_str()),
            password_two_digits: card.password_two_digits.as_ref().map(|digits| digits.expose().as_str()),
        }
    }
}

/// Schema `InstantPaymentMethodInputVirtualAccount`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct VirtualAccountInput<'a> {
    bank: &'static str,
    expiry: ExpiryInput,
    option: AccountOptionInput<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cash_receipt: Option<CashReceiptInput<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    remittee_name: Option<&'a str>,
}

impl<'a> From<&'a VirtualAccountRequest> for VirtualAccountInput<'a> {
    fn from(account: &'a VirtualAccountRequest) -> Self {
        Self {
            bank: account.bank.code(),
            expiry: ExpiryInput {
                valid_hours: account.expiry.valid_hours,
                due_date: account.expiry.due_date,
            },
            option: AccountOptionInput {
                kind: account.option.kind.code(),
                fixed: account.option.fixed.as_ref().map(|fixed| FixedAccountInput {
                    pg_account_id: fixed.pg_account_id.as_deref(),
                    account_number: fixed.account_number.as_deref(),
                }),
            },
            // The schema demands an identity number even where no receipt is wanted; leaving the whole object out
            // means the same (DOC-038).
            cash_receipt: account
                .cash_receipt
                .as_ref()
                .filter(|receipt| receipt.kind != CashReceiptType::NoReceipt)
                .map(CashReceiptInput::from),
            remittee_name: account.remittee_name.as_deref(),
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ExpiryInput {
    #[serde(skip_serializing_if = "Option::is_none")]
    valid_hours: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    due_date: Option<DateTime<Utc>>,
}

#[derive(Serialize)]
struct AccountOptionInput<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    fixed: Option<FixedAccountInput<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct FixedAccountInput<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pg_account_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    account_number: Option<&'a str>,
}

/// Schema `CashReceiptInput`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CashReceiptInput<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    customer_identity_number: Option<&'a str>,
}

impl<'a> From<&'a CashReceiptRequest> for CashReceiptInput<'a> {
    fn from(receipt: &'a CashReceiptRequest) -> Self {
        Self {
            kind: receipt.kind.code(),
            customer_identity_number: receipt
                .customer_identity_number
                .as_ref()
                .map(|number| number.expose().as_str()),
        }
    }
}

/// What schemas `InstantPaymentInput` and `BillingKeyPaymentInput` share.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct OrderInput<'a> {
    order_name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    customer: Option<CustomerInput<'a>>,
    custom_data: &'a str,
    amount: AmountInput,
    currency: Currency,
    #[serde(skip_serializing_if = "Option::is_none")]
    country: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    notice_urls: Option<&'a [String; 1]>,
    #[serde(skip_serializing_if = "<[Product]>::is_empty")]
    products: &'a [Product],
    #[serde(skip_serializing_if = "Option::is_none")]
    product_count: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    product_type: Option<ProductType>,
    #[serde(skip_serializing_if = "Option::is_none")]
    shipping_address: Option<AddressInput<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    promotion_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bypass: Option<&'a serde_json::Value>,
}

impl<'a> OrderInput<'a> {
    /// An order with the marker an inquiry finds it by.
    pub(super) fn new(
        order: &'a Order,
        vat: Option<i64>,
        marker: &'a str,
        notice_urls: Option<&'a [String; 1]>,
    ) -> Self {
        Self {
            order_name: &order.order_name,
            customer: CustomerInput::unless_empty(&order.customer),
            custom_data: marker,
            amount: AmountInput { total: order.amount.total, tax_free: order.amount.tax_free, vat },
            currency: order.amount.currency,
            country: order.country.as_deref(),
            notice_urls,
            products: &order.products,
            product_count: order.product_count,
            product_type: order.product_type,
            shipping_address: order.shipping_address.as_ref().map(AddressInput::from),
            promotion_id: order.promotion_id.as_deref(),
            bypass: order.bypass.as_ref(),
        }
    }
}

/// Schema `PaymentAmountInput`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct AmountInput {
    pub total: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tax_free: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vat: Option<i64>,
}

/// Schema `CustomerInput`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CustomerInput<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<NameInput<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    birth_year: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    birth_month: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    birth_day: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    country: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    gender: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    phone_number: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    address: Option<AddressInput<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    zipcode: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    business_registration_number: Option<&'a str>,
}

impl<'a> CustomerInput<'a> {
    /// The customer, unless nothing is known of them.
    pub(super) fn unless_empty(customer: &'a Customer) -> Option<Self> {
        (*customer != Customer::default()).then(|| Self {
            id: customer.id.as_deref(),
            name: customer.name.as_ref().map(NameInput::from),
            birth_year: customer.birth_year.as_deref(),
            birth_month: customer.birth_month.as_deref(),
            birth_day: customer.birth_day.as_deref(),
            country: customer.country.as_deref(),
            gender: customer.gender.as_deref(),
            email: customer.email.as_deref(),
            phone_number: customer.phone_number.as_deref(),
            address: customer.address.as_ref().map(AddressInput::from),
            zipcode: customer.zipcode.as_deref(),
            business_registration_number: customer.business_registration_number.as_deref(),
        })
    }
}

/// Schema `CustomerNameInput`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
enum NameInput<'a> {
    Full(&'a str),
    Separated { first: &'a str, last: &'a str },
}

impl<'a> From<&'a CustomerName> for NameInput<'a> {
    fn from(name: &'a CustomerName) -> Self {
        match name {
            CustomerName::Full(full) => Self::Full(full),
            CustomerName::Separated { first, last } => Self::Separated { first, last },
        }
    }
}

/// Schema `SeparatedAddressInput`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct AddressInput<'a> {
    address_line1: &'a str,
    address_line2: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    city: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    province: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    country: Option<&'a str>,
}

impl<'a> From<&'a Address> for AddressInput<'a> {
    fn from(address: &'a Address) -> Self {
        Self {
            address_line1: &address.address_line1,
            address_line2: &address.address_line2,
            city: address.city.as_deref(),
            province: address.province.as_deref(),
            country: address.country.as_deref(),
        }
    }
}

/// Schema `IssueBillingKeyBody`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct IssueBillingKeyBody<'a> {
    pub channel_key: &'a str,
    pub method: BillingKeyMethodInput<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub customer: Option<CustomerInput<'a>>,
    pub custom_data: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bypass: Option<&'a serde_json::Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notice_urls: Option<&'a [String; 1]>,
}

/// Schema `InstantBillingKeyPaymentMethodInput`.
#[derive(Serialize)]
pub(super) struct BillingKeyMethodInput<'a> {
    pub card: BillingKeyCardInput<'a>,
}

/// Schema `InstantBillingKeyPaymentMethodInputCard`.
#[derive(Serialize)]
pub(super) struct BillingKeyCardInput<'a> {
    pub credential: CardCredential<'a>,
}

/// Schema `BillingKeyPaymentInput`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct BillingKeyPaymentInput<'a> {
    pub billing_key: &'a str,
    pub channel_key: &'a str,
    #[serde(flatten)]
    pub order: OrderInput<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub installment_month: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub use_free_interest_from_merchant: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub use_card_point: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cash_receipt: Option<CashReceiptInput<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub locale: Option<&'a str>,
}

/// Schema `CancelPaymentBody`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CancelPaymentBody<'a> {
    pub amount: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tax_free_amount: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vat_amount: Option<i64>,
    pub reason: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub requester: Option<CancelRequester>,
    pub current_cancellable_amount: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refund_account: Option<RefundAccountInput<'a>>,
}

/// Schema `CancelPaymentBodyRefundAccount`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RefundAccountInput<'a> {
    bank: &'static str,
    number: &'a str,
    holder_name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    holder_phone_number: Option<&'a str>,
}

impl<'a> From<&'a RefundAccount> for RefundAccountInput<'a> {
    fn from(account: &'a RefundAccount) -> Self {
        Self {
            bank: account.bank.code(),
            number: account.number.expose(),
            holder_name: &account.holder_name,
            holder_phone_number: account.holder_phone_number.as_deref(),
        }
    }
}

/// Schema `GetBillingKeyInfosBody`.
#[derive(Serialize)]
pub(super) struct GetBillingKeyInfosBody {
    pub page: PageInput,
    pub sort: SortInput,
    pub filter: BillingKeyFilterInput,
}

/// Schema `PageInput`.
#[derive(Serialize)]
pub(super) struct PageInput {
    pub number: u8,
    pub size: u8,
}

/// Schema `BillingKeySortInput`.
#[derive(Serialize)]
pub(super) struct SortInput {
    pub by: &'static str,
    pub order: &'static str,
}

/// Schema `BillingKeyFilterInput`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct BillingKeyFilterInput {
    pub time_range_field: &'static str,
    pub from: DateTime<Utc>,
    pub until: DateTime<Utc>,
}

/// Schemas `CapturePaymentBody` and `StopPaymentCancellationBody`: the credential's own store is the only member.
#[derive(Serialize)]
pub(super) struct EmptyBody {}

/// Schema `ConfirmBillingKeyBody`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ConfirmBillingKeyBody<'a> {
    pub billing_issue_token: &'a str,
    pub is_test: bool,
}

/// Schema `ConfirmBillingKeyIssueAndPayBody`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ConfirmIssueAndPayBody<'a> {
    pub billing_issue_token: &'a str,
    pub payment_id: &'a str,
    pub currency: &'a str,
    pub total_amount: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tax_free_amount: Option<i64>,
    pub is_test: bool,
}

/// Schema `ConfirmPaymentBody`. The upstream's own `txId` is not known here, and our members are compared with its.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ConfirmPaymentBody<'a> {
    pub payment_token: &'a str,
    pub currency: &'a str,
    pub total_amount: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tax_free_amount: Option<i64>,
    pub is_test: bool,
}
