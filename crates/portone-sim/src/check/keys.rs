//! Billing keys are known on both sides, or on neither.

use std::collections::BTreeSet;
use std::sync::Arc;

use portone_core::BillingKey;
use portone_engine::event::{EventKind, EventSubject};
use portone_engine::ledger::{BillingKeyRecord, BillingKeyStatus, KeyChannelState};
use portone_engine::port::StoreError;

use super::{Books, PgKey};
use crate::book::{Answer, Done};
use crate::world::World;

pub(super) async fn check(
    books: &Books,
    world: &Arc<World>,
    found: &mut Vec<String>,
) -> Result<(), StoreError> {
    let mut names: BTreeSet<String> = BTreeSet::new();
    for (_, event) in &books.events {
        if let EventSubject::BillingKey(key) = &event.subject {
            names.insert(key.to_string());
        }
    }
    for asked in world.book().asked() {
        if let Some(Answer::Done(Done::Issued { key } | Done::KeyOpened { key, .. })) = &asked.answer {
            names.insert(key.clone());
        }
    }
    let mut records = Vec::new();
    for name in names {
        let Ok(key) = name.parse::<BillingKey>() else { continue };
        match books.engine.store().billing_key(&books.store, &key).await? {
            Some(record) => records.push(record),
            None => found.push(format!("billing key {key} was told of and is not on record")),
        }
    }
    for record in &records {
        check_record(books, record, found);
    }
    for theirs in books.keys.iter().filter(|key| key.is_issued) {
        if !records.iter().any(|record| holds(record, theirs)) {
            found.push(format!("a PG holds a billing key that we do not: {theirs:?}"));
        }
    }
    Ok(())
}

fn holds(record: &BillingKeyRecord, theirs: &PgKey) -> bool {
    record.channels.iter().any(|part| {
        part.channel.key.as_str() == theirs.channel
            && matches!(&part.state, KeyChannelState::Issued(key) if key.expose() == theirs.key)
    })
}

fn check_record(books: &Books, record: &BillingKeyRecord, found: &mut Vec<String>) {
    let name = &record.key;
    let kind = match record.status {
        BillingKeyStatus::Pending => {
            found.push(format!("unsettled: billing key {name} is pending"));
            None
        }
        BillingKeyStatus::Issued => Some(EventKind::BillingKeyIssued),
        BillingKeyStatus::Failed => Some(EventKind::BillingKeyFailed),
        BillingKeyStatus::Deleted => Some(EventKind::BillingKeyDeleted),
    };
    let is_of = |subject: &EventSubject| matches!(subject, EventSubject::BillingKey(key) if key == name);
    if let Some(kind) = kind
        && !books.events.iter().any(|(_, event)| event.kind == kind && is_of(&event.subject))
    {
        found.push(format!("not announced: billing key {name} is {:?}", record.status));
    }
    for part in &record.channels {
        let channel = part.channel.key.as_str();
        match &part.state {
            KeyChannelState::Pending => found.push(format!("unsettled: {name} at {channel} is pending")),
            KeyChannelState::Issued(key) => {
                let known = |it: &PgKey| it.key == key.expose() && it.channel == channel && it.is_issued;
                if !books.keys.iter().any(known) {
                    found.push(format!("billing key {name} is issued here, and not at {channel}"));
                }
                if record.status != BillingKeyStatus::Issued {
                    found.push(format!("billing key {name} is {:?}, and {channel} holds it", record.status));
                }
            }
            KeyChannelState::Failed(_) | KeyChannelState::Deleted => {}
        }
    }
}
