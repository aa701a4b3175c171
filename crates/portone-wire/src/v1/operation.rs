//! The operations of the V1 REST API that the dialect calls, and what a reply that is no success means.

use portone_core::{Cause, Decline, Effect, PgError, PgReply};
use serde::{Deserialize, de::DeserializeOwned};

use super::reply::{Envelope, Status};
use super::wallet::PARTIAL;

/// One operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operation {
    PayOnetime,
    PayAgain,
    IssueBillingKey,
    DeleteBillingKey,
    CancelPayment,
    ConfirmDelivery,
    IssueAccount,
    CloseAccount,
    IssueReceipt,
    CancelReceipt,
    TellLogistics,
    RegisterSubShops,
    /// Something that one wallet has alone.
    AskWallet,
    FindPayments,
    ReadPayment,
    ReadBillingKey,
    ReadReceipt,
    ReadLogistics,
    /// Something that one wallet tells alone.
    ReadWallet,
}

impl Operation {
    /// What a lost reply may have left behind.
    pub(super) const fn effect(self) -> Effect {
        match self {
            // V1 has no idempotency key, and a second issue leaves a second key at the PG (rule IAMPORT-032).
            Self::PayOnetime
            | Self::PayAgain
            | Self::IssueBillingKey
            | Self::CancelPayment
            | Self::ConfirmDelivery
            | Self::IssueAccount
            | Self::IssueReceipt
            | Self::AskWallet => Effect::Once,
            Self::DeleteBillingKey
            | Self::CloseAccount
            | Self::CancelReceipt
            | Self::TellLogistics
            | Self::RegisterSubShops => Effect::Repeatable,
            Self::FindPayments
            | Self::ReadPayment
            | Self::ReadBillingKey
            | Self::ReadReceipt
            | Self::ReadLogistics
            | Self::ReadWallet => Effect::Reads,
        }
    }

    /// Reads a reply: what its envelope holds, or what a reply that is no success means.
    pub(super) fn read<T: DeserializeOwned>(self, reply: &PgReply) -> Result<T, PgError> {
        let Ok(envelope) = Envelope::parse(reply) else { return Err(self.no_envelope(reply)) };
        match reply.status {
            status if envelope.code == 0 && self.is_success(status) => {
                // The error's own text may quote the reply, and a reply names a billing key.
                envelope.response().map_err(|_| self.unreadable(reply, "response"))
            }
            200 => Err(self.refusal(reply, &envelope)),
            401 => Err(misconfigured(reply, envelope)),
            404 if self.documents_not_found() => Err(misconfigured(reply, envelope)),
            501 if self.documents_no_support() => Err(misconfigured(reply, envelope)),
            status if self.documents_refusal(status) && envelope.code != 0 => {
                Err(self.refusal(reply, &envelope))
            }
            status => Err(self.unsettled(Cause::Undocumented { status, what: "V1 error".to_owned() })),
        }
    }

    /// A success whose body is not what the schema says.
    pub(super) fn unreadable(self, reply: &PgReply, what: &str) -> PgError {
        self.unsettled(Cause::Unreadable { status: reply.status, what: what.to_owned() })
    }

    /// Whether a reply says that what was asked for does not exist: 404, and for billing keys also a refusal in a 200
    /// (DOC-059). A 404 without an envelope is some other server's.
    pub(super) fn is_absent(self, reply: &PgReply) -> bool {
        let Ok(envelope) = Envelope::parse(reply) else { return false };
        let unknown_key = || {
            self == Self::ReadBillingKey
                && envelope.code == 1
                && envelope.message.as_deref().is_some_and(|message| message.starts_with(NOT_REGISTERED))
        };
        match reply.status {
            404 => self.documents_not_found() && envelope.code != 0,
            // What was never told of a delivery (rule V1-086).
            409 => self == Self::ReadLogistics && envelope.code != 0,
            200 => unknown_key(),
            _ => false,
        }
    }

    /// Whether a status is one of success. 207 says that only some product orders were changed.
    fn is_success(self, status: u16) -> bool {
        status == 200 || (status == PARTIAL && self == Self::AskWallet)
    }

    fn refusal(self, reply: &PgReply, envelope: &Envelope) -> PgError {
        let message = envelope.message.clone().unwrap_or_default();
        if self.effect() == Effect::Reads {
            // A read that is refused says nothing about the payer, so it is never a decline.
            return PgError::Unavailable(Cause::Misconfigured { status: reply.status, message });
        }
        // What was given back by a wallet is read from the payment whatever it says.
        let is_done = message.starts_with(ALREADY) && self != Self::AskWallet;
        if is_done || is_still_open(envelope) {
            return PgError::UnknownOutcome(Cause::InquireFirst(message));
        }
        PgError::Declined(Decline { code: envelope.code.to_string(), message })
    }

    fn no_envelope(self, reply: &PgReply) -> PgError {
        let status = reply.status;
        self.unsettled(match status {
            200 => Cause::Unreadable { status, what: "envelope".to_owned() },
            _ => Cause::Undocumented { status, what: "no V1 envelope".to_owned() },
        })
    }

    fn unsettled(self, cause: Cause) -> PgError {
        match self.effect() {
            Effect::Reads => PgError::Unavailable(cause),
            Effect::Repeatable | Effect::Once => PgError::UnknownOutcome(cause),
        }
    }

    /// Whether the schema lists 404 (rule V1-010).
    const fn documents_not_found(self) -> bool {
        match self {
            Self::FindPayments
            | Self::ReadPayment
            | Self::ReadBillingKey
            | Self::DeleteBillingKey
            | Self::CloseAccount
            | Self::CancelReceipt
            | Self::TellLogistics
            | Self::RegisterSubShops
            | Self::ReadReceipt
            | Self::ReadLogistics
            | Self::AskWallet
            | Self::ReadWallet => true,
            Self::PayOnetime
            | Self::PayAgain
            | Self::IssueBillingKey
            | Self::CancelPayment
            | Self::ConfirmDelivery
            | Self::IssueAccount
            | Self::IssueReceipt => false,
        }
    }

    /// Whether the schema lists the status for what is refused; most operations refuse in a 200 (rule V1-010). A 500 of these
    /// says that the PG failed, and not that nothing happened.
    const fn documents_refusal(self, status: u16) -> bool {
        match self {
            Self::CloseAccount | Self::IssueReceipt | Self::CancelReceipt | Self::RegisterSubShops => {
                status == 400
            }
            Self::TellLogistics => matches!(status, 400 | 409),
            // 500 is what Naver Pay's operations answer where every product order was refused.
            Self::AskWallet => matches!(status, 400 | 500),
            _ => false,
        }
    }

    /// Whether the schema lists 501 for a PG that has no such service.
    const fn documents_no_support(self) -> bool {
        matches!(self, Self::IssueReceipt | Self::CancelReceipt | Self::RegisterSubShops)
    }
}

/// How the texts begin that say something was done before: which call did it, only an inquiry tells (rule V1-006).
const ALREADY: &str = "이미 ";
/// How the texts begin that say there is no such billing key (rule V1-006).
const NOT_REGISTERED: &str = "등록";

/// A refusal that comes with a payment still `ready`: another gateway of this project that does not know itself.
fn is_still_open(envelope: &Envelope) -> bool {
    #[derive(Deserialize)]
    struct Open {
        status: Status,
    }
    envelope
        .response::<Option<Open>>()
        .is_ok_and(|open| open.is_some_and(|open| open.status == Status::Ready))
}

fn misconfigured(reply: &PgReply, envelope: Envelope) -> PgError {
    let message = envelope.message.unwrap_or_default();
    PgError::Unavailable(Cause::Misconfigured { status: reply.status, message })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Operation; 19] = [
        Operation::PayOnetime,
        Operation::PayAgain,
        Operation::IssueBillingKey,
        Operation::DeleteBillingKey,
        Operation::CancelPayment,
        Operation::ConfirmDelivery,
        Operation::IssueAccount,
        Operation::CloseAccount,
        Operation::IssueReceipt,
        Operation::CancelReceipt,
        Operation::TellLogistics,
        Operation::FindPayments,
        Operation::ReadPayment,
        Operation::ReadBillingKey,
        Operation::ReadReceipt,
        Operation::ReadLogistics,
        Operation::AskWallet,
        Operation::ReadWallet,
        Operation::RegisterSubShops,
    ];

    fn read(operation: Operation, status: u16, body: &str) -> PgError {
        let reply = PgReply { status, body: body.as_bytes().to_vec() };
        operation.read::<serde_json::Map<String, serde_json::Value>>(&reply).unwrap_err()
    }

    fn assert_unsettled(operation: Operation, error: &PgError) {
        let right = match operation.effect() {
            Effect::Reads => matches!(error, PgError::Unavailable(_)),
            Effect::Repeatable | Effect::Once => matches!(error, PgError::UnknownOutcome(_)),
        };
        assert!(right, "{operation:?}: {error:?}");
    }

    #[test]
    fn v1_004_a_refusal_is_told_by_the_code_whatever_the_status() {
        for operation in ALL {
            let error = read(operation, 200, r#"{"code":-1,"message":"한도 초과","response":null}"#);
            if operation.effect() == Effect::Reads {
                assert!(matches!(error, PgError::Unavailable(Cause::Misconfigured { .. })), "{error:?}");
            } else {
                let expected = Decline { code: "-1".to_owned(), message: "한도 초과".to_owned() };
                assert_eq!(error, PgError::Declined(expected));
            }
        }
    }

    #[test]
    fn undocumented_replies_settle_nothing() {
        let refused = r#"{"code":1,"message":"x","response":null}"#;
        let cases = [
            (200, "<html>"),
            (200, r#"{"code":0,"message":null,"response":null}"#),
            (200, "{}"),
            (302, ""),
            (404, "no route"),
            (429, refused),
            (500, refused),
            (502, "<html>"),
        ];
        for operation in ALL {
            for (status, body) in cases {
                // A wallet documents 500 where every product order was refused.
                if operation != Operation::AskWallet || (status, body) != (500, refused) {
                    assert_unsettled(operation, &read(operation, status, body));
                }
            }
        }
    }

    #[test]
    fn what_was_done_before_or_is_still_open_is_inquired() {
        let already = r#"{"code":1,"message":"이미 전액취소된 주문입니다.","response":null}"#;
        let open = r#"{"code":1,"message":"unknown","response":{"status":"ready"}}"#;
        for body in [already, open] {
            let error = read(Operation::CancelPayment, 200, body);
            assert!(matches!(error, PgError::UnknownOutcome(Cause::InquireFirst(_))), "{error:?}");
        }
    }

    #[test]
    fn v1_083_v1_086_receipts_and_deliveries_are_refused_by_the_status() {
        let refused = r#"{"code":1,"message":"결제완료 건이 아닙니다.","response":null}"#;
        let cases = [
            (Operation::CloseAccount, 400),
            (Operation::IssueReceipt, 400),
            (Operation::CancelReceipt, 400),
            (Operation::TellLogistics, 400),
            (Operation::TellLogistics, 409),
            (Operation::RegisterSubShops, 400),
            (Operation::AskWallet, 500),
        ];
        for (operation, status) in cases {
            let error = read(operation, status, refused);
            assert!(matches!(error, PgError::Declined(_)), "{operation:?} {status}: {error:?}");
        }
        let unsupported = read(Operation::IssueReceipt, 501, refused);
        assert!(matches!(unsupported, PgError::Unavailable(Cause::Misconfigured { .. })), "{unsupported:?}");
        let already = r#"{"code":1,"message":"이미 현금영수증이 발급되었습니다.","response":null}"#;
        let error = read(Operation::IssueReceipt, 400, already);
        assert!(matches!(error, PgError::UnknownOutcome(Cause::InquireFirst(_))), "{error:?}");
        let untold = PgReply { status: 409, body: refused.as_bytes().to_vec() };
        assert!(Operation::ReadLogistics.is_absent(&untold) && !Operation::TellLogistics.is_absent(&untold));
    }

    #[test]
    fn doc_059_an_unknown_key_is_404_or_a_refusal() {
        let reply = |status, body: &str| PgReply { status, body: body.as_bytes().to_vec() };
        let absent = r#"{"code":1,"message":"등록되지 않은 구매자입니다.","response":null}"#;
        assert!(Operation::ReadBillingKey.is_absent(&reply(404, absent)));
        assert!(Operation::ReadBillingKey.is_absent(&reply(200, absent)));
        assert!(!Operation::ReadPayment.is_absent(&reply(200, absent)));
        assert!(!Operation::ReadBillingKey.is_absent(&reply(404, "no route")));
        assert!(!Operation::ReadBillingKey.is_absent(&reply(200, r#"{"code":-1,"message":"장애"}"#)));
        assert!(!Operation::PayAgain.is_absent(&reply(404, absent)));
    }
}
