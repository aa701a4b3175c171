//! Recorded replies: files that hold an HTTP/1.1 reply as it came.

use std::{
    fs,
    path::{Path, PathBuf},
};

use portone_core::{AdapterFactory, Leg, PgError, PgReply, Progress};

use crate::{
    encoded::admitted,
    samples::{self, Secrets},
};

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
    assert!(
        !fixtures.is_empty(),
        "{folder} holds no fixture: record replies as <sample>/<case>.http, by the samples of portone_testkit::samples"
    );
    fixtures
}

/// What the adapter of a PG makes of every fixture: a text for each sample, with a line for each case.
pub fn meanings(factory: &AdapterFactory, folder: &str) -> Vec<(String, String)> {
    let mut texts: Vec<(String, String)> = Vec::new();
    for fixture in all(folder) {
        let case = fixture.path.file_stem().unwrap_or_default().to_string_lossy();
        let line = format!("{case}: {}\n", meaning(factory, &fixture));
        match texts.last_mut().filter(|(sample, _)| *sample == fixture.sample) {
            Some((_, text)) => text.push_str(&line),
            None => texts.push((fixture.sample, line)),
        }
    }
    texts
}

/// In one line: the outcome, the request of the next leg, or the error.
fn meaning(factory: &AdapterFactory, fixture: &Fixture) -> String {
    match decoded(factory, fixture) {
        Ok(Progress::Done(outcome)) => format!("{outcome:?}"),
        Ok(Progress::Send { request, leg }) => format!("leg {}: {request:?}", leg.0),
        Err(error) => format!("{error:?}"),
    }
}

/// What the adapter of a PG makes of one fixture.
pub(crate) fn decoded(factory: &AdapterFactory, fixture: &Fixture) -> Result<Progress, PgError> {
    let known = samples::every_for(factory.profile, Secrets::ONE);
    let known = known.into_iter().find(|known| known.name == fixture.sample);
    let command = known.unwrap_or_else(|| panic!("there is no sample `{}`", fixture.sample)).command;
    let (adapter, ctx) = (samples::adapter(factory), samples::context());
    adapter.decode(&admitted(&adapter, &command), fixture.leg, &fixture.reply, &ctx)
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
    let read = fs::read_dir(folder).into_iter().flatten();
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
