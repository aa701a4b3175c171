//! What opens a window: the call on the upstream's browser SDK, secrets shown as `[secret]`.

use pg_smartro::{FACTORY, PROFILE};
use portone_core::{Command, CommandKind, Outcome, Progress, admit};
use portone_testkit::samples::{self, Sample};

#[test]
fn the_argument_of_each_window() {
    let windows = samples::commands(&PROFILE).into_iter().filter(|sample| opens_window(&sample.command));
    let mut count = 0;
    for Sample { name, command } in windows {
        insta::assert_snapshot!(name, encoded(&command));
        count += 1;
    }
    assert_eq!(count, 6, "five pay methods and a billing key");
}

/// SMARTRO-062: a bank skips every page, so that it has to arrive. SMARTRO-071: with a receipt's fields Smartro skips that
/// step. SMARTRO-097: an issue's amount is shown and never charged, so that it goes as nothing else.
#[test]
fn what_decides_the_pages_of_a_window_reaches_smartro() {
    let told = |name| {
        let text = encoded(&samples::command(name));
        let (_, arguments) = text.split_once('\n').expect("a call and its argument");
        serde_json::from_str::<serde_json::Value>(arguments).expect("JSON")
    };
    let account = told("open_virtual_account_window");
    assert_eq!(account["virtualAccount"]["bankCode"], "SHINHAN_BANK");
    let transfer = told("open_transfer_window");
    assert_eq!(transfer["transfer"]["cashReceiptType"], "PERSONAL");
    assert_eq!(transfer["transfer"]["customerIdentifier"], "[secret]");
    let issue = told("open_billing_key_window");
    assert_eq!(issue["displayAmount"], samples::AMOUNT);
    assert!(issue.get("totalAmount").is_none() && issue.get("paymentId").is_none(), "{issue}");
}

fn opens_window(command: &Command) -> bool {
    matches!(command.kind(), CommandKind::OpenPaymentWindow | CommandKind::OpenBillingKeyWindow)
}

fn encoded(command: &Command) -> String {
    let (adapter, ctx) = (samples::adapter(&FACTORY), samples::context());
    let admitted = admit(&*adapter, command, &ctx).unwrap();
    match adapter.encode(&admitted, &ctx).unwrap() {
        Progress::Done(outcome) => match *outcome {
            Outcome::CallSdk(call) => {
                format!("{:?} {}\n{:#}", call.sdk, call.function, call.arguments.rendered())
            }
            other => panic!("{other:?}"),
        },
        Progress::Send { .. } => panic!("a window is sent nowhere"),
    }
}
