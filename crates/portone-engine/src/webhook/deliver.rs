//! Delivering: claim what is due, send it, write what came of it. A crash in between sends it once more, under the same
//! id (rule V2-106).

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::{StreamExt as _, stream::FuturesUnordered};
use portone_core::{PaymentId, StoreId, WebhookBreak, WebhookMessage, WebhookReply, WebhookSender};

use super::message::message;
use super::{
    Claim, Delivery, DeliveryResult, DeliveryStatus, Exchange, RESEND_COUNT_MAX, Response, SECRET_COUNT_MAX,
    TRY_COUNT_MAX, Target, WebhookEndpoint, WebhookSecret,
};
use crate::engine::Engine;
use crate::error::EngineError;
use crate::event::EventSubject;
use crate::ledger::Transaction;
use crate::port::{ClaimLimits, DeliveryFilter, Resend, StoreError};
use crate::settle::Swept;

/// How long a claim lasts: longer than a sender takes, 30 s to connect and 30 s to read.
const CLAIM: TimeDelta = TimeDelta::seconds(90);
/// How many may be under way to one host at a time.
const ENDPOINT_COUNT_MAX: usize = 4;
/// The waits before the second try and those after it, in minutes (rule V2-106, DOC-060).
const WAITS_MIN: [i64; 5] = [1, 4, 16, 64, 256];
/// The wait before each further try of a V1 message (rule V1-095).
const V1_WAIT: TimeDelta = TimeDelta::minutes(1);
/// How much of an answer's headers and body is kept, in characters.
const KEPT_LENGTH_MAX: usize = 4_096;
/// How many deliveries of one payment are shown.
const PAYMENT_DELIVERY_COUNT_MAX: usize = 100;

impl Engine {
    /// Sends up to `count_max` deliveries that are due, side by side, and waits for all of them. A step for a loop; any
    /// number of gateways may run it on one store. Where one slow receiver must not hold up the next step, take
    /// [`Engine::claim_deliveries`] and [`Engine::deliver`].
    pub async fn deliver_due(
        &self,
        sender: &dyn WebhookSender,
        count_max: usize,
    ) -> Result<Swept, StoreError> {
        let claims = self.claim_deliveries(count_max).await?;
        let claimed = claims.len();
        let mut sent: FuturesUnordered<_> =
            claims.into_iter().map(|claim| self.deliver(sender, claim)).collect();
        let mut finished = 0;
        while let Some(done) = sent.next().await {
            finished += usize::from(done);
        }
        Ok(Swept { claimed, finished })
    }

    /// Takes up to `count_max` deliveries that are due, each for one [`Engine::deliver`].
    pub async fn claim_deliveries(&self, count_max: usize) -> Result<Vec<Claim>, StoreError> {
        let now = self.now();
        let limits = ClaimLimits { count_max, endpoint_count_max: ENDPOINT_COUNT_MAX };
        self.store.claim_deliveries(now, now + CLAIM, limits).await
    }

    /// Sends a delivery, and writes what came of it: whether the shop has it now.
    pub async fn deliver(&self, sender: &dyn WebhookSender, claim: Claim) -> bool {
        let requested_at = self.now();
        // It was claimed long ago and somebody else may be sending it by now.
        if requested_at >= claim.until {
            return false;
        }
        let about = match self.told_of(&claim).await {
            Ok(about) => about,
            // The claim runs out, and it is sent then.
            Err(error) => {
                tracing::error!(webhook = claim.id, %error, "cannot read what a webhook is about");
                return false;
            }
        };
        // A receiver checks the signature's time against the time of day (rule V2-104), however far our clock is ahead.
        let message =
            message(&claim, about.as_ref(), self.secrets(&claim), requested_at - self.clock.ahead());
        let answer = sender.send(&message).await;
        let status = status_of(answer.as_ref());
        let now = self.now();
        let retry_at = match &answer {
            _ if status == DeliveryStatus::Succeeded => None,
            answer if claim.target.format.is_v1() => self.v1_retry_at(&claim, answer.as_ref(), now),
            _ => self.retry_at(&claim, now),
        };
        if status != DeliveryStatus::Succeeded {
            tracing::warn!(
                webhook = claim.id,
                status = status.code(),
                given_up = retry_at.is_none(),
                "a webhook was not delivered"
            );
        }
        let exchange = exchange(&message, answer, requested_at, now);
        let result =
            DeliveryResult { number: claim.number, until: claim.until, status, exchange, retry_at, now };
        // If this cannot be written the claim runs out, and it is sent once more.
        if let Err(error) = self.store.finish_delivery(result).await {
            tracing::error!(webhook = claim.id, %error, "cannot write what became of a webhook");
        }
        status == DeliveryStatus::Succeeded
    }

    /// A payment's deliveries, of all its transactions, oldest first (schema `Payment.webhooks`).
    pub async fn payment_deliveries(
        &self,
        store: &StoreId,
        payment: &PaymentId,
    ) -> Result<Vec<Delivery>, EngineError> {
        let filter = DeliveryFilter::OfPayment(payment.clone());
        Ok(self.store.deliveries(store, filter, PAYMENT_DELIVERY_COUNT_MAX).await?)
    }

    /// Sends a payment's delivery once more, by its id, or the latest one (rule V2-109). It is sent by the background
    /// duty, so the answer tells what was known of it before.
    pub async fn resend_webhook(
        &self,
        store: &StoreId,
        payment: &PaymentId,
        id: Option<&str>,
    ) -> Result<Delivery, EngineError> {
        self.payment(store, payment).await?;
        let mut deliveries = self.payment_deliveries(store, payment).await?;
        let found = match id {
            Some(id) => deliveries.into_iter().find(|delivery| delivery.id == id),
            None => deliveries.pop(),
        };
        let found = found.ok_or(EngineError::WebhookNotFound)?;
        self.replay_webhook(store, &found.id).await
    }

    /// Sends a store's delivery once more, whatever it is about.
    pub async fn replay_webhook(&self, store: &StoreId, id: &str) -> Result<Delivery, EngineError> {
        match self.store.resend_delivery(store, id, RESEND_COUNT_MAX, self.now()).await? {
            Resend::Queued(delivery) => Ok(*delivery),
            Resend::NotFound => Err(EngineError::WebhookNotFound),
            Resend::CountReached => Err(EngineError::WebhookResendCountReached(RESEND_COUNT_MAX)),
        }
    }

    /// The transaction that a delivery is about; none of one about a billing key.
    async fn told_of(&self, claim: &Claim) -> Result<Option<Transaction>, StoreError> {
        match &claim.event.subject {
            EventSubject::Payment { transaction_id, .. } => self.store.transaction(transaction_id).await,
            EventSubject::BillingKey(_) => Ok(None),
        }
    }

    /// The declaration of the URL; that of the store's first one of the same API for a URL that a request named.
    fn endpoint(&self, claim: &Claim) -> Option<&WebhookEndpoint> {
        let endpoints = self.config.webhooks.get(&claim.event.store_id).map_or(&[][..], Vec::as_slice);
        let Target { environment, url, format } = &claim.target;
        let alike = |it: &&WebhookEndpoint| {
            it.target.environment == *environment && it.target.format.is_v1() == format.is_v1()
        };
        let of_url = endpoints.iter().find(|it| alike(it) && it.target.url == *url);
        of_url.or_else(|| endpoints.iter().find(alike))
    }

    fn secrets(&self, claim: &Claim) -> &[WebhookSecret] {
        let endpoint = self.endpoint(claim);
        endpoint.map_or(&[], |endpoint| &endpoint.secrets[..endpoint.secrets.len().min(SECRET_COUNT_MAX)])
    }

    /// When a V1 message is tried again: a minute later, where its shop wants that, and where the shop was not reached or
    /// had a failure of its own. A 4xx is final (rule V1-095).
    fn v1_retry_at(
        &self,
        claim: &Claim,
        answer: Result<&WebhookReply, &WebhookBreak>,
        now: DateTime<Utc>,
    ) -> Option<DateTime<Utc>> {
        let is_wanted = self.endpoint(claim).is_some_and(|endpoint| endpoint.is_redelivered);
        let may_pass = answer.map_or(true, |reply| reply.status >= 500);
        let is_left = claim.try_count + 1 < TRY_COUNT_MAX;
        (is_wanted && may_pass && is_left).then(|| now + V1_WAIT)
    }

    /// When to try again: the documented wait and up to a tenth more, so that what failed together is not sent together.
    fn retry_at(&self, claim: &Claim, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let tried = claim.try_count + 1;
        if tried >= TRY_COUNT_MAX {
            return None;
        }
        let wait_min = WAITS_MIN.get(usize::try_from(tried).ok()? - 1)?;
        let wait_ms = wait_min * 60_000;
        let drawn = self.random.next_u64() % (u64::try_from(wait_ms).ok()? / 10);
        Some(now + TimeDelta::milliseconds(wait_ms + i64::try_from(drawn).ok()?))
    }
}

const fn status_of(answer: Result<&WebhookReply, &WebhookBreak>) -> DeliveryStatus {
    match answer {
        Ok(reply) if reply.status >= 200 && reply.status < 300 => DeliveryStatus::Succeeded,
        Ok(_) => DeliveryStatus::FailedNotOkResponse,
        Err(_) => DeliveryStatus::FailedUnexpectedError,
    }
}

fn exchange(
    message: &WebhookMessage,
    answer: Result<WebhookReply, WebhookBreak>,
    requested_at: DateTime<Utc>,
    responded_at: DateTime<Utc>,
) -> Exchange {
    let sent = message.headers.iter().map(|(name, value)| (*name, value.as_str()));
    let answer = answer.map_err(|WebhookBreak(why)| why).map(|reply| Response {
        status: reply.status,
        headers: kept(&lines(reply.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())))),
        body: kept(&String::from_utf8_lossy(&reply.body)),
        responded_at,
    });
    Exchange {
        request_headers: lines(sent),
        request_body: String::from_utf8_lossy(&message.body).into_owned(),
        requested_at,
        answer,
    }
}

fn lines<'a>(headers: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    headers.map(|(name, value)| format!("{name}: {value}")).collect::<Vec<_>>().join("\n")
}

fn kept(text: &str) -> String {
    text.chars().take(KEPT_LENGTH_MAX).collect()
}
