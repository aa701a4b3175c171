//! What one measurement yields, and how several become one.

use crate::statistics::{Latencies, median};

/// The figures of one measurement, or the medians of several.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Figures {
    /// Requests answered.
    pub(crate) count: u64,
    /// Requests answered a second.
    pub(crate) rate_per_s: u64,
    /// Median latency in nanoseconds.
    pub(crate) p50_ns: u64,
    /// 99th percentile of the latency in nanoseconds.
    pub(crate) p99_ns: u64,
    /// CPU time per request in nanoseconds, of each process that was watched, in their order.
    pub(crate) cpu_ns: Vec<u64>,
}

impl Figures {
    /// From latencies, the time they took together, and the CPU time of each watched process, in nanoseconds.
    pub(crate) fn new(latencies: Latencies, elapsed_ns: u64, cpu_ns: &[u64]) -> Self {
        let count = latencies.count();
        let [p50_ns, p99_ns] = latencies.percentiles([50, 99]);
        let per_request = |total: &u64| total / count.max(1);
        Self {
            count,
            rate_per_s: per_second(count, elapsed_ns),
            p50_ns,
            p99_ns,
            cpu_ns: cpu_ns.iter().map(per_request).collect(),
        }
    }

    /// The medians of each figure by itself; `None` of no measurement.
    pub(crate) fn median(all: &[&Self]) -> Option<Self> {
        let of = |figure: fn(&Self) -> u64| median(all.iter().map(|figures| figure(figures)));
        let watched = all.iter().map(|figures| figures.cpu_ns.len()).min()?;
        let cpu = |index: usize| median(all.iter().map(|figures| figures.cpu_ns[index]));
        Some(Self {
            count: of(|figures| figures.count)?,
            rate_per_s: of(|figures| figures.rate_per_s)?,
            p50_ns: of(|figures| figures.p50_ns)?,
            p99_ns: of(|figures| figures.p99_ns)?,
            cpu_ns: (0..watched).map(cpu).collect::<Option<_>>()?,
        })
    }
}

fn per_second(count: u64, elapsed_ns: u64) -> u64 {
    let rate = u128::from(count) * 1_000_000_000 / u128::from(elapsed_ns.max(1));
    u64::try_from(rate).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figures(values: [u64; 3], elapsed_ns: u64, cpu_ns: u64) -> Figures {
        let mut latencies = Latencies::default();
        for value in values {
            latencies.add(value);
        }
        Figures::new(latencies, elapsed_ns, &[cpu_ns])
    }

    #[test]
    fn rates_and_cpu_are_shared_out_over_the_requests() {
        let figures = figures([10, 20, 30], 500_000_000, 900);
        assert_eq!(figures, Figures { count: 3, rate_per_s: 6, p50_ns: 20, p99_ns: 30, cpu_ns: vec![300] });
    }

    #[test]
    fn each_median_is_taken_by_itself() {
        let all =
            [figures([1, 1, 1], 1_000, 30), figures([2, 2, 2], 3_000, 90), figures([3, 3, 3], 2_000, 60)];
        let median = Figures::median(&all.iter().collect::<Vec<_>>()).unwrap();
        assert_eq!((median.p50_ns, median.rate_per_s, median.cpu_ns), (2, 1_500_000, vec![20]));
        assert_eq!(Figures::median(&[]), None);
    }
}
