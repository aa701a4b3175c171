//! Random numbers from a seed, and nothing else: each part of the world has a stream of its own, so that what one part
//! draws does not move what another draws.

use std::sync::atomic::{AtomicU64, Ordering};

use portone_engine::port::Random;

const STEP: u64 = 0x9E37_79B9_7F4A_7C15;

/// A stream of random numbers (splitmix64).
#[derive(Debug)]
pub(crate) struct Chance(AtomicU64);

impl Chance {
    /// The stream of this name in the world of this seed.
    pub(crate) fn new(seed: u64, name: &str) -> Self {
        let named = name.bytes().fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
        });
        Self(AtomicU64::new(mixed(seed.wrapping_mul(STEP) ^ named)))
    }

    /// A number below `bound`; 0 where that is 0.
    pub(crate) fn below(&self, bound: u64) -> u64 {
        let product = u128::from(self.next_u64()) * u128::from(bound);
        u64::try_from(product >> 64).unwrap_or(0)
    }

    /// A number from `least` to `most`, both included.
    pub(crate) fn between(&self, least: u64, most: u64) -> u64 {
        least + self.below(most.saturating_sub(least) + 1)
    }

    /// As [`Self::between`], for amounts and milliseconds.
    pub(crate) fn amount(&self, least: i64, most: i64) -> i64 {
        let span = u64::try_from(most.saturating_sub(least)).unwrap_or(0);
        least + i64::try_from(self.below(span + 1)).unwrap_or(0)
    }

    /// Whether something happens that happens in so many of a hundred cases.
    pub(crate) fn percent(&self, share: u64) -> bool {
        self.below(100) < share
    }

    /// A place in a list of this length; 0 where it is empty.
    pub(crate) fn index(&self, length: usize) -> usize {
        usize::try_from(self.below(length as u64)).unwrap_or(0)
    }

    /// One of several.
    pub(crate) fn pick<'a, T>(&self, choices: &'a [T]) -> &'a T {
        &choices[self.index(choices.len())]
    }
}

impl Random for Chance {
    fn next_u64(&self) -> u64 {
        mixed(self.0.fetch_add(STEP, Ordering::Relaxed).wrapping_add(STEP))
    }
}

fn mixed(state: u64) -> u64 {
    let mixed = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^ (mixed >> 31)
}
