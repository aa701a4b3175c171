//! The argument of `IMP.request_pay`: a payment window, or one that issues a billing key.

use portone_core::{
    CustomerUid, FreeInstallmentPlan, OfferPeriod, OpenWindow, Order, PaymentAmount, ProductType, Report,
    Rule, Secret, Severity, WindowCard, WindowExpiry, WindowInstallment, WindowIssue, WindowIssueMethod,
    WindowMethod, WindowMobile, WindowPayment, WindowReceipt, WindowSettings, WindowTypes,
};
use portone_engine::request::Extras;
use portone_wire::v1::{names, rules};
use serde_json::{Map, Value};

use super::{INPUT, Named, amount, key, merchant_uid, named, order, read_body};
use crate::fields::Fields;
use crate::json::{Node, RawBody};
use crate::read::Read;

const ARGUMENT: [&str; 42] = [
    "pg",
    "channelKey",
    "channelGroupId",
    "channel_group_id",
    "pay_method",
    "merchant_uid",
    "customer_uid",
    "customer_id",
    "name",
    "amount",
    "currency",
    "tax_free",
    "vat_amount",
    "escrow",
    "digital",
    "buyer_name",
    "buyer_email",
    "buyer_tel",
    "buyer_addr",
    "buyer_postcode",
    "m_redirect_url",
    "app_scheme",
    "language",
    "vbank_due",
    "display",
    "card",
    "period",
    "custom_data",
    "notice_url",
    "confirm_url",
    "bypass",
    "use_test_method",
    "useCardPoint",
    "use_card_point",
    "useFreeInterestFromMall",
    "promotionId",
    "products",
    "popup",
    "company",
    "cultural_expense",
    "issue_name",
    "storeDetails",
];
const PAYMENTWALL: &str = "paymentwall";
/// What V2 calls otherwise in Paymentwall's parameters (DOC-050).
const WIDGET: (&str, &str) = ("widget_code", "widget");
/// Smartro's parameters that V2 has in the pay method's block.
const RECEIPT: [&str; 2] = ["cashReceiptType", "customerIdentifier"];

static CUSTOM_DATA: Rule = Rule {
    code: "SR-043",
    severity: Severity::Reject,
    reason: "A V1 window of a group tells the shop's own data.",
    source: "seed 000",
};

/// A call of `IMP.request_pay`.
pub(crate) struct RequestPay {
    /// The channel.
    pub(crate) named: Named,
    /// What the shop calls the key that is issued; windows that pay have none.
    pub(crate) customer_uid: Option<CustomerUid>,
    /// The window.
    pub(crate) window: OpenWindow,
    /// For the shop.
    pub(crate) extras: Extras,
}

/// A payment window; `pg_code` says where the PG's own parameters go.
pub(crate) fn payment(body: &RawBody, pg_code: &str) -> Read<RequestPay> {
    read_body(body, &ARGUMENT, |fields| {
        let named = named(fields, "channelKey");
        if named.group.is_some() {
            advise_custom_data(fields);
        }
        let parameters = parameters(fields, pg_code);
        let method = method(fields, &parameters);
        let settings = settings(fields);
        let order = order(fields, &settings, parameters.bypass);
        let extras = order::extras(fields);
        let payment = WindowPayment {
            order: order?,
            method: method?,
            confirm_url: fields.owned_text("confirm_url"),
            store_details: None,
            merpay_category_id: None,
            settings,
        };
        let window = OpenWindow::Payment(Box::new(payment));
        Some(RequestPay { named, customer_uid: None, window, extras })
    })
}

/// A window that issues a billing key: `customer_uid` is what makes it one (rule PW-017).
pub(crate) fn issue(body: &RawBody, pg_code: &str) -> Read<RequestPay> {
    read_body(body, &ARGUMENT, |fields| {
        let named = named(fields, "channelKey");
        let uid = key::need_uid(fields, "customer_uid");
        let parameters = parameters(fields, pg_code);
        let method = issue_method(fields);
        let currency = order::currency(fields);
        let amount = currency
            .filter(|_| fields.has("amount"))
            .and_then(|currency| amount::minor(fields, &rules::AMOUNT, "amount", currency));
        let issue_id = merchant_uid(fields);
        let settings = settings(fields);
        let extras = order::extras(fields);
        // What pays with a key only has no use for them.
        fields.flag("cultural_expense");
        let issue = WindowIssue {
            method: method?,
            issue_id: Some(issue_id?.as_str().to_owned()),
            issue_name: fields.owned_text("name"),
            display_amount: amount,
            currency,
            customer: order::customer(fields, "buyer_"),
            bypass: parameters.bypass,
            settings,
        };
        let customer_uid = CustomerUid::parse(&uid?).ok()?;
        let window = OpenWindow::BillingKey(Box::new(issue));
        Some(RequestPay { named, customer_uid: Some(customer_uid), window, extras })
    })
}

/// Seed 000 calls it mandatory for a group's window, and its own sample leaves it out (DOC-026).
fn advise_custom_data(fields: &Fields<'_, '_>) {
    if fields.has("custom_data") {
        return;
    }
    let mut advice = Report::new();
    let message = "is missing; the guide wants it of a group's window";
    advice.add_with(&CUSTOM_DATA, Severity::Advise, fields.path("custom_data"), message);
    fields.extend(advice);
}

fn order(fields: &Fields<'_, '_>, settings: &WindowSettings, bypass: Option<Value>) -> Option<Order> {
    let currency = order::currency(fields);
    let total = currency.and_then(|currency| amount::total(fields, currency));
    let part = |rule, name| currency.and_then(|currency| amount::minor(fields, rule, name, currency));
    let tax_free = part(&rules::TAX_FREE_PART, "tax_free");
    let vat = part(&rules::VAT_IGNORED, "vat_amount");
    let payment_id = merchant_uid(fields);
    let order_name = fields.under(&rules::NAME).owned_text("name").unwrap_or_default();
    let product_type = match settings.product_type.as_deref() {
        Some("DIGITAL") => Some(ProductType::Digital),
        Some(_) => Some(ProductType::Physical),
        None => None,
    };
    Some(Order {
        payment_id: payment_id?,
        order_name,
        amount: PaymentAmount { total: total?, tax_free, vat, currency: currency? },
        customer: order::customer(fields, "buyer_"),
        products: Vec::new(),
        product_count: None,
        product_type,
        country: None,
        shipping_address: None,
        promotion_id: fields.under(&rules::PROMOTION_ID).owned_text("promotionId"),
        is_cultural_expense: fields.flag("cultural_expense"),
        is_escrow: fields.under(&rules::ESCROW_CONTRACT).flag("escrow"),
        bypass,
    })
}

fn settings(fields: &Fields<'_, '_>) -> WindowSettings {
    let digital = fields.under(&rules::DIGITAL).flag("digital");
    let language = fields.text("language");
    let locale = language.and_then(names::locale);
    if language.is_some() && locale.is_none() {
        let message = "is no language of V1's windows, and is not read; send ko, en or zh";
        fields.under(&rules::LANGUAGE).add("language", message);
    }
    let period = fields.object("period", &INPUT, &["from", "to", "interval"]);
    let is_popup = fields.flag("popup") == Some(true);
    WindowSettings {
        window_type: WindowTypes { pc: is_popup.then(|| "POPUP".to_owned()), mobile: None },
        redirect_url: fields.owned_text("m_redirect_url"),
        app_scheme: fields.owned_text("app_scheme"),
        locale: locale.map(str::to_owned),
        product_type: digital.map(|digital| if digital { "DIGITAL" } else { "REAL" }.to_owned()),
        offer_period: period.map(|period| OfferPeriod {
            from: period.owned_text("from"),
            to: period.owned_text("to"),
            interval: period.owned_text("interval"),
        }),
        ..WindowSettings::default()
    }
}

/// The pay method, and what V1 has for it (rules IAMPORT-070, IAMPORT-072, IAMPORT-082 and IAMPORT-083).
fn method(fields: &Fields<'_, '_>, parameters: &Parameters) -> Option<WindowMethod> {
    let named = fields.under(&rules::PAY_METHOD);
    let name = named.text("pay_method").unwrap_or("card");
    let Some(mut method) = names::window_method(name) else {
        named.unknown_value("pay_method", name, names::pay_methods());
        return None;
    };
    match &mut method {
        WindowMethod::Card(card) => *card = card_settings(fields),
        WindowMethod::VirtualAccount(account) => {
            account.expiry = due(fields);
            account.receipt = parameters.receipt();
        }
        WindowMethod::Transfer(receipt) => *receipt = parameters.receipt(),
        _ => {}
    }
    Some(method)
}

fn issue_method(fields: &Fields<'_, '_>) -> Option<WindowIssueMethod> {
    let named = fields.under(&rules::PAY_METHOD);
    let name = named.text("pay_method").unwrap_or("card");
    match names::window_method(name) {
        Some(WindowMethod::Card(_)) => {
            Some(WindowIssueMethod::Card { card_company: card_settings(fields).card_company })
        }
        Some(WindowMethod::Mobile(_)) => Some(WindowIssueMethod::Mobile(WindowMobile::default())),
        Some(WindowMethod::EasyPay(wallet)) => Some(WindowIssueMethod::EasyPay(wallet)),
        Some(WindowMethod::Paypal) => Some(WindowIssueMethod::Paypal),
        _ => {
            named.unknown_value("pay_method", name, ["card", "phone", "paypal"].into_iter());
            None
        }
    }
}

fn card_settings(fields: &Fields<'_, '_>) -> WindowCard {
    let card = fields.object("card", &INPUT, &["direct", "detail", "useInstallment"]);
    let direct =
        card.as_ref().and_then(|card| card.object("direct", &rules::DIRECT_CARD, &["code", "quota"]));
    let company = direct.as_ref().and_then(company);
    let fixed_month = direct.as_ref().and_then(|direct| direct.int32("quota"));
    let display = fields.object("display", &INPUT, &["card_quota", "only_digital"]);
    let available_months = display.as_ref().and_then(months);
    let free_plans = card.as_ref().filter(|card| card.has("detail")).map(plans);
    let is_set = fixed_month.is_some() || available_months.is_some() || free_plans.is_some();
    let use_card_point = fields.flag("useCardPoint").or_else(|| fields.flag("use_card_point"));
    WindowCard {
        card_company: company,
        installment: is_set.then_some(WindowInstallment { fixed_month, available_months, free_plans }),
        use_free_interest_from_mall: fields.flag("useFreeInterestFromMall"),
        use_card_point,
        ..WindowCard::default()
    }
}

/// Three digits; a code without a name of V2's stays as it was written.
fn company(direct: &Fields<'_, '_>) -> Option<String> {
    let code = direct.need_text("code")?;
    if code.len() != 3 || !code.bytes().all(|byte| byte.is_ascii_digit()) {
        direct.add("code", "is no card company's code; send its three digits, such as 367");
        return None;
    }
    Some(names::card_company(code).map_or_else(|| code.to_owned(), str::to_owned))
}

fn months(display: &Fields<'_, '_>) -> Option<Vec<i32>> {
    let display = display.under(&rules::MONTH_LIST);
    let Node::Array(items) = display.node("card_quota")? else {
        display.add("card_quota", "is no array; send the numbers of months");
        return None;
    };
    let month = |item: &Node<'_>| match item {
        Node::Number(number) => number.as_i64().and_then(|months| i32::try_from(months).ok()),
        _ => None,
    };
    let months: Option<Vec<i32>> = items.iter().map(month).collect();
    if months.is_none() {
        display.add("card_quota", "holds something else than whole numbers; send the numbers of months");
    }
    months
}

fn plans(card: &Fields<'_, '_>) -> Vec<FreeInstallmentPlan> {
    let details = card.objects("detail", &INPUT, &["card_code", "code", "enabled", "free", "quota"]);
    let plan = |detail: &Fields<'_, '_>| FreeInstallmentPlan {
        card_company: detail
            .owned_text("card_code")
            .or_else(|| detail.owned_text("code"))
            .unwrap_or_default(),
        months: Vec::new(),
    };
    details.iter().map(plan).collect()
}

/// One of four forms (rule IAMPORT-072).
fn due(fields: &Fields<'_, '_>) -> Option<WindowExpiry> {
    let fields = fields.under(&rules::WINDOW_DUE);
    let text = fields.text("vbank_due")?;
    let is_form = match text.len() {
        8 | 14 => text.bytes().all(|byte| byte.is_ascii_digit()),
        10 | 19 => !text.contains('T') && portone_wire::sdk::check::moment(text).is_some(),
        _ => false,
    };
    if !is_form {
        fields.add("vbank_due", "is in no form the window reads; send YYYYMMDD or YYYY-MM-DD HH:mm:ss");
        return None;
    }
    Some(WindowExpiry { valid_hours: None, due_date: Some(text.to_owned()) })
}

/// The PG's own parameters, apart from those that V2 has fields for.
struct Parameters {
    bypass: Option<Value>,
    cash_receipt_type: Option<String>,
    customer_identifier: Option<Secret<String>>,
}

impl Parameters {
    fn receipt(&self) -> WindowReceipt {
        WindowReceipt {
            cash_receipt_type: self.cash_receipt_type.clone(),
            customer_identifier: self.customer_identifier.clone(),
        }
    }
}

/// `bypass` is an object here, and flat: V2 nests Paymentwall's under its name (DOC-050).
fn parameters(fields: &Fields<'_, '_>, pg_code: &str) -> Parameters {
    let mut given = match fields.under(&rules::BYPASS).opaque("bypass") {
        Some(Value::Object(given)) => given,
        _ => Map::new(),
    };
    let [kind, identifier] = RECEIPT.map(|name| given.remove(name));
    if pg_code == PAYMENTWALL {
        if let Some(widget) = given.remove(WIDGET.0) {
            given.insert(WIDGET.1.to_owned(), widget);
        }
        if let Some(flag) = fields.flag("use_test_method") {
            given.insert("use_test_method".to_owned(), flag.into());
        }
        if !given.is_empty() {
            given = Map::from_iter([(PAYMENTWALL.to_owned(), Value::Object(given))]);
        }
    }
    Parameters {
        bypass: (!given.is_empty()).then_some(Value::Object(given)),
        cash_receipt_type: kind.as_ref().and_then(Value::as_str).map(str::to_ascii_uppercase),
        customer_identifier: identifier.as_ref().and_then(Value::as_str).map(Secret::from),
    }
}
