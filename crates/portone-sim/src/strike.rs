//! Trouble where it hurts most: a gateway that dies or stands still right before a write or after a commit, with a PG's answer
//! in hand, or when its connection has just broken.

use crate::chance::Chance;
use crate::scheduler::{Scheduler, WORLD};
use crate::weather::Weather;

/// Now and then strikes the gateway whose turn it is: with the end of this turn.
pub(crate) fn strike(scheduler: &Scheduler, chance: &Chance, weather: &Weather) {
    let process = scheduler.running();
    if process == WORLD || !chance.percent(weather.strikes) {
        return;
    }
    if weather.has_crashes && chance.percent(50) {
        scheduler.crash_after(process, 1);
    } else if weather.has_freezes {
        scheduler.freeze_after(process, 1, weather.freeze(chance));
    }
}
