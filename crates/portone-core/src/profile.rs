//! What a PG can do, as data. Four readers: admission, the router's eligibility, the conformance suite and the
//! generated support matrix.

use crate::{CommandKind, Currency, PayMethod, Rule};

/// What one PG module can do.
#[derive(Debug)]
pub struct PgProfile {
    /// The provider as the V2 REST API spells it.
    pub provider: &'static str,
    /// The prefix of its rule codes (`SMARTRO`); a command it lacks is refused as `<prefix>-CAP`.
    pub rule_prefix: &'static str,
    /// The name people see.
    pub display_name: &'static str,
    /// The commands it has; a command not listed is refused.
    pub commands: &'static [CommandSupport],
    /// The currencies it takes in commands that pay.
    pub currencies: Currencies,
    /// What a payment id may look like.
    pub payment_id: PaymentIdRule,
    /// Whether part of a payment can be cancelled.
    pub partial_cancel: bool,
    /// Whether a rule of its test channels judges the card that pays, whose issuer and type no answer tells: the engine asks
    /// before such a rule does.
    pub judges_test_cards: bool,
    /// Whether a window that issues a billing key also takes the amount it shows: the first payment (rule PW-018).
    pub key_window_charges: bool,
    /// Every documented rule it knows, in the catalogue's order.
    pub rules: &'static [Rule],
    /// What the refusal of a missing capability says (`<prefix>-CAP`).
    pub capability_rule: &'static Rule,
}

impl PgProfile {
    /// Whether it has a command, for a pay method where one is given.
    pub fn supports(&self, command: CommandKind, method: Option<PayMethod>) -> bool {
        self.commands.iter().any(|support| {
            support.command == command
                && method.is_none_or(|method| support.methods.is_empty() || support.methods.contains(&method))
        })
    }

    /// Whether an inquiry can tell what became of a lost one. One without stays open until somebody settles it by hand.
    pub fn inquires(&self, command: CommandKind) -> bool {
        self.commands.iter().any(|support| support.command == command && support.inquiry)
    }

    /// Whether it has a command whatever the pay method.
    pub fn supports_any_method(&self, command: CommandKind) -> bool {
        self.commands.iter().any(|support| support.command == command && support.methods.is_empty())
    }

    /// The rule with this code.
    pub fn rule(&self, code: &str) -> Option<&'static Rule> {
        self.rules.iter().find(|rule| rule.code == code)
    }
}

/// One command a PG has.
#[derive(Debug)]
pub struct CommandSupport {
    /// The command.
    pub command: CommandKind,
    /// The pay methods it has it for; empty means it does not depend on one.
    pub methods: &'static [PayMethod],
    /// Whether an inquiry can tell what became of a lost one.
    pub inquiry: bool,
}

impl PayMethod {
    /// Every one.
    pub const ALL: &'static [Self] =
        &[Self::Card, Self::VirtualAccount, Self::Transfer, Self::Mobile, Self::EasyPay];
}

impl CommandSupport {
    /// A command whose lost ones can be inquired about.
    pub const fn inquired(command: CommandKind, methods: &'static [PayMethod]) -> Self {
        Self { command, methods, inquiry: true }
    }

    /// A command that no inquiry tells of.
    pub const fn untold(command: CommandKind, methods: &'static [PayMethod]) -> Self {
        Self { command, methods, inquiry: false }
    }
}

/// The currencies a PG takes.
#[derive(Debug)]
pub enum Currencies {
    /// Any.
    Any,
    /// Only these.
    Only(&'static [Currency]),
}

/// What a payment id may look like at a PG.
#[derive(Debug)]
pub struct PaymentIdRule {
    /// The longest one kept, in characters.
    pub length_max: Option<usize>,
    /// Whether only ASCII letters and digits are allowed.
    pub alphanumeric: bool,
}
