//! Where the faces listen: connections are counted, and one that does not say what it wants is cut off.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, Request};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;

use crate::system::Failure;

/// What a client may take.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Patience {
    /// How long a request's head may take, and how long a connection may say nothing between two requests.
    pub(crate) head: Duration,
    /// How many connections are open at once; more wait to be accepted.
    pub(crate) connection_count_max: usize,
}

/// A busy shop keeps some hundred connections; browsers and balancers give up an idle one after a minute or so.
pub(crate) const PATIENCE: Patience =
    Patience { head: Duration::from_secs(75), connection_count_max: 16_384 };

/// How long nothing is accepted when the system has no more sockets to give.
const OUT_OF_SOCKETS: Duration = Duration::from_millis(200);
/// How many headers a request may have, and how long its head may be.
const HEADER_COUNT_MAX: usize = 100;
const HEAD_LENGTH_MAX: usize = 64 * 1024;

/// `setting` is where the address is chosen.
pub(crate) async fn bind(listen: SocketAddr, setting: &str) -> Result<TcpListener, Failure> {
    TcpListener::bind(listen)
        .await
        .map_err(|error| format!("cannot listen on {listen}: {error}; choose another with {setting}").into())
}

/// Answers at an address until it is told to stop, and what was asked until then.
pub(crate) async fn answer(
    listener: TcpListener,
    faces: Router,
    patience: Patience,
    stop: CancellationToken,
) {
    let places = Arc::new(Semaphore::new(patience.connection_count_max));
    let graceful = GracefulShutdown::new();
    while let Some(next) = stop.run_until_cancelled(accept(&listener, &places)).await {
        match next {
            Ok((socket, address, place)) => {
                let connection = serve(socket, address, faces.clone(), patience, graceful.watcher());
                tokio::spawn(async move {
                    connection.await;
                    drop(place);
                });
            }
            Err(error) => {
                tracing::warn!(%error, "cannot accept a connection");
                tokio::time::sleep(OUT_OF_SOCKETS).await;
            }
        }
    }
    drop(listener);
    graceful.shutdown().await;
}

/// A place first, so that what nobody could serve waits in the system's queue.
async fn accept(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
) -> io::Result<(TcpStream, SocketAddr, OwnedSemaphorePermit)> {
    let place = Arc::clone(places).acquire_owned().await.map_err(io::Error::other)?;
    loop {
        match listener.accept().await {
            Ok((socket, address)) => return Ok((socket, address, place)),
            // The client is gone before it was accepted.
            Err(error) if is_the_clients(&error) => {}
            Err(error) => return Err(error),
        }
    }
}

fn is_the_clients(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

async fn serve(socket: TcpStream, address: SocketAddr, faces: Router, patience: Patience, watcher: Watcher) {
    if let Err(error) = socket.set_nodelay(true) {
        tracing::debug!(%error, "cannot switch off Nagle's algorithm");
    }
    let service = faces.map_request(move |request: Request<Incoming>| {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(ConnectInfo(address));
        request
    });
    let mut server = http1::Builder::new();
    server
        .timer(TokioTimer::new())
        .header_read_timeout(patience.head)
        .max_headers(HEADER_COUNT_MAX)
        .max_buf_size(HEAD_LENGTH_MAX);
    let connection = server.serve_connection(TokioIo::new(socket), TowerToHyperService::new(service));
    if let Err(error) = watcher.watch(connection).await {
        tracing::debug!(%error, %address, "a connection ended early");
    }
}

#[cfg(test)]
mod tests {
    use axum::routing::get;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    use super::*;

    const HURRIED: Patience = Patience { head: Duration::from_millis(200), connection_count_max: 1 };

    async fn listening() -> (SocketAddr, CancellationToken, tokio::task::JoinHandle<()>) {
        let listener = bind(SocketAddr::from(([127, 0, 0, 1], 0)), "--listen").await.unwrap();
        let (address, stop) = (listener.local_addr().unwrap(), CancellationToken::new());
        let faces = Router::new()
            .route("/", get(async |ConnectInfo(from): ConnectInfo<SocketAddr>| from.ip().to_string()));
        (address, stop.clone(), tokio::spawn(answer(listener, faces, HURRIED, stop)))
    }

    /// Sends what is given, and reads until the other side closes.
    async fn told(address: SocketAddr, sent: &str) -> String {
        let mut socket = TcpStream::connect(address).await.unwrap();
        socket.write_all(sent.as_bytes()).await.unwrap();
        let mut answer = String::new();
        socket.read_to_string(&mut answer).await.unwrap();
        answer
    }

    #[tokio::test]
    async fn a_request_is_answered_and_one_that_never_ends_is_cut_off() {
        let (address, stop, task) = listening().await;
        let slow = "GET / HTTP/1.1\r\nhost: shop\r\nx-more: ";
        // There is one place, so that the next is served only if this one was cut off.
        assert!(!told(address, slow).await.contains("200 OK"));
        let whole = told(address, "GET / HTTP/1.1\r\nhost: shop\r\nconnection: close\r\n\r\n").await;
        assert!(whole.contains("200 OK") && whole.ends_with("127.0.0.1"), "{whole}");
        // An idle connection is closed as well.
        let idle = told(address, "GET / HTTP/1.1\r\nhost: shop\r\n\r\n").await;
        assert!(idle.contains("200 OK"), "{idle}");
        stop.cancel();
        task.await.unwrap();
        assert!(TcpStream::connect(address).await.is_err());
    }

    #[tokio::test]
    async fn a_head_has_a_length_and_a_count_of_headers() {
        let (address, _stop, _task) = listening().await;
        let many = "x: 1\r\n".repeat(HEADER_COUNT_MAX + 1);
        for head in [many, format!("x: {}\r\n", "a".repeat(2 * HEAD_LENGTH_MAX))] {
            let answer = told(address, &format!("GET / HTTP/1.1\r\nhost: shop\r\n{head}\r\n")).await;
            assert!(answer.starts_with("HTTP/1.1 431"), "{}: {answer}", head.len());
        }
    }
}
