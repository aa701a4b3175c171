//! The operations that can be asked about, by the names of the rules' catalogue, and the APIs they belong to.

use crate::fields::Fields;

/// What a shop speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Api {
    V1,
    V2,
    SdkV1,
    SdkV2,
}

impl Api {
    pub(super) const fn is_v1(self) -> bool {
        matches!(self, Self::V1 | Self::SdkV1)
    }

    pub(super) const fn is_sdk(self) -> bool {
        matches!(self, Self::SdkV1 | Self::SdkV2)
    }
}

/// What is asked of a PG, or of PortOne.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operation {
    WindowPay,
    WindowIssueKey,
    InstantCard,
    InstantAccount,
    IssueKey,
    PayKey,
    Schedule,
    Unschedule,
    Cancel,
    CloseAccount,
    Escrow,
    Receipt,
    DeleteKey,
    Delivery,
}

impl Operation {
    pub(super) const fn is_window(self) -> bool {
        matches!(self, Self::WindowPay | Self::WindowIssueKey)
    }
}

const APIS: [(&str, Api); 4] =
    [("v1", Api::V1), ("v2", Api::V2), ("sdk-v1", Api::SdkV1), ("sdk-v2", Api::SdkV2)];
const OPERATIONS: [(&str, Operation); 14] = [
    ("WINDOW_PAY", Operation::WindowPay),
    ("WINDOW_ISSUE_KEY", Operation::WindowIssueKey),
    ("API_INSTANT_CARD", Operation::InstantCard),
    ("API_INSTANT_VA", Operation::InstantAccount),
    ("API_ISSUE_KEY", Operation::IssueKey),
    ("API_PAY_KEY", Operation::PayKey),
    ("API_SCHEDULE", Operation::Schedule),
    ("API_UNSCHEDULE", Operation::Unschedule),
    ("API_CANCEL", Operation::Cancel),
    ("API_CLOSE_VA", Operation::CloseAccount),
    ("API_ESCROW", Operation::Escrow),
    ("API_RECEIPT", Operation::Receipt),
    ("API_DELETE_KEY", Operation::DeleteKey),
    ("API_DELIVERY", Operation::Delivery),
];

pub(super) fn api(fields: &Fields<'_, '_>) -> Option<Api> {
    fields.need_choice("api", APIS.into_iter())
}

pub(super) fn operation(fields: &Fields<'_, '_>) -> Option<Operation> {
    fields.need_choice("operation", OPERATIONS.into_iter())
}
