//! What Paymentwall wants besides (rules PW-002, PW-027, PW-028).

use portone_core::{Command, CustomerName, InstantMethod, OpenWindow};

use super::Secrets;

/// Gives a command a name of two parts, and a payment the verification number and the buyer's address.
pub(super) fn suit(command: &mut Command, secrets: Secrets) {
    let order = match command {
        Command::PayInstantly(pay) => {
            if let InstantMethod::Card(card) = &mut pay.method {
                card.card.cvc = Some(secrets.cvc.into());
            }
            &mut pay.order
        }
        Command::PayWithBillingKey(pay) => &mut pay.order,
        Command::Schedule(schedule) => &mut schedule.pay.order,
        Command::OpenWindow(window) => {
            let customer = match window {
                OpenWindow::Payment(payment) => &mut payment.order.customer,
                OpenWindow::BillingKey(issue) => &mut issue.customer,
                OpenWindow::IssueAndPay(both) => &mut both.order.customer,
            };
            customer.name = Some(CustomerName::Full("Jack Son".to_owned()));
            return;
        }
        _ => return,
    };
    order.customer.name = Some(CustomerName::Full("Jack Son".to_owned()));
    order.bypass = Some(serde_json::json!({ "paymentwall": { "browser_ip": "203.0.113.7" } }));
}
