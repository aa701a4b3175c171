//! One thread, one clock and one queue of tasks: the seed says which task that can go on goes on next. Time stands still
//! while any can, and then jumps to the next thing that somebody waits for.
//!
//! A task belongs to a process. Ending a process drops every task of it at the await point where it stands: that is what
//! a crash is. A frozen process goes on later, from where it was.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Wake, Waker};

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::future::BoxFuture;

use crate::chance::Chance;
use crate::trace::Trace;

/// A process: the world, or a gateway.
pub(crate) type ProcessId = usize;

/// Everything that is no gateway: shops, PGs, the network. It never crashes.
pub(crate) const WORLD: ProcessId = 0;

/// How many steps a run takes at most: many times what the longest takes.
const STEP_COUNT_MAX: u64 = 5_000_000;

/// The thread, the clock and the queue.
#[derive(Debug)]
pub(crate) struct Scheduler {
    pub(crate) trace: Trace,
    chance: Chance,
    state: Mutex<State>,
    ready: Arc<Mutex<Vec<u64>>>,
}

struct State {
    now: DateTime<Utc>,
    timers: BTreeMap<(DateTime<Utc>, u64), Waker>,
    timer_count: u64,
    spawned: Vec<Task>,
    ended: Vec<ProcessId>,
    frozen: BTreeMap<ProcessId, DateTime<Utc>>,
    /// How many more steps a process takes before it crashes.
    steps_left: BTreeMap<ProcessId, u64>,
    /// How many more steps a process takes before it stands still, and for how long then.
    steps_to_freeze: BTreeMap<ProcessId, (u64, TimeDelta)>,
    running: ProcessId,
    is_over: bool,
}

impl std::fmt::Debug for State {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("State").field("now", &self.now).finish_non_exhaustive()
    }
}

struct Task {
    process: ProcessId,
    future: BoxFuture<'static, ()>,
}

/// Puts its task into the queue, once.
struct TaskWaker {
    id: u64,
    ready: Arc<Mutex<Vec<u64>>>,
    is_queued: AtomicBool,
}

impl Wake for TaskWaker {
    fn wake(self: Arc<Self>) {
        if !self.is_queued.swap(true, Ordering::Relaxed) {
            self.ready.lock().unwrap_or_else(PoisonError::into_inner).push(self.id);
        }
    }
}

impl Scheduler {
    pub(crate) fn new(chance: Chance, start: DateTime<Utc>, trace: Trace) -> Arc<Self> {
        let state = State {
            now: start,
            timers: BTreeMap::new(),
            timer_count: 0,
            spawned: Vec::new(),
            ended: Vec::new(),
            frozen: BTreeMap::new(),
            steps_left: BTreeMap::new(),
            steps_to_freeze: BTreeMap::new(),
            running: WORLD,
            is_over: false,
        };
        Arc::new(Self { trace, chance, state: Mutex::new(state), ready: Arc::default() })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The time.
    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.state().now
    }

    /// The process whose turn it is.
    pub(crate) fn running(&self) -> ProcessId {
        self.state().running
    }

    /// Writes a line of the history.
    pub(crate) fn note(&self, text: std::fmt::Arguments<'_>) {
        self.trace.line(self.now(), text);
    }

    /// Starts a task of a process.
    pub(crate) fn spawn(&self, process: ProcessId, future: impl Future<Output = ()> + Send + 'static) {
        self.state().spawned.push(Task { process, future: Box::pin(future) });
    }

    /// Waits.
    pub(crate) fn sleep(self: &Arc<Self>, duration: TimeDelta) -> Sleep {
        Sleep { scheduler: Arc::clone(self), until: self.now() + duration, timer: None }
    }

    /// Waits for so many milliseconds.
    pub(crate) fn sleep_ms(self: &Arc<Self>, milliseconds: u64) -> Sleep {
        self.sleep(TimeDelta::milliseconds(i64::try_from(milliseconds).unwrap_or(i64::MAX)))
    }

    /// Calls off every crash that is to come, and every standstill.
    pub(crate) fn spare(&self) {
        let mut state = self.state();
        state.steps_left.clear();
        state.steps_to_freeze.clear();
        state.frozen.clear();
    }

    /// Ends a process after so many more of its steps.
    pub(crate) fn crash_after(&self, process: ProcessId, step_count: u64) {
        self.state().steps_left.insert(process, step_count);
    }

    /// Lets a process stand still for a while after so many more of its steps.
    pub(crate) fn freeze_after(&self, process: ProcessId, step_count: u64, duration: TimeDelta) {
        self.state().steps_to_freeze.insert(process, (step_count, duration));
    }

    /// Ends the run, when the task whose turn it is has had it.
    pub(crate) fn stop(&self) {
        self.state().is_over = true;
    }

    /// Runs until [`Self::stop`]; fails where nothing is left to wait for, or where it does not come to an end.
    pub(crate) fn run(&self) -> Result<(), String> {
        let mut tasks: BTreeMap<u64, (Task, Arc<TaskWaker>)> = BTreeMap::new();
        let ended = self.run_tasks(&mut tasks);
        // Dropped with nothing locked: a task may hold the world, which holds this, and may wake others.
        let spawned = std::mem::take(&mut self.state().spawned);
        drop((tasks, spawned));
        ended
    }

    fn run_tasks(&self, tasks: &mut BTreeMap<u64, (Task, Arc<TaskWaker>)>) -> Result<(), String> {
        let mut task_count = 0;
        for _ in 0..STEP_COUNT_MAX {
            let (spawned, ended, is_over) = self.state().take_news();
            self.take_in(spawned, tasks, &mut task_count);
            self.drop_ended(ended, tasks);
            if is_over {
                return Ok(());
            }
            match self.next_ready() {
                Some(id) => self.step(id, tasks),
                None if self.pass_time() => {}
                None => return Err("nothing can go on, and nobody waits for the time".to_owned()),
            }
        }
        Err(format!("it does not come to rest in {STEP_COUNT_MAX} steps"))
    }

    fn take_in(
        &self,
        spawned: Vec<Task>,
        tasks: &mut BTreeMap<u64, (Task, Arc<TaskWaker>)>,
        task_count: &mut u64,
    ) {
        for task in spawned {
            *task_count += 1;
            let is_queued = AtomicBool::new(false);
            let waker = Arc::new(TaskWaker { id: *task_count, ready: Arc::clone(&self.ready), is_queued });
            Arc::clone(&waker).wake();
            tasks.insert(*task_count, (task, waker));
        }
    }

    /// Futures are dropped here, with nothing locked: what they hold may wake others.
    fn drop_ended(&self, ended: Vec<ProcessId>, tasks: &mut BTreeMap<u64, (Task, Arc<TaskWaker>)>) {
        for process in ended {
            self.note(format_args!("gateway {process} is dead"));
            self.state().frozen.remove(&process);
            self.state().steps_left.remove(&process);
            self.state().steps_to_freeze.remove(&process);
            tasks.retain(|_, (task, _)| task.process != process);
        }
    }

    fn next_ready(&self) -> Option<u64> {
        let mut ready = self.ready.lock().unwrap_or_else(PoisonError::into_inner);
        let place = self.chance.index(ready.len());
        if ready.is_empty() { None } else { Some(ready.swap_remove(place)) }
    }

    fn step(&self, id: u64, tasks: &mut BTreeMap<u64, (Task, Arc<TaskWaker>)>) {
        let Some((task, waker)) = tasks.get_mut(&id) else { return };
        let process = task.process;
        if self.is_put_off(process, waker) {
            return;
        }
        self.trace.turn(id);
        waker.is_queued.store(false, Ordering::Relaxed);
        let waker = Waker::from(Arc::clone(waker));
        let is_done = task.future.as_mut().poll(&mut Context::from_waker(&waker)).is_ready();
        self.count_step(process);
        if is_done {
            tasks.remove(&id);
        }
    }

    /// Whether the task's process is frozen; then the task waits for its end. Else it is that process's turn.
    fn is_put_off(&self, process: ProcessId, waker: &Arc<TaskWaker>) -> bool {
        let mut state = self.state();
        let now = state.now;
        let Some(until) = state.frozen.get(&process).copied().filter(|until| now < *until) else {
            state.running = process;
            return false;
        };
        waker.is_queued.store(false, Ordering::Relaxed);
        state.add_timer(until, Waker::from(Arc::clone(waker)));
        true
    }

    fn count_step(&self, process: ProcessId) {
        let is_frozen = {
            let mut state = self.state();
            state.running = WORLD;
            if let Some(left) = state.steps_left.get_mut(&process) {
                *left = left.saturating_sub(1);
                if *left == 0 {
                    state.ended.push(process);
                }
            }
            state.count_to_freeze(process)
        };
        if let Some(duration) = is_frozen {
            self.note(format_args!("gateway {process} stands still for {} s", duration.num_seconds()));
        }
    }

    /// Goes on to the next moment somebody waits for; `false` where nobody does.
    fn pass_time(&self) -> bool {
        let first = {
            let mut state = self.state();
            let Some(((at, _), waker)) = state.timers.pop_first() else { return false };
            state.now = state.now.max(at);
            waker
        };
        first.wake();
        true
    }
}

impl State {
    /// What has come up since the last step: new tasks, dead processes, and whether the run is over.
    fn take_news(&mut self) -> (Vec<Task>, Vec<ProcessId>, bool) {
        (std::mem::take(&mut self.spawned), std::mem::take(&mut self.ended), self.is_over)
    }

    /// How long a process stands still from now on, if it does.
    fn count_to_freeze(&mut self, process: ProcessId) -> Option<TimeDelta> {
        let (left, duration) = self.steps_to_freeze.get_mut(&process)?;
        *left = left.saturating_sub(1);
        if *left > 0 {
            return None;
        }
        let duration = *duration;
        self.steps_to_freeze.remove(&process);
        self.frozen.insert(process, self.now + duration);
        Some(duration)
    }

    fn add_timer(&mut self, until: DateTime<Utc>, waker: Waker) -> (DateTime<Utc>, u64) {
        self.timer_count += 1;
        let timer = (until, self.timer_count);
        self.timers.insert(timer, waker);
        timer
    }
}

/// Is over when its time has come.
#[derive(Debug)]
pub(crate) struct Sleep {
    scheduler: Arc<Scheduler>,
    until: DateTime<Utc>,
    timer: Option<(DateTime<Utc>, u64)>,
}

impl Future for Sleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let scheduler = Arc::clone(&self.scheduler);
        let mut state = scheduler.state();
        if state.now >= self.until && self.timer.is_some() {
            return Poll::Ready(());
        }
        if let Some(timer) = self.timer.take() {
            state.timers.remove(&timer);
        }
        let until = self.until;
        self.timer = Some(state.add_timer(until, cx.waker().clone()));
        Poll::Pending
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        if let Some(timer) = self.timer.take() {
            self.scheduler.state().timers.remove(&timer);
        }
    }
}
