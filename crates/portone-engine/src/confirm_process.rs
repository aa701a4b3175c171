//! The confirm process (컨펌 프로세스, rule V2-111): where a window names a URL, the shop is asked before its payment is
//! approved, and a shop that does not agree stops it.

use std::sync::Arc;

use portone_core::{Decline, WebhookBreak, WebhookReply, WebhookSender};
use serde::Deserialize;

use crate::engine::Engine;
use crate::error::EngineError;
use crate::ledger::{Face, Failure, Transaction};
use crate::webhook::{Question, question};

/// What the browser SDK calls a payment that its shop stopped.
const STOPPED: &str = "ConfirmProcessFailed";
/// What is told where the shop gave no words.
const NO_WORDS: &str = "the shop did not agree";
/// How many characters of the shop's words are kept.
const WORDS_LENGTH_MAX: usize = 500;

/// What V1 tells where the shop gave no words (rule V1-102).
const V1_NO_WORDS: &str = "알 수 없음";

/// A shop's answer that is no agreement, as V1's shops write it.
#[derive(Deserialize)]
struct V1Objection {
    reason: Option<String>,
}

/// A shop's answer that is no agreement.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Objection {
    error_message: Option<String>,
}

impl Engine {
    /// Lets windows name a URL at which their shop is asked before an approval. The sender keeps the deadline, which no
    /// document tells for V2: 10 s are V1's.
    #[must_use]
    pub fn with_confirm_process(mut self, sender: Arc<dyn WebhookSender>) -> Self {
        self.shops = Some(sender);
        self
    }

    /// The URL that a window names, if a shop can be asked at it.
    pub(crate) fn checked_confirm_url(&self, url: Option<&str>) -> Result<Option<String>, EngineError> {
        let Some(url) = url else { return Ok(None) };
        if !url.starts_with("https://") && !url.starts_with("http://") {
            return Err(EngineError::ConfirmUrl("is no URL; write https:// and so on"));
        }
        if self.shops.is_none() {
            return Err(EngineError::ConfirmUrl("is given, but this gateway asks no shop; leave it out"));
        }
        Ok(Some(url.to_owned()))
    }

    /// Asks the shop whether a window's payment may be approved. A shop that does not agree, or does not answer, stops it:
    /// it has failed then, and nothing was sent to the PG.
    pub(crate) async fn ask_shop(&self, transaction: &Transaction) -> Result<(), EngineError> {
        let (Some(url), Some(shops)) = (&transaction.confirm_url, &self.shops) else { return Ok(()) };
        let asked = Question {
            id: format!("msg_{}", self.new_uuid(self.now())),
            url,
            transaction,
            asked_at: self.now(),
            sent_at: self.now() - self.clock.ahead(),
        };
        let endpoints = self.config.webhooks.get(&transaction.store_id).map_or(&[][..], Vec::as_slice);
        let answer = shops.send(&question(&asked, endpoints)).await;
        let objection = if transaction.face == Face::V1 { v1_objection(answer) } else { objection(answer) };
        let Some(words) = objection else { return Ok(()) };
        tracing::info!(transaction = %transaction.id, "the shop stopped a payment");
        let open = self.window_attempt(transaction);
        let failure = Failure { reason: words.clone(), pg_code: None, pg_message: None };
        self.fail_window(&open, transaction.clone(), failure).await?;
        Err(EngineError::Declined(Decline { code: STOPPED.to_owned(), message: words }))
    }
}

/// Why a shop did not agree; `None` where it did: any 2xx.
fn objection(answer: Result<WebhookReply, WebhookBreak>) -> Option<String> {
    let reply = match answer {
        Ok(reply) if (200..300).contains(&reply.status) => return None,
        Ok(reply) => reply,
        Err(WebhookBreak(why)) => return Some(format!("the shop could not be asked: {why}")),
    };
    let words = serde_json::from_slice(&reply.body).ok().and_then(|it: Objection| it.error_message);
    let words = words.filter(|words| !words.trim().is_empty()).unwrap_or_else(|| NO_WORDS.to_owned());
    Some(words.chars().take(WORDS_LENGTH_MAX).collect())
}

/// The same as V1 asks and tells it: 200 alone is an agreement, and the reason stands in a sentence (rule V1-102).
fn v1_objection(answer: Result<WebhookReply, WebhookBreak>) -> Option<String> {
    let reason = match answer {
        Ok(reply) if reply.status == 200 => return None,
        Ok(reply) => serde_json::from_slice(&reply.body).ok().and_then(|it: V1Objection| it.reason),
        Err(WebhookBreak(_)) => None,
    };
    let reason = reason.filter(|reason| !reason.trim().is_empty()).unwrap_or_else(|| V1_NO_WORDS.to_owned());
    let reason: String = reason.chars().take(WORDS_LENGTH_MAX).collect();
    Some(format!("고객사 요청에 의해 결제를 중단합니다. (상세사유 : {reason})"))
}
