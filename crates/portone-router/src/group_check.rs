//! What one request would meet at every channel of a group, asked before the first payment.

use std::collections::{BTreeMap, BTreeSet};

use portone_core::{
    Card, ChannelKey, Command, Customer, InstantMethod, IssueBillingKey, OpenWindow, Order, PayInstantly,
    PayWithBillingKey, PgProvider, Report, Schedule, Secret, VirtualAccountExpiry, WindowCard, WindowEasyPay,
    WindowIssue, WindowIssueAndPay, WindowIssueAndPayMethod, WindowMethod, WindowMobile, WindowPayment,
    WindowReceipt, WindowSettings, WindowVirtualAccount, admit,
};

use crate::{Ask, Candidate, Roster};

/// What one request would meet at a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupCheck {
    /// What the group itself requires and the request lacks, and what it advises.
    pub group: Report,
    /// Every member, in the group's order.
    pub channels: Vec<ChannelCheck>,
    /// Every field that a request of this kind needs at some member, with the rules that ask for it.
    pub required: BTreeMap<String, BTreeSet<&'static str>>,
}

/// What one request would meet at one member of a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChannelCheck {
    /// The channel.
    pub channel_key: ChannelKey,
    /// Its provider; `None` when there is no such channel any more.
    pub provider: Option<PgProvider>,
    /// Whether it can be drawn at all.
    pub active: bool,
    /// What it would refuse, ignore or find risky.
    pub report: Report,
}

impl Roster<'_> {
    /// What each member would refuse or ignore of the request its candidate asks about, and every field that some member
    /// needs in a request of this kind: inactive members too, since they may be switched on.
    pub fn check_group(&self) -> GroupCheck {
        let members = || self.group.members.iter().zip(&self.candidates);
        let channels = members()
            .map(|(member, candidate)| ChannelCheck {
                channel_key: member.channel.clone(),
                provider: candidate.channel.map(|channel| channel.provider.clone()),
                active: member.active && candidate.channel.is_some_and(|channel| channel.active),
                report: candidate.ask.map(said).unwrap_or_default(),
            })
            .collect();
        GroupCheck { group: self.check_required(), channels, required: self.required() }
    }

    /// What is missing in a request that says as little as a request of its kind can.
    fn required(&self) -> BTreeMap<String, BTreeSet<&'static str>> {
        let mut required: BTreeMap<String, BTreeSet<&'static str>> = BTreeMap::new();
        let asked = self.candidates.iter().find_map(|candidate| candidate.ask);
        let Some(bare) = asked.and_then(|ask| bare(ask.command)) else { return required };
        let candidates = self.candidates.iter().map(|candidate| Candidate {
            ask: candidate.ask.map(|ask| Ask { command: &bare, ..ask }),
            ..*candidate
        });
        let roster = Roster { group: self.group, candidates: candidates.collect(), api: self.api };
        let mut report = roster.check_required();
        for candidate in roster.candidates.iter().filter_map(|candidate| candidate.ask) {
            candidate.adapter.check(candidate.command, candidate.ctx, &mut report);
        }
        let missing = report.rejections().filter(|found| found.message.starts_with(MISSING));
        for found in missing {
            required.entry(found.field.clone()).or_default().insert(found.rule);
        }
        required
    }
}

/// How the finding about a field that is not there begins, in every rule of this project.
const MISSING: &str = "is missing";

fn said(ask: Ask<'_>) -> Report {
    match admit(ask.adapter, ask.command, ask.ctx) {
        Ok(admitted) => admitted.advice().clone(),
        Err(report) => report,
    }
}

/// The same request with everything left out that can be; `None` for commands that are not routed.
fn bare(command: &Command) -> Option<Command> {
    match command {
        Command::PayInstantly(pay) => Some(Command::PayInstantly(PayInstantly {
            order: bare_order(&pay.order),
            method: bare_method(&pay.method),
        })),
        Command::IssueBillingKey(_) => {
            let issue = IssueBillingKey { card: no_card(), customer: Customer::default(), bypass: None };
            Some(Command::IssueBillingKey(issue))
        }
        Command::PayWithBillingKey(pay) => Some(Command::PayWithBillingKey(bare_key_payment(pay))),
        Command::Schedule(schedule) => Some(Command::Schedule(Schedule {
            pay: bare_key_payment(&schedule.pay),
            time_to_pay: schedule.time_to_pay,
        })),
        Command::OpenWindow(window) => Some(Command::OpenWindow(bare_window(window))),
        // Nothing else is routed.
        _ => None,
    }
}

fn bare_order(order: &Order) -> Order {
    Order::of(order.payment_id.clone(), String::new(), order.amount)
}

fn bare_method(method: &InstantMethod) -> InstantMethod {
    match method {
        InstantMethod::Card(card) => {
            InstantMethod::Card(portone_core::CardPayment { card: no_card(), ..card.clone() })
        }
        InstantMethod::VirtualAccount(account) => {
            InstantMethod::VirtualAccount(portone_core::VirtualAccountRequest {
                expiry: VirtualAccountExpiry::default(),
                cash_receipt: None,
                remittee_name: None,
                ..account.clone()
            })
        }
    }
}

fn no_card() -> Card {
    Card {
        number: Secret::from(""),
        expiry_year: Secret::from(""),
        expiry_month: Secret::from(""),
        birth_or_business_registration_number: None,
        password_two_digits: None,
        cvc: None,
    }
}

fn bare_key_payment(pay: &PayWithBillingKey) -> PayWithBillingKey {
    PayWithBillingKey { order: bare_order(&pay.order), ..pay.clone() }
}

fn bare_window(window: &OpenWindow) -> OpenWindow {
    match window {
        OpenWindow::Payment(payment) => OpenWindow::Payment(Box::new(WindowPayment {
            order: bare_order(&payment.order),
            method: bare_window_method(&payment.method),
            confirm_url: None,
            store_details: None,
            merpay_category_id: None,
            settings: WindowSettings::default(),
        })),
        OpenWindow::BillingKey(issue) => OpenWindow::BillingKey(Box::new(WindowIssue {
            method: issue.method.clone(),
            issue_id: None,
            issue_name: None,
            display_amount: None,
            currency: None,
            customer: Customer::default(),
            bypass: None,
            settings: WindowSettings::default(),
        })),
        OpenWindow::IssueAndPay(both) => {
            let WindowIssueAndPayMethod::Mobile(_) = &both.method;
            OpenWindow::IssueAndPay(Box::new(WindowIssueAndPay {
                order: bare_order(&both.order),
                method: WindowIssueAndPayMethod::Mobile(WindowMobile::default()),
                store_details: None,
                settings: WindowSettings::default(),
            }))
        }
    }
}

fn bare_window_method(method: &WindowMethod) -> WindowMethod {
    match method {
        WindowMethod::Card(_) => WindowMethod::Card(WindowCard::default()),
        WindowMethod::VirtualAccount(_) => WindowMethod::VirtualAccount(WindowVirtualAccount::default()),
        WindowMethod::Transfer(_) => WindowMethod::Transfer(WindowReceipt::default()),
        WindowMethod::Mobile(_) => WindowMethod::Mobile(WindowMobile::default()),
        WindowMethod::EasyPay(_) => WindowMethod::EasyPay(WindowEasyPay::default()),
        other => other.clone(),
    }
}
