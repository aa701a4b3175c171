//! The operations of the V2 REST API that the dialect calls, the errors each one documents, and what a reply that is
//! no success means.

use portone_core::{Cause, Decline, Effect, PgError, PgReply};
use serde::de::DeserializeOwned;

use super::reply::{ChannelFailure, ErrorBody};

/// One operation, by its name in the schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operation {
    PayInstantly,
    PayWithBillingKey,
    IssueBillingKey,
    DeleteBillingKey,
    CancelPayment,
    CloseVirtualAccount,
    IssueCashReceipt,
    CancelCashReceipt,
    RegisterEscrowLogistics,
    ModifyEscrowLogistics,
    ConfirmEscrow,
    RegisterStoreReceipt,
    ConfirmDelivery,
    ReadCashReceipt,
    ConfirmPayment,
    ConfirmBillingKey,
    ConfirmIssueAndPay,
    CapturePayment,
    StopCancellation,
    ListTransactions,
    ReadPayment,
    ReadBillingKey,
    ListBillingKeys,
}

impl Operation {
    /// What a lost reply may have left behind.
    pub(super) const fn effect(self) -> Effect {
        match self {
            Self::PayInstantly
            | Self::PayWithBillingKey
            | Self::IssueBillingKey
            | Self::CancelPayment
            | Self::ConfirmPayment
            | Self::ConfirmBillingKey
            | Self::ConfirmIssueAndPay
            | Self::IssueCashReceipt => Effect::Once,
            Self::DeleteBillingKey
            | Self::CloseVirtualAccount
            | Self::CancelCashReceipt
            | Self::RegisterEscrowLogistics
            | Self::ModifyEscrowLogistics
            | Self::ConfirmEscrow
            | Self::RegisterStoreReceipt
            | Self::ConfirmDelivery
            | Self::CapturePayment
            | Self::StopCancellation => Effect::Repeatable,
            Self::ListTransactions
            | Self::ReadPayment
            | Self::ReadBillingKey
            | Self::ListBillingKeys
            | Self::ReadCashReceipt => Effect::Reads,
        }
    }

    /// Reads a reply: its body, or what a reply that is none means.
    pub(super) fn read<T: DeserializeOwned>(self, reply: &PgReply) -> Result<T, PgError> {
        if reply.status != 200 {
            return Err(self.refusal(reply));
        }
        serde_json::from_slice(&reply.body).map_err(|error| {
            // The error's own text may quote the reply, and a reply may hold a billing key.
            self.unreadable(reply, &format!("line {} column {}", error.line(), error.column()))
        })
    }

    /// A 200 whose body is not what the schema says.
    pub(super) fn unreadable(self, reply: &PgReply, what: &str) -> PgError {
        self.unsettled(Cause::Unreadable { status: reply.status, what: what.to_owned() })
    }

    /// Whether an error reply is the documented one of this type.
    pub(super) fn documented_error(self, reply: &PgReply, kind: &str) -> bool {
        let body: Option<ErrorBody> = serde_json::from_slice(&reply.body).ok();
        body.is_some_and(|body| body.kind == kind && self.documents(reply.status, kind))
    }

    fn refusal(self, reply: &PgReply) -> PgError {
        let status = reply.status;
        let Ok(error) = serde_json::from_slice::<ErrorBody>(&reply.body) else {
            return self.unsettled(Cause::Undocumented { status, what: "no PortOne error body".to_owned() });
        };
        if is_unknown_behind(&error) {
            return self.unsettled(Cause::InquireFirst(UNKNOWN_OUTCOME.to_owned()));
        }
        if was_done_before(&error) {
            return self.unsettled(Cause::InquireFirst(error.kind));
        }
        if !self.documents(status, &error.kind) || is_malformed(&error) {
            return self.unsettled(Cause::Undocumented { status, what: error.kind });
        }
        match status {
            400 | 409 | 502 if self.effect() != Effect::Reads => PgError::Declined(decline(error)),
            // A read that is refused says nothing about the payer, so it is never a decline.
            _ => PgError::Unavailable(Cause::Misconfigured {
                status,
                message: error.message.unwrap_or(error.kind),
            }),
        }
    }

    fn unsettled(self, cause: Cause) -> PgError {
        match self.effect() {
            Effect::Reads => PgError::Unavailable(cause),
            Effect::Repeatable | Effect::Once => PgError::UnknownOutcome(cause),
        }
    }

    fn documents(self, status: u16, kind: &str) -> bool {
        COMMON_ERRORS.contains(&(status, kind)) || self.own_errors().contains(&(status, kind))
    }

    /// The error union of the operation, with the status each type carries (rule V2-031), less the common ones.
    const fn own_errors(self) -> &'static [(u16, &'static str)] {
        match self {
            Self::PayInstantly => &[
                (400, "DISCOUNT_AMOUNT_EXCEEDS_TOTAL_AMOUNT"),
                (400, "MAX_TRANSACTION_COUNT_REACHED"),
                (400, "PROMOTION_PAY_METHOD_DOES_NOT_MATCH"),
                (404, "CHANNEL_NOT_FOUND"),
                (409, "ALREADY_PAID"),
                (409, "PAYMENT_SCHEDULE_ALREADY_EXISTS"),
                (409, "SUM_OF_PARTS_EXCEEDS_TOTAL_AMOUNT"),
                (502, "PG_PROVIDER"),
            ],
            Self::PayWithBillingKey => &[
                (400, "DISCOUNT_AMOUNT_EXCEEDS_TOTAL_AMOUNT"),
                (400, "MAX_TRANSACTION_COUNT_REACHED"),
                (400, "PROMOTION_PAY_METHOD_DOES_NOT_MATCH"),
                (404, "BILLING_KEY_NOT_FOUND"),
                (404, "CHANNEL_NOT_FOUND"),
                (409, "ALREADY_PAID"),
                (409, "BILLING_KEY_ALREADY_DELETED"),
                (409, "PAYMENT_SCHEDULE_ALREADY_EXISTS"),
                (409, "SUM_OF_PARTS_EXCEEDS_TOTAL_AMOUNT"),
                (502, "PG_PROVIDER"),
            ],
            Self::IssueBillingKey => {
                &[(404, "CHANNEL_NOT_FOUND"), (502, "CHANNEL_SPECIFIC"), (502, "PG_PROVIDER")]
            }
            Self::DeleteBillingKey => &[
                (404, "BILLING_KEY_NOT_FOUND"),
                (404, "BILLING_KEY_NOT_ISSUED"),
                (409, "BILLING_KEY_ALREADY_DELETED"),
                (409, "PAYMENT_SCHEDULE_ALREADY_EXISTS"),
                (502, "CHANNEL_SPECIFIC"),
                (502, "PG_PROVIDER"),
            ],
            Self::CancelPayment => &[
                (400, "NEGATIVE_PROMOTION_ADJUSTED_CANCEL_AMOUNT"),
                (400, "PROMOTION_DISCOUNT_RETAIN_OPTION_SHOULD_NOT_BE_CHANGED"),
                (404, "PAYMENT_NOT_FOUND"),
                (409, "CANCELLABLE_AMOUNT_CONSISTENCY_BROKEN"),
                (409, "CANCEL_AMOUNT_EXCEEDS_CANCELLABLE_AMOUNT"),
                (409, "CANCEL_TAX_AMOUNT_EXCEEDS_CANCELLABLE_TAX_AMOUNT"),
                (409, "CANCEL_TAX_FREE_AMOUNT_EXCEEDS_CANCELLABLE_TAX_FREE_AMOUNT"),
                (409, "MAX_CANCEL_COUNT_REACHED"),
                (409, "PAYMENT_ALREADY_CANCELLED"),
                (409, "PAYMENT_NOT_PAID"),
                (409, "SUM_OF_PARTS_EXCEEDS_CANCEL_AMOUNT"),
                (502, "PG_PROVIDER"),
            ],
            Self::CloseVirtualAccount => {
                &[(404, "PAYMENT_NOT_FOUND"), (409, "PAYMENT_NOT_WAITING_FOR_DEPOSIT"), (502, "PG_PROVIDER")]
            }
            Self::IssueCashReceipt => {
                &[(404, "CHANNEL_NOT_FOUND"), (409, "CASH_RECEIPT_ALREADY_ISSUED"), (502, "PG_PROVIDER")]
            }
            Self::CancelCashReceipt => {
                &[(404, "CASH_RECEIPT_NOT_FOUND"), (404, "CASH_RECEIPT_NOT_ISSUED"), (502, "PG_PROVIDER")]
            }
            Self::RegisterEscrowLogistics
            | Self::ModifyEscrowLogistics
            | Self::ConfirmEscrow
            | Self::RegisterStoreReceipt
            | Self::CapturePayment => {
                &[(404, PAYMENT_NOT_FOUND), (409, "PAYMENT_NOT_PAID"), (502, "PG_PROVIDER")]
            }
            Self::ReadCashReceipt => &[(404, "CASH_RECEIPT_NOT_FOUND")],
            Self::ConfirmPayment => &[
                (400, "INVALID_PAYMENT_TOKEN"),
                (404, PAYMENT_NOT_FOUND),
                (409, "ALREADY_PAID"),
                (409, "INFORMATION_MISMATCH"),
                (502, "PG_PROVIDER"),
            ],
            Self::ConfirmBillingKey | Self::ConfirmIssueAndPay => &[
                (404, BILLING_KEY_NOT_FOUND),
                (409, "BILLING_KEY_ALREADY_ISSUED"),
                (409, "INFORMATION_MISMATCH"),
                (502, "PG_PROVIDER"),
            ],
            Self::StopCancellation => &[
                (404, "PAYMENT_CANCELLATION_NOT_FOUND"),
                (404, PAYMENT_NOT_FOUND),
                (409, "PAYMENT_CANCELLATION_NOT_PENDING"),
                (502, "PG_PROVIDER"),
            ],
            Self::ConfirmDelivery | Self::ListTransactions | Self::ReadPayment => &[(404, PAYMENT_NOT_FOUND)],
            Self::ReadBillingKey => &[(404, "BILLING_KEY_NOT_FOUND")],
            Self::ListBillingKeys => &[],
        }
    }
}

/// The one error type an inquiry takes for an answer.
pub(super) const PAYMENT_NOT_FOUND: &str = "PAYMENT_NOT_FOUND";
/// What an approval with a token that counts no more is answered.
pub(super) const BILLING_KEY_NOT_FOUND: &str = "BILLING_KEY_NOT_FOUND";

const COMMON_ERRORS: &[(u16, &str)] = &[(400, "INVALID_REQUEST"), (401, "UNAUTHORIZED"), (403, "FORBIDDEN")];

/// What another gateway of this project says when it does not know itself what became of a payment.
const UNKNOWN_OUTCOME: &str = "UNKNOWN_OUTCOME";

fn is_unknown_behind(error: &ErrorBody) -> bool {
    let of_channels = error.failures.iter().flatten().map(|failure| &failure.pg_code);
    of_channels.chain([&error.pg_code]).flatten().any(|pg_code| pg_code == UNKNOWN_OUTCOME)
}

/// Replies that say something was done before, or is being done: which of our calls did it, only an inquiry tells.
fn was_done_before(error: &ErrorBody) -> bool {
    let kind = error.kind.as_str();
    kind.starts_with("ALREADY_PAID")
        || kind.starts_with("BILLING_KEY_ALREADY_")
        || kind == "PAYMENT_ALREADY_CANCELLED"
        || kind == "CASH_RECEIPT_ALREADY_ISSUED"
        // A receipt that is cancelled is not issued any more.
        || kind == "CASH_RECEIPT_NOT_ISSUED"
        || kind == "IDEMPOTENCY_OUTSTANDING_REQUEST"
        // A channel that succeeded holds a key: the refusal is not the whole answer.
        || error.succeeded_channels.as_ref().is_some_and(|channels| !channels.is_empty())
}

/// Whether a body lacks what its type must have, so that it is not the documented reply.
fn is_malformed(error: &ErrorBody) -> bool {
    match error.kind.as_str() {
        "PG_PROVIDER" => error.pg_code.is_none(),
        "CHANNEL_SPECIFIC" => error.failures.is_none() || error.succeeded_channels.is_none(),
        _ => false,
    }
}

fn decline(error: ErrorBody) -> Decline {
    let mut failures = error.failures.unwrap_or_default();
    // We name one channel, so a list of failures has one: that channel's own words say more than the wrapper.
    if failures.len() == 1 {
        let ChannelFailure { kind, message, pg_code, pg_message } = failures.remove(0);
        return Decline {
            code: pg_code.or(kind).unwrap_or(error.kind),
            message: pg_message.or(message).or(error.message).unwrap_or_default(),
        };
    }
    Decline {
        code: error.pg_code.unwrap_or(error.kind),
        message: error.pg_message.or(error.message).unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Operation; 23] = [
        Operation::PayInstantly,
        Operation::PayWithBillingKey,
        Operation::IssueBillingKey,
        Operation::DeleteBillingKey,
        Operation::CancelPayment,
        Operation::CloseVirtualAccount,
        Operation::IssueCashReceipt,
        Operation::CancelCashReceipt,
        Operation::RegisterEscrowLogistics,
        Operation::ModifyEscrowLogistics,
        Operation::ConfirmEscrow,
        Operation::RegisterStoreReceipt,
        Operation::ConfirmDelivery,
        Operation::ReadCashReceipt,
        Operation::ConfirmPayment,
        Operation::ConfirmBillingKey,
        Operation::ConfirmIssueAndPay,
        Operation::CapturePayment,
        Operation::StopCancellation,
        Operation::ListTransactions,
        Operation::ReadPayment,
        Operation::ReadBillingKey,
        Operation::ListBillingKeys,
    ];

    fn refusal(operation: Operation, status: u16, body: &str) -> PgError {
        operation.refusal(&PgReply { status, body: body.as_bytes().to_vec() })
    }

    fn typed(kind: &str) -> String {
        format!(
            r#"{{"type":"{kind}","message":"m","pgCode":"4001","pgMessage":"p","failures":[],"succeededChannels":[]}}"#
        )
    }

    #[test]
    fn documented_errors_have_their_class_and_no_other_status_has() {
        for operation in ALL {
            for &(status, kind) in operation.own_errors().iter().chain(COMMON_ERRORS) {
                let body = typed(kind);
                let error = refusal(operation, status, &body);
                let inquire = kind.starts_with("ALREADY_PAID")
                    || kind.starts_with("BILLING_KEY_ALREADY")
                    || kind == "PAYMENT_ALREADY_CANCELLED"
                    || kind == "CASH_RECEIPT_ALREADY_ISSUED"
                    || kind == "CASH_RECEIPT_NOT_ISSUED";
                let expected = match (inquire, operation.effect(), status) {
                    (true, _, _) => matches!(error, PgError::UnknownOutcome(Cause::InquireFirst(_))),
                    (_, Effect::Reads, _) | (_, _, 401 | 403 | 404) => {
                        matches!(error, PgError::Unavailable(Cause::Misconfigured { .. }))
                    }
                    _ => matches!(error, PgError::Declined(_)),
                };
                assert!(expected, "{operation:?} {status} {kind}: {error:?}");
                assert_unsettled(operation, &refusal(operation, 500, &body));
            }
        }
    }

    /// The number of types in each error union of schema version 1.16.0: a row that is lost turns a decline unknown.
    #[test]
    fn no_documented_error_is_forgotten() {
        let counts = ALL.map(|operation| operation.own_errors().len() + COMMON_ERRORS.len());
        assert_eq!(counts, [11, 13, 6, 9, 15, 6, 6, 6, 6, 6, 6, 6, 4, 4, 8, 7, 7, 6, 7, 4, 4, 4, 3]);
    }

    #[test]
    fn undocumented_replies_settle_nothing() {
        let cases = [
            (200, "<html>"),
            (204, ""),
            (302, ""),
            (429, r#"{"type":"TOO_MANY_REQUESTS"}"#),
            (500, r#"{"type":"INTERNAL"}"#),
            (502, "<html>Bad Gateway</html>"),
            (502, r#"{"type":"PG_PROVIDER"}"#),
            (404, "<html>"),
            (400, r#"{"type":"PG_PROVIDER","pgCode":"1","pgMessage":"m"}"#),
            (409, r#"{"type":"IDEMPOTENCY_OUTSTANDING_REQUEST"}"#),
            (502, r#"{"type":"PG_PROVIDER","pgCode":"UNKNOWN_OUTCOME","pgMessage":"m"}"#),
            (502, r#"{"type":"CHANNEL_SPECIFIC","failures":[],"succeededChannels":[{}]}"#),
            (502, r#"{"type":"CHANNEL_SPECIFIC"}"#),
        ];
        for operation in ALL {
            for (status, body) in cases {
                assert_unsettled(operation, &refusal(operation, status, body));
            }
        }
    }

    fn assert_unsettled(operation: Operation, error: &PgError) {
        match operation.effect() {
            Effect::Reads => assert!(matches!(error, PgError::Unavailable(_)), "{operation:?} {error:?}"),
            _ => assert!(matches!(error, PgError::UnknownOutcome(_)), "{operation:?} {error:?}"),
        }
    }

    #[test]
    fn a_decline_keeps_the_words_of_the_pg() {
        let body = r#"{"type":"PG_PROVIDER","message":"m","pgCode":"4001","pgMessage":"한도 초과"}"#;
        let PgError::Declined(decline) = refusal(Operation::PayInstantly, 502, body) else { panic!() };
        assert_eq!((decline.code.as_str(), decline.message.as_str()), ("4001", "한도 초과"));
        let body = r#"{"type":"CHANNEL_SPECIFIC","succeededChannels":[],
            "failures":[{"type":"PG_PROVIDER","pgCode":"7","pgMessage":"정지 카드"}]}"#;
        let PgError::Declined(decline) = refusal(Operation::IssueBillingKey, 502, body) else { panic!() };
        assert_eq!((decline.code.as_str(), decline.message.as_str()), ("7", "정지 카드"));
        let body = r#"{"type":"INVALID_REQUEST","message":"금액"}"#;
        let PgError::Declined(decline) = refusal(Operation::PayInstantly, 400, body) else { panic!() };
        assert_eq!((decline.code.as_str(), decline.message.as_str()), ("INVALID_REQUEST", "금액"));
    }
}
