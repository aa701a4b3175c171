//! Input of the admin face. Unlike the V2 face it refuses what it does not know: nobody's old client depends on it.

use std::str::FromStr;

use axum::extract::{FromRequestParts, Path, Query};
use axum::http::StatusCode;
use axum::http::request::Parts;
use portone_core::{Rule, Severity};

use crate::auth::Admin;
use crate::error::ApiError;
use crate::fields::{Fields, Findings};
use crate::json::{Node, RawBody, Text};
use crate::state::Gateway;

/// What the admin face takes.
pub(super) static ADMIN_INPUT: Rule = Rule {
    code: "ADMIN-INPUT",
    severity: Severity::Reject,
    reason: "The admin face takes exactly the members it documents.",
    source: "this project",
};

/// Reads a body; everything wrong is told together, unknown members among it.
pub(super) fn body<T>(
    body: &RawBody,
    known: &[&'static str],
    read: impl FnOnce(&Fields<'_, '_>) -> Option<T>,
) -> Result<T, ApiError> {
    strict(&body.parse()?, known, read)
}

fn strict<T>(
    node: &Node<'_>,
    known: &[&'static str],
    read: impl FnOnce(&Fields<'_, '_>) -> Option<T>,
) -> Result<T, ApiError> {
    let findings = Findings::default();
    let value = read(&Fields::root(&findings, &ADMIN_INPUT, node, known));
    let (mut report, unknown) = findings.into_parts();
    unknown.refuse(&ADMIN_INPUT, &mut report);
    value.filter(|_| !report.refuses()).ok_or_else(|| ApiError::invalid(&report))
}

/// An authenticated request.
pub(super) struct Call {
    path: Option<String>,
    query: Vec<(String, String)>,
}

impl FromRequestParts<Gateway> for Call {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, gateway: &Gateway) -> Result<Self, ApiError> {
        Admin::from_request_parts(parts, gateway).await?;
        let path = Path::from_request_parts(parts, gateway).await.ok().map(|Path(text)| text);
        let Query(query) = Query::from_request_parts(parts, gateway).await.map_err(|_| {
            let message = "ADMIN-INPUT query: is not percent-encoded UTF-8; encode it once";
            ApiError::new(StatusCode::BAD_REQUEST, "INVALID_REQUEST", message)
        })?;
        Ok(Self { path, query })
    }
}

impl Call {
    /// The id in the path. Text that cannot be one names nothing.
    pub(super) fn id<T: FromStr>(&self, what: &str) -> Result<T, ApiError> {
        let text = self.path.as_deref().unwrap_or_default();
        text.parse().map_err(|_| super::not_found(format!("there is no {what} of that name")))
    }

    /// The query's parameters.
    pub(super) fn query<T>(
        &self,
        known: &[&'static str],
        read: impl FnOnce(&Fields<'_, '_>) -> Option<T>,
    ) -> Result<T, ApiError> {
        let members =
            self.query.iter().map(|(name, value)| (Text::Part(name), Node::Text(Text::Part(value))));
        strict(&Node::Object(members.collect()), known, read)
    }

    /// The only parameter of many requests.
    pub(super) fn store_id(&self) -> Result<Option<String>, ApiError> {
        self.query(&["storeId"], |fields| Some(fields.owned_text("storeId")))
    }

    /// `?force=true`, and the store.
    pub(super) fn force(&self) -> Result<Force, ApiError> {
        self.query(&["storeId", "force"], |fields| {
            Some(Force { store_id: fields.owned_text("storeId"), force: force(fields) })
        })
    }

    /// `?force=true` of a request that needs no store.
    pub(super) fn only_force(&self) -> Result<bool, ApiError> {
        self.query(&["force"], |fields| Some(force(fields)))
    }
}

fn force(fields: &Fields<'_, '_>) -> bool {
    match fields.text("force") {
        None | Some("false") => false,
        Some("true" | "") => true,
        Some(_) => {
            fields.add("force", "is neither true nor false; send one of them");
            false
        }
    }
}

/// What a request that may break something says.
pub(super) struct Force {
    pub(super) store_id: Option<String>,
    pub(super) force: bool,
}
