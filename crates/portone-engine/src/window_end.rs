//! How a window ends that paid nothing: put off by its PG, failed, or given back its place.

use crate::call::after_call;
use crate::cancel::Along;
use crate::engine::Engine;
use crate::error::EngineError;
use crate::event::EventTrigger;
use crate::ledger::{Failure, IssueResult, OpenAttempt, PaymentStatus, Transaction};
use crate::port::{Begin, SwapAttempt};
use crate::settle::key_failure;
use crate::transition;
use crate::window::{triggered, was_put_off};

impl Engine {
    /// Writes that the PG has what a payer paid in a window and approves it later. It is told once, and the window's attempt
    /// stays open: the sweep goes on asking.
    pub(crate) async fn put_off_window(
        &self,
        open: &OpenAttempt,
        transaction: Transaction,
    ) -> Result<(), EngineError> {
        if transaction.status != PaymentStatus::Ready {
            return Ok(());
        }
        let (transaction, events) = transition::put_off(transaction, self.now());
        let swap = SwapAttempt { end: open.id.clone(), begin: open.clone(), transaction, events };
        match self.store.swap_attempt(swap).await? {
            Begin::Begun => Ok(()),
            // Somebody has settled it, or does now.
            Begin::Outstanding | Begin::Changed | Begin::Scheduled => Err(EngineError::UnknownOutcome),
        }
    }

    /// Writes that a window's payment failed, and with it the billing key that it was to pay with first.
    pub(crate) async fn fail_window(
        &self,
        open: &OpenAttempt,
        transaction: Transaction,
        failure: Failure,
    ) -> Result<(), EngineError> {
        let trigger = was_put_off(open, &transaction).then_some(EventTrigger::AsyncPayFailed);
        let is_issued = open.subject.billing_key().is_some();
        let key = is_issued.then(|| IssueResult::Failed(key_failure(failure.clone(), self.now())));
        self.settle_along(open, transaction, Along { verify_at: None, key }, |transaction, now| {
            triggered(transition::failed(transaction, failure.clone(), now), trigger)
        })
        .await
        .map(drop)
    }

    /// Gives a window back its place: the approval changed nothing.
    pub(crate) async fn reopen_window(
        &self,
        open: &OpenAttempt,
        transaction: Transaction,
    ) -> Result<(), EngineError> {
        let begin = self.window_attempt(&transaction);
        let transaction = transition::ready_again(transaction, self.now());
        let swap = SwapAttempt { end: open.id.clone(), begin, transaction, events: Vec::new() };
        match after_call(self.store.swap_attempt(swap).await)? {
            Begin::Begun => Ok(()),
            // The attempt stays open, or somebody has settled it.
            Begin::Outstanding | Begin::Changed | Begin::Scheduled => Err(EngineError::UnknownOutcome),
        }
    }
}
