//! A few hundred seeds as a test, and the promise that one seed is one history.

use portone_sim::{run, run_crashing};

/// How many seeds a test plays; `cargo xtask sim` plays ten thousand.
const SEED_COUNT: u64 = 120;

#[test]
fn one_seed_is_one_history_byte_for_byte() {
    for seed in [1, 7, 42, 20_261_121] {
        let (first, second) = (run(seed, true), run(seed, true));
        assert!(first.lines.len() > 50, "seed {seed} has a history");
        assert_eq!(first.lines, second.lines, "seed {seed}");
        assert_eq!(first, second, "seed {seed}");
    }
    assert_ne!(run(1, false).hash, run(2, false).hash, "another seed is another history");
}

/// In two threads, as the command plays them: nothing is shared between seeds.
#[test]
fn no_seed_goes_wrong() {
    let play = |first: u64| {
        let mut payments = 0;
        for seed in (first..=SEED_COUNT).step_by(2) {
            let run = run(seed, false);
            let end = run.lines.join("\n");
            assert!(run.violations.is_empty(), "{end}\nseed {seed}: {:#?}", run.violations);
            payments += run.payment_count;
        }
        payments
    };
    let payments: usize = std::thread::scope(|scope| {
        let other = scope.spawn(|| play(2));
        play(1) + other.join().expect("the other half goes well")
    });
    assert!(payments > 300, "{payments} payments in {SEED_COUNT} seeds");
}

/// One gateway, shops that pay, cancel, issue and schedule, and a crash at each await point in turn.
#[test]
fn a_crash_at_any_await_point_loses_nothing() {
    for seed in [3, 5] {
        for step_count in (1..=480).step_by(8) {
            let run = run_crashing(seed, step_count);
            let end = run.lines.join("\n");
            assert!(
                run.violations.is_empty(),
                "{end}\nseed {seed}, step {step_count}: {:#?}",
                run.violations
            );
        }
    }
}
