//! Latencies and medians, in integers.

/// Latencies in nanoseconds, all of them: a run is short enough to keep each.
#[derive(Debug, Default)]
pub(crate) struct Latencies(Vec<u64>);

impl Latencies {
    /// Adds one.
    pub(crate) fn add(&mut self, nanoseconds: u64) {
        self.0.push(nanoseconds);
    }

    /// Takes another's in.
    pub(crate) fn append(&mut self, mut other: Self) {
        self.0.append(&mut other.0);
    }

    /// How many there are.
    pub(crate) fn count(&self) -> u64 {
        self.0.len() as u64
    }

    /// The least latency that this part of all, in hundredths, does not exceed; 0 without any.
    pub(crate) fn percentiles<const N: usize>(mut self, hundredths: [usize; N]) -> [u64; N] {
        self.0.sort_unstable();
        hundredths.map(|part| {
            let rank = (self.0.len() * part).div_ceil(100);
            self.0.get(rank.saturating_sub(1)).copied().unwrap_or(0)
        })
    }
}

/// The middle value, of an even count the lower one; `None` without any.
pub(crate) fn median(values: impl IntoIterator<Item = u64>) -> Option<u64> {
    let mut values: Vec<u64> = values.into_iter().collect();
    values.sort_unstable();
    values.get(values.len().checked_sub(1)? / 2).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_values_that_occurred() {
        let mut latencies = Latencies::default();
        for value in (1..=100).rev() {
            latencies.add(value);
        }
        assert_eq!(latencies.percentiles([50, 99, 100]), [50, 99, 100]);
        let mut one = Latencies::default();
        one.add(7);
        assert_eq!(one.percentiles([50, 99]), [7, 7]);
        assert_eq!(Latencies::default().percentiles([50]), [0]);
    }

    #[test]
    fn the_median_is_the_middle_value() {
        assert_eq!(median([9, 1, 5]), Some(5));
        assert_eq!(median([4, 2]), Some(2));
        assert_eq!(median([]), None);
    }
}
