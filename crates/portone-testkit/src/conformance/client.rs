//! The async client gives each command's outcome.

use std::sync::Arc;

use portone_core::{Answer, Client, Command, Outcome, PgError};

use super::effects;
use crate::{
    ScriptedTransport, Step, block_on,
    encoded::{Encoded, encoded},
    replies,
    samples::{self, Sample},
};

/// Each command of the profile has a method of the client, which sends the same legs and reads the same outcome.
pub fn the_client_answers_each_command(factory: &portone_core::AdapterFactory) {
    let adapter = samples::adapter(factory);
    for Sample { name, command } in samples::commands(factory.profile) {
        let legs = match encoded(&adapter, &command) {
            Encoded::Request(_) => effects(factory, &adapter, &command).len(),
            Encoded::Call(_) => 0,
            Encoded::Held(_) => continue,
        };
        let good = replies::success_at(factory.protocol, &command).into_iter().map(Step::Reply);
        let transport = Arc::new(ScriptedTransport::logging_in(replies::v1::token(), good));
        let client = Client::of(Arc::clone(&adapter), Arc::clone(&transport) as _);
        let advice = client.check(&command, &samples::context()).unwrap();
        let told = block_on(told(&client, command)).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(told, advice.to_string(), "{name}: the advice");
        assert_eq!(transport.sent().len(), legs, "{name}: the legs");
    }
}

/// The advice, from the method of the command.
async fn told(client: &Client, command: Command) -> Result<String, PgError> {
    let ctx = samples::context();
    Ok(match command {
        Command::PayInstantly(pay) => paid(&client.pay_instantly(pay, &ctx).await?),
        Command::IssueBillingKey(issue) => advice(&client.issue_billing_key(issue, &ctx).await?),
        Command::PayWithBillingKey(pay) => advice(&client.pay_with_billing_key(pay, &ctx).await?),
        Command::Schedule(_) => unreachable!("it is held"),
        Command::OpenWindow(window) => advice(&client.open_window(window, &ctx).await?),
        Command::DeleteBillingKey(delete) => advice(&client.delete_billing_key(delete, &ctx).await?),
        Command::Cancel(cancel) => advice(&client.cancel(cancel, &ctx).await?),
        Command::CloseVirtualAccount(close) => advice(&client.close_virtual_account(close, &ctx).await?),
        Command::IssueCashReceipt(issue) => advice(&client.issue_cash_receipt(issue, &ctx).await?),
        Command::CancelCashReceipt(cancel) => advice(&client.cancel_cash_receipt(cancel, &ctx).await?),
        Command::RegisterEscrowLogistics(register) => {
            advice(&client.register_escrow_logistics(register, &ctx).await?)
        }
        Command::ConfirmEscrow(confirm) => advice(&client.confirm_escrow(confirm, &ctx).await?),
        Command::ConfirmDelivery(confirm) => advice(&client.confirm_delivery(confirm, &ctx).await?),
        Command::RegisterStoreReceipt(register) => {
            advice(&client.register_store_receipt(register, &ctx).await?)
        }
        Command::AskWallet(ask) => advice(&client.ask_wallet(ask, &ctx).await?),
        Command::ConfirmPayment(confirm) => paid(&client.confirm_payment(confirm, &ctx).await?),
        Command::ConfirmBillingKey(confirm) => advice(&client.confirm_billing_key(confirm, &ctx).await?),
        Command::ConfirmIssueAndPay(confirm) => advice(&client.confirm_issue_and_pay(confirm, &ctx).await?),
        Command::Capture(capture) => advice(&client.capture(capture, &ctx).await?),
        Command::StopCancel(stop) => advice(&client.stop_cancel(stop, &ctx).await?),
        Command::Inquire(inquire) => {
            let answer = client.inquire(inquire, &ctx).await?;
            assert!(matches!(answer.value, Outcome::Inquired(_) | Outcome::Standing(_)), "{answer:?}");
            advice(&answer)
        }
    })
}

fn paid(answer: &Answer<Outcome>) -> String {
    assert!(matches!(answer.value, Outcome::Paid(_) | Outcome::VirtualAccountIssued(_)), "{answer:?}");
    answer.advice.to_string()
}

fn advice<T>(answer: &Answer<T>) -> String {
    answer.advice.to_string()
}
