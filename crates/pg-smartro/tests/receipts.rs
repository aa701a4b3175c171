//! The rules about cash receipts and escrow.

use pg_smartro::{FACTORY, PROFILE};
use portone_core::{Command, EscrowParty, LogisticsStep, PayMethod, Severity, admit};
use portone_testkit::{
    rules,
    samples::{self, Secrets, receipts},
};

fn fields(command: &Command, rule: &str) -> Vec<String> {
    let report = rules::report(&FACTORY, &(samples::channel(&PROFILE), command.clone()));
    let found = report.violations.iter().filter(|violation| violation.rule == rule);
    found
        .inspect(|violation| assert_eq!(violation.severity, Severity::Reject))
        .map(|violation| violation.field.clone())
        .collect()
}

#[test]
fn smartro_120_a_receipt_names_its_receiver_and_their_telephone() {
    let mut command = receipts::issue_cash_receipt(Secrets::ONE);
    assert!(fields(&command, "SMARTRO-120").is_empty());
    let Command::IssueCashReceipt(issue) = &mut command else { panic!() };
    (issue.receiver.name, issue.receiver.phone_number) = (None, Some(" ".to_owned()));
    assert_eq!(fields(&command, "SMARTRO-120"), ["customer.name", "customer.phoneNumber"]);
}

#[test]
fn smartro_122_a_delivery_is_registered_with_both_addresses_and_modified_without() {
    let mut command = receipts::logistics(LogisticsStep::Register);
    assert!(fields(&command, "SMARTRO-122").is_empty());
    let Command::RegisterEscrowLogistics(register) = &mut command else { panic!() };
    register.sender = None;
    register.receiver = register.receiver.take().map(|receiver| EscrowParty { address: None, ..receiver });
    let missing =
        ["sender.name", "sender.phoneNumber", "sender.zipcode", "sender.address", "receiver.address"];
    assert_eq!(fields(&command, "SMARTRO-122"), missing);
    let Command::RegisterEscrowLogistics(register) = &mut command else { panic!() };
    register.step = LogisticsStep::Modify;
    assert!(fields(&command, "SMARTRO-122").is_empty());
}

#[test]
fn a_card_payment_gets_no_cash_receipt() {
    let adapter = samples::adapter(&FACTORY);
    let mut command = receipts::issue_cash_receipt(Secrets::ONE);
    for (method, is_refused) in [
        (Some(PayMethod::Card), true),
        (Some(PayMethod::Mobile), true),
        (Some(PayMethod::VirtualAccount), false),
        (Some(PayMethod::Transfer), false),
        (None, false),
    ] {
        let Command::IssueCashReceipt(issue) = &mut command else { panic!() };
        issue.method = method;
        let refused = admit(&*adapter, &command, &samples::context())
            .is_err_and(|report| report.rejections().any(|violation| violation.rule == "SMARTRO-CAP"));
        assert_eq!(refused, is_refused, "{method:?}");
    }
}
