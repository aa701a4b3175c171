//! The arguments of `requestPayment` and `requestIssueBillingKey` as a shop sends them.

use portone_core::{
    Address, ChannelGroupId, ChannelKey, Currency, Customer, CustomerName, NameParts, OfferPeriod,
    OpenWindow, Order, PaymentAmount, PaymentId, Product, ProductType, Report, StoreDetails, StoreId,
    WindowIssue, WindowPayment, WindowSettings, WindowTypes,
};
use serde_json::Value;

use super::{SdkRequest, fields::Fields, method, prefix};

/// Reads the argument of `requestPayment`: the window, or everything that is wrong with the argument.
pub fn parse_payment(argument: &Value) -> Result<SdkRequest, Report> {
    let mut report = Report::new();
    match payment(argument, &mut report) {
        Some(request) if !report.refuses() => Ok(SdkRequest { advice: report, ..request }),
        _ => Err(report),
    }
}

/// Reads the argument of `requestIssueBillingKey`: the window, or everything that is wrong with the argument.
pub fn parse_issue_billing_key(argument: &Value) -> Result<SdkRequest, Report> {
    let mut report = Report::new();
    match issue(argument, &mut report) {
        Some(request) if !report.refuses() => Ok(SdkRequest { advice: report, ..request }),
        _ => Err(report),
    }
}

fn payment(argument: &Value, report: &mut Report) -> Option<SdkRequest> {
    let mut fields = Fields::root(argument, report)?;
    let ends = ends(&mut fields, report);
    let group = fields.parsed("channelGroupId", report, ChannelGroupId::parse);
    let method = method::payment(&mut fields, report);
    let (mut settings, customer) = settings_and_customer(&mut fields, report);
    let order = order(&mut fields, &mut settings, customer, report);
    let confirm_url = fields.text("confirmUrl", report);
    let store_details = fields.object("storeDetails", report).map(|store| store_details(store, report));
    let merpay_category_id = fields.text("merpayCategoryId", report);
    fields.finish(report);
    let window = WindowPayment {
        order: order?,
        method: method?,
        confirm_url,
        store_details,
        merpay_category_id,
        settings,
    };
    let request = ends?.with(OpenWindow::Payment(Box::new(window)));
    Some(SdkRequest { channel_group_id: group, ..request })
}

fn issue(argument: &Value, report: &mut Report) -> Option<SdkRequest> {
    let mut fields = Fields::root(argument, report)?;
    let ends = ends(&mut fields, report);
    let method = method::issue(&mut fields, report);
    let (mut settings, customer) = settings_and_customer(&mut fields, report);
    product_type(&mut fields, &mut settings, report);
    let currency = currency(&mut fields, report);
    let window = WindowIssue {
        issue_id: fields.text("issueId", report),
        issue_name: fields.text("issueName", report),
        display_amount: fields.integer("displayAmount", report),
        currency,
        customer,
        bypass: fields.json("bypass", report),
        settings,
        method: method?,
    };
    fields.finish(report);
    Some(ends?.with(OpenWindow::BillingKey(Box::new(window))))
}

/// What the argument names besides the window.
struct Ends {
    store_id: StoreId,
    channel_key: Option<ChannelKey>,
    notice_urls: Vec<String>,
    custom_data: Option<Value>,
}

impl Ends {
    fn with(self, window: OpenWindow) -> SdkRequest {
        SdkRequest {
            store_id: self.store_id,
            channel_key: self.channel_key,
            channel_group_id: None,
            notice_urls: self.notice_urls,
            custom_data: self.custom_data,
            window,
            advice: Report::new(),
        }
    }
}

fn ends(fields: &mut Fields<'_>, report: &mut Report) -> Option<Ends> {
    let store_id = fields.parsed("storeId", report, StoreId::parse);
    let store_id = fields.required("storeId", store_id, report);
    let channel_key = fields.parsed("channelKey", report, ChannelKey::parse);
    let notice_urls = fields.names("noticeUrls", "", report).unwrap_or_default();
    let custom_data = fields.json("customData", report);
    Some(Ends { store_id: store_id?, channel_key, notice_urls, custom_data })
}

fn order(
    fields: &mut Fields<'_>,
    settings: &mut WindowSettings,
    customer: Customer,
    report: &mut Report,
) -> Option<Order> {
    let payment_id = fields.parsed("paymentId", report, PaymentId::parse);
    let payment_id = fields.required("paymentId", payment_id, report);
    let order_name = fields.text("orderName", report);
    let order_name = fields.required("orderName", order_name, report);
    let amount = amount(fields, report);
    let product_type = product_type(fields, settings, report);
    let products = fields.objects("products", report).unwrap_or_default();
    let products = products.into_iter().filter_map(|fields| product(fields, report)).collect();
    let country = fields.name("country", prefix::COUNTRY, report);
    let promotion_id = fields.text("promotionId", report);
    let is_cultural_expense = fields.boolean("isCulturalExpense", report);
    let is_escrow = fields.boolean("isEscrow", report);
    let bypass = fields.json("bypass", report);
    Some(Order {
        payment_id: payment_id?,
        order_name: order_name?,
        amount: amount?,
        customer,
        products,
        product_count: None,
        product_type,
        country,
        shipping_address: None,
        promotion_id,
        is_cultural_expense,
        is_escrow,
        bypass,
    })
}

fn amount(fields: &mut Fields<'_>, report: &mut Report) -> Option<PaymentAmount> {
    let total = fields.integer("totalAmount", report);
    let total = fields.required("totalAmount", total, report);
    let tax_free = fields.integer("taxFreeAmount", report);
    let vat = fields.integer("vatAmount", report);
    let currency = currency(fields, report);
    let currency = fields.required("currency", currency, report);
    Some(PaymentAmount { total: total?, tax_free, vat, currency: currency? })
}

fn currency(fields: &mut Fields<'_>, report: &mut Report) -> Option<Currency> {
    fields.parsed("currency", report, |code| {
        Currency::parse(code.strip_prefix(prefix::CURRENCY).unwrap_or(code))
    })
}

fn product_type(
    fields: &mut Fields<'_>,
    settings: &mut WindowSettings,
    report: &mut Report,
) -> Option<ProductType> {
    settings.product_type = fields.name("productType", prefix::PRODUCT_TYPE, report);
    match settings.product_type.as_deref() {
        Some("REAL") => Some(ProductType::Physical),
        Some("DIGITAL") => Some(ProductType::Digital),
        // A PG's rules say what it makes of another name.
        _ => None,
    }
}

fn product(mut fields: Fields<'_>, report: &mut Report) -> Option<Product> {
    let id = fields.text("id", report);
    let id = fields.required("id", id, report);
    let name = fields.text("name", report);
    let name = fields.required("name", name, report);
    let amount = fields.integer("amount", report);
    let amount = fields.required("amount", amount, report);
    let quantity = fields.small("quantity", report);
    let quantity = fields.required("quantity", quantity, report);
    let (tag, code, link) =
        (fields.text("tag", report), fields.text("code", report), fields.text("link", report));
    fields.finish(report);
    Some(Product { id: id?, name: name?, tag, code, amount: amount?, quantity: quantity?, link })
}

fn settings_and_customer(fields: &mut Fields<'_>, report: &mut Report) -> (WindowSettings, Customer) {
    let (customer, name_parts) =
        fields.object("customer", report).map(|fields| customer(fields, report)).unwrap_or_default();
    let settings = WindowSettings {
        window_type: fields
            .object("windowType", report)
            .map(|fields| types(fields, report))
            .unwrap_or_default(),
        redirect_url: fields.text("redirectUrl", report),
        force_redirect: fields.boolean("forceRedirect", report),
        app_scheme: fields.text("appScheme", report),
        locale: fields.text("locale", report),
        product_type: None,
        offer_period: fields.object("offerPeriod", report).map(|fields| offer_period(fields, report)),
        name_parts,
        popup_center: flag(fields, "popup", "center", report),
        iframe_dim: flag(fields, "iframe", "dim", report),
        os: None,
        in_app: false,
        consents_collected: false,
    };
    (settings, customer)
}

fn flag(
    fields: &mut Fields<'_>,
    object: &'static str,
    name: &'static str,
    report: &mut Report,
) -> Option<bool> {
    let mut fields = fields.object(object, report)?;
    let flag = fields.boolean(name, report);
    fields.finish(report);
    flag
}

fn types(mut fields: Fields<'_>, report: &mut Report) -> WindowTypes {
    let types = WindowTypes { pc: fields.text("pc", report), mobile: fields.text("mobile", report) };
    fields.finish(report);
    types
}

/// The SDK nests the two ends under `range`; the seeds write them beside `interval` (DOC-015).
fn offer_period(mut fields: Fields<'_>, report: &mut Report) -> OfferPeriod {
    let interval = fields.text("interval", report);
    let (mut from, mut to) = (fields.text("from", report), fields.text("to", report));
    if let Some(mut range) = fields.object("range", report) {
        from = range.text("from", report).or(from);
        to = range.text("to", report).or(to);
        range.finish(report);
    }
    fields.finish(report);
    OfferPeriod { from, to, interval }
}

fn customer(mut fields: Fields<'_>, report: &mut Report) -> (Customer, NameParts) {
    let mut parts = NameParts {
        first: fields.text("firstName", report),
        last: fields.text("lastName", report),
        first_kana: fields.text("firstNameKana", report),
        last_kana: fields.text("lastNameKana", report),
    };
    let name = match fields.text("fullName", report) {
        Some(full) => Some(CustomerName::Full(full)),
        None => separated(&mut parts),
    };
    let customer = Customer {
        id: fields.text("customerId", report),
        name,
        birth_year: fields.text("birthYear", report),
        birth_month: fields.text("birthMonth", report),
        birth_day: fields.text("birthDay", report),
        country: None,
        gender: fields.name("gender", prefix::GENDER, report),
        email: fields.text("email", report),
        phone_number: fields.text("phoneNumber", report),
        address: fields.object("address", report).and_then(|fields| address(fields, report)),
        zipcode: fields.text("zipcode", report),
        business_registration_number: None,
    };
    fields.finish(report);
    (customer, parts)
}

/// Both parts are a name; one alone stays a part.
fn separated(parts: &mut NameParts) -> Option<CustomerName> {
    if parts.first.is_none() || parts.last.is_none() {
        return None;
    }
    Some(CustomerName::Separated { first: parts.first.take()?, last: parts.last.take()? })
}

fn address(mut fields: Fields<'_>, report: &mut Report) -> Option<Address> {
    let line1 = fields.text("addressLine1", report);
    let line1 = fields.required("addressLine1", line1, report);
    let line2 = fields.text("addressLine2", report);
    let line2 = fields.required("addressLine2", line2, report);
    let city = fields.text("city", report);
    let province = fields.text("province", report);
    let country = fields.name("country", prefix::COUNTRY, report);
    fields.finish(report);
    Some(Address { address_line1: line1?, address_line2: line2?, city, province, country })
}

fn store_details(mut fields: Fields<'_>, report: &mut Report) -> StoreDetails {
    let mut details = StoreDetails {
        ceo_full_name: fields.text("ceoFullName", report),
        phone_number: fields.text("phoneNumber", report),
        address: fields.text("address", report),
        zipcode: fields.text("zipcode", report),
        email: fields.text("email", report),
        business_name: fields.text("businessName", report),
        business_registration_number: fields.text("businessRegistrationNumber", report),
        store_name: fields.text("storeName", report),
        store_name_short: fields.text("storeNameShort", report),
        store_name_en: fields.text("storeNameEn", report),
        store_name_kana: fields.text("storeNameKana", report),
        opens_at: None,
        closes_at: None,
        contact_name: fields.text("contactName", report),
    };
    if let Some(mut hours) = fields.object("openingHours", report) {
        details.opens_at = hours.text("open", report);
        details.closes_at = hours.text("close", report);
        hours.finish(report);
    }
    fields.finish(report);
    details
}
