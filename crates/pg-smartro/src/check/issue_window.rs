//! Smartro's rules of the window that issues a billing key.

use portone_core::{Report, WindowIssue, WindowIssueMethod};
use portone_wire::sdk::check as sdk;

use super::{bypass, window};
use crate::{config::Config, rules};

pub(super) fn check(config: &Config, issue: &WindowIssue, report: &mut Report) {
    match &issue.method {
        WindowIssueMethod::Card { card_company } => {
            if let Some(company) = card_company {
                window::check_test_card(config, company, report);
            }
        }
        other => report.add(
            &rules::KEY_METHOD,
            "billingKeyMethod",
            format!("`{}` cannot be registered; use CARD", other.code()),
        ),
    }
    check_issue_id(issue, report);
    check_customer_id(issue, report);
    sdk::locale(&rules::KEY_LOCALE, &issue.settings, &["KO_KR"], report);
    bypass::check_issue(issue.bypass.as_ref(), report);
    window::check_return(issue, report);
}

fn check_issue_id(issue: &WindowIssue, report: &mut Report) {
    const FIELD: &str = "issueId";
    let id = issue.issue_id.as_deref();
    sdk::required(&rules::ISSUE_ID, FIELD, id, "give the shop's number of the issue", report);
    if let Some(id) = id.filter(|id| !id.trim().is_empty() && !is_alphanumeric(id)) {
        report.add(
            &rules::ISSUE_ID,
            FIELD,
            format!("`{id}` holds more than letters and digits; use 0-9, a-z and A-Z"),
        );
    }
}

fn check_customer_id(issue: &WindowIssue, report: &mut Report) {
    const FIELD: &str = "customer.customerId";
    let id = issue.customer.id.as_deref();
    sdk::required(&rules::WINDOW_KEY_CUSTOMER_ID, FIELD, id, "give the shop's id of the customer", report);
    if let Some(id) = id.filter(|id| !id.trim().is_empty() && !is_alphanumeric(id)) {
        report.add(
            &rules::CUSTOMER_ID_ALPHABET,
            FIELD,
            format!("`{id}` holds more than letters and digits; use 0-9, a-z and A-Z"),
        );
    }
}

fn is_alphanumeric(id: &str) -> bool {
    id.bytes().all(|byte| byte.is_ascii_alphanumeric())
}
