//! The published documents: they lie beside the checkout (`../shared/reference`), or in the folder `PORTONE_REFERENCE` names.

use std::io::Write as _;
use std::path::PathBuf;

/// The text of one document. Where it is absent that is said aloud, with what it means for the tests.
pub(crate) fn text_of(name: &str, consequence: &str) -> Option<String> {
    let path = folder().join(name);
    let text = std::fs::read_to_string(&path).ok();
    if text.is_none() {
        // Not `eprintln!`, which the test harness keeps to itself.
        let _ = writeln!(
            std::io::stderr(),
            "reference: {} is absent: {consequence}; set PORTONE_REFERENCE to its folder",
            path.display()
        );
    }
    text
}

fn folder() -> PathBuf {
    std::env::var_os("PORTONE_REFERENCE").map_or_else(
        || concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/reference").into(),
        PathBuf::from,
    )
}
