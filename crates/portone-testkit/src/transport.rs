//! A transport that plays a script.

use std::{
    collections::VecDeque,
    pin::pin,
    sync::{Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, Waker},
    time::Duration,
};

use async_trait::async_trait;
use portone_core::{Auth, Break, PgReply, PgRequest, Transport};

/// What happens to one request.
#[derive(Debug, Clone)]
pub enum Step {
    /// It is answered.
    Reply(PgReply),
    /// It breaks.
    Break(Break),
}

/// Answers each request with the next step of a script, and remembers how each request renders.
#[derive(Debug)]
pub struct ScriptedTransport {
    login: Option<PgReply>,
    script: Mutex<Script>,
}

#[derive(Debug)]
struct Script {
    steps: VecDeque<Step>,
    sent: Vec<String>,
}

impl ScriptedTransport {
    /// A transport with this script. A request beyond its end panics.
    pub fn new(steps: impl IntoIterator<Item = Step>) -> Self {
        Self {
            login: None,
            script: Mutex::new(Script { steps: steps.into_iter().collect(), sent: Vec::new() }),
        }
    }

    /// A transport that answers every log-in with this reply, and everything else by the script.
    pub fn logging_in(login: PgReply, steps: impl IntoIterator<Item = Step>) -> Self {
        Self { login: Some(login), ..Self::new(steps) }
    }

    /// The requests so far, rendered with `[secret]` for each secret.
    pub fn sent(&self) -> Vec<String> {
        self.lock().sent.clone()
    }

    fn lock(&self) -> MutexGuard<'_, Script> {
        self.script.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Transport for ScriptedTransport {
    async fn send(&self, request: &PgRequest, _deadline: Duration) -> Result<PgReply, Break> {
        if let (Auth::InBody, Some(login)) = (&request.auth, &self.login) {
            return Ok(login.clone());
        }
        let mut script = self.lock();
        script.sent.push(request.to_string());
        match script.steps.pop_front() {
            Some(Step::Reply(reply)) => Ok(reply),
            Some(Step::Break(broken)) => Err(broken),
            None => panic!("the script has no step for {request:?}"),
        }
    }
}

/// How often a future is polled at most: with a scripted transport nothing ever waits for long.
const POLL_COUNT_MAX: usize = 1_000;

/// Runs a future that waits for nothing outside, without a runtime. Panics when it does wait.
pub fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    for _ in 0..POLL_COUNT_MAX {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return output;
        }
    }
    panic!("the future waits for something outside")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[should_panic(expected = "waits for something outside")]
    fn a_future_that_waits_is_told() {
        block_on(std::future::pending::<()>());
    }
}
