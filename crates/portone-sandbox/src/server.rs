//! The thin server: sockets, delays, broken replies and the journal around the pure core.

use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use http::header::{
    AUTHORIZATION, CACHE_CONTROL, CONTENT_LENGTH, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName,
    REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderMap, HeaderValue, Response, StatusCode};
use http_body::{Body, Frame, SizeHint};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use serde_json::Value;
use socket2::{SockRef, Socket};
use tokio::net::{TcpListener, TcpStream};

use crate::config::SandboxConfig;
use crate::journal::{Journal, JournalError};
use crate::message::{Answer, Method, Reply, Request};
use crate::notices::Notification;
use crate::page::{self, Page};
use crate::sandbox::Sandbox;
use crate::sender::send_due;

/// Tells the time; the binary passes the system's, a test its own.
pub type Clock = Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>;

const BODY_BYTES_MAX: usize = 1024 * 1024;
/// How long open requests may take to finish once the server is told to stop.
const SHUTDOWN_GRACE: Duration = Duration::from_secs(5);
const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
const TIER: HeaderName = HeaderName::from_static("tier");

/// The server cannot start or go on.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The data folder's journal cannot be used.
    #[error(transparent)]
    Journal(#[from] JournalError),
}

/// Opens the sandbox and serves it: [`open`], then [`Opened::serve`].
pub async fn serve(
    listener: TcpListener,
    config: SandboxConfig,
    clock: Clock,
    shutdown: impl Future<Output = ()>,
) -> Result<(), ServeError> {
    open(config, clock)?.serve(listener, shutdown).await;
    Ok(())
}

/// A sandbox whose ledger is there, ready to be served.
pub struct Opened(Arc<State>);

/// Opens a sandbox. With a data folder the ledger is replayed from its journal, and whatever is wrong with it ends the start.
pub fn open(config: SandboxConfig, clock: Clock) -> Result<Opened, ServeError> {
    State::open(config, clock).map(Arc::new).map(Opened)
}

impl Opened {
    /// Serves the sandbox on `listener` until `shutdown` ends, then lets open requests finish for up to 5 seconds. A
    /// request whose client goes away is still performed (V2-013).
    pub async fn serve(self, listener: TcpListener, shutdown: impl Future<Output = ()>) {
        run(self.0, listener, shutdown).await;
    }
}

async fn run(state: Arc<State>, listener: TcpListener, shutdown: impl Future<Output = ()>) {
    let connections = GracefulShutdown::new();
    let sending = tokio::spawn(send_due(Arc::clone(&state)));
    let mut shutdown = pin!(shutdown);
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => open_connection(stream, Arc::clone(&state), &connections),
                // Out of descriptors, or the peer went away: neither ends the server.
                Err(error) => {
                    tracing::warn!(%error, "the sandbox could not accept a connection");
                    tokio::time::sleep(Duration::from_millis(10)).await;
                }
            },
            () = &mut shutdown => break,
        }
    }
    drop(listener);
    if tokio::time::timeout(SHUTDOWN_GRACE, connections.shutdown()).await.is_err() {
        tracing::warn!("the sandbox stopped with requests open");
    }
    // What was under way is sent again after the next start.
    sending.abort();
}

/// The core and its journal, changed together.
pub(crate) struct State {
    core: Mutex<Core>,
    clock: Clock,
}

struct Core {
    sandbox: Sandbox,
    journal: Option<Journal>,
}

impl State {
    fn open(config: SandboxConfig, clock: Clock) -> Result<Self, ServeError> {
        let folder = config.data_folder.clone();
        let mut sandbox = Sandbox::new(config);
        let journal = folder.map(|folder| Journal::open(&folder, &mut sandbox)).transpose()?;
        Ok(Self { core: Mutex::new(Core { sandbox, journal }), clock })
    }

    /// The answer and its delay, journalled before it is given out.
    fn handle(&self, request: Request) -> (Duration, Answer) {
        self.with_core(|sandbox, now| Some(sandbox.handle(now, request)))
    }

    fn with_core(
        &self,
        work: impl FnOnce(&mut Sandbox, DateTime<Utc>) -> Option<Reply>,
    ) -> (Duration, Answer) {
        let mut core = self.core.lock().unwrap_or_else(PoisonError::into_inner);
        let Core { sandbox, journal } = &mut *core;
        // Read under the lock, so that the ledger's times never run backwards.
        let now = (self.clock)();
        let Some(reply) = work(sandbox, now) else { return (Duration::ZERO, Answer::Reset) };
        if let Some(Err(error)) = journal.as_mut().map(|journal| journal.append(sandbox, &reply.changes)) {
            tracing::error!(%error, "the sandbox could not write its journal");
            return (Duration::ZERO, Answer::Reset);
        }
        (Duration::from_millis(reply.delay_ms), reply.answer)
    }

    /// The PG that a window's call goes to.
    fn provider_of(&self, is_v1: bool, call: &Value) -> String {
        let core = self.core.lock().unwrap_or_else(PoisonError::into_inner);
        core.sandbox.provider_of(is_v1, call)
    }

    /// Takes notifications to send now.
    pub(crate) fn take_notifications(&self, count_max: usize) -> Vec<Notification> {
        let mut core = self.core.lock().unwrap_or_else(PoisonError::into_inner);
        core.sandbox.take_notifications((self.clock)(), count_max)
    }

    /// Keeps what became of a notification. If it cannot be written it is sent once more after a restart.
    pub(crate) fn notification_sent(&self, number: u64, is_taken: bool) {
        let mut core = self.core.lock().unwrap_or_else(PoisonError::into_inner);
        let Core { sandbox, journal } = &mut *core;
        let changes = sandbox.notified((self.clock)(), number, is_taken);
        if let Some(Err(error)) = journal.as_mut().map(|journal| journal.append(sandbox, &changes)) {
            tracing::error!(%error, "the sandbox could not write its journal");
        }
    }

    /// Waits out a delay, and performs a held operation after it.
    async fn settle(self: Arc<Self>, delay: Duration, answer: Answer) -> Answer {
        if !delay.is_zero() {
            tokio::time::sleep(delay).await;
        }
        match answer {
            Answer::Held(ticket) => self.with_core(|sandbox, now| sandbox.resume(now, ticket)).1,
            answer => answer,
        }
    }
}

fn open_connection(stream: TcpStream, state: Arc<State>, connections: &GracefulShutdown) {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::warn!(%error, "the sandbox could not switch TCP_NODELAY on");
    }
    // A second handle on the socket, to ask for a reset while hyper owns the first.
    let socket = match SockRef::from(&stream).try_clone() {
        Ok(socket) => Arc::new(socket),
        Err(error) => {
            tracing::warn!(%error, "the sandbox could not open a connection");
            return;
        }
    };
    let service = service_fn(move |request| respond(Arc::clone(&state), Arc::clone(&socket), request));
    let connection =
        http1::Builder::new().timer(TokioTimer::new()).serve_connection(TokioIo::new(stream), service);
    let connection = connections.watch(connection);
    tokio::spawn(async move {
        // A cut or reset connection ends with an error here; both are the sandbox's own doing or the client's.
        let _ended = connection.await;
    });
}

/// The connection is to be reset without a reply.
#[derive(Debug, thiserror::Error)]
#[error("the sandbox resets the connection")]
struct ResetConnection;

async fn respond(
    state: Arc<State>,
    socket: Arc<Socket>,
    request: http::Request<Incoming>,
) -> Result<Response<ReplyBody>, ResetConnection> {
    let (head, body) = request.into_parts();
    let body = match Limited::new(body, BODY_BYTES_MAX).collect().await {
        Ok(body) => body.to_bytes(),
        Err(error) if error.is::<LengthLimitError>() => return Ok(too_large()),
        Err(_) => return Err(ResetConnection),
    };
    let request = Request {
        method: method_of(&head.method),
        path: head.uri.path().to_owned(),
        query: head.uri.query().unwrap_or_default().to_owned(),
        authorization: text_of(&head.headers, &AUTHORIZATION),
        idempotency_key: text_of(&head.headers, &IDEMPOTENCY_KEY),
        tier: text_of(&head.headers, &TIER),
        body,
    };
    if let Some(page) = page::page(&request, |is_v1, call| state.provider_of(is_v1, call)) {
        return Ok(shown(page));
    }
    let (delay, answer) = state.handle(request);
    let answer = if delay.is_zero() {
        answer
    } else {
        // On a task of its own, so that a client that hangs up does not undo a held operation.
        tokio::spawn(state.settle(delay, answer)).await.map_err(|_| ResetConnection)?
    };
    response_of(answer, &socket)
}

fn response_of(answer: Answer, socket: &Socket) -> Result<Response<ReplyBody>, ResetConnection> {
    match answer {
        Answer::Json { status, body } => Ok(response(status, ReplyBody::whole(body))),
        Answer::Garbage { body } => Ok(response(200, ReplyBody::whole(body))),
        Answer::Half { status, body, sent_bytes } => {
            let announced = body.len();
            let mut response = response(status, ReplyBody::cut(body.slice(..sent_bytes.min(announced))));
            response.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from(announced));
            Ok(response)
        }
        Answer::Reset | Answer::Held(_) => {
            // With a linger of zero the kernel answers the close with RST instead of FIN.
            if let Err(error) = socket.set_linger(Some(Duration::ZERO)) {
                tracing::warn!(%error, "the sandbox could not prepare a reset");
            }
            Err(ResetConnection)
        }
    }
}

fn response(status: u16, body: ReplyBody) -> Response<ReplyBody> {
    let mut response = Response::new(body);
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// What a browser is sent. A script may be loaded by any page, as a PG's is.
fn shown(page: Page) -> Response<ReplyBody> {
    let mut response = response(page.status, ReplyBody::whole(page.body));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(page.kind));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    if let Some(policy) = page.policy {
        headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
    }
    response
}

fn too_large() -> Response<ReplyBody> {
    let body = r#"{"type":"INVALID_REQUEST","message":"the request body is too large"}"#;
    response(413, ReplyBody::whole(Bytes::from_static(body.as_bytes())))
}

fn method_of(method: &http::Method) -> Method {
    match *method {
        http::Method::GET => Method::Get,
        http::Method::POST => Method::Post,
        http::Method::PUT => Method::Put,
        http::Method::PATCH => Method::Patch,
        http::Method::DELETE => Method::Delete,
        _ => Method::Other,
    }
}

fn text_of(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned)
}

/// A body that is sent whole, or breaks off after its bytes.
struct ReplyBody {
    bytes: Option<Bytes>,
    end: End,
}

enum End {
    Clean,
    /// Break off, but only once the bytes have had a chance to be flushed.
    CutAfterFlush,
    Cut,
}

/// The body breaks off on purpose.
#[derive(Debug, thiserror::Error)]
#[error("the sandbox cuts the reply")]
struct CutReply;

impl ReplyBody {
    fn whole(bytes: Bytes) -> Self {
        Self { bytes: Some(bytes), end: End::Clean }
    }

    fn cut(bytes: Bytes) -> Self {
        Self { bytes: Some(bytes), end: End::CutAfterFlush }
    }
}

impl Body for ReplyBody {
    type Data = Bytes;
    type Error = CutReply;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, CutReply>>> {
        if let Some(bytes) = self.bytes.take() {
            return Poll::Ready(Some(Ok(Frame::data(bytes))));
        }
        match self.end {
            End::Clean => Poll::Ready(None),
            End::CutAfterFlush => {
                self.end = End::Cut;
                context.waker().wake_by_ref();
                Poll::Pending
            }
            End::Cut => Poll::Ready(Some(Err(CutReply))),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.bytes.is_none() && matches!(self.end, End::Clean)
    }

    fn size_hint(&self) -> SizeHint {
        match (&self.bytes, &self.end) {
            (Some(bytes), End::Clean) => SizeHint::with_exact(bytes.len() as u64),
            (None, End::Clean) => SizeHint::with_exact(0),
            _ => SizeHint::default(),
        }
    }
}
