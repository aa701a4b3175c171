//! A client that sends exactly what it is told: raw paths, any content type, broken bodies.

use std::net::SocketAddr;

use portone_testkit::contract::{Contract, Verdict};
use portone_testkit::contract_v1::ContractV1;
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::OnceCell;

use crate::world::SECRET;

/// What any request can be answered, and no operation says: the body is too long, its type is another one, its key
/// asks too often, the database is broken.
const UNDESCRIBED: [u16; 5] = [405, 413, 415, 429, 500];
/// The gateway's own description, as the first of them served it.
static OWN: OnceCell<Contract> = OnceCell::const_new();

/// Answers at a port of its own.
pub(crate) async fn serve(router: axum::Router) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    tokio::spawn(async move { axum::serve(listener, service).await });
    address
}

pub(crate) struct Call {
    method: String,
    path: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    /// Whether the length is announced piece by piece.
    is_chunked: bool,
    /// A length to announce whatever is sent.
    announced: Option<usize>,
    /// Whether the path is V1's without its prefix.
    is_v1: bool,
}

impl Call {
    pub(crate) fn new(method: &str, path: &str) -> Self {
        Self {
            method: method.to_owned(),
            path: path.to_owned(),
            headers: Vec::new(),
            body: Vec::new(),
            is_chunked: false,
            announced: None,
            is_v1: false,
        }
    }

    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn shop(self) -> Self {
        self.header("authorization", &format!("PortOne {SECRET}"))
    }

    pub(crate) fn bearer(self, token: &str) -> Self {
        self.header("authorization", &format!("Bearer {token}"))
    }

    pub(crate) fn json(self, body: &Value) -> Self {
        self.header("content-type", "application/json").body(body.to_string())
    }

    pub(crate) fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    pub(crate) fn chunked(mut self) -> Self {
        self.is_chunked = true;
        self
    }

    pub(crate) fn announcing(mut self, length: usize) -> Self {
        self.announced = Some(length);
        self
    }

    /// To the port where V1 is at the root.
    pub(crate) fn of_v1(mut self) -> Self {
        self.is_v1 = true;
        self
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        let mut head =
            format!("{} {} HTTP/1.1\r\nhost: test\r\nconnection: close\r\n", self.method, self.path);
        for (name, value) in &self.headers {
            head.extend([name, ": ", value, "\r\n"]);
        }
        if self.is_chunked {
            head.push_str("transfer-encoding: chunked\r\n\r\n");
            let mut bytes = head.into_bytes();
            for chunk in self.body.chunks(60_000) {
                bytes.extend_from_slice(format!("{:x}\r\n", chunk.len()).as_bytes());
                bytes.extend_from_slice(chunk);
                bytes.extend_from_slice(b"\r\n");
            }
            bytes.extend_from_slice(b"0\r\n\r\n");
            return bytes;
        }
        let length = self.announced.unwrap_or(self.body.len());
        head.extend(["content-length: ", &length.to_string(), "\r\n\r\n"]);
        [head.as_bytes(), &self.body].concat()
    }

    pub(crate) async fn send(self, address: SocketAddr) -> Reply {
        let reply = self.exchange(address).await;
        self.hold_against_contract(&reply);
        self.hold_against_own(address, &reply).await;
        reply
    }

    async fn exchange(&self, address: SocketAddr) -> Reply {
        let mut socket = TcpStream::connect(address).await.unwrap();
        socket.write_all(&self.bytes()).await.unwrap();
        let mut bytes = Vec::new();
        socket.read_to_end(&mut bytes).await.unwrap();
        Reply::parse(&String::from_utf8(bytes).unwrap())
    }

    /// Every success of these tests, and every error with a type of the operation's, is one the gateway's own description
    /// allows.
    async fn hold_against_own(&self, address: SocketAddr, reply: &Reply) {
        // V1's answers have one envelope, which its published description tells more of.
        if self.is_v1 {
            return;
        }
        let own = OWN.get_or_init(|| async {
            let reply = Self::new("GET", "/openapi.json").exchange(address).await;
            Contract::of_gateway(serde_json::from_str(&reply.text).unwrap())
        });
        let body: Option<Value> = serde_json::from_str(&reply.text).ok();
        let verdict = own.await.check_answer(&self.method, &self.path, reply.status, body.as_ref());
        let is_of_all = UNDESCRIBED.contains(&reply.status);
        if let Verdict::Broken(problems) = verdict
            && !is_of_all
        {
            panic!(
                "{} {}, its own description: {}\n{}",
                self.method,
                self.path,
                problems.join("\n"),
                reply.text
            );
        }
    }

    /// Every answer of these tests is one the published descriptions allow.
    fn hold_against_contract(&self, reply: &Reply) {
        // A limit is the gateway's own, which no description knows.
        if reply.status == 429 {
            return;
        }
        let body = serde_json::from_str(&reply.text).ok();
        let v1 = if self.is_v1 { Some(self.path.as_str()) } else { self.path.strip_prefix("/v1") };
        let verdict = match v1 {
            Some(path) => ContractV1::get()
                .map(|contract| contract.check_answer(&self.method, path, reply.status, body.as_ref())),
            None => Contract::v2()
                .map(|contract| contract.check_answer(&self.method, &self.path, reply.status, body.as_ref())),
        };
        let Some(verdict) = verdict else { return };
        if let Verdict::Broken(problems) = verdict {
            panic!("{} {}: {}\n{}", self.method, self.path, problems.join("\n"), reply.text);
        }
    }
}

pub(crate) struct Reply {
    pub(crate) status: u16,
    headers: Vec<(String, String)>,
    pub(crate) text: String,
}

impl Reply {
    fn parse(text: &str) -> Self {
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        let mut lines = head.lines();
        let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
        let headers = lines.map(|line| line.split_once(": ").unwrap());
        let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        Self { status, headers, text: body.to_owned() }
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The body, which is JSON without a null, whatever the status.
    pub(crate) fn json(&self) -> Value {
        assert_eq!(self.header("content-type"), Some("application/json"), "{}", self.text);
        let value: Value = serde_json::from_str(&self.text).unwrap();
        assert!(!has_null(&value), "{}", self.text);
        value
    }

    /// The status and type of an error.
    pub(crate) fn error(&self) -> (u16, String) {
        (self.status, self.json()["type"].as_str().unwrap_or_default().to_owned())
    }

    pub(crate) fn message(&self) -> String {
        self.json()["message"].as_str().unwrap_or_default().to_owned()
    }
}

fn has_null(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.iter().any(has_null),
        Value::Object(members) => members.values().any(has_null),
        Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}
