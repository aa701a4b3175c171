//! A shop's own server.

use std::sync::{Arc, Mutex};

use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// A shop's own server on a developer's machine: keeps whole requests, and answers 204.
#[derive(Debug)]
pub struct Receiver {
    /// Where it takes webhooks.
    pub url: String,
    received: Arc<Mutex<Vec<String>>>,
}

impl Receiver {
    /// Starts one on a free port.
    pub async fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}/hook", listener.local_addr().expect("an address"));
        let received = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&received);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(take(stream, Arc::clone(&kept)));
            }
        });
        Self { url, received }
    }

    /// Every request so far, whole.
    pub fn received(&self) -> Vec<String> {
        self.received.lock().expect("no receiver panicked").clone()
    }

    /// The bodies so far.
    pub fn bodies(&self) -> Vec<Value> {
        let body = |request: &String| serde_json::from_str(request.split_once("\r\n\r\n")?.1).ok();
        self.received().iter().filter_map(body).collect()
    }
}

async fn take(mut stream: TcpStream, received: Arc<Mutex<Vec<String>>>) {
    let mut input = Vec::new();
    loop {
        if stream.read_buf(&mut input).await.unwrap_or(0) == 0 {
            return;
        }
        let text = String::from_utf8_lossy(&input).into_owned();
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let length = head
            .lines()
            .find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok());
        if body.len() >= length.unwrap_or(0) {
            received.lock().expect("nobody panicked").push(text);
            input.clear();
            if stream.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").await.is_err() {
                return;
            }
        }
    }
}
