//! Reading connections: they see what is committed and never wait for the writer.

use std::{
    path::{Path, PathBuf},
    sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel},
    sync::{Arc, Mutex, PoisonError},
    thread::{self, JoinHandle},
};

use futures_channel::oneshot;
use portone_engine::port::StoreError;

use super::database::{Database, Fault};
use crate::seal::Keyring;

/// How many long reads run side by side.
const THREAD_COUNT: usize = 2;
/// How many long reads may wait; one more is refused with an error.
const QUEUE_LENGTH_MAX: usize = 1_024;

/// A pool that never makes a reader wait: where none is idle, another connection is opened. A read holds no connection
/// across an await, so there are at most as many as threads.
#[derive(Debug)]
pub(crate) struct Readers {
    path: PathBuf,
    idle: Mutex<Vec<Database>>,
    idle_count_max: usize,
    keyring: Option<Arc<Keyring>>,
}

impl Readers {
    pub(crate) fn new(path: &Path, idle_count_max: usize, keyring: Option<Arc<Keyring>>) -> Self {
        Self { path: path.to_owned(), idle: Mutex::new(Vec::new()), idle_count_max, keyring }
    }

    /// Runs a read. A connection whose read failed is not used again.
    pub(crate) fn read<T>(&self, work: impl FnOnce(&Database) -> Result<T, Fault>) -> Result<T, Fault> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let database = match idle {
            Some(database) => database,
            None => crate::sqlite::reader(&self.path, self.keyring.clone())?,
        };
        let value = work(&database)?;
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < self.idle_count_max {
            idle.push(database);
        }
        Ok(value)
    }
}

/// A read that waits for a thread.
type Job = Box<dyn FnOnce(&Readers) + Send>;

/// Threads for reads that take milliseconds: they would hold up whatever else the caller's thread serves.
#[derive(Debug)]
pub(crate) struct ReaderThreads {
    queue: Option<SyncSender<Job>>,
    threads: Vec<JoinHandle<()>>,
}

impl ReaderThreads {
    /// Starts the threads.
    pub(crate) fn start(readers: &Arc<Readers>) -> std::io::Result<Self> {
        let (queue, jobs) = sync_channel(QUEUE_LENGTH_MAX);
        let jobs = Arc::new(Mutex::new(jobs));
        let spawn = |number| {
            let (readers, jobs) = (Arc::clone(readers), Arc::clone(&jobs));
            let name = format!("portone-read-{number}");
            thread::Builder::new().name(name).spawn(move || serve(&readers, &jobs))
        };
        let threads = (0..THREAD_COUNT).map(spawn).collect::<Result<_, _>>()?;
        Ok(Self { queue: Some(queue), threads })
    }

    /// Queues a read.
    pub(crate) fn submit<T, F>(&self, work: F) -> oneshot::Receiver<Result<T, StoreError>>
    where
        T: Send + 'static,
        F: FnMut(&Database) -> Result<T, Fault> + Send + 'static,
    {
        let (sender, receiver) = oneshot::channel();
        let job: Job = Box::new(move |readers| {
            // Whoever hung up does not hear it.
            let _ = sender.send(readers.read(work).map_err(StoreError::from));
        });
        match self.queue.as_ref().map(|queue| queue.try_send(job)) {
            Some(Ok(())) => receiver,
            Some(Err(TrySendError::Full(_))) => refused("overloaded: too many reads wait"),
            Some(Err(TrySendError::Disconnected(_))) | None => refused("the readers have stopped"),
        }
    }
}

fn refused<T>(why: &str) -> oneshot::Receiver<Result<T, StoreError>> {
    let (sender, receiver) = oneshot::channel();
    let _ = sender.send(Err(StoreError(why.to_owned())));
    receiver
}

/// Takes one read after the other, until there will be no more. One that panics is not answered, and ends its thread's
/// turn but not the thread.
fn serve(readers: &Readers, jobs: &Mutex<Receiver<Job>>) {
    loop {
        let job = jobs.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(job) = job else { return };
        let _ = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| job(readers)));
    }
}

/// Lets the threads finish what is queued.
impl Drop for ReaderThreads {
    fn drop(&mut self) {
        drop(self.queue.take());
        for thread in self.threads.drain(..) {
            // A panic of the thread has been reported by the thread.
            let _ = thread.join();
        }
    }
}
