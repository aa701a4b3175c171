//! The report in Markdown, ready for `docs/performance.md`.

use std::fmt::Write as _;

use crate::format::{decimal, microseconds, milliseconds, thousands};
use crate::measure::Figures;
use crate::run::{Footprint, Load, Plan, Round, Subject};
use crate::statistics::median;

/// More work of others than this makes figures provisional; a quiet system takes a few percent.
const OTHERS_PERCENT_MAX: u64 = 10;

/// The tables of a run.
pub(crate) fn markdown(machine: &str, others_percent: u64, plan: &Plan, rounds: &[Round]) -> String {
    let medians = Medians { rounds };
    let mut text = String::new();
    let _ = writeln!(text, "Machine: {machine}; other work took {others_percent} % of it meanwhile.\n");
    if others_percent > OTHERS_PERCENT_MAX {
        text.push_str("**The machine was busy with other work: these figures are provisional.**\n\n");
    }
    let _ = writeln!(
        text,
        "Medians of {} round(s); closed loops of {} s each, reference and gateway taking turns.\n",
        plan.round_count,
        decimal(plan.span.window.as_secs(), 1, 0),
    );
    write_rows(&mut text, &medians);
    write_targets(&mut text, &medians);
    write_footprint(&mut text, &medians);
    text
}

/// One of the latencies of some figures.
type Percentile = fn(&Figures) -> u64;

/// The rounds, read as one: all have the same rows in the same order.
struct Medians<'a> {
    rounds: &'a [Round],
}

impl Medians<'_> {
    fn rows(&self) -> impl Iterator<Item = (Subject, Load, Figures)> {
        let first = self.rounds.first().map_or(&[][..], |round| &round.rows);
        first.iter().filter_map(|row| Some((row.subject, row.load, self.figures(row.subject, row.load)?)))
    }

    fn figures(&self, subject: Subject, load: Load) -> Option<Figures> {
        let all: Vec<&Figures> =
            self.rounds.iter().filter_map(|round| figures_in(round, subject, load)).collect();
        Figures::median(&all)
    }

    /// The gateway's rate as a part of the reference's, in hundredths: the median of the rounds' own ratios, since the
    /// two took turns.
    fn ratio_percent(&self, load: Load) -> Option<u64> {
        median(self.rounds.iter().filter_map(|round| {
            let gateway = figures_in(round, Subject::Gateway, load)?.rate_per_s;
            let reference = figures_in(round, Subject::Reference, load)?.rate_per_s;
            (gateway * 100).checked_div(reference)
        }))
    }

    /// What the gateway adds to its upstream's own latency, in nanoseconds.
    fn added_ns(&self, load: Load, percentile: Percentile) -> Option<u64> {
        median(self.rounds.iter().filter_map(|round| {
            let gateway = percentile(figures_in(round, Subject::Gateway, load)?);
            let sandbox = percentile(figures_in(round, Subject::Sandbox, load)?);
            Some(gateway.saturating_sub(sandbox))
        }))
    }

    fn footprint(&self, figure: fn(&Footprint) -> u64) -> u64 {
        median(self.rounds.iter().map(|round| figure(&round.footprint))).unwrap_or_default()
    }
}

fn figures_in(round: &Round, subject: Subject, load: Load) -> Option<&Figures> {
    let row = round.rows.iter().find(|row| row.subject == subject && row.load == load)?;
    Some(&row.figures)
}

fn write_rows(text: &mut String, medians: &Medians<'_>) {
    text.push_str(
        "| what | load | rate /s | p50 ms | p99 ms | CPU µs | its upstream | generator | to reference |\n\
         |---|---|---:|---:|---:|---:|---:|---:|---:|\n",
    );
    for (subject, load, figures) in medians.rows() {
        let ratio = match (subject, load) {
            (Subject::Gateway, Load::Connections(_)) => medians.ratio_percent(load),
            _ => None,
        };
        let [own, upstream, generator] = cpu_columns(subject, &figures.cpu_ns);
        let cpu = |nanoseconds: Option<u64>| nanoseconds.map_or_else(String::new, microseconds);
        let _ = writeln!(
            text,
            "| {} | {} | {} | {} | {} | {} | {} | {} | {} |",
            subject_text(subject),
            load_text(load),
            thousands(figures.rate_per_s),
            milliseconds(figures.p50_ns),
            milliseconds(figures.p99_ns),
            cpu(own),
            cpu(upstream),
            cpu(generator),
            ratio.map_or_else(String::new, |percent| decimal(percent, 100, 2)),
        );
    }
    text.push_str(
        "\nCPU is user and system time per request, of the process itself, of the process it calls, and of the load \
         generator, which all share the machine. Latencies of a fixed rate count from when a request was due.\n\n",
    );
}

/// Own process, upstream, generator: the generator is watched last, except where it is the process itself.
fn cpu_columns(subject: Subject, cpu_ns: &[u64]) -> [Option<u64>; 3] {
    match (subject, cpu_ns) {
        (Subject::TwoCommits, [own]) => [Some(*own), None, None],
        (_, [own, generator]) => [Some(*own), None, Some(*generator)],
        (_, [own, upstream, generator]) => [Some(*own), Some(*upstream), Some(*generator)],
        _ => [None; 3],
    }
}

const fn subject_text(subject: Subject) -> &'static str {
    match subject {
        Subject::Gateway => "**gateway**, key-in payment through a group",
        Subject::Reference => "reference: intent, constant call, result",
        Subject::Sandbox => "sandbox asked directly",
        Subject::Constant => "constant answer",
        Subject::TwoCommits => "SQLite, two commits a payment, no batching",
    }
}

fn load_text(load: Load) -> String {
    match load {
        Load::Connections(1) => "1 connection".to_owned(),
        Load::Connections(count) => format!("{count} connections"),
        Load::Rate(rate) => format!("{} /s fixed", thousands(u64::from(rate))),
        Load::OfPeak => "60 % of its peak, fixed".to_owned(),
    }
}

fn write_targets(text: &mut String, medians: &Medians<'_>) {
    let (one, busy) = (Load::Connections(1), Load::Connections(32));
    text.push_str("| target | must | measured | |\n|---|---|---:|---|\n");
    let mut line = |what: &str, must: &str, measured: Option<(String, bool)>| {
        let (measured, is_met) = measured.unwrap_or_else(|| ("not measured".to_owned(), false));
        let verdict = if is_met { "met" } else { "**missed**" };
        let _ = writeln!(text, "| {what} | {must} | {measured} | {verdict} |");
    };
    let ratio = medians.ratio_percent(busy).map(|percent| (decimal(percent, 100, 2), percent >= 45));
    line("rate to the reference's, 32 connections", "≥ 0.45 (stretch 0.65)", ratio);
    let cpu = medians.figures(Subject::Gateway, busy).and_then(|figures| figures.cpu_ns.first().copied());
    line(
        "CPU per payment, 32 connections",
        "≤ 90 µs",
        cpu.map(|ns| (microseconds(ns) + " µs", ns <= 90_000)),
    );
    let latencies: [(&str, Load, Percentile, u64); 4] = [
        ("added latency, 1 connection, p50", one, |figures| figures.p50_ns, 800_000),
        ("added latency, 1 connection, p99", one, |figures| figures.p99_ns, 3_000_000),
        ("added latency, 32 connections, p50", busy, |figures| figures.p50_ns, 3_000_000),
        ("added latency, 32 connections, p99", busy, |figures| figures.p99_ns, 9_000_000),
    ];
    for (what, load, percentile, limit_ns) in latencies {
        let added = medians.added_ns(load, percentile);
        let measured = added.map(|added| (milliseconds(added) + " ms", added <= limit_ns));
        line(what, &format!("≤ {} ms", decimal(limit_ns, 1_000_000, 1)), measured);
    }
    let rest_kib = medians.footprint(|footprint| footprint.rest_kib);
    line("memory at rest", "≤ 32 MiB", Some((mebibytes(rest_kib), rest_kib <= 32 * 1024)));
    let loaded_kib = medians.footprint(|footprint| footprint.loaded_kib);
    line("memory after the load", "≤ 128 MiB", Some((mebibytes(loaded_kib), loaded_kib <= 128 * 1024)));
    let ready_ns = medians.footprint(|footprint| footprint.ready_full_ns);
    let ready = Some((milliseconds(ready_ns) + " ms", ready_ns <= 200_000_000));
    line("start to ready, on the round's ledger", "≤ 200 ms (at 1 M payments)", ready);
    let byte_count = medians.footprint(|footprint| footprint.bytes_per_payment);
    let disk = Some((format!("{} bytes", thousands(byte_count)), byte_count <= 2_000));
    line("disk a payment", "≤ 2,000 bytes (stretch 1,000)", disk);
    text.push('\n');
}

fn write_footprint(text: &mut String, medians: &Medians<'_>) {
    let payment_count = medians.footprint(|footprint| footprint.payment_count);
    text.push_str("| from the start of the process | answers | first payment answered |\n|---|---:|---:|\n");
    let ms = |figure: fn(&Footprint) -> u64| milliseconds(medians.footprint(figure)) + " ms";
    let _ = writeln!(
        text,
        "| on an empty folder | {} | {} |",
        ms(|footprint| footprint.ready_empty_ns),
        ms(|footprint| footprint.paid_empty_ns)
    );
    let _ = writeln!(
        text,
        "| on a ledger of {} payments | {} | {} |",
        thousands(payment_count),
        ms(|footprint| footprint.ready_full_ns),
        ms(|footprint| footprint.paid_full_ns)
    );
    text.push_str(
        "\nEvery answer was 200, and after each round the sandbox's ledger held exactly as many charges as were \
         answered.\n",
    );
}

fn mebibytes(kibibytes: u64) -> String {
    decimal(kibibytes, 1024, 1) + " MiB"
}
