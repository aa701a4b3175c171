//! The circuit's figures, computed exactly from its code: the states it can be in are found by driving it, and the chain they
//! make is solved. Then recovery: canaries within their budget, back to normal in time, and what nothing may do.

#![allow(clippy::float_arithmetic)] // probabilities; money is elsewhere

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use portone_router::circuit::{
    ANSWERS_TO_CLOSE, CANARY_PASSED, CANARY_PAUSE, CANARY_PAUSE_DARK, Circuit, Passage, SCORE_OF_ANSWER,
    SCORE_OF_FAILURE, SCORE_OPEN, Seen, Turn,
};

fn at(millis: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::days(20_000) + TimeDelta::milliseconds(millis)
}

/// Random numbers from a seed (SplitMix64).
struct Seeded(u64);

impl Seeded {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, end: u64) -> u64 {
        u64::try_from((u128::from(self.next()) * u128::from(end)) >> 64).unwrap()
    }

    fn percent(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }
}

/// The circuit's closed states: where an answer and a failure lead from each; `None` is open. The first is a new circuit's.
struct Chain(Vec<[Option<usize>; 2]>);

impl Chain {
    fn of_the_code() -> Self {
        let mut numbers = BTreeMap::from([(0, 0)]);
        let (mut states, mut chain) = (vec![Circuit::default()], Vec::new());
        while chain.len() < states.len() {
            let from = states[chain.len()].clone();
            chain.push([Seen::Answer, Seen::Failure].map(|seen| {
                let mut next = from.clone();
                if next.observe(seen, at(0), at(0)) == Some(Turn::Opened) {
                    return None;
                }
                let number = *numbers.entry(next.score()).or_insert(states.len());
                if number == states.len() {
                    states.push(next);
                }
                Some(number)
            }));
        }
        Self(chain)
    }

    /// How many attempts it takes to open from each state, on average: one linear equation a state, solved by elimination.
    fn mean_until_open(&self, error_rate: f64) -> Vec<f64> {
        let count = self.0.len();
        let mut rows: Vec<Vec<f64>> = Vec::new();
        for (number, [answer, failure]) in self.0.iter().enumerate() {
            let mut row = vec![0.0; count + 1];
            row[number] += 1.0;
            for (next, rate) in [(answer, 1.0 - error_rate), (failure, error_rate)] {
                if let Some(next) = next {
                    row[*next] -= rate;
                }
            }
            row[count] = 1.0;
            rows.push(row);
        }
        eliminate(rows)
    }

    /// How probable it is that it has opened within `count` attempts, from new.
    fn open_within(&self, error_rate: f64, count: usize) -> f64 {
        let mut here = vec![0.0; self.0.len()];
        here[0] = 1.0;
        let mut open = 0.0;
        for _ in 0..count {
            let mut next = vec![0.0; here.len()];
            for (weight, [answer, failure]) in here.iter().zip(&self.0) {
                for (to, rate) in [(answer, 1.0 - error_rate), (failure, error_rate)] {
                    match to {
                        Some(to) => next[*to] += weight * rate,
                        None => open += weight * rate,
                    }
                }
            }
            here = next;
        }
        open
    }
}

/// Gauss–Jordan with pivoting: the last column is the right side.
fn eliminate(mut rows: Vec<Vec<f64>>) -> Vec<f64> {
    let count = rows.len();
    for at in 0..count {
        let pivot = (at..count).max_by(|a, b| rows[*a][at].abs().total_cmp(&rows[*b][at].abs())).unwrap();
        rows.swap(at, pivot);
        let pivot_row = rows[at].clone();
        for (number, row) in rows.iter_mut().enumerate().filter(|(number, _)| *number != at) {
            let factor = row[at] / pivot_row[at];
            assert!(factor.is_finite(), "row {number}");
            for (value, pivot) in row.iter_mut().zip(&pivot_row) {
                *value -= factor * pivot;
            }
        }
    }
    rows.iter().enumerate().map(|(at, row)| row[count] / row[at]).collect()
}

#[test]
fn the_weights_are_the_log_likelihood_ratios_of_60_against_5_percent() {
    let ratio = (0.95_f64 / 0.4).ln() / (0.6_f64 / 0.05).ln();
    let weights = f64::from(SCORE_OF_ANSWER) / f64::from(SCORE_OF_FAILURE);
    assert!((ratio - weights).abs() < 0.005, "{ratio} is not {weights}");
}

#[test]
fn a_total_outage_opens_after_five_failed_attempts() {
    let chain = Chain::of_the_code();
    println!("{} states", chain.0.len());
    assert!(chain.open_within(1.0, 4).abs() < 1e-12);
    assert!((chain.open_within(1.0, 5) - 1.0).abs() < 1e-12);
    let worst = chain.mean_until_open(1.0).into_iter().fold(0.0, f64::max);
    assert!((worst - 5.0).abs() < 1e-9, "from whatever was seen before, five are enough: {worst}");
}

#[test]
fn half_an_outage_opens_after_20_attempts_on_average_and_25_in_90_percent_of_runs() {
    let chain = Chain::of_the_code();
    let mean = chain.mean_until_open(0.5);
    let within = chain.open_within(0.5, 25);
    println!("mean {:.3}, within 25 attempts {within:.4}", mean[0]);
    assert!(mean.iter().all(|mean| *mean <= 20.0), "{mean:?}");
    assert!(within >= 0.9, "{within}");
    // The figures of docs/failover.md.
    assert!((mean[0] - 15.466).abs() < 0.001 && (within - 0.9070).abs() < 0.0001);
}

#[test]
fn five_percent_of_errors_open_at_most_once_in_a_million_attempts() {
    let mean = Chain::of_the_code().mean_until_open(0.05)[0];
    println!("attempts between false trips: {mean:.0}");
    assert!(mean >= 1e6, "{mean}");
    assert!((mean - 1.296e6).abs() < 1e3, "the figure of docs/failover.md: {mean}");
}

/// The same by trying: the chain is the circuit's own.
#[test]
fn the_computed_figures_are_what_happens() {
    const SEED: u64 = 0x0bad_cafe;
    const RUN_COUNT: u32 = 20_000;
    println!("seed {SEED:#x}");
    let mut random = Seeded(SEED);
    let (mut sum, mut within_25) = (0_u32, 0_u32);
    for _ in 0..RUN_COUNT {
        let mut circuit = Circuit::default();
        let mut count = 0;
        while circuit.open().is_none() {
            let seen = if random.percent(50) { Seen::Failure } else { Seen::Answer };
            circuit.observe(seen, at(0), at(0));
            count += 1;
        }
        sum += count;
        within_25 += u32::from(count <= 25);
    }
    let (mean, share) = (f64::from(sum) / f64::from(RUN_COUNT), f64::from(within_25) / f64::from(RUN_COUNT));
    // Five standard errors of 20,000 runs.
    assert!((mean - 15.466).abs() < 0.3, "{mean}");
    assert!((share - 0.907).abs() < 0.011, "{share}");
}

#[test]
fn a_buyers_decline_never_opens() {
    let mut circuit = Circuit::default();
    for _ in 0..4 {
        circuit.observe(Seen::Failure, at(0), at(0));
    }
    for _ in 0..1_000 {
        assert_eq!(circuit.observe(Seen::Answer, at(0), at(0)), None);
    }
    assert_eq!((circuit.score(), circuit.tally().answers), (0, 1_000));
}

fn opened(now: DateTime<Utc>) -> Circuit {
    let mut circuit = Circuit::default();
    for count in 1..=5 {
        let turn = circuit.observe(Seen::Failure, now, now);
        assert_eq!(turn, (count == 5).then_some(Turn::Opened));
    }
    circuit
}

#[test]
fn two_answers_in_a_row_to_payments_begun_since_close_it() {
    let mut circuit = opened(at(1_000));
    for _ in 0..10 {
        assert_eq!(circuit.observe(Seen::Answer, at(999), at(2_000)), None, "it was under way before");
    }
    assert_eq!(circuit.observe(Seen::Answer, at(1_000), at(2_000)), None);
    assert_eq!(circuit.observe(Seen::Failure, at(1_500), at(2_000)), None);
    assert_eq!(circuit.observe(Seen::Answer, at(3_000), at(4_000)), None, "a failure was between");
    assert_eq!(circuit.observe(Seen::Answer, at(3_000), at(4_000)), Some(Turn::Closed));
    assert_eq!((circuit.passage(at(4_000)), circuit.score()), (Passage::Free, 0));
    assert_eq!(circuit.tally().trips, 1);
}

#[test]
fn a_canary_waits_for_15_seconds_and_three_payments() {
    let mut circuit = opened(at(0));
    for _ in 0..3 {
        assert!(!circuit.take_canary(at(60_000)));
        circuit.pass();
    }
    assert_eq!(circuit.passage(at(14_999)), Passage::Barred);
    assert_eq!(circuit.passage(at(15_000)), Passage::Canary);
    assert!(circuit.take_canary(at(15_000)));
    assert!(!circuit.take_canary(at(15_000)), "one of those that were told so at once");
    circuit.observe(Seen::Answer, at(15_000), at(15_100));
    assert_eq!(circuit.passage(at(29_999)), Passage::Barred);
    assert_eq!(circuit.passage(at(30_000)), Passage::Canary, "after an answer, time alone will do");
}

#[test]
fn one_in_a_hundred_is_a_canary_however_fast_they_come() {
    let mut circuit = opened(at(0));
    for _ in 0..CANARY_PASSED {
        assert!(!circuit.take_canary(at(10)));
        circuit.pass();
    }
    assert!(circuit.take_canary(at(10)));
}

#[test]
fn failing_probes_hold_canaries_back_and_not_for_ever() {
    let mut circuit = opened(at(0));
    (0..200).for_each(|_| circuit.pass());
    assert!(circuit.take_probe(at(0)));
    assert!(!circuit.take_probe(at(4_999)));
    circuit.probed(Seen::Failure, at(100));
    assert!(circuit.is_dark(at(29_999)));
    assert!(!circuit.is_dark(at(30_100)), "whoever stops probing stops believing it");
    let late = CANARY_PAUSE_DARK.num_milliseconds();
    assert!(!circuit.take_canary(at(late - 1)));
    assert_eq!(circuit.passage(at(late)), Passage::Canary);
    assert!(circuit.take_probe(at(5_000)));
    circuit.probed(Seen::Answer, at(5_100));
    assert!(!circuit.is_dark(at(5_100)));
    assert!(circuit.take_canary(at(15_000)), "a probe was answered");
}

#[test]
fn a_closed_circuit_is_not_probed() {
    let mut circuit = Circuit::default();
    assert!(!circuit.take_probe(at(0)) && !circuit.take_canary(at(0)));
    circuit.probed(Seen::Failure, at(0));
    circuit.pass();
    assert_eq!(circuit, Circuit::default());
}

/// An outage at one of two channels of equal weight, at some rate; then it heals. Payments come at random moments.
struct Outage {
    circuit: Circuit,
    random: Seeded,
    now_ms: i64,
    pause_ms: u64,
    /// When each canary went, and how many payments had been drawn elsewhere before it.
    canaries: Vec<(i64, u64)>,
    passed: u64,
}

impl Outage {
    fn new(seed: u64, per_minute: u64) -> Self {
        let pause_ms = 60_000 / per_minute;
        let canaries = Vec::new();
        Self { circuit: opened(at(0)), random: Seeded(seed), now_ms: 0, pause_ms, canaries, passed: 0 }
    }

    /// The next payment: whether it closes the circuit. `reads` and `works` say whether probes and payments are answered.
    fn pay(&mut self, reads: bool, works: bool) -> bool {
        self.now_ms += i64::try_from(self.random.below(2 * self.pause_ms + 1)).unwrap();
        let now = at(self.now_ms);
        if self.circuit.take_probe(now) {
            self.circuit.probed(if reads { Seen::Answer } else { Seen::Failure }, now);
        }
        let passage = self.circuit.passage(now);
        let is_drawn = self.random.percent(50);
        if passage == Passage::Barred || !is_drawn {
            self.circuit.pass();
            self.passed += 1;
            return false;
        }
        assert!(self.circuit.take_canary(now));
        self.canaries.push((self.now_ms, self.passed));
        self.circuit.observe(if works { Seen::Answer } else { Seen::Failure }, now, now) == Some(Turn::Closed)
    }
}

#[test]
fn canaries_are_at_most_one_percent_or_one_in_15_seconds() {
    for (seed, per_minute) in (1..).zip([1, 10, 100, 399, 401, 1_000, 10_000]) {
        println!("seed {seed}, {per_minute} a minute");
        let mut outage = Outage::new(seed, per_minute);
        for _ in 0..50_000 {
            outage.pay(true, false);
        }
        assert!(outage.canaries.len() > 100, "{} canaries", outage.canaries.len());
        for pair in outage.canaries.windows(2) {
            let (time, passed) = (pair[1].0 - pair[0].0, pair[1].1 - pair[0].1);
            let is_within = time >= CANARY_PAUSE.num_milliseconds() || passed >= u64::from(CANARY_PASSED);
            assert!(is_within, "{time} ms and {passed} payments after the last");
        }
    }
}

#[test]
fn back_to_normal_within_60_seconds_or_two_canaries() {
    let mut slowest = BTreeMap::new();
    for (seed, per_minute) in (1..=200).flat_map(|seed| [1, 10, 100, 1_000].map(|rate| (seed, rate))) {
        let mut outage = Outage::new(seed, per_minute);
        while outage.now_ms < 3_600_000 {
            outage.pay(false, false);
        }
        let (healed_ms, before) = (outage.now_ms, outage.canaries.len());
        while !outage.pay(true, true) {}
        let canaries = outage.canaries.len() - before;
        assert_eq!(canaries, usize::try_from(ANSWERS_TO_CLOSE).unwrap(), "seed {seed}");
        let took: &mut i64 = slowest.entry(per_minute).or_default();
        *took = (*took).max(outage.now_ms - healed_ms);
    }
    println!("slowest recovery by payments a minute, ms: {slowest:?}");
    assert!(slowest[&100] <= 60_000 && slowest[&1_000] <= 60_000, "{slowest:?}");
}

/// Whatever comes in whatever order: it is open exactly from `Opened` to `Closed`, and a closed one has not reached its score.
#[test]
fn random_histories_keep_the_state_machine_whole() {
    for seed in 1..=500 {
        let mut random = Seeded(seed);
        let (mut circuit, mut is_open, mut now_ms) = (Circuit::default(), false, 0_i64);
        for _ in 0..2_000 {
            now_ms += i64::try_from(random.below(2_000)).unwrap();
            let (now, begun_at) = (at(now_ms), at(now_ms - i64::try_from(random.below(70_000)).unwrap()));
            let seen = if random.percent(40) { Seen::Failure } else { Seen::Answer };
            match random.below(6) {
                0 => circuit.pass(),
                1 => circuit.probed(seen, now),
                2 => drop(circuit.take_probe(now)),
                3 => {
                    let may = circuit.passage(now) == Passage::Canary;
                    assert_eq!(circuit.take_canary(now), may, "seed {seed}");
                }
                _ => {
                    if let Some(turn) = circuit.observe(seen, begun_at, now) {
                        assert_eq!(turn == Turn::Opened, !is_open, "seed {seed}");
                        is_open = !is_open;
                    }
                }
            }
            assert_eq!(circuit.open().is_some(), is_open, "seed {seed}");
            assert!(is_open || circuit.score() < SCORE_OPEN, "seed {seed}");
            assert!(is_open || circuit.passage(now) == Passage::Free, "seed {seed}");
        }
    }
}
