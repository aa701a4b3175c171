//! A cheap HTTP/1.1 client: the request is built once and only its payment id changes, the reply is read in place. It
//! shares the machine with what it measures, so each of its microseconds counts against that.

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::Failure;

/// The longest reply read, head and body.
const REPLY_BYTES_MAX: usize = 64 * 1024;
/// A payment id's length: letters and digits, within every PG's limit.
const ID_LENGTH: usize = 24;
const PATH_START: &str = "POST /payments/";

/// A payment request of which only the payment id changes.
#[derive(Debug, Clone)]
pub(crate) struct PaymentRequest {
    bytes: Vec<u8>,
    /// Where the payment id ends.
    id_end: usize,
}

impl PaymentRequest {
    /// A key-in payment. `credential` is the V2 API secret, `body` the JSON text.
    pub(crate) fn new(credential: &str, body: &str) -> Self {
        let id = first_id();
        let head = format!(
            "{PATH_START}{id}/instant HTTP/1.1\r\nHost: localhost\r\nAuthorization: PortOne {credential}\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        Self { bytes: [head.as_bytes(), body.as_bytes()].concat(), id_end: PATH_START.len() + ID_LENGTH }
    }

    /// A V1 key-in payment at the API under `prefix`, whose id is in its body. `order` is the rest of the body.
    pub(crate) fn v1(prefix: &str, token: &str, order: &str) -> Self {
        let body_start = r#"{"merchant_uid":""#;
        let body = format!("{body_start}{}\",{order}}}", first_id());
        let head = format!(
            "POST {prefix}/subscribe/payments/onetime HTTP/1.1\r\nHost: localhost\r\nAuthorization: {token}\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        let id_end = head.len() + body_start.len() + ID_LENGTH;
        Self { bytes: [head.as_bytes(), body.as_bytes()].concat(), id_end }
    }

    /// The bytes to send for the payment of this number.
    pub(crate) fn numbered(&mut self, mut number: u32) -> &[u8] {
        let end = self.id_end;
        for digit in self.bytes[end - 10..end].iter_mut().rev() {
            *digit = b'0' + u8::try_from(number % 10).unwrap_or_default();
            number /= 10;
        }
        &self.bytes
    }
}

/// The payment id of number 0: letters and digits, another one in each process.
fn first_id() -> String {
    let id = format!("bench{:09}{:010}", std::process::id() % 1_000_000_000, 0);
    debug_assert_eq!(id.len(), ID_LENGTH);
    id
}

/// One connection, kept open.
#[derive(Debug)]
pub(crate) struct Connection {
    stream: TcpStream,
    input: Vec<u8>,
}

/// A reply.
#[derive(Debug)]
pub(crate) struct Reply<'a> {
    /// The HTTP status.
    pub(crate) status: u16,
    /// The body.
    pub(crate) body: &'a [u8],
}

impl Connection {
    /// Connects.
    pub(crate) async fn open(address: SocketAddr) -> Result<Self, Failure> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, input: vec![0; REPLY_BYTES_MAX] })
    }

    /// Sends a request and reads its reply.
    pub(crate) async fn exchange(&mut self, request: &[u8]) -> Result<Reply<'_>, Failure> {
        self.stream.write_all(request).await?;
        let mut filled = 0;
        let head = loop {
            filled += self.read_more(filled).await?;
            if let Some(head) = Head::parse(&self.input[..filled])? {
                break head;
            }
        };
        let end = head.length + head.body_length;
        if end > self.input.len() {
            return Err(format!("a reply of {end} bytes is longer than {REPLY_BYTES_MAX}").into());
        }
        while filled < end {
            filled += self.read_more(filled).await?;
        }
        Ok(Reply { status: head.status, body: &self.input[head.length..end] })
    }

    async fn read_more(&mut self, filled: usize) -> Result<usize, Failure> {
        match self.stream.read(&mut self.input[filled..]).await? {
            0 => Err("the connection ended within a reply".into()),
            count => Ok(count),
        }
    }
}

#[derive(Debug, PartialEq, Eq)]
struct Head {
    status: u16,
    length: usize,
    body_length: usize,
}

impl Head {
    /// The head, if it is there as a whole.
    fn parse(input: &[u8]) -> Result<Option<Self>, Failure> {
        let Some(end) = input.windows(4).position(|window| window == b"\r\n\r\n") else { return Ok(None) };
        let text = std::str::from_utf8(&input[..end])?;
        let mut lines = text.split("\r\n");
        let status = lines.next().and_then(|line| line.split(' ').nth(1)).ok_or("no status line")?.parse()?;
        let body_length = lines
            .filter_map(|line| line.split_once(':'))
            .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
            .ok_or("a reply without Content-Length")?
            .1
            .trim()
            .parse()?;
        Ok(Some(Self { status, length: end + 4, body_length }))
    }
}

/// A GET, for what is asked once: the status and the body. The connection is not kept, and the body may be of any length.
pub(crate) async fn fetch(address: SocketAddr, path: &str) -> Result<(u16, Vec<u8>), Failure> {
    ask(address, format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")).await
}

/// The same with a JSON body.
pub(crate) async fn post(address: SocketAddr, path: &str, body: &str) -> Result<(u16, Vec<u8>), Failure> {
    let length = body.len();
    let head = format!("POST {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n");
    let rest = format!("Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}");
    ask(address, head + &rest).await
}

async fn ask(address: SocketAddr, request: String) -> Result<(u16, Vec<u8>), Failure> {
    let mut stream = TcpStream::connect(address).await?;
    stream.write_all(request.as_bytes()).await?;
    let mut input = Vec::new();
    stream.read_to_end(&mut input).await?;
    let head = Head::parse(&input)?.ok_or("the connection ended within a reply")?;
    Ok((head.status, input.split_off(head.length)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_payment_id_changes() {
        let mut request = PaymentRequest::new("secret", "{}");
        let first = String::from_utf8(request.numbered(7).to_vec()).unwrap();
        let second = String::from_utf8(request.numbered(4_294_967_295).to_vec()).unwrap();
        let id = |text: &str| text[PATH_START.len()..].split('/').next().unwrap().to_owned();
        assert_eq!(id(&first).len(), ID_LENGTH);
        assert!(id(&first).ends_with("0000000007"));
        assert!(id(&second).ends_with("4294967295"));
        assert_eq!(first.replace(&id(&first), ""), second.replace(&id(&second), ""));
        assert!(first.ends_with("Content-Length: 2\r\n\r\n{}"));
    }

    #[test]
    fn a_v1_request_has_its_id_in_the_body() {
        let mut request = PaymentRequest::v1("/v1", "token", r#""amount":1"#);
        let text = String::from_utf8(request.numbered(7).to_vec()).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        assert!(head.contains(&format!("Content-Length: {}", body.len())), "{text}");
        assert!(
            body.starts_with(r#"{"merchant_uid":"bench"#) && body.ends_with(r#"0000000007","amount":1}"#),
            "{body}"
        );
    }

    #[test]
    fn a_head_is_read_once_it_is_whole() {
        let reply = b"HTTP/1.1 502 Bad Gateway\r\ncontent-length: 12\r\nx: y\r\n\r\nbody";
        let whole = Head { status: 502, length: 54, body_length: 12 };
        assert_eq!(Head::parse(reply).unwrap(), Some(whole));
        assert_eq!(Head::parse(&reply[..50]).unwrap(), None);
        assert!(Head::parse(b"HTTP/1.1 200 OK\r\nx: y\r\n\r\n").is_err());
    }
}
