//! Commands as requests.

use portone_core::{
    Auth, Body, CallContext, Cancel, CloseVirtualAccount, Command, ConfirmBillingKey, ConfirmIssueAndPay,
    ConfirmPayment, DeleteBillingKey, Effect, InstantMethod, IssueBillingKey, Leg, Method, Order,
    PayInstantly, PayWithBillingKey, PaymentId, PgBillingKey, PgRequest, Progress, Report, Secret,
    StopCancel,
};

use crate::{
    body::json_body,
    path::percent_encoded,
    refusal::{held_schedule, not_on_v2},
};

use super::{
    Shaping, V2Dialect, Vat,
    operation::Operation,
    request::{
        BillingKeyCardInput, BillingKeyMethodInput, BillingKeyPaymentInput, CancelPaymentBody,
        CashReceiptInput, ConfirmBillingKeyBody, ConfirmIssueAndPayBody, ConfirmPaymentBody, CustomerInput,
        EmptyBody, InstantCardInput, InstantMethodInput, InstantPaymentInput, IssueBillingKeyBody,
        OrderInput, RefundAccountInput,
    },
};

/// The leg of a command's own request.
pub(super) const FIRST_LEG: Leg = Leg(0);

const CARD_SECRETS: &[&str] = &[
    "/method/card/credential/number",
    "/method/card/credential/expiryYear",
    "/method/card/credential/expiryMonth",
    "/method/card/credential/birthOrBusinessRegistrationNumber",
    "/method/card/credential/passwordTwoDigits",
];
const VIRTUAL_ACCOUNT_SECRETS: &[&str] = &["/method/virtualAccount/cashReceipt/customerIdentityNumber"];
const BILLING_KEY_SECRETS: &[&str] = &["/billingKey", "/cashReceipt/customerIdentityNumber"];
const CANCEL_SECRETS: &[&str] = &["/refundAccount/number"];

impl V2Dialect {
    /// The first request of a command, or its outcome where none is needed. A schedule is refused: the engine holds
    /// it, and pays it when it is due.
    pub fn encode(&self, command: &Command, ctx: &CallContext, shaping: Shaping) -> Result<Progress, Report> {
        let request = match command {
            Command::PayInstantly(pay) => self.encode_pay_instantly(pay, ctx, shaping),
            Command::IssueBillingKey(issue) => self.encode_issue_billing_key(issue, ctx),
            Command::PayWithBillingKey(pay) => self.encode_pay_with_billing_key(pay, ctx, shaping),
            Command::DeleteBillingKey(delete) => self.encode_delete_billing_key(delete, ctx),
            Command::Cancel(cancel) => self.encode_cancel(cancel, ctx),
            Command::CloseVirtualAccount(close) => self.encode_close_virtual_account(close, ctx),
            Command::ConfirmPayment(confirm) => self.encode_confirm(confirm, ctx),
            Command::ConfirmBillingKey(confirm) => self.encode_confirm_key(confirm, ctx),
            Command::ConfirmIssueAndPay(confirm) => self.encode_confirm_both(confirm, ctx),
            Command::Capture(capture) => self.encode_capture(&capture.payment_id, ctx),
            Command::StopCancel(stop) => self.encode_stop_cancel(stop, ctx),
            Command::OpenWindow(window) => return Ok(self.encode_window(window, ctx, shaping)),
            Command::Schedule(_) => return Err(held_schedule()),
            Command::IssueCashReceipt(issue) => self.encode_issue_cash_receipt(issue, ctx),
            Command::CancelCashReceipt(cancel) => self.encode_cancel_cash_receipt(cancel, ctx),
            Command::RegisterEscrowLogistics(register) => self.encode_escrow_logistics(register, ctx),
            Command::ConfirmEscrow(confirm) => self.encode_confirm_escrow(confirm, ctx),
            Command::ConfirmDelivery(confirm) => self.encode_delivery(confirm, ctx),
            Command::RegisterStoreReceipt(register) => self.encode_store_receipt(register, ctx),
            Command::AskWallet(_) => return Err(not_on_v2()),
            Command::Inquire(inquire) => return Ok(self.encode_inquire(&inquire.of, ctx)),
        };
        Ok(Progress::Send { request: Box::new(request), leg: FIRST_LEG })
    }

    fn encode_pay_instantly(&self, pay: &PayInstantly, ctx: &CallContext, shaping: Shaping) -> PgRequest {
        let (method, secrets) = match &pay.method {
            InstantMethod::Card(card) => {
                let input = InstantCardInput {
                    credential: (&card.card).into(),
                    installment_month: card.installment_month,
                    use_free_installment_plan: card.use_free_installment_plan,
                    use_free_interest_from_merchant: card.use_free_interest_from_merchant,
                    use_card_point: card.use_card_point,
                };
                (InstantMethodInput::Card(input), CARD_SECRETS)
            }
            InstantMethod::VirtualAccount(account) => {
                (InstantMethodInput::VirtualAccount(account.into()), VIRTUAL_ACCOUNT_SECRETS)
            }
        };
        let input = InstantPaymentInput {
            channel_key: self.channel_key.as_str(),
            method,
            order: self.order_input(&pay.order, ctx, shaping),
            is_cultural_expense: pay.order.is_cultural_expense,
            is_escrow: pay.order.is_escrow,
        };
        let url = self.payment_url(&pay.order.payment_id, "/instant");
        self.request(Operation::PayInstantly, Method::Post, url, Some(json_body(&input, secrets)), ctx)
    }

    fn encode_issue_billing_key(&self, issue: &IssueBillingKey, ctx: &CallContext) -> PgRequest {
        let input = IssueBillingKeyBody {
            channel_key: self.channel_key.as_str(),
            method: BillingKeyMethodInput { card: BillingKeyCardInput { credential: (&issue.card).into() } },
            customer: CustomerInput::unless_empty(&issue.customer),
            custom_data: ctx.attempt.as_str(),
            bypass: issue.bypass.as_ref(),
            notice_urls: self.notice_urls.as_ref(),
        };
        let url = format!("{}/billing-keys", self.base_url);
        self.request(
            Operation::IssueBillingKey,
            Method::Post,
            url,
            Some(json_body(&input, CARD_SECRETS)),
            ctx,
        )
    }

    fn encode_pay_with_billing_key(
        &self,
        pay: &PayWithBillingKey,
        ctx: &CallContext,
        shaping: Shaping,
    ) -> PgRequest {
        let input = BillingKeyPaymentInput {
            billing_key: pay.pg_billing_key.expose(),
            channel_key: self.channel_key.as_str(),
            order: self.order_input(&pay.order, ctx, shaping),
            installment_month: pay.installment_month,
            use_free_interest_from_merchant: pay.use_free_interest_from_merchant,
            use_card_point: pay.use_card_point,
            cash_receipt: pay.cash_receipt.as_ref().map(CashReceiptInput::from),
            locale: pay.locale.as_deref(),
        };
        let url = self.payment_url(&pay.order.payment_id, "/billing-key");
        let body = json_body(&input, BILLING_KEY_SECRETS);
        self.request(Operation::PayWithBillingKey, Method::Post, url, Some(body), ctx)
    }

    fn encode_delete_billing_key(&self, delete: &DeleteBillingKey, ctx: &CallContext) -> PgRequest {
        self.billing_key_request(Operation::DeleteBillingKey, Method::Delete, &delete.pg_billing_key, ctx)
    }

    fn encode_cancel(&self, cancel: &Cancel, ctx: &CallContext) -> PgRequest {
        let input = CancelPaymentBody {
            amount: cancel.amount.minor,
            tax_free_amount: cancel.tax_free,
            vat_amount: cancel.vat,
            reason: &cancel.reason,
            requester: cancel.requester,
            current_cancellable_amount: cancel.cancellable,
            refund_account: cancel.refund_account.as_ref().map(RefundAccountInput::from),
        };
        let url = self.payment_url(&cancel.payment_id, "/cancel");
        self.request(
            Operation::CancelPayment,
            Method::Post,
            url,
            Some(json_body(&input, CANCEL_SECRETS)),
            ctx,
        )
    }

    fn encode_close_virtual_account(&self, close: &CloseVirtualAccount, ctx: &CallContext) -> PgRequest {
        let url = self.payment_url(&close.payment_id, "/virtual-account/close");
        self.request(Operation::CloseVirtualAccount, Method::Post, url, None, ctx)
    }

    fn encode_confirm(&self, confirm: &ConfirmPayment, ctx: &CallContext) -> PgRequest {
        let input = ConfirmPaymentBody {
            payment_token: confirm.payment_token.expose(),
            currency: confirm.amount.currency.code(),
            total_amount: confirm.amount.total,
            tax_free_amount: confirm.amount.tax_free,
            is_test: confirm.is_test,
        };
        let url = self.payment_url(&confirm.payment_id, "/confirm");
        let body = json_body(&input, &["/paymentToken"]);
        self.request(Operation::ConfirmPayment, Method::Post, url, Some(body), ctx)
    }

    fn encode_confirm_key(&self, confirm: &ConfirmBillingKey, ctx: &CallContext) -> PgRequest {
        let input = ConfirmBillingKeyBody {
            billing_issue_token: confirm.billing_issue_token.expose(),
            is_test: confirm.is_test,
        };
        let url = format!("{}/billing-keys/confirm", self.base_url);
        let body = json_body(&input, &["/billingIssueToken"]);
        self.request(Operation::ConfirmBillingKey, Method::Post, url, Some(body), ctx)
    }

    fn encode_confirm_both(&self, confirm: &ConfirmIssueAndPay, ctx: &CallContext) -> PgRequest {
        let input = ConfirmIssueAndPayBody {
            billing_issue_token: confirm.billing_issue_token.expose(),
            payment_id: confirm.payment_id.as_str(),
            currency: confirm.amount.currency.code(),
            total_amount: confirm.amount.total,
            tax_free_amount: confirm.amount.tax_free,
            is_test: confirm.is_test,
        };
        let url = format!("{}/billing-keys/confirm-issue-and-pay", self.base_url);
        let body = json_body(&input, &["/billingIssueToken"]);
        self.request(Operation::ConfirmIssueAndPay, Method::Post, url, Some(body), ctx)
    }

    /// The same for a capture and for an inquiry about one, which repeats it under its idempotency key.
    pub(super) fn encode_capture(&self, payment_id: &PaymentId, ctx: &CallContext) -> PgRequest {
        let url = self.payment_url(payment_id, "/capture");
        self.request(Operation::CapturePayment, Method::Post, url, Some(json_body(&EmptyBody {}, &[])), ctx)
    }

    fn encode_stop_cancel(&self, stop: &StopCancel, ctx: &CallContext) -> PgRequest {
        let id = percent_encoded(&stop.upstream_cancellation_id);
        let url = self.payment_url(&stop.payment_id, &format!("/cancellations/{id}/stop"));
        self.request(Operation::StopCancellation, Method::Post, url, Some(json_body(&EmptyBody {}, &[])), ctx)
    }

    fn order_input<'a>(&'a self, order: &'a Order, ctx: &'a CallContext, shaping: Shaping) -> OrderInput<'a> {
        let vat = match shaping.vat {
            Vat::AsGiven => order.amount.vat,
            Vat::LeftOut => None,
        };
        OrderInput::new(order, vat, ctx.attempt.as_str(), self.notice_urls.as_ref())
    }

    /// The URL of a payment, or of what `tail` names of it.
    pub(super) fn payment_url(&self, payment_id: &PaymentId, tail: &str) -> String {
        format!("{}/payments/{}{tail}", self.base_url, percent_encoded(payment_id.as_str()))
    }

    /// A request whose URL names a billing key, which is secret.
    pub(super) fn billing_key_request(
        &self,
        operation: Operation,
        method: Method,
        key: &PgBillingKey,
        ctx: &CallContext,
    ) -> PgRequest {
        let segment = percent_encoded(key.expose());
        let url = format!("{}/billing-keys/{segment}", self.base_url);
        PgRequest {
            url_secret: Some(Secret::new(segment)),
            ..self.request(operation, method, url, None, ctx)
        }
    }

    /// A request with the marks every request carries.
    pub(super) fn request(
        &self,
        operation: Operation,
        method: Method,
        url: String,
        body: Option<Body>,
        ctx: &CallContext,
    ) -> PgRequest {
        let headers = match operation.effect() {
            Effect::Reads => Vec::new(),
            // A string item of RFC 8941, hence the quotes (rule V2-010).
            Effect::Repeatable | Effect::Once => vec![("idempotency-key", format!("\"{}\"", ctx.attempt))],
        };
        PgRequest {
            method,
            url,
            url_secret: None,
            headers,
            body,
            auth: Auth::PortOneSecret(self.api_secret.clone()),
            effect: operation.effect(),
        }
    }
}
