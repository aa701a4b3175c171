//! What a request names: rules SR-020 and SR-021.

use portone_core::{ChannelGroupId, CommandKind, Report};
use portone_router::{Selector, select};

use crate::fake::key;

fn refused(result: Result<Selector, Report>) -> (&'static str, String) {
    let report = result.expect_err("it is refused");
    assert_eq!(report.violations.len(), 1);
    (report.violations[0].rule, report.violations[0].field.clone())
}

#[test]
fn sr_020_exactly_one_of_channel_and_group() {
    for kind in [CommandKind::PayInstantly, CommandKind::IssueBillingKey] {
        assert_eq!(refused(select(kind, Some("x"), Some("y"))), ("SR-020", "channelGroupId".to_owned()));
        assert_eq!(refused(select(kind, None, None)), ("SR-020", "channelKey".to_owned()));
        assert_eq!(refused(select(kind, Some(" "), None)), ("SR-020", "channelKey".to_owned()));
        assert_eq!(refused(select(kind, None, Some(""))), ("SR-020", "channelGroupId".to_owned()));
        assert_eq!(select(kind, Some("x"), None), Ok(Selector::Channel(key("x"))));
        let group = ChannelGroupId::parse("y").expect("an id");
        assert_eq!(select(kind, None, Some("y")), Ok(Selector::Group(group)));
    }
}

#[test]
fn sr_021_a_payment_with_a_billing_key_names_no_group() {
    let kind = CommandKind::PayWithBillingKey;
    assert_eq!(refused(select(kind, None, Some("y"))).0, "SR-021");
    assert_eq!(refused(select(kind, Some("x"), Some("y"))).0, "SR-021");
    assert_eq!(select(kind, Some("x"), None), Ok(Selector::Channel(key("x"))));
    assert_eq!(select(kind, None, None), Ok(Selector::BillingKey));
}
