//! Each schedule is over, and was done once.

use std::collections::BTreeSet;

use portone_engine::ledger::{ScheduleStatus, Transaction};

use super::Books;

pub(super) fn check(books: &Books, found: &mut Vec<String>) {
    for schedule in &books.schedules {
        let payment = schedule.order.payment_id.as_str();
        let ours = books.ours.get(payment).map_or(&[][..], Vec::as_slice);
        let own: BTreeSet<&str> = ours
            .iter()
            .filter(|transaction| transaction.schedule_id.as_ref() == Some(&schedule.id))
            .map(|transaction| transaction.id.as_str())
            .collect();
        let charge_count = books
            .charges_of(payment)
            .filter(|charge| charge.charged > 0 && own.iter().any(|id| charge.marker.contains(id)))
            .count();
        let expected = match schedule.status {
            ScheduleStatus::Succeeded => 1,
            ScheduleStatus::Failed | ScheduleStatus::Revoked => 0,
            ScheduleStatus::Scheduled | ScheduleStatus::Started | ScheduleStatus::Pending => {
                found.push(format!(
                    "schedule {} of {payment} is still {}",
                    schedule.id,
                    schedule.status.code()
                ));
                continue;
            }
        };
        if charge_count != expected {
            let status = schedule.status.code();
            found.push(format!(
                "schedule {} of {payment} is {status} and was charged {charge_count} times",
                schedule.id
            ));
        }
        let is_of = |it: &&Transaction| it.schedule_id.as_ref() == Some(&schedule.id);
        if ours
            .iter()
            .filter(is_of)
            .any(|it| it.failure.as_ref().is_some_and(|why| why.reason.contains("deleted")))
        {
            found.push(format!("schedule {} of {payment} had its key deleted", schedule.id));
        }
        if schedule.status == ScheduleStatus::Failed && own.is_empty() {
            found.push(format!("schedule {} of {payment} failed, and no payment shows it", schedule.id));
        }
    }
}
