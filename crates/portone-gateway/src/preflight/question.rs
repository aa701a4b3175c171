//! What is asked: about whom, and about which request.

use chrono::{DateTime, Utc};
use portone_core::{Command, Currency, Environment, PayMethod, Report, Severity, StoreId};
use portone_wire::sdk;
use serde_json::Value;

use crate::admin::ADMIN_INPUT;
use crate::error::ApiError;
use crate::fields::{Fields, Findings};
use crate::json::{Node, RawBody};
use crate::v2::check::{self, ApiOperation, LedgerFacts};

const QUESTION: &[&str] = &[
    "storeId",
    "provider",
    "channelKey",
    "channelGroupId",
    "api",
    "operation",
    "environment",
    "contracts",
    "path",
    "context",
    "request",
];
const PATH: &[&str] = &["paymentId", "billingKey"];
const CONTEXT: &[&str] = &["method", "currency", "card_type", "paid_at", "cancellable", "tax_free"];
const APIS: [(&str, Api); 2] = [("v2", Api::V2), ("sdk-v2", Api::SdkV2)];
const ENVIRONMENTS: [(&str, Environment); 2] = [("live", Environment::Live), ("test", Environment::Test)];
const OPERATIONS: [(&str, Operation); 10] = [
    ("WINDOW_PAY", Operation::WindowPay),
    ("WINDOW_ISSUE_KEY", Operation::WindowIssueKey),
    ("API_INSTANT_CARD", Operation::Api(ApiOperation::InstantCard)),
    ("API_INSTANT_VA", Operation::Api(ApiOperation::InstantAccount)),
    ("API_ISSUE_KEY", Operation::Api(ApiOperation::IssueKey)),
    ("API_PAY_KEY", Operation::Api(ApiOperation::PayKey)),
    ("API_SCHEDULE", Operation::Api(ApiOperation::Schedule)),
    ("API_CANCEL", Operation::Api(ApiOperation::Cancel)),
    ("API_CLOSE_VA", Operation::Api(ApiOperation::CloseAccount)),
    ("API_DELETE_KEY", Operation::Api(ApiOperation::DeleteKey)),
];
const METHODS: [(&str, PayMethod); 5] = [
    ("CARD", PayMethod::Card),
    ("VIRTUAL_ACCOUNT", PayMethod::VirtualAccount),
    ("TRANSFER", PayMethod::Transfer),
    ("MOBILE", PayMethod::Mobile),
    ("EASY_PAY", PayMethod::EasyPay),
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Api {
    V2,
    SdkV2,
}

/// The operations of the catalogue that this build reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operation {
    WindowPay,
    WindowIssueKey,
    Api(ApiOperation),
}

/// A question, read.
pub(super) struct Question {
    pub(super) about: About,
    /// The store it must be in, where the question says.
    pub(super) store_id: Option<StoreId>,
    /// Instead of the channel's own, or a provider's.
    pub(super) environment: Option<Environment>,
    pub(super) contracts: Option<Vec<String>>,
    operation: Operation,
    path_id: String,
    facts: LedgerFacts,
    request: Value,
}

/// About whom.
#[derive(Debug, Clone)]
pub(super) enum About {
    Provider(String),
    Channel(String),
    Group(String),
}

/// What the request would become.
pub(super) enum Asked {
    Command(Box<Command>),
    /// It cannot be read; the findings say why.
    Unreadable,
}

impl Question {
    /// Reads a question strictly; `group_id` is the one a path names.
    pub(super) fn read(
        node: &Node<'_>,
        group_id: Option<&str>,
        now: DateTime<Utc>,
    ) -> Result<Self, ApiError> {
        let findings = Findings::default();
        let fields = Fields::root(&findings, &ADMIN_INPUT, node, QUESTION);
        let question = read(&fields, group_id, now);
        let (mut report, unknown) = findings.into_parts();
        unknown.refuse(&ADMIN_INPUT, &mut report);
        question.filter(|_| !report.refuses()).ok_or_else(|| ApiError::invalid(&report))
    }

    /// What the request would become at a store, and what was found while reading it.
    pub(super) fn command(self, store: &StoreId) -> (Asked, Report) {
        let (command, report) = match self.operation {
            Operation::Api(operation) => {
                let request = with_selector(self.request, operation);
                let body = RawBody::from_text(&request.to_string());
                check::command(operation, store, &self.path_id, &body, &self.facts)
            }
            Operation::WindowPay => window(sdk::parse_payment(&with_store(self.request, store))),
            Operation::WindowIssueKey => {
                window(sdk::parse_issue_billing_key(&with_store(self.request, store)))
            }
        };
        (command.map_or(Asked::Unreadable, |command| Asked::Command(Box::new(command))), report)
    }
}

fn read(fields: &Fields<'_, '_>, group_id: Option<&str>, now: DateTime<Utc>) -> Option<Question> {
    let about = about(fields, group_id);
    let api = fields.need_choice("api", APIS.into_iter());
    let operation = fields.need_choice("operation", OPERATIONS.into_iter());
    if let (Some(api), Some(operation)) = (api, operation)
        && (api == Api::SdkV2) == matches!(operation, Operation::Api(_))
    {
        fields.add(
            "operation",
            "is not of this api; the browser SDK has WINDOW_ operations, the REST API the others",
        );
    }
    let environment = fields.choice("environment", ENVIRONMENTS.into_iter());
    let contracts = fields.has("contracts").then(|| fields.texts("contracts"));
    let path = fields.object("path", &ADMIN_INPUT, PATH);
    let path_id =
        path.and_then(|path| path.owned_text("paymentId").or_else(|| path.owned_text("billingKey")));
    let context = fields.object("context", &ADMIN_INPUT, CONTEXT);
    let facts = facts(context.as_ref(), now);
    if !fields.has("request") && operation.is_none_or(needs_request) {
        fields.add(
            "request",
            "is missing; send the body, or the browser SDK's argument, as a shop would send it",
        );
    }
    Some(Question {
        about: about?,
        store_id: fields.id("storeId"),
        environment,
        contracts,
        operation: operation?,
        // A request whose id is of no interest.
        path_id: path_id.unwrap_or_else(|| "payment0000000001".to_owned()),
        facts,
        request: fields.opaque("request").unwrap_or_else(|| Value::Object(serde_json::Map::new())),
    })
}

fn needs_request(operation: Operation) -> bool {
    !matches!(operation, Operation::Api(ApiOperation::CloseAccount | ApiOperation::DeleteKey))
}

fn about(fields: &Fields<'_, '_>, group_id: Option<&str>) -> Option<About> {
    let named = [
        fields.owned_text("provider").map(About::Provider),
        fields.owned_text("channelKey").map(About::Channel),
        fields.owned_text("channelGroupId").or_else(|| group_id.map(str::to_owned)).map(About::Group),
    ];
    let mut named = named.into_iter().flatten();
    match (named.next(), named.next()) {
        (Some(about), None) => Some(about),
        (None, _) => {
            fields.add("provider", "is missing; send one of provider, channelKey and channelGroupId");
            None
        }
        (Some(_), Some(_)) => {
            fields.add(
                "provider",
                "is one of several; send only one of provider, channelKey and channelGroupId",
            );
            None
        }
    }
}

fn facts(context: Option<&Fields<'_, '_>>, now: DateTime<Utc>) -> LedgerFacts {
    let currency = context.and_then(|context| {
        let text = context.text("currency")?;
        let currency = Currency::parse(text);
        if currency.is_err() {
            context.add("currency", "is no currency; send three capital letters");
        }
        currency.ok()
    });
    LedgerFacts {
        method: context
            .and_then(|context| context.choice("method", METHODS.into_iter()))
            .unwrap_or(PayMethod::Card),
        currency: currency.unwrap_or(Currency::KRW),
        card_type: context.and_then(|context| context.owned_text("card_type")),
        paid_at: context.and_then(|context| context.moment("paid_at")).unwrap_or(now),
        cancellable: context.and_then(|context| context.int64_from("cancellable", 0)),
        tax_free: context.and_then(|context| context.int64_from("tax_free", 0)).unwrap_or(0),
    }
}

/// The question says whom the request goes to; the request itself need not.
fn with_selector(mut request: Value, operation: ApiOperation) -> Value {
    let is_drawn = matches!(
        operation,
        ApiOperation::InstantCard | ApiOperation::InstantAccount | ApiOperation::IssueKey
    );
    if let (Some(members), true) = (request.as_object_mut(), is_drawn)
        && !members.contains_key("channelKey")
        && !members.contains_key("channelGroupId")
    {
        members.insert("channelKey".to_owned(), "asked-about".into());
    }
    request
}

fn with_store(mut argument: Value, store: &StoreId) -> Value {
    if let Some(members) = argument.as_object_mut() {
        members.entry("storeId").or_insert_with(|| store.as_str().into());
    }
    argument
}

fn window(parsed: Result<sdk::SdkRequest, Report>) -> (Option<Command>, Report) {
    match parsed {
        Ok(request) => (Some(Command::OpenWindow(request.window)), request.advice),
        Err(report) => {
            debug_assert!(report.rejections().any(|violation| violation.severity == Severity::Reject));
            (None, report)
        }
    }
}
