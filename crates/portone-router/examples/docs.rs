//! Prints what the adapters of this build know, as Markdown: `rules` or `support-matrix`. `cargo xtask docs` writes the
//! output to `docs/`.

use std::collections::BTreeSet;
use std::process::ExitCode;

use portone_core::{CommandKind, Currencies, PayMethod, PgProfile, Rule, Severity};
use portone_router::{group_rules, registry};

fn main() -> ExitCode {
    match std::env::args().nth(1).as_deref() {
        Some("rules") => print!("{}", rules()),
        Some("support-matrix") => print!("{}", support_matrix()),
        _ => {
            eprintln!("usage: docs rules|support-matrix");
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}

const GENERATED: &str = "<!-- Written by `cargo xtask docs` from the adapters' rules; do not edit. -->\n";

fn rules() -> String {
    let intro = "What each PG is documented to refuse, corrupt, alter or ignore. A request that breaks a rule of severity \
                 **reject** is refused\nbefore a byte leaves; **advise** lets it go on and tells the caller. A code never \
                 changes its meaning. A rule about a contract\nonly advises where the channel declares no `contracts`. At every V2 upstream V2-066 refuses the \
                 cancel of a carrier's\npayment of another month (KPN-080 where the PG pays it to an account), and advises against \
                 one by card after a year and by a\nwallet's own money after five.";
    let groups = ("Channel groups", rule_table(group_rules()));
    // A PG's adapters for both protocols share their rules.
    let mut told = BTreeSet::new();
    let pgs = profiles().filter(|profile| told.insert(profile.rule_prefix)).map(|profile| {
        (profile.display_name, rule_table(profile.rules.iter().chain([profile.capability_rule])))
    });
    let sections = [groups].into_iter().chain(pgs);
    let sections: Vec<String> = sections.map(|(title, table)| format!("\n## {title}\n\n{table}")).collect();
    format!("{GENERATED}\n# Rules\n\n{intro}\n{}", sections.concat())
}

fn rule_table<'a>(rules: impl Iterator<Item = &'a Rule>) -> String {
    let rows = rules.map(|rule| {
        let severity = match rule.severity {
            Severity::Reject => "reject",
            Severity::Advise => "advise",
        };
        [rule.code, severity, rule.reason, rule.source].map(str::to_owned).to_vec()
    });
    table(["code", "severity", "why", "source"].map(str::to_owned).to_vec(), rows)
}

fn support_matrix() -> String {
    let intro = "What each PG can be asked through this project, by pay method. `–`: its documents do not offer it, and a \
                 request is refused as\n`<PG>-CAP`. *no inquiry*: what became of a lost call cannot be asked and is settled \
                 by hand.";
    let row = |name: &str, of: &dyn Fn(&PgProfile) -> String| {
        [name.to_owned()].into_iter().chain(capable().map(of)).collect::<Vec<_>>()
    };
    let names = |first: &str| row(first, &|profile| profile.display_name.to_owned());
    let supports =
        commands().into_iter().map(|command| row(command.name(), &|profile| support(profile, command)));
    let facts = [
        row("provider", &|profile| format!("`{}`", profile.provider)),
        row("currencies", &currencies),
        row("payment id", &payment_id),
        row("partial cancel", &|profile| if profile.partial_cancel { "yes" } else { "no" }.to_owned()),
        row("rules", &|profile| profile.rules.len().to_string()),
    ];
    let supports = table(names("command"), supports);
    let facts = table(names("of a PG"), facts.into_iter());
    format!("{GENERATED}\n# Support matrix\n\n{intro}\n\n{supports}\n{facts}")
}

fn table(head: Vec<String>, rows: impl Iterator<Item = Vec<String>>) -> String {
    let rule = vec!["---".to_owned(); head.len()];
    let lines = [head, rule].into_iter().chain(rows);
    let lines = lines.map(|cells| cells.iter().map(|text| cell(text)).collect::<Vec<_>>().join(" | "));
    lines.fold(String::new(), |text, line| text + "| " + &line + " |\n")
}

/// Those of the matrix: one that has nothing at what it speaks only says why.
fn capable() -> impl Iterator<Item = &'static PgProfile> {
    profiles().filter(|profile| !profile.commands.is_empty())
}

fn profiles() -> impl Iterator<Item = &'static PgProfile> {
    registry().iter().map(|factory| factory.profile)
}

/// Every command some PG has, in the order of their names' declaration.
fn commands() -> BTreeSet<CommandKind> {
    profiles().flat_map(|profile| profile.commands).map(|support| support.command).collect()
}

fn support(profile: &PgProfile, command: CommandKind) -> String {
    let supports = profile.commands.iter().filter(|support| support.command == command);
    let cells: Vec<String> = supports
        .map(|support| {
            let methods: Vec<&str> = support.methods.iter().copied().map(PayMethod::code).collect();
            let methods = if methods.is_empty() { "yes".to_owned() } else { methods.join(", ") };
            // A schedule is checked when it is made and never sent.
            let is_asked = command != CommandKind::Schedule;
            if is_asked && !support.inquiry { format!("{methods} (*no inquiry*)") } else { methods }
        })
        .collect();
    if cells.is_empty() { "–".to_owned() } else { cells.join("; ") }
}

fn currencies(profile: &PgProfile) -> String {
    match &profile.currencies {
        Currencies::Any => "any".to_owned(),
        Currencies::Only(only) => only.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
    }
}

fn payment_id(profile: &PgProfile) -> String {
    let length = profile.payment_id.length_max.map(|length| format!("at most {length} characters"));
    let alphabet = profile.payment_id.alphanumeric.then(|| "ASCII letters and digits".to_owned());
    let parts: Vec<String> = [length, alphabet].into_iter().flatten().collect();
    if parts.is_empty() { "any".to_owned() } else { parts.join(", ") }
}

/// A text as the cell of a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}
