//! Group commit: one thread writes, and whatever waits when it is free shares one transaction and so one fsync. It never
//! waits for company: a lone job commits at once.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel},
    thread::{self, JoinHandle},
    time::Duration,
};

use futures_channel::oneshot;
use portone_engine::port::StoreError;

use super::ahead::Ahead;
use super::database::{Database, Fault};

/// A business transaction. It may run more than once, each time from the same state, and only the last run counts.
pub(crate) trait Job: Send {
    /// What it is going to ask, where it says so: see [`Ahead`].
    fn ahead(&self) -> Option<&Ahead>;

    /// Does the work inside an open transaction. An error undoes the whole transaction, so a job that refuses must
    /// decide so before it writes.
    fn run(&mut self, database: &Database) -> Result<(), Fault>;

    /// Tells the caller how it ended.
    fn answer(self: Box<Self>, committed: Result<(), StoreError>);
}

/// The thread that writes, and the queue before it.
#[derive(Debug)]
pub(crate) struct Writer {
    queue: Option<SyncSender<Box<dyn Job>>>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    /// Starts the thread.
    pub(crate) fn start(
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
    pub(crate) fn submit<T, F>(
        &self,
        ahead: Option<Ahead>,
        work: F,
    ) -> oneshot::Receiver<Result<T, StoreError>>
    where
        T: Send + 'static,
        F: FnMut(&Database) -> Result<T, Fault> + Send + 'static,
    {
        let (job, receiver) = Task::queued(ahead, work);
        offer(self.queue.as_ref(), job, "overloaded: too many writes wait", "the writer has stopped");
        receiver
    }
}

/// Queues a job, or tells its caller why not.
pub(crate) fn offer(queue: Option<&SyncSender<Box<dyn Job>>>, job: Box<dyn Job>, full: &str, stopped: &str) {
    let (job, why) = match queue.map(|queue| queue.try_send(job)) {
        Some(Err(TrySendError::Full(job))) => (job, full),
        Some(Err(TrySendError::Disconnected(job))) => (job, stopped),
        Some(Ok(())) | None => return,
    };
    job.answer(Err(StoreError(why.to_owned())));
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
        // Nobody has been answered, so any order will do: first those whose answers hold while nobody else has written.
        batch.sort_by_key(|job| job.ahead().is_none());
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

impl Failure {
    const fn fault(&self) -> &Fault {
        match self {
            Self::Transaction(fault) | Self::Job(fault) => fault,
        }
    }
}

/// How long to wait between tries while a server is away: some twenty seconds in all, so that it can be started again.
pub(crate) fn pauses() -> impl Iterator<Item = Duration> {
    (0..28_u32).map(|tried| Duration::from_millis((20 << tried.min(6)).min(1_000)))
}

/// Runs jobs in one transaction, and all of it again where nothing of it is there and it may go well the next time.
fn run_together(database: &Database, batch: &mut [Box<dyn Job>]) -> Result<(), Failure> {
    let mut pauses = pauses();
    loop {
        let result = run_once(database, batch);
        let is_passing = result.as_ref().is_err_and(|failure| failure.fault().may_be_tried_again());
        let Some(pause) = is_passing.then(|| pauses.next()).flatten() else { return result };
        thread::sleep(pause);
    }
}

fn run_once(database: &Database, batch: &mut [Box<dyn Job>]) -> Result<(), Failure> {
    database.begin_knowing(batch.iter().map(|job| job.ahead())).map_err(Failure::Transaction)?;
    for (turn, job) in batch.iter_mut().enumerate() {
        database.turn(turn);
        if let Err(fault) = run_caught(job.as_mut(), database) {
            database.roll_back();
            return Err(Failure::Job(fault));
        }
    }
    database
        .commit()
        .map_err(|fault| if fault.is_refusal() { Failure::Job(fault) } else { Failure::Transaction(fault) })
}

/// A job that panics is a job that failed: the thread serves every other payment too.
pub(crate) fn run_caught(job: &mut dyn Job, database: &Database) -> Result<(), Fault> {
    catch_unwind(AssertUnwindSafe(|| job.run(database)))
        .unwrap_or_else(|_| Err(Fault::Contract("a write panicked".to_owned())))
}

pub(crate) struct Task<T, F> {
    ahead: Option<Ahead>,
    work: F,
    value: Option<T>,
    sender: oneshot::Sender<Result<T, StoreError>>,
}

impl<T, F> Task<T, F>
where
    T: Send + 'static,
    F: FnMut(&Database) -> Result<T, Fault> + Send + 'static,
{
    /// A job of this work, and where its result comes.
    pub(crate) fn queued(
        ahead: Option<Ahead>,
        work: F,
    ) -> (Box<dyn Job>, oneshot::Receiver<Result<T, StoreError>>) {
        let (sender, receiver) = oneshot::channel();
        (Box::new(Self { ahead, work, value: None, sender }), receiver)
    }
}

impl<T, F> Job for Task<T, F>
where
    T: Send,
    F: FnMut(&Database) -> Result<T, Fault> + Send,
{
    fn ahead(&self) -> Option<&Ahead> {
        self.ahead.as_ref()
    }

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

#[cfg(test)]
mod tests {
    use std::sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
        mpsc::{Sender, channel},
    };

    use futures_executor::block_on;

    use super::*;

    type Answer<T> = oneshot::Receiver<Result<T, StoreError>>;

    fn writer(queue_length_max: usize) -> Writer {
        Writer::start(crate::sqlite::blank(), 256, queue_length_max).expect("starts")
    }

    /// Keeps the thread busy until the sender is used or dropped, so that what is submitted meanwhile shares a batch.
    fn hold(writer: &Writer) -> (Sender<()>, Answer<()>) {
        let (release, wait) = channel();
        let (entered, is_held) = channel();
        let answer = writer.submit(None, move |_| {
            entered.send(()).ok();
            wait.recv().ok();
            Ok(())
        });
        is_held.recv().expect("the thread takes the job");
        (release, answer)
    }

    fn add_store(writer: &Writer, id: &'static str) -> Answer<()> {
        writer.submit(None, move |database| {
            database.execute("INSERT INTO stores (id, name) VALUES (?1, 'Shop')", [id]).map(drop)
        })
    }

    fn count_stores(writer: &Writer) -> u32 {
        let count = |database: &Database| {
            database.prepared("SELECT count(*) FROM stores")?.query_row([], |row| row.get(0))
        };
        block_on(writer.submit(None, count)).expect("answers").expect("counts")
    }

    fn wait<T>(answer: Answer<T>) -> Result<T, StoreError> {
        block_on(answer).expect("every job is answered")
    }

    #[test]
    fn one_bad_job_harms_no_other() {
        let writer = writer(64);
        let runs = Arc::new(AtomicU32::new(0));
        let (release, held) = hold(&writer);
        let counted = |id: &'static str| {
            let runs = Arc::clone(&runs);
            writer.submit(None, move |database| {
                runs.fetch_add(1, Ordering::Relaxed);
                let sql = "INSERT INTO stores (id, name) VALUES (?1, 'Shop')";
                database.execute(sql, [id]).map(drop)
            })
        };
        let before = [counted("a"), counted("b")];
        let bad = add_store(&writer, "a");
        let after = counted("c");
        release.send(()).expect("the thread waits");
        assert_eq!(wait(held), Ok(()));
        assert_eq!(before.map(wait), [Ok(()), Ok(())]);
        assert!(wait(bad).expect_err("the name is taken").0.contains("UNIQUE"));
        assert_eq!(wait(after), Ok(()));
        // Two ran before the bad one spoilt the batch, then three ran alone: they did share a transaction.
        assert_eq!((runs.load(Ordering::Relaxed), count_stores(&writer)), (5, 3));
    }

    #[test]
    fn a_commit_that_fails_fails_all_of_its_batch_and_nothing_else() {
        let writer = writer(64);
        let (release, held) = hold(&writer);
        let good = add_store(&writer, "a");
        let bad = writer.submit(None, |database| {
            // Checked no earlier than at the commit.
            database.execute("PRAGMA defer_foreign_keys = ON", [])?;
            database
                .execute("INSERT INTO events (store_no, kind, at, billing_key) VALUES (99, '', 0, '')", [])
                .map(drop)
        });
        release.send(()).expect("the thread waits");
        assert_eq!(wait(held), Ok(()));
        assert!(wait(good).is_err() && wait(bad).is_err());
        assert_eq!(count_stores(&writer), 0);
        assert_eq!(wait(add_store(&writer, "a")), Ok(()));
    }

    #[test]
    fn a_job_that_panics_is_an_error() {
        let writer = writer(64);
        let (release, _held) = hold(&writer);
        let good = add_store(&writer, "a");
        let bad: Answer<()> = writer.submit(None, |_| panic!("a bug"));
        release.send(()).expect("the thread waits");
        assert_eq!(wait(good), Ok(()));
        assert!(wait(bad).is_err());
        assert_eq!(count_stores(&writer), 1);
    }

    #[test]
    fn a_full_queue_refuses_and_recovers() {
        let writer = writer(2);
        let (release, held) = hold(&writer);
        let queued = [add_store(&writer, "a"), add_store(&writer, "b")];
        let refused = wait(add_store(&writer, "c")).expect_err("the queue is full");
        assert!(refused.0.contains("overloaded"), "{refused}");
        release.send(()).expect("the thread waits");
        assert_eq!((wait(held), queued.map(wait)), (Ok(()), [Ok(()), Ok(())]));
        assert_eq!(wait(add_store(&writer, "c")), Ok(()));
    }

    #[test]
    fn what_is_queued_is_written_before_the_thread_ends() {
        let writer = writer(64);
        let (release, _held) = hold(&writer);
        let queued = [add_store(&writer, "a"), add_store(&writer, "b")];
        drop(release);
        drop(writer);
        assert_eq!(queued.map(wait), [Ok(()), Ok(())]);
    }

    #[test]
    fn a_caller_that_hangs_up_undoes_nothing() {
        let writer = writer(64);
        drop(add_store(&writer, "a"));
        assert_eq!(count_stores(&writer), 1);
    }
}
