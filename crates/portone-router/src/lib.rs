#![doc = include_str!("../README.md")]
#![warn(missing_docs)]

mod advice;
mod around;
mod choose;
pub mod circuit;
mod draw;
mod group_check;
mod issue;
mod record;
mod refusal;
mod registry;
mod required;
mod roster;
mod rules;
mod selector;

pub use advice::advise;
pub use around::{Around, FailoverRecord, Reroute, RerouteClass};
pub use choose::{Choice, pin};
pub use draw::weighted_index;
pub use group_check::{ChannelCheck, GroupCheck};
pub use issue::{IssueMemberRecord, IssuePlan, IssueRecord, IssueTry};
pub use record::{
    CandidateRecord, Decision, GroupDecision, PinnedDecision, Probability, Purpose, Verdict, ViolationRecord,
};
pub use refusal::{GroupVersion, NoChannel, NoChannelReason};
pub use registry::{factory, factory_at, providers_at, registry};
pub use roster::{ApiVersion, Ask, Candidate, Roster};
pub use rules::group_rules;
pub use selector::{Selector, select};
