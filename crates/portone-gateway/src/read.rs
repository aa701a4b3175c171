//! What reading a request came to, on either face.

use portone_core::Report;

use crate::error::ApiError;
use crate::fields::{Findings, INPUT, UnknownFields};

/// A request as it was read, and what its sender should know.
pub(crate) struct Read<T> {
    pub(crate) request: Result<T, ApiError>,
    /// The members of it that nobody knows.
    pub(crate) unknown: UnknownFields,
    /// What is risky about a request that can be read.
    pub(crate) advice: Report,
}

impl<T> Read<T> {
    /// A request that has nothing to read.
    pub(crate) fn of(request: T) -> Self {
        Self { request: Ok(request), unknown: UnknownFields::default(), advice: Report::new() }
    }

    pub(crate) fn refused(error: ApiError) -> Self {
        Self { request: Err(error), unknown: UnknownFields::default(), advice: Report::new() }
    }
}

/// The request, unless something refuses it.
pub(crate) fn finish<T>(findings: Findings, request: Option<T>) -> Read<T> {
    let (mut report, unknown) = findings.into_parts();
    if request.is_none() && !report.refuses() {
        debug_assert!(false, "what is missing is always reported");
        report.add(&INPUT, "body", "cannot be read; compare it with the schema");
    }
    if report.refuses() {
        return Read { request: Err(ApiError::invalid(&report)), unknown, advice: Report::new() };
    }
    let request = request.ok_or_else(|| ApiError::invalid(&report));
    Read { request, unknown, advice: report }
}
