//! Recorded replies: files that hold an HTTP/1.1 reply as it came.

use std::{
    fs,
    path::{Path, PathBuf},
};

use portone_core::{AdapterFactory, Leg, PgReply, Progress, admit};

use crate::samples::{self, Secrets};

/// A recorded reply.
#[derive(Debug)]
pub struct Fixture {
    /// Where it is.
    pub path: PathBuf,
    /// The sample it answers: the folder's name.
    pub sample: String,
    /// The leg it answers.
    pub leg: Leg,
    /// The reply.
    pub reply: PgReply,
}

/// Every fixture under a folder, in the order of their paths. Panics when there is none.
pub fn all(folder: &str) -> Vec<Fixture> {
    let mut fixtures = Vec::new();
    for sample in entries(Path::new(folder)) {
        for path in entries(&sample) {
            let name = sample.file_name().unwrap_or_default().to_string_lossy().into_owned();
            fixtures.push(Fixture { sample: name, leg: leg(&path), reply: read(&path), path });
        }
    }
    assert!(!fixtures.is_empty(), "{folder} holds no fixture");
    fixtures
}

/// What the adapter of a PG makes of one fixture (`<folder>/<sample>/<case>.http`), in one line: the outcome, the request
/// of the next leg, or the error.
pub fn decoded(factory: &AdapterFactory, folder: &str, name: &str) -> String {
    let path = Path::new(folder).join(format!("{name}.http"));
    let (sample, _) = name.split_once('/').unwrap_or((name, ""));
    let known = samples::every_for(factory.profile, Secrets::ONE);
    let known = known.into_iter().find(|known| known.name == sample);
    let command = known.unwrap_or_else(|| panic!("there is no sample `{sample}`")).command;
    let (adapter, ctx) = (samples::adapter(factory), samples::context());
    let admitted = admit(&*adapter, &command, &ctx).unwrap_or_else(|report| panic!("{name}: {report}"));
    match adapter.decode(&admitted, leg(&path), &read(&path), &ctx) {
        Ok(Progress::Done(outcome)) => format!("{outcome:?}"),
        Ok(Progress::Send { request, leg }) => format!("leg {}: {request:?}", leg.0),
        Err(error) => format!("{error:?}"),
    }
}

/// The reply in one file. A line feed at the end of the file is not part of it.
pub fn read(path: &Path) -> PgReply {
    let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    parse(&text).unwrap_or_else(|| panic!("{} is no HTTP reply", path.display()))
}

fn parse(text: &str) -> Option<PgReply> {
    let (head, body) = text.split_once("\n\n")?;
    let status = head.lines().next()?.strip_prefix("HTTP/1.1 ")?.split(' ').next()?.parse().ok()?;
    Some(PgReply { status, body: body.trim_end().as_bytes().to_vec() })
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let read = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut paths: Vec<PathBuf> = read.filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.sort();
    paths
}

fn leg(path: &Path) -> Leg {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let leg = stem.rsplit_once(".leg").and_then(|(_, leg)| leg.parse().ok());
    Leg(leg.unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn status_body_and_leg_are_read() {
        let reply =
            parse("HTTP/1.1 502 Bad Gateway\ncontent-type: application/json\n\n{\"a\":\n1}\n").unwrap();
        assert_eq!((reply.status, reply.body.as_slice()), (502, &b"{\"a\":\n1}"[..]));
        assert_eq!(leg(Path::new("issued.leg1.http")), Leg(1));
        assert_eq!(leg(Path::new("issued.http")), Leg(0));
        assert!(parse("200 OK").is_none());
    }
}
