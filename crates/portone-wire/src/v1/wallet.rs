//! What one wallet has alone. Each call about a payment names it by its `imp_uid`, so a list is read first.

use portone_core::{
    AskWallet, Body, Leg, Method, Outcome, PgError, PgReply, PgRequest, Progress, WalletAnswer, WalletCall,
    WalletMember, WalletTold, WalletValue,
};
use serde::{Serialize, Serializer, ser::SerializeMap as _};

use super::{V1Dialect, delivery::paid, encode::FIRST_LEG, operation::Operation};
use crate::{body::json_body, path::percent_encoded};

/// The leg that asks the wallet.
const WALLET_LEG: Leg = Leg(1);
/// Some of the product orders were changed.
pub(super) const PARTIAL: u16 = 207;

impl V1Dialect {
    pub(super) fn encode_wallet(&self, ask: &AskWallet) -> PgRequest {
        match &ask.payment {
            Some(payment) => self.find(&payment.payment_id),
            None => self.wallet_request(ask, ""),
        }
    }

    pub(super) fn decode_wallet(
        &self,
        ask: &AskWallet,
        leg: Leg,
        reply: &PgReply,
    ) -> Result<Progress, PgError> {
        if leg == FIRST_LEG && ask.payment.is_some() {
            let request = self.wallet_request(ask, &paid(reply)?.imp_uid);
            return Ok(Progress::Send { request: Box::new(request), leg: WALLET_LEG });
        }
        let answer = WalletAnswer { is_partial: reply.status == PARTIAL, facts: told(ask.call, reply)? };
        Ok(Progress::Done(Box::new(Outcome::Wallet(Box::new(answer)))))
    }

    fn wallet_request(&self, ask: &AskWallet, imp_uid: &str) -> PgRequest {
        let operation = operation(ask.call);
        let path = path(ask.call, &percent_encoded(imp_uid));
        if !ask.call.is_read() {
            return self.request(operation, Method::Post, &path, body(&ask.members));
        }
        if ask.call != WalletCall::NaverReviews {
            return self.request(operation, Method::Get, &path, None);
        }
        let channel = format!("channel_key={}", percent_encoded(self.own_key.as_str()));
        let told = ask.members.iter().filter_map(query_member);
        let told = told.map(|(name, text)| format!("{name}={}", percent_encoded(&text)));
        let query: Vec<String> = std::iter::once(channel).chain(told).collect();
        self.request(operation, Method::Get, &format!("{path}?{}", query.join("&")), None)
    }
}

const fn operation(call: WalletCall) -> Operation {
    if call.is_read() { Operation::ReadWallet } else { Operation::AskWallet }
}

fn path(call: WalletCall, imp_uid: &str) -> String {
    let naver = |name: &str| format!("/payments/{imp_uid}/naver/{name}");
    match call {
        WalletCall::NaverCancel => naver("cancel"),
        WalletCall::NaverApproveCancel => naver("approve-cancel"),
        WalletCall::NaverShip => naver("ship"),
        WalletCall::NaverShipExchanged => naver("ship-exchanged"),
        WalletCall::NaverCollectExchanged => naver("collect-exchanged"),
        WalletCall::NaverPlace => naver("place"),
        WalletCall::NaverRequestReturn => naver("request-return"),
        WalletCall::NaverApproveReturn => naver("approve-return"),
        WalletCall::NaverRejectReturn => naver("reject-return"),
        WalletCall::NaverWithholdReturn => naver("withhold-return"),
        WalletCall::NaverResolveReturn => naver("resolve-return"),
        WalletCall::NaverPoint => naver("point"),
        WalletCall::NaverConfirm => naver("confirm"),
        WalletCall::NaverProductOrders => naver("product-orders"),
        WalletCall::NaverCashAmount => naver("cash-amount"),
        WalletCall::NaverReviews => "/naver/reviews".to_owned(),
        WalletCall::PaycoStatus => format!("/payco/orders/status/{imp_uid}"),
        WalletCall::Balance => format!("/payments/{imp_uid}/balance"),
    }
}

fn body(members: &[WalletMember]) -> Option<Body> {
    (!members.is_empty()).then(|| json_body(&Members(members), &[]))
}

fn query_member(member: &WalletMember) -> Option<(&'static str, String)> {
    match &member.value {
        WalletValue::Text(text) => Some((member.name, text.clone())),
        WalletValue::Whole(number) => Some((member.name, number.to_string())),
        WalletValue::Texts(_) => None,
    }
}

/// The members as one JSON object.
struct Members<'a>(&'a [WalletMember]);

impl Serialize for Members<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for member in self.0 {
            map.serialize_entry(member.name, &member.value)?;
        }
        map.end()
    }
}

fn told(call: WalletCall, reply: &PgReply) -> Result<WalletTold, PgError> {
    let operation = operation(call);
    Ok(match call {
        WalletCall::NaverCancel
        | WalletCall::NaverApproveCancel
        | WalletCall::NaverShip
        | WalletCall::NaverShipExchanged
        | WalletCall::NaverCollectExchanged
        | WalletCall::NaverPlace
        | WalletCall::NaverRequestReturn
        | WalletCall::NaverApproveReturn
        | WalletCall::NaverRejectReturn
        | WalletCall::NaverWithholdReturn
        | WalletCall::NaverResolveReturn
        | WalletCall::NaverProductOrders => WalletTold::ProductOrders(operation.read(reply)?),
        WalletCall::NaverReviews => WalletTold::Reviews(operation.read(reply)?),
        WalletCall::NaverCashAmount => WalletTold::CashAmount(operation.read(reply)?),
        WalletCall::PaycoStatus => WalletTold::OrderStatus(operation.read(reply)?),
        WalletCall::Balance => WalletTold::Balance(Box::new(operation.read(reply)?)),
        WalletCall::NaverPoint | WalletCall::NaverConfirm => {
            // The envelope's success is all that their document has (definition `ResponseAnnotation`).
            let _: serde::de::IgnoredAny = operation.read(reply)?;
            WalletTold::Done
        }
    })
}
