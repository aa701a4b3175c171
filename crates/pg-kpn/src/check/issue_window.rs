//! KPN's rules of the window that issues a billing key.

use portone_core::{Report, WindowIssue, WindowIssueMethod};
use portone_wire::sdk::check as sdk;

use super::is_complete;
use crate::rules;

pub(super) fn check(issue: &WindowIssue, report: &mut Report) {
    match &issue.method {
        WindowIssueMethod::Card { card_company } => {
            let company = ("card.cardCompany", card_company.is_some());
            sdk::ignored(&rules::KEY_CARD_COMPANY, &[company], report);
        }
        other => report.add(
            &rules::KEY_METHOD,
            "billingKeyMethod",
            format!("`{}` cannot be registered; use CARD", other.code()),
        ),
    }
    let id = issue.customer.id.as_deref();
    let why = "give the shop's id of the customer";
    sdk::required(&rules::WINDOW_KEY_CUSTOMER_ID, "customer.customerId", id, why, report);
    if !is_complete(issue.customer.name.as_ref()) {
        report.add(
            &rules::WINDOW_KEY_NAME,
            "customer.fullName",
            "is missing; give `fullName`, or both `firstName` and `lastName`",
        );
    }
    let interval = issue.settings.offer_period.as_ref().and_then(|period| period.interval.as_ref());
    if interval.is_some() {
        report.add(
            &rules::KEY_OFFER_PERIOD,
            "offerPeriod.interval",
            "is not taken; give `range` with `from` and `to`",
        );
    }
}
