//! A request at a gateway: through the balancer to a process, under its idempotency key as the V2 face does it, and back
//! if both live that long.

use std::sync::Arc;

use chrono::TimeDelta;
use futures_channel::oneshot;
use futures_util::future::{Either, select};
use portone_engine::idempotency::{KeptAnswer, Keyed, Operation as KeyedOperation};
use portone_engine::ledger::{BillingKeyRecord, Face, KeyChannelState};
use portone_engine::request::{Caller, CreateScheduleRequest};
use portone_engine::{Engine, EngineError, UNKNOWN_OUTCOME};

use crate::book::{Answer, Done, Operation};
use crate::request;
use crate::scheduler::WORLD;
use crate::world::{STORE, World};

/// Asks a gateway, and waits as long as the shop has patience; `None` where nothing came back.
pub(crate) async fn ask(
    world: &Arc<World>,
    operation: Operation,
    key: Option<String>,
    patience: TimeDelta,
) -> Option<Answer> {
    let number = world.number();
    let (process, engine) = world.gateway_for(key.as_ref())?;
    world.scheduler.note(format_args!("shop asks gateway {process} @{number} {operation:?} key {key:?}"));
    world.book().ask(number, operation.clone(), key.clone());
    let (sender, answered) = oneshot::channel();
    world.scheduler.spawn(process, async move {
        let _ = sender.send(serve(&engine, operation, key).await);
    });
    let (tell, told) = oneshot::channel();
    let here = Arc::clone(world);
    world.scheduler.spawn(WORLD, async move {
        // The gateway may die first: then there is no answer.
        let Ok((answer, is_kept)) = answered.await else { return };
        here.scheduler.note(format_args!("gateway {process} answers @{number} {answer:?}"));
        here.book().answer(number, answer.clone(), is_kept);
        let _ = tell.send(answer);
    });
    match select(told, world.scheduler.sleep(patience)).await {
        Either::Left((answer, _)) => answer.ok(),
        Either::Right(_) => None,
    }
}

/// Runs a request under its key, or answers as the first one with it was answered; and whether the answer is kept under the
/// key.
async fn serve(engine: &Arc<Engine>, operation: Operation, key: Option<String>) -> (Answer, bool) {
    let Ok(store) = STORE.parse::<portone_core::StoreId>() else { return (refused("STORE"), false) };
    let Some(key) = key else { return (perform(engine, operation, None).await, false) };
    let digest = engine.key_digest(&[store], &key);
    let fingerprint = engine.fingerprint(format!("{operation:?}").as_bytes());
    let claimed = match engine.claim_key(digest, fingerprint).await {
        Ok(Keyed::Run(claimed)) => claimed,
        Ok(Keyed::Replay(kept)) => {
            return (serde_json::from_str(&kept.body).unwrap_or_else(|_| refused("UNREADABLE")), true);
        }
        Ok(Keyed::Mismatch) => return (refused("MISMATCH"), false),
        Ok(Keyed::Outstanding) => return (Answer::Undecided("OUTSTANDING".to_owned()), false),
        Err(error) => return (Answer::Undecided(error.to_string()), false),
    };
    let answer = perform(engine, operation, Some(claimed.clone())).await;
    // What cannot be written here is found in the ledger by the next request with the key.
    if matches!(answer, Answer::Undecided(_)) {
        let _ = engine.release_key(digest, &claimed).await;
        return (answer, false);
    }
    let body = serde_json::to_string(&answer).unwrap_or_default();
    let kept = engine.finish_key(&claimed, KeptAnswer { status: 200, body }).await;
    let is_kept = kept.unwrap_or(false);
    match answer {
        Answer::Refused(_) if !is_kept => (Answer::Undecided("NOT_KEPT".to_owned()), false),
        told => (told, is_kept),
    }
}

async fn perform(engine: &Arc<Engine>, operation: Operation, keyed: Option<KeyedOperation>) -> Answer {
    match done(engine, operation, keyed).await {
        Ok(done) => Answer::Done(done),
        Err(error) if is_undecided(&error) => Answer::Undecided(error.to_string()),
        Err(error) => Answer::Refused(kind(&error)),
    }
}

async fn done(
    engine: &Arc<Engine>,
    operation: Operation,
    keyed: Option<KeyedOperation>,
) -> Result<Done, EngineError> {
    let named = |_| EngineError::NotFound("a name cannot be read".to_owned());
    let store_id = STORE.parse().map_err(named)?;
    let caller = Caller { store_id, ip: "127.0.0.1".to_owned(), face: Face::V2, operation: keyed };
    let paid = |paid: portone_engine::request::Paid| Done::Paid { pg_tx_id: paid.pg_tx_id };
    match operation {
        Operation::PayCard { payment, card, channel } => {
            let request = request::card_payment(caller, &payment, card, channel).map_err(named)?;
            Box::pin(engine.pay_instantly(request)).await.map(paid)
        }
        Operation::PayAccount { payment, channel } => {
            let request = request::account_payment(caller, &payment, channel, engine.now()).map_err(named)?;
            Box::pin(engine.pay_instantly(request)).await.map(paid)
        }
        Operation::PayKey { payment, key } => {
            Box::pin(engine.pay_with_billing_key(request::key_payment(caller, &payment, &key)))
                .await
                .map(paid)
        }
        Operation::Cancel { payment, amount } => {
            let cancelled = Box::pin(engine.cancel(request::cancel(caller, &payment, amount))).await?;
            Ok(Done::Cancelled { id: cancelled.id.to_string(), total: cancelled.total })
        }
        Operation::Close { payment } => {
            Box::pin(engine.close_virtual_account(&caller, &payment)).await.map(|_| Done::Closed)
        }
        Operation::Issue { card, channel } => {
            let request = request::issue(caller, card, channel).map_err(named)?;
            let record = Box::pin(engine.issue_billing_key(request)).await?;
            issued(&record)
        }
        Operation::Delete { key } => {
            Box::pin(engine.delete_billing_key(&caller, &key, false)).await.map(|_| Done::Deleted)
        }
        Operation::Schedule { payment, key, in_seconds } => {
            let pay = request::key_payment(caller, &payment, &key);
            let time_to_pay = engine.now() + TimeDelta::seconds(in_seconds);
            let schedule = engine.create_schedule(CreateScheduleRequest { pay, time_to_pay }).await?;
            Ok(Done::Scheduled { id: schedule.id.to_string() })
        }
        Operation::OpenWindow { payment, channel } => {
            let opened =
                Box::pin(engine.open_window(request::window(caller, &payment, channel).map_err(named)?));
            let opened = opened.await?;
            let call = String::from_utf8_lossy(opened.call.arguments.bytes()).into_owned();
            Ok(Done::Opened { tx_id: opened.transaction.shown_id().into_owned(), call })
        }
        Operation::Confirm { payment, token } => {
            Box::pin(engine.confirm_payment(request::confirm(caller, &payment, &token))).await.map(paid)
        }
        Operation::Look { payment } => {
            Box::pin(engine.look_at_window(&caller.store_id, &payment)).await.map(|_| Done::Looked)
        }
        Operation::OpenKeyWindow { channel } => {
            let request = request::key_window(caller, channel).map_err(named)?;
            let opened = Box::pin(engine.open_key_window(request)).await?;
            let call = String::from_utf8_lossy(opened.call.arguments.bytes()).into_owned();
            Ok(Done::KeyOpened { key: opened.record.key.to_string(), call })
        }
        Operation::ConfirmKey { token } => {
            let key = Box::pin(engine.confirm_billing_key(request::confirm_key(caller, &token))).await?;
            Ok(Done::Issued { key: key.to_string() })
        }
        Operation::LookAtKey { key } => {
            issued(&Box::pin(engine.look_at_key_window(&caller.store_id, &key)).await?)
        }
        Operation::IssueReceipt { payment } => {
            let request = request::receipt(caller, &payment).map_err(named)?;
            let receipt = Box::pin(engine.issue_cash_receipt(request)).await?;
            Ok(Done::ReceiptIssued { number: receipt.issue_number })
        }
        Operation::CancelReceipt { payment } => {
            Box::pin(engine.cancel_cash_receipt(&caller, &payment)).await.map(|_| Done::ReceiptCancelled)
        }
        Operation::Revoke { key, schedule } => {
            engine.revoke_schedules(&caller, Some(&key), Some(&[schedule])).await.map(|_| Done::Revoked)
        }
    }
}

fn issued(record: &BillingKeyRecord) -> Result<Done, EngineError> {
    let is_held = record.channels.iter().any(|part| matches!(part.state, KeyChannelState::Issued(_)));
    if is_held { Ok(Done::Issued { key: record.key.to_string() }) } else { Err(EngineError::UnknownOutcome) }
}

/// Whether an error leaves open what became of the request: a call or a write that nobody knows the end of.
fn is_undecided(error: &EngineError) -> bool {
    match error {
        EngineError::UnknownOutcome | EngineError::UnknownDelivery | EngineError::Store(_) => true,
        EngineError::ChannelSpecific { failures, .. } => {
            failures.iter().any(|(_, failure)| failure.pg_code.as_deref() == Some(UNKNOWN_OUTCOME))
        }
        _ => false,
    }
}

/// The variant's name.
fn kind(error: &EngineError) -> String {
    let text = format!("{error:?}");
    text.split(['(', ' ', '{']).next().unwrap_or_default().to_owned()
}

fn refused(why: &str) -> Answer {
    Answer::Refused(why.to_owned())
}
