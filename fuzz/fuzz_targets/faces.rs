//! Whatever is sent to an operation of either face, or of the admin face, is answered: never by 500, and a refusal is JSON, or a
//! page where pages are asked for.

#![no_main]

use std::cell::RefCell;

use arbitrary::{Result, Unstructured};
use axum::body::Body;
use axum::http::Request;
use libfuzzer_sys::fuzz_target;
use portone_fuzz::shop::{IDS, Shop};
use portone_fuzz::spoil;
use serde_json::Value;
use tokio::runtime::{Builder, Runtime};

/// How many requests a shop gets before another opens: its ledger grows.
const REQUEST_COUNT_MAX: u32 = 2_000;

struct Stage {
    runtime: Runtime,
    shop: Shop,
    request_count: u32,
}

impl Stage {
    fn new() -> Self {
        let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
        let shop = runtime.block_on(Shop::open());
        Self { runtime, shop, request_count: 0 }
    }
}

thread_local! {
    static STAGE: RefCell<Stage> = RefCell::new(Stage::new());
}

fuzz_target!(|data: &[u8]| {
    STAGE.with_borrow_mut(|stage| {
        if stage.request_count == REQUEST_COUNT_MAX {
            *stage = Stage::new();
        }
        stage.request_count += 1;
        // Too little was given to make a request of it.
        let Ok(Some(request)) = request(&mut Unstructured::new(data), &stage.shop) else { return };
        let place = format!("{} {}", request.method(), request.uri());
        let (status, body) = stage.runtime.block_on(stage.shop.ask(request));
        assert_ne!(status, 500, "{place}: {}", String::from_utf8_lossy(&body));
        if status >= 400 {
            let is_page = body.starts_with(b"<!doctype html>") && body.ends_with(b"</html>\n");
            let told: serde_json::Result<Value> = serde_json::from_slice(&body);
            assert!(told.is_ok() || is_page, "{place}: {status} {}", String::from_utf8_lossy(&body));
        }
    });
});

/// `None` where no request can be made of it: a path that HTTP does not have.
fn request(u: &mut Unstructured<'_>, shop: &Shop) -> Result<Option<Request<Body>>> {
    let operation = u.choose(&shop.operations)?;
    let mut path = String::new();
    for part in operation.path.split('/').skip(1) {
        path.push('/');
        path.push_str(if part.starts_with('{') { *u.choose(&IDS)? } else { part });
    }
    let authorization = shop.authorization(&path);
    let is_form = u.ratio(1, 4)?;
    if u.ratio(1, 3)? {
        path.push('?');
        path.extend(u.arbitrary::<String>()?.chars().filter(|char| char.is_ascii_graphic() && *char != '#'));
    }
    let body = if is_form { form(u, &operation.example)? } else { spoil::bytes(u, &operation.example)? };
    let kind = if is_form { "application/x-www-form-urlencoded" } else { "application/json" };
    let request = Request::builder()
        .method(operation.method.as_str())
        .uri(path)
        .header("authorization", authorization)
        .header("content-type", kind);
    Ok(request.body(Body::from(body)).ok())
}

/// The members of an example as a form, and noise behind them.
fn form(u: &mut Unstructured<'_>, good: &Value) -> Result<Vec<u8>> {
    let spoilt = spoil::spoilt(u, good)?;
    let members = spoilt.as_object().into_iter().flatten();
    let mut text: String = members.map(|(name, value)| format!("{name}={value}&")).collect();
    text.push_str(&u.arbitrary::<String>()?);
    Ok(text.into_bytes())
}
