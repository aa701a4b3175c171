//! Cases of rules: an example that breaks a rule and one that does not.

use portone_core::{AdapterFactory, Channel, Command, Contracts, Report, Severity, admit};

use crate::samples;

/// A command at a channel.
pub type Example = (Channel, Command);

/// One finding: rule, severity, field, an example that has it and one that has not.
pub type Case = (&'static str, Severity, &'static str, fn() -> Example, fn() -> Example);

/// Each rule fires on its bad example, with its severity and field, and is silent on its good one.
pub fn each_fires_on_its_bad_example_only(factory: &AdapterFactory, cases: &[Case]) {
    for (rule, severity, field, bad, good) in cases {
        let report = report(factory, &bad());
        let found = report.violations.iter().any(|violation| {
            (violation.rule, violation.severity, violation.field.as_str()) == (rule, *severity, field)
        });
        assert!(found, "{rule} {severity:?} {field} is silent on its bad example: {report:?}");
        let report = self::report(factory, &good());
        let found = report.violations.iter().any(|violation| {
            violation.rule == *rule && violation.field == *field && violation.severity >= *severity
        });
        assert!(!found, "{rule} {field} fires on its good example: {report:?}");
    }
}

/// Everything a PG's rules and its profile say of an example.
pub fn report(factory: &AdapterFactory, (channel, command): &Example) -> Report {
    let adapter = (factory.build)(channel, &samples::upstream_of(factory)).unwrap();
    match admit(&*adapter, command, &samples::context()) {
        Ok(admitted) => admitted.advice().clone(),
        Err(report) => report,
    }
}

/// The codes of a report's rules, in its order.
pub fn codes(report: &Report) -> Vec<String> {
    report.violations.iter().map(|violation| violation.rule.to_owned()).collect()
}

/// The example at a channel whose contract covers these, and nothing else.
pub fn contracted(capabilities: &[&str], (mut channel, command): Example) -> Example {
    channel.contracts = Contracts(Some(capabilities.iter().map(|&name| name.to_owned()).collect()));
    (channel, command)
}
