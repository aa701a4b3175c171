//! What goes wrong in one world, and how often. Each kind of trouble is left out of about half of all worlds, so that no
//! kind hides another.

use chrono::TimeDelta;

use crate::chance::Chance;
use crate::world::SECOND;

/// How long gateways stand still: some go on before others take up what they do, some after.
const FREEZE_SECONDS: (i64, i64) = (1, 150);
/// Longer than a request's time under its key (85 s): the next one with that key always takes it up.
const LONG_FREEZE_SECONDS: (i64, i64) = (86, 300);

/// Shares are of a hundred.
#[derive(Debug)]
pub(crate) struct Weather {
    pub(crate) gateway_count: usize,
    pub(crate) shop_count: usize,
    /// Requests to a PG: refused connections, lost on the way there, lost on the way back, booked after the caller has
    /// given up, slow, answered with an error or garbage, declined for no reason.
    pub(crate) refused: u64,
    pub(crate) lost_before: u64,
    pub(crate) lost_after: u64,
    pub(crate) late: u64,
    pub(crate) slow: u64,
    pub(crate) upset: u64,
    pub(crate) declined: u64,
    /// Whether all PGs are out of reach for some minutes.
    pub(crate) has_outage: bool,
    /// Writes that fail before the commit, and after it; reads that fail.
    pub(crate) commit_lost: u64,
    pub(crate) commit_torn: u64,
    pub(crate) read_failed: u64,
    /// Whether gateways crash, and whether they stand still for a while.
    pub(crate) has_crashes: bool,
    pub(crate) has_freezes: bool,
    /// How many seconds they stand still: at least, and at most.
    pub(crate) freeze_seconds: (i64, i64),
    /// How often they do so right before a write, after a commit, or with a PG's answer in hand.
    pub(crate) strikes: u64,
    /// Notifications of the PGs: lost, sent twice, late.
    pub(crate) notice_lost: u64,
    pub(crate) notice_copied: u64,
    pub(crate) notice_late: u64,
    /// Webhooks that the shops do not take, or take without saying so.
    pub(crate) hook_failed: u64,
    /// How far the gateways' clocks are off at most, in milliseconds, and whether they jump.
    pub(crate) skew_ms_max: i64,
    /// How often a shop gives up waiting, and how often it asks twice at once.
    pub(crate) impatient: u64,
    pub(crate) doubled: u64,
    /// Whether weights change and channels are switched off meanwhile.
    pub(crate) has_changes: bool,
    /// Whether the group has a failover policy, and whether an outage is one channel's alone.
    pub(crate) has_failover: bool,
    pub(crate) is_outage_of_one: bool,
    /// Whether one of the channels is at a V1 upstream, which knows no idempotency keys.
    pub(crate) has_v1: bool,
    /// Whether shops open payment windows.
    pub(crate) has_windows: bool,
    /// Whether their keys are issued in windows, too.
    pub(crate) has_key_windows: bool,
    /// Whether they issue cash receipts of what was paid elsewhere.
    pub(crate) has_receipts: bool,
    /// Whether they have a promotion, and whether a cancel gives back to its budget.
    pub(crate) has_promotion: bool,
    pub(crate) recovers_budget: bool,
    /// Whether the V1 upstream, or anybody else, tells of its payments, truly or not: its messages are not signed.
    pub(crate) has_rumours: bool,
    /// Whether payers leave a window open in one tab, open another, and pay in the first.
    pub(crate) has_tabs: bool,
    /// Whether shops go on asking under one key for as long as it takes, always of the same gateway, which stands still in the
    /// midst of it.
    pub(crate) is_stubborn: bool,
}

impl Weather {
    /// One gateway, and nothing goes wrong by itself.
    pub(crate) fn calm(chance: &Chance) -> Self {
        Self {
            gateway_count: 1,
            shop_count: usize::try_from(chance.between(1, 2)).unwrap_or(1),
            refused: 0,
            lost_before: 0,
            lost_after: 0,
            late: 0,
            slow: 0,
            upset: 0,
            declined: 0,
            has_outage: false,
            commit_lost: 0,
            commit_torn: 0,
            read_failed: 0,
            has_crashes: false,
            has_freezes: false,
            freeze_seconds: FREEZE_SECONDS,
            strikes: 0,
            notice_lost: 0,
            notice_copied: 0,
            notice_late: 0,
            hook_failed: 0,
            skew_ms_max: 0,
            impatient: 0,
            doubled: 0,
            has_changes: false,
            has_failover: false,
            is_outage_of_one: false,
            has_v1: false,
            has_windows: false,
            has_key_windows: false,
            has_receipts: false,
            has_promotion: false,
            recovers_budget: false,
            has_rumours: false,
            has_tabs: false,
            is_stubborn: false,
        }
    }

    /// The weather of a world.
    pub(crate) fn new(chance: &Chance) -> Self {
        let some = |most: u64| if chance.percent(50) { chance.between(1, most) } else { 0 };
        let often = |share: u64| chance.percent(share);
        let weather = Self {
            gateway_count: usize::try_from(chance.between(1, 3)).unwrap_or(1),
            shop_count: usize::try_from(chance.between(1, 4)).unwrap_or(1),
            refused: some(25),
            lost_before: some(25),
            lost_after: some(35),
            late: some(20),
            slow: some(20),
            upset: some(25),
            declined: some(15),
            has_outage: often(15),
            commit_lost: some(8),
            commit_torn: some(8),
            read_failed: some(3),
            has_crashes: often(60),
            has_freezes: often(50),
            freeze_seconds: if often(30) { LONG_FREEZE_SECONDS } else { FREEZE_SECONDS },
            notice_lost: some(60),
            notice_copied: some(50),
            notice_late: some(60),
            hook_failed: some(60),
            skew_ms_max: if often(40) { chance.amount(1, 1_000) } else { 0 },
            impatient: some(50),
            doubled: some(40),
            has_changes: often(50),
            has_failover: often(50),
            is_outage_of_one: often(50),
            strikes: some(8),
            // The last that are drawn: the other worlds stay what they were.
            has_v1: often(35),
            has_windows: often(35),
            has_key_windows: often(35),
            has_receipts: often(25),
            has_promotion: often(35),
            recovers_budget: often(50),
            has_rumours: often(50),
            has_tabs: often(50),
            is_stubborn: often(20),
        };
        if weather.is_stubborn {
            let lost_before = weather.lost_before.max(15);
            return Self { has_freezes: true, freeze_seconds: LONG_FREEZE_SECONDS, lost_before, ..weather };
        }
        weather
    }

    /// How long a gateway stands still this time.
    pub(crate) fn freeze(&self, chance: &Chance) -> TimeDelta {
        let (least, most) = self.freeze_seconds;
        TimeDelta::seconds(chance.amount(least, most))
    }

    /// Whether a channel is at the V1 upstream.
    pub(crate) fn is_v1(&self, place: usize) -> bool {
        self.has_v1 && place == SECOND
    }
}
