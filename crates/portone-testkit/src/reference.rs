//! The published documents: they lie beside the checkout (`../shared/reference`), or in the folder `PORTONE_REFERENCE` names;
//! the source documents (`../shared/seeds`) in the folder beside that.

use std::io::Write as _;
use std::path::{Path, PathBuf};

/// The text of the source document of this number (`3`), blanks and line breaks as one blank each. Where it is absent that is
/// said aloud.
pub fn seed(number: u8) -> Option<String> {
    let folder = folder().join("../seeds");
    let prefix = format!("{number:03}_");
    let mut files = std::fs::read_dir(&folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let is_it = |path: &PathBuf| {
        path.file_name().and_then(|name| name.to_str()).is_some_and(|name| name.starts_with(&prefix))
    };
    let path = files.find(is_it).unwrap_or_else(|| folder.join(prefix.clone()));
    let text = read(&path, "the requests it writes are not compared with it")?;
    Some(text.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// The text of one document. Where it is absent that is said aloud, with what it means for the tests.
pub(crate) fn text_of(name: &str, consequence: &str) -> Option<String> {
    read(&folder().join(name), consequence)
}

fn read(path: &Path, consequence: &str) -> Option<String> {
    let text = std::fs::read_to_string(path).ok();
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
