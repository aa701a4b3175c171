//! A sandbox behind a real socket, and a client that speaks plain HTTP/1.1 bytes.
#![allow(dead_code, reason = "each test binary uses its own part")]

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use portone_sandbox::{SandboxConfig, ServeError, serve};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::{SECRET, start_time};

/// A running server on a free port.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    stop: oneshot::Sender<()>,
    task: JoinHandle<Result<(), ServeError>>,
}

impl Server {
    /// Starts a server with a KPN channel `kpn`; its clock stands still.
    pub(crate) async fn start(data_folder: Option<&Path>) -> Self {
        let server = Self::start_bare(data_folder).await;
        let channel = json!({"key": "kpn", "provider": "KPN", "pgMerchantId": "m", "environment": "test"});
        assert_eq!(server.call("PUT", "/sandbox/channels", &channel).await.0, 200);
        server
    }

    pub(crate) async fn start_bare(data_folder: Option<&Path>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel();
        let config = config(data_folder);
        let task = tokio::spawn(serve(listener, config, Arc::new(start_time), async {
            let _ = stopped.await;
        }));
        Self { address, stop, task }
    }

    pub(crate) async fn stop(self) -> Result<(), ServeError> {
        let _ = self.stop.send(());
        self.task.await.unwrap()
    }

    /// The server ended by itself.
    pub(crate) async fn ended(self) -> Result<(), ServeError> {
        self.task.await.unwrap()
    }

    /// Sends one request on a connection of its own and expects a whole JSON answer.
    pub(crate) async fn call(&self, method: &str, path: &str, body: &Value) -> (u16, Value) {
        let reply = self.exchange(&text(method, path, "", body)).await.unwrap();
        let (head, body) = reply.split_once("\r\n\r\n").unwrap();
        (head[9..12].parse().unwrap(), serde_json::from_str(body).unwrap())
    }

    /// Sends bytes and reads until the connection ends.
    pub(crate) async fn exchange(&self, request: &str) -> std::io::Result<String> {
        let mut stream = self.connect().await;
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut reply = Vec::new();
        stream.read_to_end(&mut reply).await?;
        Ok(String::from_utf8_lossy(&reply).into_owned())
    }

    pub(crate) async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }
}

pub(crate) fn config(data_folder: Option<&Path>) -> SandboxConfig {
    let mut config = SandboxConfig::new(SECRET);
    config.data_folder = data_folder.map(Path::to_owned);
    config
}

/// A request that asks for the connection to be closed after it; `headers` end with a line break each.
pub(crate) fn text(method: &str, path: &str, headers: &str, body: &Value) -> String {
    let body = if body.is_null() { String::new() } else { body.to_string() };
    format!(
        "{method} {path} HTTP/1.1\r\nhost: sandbox\r\nauthorization: PortOne {SECRET}\r\nconnection: close\r\n\
         {headers}content-length: {}\r\n\r\n{body}",
        body.len()
    )
}
