//! What a broken exchange means. Texts are static words: an error of the client may hold the URL.

use portone_core::Break;

/// The break of an exchange that failed before the whole reply had come.
pub(crate) fn break_of(error: &reqwest::Error) -> Break {
    if error.is_connect() {
        let what = if error.is_dns() {
            "the host name could not be resolved"
        } else if error.is_timeout() {
            "the connection was not made in time"
        } else {
            "the connection was refused or failed"
        };
        return Break::NotSent(what.to_owned());
    }
    let what = if error.is_timeout() {
        "no reply in time"
    } else if error.is_body() || error.is_decode() {
        "the connection broke within the reply"
    } else if error.is_request() {
        "the connection broke before the reply"
    } else {
        "the exchange failed"
    };
    Break::Interrupted(what.to_owned())
}

/// The break of a request that could not even be built, so that nothing was handed to the network.
pub(crate) fn unbuildable() -> Break {
    Break::NotSent("the request has an invalid URL or header".to_owned())
}

/// The break of a deadline that passed. A byte may have left by then.
pub(crate) fn late() -> Break {
    Break::Interrupted("the deadline passed".to_owned())
}

/// The break of a reply that is longer than `length_max` bytes.
pub(crate) fn too_long(length_max: usize) -> Break {
    Break::Interrupted(format!("the reply is longer than {length_max} bytes"))
}
