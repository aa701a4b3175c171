//! Sends notifications: one connection each, to `http://` addresses.

use std::sync::Arc;
use std::time::Duration;

use http_body_util::{BodyExt as _, Full};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::notices::Notification;
use crate::server::State;

/// How often the ledger is looked at for messages that are due.
const PAUSE: Duration = Duration::from_millis(50);
/// How many are under way at once.
const SENDING_COUNT_MAX: usize = 16;
/// How long a try may take.
const TRY_MAX: Duration = Duration::from_secs(10);

/// Sends what comes due, until it is dropped.
pub(crate) async fn send_due(state: Arc<State>) {
    let free = Arc::new(Semaphore::new(SENDING_COUNT_MAX));
    let mut under_way = JoinSet::new();
    loop {
        while under_way.try_join_next().is_some() {}
        for notification in state.take_notifications(free.available_permits()) {
            // Only this loop takes permits, so there is one for each.
            let permit = Arc::clone(&free).try_acquire_owned();
            let state = Arc::clone(&state);
            under_way.spawn(async move {
                let number = notification.number;
                let taken = tokio::time::timeout(TRY_MAX, post(notification)).await;
                let is_taken = matches!(taken, Ok(Ok(status)) if (200..300).contains(&status));
                if !is_taken {
                    tracing::debug!(number, ?taken, "a notification was not taken; it is sent again later");
                }
                state.notification_sent(number, is_taken);
                drop(permit);
            });
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// Why a message was not sent.
#[derive(Debug, thiserror::Error)]
enum SendError {
    #[error("the URL is no http:// address")]
    Address,
    #[error(transparent)]
    Io(#[from] std::io::Error),
    #[error(transparent)]
    Http(#[from] hyper::Error),
    #[error(transparent)]
    Message(#[from] http::Error),
}

/// The status of the answer.
async fn post(notification: Notification) -> Result<u16, SendError> {
    let uri: http::Uri = notification.url.parse().map_err(|_| SendError::Address)?;
    let host = uri.host().filter(|_| uri.scheme_str() == Some("http")).ok_or(SendError::Address)?;
    let port = uri.port_u16().unwrap_or(80);
    let authority = uri.authority().map_or(host, http::uri::Authority::as_str);
    let target = uri.path_and_query().map_or("/", http::uri::PathAndQuery::as_str);
    let stream = TcpStream::connect((host.trim_matches(['[', ']']), port)).await?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    let connection = tokio::spawn(connection);
    let mut request = http::Request::post(target).header(http::header::HOST, authority);
    for (name, value) in notification.headers {
        request = request.header(name, value);
    }
    let reply = sender.send_request(request.body(Full::new(notification.body))?).await?;
    let status = reply.status().as_u16();
    // Read to its end, so that the receiver does not see its answer cut off.
    let _ = reply.into_body().collect().await;
    connection.abort();
    Ok(status)
}
