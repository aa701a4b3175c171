//! A window as the call our window page makes on the upstream's SDK.

use portone_core::{
    Address, AttemptId, ChannelKey, Customer, CustomerName, FreeInstallmentPlan, OfferPeriod, OpenWindow,
    Order, Outcome, Product, Progress, Sdk, SdkCall, Secret, StoreDetails, StoreId, WindowCard,
    WindowEasyPay, WindowExpiry, WindowInstallment, WindowIssue, WindowIssueAndPay, WindowIssueAndPayMethod,
    WindowIssueMethod, WindowMethod, WindowMobile, WindowPayment, WindowReceipt, WindowSettings,
    WindowVirtualAccount,
};

use super::json::Object;
use crate::body::json_body;

/// Whom the window is opened for, as the upstream knows them.
#[derive(Debug, Clone, Copy)]
pub struct Target<'a> {
    /// The store.
    pub store_id: &'a StoreId,
    /// The channel.
    pub channel_key: &'a ChannelKey,
    /// Where the upstream shall send its notifications.
    pub notice_url: Option<&'a str>,
    /// Our marker: it travels as `customData.attemptId`, since the SDK takes an object there.
    pub attempt: &'a AttemptId,
    /// Whether the value-added tax is left out, for PGs that compute it themselves.
    pub leaves_vat_out: bool,
}

const SECRETS: &[&str] =
    &["/virtualAccount/customerIdentifier", "/transfer/customerIdentifier", "/easyPay/customerIdentifier"];

/// The SDK call that opens a window: always done, since nothing is sent from here.
pub fn encode(window: &OpenWindow, target: Target<'_>) -> Progress {
    let attempt = Object::default().with("attemptId", Some(target.attempt.as_str()));
    let notice_urls = target.notice_url.map(|url| vec![url.to_owned()]);
    let ends = Object::default()
        .with("storeId", Some(target.store_id.as_str()))
        .with("channelKey", Some(target.channel_key.as_str()));
    let (function, own) = match window {
        OpenWindow::Payment(payment) => ("requestPayment", payment_fields(payment, target.leaves_vat_out)),
        OpenWindow::BillingKey(issue) => ("requestIssueBillingKey", issue_fields(issue)),
        OpenWindow::IssueAndPay(both) => {
            ("requestIssueBillingKeyAndPay", issue_and_pay_fields(both, target.leaves_vat_out))
        }
    };
    let arguments = ends.and(own).with("customData", Some(attempt)).with("noticeUrls", notice_urls.as_ref());
    let arguments = json_body(&arguments, SECRETS);
    Progress::Done(Box::new(Outcome::CallSdk(SdkCall { sdk: Sdk::V2, function, arguments })))
}

fn payment_fields(payment: &WindowPayment, leaves_vat_out: bool) -> Object<'_> {
    let order = &payment.order;
    order_fields(order, leaves_vat_out)
        .with("payMethod", Some(payment.method.code()))
        .and(method_field(&payment.method))
        .and(buyer_fields(order, &payment.settings))
        .with("confirmUrl", payment.confirm_url.as_ref())
        .with("storeDetails", payment.store_details.as_ref().and_then(store_details))
        .with("merpayCategoryId", payment.merpay_category_id.as_ref())
        .with("bypass", order.bypass.as_ref())
}

fn issue_and_pay_fields(both: &WindowIssueAndPay, leaves_vat_out: bool) -> Object<'_> {
    let WindowIssueAndPayMethod::Mobile(settings) = &both.method;
    order_fields(&both.order, leaves_vat_out)
        .with("billingKeyAndPayMethod", Some(both.method.code()))
        .with("mobile", mobile(settings))
        .and(buyer_fields(&both.order, &both.settings))
        .with("storeDetails", both.store_details.as_ref().and_then(store_details))
        .with("bypass", both.order.bypass.as_ref())
}

fn order_fields(order: &Order, leaves_vat_out: bool) -> Object<'_> {
    let amount = &order.amount;
    Object::default()
        .with("paymentId", Some(order.payment_id.as_str()))
        .with("orderName", Some(&order.order_name))
        .with("totalAmount", Some(amount.total))
        .with("currency", Some(amount.currency.code()))
        .with("taxFreeAmount", amount.tax_free)
        .with("vatAmount", amount.vat.filter(|_| !leaves_vat_out))
}

fn buyer_fields<'a>(order: &'a Order, settings: &'a WindowSettings) -> Object<'a> {
    let products = &order.products;
    let products = (!products.is_empty()).then(|| products.iter().map(product).collect::<Vec<_>>());
    Object::default()
        .with("customer", customer_field(&order.customer, settings))
        .and(settings_fields(settings))
        .with("isEscrow", order.is_escrow)
        .with("products", products)
        .with("isCulturalExpense", order.is_cultural_expense)
        .with("country", order.country.as_ref())
        .with("promotionId", order.promotion_id.as_ref())
}

fn issue_fields(issue: &WindowIssue) -> Object<'_> {
    let method = match &issue.method {
        WindowIssueMethod::Card { card_company } => {
            let card = Object::default().with("cardCompany", card_company.as_ref());
            Object::default().with("card", card.unless_empty())
        }
        WindowIssueMethod::Mobile(settings) => Object::default().with("mobile", mobile(settings)),
        WindowIssueMethod::EasyPay(settings) => Object::default().with("easyPay", easy_pay(settings)),
        WindowIssueMethod::Paypal => Object::default(),
    };
    Object::default()
        .with("billingKeyMethod", Some(issue.method.code()))
        .and(method)
        .with("issueId", issue.issue_id.as_ref())
        .with("issueName", issue.issue_name.as_ref())
        .with("displayAmount", issue.display_amount)
        .with("currency", issue.currency.as_ref().map(portone_core::Currency::code))
        .with("customer", customer_field(&issue.customer, &issue.settings))
        .and(settings_fields(&issue.settings))
        .with("bypass", issue.bypass.as_ref())
}

fn settings_fields(settings: &WindowSettings) -> Object<'_> {
    let window_type = Object::default()
        .with("pc", settings.window_type.pc.as_ref())
        .with("mobile", settings.window_type.mobile.as_ref());
    let popup = Object::default().with("center", settings.popup_center);
    let iframe = Object::default().with("dim", settings.iframe_dim);
    Object::default()
        .with("windowType", window_type.unless_empty())
        .with("redirectUrl", settings.redirect_url.as_ref())
        .with("forceRedirect", settings.force_redirect)
        .with("appScheme", settings.app_scheme.as_ref())
        .with("locale", settings.locale.as_ref())
        .with("productType", settings.product_type.as_ref())
        .with("offerPeriod", settings.offer_period.as_ref().and_then(offer_period))
        .with("popup", popup.unless_empty())
        .with("iframe", iframe.unless_empty())
}

fn offer_period(period: &OfferPeriod) -> Option<Object<'_>> {
    let range = Object::default().with("from", period.from.as_ref()).with("to", period.to.as_ref());
    let period =
        Object::default().with("range", range.unless_empty()).with("interval", period.interval.as_ref());
    period.unless_empty()
}

fn product(product: &Product) -> Object<'_> {
    Object::default()
        .with("id", Some(&product.id))
        .with("name", Some(&product.name))
        .with("code", product.code.as_ref())
        .with("amount", Some(product.amount))
        .with("quantity", Some(product.quantity))
        .with("tag", product.tag.as_ref())
        .with("link", product.link.as_ref())
}

fn customer_field<'a>(customer: &'a Customer, settings: &'a WindowSettings) -> Option<Object<'a>> {
    let parts = &settings.name_parts;
    let (full, first, last) = match &customer.name {
        Some(CustomerName::Full(full)) => (Some(full), parts.first.as_ref(), parts.last.as_ref()),
        Some(CustomerName::Separated { first, last }) => (None, Some(first), Some(last)),
        None => (None, parts.first.as_ref(), parts.last.as_ref()),
    };
    let customer = Object::default()
        .with("customerId", customer.id.as_ref())
        .with("fullName", full)
        .with("firstName", first)
        .with("lastName", last)
        .with("firstNameKana", parts.first_kana.as_ref())
        .with("lastNameKana", parts.last_kana.as_ref())
        .with("phoneNumber", customer.phone_number.as_ref())
        .with("email", customer.email.as_ref())
        .with("address", customer.address.as_ref().map(address))
        .with("zipcode", customer.zipcode.as_ref())
        .with("gender", customer.gender.as_ref())
        .with("birthYear", customer.birth_year.as_ref())
        .with("birthMonth", customer.birth_month.as_ref())
        .with("birthDay", customer.birth_day.as_ref());
    customer.unless_empty()
}

fn address(address: &Address) -> Object<'_> {
    Object::default()
        .with("country", address.country.as_ref())
        .with("addressLine1", Some(&address.address_line1))
        .with("addressLine2", Some(&address.address_line2))
        .with("city", address.city.as_ref())
        .with("province", address.province.as_ref())
}

fn store_details(details: &StoreDetails) -> Option<Object<'_>> {
    let hours =
        Object::default().with("open", details.opens_at.as_ref()).with("close", details.closes_at.as_ref());
    let details = Object::default()
        .with("ceoFullName", details.ceo_full_name.as_ref())
        .with("phoneNumber", details.phone_number.as_ref())
        .with("address", details.address.as_ref())
        .with("zipcode", details.zipcode.as_ref())
        .with("email", details.email.as_ref())
        .with("businessName", details.business_name.as_ref())
        .with("businessRegistrationNumber", details.business_registration_number.as_ref())
        .with("storeName", details.store_name.as_ref())
        .with("storeNameShort", details.store_name_short.as_ref())
        .with("storeNameEn", details.store_name_en.as_ref())
        .with("storeNameKana", details.store_name_kana.as_ref())
        .with("openingHours", hours.unless_empty())
        .with("contactName", details.contact_name.as_ref());
    details.unless_empty()
}

fn method_field(method: &WindowMethod) -> Object<'_> {
    let field = Object::default();
    match method {
        WindowMethod::Card(settings) => field.with("card", card(settings)),
        WindowMethod::VirtualAccount(settings) => field.with("virtualAccount", virtual_account(settings)),
        WindowMethod::Transfer(settings) => field.with("transfer", receipt(settings).unless_empty()),
        WindowMethod::Mobile(settings) => field.with("mobile", mobile(settings)),
        WindowMethod::EasyPay(settings) => field.with("easyPay", easy_pay(settings)),
        WindowMethod::GiftCertificate { kind } => {
            let block = Object::default().with("giftCertificateType", kind.as_ref());
            field.with("giftCertificate", block.unless_empty())
        }
        WindowMethod::Paypal | WindowMethod::Alipay => field,
        WindowMethod::AlipayPlus { provider } => {
            let block = Object::default().with("easyPayProvider", provider.as_ref());
            field.with("alipayPlus", block.unless_empty())
        }
        WindowMethod::ConvenienceStore { deadline } => {
            let block = Object::default().with("paymentDeadline", deadline.as_ref().and_then(expiry));
            field.with("convenienceStore", block.unless_empty())
        }
    }
}

fn card(card: &WindowCard) -> Option<Object<'_>> {
    let promotion = card.promotion.as_ref().map(|promotion| {
        Object::default()
            .with("promotionId", Some(&promotion.id))
            .with("discountAmount", Some(promotion.discount_amount))
    });
    let card = Object::default()
        .with("cardCompany", card.card_company.as_ref())
        .with("availableCards", card.available_cards.as_ref())
        .with("useFreeInterestFromMall", card.use_free_interest_from_mall)
        .with("installment", card.installment.as_ref().and_then(installment))
        .with("useCardPoint", card.use_card_point)
        .with("useAppCardOnly", card.use_app_card_only)
        .with("useInstallment", card.use_installment)
        .with("cardPromotion", promotion);
    card.unless_empty()
}

fn installment(installment: &WindowInstallment) -> Option<Object<'_>> {
    let months = Object::default()
        .with("fixedMonth", installment.fixed_month)
        .with("availableMonthList", installment.available_months.as_ref());
    let plans = installment.free_plans.as_ref().map(|plans| plans.iter().map(free_plan).collect::<Vec<_>>());
    let block =
        Object::default().with("monthOption", months.unless_empty()).with("freeInstallmentPlans", plans);
    block.unless_empty()
}

fn free_plan(plan: &FreeInstallmentPlan) -> Object<'_> {
    Object::default().with("cardCompany", Some(&plan.card_company)).with("months", Some(&plan.months))
}

fn receipt(receipt: &WindowReceipt) -> Object<'_> {
    Object::default()
        .with("cashReceiptType", receipt.cash_receipt_type.as_ref())
        .with("customerIdentifier", receipt.customer_identifier.as_ref().map(Secret::expose))
}

fn virtual_account(account: &WindowVirtualAccount) -> Option<Object<'_>> {
    let block = receipt(&account.receipt)
        .with("bankCode", account.bank_code.as_ref())
        .with("accountExpiry", account.expiry.as_ref().and_then(expiry))
        .with("availableBanks", account.available_banks.as_ref());
    block.unless_empty()
}

fn expiry(expiry: &WindowExpiry) -> Option<Object<'_>> {
    let block =
        Object::default().with("validHours", expiry.valid_hours).with("dueDate", expiry.due_date.as_ref());
    block.unless_empty()
}

fn mobile(mobile: &WindowMobile) -> Option<Object<'_>> {
    let block = Object::default()
        .with("carrier", mobile.carrier.as_ref())
        .with("avaliableCarriers", mobile.available_carriers.as_ref());
    block.unless_empty()
}

fn easy_pay(wallet: &WindowEasyPay) -> Option<Object<'_>> {
    let block = Object::default()
        .with("easyPayProvider", wallet.provider.as_ref())
        .with("useFreeInterestFromMall", wallet.use_free_interest_from_mall)
        .with("availableCards", wallet.available_cards.as_ref())
        .with("installment", wallet.installment.as_ref().and_then(installment))
        .and(receipt(&wallet.receipt))
        .with("useCardPoint", wallet.use_card_point)
        .with("availablePayMethods", wallet.available_pay_methods.as_ref())
        .with("useInstallment", wallet.use_installment);
    block.unless_empty()
}
