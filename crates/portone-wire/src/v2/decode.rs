//! Replies as outcomes.

use portone_core::{
    AccountFacts, AttemptId, Bank, CallContext, CancelStatus, CancelledFacts, CardFacts, Cause, Command,
    ConfirmIssueAndPay, ConfirmPayment, Decline, InstantMethod, IssuedKeyFacts, Leg, Method, MethodFacts,
    Outcome, PaidFacts, PayInstantly, PayMethod, PgBillingKey, PgError, PgReply, Progress,
    VirtualAccountFacts, WalletFacts,
};

use super::{
    V2Dialect,
    encode::FIRST_LEG,
    operation::{BILLING_KEY_NOT_FOUND, Operation},
    receipts,
    reply::{
        BillingKeyInfo, CancelAnswer, Cancellation, CancellationStatus, CaptureAnswer, CardInfo, CardMethod,
        CloseVirtualAccountAnswer, ConfirmedBillingKey, ConfirmedIssueAndPay, DeleteBillingKeyAnswer,
        IssueBillingKeyAnswer, Payment, PaymentAnswer, PaymentMethod, PaymentSummary, StopAnswer,
        Transactions, TransferMethod, VirtualAccountMethod, WalletMethod,
    },
};

/// The leg that reads a virtual account back: the immediate answer holds no account.
const READ_BACK_LEG: Leg = Leg(1);

impl V2Dialect {
    /// The next move of a command, given the reply to `leg`.
    ///
    /// Errors are classed as the crate's documentation shows.
    pub fn decode(
        &self,
        command: &Command,
        leg: Leg,
        reply: &PgReply,
        ctx: &CallContext,
    ) -> Result<Progress, PgError> {
        let outcome = match command {
            Command::PayInstantly(pay) => return self.decode_pay_instantly(pay, leg, reply, ctx),
            Command::IssueBillingKey(_) => decode_issue_billing_key(reply)?,
            Command::PayWithBillingKey(_) => decode_paid(Operation::PayWithBillingKey, reply, None)?,
            Command::DeleteBillingKey(_) => {
                let answer: DeleteBillingKeyAnswer = Operation::DeleteBillingKey.read(reply)?;
                Outcome::BillingKeyDeleted { deleted_at: answer.deleted_at }
            }
            Command::Cancel(_) => decode_cancel(reply)?,
            Command::CloseVirtualAccount(_) => {
                let answer: CloseVirtualAccountAnswer = Operation::CloseVirtualAccount.read(reply)?;
                Outcome::VirtualAccountClosed { closed_at: answer.closed_at }
            }
            Command::ConfirmPayment(confirm) => return self.decode_confirm(confirm, leg, reply, ctx),
            Command::ConfirmBillingKey(_) => decode_confirmed_key(reply, ctx)?,
            Command::ConfirmIssueAndPay(confirm) => {
                return self.decode_confirm_both(confirm, leg, reply, ctx);
            }
            Command::Capture(_) => {
                let CaptureAnswer {} = Operation::CapturePayment.read(reply)?;
                Outcome::Captured
            }
            Command::StopCancel(_) => {
                let answer: StopAnswer = Operation::StopCancellation.read(reply)?;
                Outcome::CancelStopped { stopped_at: answer.stopped_at }
            }
            // Nothing is sent for them, so no reply can be theirs.
            Command::OpenWindow(_) | Command::Schedule(_) | Command::AskWallet(_) => {
                return Err(PgError::UnknownOutcome(Cause::Undocumented {
                    status: reply.status,
                    what: "a reply to what was never sent".to_owned(),
                }));
            }
            Command::ConfirmDelivery(confirm) => return self.decode_delivery(confirm, leg, reply, ctx),
            Command::IssueCashReceipt(_) => receipts::decode_issue_cash_receipt(reply)?,
            Command::CancelCashReceipt(_) => receipts::decode_cancel_cash_receipt(reply)?,
            Command::RegisterEscrowLogistics(register) => receipts::decode_escrow_logistics(register, reply)?,
            Command::ConfirmEscrow(_) => receipts::decode_confirm_escrow(reply)?,
            Command::RegisterStoreReceipt(_) => receipts::decode_store_receipt(reply)?,
            Command::Inquire(inquire) => return self.decode_inquire(&inquire.of, leg, reply, ctx),
        };
        Ok(Progress::Done(Box::new(outcome)))
    }

    fn decode_confirm(
        &self,
        confirm: &ConfirmPayment,
        leg: Leg,
        reply: &PgReply,
        ctx: &CallContext,
    ) -> Result<Progress, PgError> {
        let outcome = if confirm.method != PayMethod::VirtualAccount {
            let answer: PaymentSummary = Operation::ConfirmPayment.read(reply)?;
            paid_now(answer, None)
        } else if leg == FIRST_LEG {
            let _: PaymentSummary = Operation::ConfirmPayment.read(reply)?;
            let url = self.payment_url(&confirm.payment_id, "/transactions");
            let request = self.request(Operation::ListTransactions, Method::Get, url, None, ctx);
            return Ok(Progress::Send { request: Box::new(request), leg: READ_BACK_LEG });
        } else {
            decode_read_back(reply, &confirm.window)?
        };
        Ok(Progress::Done(Box::new(outcome)))
    }

    /// The answer holds the key and no number of the PG's: the payment is read back, and tells both.
    fn decode_confirm_both(
        &self,
        confirm: &ConfirmIssueAndPay,
        leg: Leg,
        reply: &PgReply,
        ctx: &CallContext,
    ) -> Result<Progress, PgError> {
        if leg == FIRST_LEG {
            let operation = Operation::ConfirmIssueAndPay;
            if operation.documented_error(reply, BILLING_KEY_NOT_FOUND) {
                return Err(unknown_token());
            }
            let ConfirmedIssueAndPay { .. } = operation.read(reply)?;
            let url = self.payment_url(&confirm.payment_id, "/transactions");
            let request = self.request(Operation::ListTransactions, Method::Get, url, None, ctx);
            return Ok(Progress::Send { request: Box::new(request), leg: READ_BACK_LEG });
        }
        let operation = Operation::ListTransactions;
        let own = own_transaction(reply, &confirm.window)?;
        let outcome = issued_and_paid(own).map_err(|what| operation.unreadable(reply, what))?;
        Ok(Progress::Done(Box::new(outcome)))
    }

    fn decode_pay_instantly(
        &self,
        pay: &PayInstantly,
        leg: Leg,
        reply: &PgReply,
        ctx: &CallContext,
    ) -> Result<Progress, PgError> {
        let outcome = match &pay.method {
            InstantMethod::Card(card) => {
                let facts = CardFacts { installment_month: card.installment_month, ..card.card.facts() };
                decode_paid(Operation::PayInstantly, reply, Some(facts))?
            }
            InstantMethod::VirtualAccount(_) if leg == FIRST_LEG => {
                let _: PaymentAnswer = Operation::PayInstantly.read(reply)?;
                let url = self.payment_url(&pay.order.payment_id, "/transactions");
                let request = self.request(Operation::ListTransactions, Method::Get, url, None, ctx);
                return Ok(Progress::Send { request: Box::new(request), leg: READ_BACK_LEG });
            }
            InstantMethod::VirtualAccount(_) => decode_read_back(reply, &ctx.attempt)?,
        };
        Ok(Progress::Done(Box::new(outcome)))
    }
}

fn decode_paid(operation: Operation, reply: &PgReply, card: Option<CardFacts>) -> Result<Outcome, PgError> {
    let answer: PaymentAnswer = operation.read(reply)?;
    Ok(paid_now(answer.payment, card))
}

/// What an immediate answer tells.
fn paid_now(answer: PaymentSummary, card: Option<CardFacts>) -> Outcome {
    Outcome::Paid(PaidFacts {
        pg_tx_id: answer.pg_tx_id,
        paid_at: answer.paid_at,
        card,
        receipt_url: None,
        total: None,
        method: None,
    })
}

fn decode_read_back(reply: &PgReply, marker: &AttemptId) -> Result<Outcome, PgError> {
    let unreadable = |what| Operation::ListTransactions.unreadable(reply, what);
    let mut own = own_transaction(reply, marker)?;
    match own.method.take() {
        Some(PaymentMethod::VirtualAccount(method)) => {
            let facts = virtual_account_facts(own, method).map_err(unreadable)?;
            Ok(Outcome::VirtualAccountIssued(facts))
        }
        _ => Err(unreadable("our transaction has no virtual account")),
    }
}

/// Our transaction among a payment's.
fn own_transaction(reply: &PgReply, marker: &AttemptId) -> Result<Payment, PgError> {
    let operation = Operation::ListTransactions;
    let transactions: Transactions = operation.read(reply)?;
    let own = transactions.items.into_iter().find(|item| item.is_marked(marker));
    own.ok_or_else(|| operation.unreadable(reply, "our transaction is missing"))
}

fn decode_issue_billing_key(reply: &PgReply) -> Result<Outcome, PgError> {
    let operation = Operation::IssueBillingKey;
    let answer: IssueBillingKeyAnswer = operation.read(reply)?;
    issued_key(answer.billing_key_info).map_err(|what| operation.unreadable(reply, what))
}

/// An approved key. The answer tells no moment, so the call's is taken. A token that counts no more is the shop's to
/// renew: unlike other replies of 404 it says nothing against the channel.
fn decode_confirmed_key(reply: &PgReply, ctx: &CallContext) -> Result<Outcome, PgError> {
    let operation = Operation::ConfirmBillingKey;
    if operation.documented_error(reply, BILLING_KEY_NOT_FOUND) {
        return Err(unknown_token());
    }
    let answer: ConfirmedBillingKey = operation.read(reply)?;
    let pg_billing_key = PgBillingKey::parse(answer.billing_key.expose())
        .map_err(|_| operation.unreadable(reply, "billingKey is empty or too long"))?;
    Ok(Outcome::BillingKeyIssued(IssuedKeyFacts { pg_billing_key, issued_at: ctx.now, card: None }))
}

fn unknown_token() -> PgError {
    let message = "the upstream knows no such token".to_owned();
    PgError::Declined(Decline { code: BILLING_KEY_NOT_FOUND.to_owned(), message })
}

/// A billing key, and what was paid with it first. The error names what the reply lacks.
pub(super) fn issued_and_paid(mut payment: Payment) -> Result<Outcome, &'static str> {
    let key = payment.billing_key.take().ok_or("billingKey is missing")?;
    let pg_billing_key = PgBillingKey::parse(key.expose()).map_err(|_| "billingKey is empty or too long")?;
    let paid = paid_facts(payment)?;
    Ok(Outcome::IssuedAndPaid {
        key: IssuedKeyFacts { pg_billing_key, issued_at: paid.paid_at, card: None },
        paid,
    })
}

fn decode_cancel(reply: &PgReply) -> Result<Outcome, PgError> {
    let operation = Operation::CancelPayment;
    let answer: CancelAnswer = operation.read(reply)?;
    match answer.cancellation.status {
        CancellationStatus::Succeeded | CancellationStatus::Requested => cancelled_facts(answer.cancellation)
            .map(Outcome::Cancelled)
            .map_err(|what| operation.unreadable(reply, what)),
        // A 200 alone is no success (rule V2-063).
        CancellationStatus::Failed => Err(PgError::Declined(failed_cancellation(&answer.cancellation))),
        CancellationStatus::Unknown => Err(PgError::UnknownOutcome(Cause::Unreadable {
            status: reply.status,
            what: "unknown status of the cancellation".to_owned(),
        })),
    }
}

/// What may be told of a payment that was made. The error names what the reply lacks.
pub(super) fn paid_facts(payment: Payment) -> Result<PaidFacts, &'static str> {
    let (card, method) = match payment.method {
        Some(PaymentMethod::Card(method)) => (Some(card_facts(method)), None),
        Some(method) => (None, method_facts(method)),
        None => (None, None),
    };
    Ok(PaidFacts {
        pg_tx_id: payment.pg_tx_id.ok_or("pgTxId is missing")?,
        paid_at: payment.paid_at.ok_or("paidAt is missing")?,
        card,
        receipt_url: payment.receipt_url,
        total: payment.amount.and_then(|amount| amount.total),
        method,
    })
}

fn method_facts(method: PaymentMethod) -> Option<MethodFacts> {
    match method {
        PaymentMethod::Transfer(account) => Some(MethodFacts::Transfer(account_facts(account))),
        PaymentMethod::Mobile(mobile) => Some(MethodFacts::Mobile { phone_number: mobile.phone_number }),
        PaymentMethod::EasyPay(wallet) => Some(MethodFacts::EasyPay {
            provider: wallet.provider,
            with: wallet.easy_pay_method.and_then(wallet_facts),
        }),
        PaymentMethod::Card(_) | PaymentMethod::VirtualAccount(_) | PaymentMethod::Other => None,
    }
}

fn wallet_facts(method: WalletMethod) -> Option<WalletFacts> {
    match method {
        WalletMethod::Card(card) => Some(WalletFacts::Card(Box::new(card_facts(card)))),
        WalletMethod::Charge(charge) => Some(WalletFacts::Charge { bank: account_facts(charge).bank }),
        WalletMethod::Transfer(account) => Some(WalletFacts::Transfer(account_facts(account))),
        WalletMethod::Other => None,
    }
}

fn account_facts(account: TransferMethod) -> AccountFacts {
    let bank = account.bank.as_deref().and_then(Bank::from_code);
    AccountFacts { bank, account_number: account.account_number }
}

fn card_facts(method: CardMethod) -> CardFacts {
    let CardInfo { publisher, issuer, brand, kind, owner_type, bin, name, number } =
        method.card.unwrap_or_default();
    CardFacts {
        bin: bin.filter(|bin| bin.len() <= BIN_LENGTH_MAX),
        last_four: None,
        issuer,
        publisher,
        name,
        brand,
        card_type: kind,
        owner_type,
        masked_number: number.filter(|number| is_masked(number)),
        approval_number: method.approval_number,
        installment_month: method.installment.and_then(|installment| installment.month),
    }
}

const BIN_LENGTH_MAX: usize = 8;
/// The most digits of a card number that may be shown or kept: the first eight (its BIN) and the last four.
const SHOWN_DIGIT_COUNT_MAX: usize = 12;

/// The schema says the number is masked; one that is not is never taken over.
fn is_masked(number: &str) -> bool {
    number.bytes().filter(u8::is_ascii_digit).count() <= SHOWN_DIGIT_COUNT_MAX
}

/// What may be told of an account that was issued. The error names what the reply lacks.
pub(super) fn virtual_account_facts(
    payment: Payment,
    method: VirtualAccountMethod,
) -> Result<VirtualAccountFacts, &'static str> {
    Ok(VirtualAccountFacts {
        pg_tx_id: payment.pg_tx_id.ok_or("pgTxId is missing")?,
        issued_at: method.issued_at.or(payment.requested_at).ok_or("issuedAt is missing")?,
        account_number: method.account_number.ok_or("accountNumber is missing")?,
        bank: method.bank.as_deref().and_then(Bank::from_code),
        account_type: method.account_type,
        remittee_name: method.remittee_name,
        expired_at: method.expired_at,
    })
}

/// A billing key that was issued. The error names what the reply lacks.
pub(super) fn issued_key(info: BillingKeyInfo) -> Result<Outcome, &'static str> {
    let key = info.billing_key.ok_or("billingKey is missing")?;
    let told = info.methods.unwrap_or_default().into_iter().next();
    Ok(Outcome::BillingKeyIssued(IssuedKeyFacts {
        pg_billing_key: PgBillingKey::parse(key.expose()).map_err(|_| "billingKey is empty or too long")?,
        issued_at: info.issued_at.ok_or("issuedAt is missing")?,
        card: told.and_then(|method| {
            Some(Box::new(card_facts(CardMethod { card: Some(method.card?), ..CardMethod::default() })))
        }),
    }))
}

/// A cancel that was done or accepted. The error names what the reply lacks.
pub(super) fn cancelled_facts(cancellation: Cancellation) -> Result<CancelledFacts, &'static str> {
    let status = match cancellation.status {
        CancellationStatus::Succeeded => CancelStatus::Succeeded,
        CancellationStatus::Requested => CancelStatus::Requested,
        CancellationStatus::Failed | CancellationStatus::Unknown => return Err("the cancellation failed"),
    };
    Ok(CancelledFacts {
        status,
        total: cancellation.total_amount,
        tax_free: cancellation.tax_free_amount.ok_or("taxFreeAmount is missing")?,
        vat: cancellation.vat_amount.ok_or("vatAmount is missing")?,
        pg_cancellation_id: cancellation.pg_cancellation_id,
        upstream_id: cancellation.id,
        cancelled_at: cancellation.cancelled_at,
    })
}

/// The refusal of a cancel; schema `FailedPaymentCancellation` has no words of the PG.
pub(super) fn failed_cancellation(cancellation: &Cancellation) -> Decline {
    let id = cancellation.id.as_deref().unwrap_or("without id");
    Decline { code: "FAILED".to_owned(), message: format!("cancellation {id} failed") }
}
