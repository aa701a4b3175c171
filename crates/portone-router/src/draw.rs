//! The draw: one random number falls on one channel. Integer arithmetic only, so that a replay is bit for bit.

/// The index that `draw` falls on, where each index owns a part of the 64-bit range in proportion to its weight.
/// `None` when no weight is positive.
///
/// The parts differ from the exact proportion by less than the sum of the weights in 2^64. Allocates nothing.
pub fn weighted_index(weights: &[u32], draw: u64) -> Option<usize> {
    pick(weights.iter().copied(), draw)
}

/// [`weighted_index`] over weights that are not in a slice.
pub(crate) fn pick(weights: impl Iterator<Item = u32> + Clone, draw: u64) -> Option<usize> {
    let total: u64 = weights.clone().map(u64::from).sum();
    let point = (u128::from(draw) * u128::from(total)) >> u64::BITS;
    let mut end = 0_u128;
    for (at, weight) in weights.enumerate() {
        end += u128::from(weight);
        if point < end {
            return Some(at);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_range_is_cut_exactly_at_the_weights() {
        let quarter = 1_u64 << 62;
        let weights = [1, 0, 3];
        assert_eq!(weighted_index(&weights, 0), Some(0));
        assert_eq!(weighted_index(&weights, quarter - 1), Some(0));
        assert_eq!(weighted_index(&weights, quarter), Some(2));
        assert_eq!(weighted_index(&weights, u64::MAX), Some(2));
    }

    #[test]
    fn nothing_is_drawn_from_nothing() {
        assert_eq!(weighted_index(&[], 7), None);
        assert_eq!(weighted_index(&[0, 0], 7), None);
    }

    #[test]
    fn the_largest_weights_do_not_overflow() {
        assert_eq!(weighted_index(&[u32::MAX; 10], u64::MAX), Some(9));
        assert_eq!(weighted_index(&[u32::MAX; 10], 0), Some(0));
    }
}
