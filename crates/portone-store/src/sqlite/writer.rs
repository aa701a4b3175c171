//! Group commit: one thread writes, and whatever waits when it is free shares one transaction and so one fsync. It never
//! waits for company: a lone job commits at once.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel},
    thread::{self, JoinHandle},
};

use futures_channel::oneshot;
use portone_engine::port::StoreError;

use super::database::{Database, Fault};

/// A business transaction. It may run more than once, each time from the same state, and only the last run counts.
pub(super) trait Job: Send {
    /// Does the work inside an open transaction. An error undoes the whole transaction, so a job that refuses must
    /// decide so before it writes.
    fn run(&mut self, database: &Database) -> Result<(), Fault>;

    /// Tells the caller how it ended.
    fn answer(self: Box<Self>, committed: Result<(), StoreError>);
}

/// The thread that writes, and the queue before it.
#[derive(Debug)]
pub(super) struct Writer {
    queue: Option<SyncSender<Box<dyn Job>>>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    /// Starts the thread.
    pub(super) fn start(
        database: Database,
        batch_job_count_max: usize,
        queue_length_max: usize,
    ) -> std::io::Result<Self> {
        let (queue, jobs) = sync_channel(queue_length_max);
        let thread = thread::Builder::new()
            .name("portone-store".to_owned())
            .spawn(move || write(&database, &jobs, batch_job_count_max))?;
        Ok(Self { queue: Some(queue), thread: Some(thread) })
    }

    /// Queues a piece of work; its result comes when it is durable.
    pub(super) fn submit<T, F>(&self, work: F) -> oneshot::Receiver<Result<T, StoreError>>
    where
        T: Send + 'static,
        F: FnMut(&Database) -> Result<T, Fault> + Send + 'static,
    {
        let (sender, receiver) = oneshot::channel();
        let job: Box<dyn Job> = Box::new(Task { work, value: None, sender });
        let refused = match self.queue.as_ref().map(|queue| queue.try_send(job)) {
            Some(Ok(())) => return receiver,
            Some(Err(TrySendError::Full(job))) => Some((job, "overloaded: too many writes wait")),
            Some(Err(TrySendError::Disconnected(job))) => Some((job, "the writer has stopped")),
            None => None,
        };
        if let Some((job, why)) = refused {
            job.answer(Err(StoreError(why.to_owned())));
        }
        receiver
    }
}

/// Lets the thread finish what is queued.
impl Drop for Writer {
    fn drop(&mut self) {
        drop(self.queue.take());
        if let Some(thread) = self.thread.take() {
            // A panic of the thread has been reported by the thread.
            let _ = thread.join();
        }
    }
}

fn write(database: &Database, jobs: &Receiver<Box<dyn Job>>, batch_job_count_max: usize) {
    let mut batch = Vec::with_capacity(batch_job_count_max);
    while let Ok(first) = jobs.recv() {
        batch.push(first);
        batch.extend(jobs.try_iter().take(batch_job_count_max.saturating_sub(1)));
        run_batch(database, &mut batch);
    }
}

/// Runs jobs in one transaction. Where one fails, each gets a transaction of its own, so that it harms no other.
fn run_batch(database: &Database, batch: &mut Vec<Box<dyn Job>>) {
    match run_together(database, batch) {
        Ok(()) => answer_all(batch, &Ok(())),
        Err(Failure::Transaction(fault)) => answer_all(batch, &Err(fault.into())),
        Err(Failure::Job(fault)) if batch.len() == 1 => answer_all(batch, &Err(fault.into())),
        Err(Failure::Job(_)) => {
            for mut job in batch.drain(..) {
                let committed = match run_together(database, std::slice::from_mut(&mut job)) {
                    Ok(()) => Ok(()),
                    Err(Failure::Transaction(fault) | Failure::Job(fault)) => Err(fault.into()),
                };
                job.answer(committed);
            }
        }
    }
}

fn answer_all(batch: &mut Vec<Box<dyn Job>>, committed: &Result<(), StoreError>) {
    for job in batch.drain(..) {
        job.answer(committed.clone());
    }
}

/// Why a batch was undone.
enum Failure {
    /// It could not begin or commit.
    Transaction(Fault),
    /// One of its jobs failed.
    Job(Fault),
}

fn run_together(database: &Database, batch: &mut [Box<dyn Job>]) -> Result<(), Failure> {
    database.begin().map_err(Failure::Transaction)?;
    for job in batch {
        if let Err(fault) = run_caught(job.as_mut(), database) {
            database.roll_back();
            return Err(Failure::Job(fault));
        }
    }
    database.commit().map_err(Failure::Transaction)
}

/// A job that panics is a job that failed: the thread serves every other payment too.
fn run_caught(job: &mut dyn Job, database: &Database) -> Result<(), Fault> {
    catch_unwind(AssertUnwindSafe(|| job.run(database)))
        .unwrap_or_else(|_| Err(Fault::Contract("a write panicked".to_owned())))
}

struct Task<T, F> {
    work: F,
    value: Option<T>,
    sender: oneshot::Sender<Result<T, StoreError>>,
}

impl<T, F> Job for Task<T, F>
where
    T: Send,
    F: FnMut(&Database) -> Result<T, Fault> + Send,
{
    fn run(&mut self, database: &Database) -> Result<(), Fault> {
        self.value = Some((self.work)(database)?);
        Ok(())
    }

    fn answer(self: Box<Self>, committed: Result<(), StoreError>) {
        let Self { value, sender, .. } = *self;
        let result = committed.and_then(|()| {
            value.ok_or_else(|| StoreError("a write was committed without running".to_owned()))
        });
        // A caller that hung up does not undo what is durable.
        let _ = sender.send(result);
    }
}
