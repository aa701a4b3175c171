//! What the rules of V1 say of a request beside what the ledger knows: a PG is never asked.

use chrono::{DateTime, Utc};
use portone_core::{Card, Command, InstantMethod, OpenWindow, Report};
use portone_wire::v1::rules;

use super::Question;

const BUSINESS_NUMBER_LENGTH: usize = 10;

impl Question {
    /// Adds what the context makes of the commands.
    pub(super) fn check_known(&self, commands: &[Command], _now: DateTime<Utc>, report: &mut Report) {
        if !self.api.is_v1() {
            return;
        }
        for command in commands {
            self.check_status(command, report);
            self.check_card_kind(command, report);
            if let Command::OpenWindow(OpenWindow::Payment(payment)) = command {
                let total = payment.order.amount.total;
                if self.facts.prepared_amount.is_some_and(|prepared| prepared != total) {
                    let message = "is not what was prepared, and the window does not open; send that amount";
                    report.add(&rules::PREPARED_AMOUNT, "amount", message);
                }
            }
        }
    }

    fn check_status(&self, command: &Command, report: &mut Report) {
        let Some(status) = self.facts.payment_status.as_deref() else { return };
        let pays = command.order().is_some() && !matches!(command, Command::Schedule(_));
        match command {
            Command::PayInstantly(pay)
                if status == "paid" && matches!(pay.method, InstantMethod::VirtualAccount(_)) =>
            {
                let message = "was paid under, and no account is issued for it; use another number";
                report.add(&rules::VBANK_PAID, "merchant_uid", message);
            }
            _ if pays && status == "paid" => {
                let message = "was paid under, and is refused; use another number";
                report.add(&rules::PAID_UID, "merchant_uid", message);
            }
            Command::CloseVirtualAccount(_) if status != "ready" => {
                let message =
                    format!("is of a payment that is {status}; only an account that waits can be closed");
                report.add(&rules::VBANK_CLOSED, "imp_uid", message);
            }
            Command::DeleteBillingKey(_) => {}
            _ => {}
        }
    }

    fn check_card_kind(&self, command: &Command, report: &mut Report) {
        let card: Option<&Card> = match command {
            Command::PayInstantly(pay) => match &pay.method {
                InstantMethod::Card(payment) => Some(&payment.card),
                InstantMethod::VirtualAccount(_) => None,
            },
            Command::IssueBillingKey(issue) => Some(&issue.card),
            _ => None,
        };
        let Some(card) = card.filter(|_| self.facts.is_corporate_card) else { return };
        let birth = card.birth_or_business_registration_number.as_ref();
        if birth.is_none_or(|number| number.expose().len() != BUSINESS_NUMBER_LENGTH) {
            let message = "is no business number of ten digits, which a corporate card needs; send it";
            report.add(&rules::CORPORATE_BIRTH, "birth", message);
        }
    }
}
