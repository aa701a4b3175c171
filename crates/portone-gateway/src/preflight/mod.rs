//! Ask before you pay: what a request would run into at a provider, a channel or every channel of a group. Nothing is
//! sent and nothing is kept.

mod question;
mod subject;
mod view;

use chrono::{DateTime, Utc};
use portone_core::{AttemptId, CallContext};
use portone_engine::directory::Directory;

use self::question::{Asked, Question};
use self::subject::Subject;
pub(crate) use self::view::CheckView;
use crate::error::ApiError;
use crate::json::{Node, RawBody};

/// Answers a question against the channels and groups there are. `group_id` stands for one the body leaves out.
pub(crate) fn answer(
    directory: &Directory,
    now: DateTime<Utc>,
    body: &RawBody,
    group_id: Option<&str>,
) -> Result<CheckView, ApiError> {
    let node: Node<'_> = body.parse()?;
    let question = Question::read(&node, group_id, now)?;
    let subject = Subject::find(directory, now, &question)?;
    let (asked, found) = question.command(subject.store());
    // Only marks the call: nothing is sent under it.
    let attempt =
        AttemptId::parse("asked-about-only").map_err(|error| ApiError::input(&error.to_string()))?;
    let ctx = CallContext { now, attempt };
    Ok(match asked {
        Asked::Command(command) => subject.check(&command, &ctx, found),
        Asked::Unreadable => CheckView::of_request(found),
    })
}

/// What a check answers on the command line: JSON, and whether the request would be refused.
#[derive(Debug)]
pub struct Preflight {
    /// The answer of `POST /admin/check`.
    pub json: String,
    /// Whether anything refuses the request.
    pub refuses: bool,
}

/// Answers the body of `POST /admin/check` without a gateway. The error says everything that is wrong with the question.
pub fn check_request(directory: &Directory, now: DateTime<Utc>, question: &str) -> Result<Preflight, String> {
    let view = answer(directory, now, &RawBody::from_text(question), None)
        .map_err(|error| error.message().to_owned())?;
    let json = serde_json::to_string_pretty(&view).map_err(|error| error.to_string())?;
    Ok(Preflight { json, refuses: view.refuses() })
}
