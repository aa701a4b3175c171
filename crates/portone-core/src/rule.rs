//! Rules: what a PG is documented to refuse, corrupt, alter or ignore, under codes that never change.

use std::fmt;

use serde::Serialize;

/// What becomes of a request that breaks a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Severity {
    /// The PG ignores the field, or the value is risky: the request goes on and the caller is told.
    Advise,
    /// The PG would refuse, corrupt or silently alter the request: it is refused before a byte leaves.
    Reject,
}

/// One documented rule.
#[derive(Debug, PartialEq, Eq)]
pub struct Rule {
    /// The code (`SMARTRO-001`), for good.
    pub code: &'static str,
    /// What a broken rule does to the request.
    pub severity: Severity,
    /// Why: what the PG does with such a request.
    pub reason: &'static str,
    /// The documents that say so.
    pub source: &'static str,
}

/// One rule broken by one field of one request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Violation {
    /// The rule's code.
    pub rule: &'static str,
    /// Whether the request is refused.
    pub severity: Severity,
    /// The field's path as the V2 REST API spells it (`method.card.credential.number`).
    pub field: String,
    /// What is wrong with the value, and the remedy. Never holds a secret.
    pub message: String,
    /// The documents behind the rule.
    pub source: &'static str,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: {}", self.rule, self.field, self.message)
    }
}

/// Everything found wrong with one request, in the order it was found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Report {
    /// The findings.
    pub violations: Vec<Violation>,
}

impl Report {
    /// A report that has found nothing.
    pub const fn new() -> Self {
        Self { violations: Vec::new() }
    }

    /// Adds a broken rule.
    pub fn add(&mut self, rule: &Rule, field: impl Into<String>, message: impl Into<String>) {
        self.add_with(rule, rule.severity, field, message);
    }

    /// Adds a broken rule with a severity of its own: a contract rule only advises while the contract is unknown.
    pub fn add_with(
        &mut self,
        rule: &Rule,
        severity: Severity,
        field: impl Into<String>,
        message: impl Into<String>,
    ) {
        self.violations.push(Violation {
            rule: rule.code,
            severity,
            field: field.into(),
            message: message.into(),
            source: rule.source,
        });
    }

    /// Whether any finding refuses the request.
    pub fn refuses(&self) -> bool {
        self.violations.iter().any(|violation| violation.severity == Severity::Reject)
    }

    /// The findings that refuse the request.
    pub fn rejections(&self) -> impl Iterator<Item = &Violation> {
        self.violations.iter().filter(|violation| violation.severity == Severity::Reject)
    }

    /// Whether nothing was found.
    pub fn is_empty(&self) -> bool {
        self.violations.is_empty()
    }

    /// The same findings about the parts of a field: each field's path gets it as a prefix (`payment.orderName`).
    #[must_use]
    pub fn under(mut self, field: &str) -> Self {
        for violation in &mut self.violations {
            violation.field = format!("{field}.{}", violation.field);
        }
        self
    }

    /// Takes over another report's findings.
    pub fn extend(&mut self, other: Self) {
        self.violations.extend(other.violations);
    }
}

/// One line a violation: `CODE field: what is wrong, remedy`.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, violation) in self.violations.iter().enumerate() {
            if at > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{violation}")?;
        }
        Ok(())
    }
}

/// Declares documented rules: a constant a rule (`NAME = "CODE", Severity, "reason", "source";`), and a list of them all in
/// the order written. The first line says who sees them, and the list's name.
#[macro_export]
macro_rules! rules {
    (
        $vis:vis $all:ident;
        $($name:ident = $code:literal, $severity:ident, $reason:literal, $source:literal;)+
    ) => {
        $(#[doc = $reason]
        $vis const $name: $crate::Rule = $crate::Rule {
            code: $code,
            severity: $crate::Severity::$severity,
            reason: $reason,
            source: $source,
        };)+

        /// Every rule, in the catalogue's order.
        $vis const $all: &[$crate::Rule] = &[$($name),+];
    };
}
