//! Commands as requests.

use std::sync::Arc;

use portone_core::{
    Auth, Body, CallContext, Cancel, CardPayment, CashReceiptType, ChannelKey, Command, DeleteBillingKey,
    InstantMethod, IssueBillingKey, Leg, Method, Order, PayWithBillingKey, PgBillingKey, PgRequest, Progress,
    Report, Secret,
};

use super::{
    Shaping, V1Dialect,
    bank::bank_code,
    money::major,
    operation::Operation,
    request::{
        AgainInput, CancelInput, CardInput, CustomerInput, OnetimeInput, OrderInput, RefundInput, TermsInput,
    },
};
use crate::{
    body::json_body,
    path::percent_encoded,
    refusal::{held_schedule, not_on_v1},
};

/// The leg of a command's first request.
pub(super) const FIRST_LEG: Leg = Leg(0);

const CARD_SECRETS: &[&str] =
    &["/card_number", "/expiry", "/birth", "/pwd_2digit", "/cvc", "/secure_3d_token"];
const AGAIN_SECRETS: &[&str] = &["/customer_uid"];
const CANCEL_SECRETS: &[&str] = &["/refund_account"];

/// The PG that takes a card verification number (rule IAMPORT-027).
pub(super) const CVC_PG: &str = "paymentwall";

impl V1Dialect {
    /// The first request of a command. A schedule is refused, since the engine holds it, and so is a command that has no
    /// request here.
    pub fn encode(
        &self,
        command: &Command,
        ctx: &CallContext,
        shaping: &Shaping,
    ) -> Result<Progress, Report> {
        let request = match command {
            Command::PayInstantly(pay) => match &pay.method {
                InstantMethod::Card(card) => self.encode_onetime(&pay.order, card, ctx, shaping),
                InstantMethod::VirtualAccount(account) => self.encode_account(&pay.order, account, ctx),
            },
            Command::IssueBillingKey(issue) => self.encode_issue(issue, ctx, shaping),
            Command::PayWithBillingKey(pay) => self.encode_again(pay, ctx, shaping),
            Command::DeleteBillingKey(delete) => self.encode_delete(delete),
            Command::Cancel(cancel) => self.encode_cancel(cancel),
            // Each names a payment by its `imp_uid`, which a list tells.
            Command::ConfirmDelivery(confirm) => self.find(&confirm.payment_id),
            Command::CloseVirtualAccount(close) => self.find(&close.payment_id),
            Command::IssueCashReceipt(issue) => self.find(&issue.payment_id),
            Command::CancelCashReceipt(cancel) => self.find(&cancel.payment_id),
            Command::RegisterEscrowLogistics(register) => self.find(&register.payment_id),
            Command::RegisterStoreReceipt(register) => self.find(&register.payment_id),
            Command::AskWallet(ask) => self.encode_wallet(ask),
            Command::Inquire(inquire) => self.encode_inquire(&inquire.of).ok_or_else(not_on_v1)?,
            Command::OpenWindow(window) => {
                return self.encode_window(window, ctx, shaping).ok_or_else(not_on_v1);
            }
            Command::Schedule(_) => return Err(held_schedule()),
            // Whatever else there is, V1 has no request for it here, and the profiles do not list it.
            _ => return Err(not_on_v1()),
        };
        Ok(Progress::Send { request: Box::new(request), leg: FIRST_LEG })
    }

    fn encode_onetime(
        &self,
        order: &Order,
        card: &CardPayment,
        ctx: &CallContext,
        shaping: &Shaping,
    ) -> PgRequest {
        let terms = TermsInput {
            card_quota: card.installment_month,
            interest_free_by_merchant: card.use_free_interest_from_merchant,
            use_card_point: card.use_card_point,
        };
        let input = OnetimeInput {
            order: self.order_input(order, terms, ctx, shaping),
            card: CardInput::new(&card.card, shaping, self.pg_code() == CVC_PG),
            pg: &self.pg,
            secure_3d_charge_id: shaping.secure_3d.as_ref().map(|step| step.charge_id.as_str()),
            secure_3d_token: shaping.secure_3d.as_ref().map(|step| step.token.as_str()),
        };
        let body = json_body(&input, CARD_SECRETS);
        self.post(Operation::PayOnetime, "/subscribe/payments/onetime", body)
    }

    fn encode_again(&self, pay: &PayWithBillingKey, ctx: &CallContext, shaping: &Shaping) -> PgRequest {
        let terms = TermsInput {
            card_quota: pay.installment_month,
            interest_free_by_merchant: pay.use_free_interest_from_merchant,
            use_card_point: pay.use_card_point,
        };
        let input = AgainInput {
            customer_uid: pay.pg_billing_key.expose(),
            order: self.order_input(&pay.order, terms, ctx, shaping),
            product_count: pay.order.product_count,
            cash_receipt_type: pay.cash_receipt.as_ref().map(|receipt| match receipt.kind {
                CashReceiptType::Personal => "person",
                CashReceiptType::Corporate => "company",
                CashReceiptType::NoReceipt => "anonymous",
            }),
        };
        let body = json_body(&input, AGAIN_SECRETS);
        self.post(Operation::PayAgain, "/subscribe/payments/again", body)
    }

    fn order_input<'a>(
        &'a self,
        order: &'a Order,
        terms: TermsInput,
        ctx: &'a CallContext,
        shaping: &'a Shaping,
    ) -> OrderInput<'a> {
        OrderInput::new(order, terms, ctx.attempt.as_str(), self.notice_url.as_deref(), shaping)
    }

    /// Each issue gets a `customer_uid` of its own: the attempt's id. One that is used again would take the earlier key's
    /// place without revoking it (rules IAMPORT-031, IAMPORT-032), at another channel of a super billing key too.
    fn encode_issue(&self, issue: &IssueBillingKey, ctx: &CallContext, shaping: &Shaping) -> PgRequest {
        let input = CustomerInput {
            channel_key: self.channel_key.as_ref().map(ChannelKey::as_str),
            pg: &self.pg,
            card: CardInput::new(&issue.card, shaping, self.pg_code() == CVC_PG),
            holder: (&issue.customer).into(),
        };
        let path = format!("/subscribe/customers/{}", percent_encoded(ctx.attempt.as_str()));
        self.post(Operation::IssueBillingKey, &path, json_body(&input, CARD_SECRETS))
    }

    fn encode_delete(&self, delete: &DeleteBillingKey) -> PgRequest {
        self.billing_key_request(Operation::DeleteBillingKey, Method::Delete, &delete.pg_billing_key)
    }

    fn encode_cancel(&self, cancel: &Cancel) -> PgRequest {
        let currency = cancel.amount.currency;
        let account = cancel.refund_account.as_ref();
        let bank = account.and_then(|account| bank_code(self.pg_code(), account.bank));
        let input = CancelInput {
            merchant_uid: cancel.payment_id.as_str(),
            amount: major(cancel.amount.minor, currency),
            tax_free: cancel.tax_free.map(|part| major(part, currency)),
            vat_amount: cancel.vat.map(|part| major(part, currency)),
            checksum: major(cancel.cancellable, currency),
            reason: &cancel.reason,
            refund: account.zip(bank.as_deref()).map(|(account, bank)| RefundInput {
                holder: &account.holder_name,
                bank,
                account: account.number.expose(),
                telephone: account.holder_phone_number.as_deref(),
            }),
        };
        self.post(Operation::CancelPayment, "/payments/cancel", json_body(&input, CANCEL_SECRETS))
    }

    /// A request whose URL names a billing key, which is secret.
    pub(super) fn billing_key_request(
        &self,
        operation: Operation,
        method: Method,
        key: &PgBillingKey,
    ) -> PgRequest {
        let segment = percent_encoded(key.expose());
        let path = format!("/subscribe/customers/{segment}");
        PgRequest { url_secret: Some(Secret::new(segment)), ..self.request(operation, method, &path, None) }
    }

    fn post(&self, operation: Operation, path: &str, body: Body) -> PgRequest {
        self.request(operation, Method::Post, path, Some(body))
    }

    pub(super) fn request(
        &self,
        operation: Operation,
        method: Method,
        path: &str,
        body: Option<Body>,
    ) -> PgRequest {
        PgRequest {
            method,
            url: format!("{}{path}", self.base_url),
            url_secret: None,
            headers: Vec::new(),
            body,
            auth: Auth::V1Token(Arc::clone(&self.tokens)),
            effect: operation.effect(),
        }
    }
}
