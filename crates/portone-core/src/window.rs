//! What a payment window (결제창) is opened with: the argument of the browser SDK's `requestPayment` and
//! `requestIssueBillingKey`, without what names the shop and its channel.
//!
//! Names of card companies, banks and the like are kept as the shop wrote them, less their type's prefix (`BC_CARD`,
//! never `CARD_COMPANY_BC_CARD`): a PG's rules say which of them it knows.

use crate::{Currency, Customer, Order, PayMethod, Secret};

/// Open a payment window, or a window that issues a billing key.
#[derive(Debug, Clone)]
pub enum OpenWindow {
    /// Pay (`requestPayment`, V1 `request_pay`).
    Payment(Box<WindowPayment>),
    /// Issue a billing key (`requestIssueBillingKey`, V1 `request_pay` with `customer_uid`).
    BillingKey(Box<WindowIssue>),
}

impl OpenWindow {
    /// What both kinds of window have.
    pub const fn settings(&self) -> &WindowSettings {
        match self {
            Self::Payment(payment) => &payment.settings,
            Self::BillingKey(issue) => &issue.settings,
        }
    }

    /// The buyer.
    pub const fn customer(&self) -> &Customer {
        match self {
            Self::Payment(payment) => &payment.order.customer,
            Self::BillingKey(issue) => &issue.customer,
        }
    }

    /// The PG's own parameters, opaque here.
    pub const fn bypass(&self) -> Option<&serde_json::Value> {
        match self {
            Self::Payment(payment) => payment.order.bypass.as_ref(),
            Self::BillingKey(issue) => issue.bypass.as_ref(),
        }
    }
}

/// A payment window (type `PaymentRequest` of the browser SDK).
#[derive(Debug, Clone)]
pub struct WindowPayment {
    /// The order.
    pub order: Order,
    /// The pay method the window opens with, and its settings.
    pub method: WindowMethod,
    /// Where the upstream asks before it approves (confirm flow); an https URL.
    pub confirm_url: Option<String>,
    /// The shop, as the window shows it.
    pub store_details: Option<StoreDetails>,
    /// The category Merpay files the purchase under.
    pub merpay_category_id: Option<String>,
    /// What both kinds of window have.
    pub settings: WindowSettings,
}

/// A window that issues a billing key (type `IssueBillingKeyRequest` of the browser SDK).
#[derive(Debug, Clone)]
pub struct WindowIssue {
    /// What is registered, and its settings.
    pub method: WindowIssueMethod,
    /// The shop's own number of the issue.
    pub issue_id: Option<String>,
    /// What the buyer sees.
    pub issue_name: Option<String>,
    /// An amount to show, in minor units; never charged (rule SMARTRO-097).
    pub display_amount: Option<i64>,
    /// The currency of [`WindowIssue::display_amount`].
    pub currency: Option<Currency>,
    /// The buyer.
    pub customer: Customer,
    /// The PG's own parameters, opaque here, parsed by the adapter.
    pub bypass: Option<serde_json::Value>,
    /// What both kinds of window have.
    pub settings: WindowSettings,
}

/// What both kinds of window have.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WindowSettings {
    /// How it opens on a PC and on a mobile.
    pub window_type: WindowTypes,
    /// Where the buyer comes back to; needed where the window is a page of its own.
    pub redirect_url: Option<String>,
    /// Whether the buyer comes back by redirection even where a promise could answer.
    pub force_redirect: Option<bool>,
    /// The app's URL scheme, to come back to an app.
    pub app_scheme: Option<String>,
    /// The window's language (`KO_KR`).
    pub locale: Option<String>,
    /// `REAL` or `DIGITAL`, as the shop wrote it; [`Order::product_type`] holds it where it is one of them.
    pub product_type: Option<String>,
    /// The time a service is offered for.
    pub offer_period: Option<OfferPeriod>,
    /// Parts of the buyer's name that [`Customer::name`] does not hold.
    pub name_parts: NameParts,
    /// Whether a popup is centred.
    pub popup_center: Option<bool>,
    /// Whether an iframe dims what is behind it.
    pub iframe_dim: Option<bool>,
    /// The buyer's operating system, where it is known. No part of the argument.
    pub os: Option<BuyerOs>,
    /// Whether it opens inside an app (WebView; rule IAMPORT-079). No part of the argument.
    pub in_app: bool,
    /// Whether the shop's own page has collected the PG's consents (rule KPN-033). No part of the argument.
    pub consents_collected: bool,
}

/// How a window opens (`IFRAME`, `POPUP`, `REDIRECTION`, `UI`).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WindowTypes {
    /// On a PC.
    pub pc: Option<String>,
    /// On a mobile.
    pub mobile: Option<String>,
}

/// Parts of a buyer's name beside the full name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NameParts {
    /// Given name (이름).
    pub first: Option<String>,
    /// Family name (성).
    pub last: Option<String>,
    /// Given name in kana.
    pub first_kana: Option<String>,
    /// Family name in kana.
    pub last_kana: Option<String>,
}

/// Operating systems a rule tells apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum BuyerOs {
    Windows,
    MacOs,
    Linux,
    Android,
    Ios,
}

impl BuyerOs {
    /// Whether it runs telephones and tablets.
    pub const fn is_mobile(self) -> bool {
        matches!(self, Self::Android | Self::Ios)
    }
}

/// The time a service is offered for: moments as RFC 3339, kept as the shop wrote them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OfferPeriod {
    /// Its beginning.
    pub from: Option<String>,
    /// Its end.
    pub to: Option<String>,
    /// Or its length (`30d`, `6m`, `1y`).
    pub interval: Option<String>,
}

/// The shop, as a window shows it (type `StoreDetails`).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct StoreDetails {
    pub ceo_full_name: Option<String>,
    pub phone_number: Option<String>,
    pub address: Option<String>,
    pub zipcode: Option<String>,
    pub email: Option<String>,
    pub business_name: Option<String>,
    pub business_registration_number: Option<String>,
    pub store_name: Option<String>,
    pub store_name_short: Option<String>,
    pub store_name_en: Option<String>,
    pub store_name_kana: Option<String>,
    /// `HH:mm`.
    pub opens_at: Option<String>,
    /// `HH:mm`.
    pub closes_at: Option<String>,
    pub contact_name: Option<String>,
}

/// The pay method a payment window opens with, and its settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WindowMethod {
    /// Card.
    Card(WindowCard),
    /// Virtual account.
    VirtualAccount(WindowVirtualAccount),
    /// Account transfer.
    Transfer(WindowReceipt),
    /// Carrier billing.
    Mobile(WindowMobile),
    /// Easy pay.
    EasyPay(WindowEasyPay),
    /// Gift certificate.
    GiftCertificate {
        /// Which (`CULTURELAND`).
        kind: Option<String>,
    },
    /// PayPal.
    Paypal,
    /// Alipay.
    Alipay,
    /// Alipay+.
    AlipayPlus {
        /// The wallet.
        provider: Option<String>,
    },
    /// Convenience store.
    ConvenienceStore {
        /// Until when it is paid.
        deadline: Option<WindowExpiry>,
    },
}

impl WindowMethod {
    /// The method as the browser SDK spells it.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Card(_) => "CARD",
            Self::VirtualAccount(_) => "VIRTUAL_ACCOUNT",
            Self::Transfer(_) => "TRANSFER",
            Self::Mobile(_) => "MOBILE",
            Self::EasyPay(_) => "EASY_PAY",
            Self::GiftCertificate { .. } => "GIFT_CERTIFICATE",
            Self::Paypal => "PAYPAL",
            Self::Alipay => "ALIPAY",
            Self::AlipayPlus { .. } => "ALIPAY_PLUS",
            Self::ConvenienceStore { .. } => "CONVENIENCE_STORE",
        }
    }

    /// The method as profiles name it; `None` for those that no profile of this project has.
    pub const fn pay_method(&self) -> Option<PayMethod> {
        match self {
            Self::Card(_) => Some(PayMethod::Card),
            Self::VirtualAccount(_) => Some(PayMethod::VirtualAccount),
            Self::Transfer(_) => Some(PayMethod::Transfer),
            Self::Mobile(_) => Some(PayMethod::Mobile),
            Self::EasyPay(_) => Some(PayMethod::EasyPay),
            Self::GiftCertificate { .. }
            | Self::Paypal
            | Self::Alipay
            | Self::AlipayPlus { .. }
            | Self::ConvenienceStore { .. } => None,
        }
    }
}

/// Settings of a card window.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WindowCard {
    /// The card company whose page opens directly.
    pub card_company: Option<String>,
    /// The card companies offered.
    pub available_cards: Option<Vec<String>>,
    /// Instalments.
    pub installment: Option<WindowInstallment>,
    /// Whether the shop bears the interest.
    pub use_free_interest_from_mall: Option<bool>,
    /// Whether card points are spent.
    pub use_card_point: Option<bool>,
    /// Whether only app cards are offered.
    pub use_app_card_only: Option<bool>,
    /// Whether instalments are offered.
    pub use_installment: Option<bool>,
    /// A promotion of the card company.
    pub promotion: Option<CardPromotion>,
}

/// A promotion of a card company.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CardPromotion {
    /// Its id.
    pub id: String,
    /// What it takes off, in minor units.
    pub discount_amount: i64,
}

/// Instalments: exactly one of a fixed month and a list of months.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WindowInstallment {
    /// The months, fixed; 0 is a lump sum.
    pub fixed_month: Option<i32>,
    /// The months offered.
    pub available_months: Option<Vec<i32>>,
    /// Plans free of interest.
    pub free_plans: Option<Vec<FreeInstallmentPlan>>,
}

/// The months a card company's instalments are free of interest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FreeInstallmentPlan {
    /// The card company.
    pub card_company: String,
    /// The months.
    pub months: Vec<i32>,
}

/// Whom a cash receipt is for, where the window shall not ask.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WindowReceipt {
    /// `PERSONAL`, `CORPORATE` or `ANONYMOUS`, as the shop wrote it.
    pub cash_receipt_type: Option<String>,
    /// Mobile, resident or business number. Secret: it may be a resident registration number.
    pub customer_identifier: Option<Secret<String>>,
}

/// Settings of a virtual-account window.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WindowVirtualAccount {
    /// The bank whose account is issued without a page.
    pub bank_code: Option<String>,
    /// The banks offered.
    pub available_banks: Option<Vec<String>>,
    /// Until when a deposit is taken.
    pub expiry: Option<WindowExpiry>,
    /// The cash receipt.
    pub receipt: WindowReceipt,
}

/// A deadline: exactly one of the two.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WindowExpiry {
    /// Whole hours from now.
    pub valid_hours: Option<i64>,
    /// A moment as RFC 3339, kept as the shop wrote it.
    pub due_date: Option<String>,
}

/// Settings of a carrier-billing window.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WindowMobile {
    /// The carrier chosen beforehand.
    pub carrier: Option<String>,
    /// The carriers offered. The browser SDK spells it `avaliableCarriers`.
    pub available_carriers: Option<Vec<String>>,
}

/// Settings of an easy-pay window.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WindowEasyPay {
    /// The wallet that opens directly.
    pub provider: Option<String>,
    /// What the wallet may pay with (`CARD`, `CHARGE`, `TRANSFER`, `MONEY`).
    pub available_pay_methods: Option<Vec<String>>,
    /// The card companies offered.
    pub available_cards: Option<Vec<String>>,
    /// Instalments.
    pub installment: Option<WindowInstallment>,
    /// Whether the shop bears the interest.
    pub use_free_interest_from_mall: Option<bool>,
    /// Whether card points are spent.
    pub use_card_point: Option<bool>,
    /// Whether instalments are offered.
    pub use_installment: Option<bool>,
    /// The cash receipt.
    pub receipt: WindowReceipt,
}

/// What a billing-key window registers, and its settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WindowIssueMethod {
    /// A card.
    Card {
        /// The card company whose page opens directly.
        card_company: Option<String>,
    },
    /// Carrier billing.
    Mobile(WindowMobile),
    /// A wallet.
    EasyPay(WindowEasyPay),
    /// PayPal.
    Paypal,
}

impl WindowIssueMethod {
    /// The method as the browser SDK spells it.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Card { .. } => "CARD",
            Self::Mobile(_) => "MOBILE",
            Self::EasyPay(_) => "EASY_PAY",
            Self::Paypal => "PAYPAL",
        }
    }

    /// The method as profiles name it; `None` for those that no profile of this project has.
    pub const fn pay_method(&self) -> Option<PayMethod> {
        match self {
            Self::Card { .. } => Some(PayMethod::Card),
            Self::Mobile(_) => Some(PayMethod::Mobile),
            Self::EasyPay(_) => Some(PayMethod::EasyPay),
            Self::Paypal => None,
        }
    }
}
