//! Billing keys: issue at one channel or at every channel of a group, and delete.

use chrono::{DateTime, Utc};
use futures_util::future::join_all;
use portone_core::{
    Admitted, AttemptSubject, BillingKey, CallContext, CardFacts, Cause, ChannelKey, Command, CommandKind,
    Decline, DeleteBillingKey, Outcome, PayMethod, PgBillingKey, StoreId, admit,
};
use portone_router::{Purpose, Verdict};

use crate::call::{Answer, after_call, attempt};
use crate::engine::{Engine, made};
use crate::error::EngineError;
use crate::idempotency::may_be_own_doing;
use crate::ledger::{
    BillingKeyRecord, BillingKeyStatus, ChannelSnapshot, Face, GroupSnapshot, IssueResult, KeyChannel,
    KeyChannelState, KeyFailure, OpenAttempt, OpenSubject,
};
use crate::port::{Begin, StoreError};
use crate::request::{Caller, IssueBillingKeyRequest, Selector};
use crate::routing::Routing;

/// The PG code of a part whose outcome is not known yet.
pub const UNKNOWN_OUTCOME: &str = "UNKNOWN_OUTCOME";
/// The PG code of a part whose PG could not be reached.
pub const UNAVAILABLE: &str = "UNAVAILABLE";

/// Where a key is to be issued: the channels of its record, and those to ask.
struct Plan<'a> {
    group: Option<GroupSnapshot>,
    channels: Vec<KeyChannel>,
    tries: Vec<(ChannelKey, Admitted<'a>)>,
    decision: String,
}

impl Engine {
    /// Issues a billing key. With a group it is tried at every active channel, weight 0 included, and succeeds when one
    /// does (rules SR-060 to SR-064); the record tells which channels hold it.
    pub async fn issue_billing_key(
        &self,
        request: IssueBillingKeyRequest,
    ) -> Result<BillingKeyRecord, EngineError> {
        let caller = request.caller.clone();
        if caller.is_resumed()
            && let Some(told) = self.issued_before(&caller).await?
        {
            return told;
        }
        match self.issue_once(request).await {
            // Its gateway may have stood still until another took the request up again.
            Err(refusal) if may_be_own_doing(caller.operation.as_ref(), &refusal) => {
                let told = self.issued_before(&caller).await?;
                told.unwrap_or(Err(refusal))
            }
            told => told,
        }
    }

    /// What became of a key that the same request began to issue before; `None` where it never did.
    async fn issued_before(
        &self,
        caller: &Caller,
    ) -> Result<Option<Result<BillingKeyRecord, EngineError>>, StoreError> {
        let now = self.now();
        let begun = self.store.billing_key(&caller.store_id, &self.key_for(caller, now)).await?;
        Ok(match begun {
            Some(begun) => Some(self.tell_issue(&begun, now).await),
            None => None,
        })
    }

    async fn issue_once(&self, request: IssueBillingKeyRequest) -> Result<BillingKeyRecord, EngineError> {
        let IssueBillingKeyRequest { caller, selector, issue, customer_uid, extras } = request;
        let now = self.now();
        self.may_begin(caller.operation.as_ref(), now)?;
        let directory = self.directory();
        let card = issue.card.facts();
        let customer = issue.customer.clone();
        let command = Command::IssueBillingKey(issue);
        let ctx = CallContext { now, attempt: self.new_attempt_id(now) };
        let routing =
            Routing { directory: &directory, store_id: &caller.store_id, ctx: &ctx, face: caller.face };
        let plan = plan_issue(routing, &selector, &command, now)?;
        let record = BillingKeyRecord {
            key: self.key_for(&caller, now),
            customer_uid,
            store_id: caller.store_id.clone(),
            status: BillingKeyStatus::Pending,
            customer,
            method: PayMethod::Card,
            card: CardFacts { ..card },
            first_payment: None,
            channel_group: plan.group,
            custom_data: extras.custom_data,
            notice_urls: extras.notice_urls,
            skip_webhook: extras.skip_webhook,
            requested_at: now,
            issued_at: None,
            deleted_at: None,
            channels: plan.channels,
        };
        if plan.tries.is_empty() {
            return Err(specific(&record.channels, now));
        }
        let tries: Vec<(OpenAttempt, Admitted<'_>)> = plan
            .tries
            .into_iter()
            .map(|(channel, admitted)| (self.open_issue(&record, &channel, now), admitted))
            .collect();
        let attempts = tries.iter().map(|(open, _)| open.clone()).collect();
        self.store.begin_issue(record.clone(), plan.decision, attempts).await?;
        let settled = join_all(tries.iter().map(|(open, admitted)| self.issue_at(open, admitted))).await;
        for result in settled {
            result?;
        }
        self.tell_issue(&record, now).await
    }

    /// The name of a key to issue: its operation's, where the request came with an idempotency key.
    fn key_for(&self, caller: &Caller, now: DateTime<Utc>) -> BillingKey {
        match &caller.operation {
            Some(operation) => made(BillingKey::parse(&format!("billing-key-{}", operation.id))),
            None => self.new_billing_key(now),
        }
    }

    fn open_issue(&self, record: &BillingKeyRecord, channel: &ChannelKey, now: DateTime<Utc>) -> OpenAttempt {
        let subject = OpenSubject::IssueBillingKey { billing_key: record.key.clone() };
        let id = self.new_attempt_id(now);
        self.open_attempt(id, &record.store_id, CommandKind::IssueBillingKey, channel, subject, now)
    }

    async fn issue_at(&self, open: &OpenAttempt, admitted: &Admitted<'_>) -> Result<(), EngineError> {
        let inquired = attempt(&open.id, open.opened_at, AttemptSubject::IssueBillingKey);
        let answer = self.call(&open.channel, admitted, inquired).await;
        let result = match answer {
            Answer::Done(Outcome::BillingKeyIssued(facts)) => {
                self.learn_card_of_key(open, facts).await.into()
            }
            Answer::Done(other) => {
                tracing::error!(attempt = %open.id, ?other, "an issue answered with something else");
                return Ok(());
            }
            Answer::Unknown => return Ok(()),
            refused @ (Answer::Declined(_) | Answer::Unavailable(_)) => {
                IssueResult::Failed(failure_of(refused, self.now()))
            }
        };
        after_call(self.store.settle_issue(&open.id, result, self.now()).await)?;
        Ok(())
    }

    /// The record as it is now, if any channel holds the key; else why none does.
    async fn tell_issue(
        &self,
        begun: &BillingKeyRecord,
        now: DateTime<Utc>,
    ) -> Result<BillingKeyRecord, EngineError> {
        let found = after_call(self.store.billing_key(&begun.store_id, &begun.key).await)?;
        let record = found.ok_or(EngineError::BillingKeyNotFound)?;
        let states = || record.channels.iter().map(|part| &part.state);
        if states().any(|state| matches!(state, KeyChannelState::Issued(_))) {
            return Ok(record);
        }
        if states().any(|state| matches!(state, KeyChannelState::Pending)) {
            return Err(EngineError::UnknownOutcome);
        }
        match (&record.channel_group, states().next()) {
            (None, Some(KeyChannelState::Failed(failure))) => Err(declined(failure)),
            _ => Err(specific(&record.channels, now)),
        }
    }

    /// Deletes a billing key at every channel that holds it (rules SR-077, V2-082).
    pub async fn delete_billing_key(
        &self,
        caller: &Caller,
        key: &BillingKey,
        skip_webhook: bool,
    ) -> Result<DateTime<Utc>, EngineError> {
        let record = self.billing_key(&caller.store_id, key).await?;
        if record.status == BillingKeyStatus::Deleted {
            return Err(EngineError::BillingKeyAlreadyDeleted);
        }
        let directory = self.directory();
        let now = self.now();
        let mut parts = Vec::new();
        for part in &record.channels {
            let KeyChannelState::Issued(pg_billing_key) = &part.state else { continue };
            let adapter = directory
                .entry(&part.channel.key)
                .ok_or_else(|| {
                    EngineError::ChannelNotFound(format!("channel `{}` is gone", part.channel.key))
                })?
                .adapter()?;
            let command =
                Command::DeleteBillingKey(DeleteBillingKey { pg_billing_key: pg_billing_key.clone() });
            let open = self.open_delete(&caller.store_id, key, &part.channel.key, skip_webhook, now);
            parts.push(DeletePart { open, command, adapter, channel: &part.channel, pg_billing_key });
        }
        let attempts = parts.iter().map(|part| part.open.clone()).collect();
        let begun = match caller.face {
            Face::V2 => self.store.begin_delete(&caller.store_id, key, attempts).await?,
            // V1 does not look at schedules, which will fail (rule V1-064).
            Face::V1 => self.store.begin_delete_despite_schedules(&caller.store_id, key, attempts).await?,
        };
        match begun {
            Begin::Begun => {}
            Begin::Outstanding | Begin::Changed => return Err(EngineError::UnknownOutcome),
            Begin::Scheduled => return Err(EngineError::ScheduleExists),
        }
        let results = join_all(parts.iter().map(|part| self.delete_at(part, skip_webhook))).await;
        let mut failures = Vec::new();
        let mut succeeded = Vec::new();
        for (part, result) in parts.iter().zip(results) {
            match result? {
                None => succeeded.push(part.channel.clone()),
                Some(failure) => failures.push((part.channel.clone(), failure)),
            }
        }
        match (failures.len(), record.channel_group.is_some()) {
            (0, _) => self.deleted_at(&caller.store_id, key).await,
            (_, false) => Err(declined(&failures[0].1)),
            (_, true) => Err(EngineError::ChannelSpecific { failures, succeeded }),
        }
    }

    fn open_delete(
        &self,
        store_id: &StoreId,
        key: &BillingKey,
        channel: &ChannelKey,
        skip_webhook: bool,
        now: DateTime<Utc>,
    ) -> OpenAttempt {
        let subject = OpenSubject::DeleteBillingKey { billing_key: key.clone(), skip_webhook };
        let id = self.new_attempt_id(now);
        self.open_attempt(id, store_id, CommandKind::DeleteBillingKey, channel, subject, now)
    }

    async fn deleted_at(&self, store_id: &StoreId, key: &BillingKey) -> Result<DateTime<Utc>, EngineError> {
        let record = self.billing_key(store_id, key).await?;
        record.deleted_at.ok_or(EngineError::UnknownOutcome)
    }

    /// `None` when the PG forgot the card; else why it did not, as far as is known.
    async fn delete_at(
        &self,
        part: &DeletePart<'_>,
        skip_webhook: bool,
    ) -> Result<Option<KeyFailure>, EngineError> {
        let open = &part.open;
        let ctx = CallContext { now: open.opened_at, attempt: open.id.clone() };
        let admitted = admit(part.adapter, &part.command, &ctx).map_err(EngineError::Invalid)?;
        let subject = AttemptSubject::DeleteBillingKey { pg_billing_key: part.pg_billing_key.clone() };
        let answer = self.call(&open.channel, &admitted, attempt(&open.id, open.opened_at, subject)).await;
        let now = self.now();
        let deleted = match &answer {
            Answer::Done(Outcome::BillingKeyDeleted { .. }) => true,
            Answer::Declined(_) | Answer::Unavailable(_) => false,
            Answer::Done(_) | Answer::Unknown => return Ok(Some(failure_of(answer, now))),
        };
        // Where this gateway stood still, another may have settled it by the same word of the PG.
        after_call(self.store.settle_delete(&open.id, deleted, skip_webhook, now).await)?;
        Ok(if deleted { None } else { Some(failure_of(answer, now)) })
    }
}

struct DeletePart<'a> {
    open: OpenAttempt,
    command: Command,
    adapter: &'a dyn portone_core::PgAdapter,
    channel: &'a ChannelSnapshot,
    pg_billing_key: &'a PgBillingKey,
}

fn plan_issue<'a>(
    routing: Routing<'a>,
    selector: &Selector,
    command: &'a Command,
    now: DateTime<Utc>,
) -> Result<Plan<'a>, EngineError> {
    let id = match selector {
        Selector::Channel(key) => {
            let routed = routing.pinned(key, Purpose::OneTime, Some(command))?;
            return Ok(Plan {
                group: None,
                channels: vec![KeyChannel { channel: routed.channel, state: KeyChannelState::Pending }],
                tries: vec![(key.clone(), routed.admitted)],
                decision: routed.decision,
            });
        }
        Selector::Group(id) => id,
    };
    let group = routing.group(id)?;
    let plan = routing.roster(group, |_| Some(command)).issue_plan()?;
    let members = plan.record.members.iter().filter_map(|member| {
        let channel = ChannelSnapshot::from(&routing.directory.entry(&member.channel_key)?.channel);
        let state = match &member.verdict {
            Verdict::Eligible => KeyChannelState::Pending,
            Verdict::Refused(violations) => {
                let lines: Vec<String> = violations.iter().map(ToString::to_string).collect();
                let message = lines.join("\n");
                KeyChannelState::Failed(KeyFailure {
                    message,
                    pg_code: None,
                    pg_message: None,
                    failed_at: now,
                })
            }
            // Not tried (rule SR-060).
            _ => return None,
        };
        Some(KeyChannel { channel, state })
    });
    Ok(Plan {
        group: Some(GroupSnapshot::from(group)),
        channels: members.collect(),
        decision: serde_json::to_string(&plan.record).unwrap_or_default(),
        tries: plan.tries.into_iter().filter_map(|part| Some((part.channel_key, part.admitted?))).collect(),
    })
}

fn failure_of(answer: Answer, now: DateTime<Utc>) -> KeyFailure {
    let (code, message) = match answer {
        Answer::Declined(decline) => (decline.code, decline.message),
        Answer::Unavailable(cause) => (UNAVAILABLE.to_owned(), cause.to_string()),
        Answer::Done(_) | Answer::Unknown => {
            (UNKNOWN_OUTCOME.to_owned(), "the outcome is not known yet; it is being inquired".to_owned())
        }
    };
    KeyFailure { message: message.clone(), pg_code: Some(code), pg_message: Some(message), failed_at: now }
}

fn declined(failure: &KeyFailure) -> EngineError {
    let code = failure.pg_code.clone().unwrap_or_default();
    let message = failure.pg_message.clone().unwrap_or_else(|| failure.message.clone());
    match code.as_str() {
        UNKNOWN_OUTCOME => EngineError::UnknownOutcome,
        UNAVAILABLE => EngineError::Unavailable(Cause::NotSent(message)),
        _ => EngineError::Declined(Decline { code, message }),
    }
}

/// Every channel failed (rule SR-064).
fn specific(channels: &[KeyChannel], now: DateTime<Utc>) -> EngineError {
    let mut failures = Vec::new();
    let mut succeeded = Vec::new();
    for part in channels {
        match &part.state {
            KeyChannelState::Failed(failure) => failures.push((part.channel.clone(), failure.clone())),
            KeyChannelState::Pending => {
                failures.push((part.channel.clone(), failure_of(Answer::Unknown, now)));
            }
            KeyChannelState::Issued(_) => succeeded.push(part.channel.clone()),
            KeyChannelState::Deleted => {}
        }
    }
    EngineError::ChannelSpecific { failures, succeeded }
}
