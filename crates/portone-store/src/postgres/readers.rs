//! Threads that read, each with a connection of its own: so many reads run side by side, and others wait.

use std::{
    sync::mpsc::{Receiver, SyncSender, sync_channel},
    sync::{Arc, Mutex, PoisonError},
    thread::{self, JoinHandle},
};

use futures_channel::oneshot;
use portone_engine::port::StoreError;

use super::pauses;
use crate::sql::writer::{Job, Task, offer, run_caught};
use crate::sql::{Database, Fault};

/// The threads, and the queue before them.
#[derive(Debug)]
pub(super) struct Readers {
    queue: Option<SyncSender<Box<dyn Job>>>,
    threads: Vec<JoinHandle<()>>,
}

impl Readers {
    /// Starts a thread for each connection.
    pub(super) fn start(databases: Vec<Database>, queue_length_max: usize) -> std::io::Result<Self> {
        let (queue, jobs) = sync_channel(queue_length_max);
        let jobs = Arc::new(Mutex::new(jobs));
        let spawn = |(number, database): (usize, Database)| {
            let jobs = Arc::clone(&jobs);
            let name = format!("portone-read-{number}");
            thread::Builder::new().name(name).spawn(move || serve(&database, &jobs))
        };
        let threads = databases.into_iter().enumerate().map(spawn).collect::<Result<_, _>>()?;
        Ok(Self { queue: Some(queue), threads })
    }

    /// Queues a read.
    pub(super) fn submit<T, F>(&self, work: F) -> oneshot::Receiver<Result<T, StoreError>>
    where
        T: Send + 'static,
        F: FnMut(&Database) -> Result<T, Fault> + Send + 'static,
    {
        let (job, receiver) = Task::queued(None, work);
        offer(self.queue.as_ref(), job, "overloaded: too many reads wait", "the readers have stopped");
        receiver
    }
}

fn serve(database: &Database, jobs: &Mutex<Receiver<Box<dyn Job>>>) {
    loop {
        let job = jobs.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(mut job) = job else { return };
        let read = read(database, job.as_mut());
        job.answer(read.map_err(StoreError::from));
    }
}

/// Reads, again where the connection went meanwhile: a read has changed nothing.
fn read(database: &Database, job: &mut dyn Job) -> Result<(), Fault> {
    let mut pauses = pauses();
    loop {
        let result = run_caught(job, database);
        let Err(fault) = &result else { return result };
        // A panic may have left a snapshot open.
        database.roll_back();
        let pause = if fault.may_be_tried_again() { pauses.next() } else { None };
        let Some(pause) = pause else { return result };
        thread::sleep(pause);
    }
}

/// Lets the threads finish what is queued.
impl Drop for Readers {
    fn drop(&mut self) {
        drop(self.queue.take());
        for thread in self.threads.drain(..) {
            // A panic of the thread has been reported by the thread.
            let _ = thread.join();
        }
    }
}
