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
