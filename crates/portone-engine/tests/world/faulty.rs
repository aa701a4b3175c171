//! Faults, the classes they make, and how they are made to happen.

use portone_engine::EngineError;
use serde_json::{Value, json};

use super::World;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    Declined,
    Unavailable,
    Unknown,
}

/// Each fault: its name, what the sandbox is told (`None`: the connection is refused), and the class it makes.
pub fn faults() -> Vec<(&'static str, Option<Value>, Class)> {
    let booked = |kind: &str, booked: bool| Some(json!({"kind": kind, "booked": booked}));
    vec![
        ("declined", Some(json!({"kind": "decline", "code": "X9", "message": "no"})), Class::Declined),
        ("documented 502", Some(json!({"kind": "decline"})), Class::Declined),
        ("connection refused", None, Class::Unavailable),
        ("reset before booking", booked("reset", false), Class::Unknown),
        ("reset after booking", booked("reset", true), Class::Unknown),
        ("500 before booking", booked("status", false), Class::Unknown),
        ("500 after booking", booked("status", true), Class::Unknown),
        ("garbage before booking", booked("garbage", false), Class::Unknown),
        ("garbage after booking", booked("garbage", true), Class::Unknown),
        ("half a reply, nothing booked", booked("half_reply", false), Class::Unknown),
        ("half a reply, booked", booked("half_reply", true), Class::Unknown),
    ]
}

/// Whether a fault leaves its operation done.
pub fn is_booked(fault: Option<&Value>) -> bool {
    fault.is_some_and(|fault| fault["booked"] == true)
}

pub fn class<T>(result: &Result<T, EngineError>) -> Class {
    match result {
        Err(EngineError::Declined(_)) => Class::Declined,
        Err(EngineError::Unavailable(_)) => Class::Unavailable,
        Err(EngineError::UnknownOutcome) => Class::Unknown,
        Err(other) => panic!("an error of no class: {other}"),
        Ok(_) => panic!("it succeeded"),
    }
}

/// Makes the next request of a command go wrong, and its first inquiry too, so that the class shows.
pub async fn arm(world: &World, command: &str, fault: Option<&Value>) {
    let Some(fault) = fault else {
        world.wire.cut(true);
        return;
    };
    let mut fault = fault.clone();
    fault["command"] = command.into();
    fault["requests"] = 1.into();
    if fault["kind"] != "decline" {
        world.fault(json!({"command": "READ", "kind": "status", "status": 503, "requests": 1})).await;
    }
    world.fault(fault).await;
}

pub async fn disarm(world: &World) {
    world.wire.cut(false);
    world.clear_faults().await;
}
