//! `GET /checkout/{sessionId}`: the hosted checkout of a payment session. The page shows what the session offers and asks for
//! the rest; its window is opened from the session, so nothing that the buyer's browser sends changes what is paid.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use portone_core::{ChannelGroupId, ChannelKey};
use portone_engine::EngineError;
use portone_engine::ledger::{PaymentSession, PaymentStatus, SessionOffer};
use portone_engine::request::Selector;
use portone_wire::sdk;
use serde_json::{Value, json};

use super::asked::{self, Asked};
use super::page::{as_data, html_response};
use super::sdk_error::SdkError;
use crate::state::Gateway;

const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: https:; connect-src 'self'; \
                      frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
/// What the buyer is asked for, at most so many characters.
const FIELD_LENGTH_MAX: usize = 100;
/// Schema `CheckoutPaymentMethod`, and what the browser SDK calls the same; a wallet is called directly.
const METHODS: [(&str, &str, Option<&str>); 6] = [
    ("CARD_KR", "CARD", None),
    ("N_PAY", "EASY_PAY", Some("NAVERPAY")),
    ("KAKAO_PAY", "EASY_PAY", Some("KAKAOPAY")),
    ("TOSS_PAY", "EASY_PAY", Some("TOSSPAY")),
    ("CARD_INTERNATIONAL", "CARD", None),
    ("PAY_PAL", "PAYPAL", None),
];
/// What is offered where the session names no method.
const OFFERED: [&str; 4] = ["CARD_KR", "KAKAO_PAY", "N_PAY", "TOSS_PAY"];

/// The page that a buyer who follows the session's URL sees.
pub(crate) async fn page(State(gateway): State<Gateway>, Path(id): Path<String>) -> Response {
    let found = gateway.engine.session(&id).await;
    let status = match &found {
        Ok(_) => StatusCode::OK,
        Err(EngineError::SessionExpired) => StatusCode::GONE,
        Err(EngineError::SessionNotFound) => StatusCode::NOT_FOUND,
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR,
    };
    let html = match found {
        Ok(session) => {
            let paid = status_of(&gateway, &session).await;
            html_of(&session, paid)
        }
        Err(_) => over(),
    };
    html_response(status, html, POLICY)
}

/// What became of the session's payment, where it has been made.
async fn status_of(gateway: &Gateway, session: &PaymentSession) -> Option<PaymentStatus> {
    let payment = gateway.engine.payment(&session.store_id, &session.offer.payment_id).await.ok()?;
    let is_made = matches!(
        payment.status,
        PaymentStatus::Paid | PaymentStatus::VirtualAccountIssued | PaymentStatus::PayPending
    );
    is_made.then_some(payment.status)
}

fn html_of(session: &PaymentSession, status: Option<PaymentStatus>) -> String {
    let offer = &session.offer;
    let is_korean = offer.country == "KR";
    let data = json!({
        "sessionId": session.id.0,
        "offer": offer,
        "status": status,
        "isKorean": is_korean,
        "exponent": offer.currency.exponent(),
        "methods": methods(offer),
    });
    let title = escaped(offer.store_name.as_deref().unwrap_or(if is_korean { "결제" } else { "Checkout" }));
    let (name, language) = (escaped(&offer.order_name), if is_korean { "ko" } else { "en" });
    let (total, currency, data) = (offer.total_amount, offer.currency.code(), as_data(&data.to_string()));
    format!(
        r#"<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/window/assets/checkout.css">
</head>
<body>
<main>
<header><p class="store">{title}</p><h1>{name}</h1><p class="total" id="total">{total} {currency}</p></header>
<form id="form" hidden></form>
<p id="status" class="status" role="status" aria-live="polite"></p>
<noscript><p>결제창을 열려면 JavaScript를 켜 주세요. Turn JavaScript on to pay.</p></noscript>
</main>
<script type="application/json" id="checkout">{data}</script>
<script src="/window/assets/checkout.js" defer></script>
</body>
</html>
"#
    )
}

fn methods(offer: &SessionOffer) -> Vec<&str> {
    match &offer.payment_method {
        Some(named) => vec![named.as_str()],
        None => OFFERED.to_vec(),
    }
}

fn over() -> String {
    "<!doctype html>\n<html lang=\"ko\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" \
     content=\"width=device-width, initial-scale=1\">\n<title>결제</title>\n<link rel=\"icon\" href=\"data:,\">\n\
     <link rel=\"stylesheet\" href=\"/window/assets/window.css\">\n</head>\n<body class=\"alone\">\n<main class=\"notice\">\n\
     <h1 class=\"title\">결제를 진행할 수 없습니다</h1>\n<p>이 결제 세션은 없거나 만료되었습니다.</p>\n\
     <p lang=\"en\">There is no such session, or it is over.</p>\n</main>\n</body>\n</html>\n"
        .to_owned()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// The window that the page of a session asks for: the session's payment, by the method and for the buyer that `argument`
/// names.
pub(super) async fn read(gateway: &Gateway, id: &str, argument: &Value) -> Result<Asked, SdkError> {
    let session = gateway.engine.session(id).await.map_err(|error| SdkError::from(&error))?;
    let offer = &session.offer;
    let text = |name: &str| argument.get(name).and_then(Value::as_str).map(str::trim);
    if ["method", "name", "email", "phone"].iter().any(|name| text(name).is_some_and(is_too_long)) {
        return Err(SdkError::input(format!(
            "a field is longer than {FIELD_LENGTH_MAX} characters; shorten it"
        )));
    }
    let named = offer.payment_method.as_deref().or(text("method")).unwrap_or("CARD_KR");
    let Some((_, method, wallet)) = METHODS.iter().find(|(name, ..)| *name == named) else {
        return Err(SdkError::input(format!(
            "method: `{named}` is no method that this gateway has a window for"
        )));
    };
    let mut call = json!({
        "storeId": session.store_id,
        "paymentId": offer.payment_id,
        "orderName": offer.order_name,
        "totalAmount": offer.total_amount,
        "currency": offer.currency.code(),
        "payMethod": method,
        "country": offer.country,
        "locale": if offer.country == "KR" { "KO_KR" } else { "EN_US" },
        "redirectUrl": offer.redirect_url.clone().unwrap_or_else(|| format!("{}/checkout/{id}", gateway.public_url)),
        "customer": customer(offer, &text),
    });
    if let Some(wallet) = wallet {
        call["easyPay"] = json!({ "easyPayProvider": wallet });
    }
    let request = sdk::parse_payment(&call).map_err(|report| SdkError::invalid(&report))?;
    let mut asked = asked::at(request, selector(gateway, &session)?);
    asked.extras.custom_data.clone_from(&offer.custom_data);
    Ok(asked)
}

fn is_too_long(text: &str) -> bool {
    text.chars().count() > FIELD_LENGTH_MAX
}

/// The buyer: what the session knows, and what he typed for the rest.
fn customer<'a>(offer: &'a SessionOffer, typed: &impl Fn(&str) -> Option<&'a str>) -> Value {
    let mut customer = serde_json::Map::new();
    for (name, known, typed) in [
        ("fullName", offer.customer_name.as_deref(), typed("name")),
        ("email", offer.customer_email.as_deref(), typed("email")),
        ("phoneNumber", None, typed("phone")),
    ] {
        if let Some(value) = known.or(typed).filter(|value| !value.is_empty()) {
            customer.insert(name.to_owned(), json!(value));
        }
    }
    Value::Object(customer)
}

/// A session's profile is a channel group's id, or a channel's key.
fn selector(gateway: &Gateway, session: &PaymentSession) -> Result<Selector, SdkError> {
    let profile = session.offer.profile_key.as_str();
    let directory = gateway.engine.directory();
    let now = gateway.engine.now();
    let group = directory
        .groups(now)
        .find(|group| group.store_id == session.store_id && group.id.as_str() == profile)
        .map(|group| ChannelGroupId::clone(&group.id));
    if let Some(group) = group {
        return Ok(Selector::Group(group));
    }
    let key =
        ChannelKey::parse(profile).ok().filter(|key| directory.channel(&session.store_id, key).is_some());
    key.map(Selector::Channel).ok_or_else(|| {
        let message = "profileKey: is no channel group's id and no channel's key of the store; make the session with one";
        SdkError::new("ChannelNotFound", message)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_no_markup() {
        assert_eq!(escaped("<script>\"&"), "&lt;script&gt;&quot;&amp;");
    }
}
