//! A server that gives every request the same answer: the limit of the HTTP server alone, and the upstream of the
//! reference gateway.

use std::net::SocketAddr;

use axum::serve::ListenerExt as _;
use axum::{Router, body::Bytes, http::header::CONTENT_TYPE};
use tokio::net::TcpListener;

use crate::Failure;

const ANSWER: &str = r#"{"payment":{"pgTxId":"bench-constant-pg-tx-id","paidAt":"2026-01-01T00:00:00Z"}}"#;

/// Serves until the process is stopped.
pub(crate) fn serve(listen: SocketAddr) -> Result<(), Failure> {
    serve_router(listen, Router::new().fallback(answer))
}

async fn answer(_body: Bytes) -> ([(axum::http::HeaderName, &'static str); 1], &'static str) {
    ([(CONTENT_TYPE, "application/json")], ANSWER)
}

/// Serves a router as the gateway serves its own.
pub(crate) fn serve_router(listen: SocketAddr, router: Router) -> Result<(), Failure> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(async move {
        let listener = TcpListener::bind(listen).await?.tap_io(|socket| {
            // Without it the figures are those of Nagle's algorithm; a socket that refuses is as good as closed.
            let _ = socket.set_nodelay(true);
        });
        axum::serve(listener, router).await?;
        Ok(())
    })
}
