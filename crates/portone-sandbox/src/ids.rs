//! Ids drawn from a counter, so that the same requests always meet the same ids.

use serde::{Deserialize, Serialize};

/// A source of UUID-shaped ids; the n-th id depends on the seed and on n only.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct IdSource {
    seed: u64,
    drawn_count: u64,
}

impl IdSource {
    pub(crate) fn new(seed: u64) -> Self {
        Self { seed, drawn_count: 0 }
    }

    /// How many ids were drawn; a journal keeps it so that a restart repeats none.
    pub(crate) fn drawn_count(&self) -> u64 {
        self.drawn_count
    }

    /// Moves forward to `drawn_count`; never back.
    pub(crate) fn skip_to(&mut self, drawn_count: u64) {
        self.drawn_count = self.drawn_count.max(drawn_count);
    }

    /// The next id, shaped like a version 4 UUID.
    pub(crate) fn uuid(&mut self) -> String {
        let (high, low) = self.draw();
        let high = (high & 0xffff_ffff_ffff_0fff) | 0x4000;
        let low = (low & 0x3fff_ffff_ffff_ffff) | 0x8000_0000_0000_0000;
        format!(
            "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
            high >> 32,
            (high >> 16) & 0xffff,
            high & 0xffff,
            low >> 48,
            low & 0xffff_ffff_ffff
        )
    }

    /// A PG's own transaction number: a prefix and 20 hexadecimal digits.
    pub(crate) fn pg_number(&mut self, prefix: &str) -> String {
        let (high, low) = self.draw();
        format!("{prefix}{:016X}{:04X}", high, low & 0xffff)
    }

    /// `digit_count` decimal digits, at most 18, for account and approval numbers.
    pub(crate) fn digits(&mut self, digit_count: u32) -> String {
        let (high, _) = self.draw();
        decimal(high, digit_count)
    }

    fn draw(&mut self) -> (u64, u64) {
        self.drawn_count += 1;
        let base = mix(self.seed ^ 0x706f_7274_6f6e_6532).wrapping_add(self.drawn_count);
        (mix(base), mix(base ^ 0x5bd1_e995_9e37_79b9))
    }
}

/// Digits that depend on the words alone, for fixed account numbers (SMARTRO-104).
pub(crate) fn digits_of(words: &[&str], digit_count: u32) -> String {
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    for word in words {
        for byte in word.bytes().chain([0]) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
    decimal(mix(hash), digit_count)
}

fn decimal(number: u64, digit_count: u32) -> String {
    let width = digit_count as usize;
    format!("{:0width$}", number % 10_u64.pow(digit_count))
}

/// The finaliser of SplitMix64: a bijection that spreads every bit.
fn mix(value: u64) -> u64 {
    let value = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}
