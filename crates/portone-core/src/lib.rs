//! What every PG adapter, the router and the gateway speak: money, ids, secrets, channels, the commands a PG can be
//! asked, the outcomes it can answer, the rules that refuse a request before a byte leaves, and the four classes of
//! error. It performs no I/O: time, randomness and the transport are arguments.
//!
//! The way through it: build a [`Command`], let [`admit`] check it against one adapter, and hand the [`Admitted`]
//! command to [`execute`] with a [`Transport`].

#![warn(missing_docs)]

mod adapter;
mod bank;
mod card;
mod cash_receipt;
mod channel;
mod client;
mod command;
mod command_kind;
mod confirm;
mod customer;
mod delivery;
mod dispatch;
mod driver;
mod error;
mod escrow;
mod failover;
mod id;
mod major;
mod method;
mod money;
mod notification;
mod order;
mod outcome;
mod profile;
mod request;
mod rule;
mod secret;
mod standing;
mod store_receipt;
mod token;
mod virtual_account;
mod wallet;
mod webhook;
mod window;

pub use adapter::{
    AdapterFactory, Admitted, BuildAdapter, CallContext, Credentials, Leg, PgAdapter, Progress, Protocol,
    SetupError, Upstream, admit,
};
pub use bank::Bank;
pub use card::{Card, CardFacts};
pub use cash_receipt::{
    CancelCashReceipt, CashReceiptFacts, IssueCashReceipt, ReceiptIdentityType, ReceiptPurpose,
    ReceiptReceiver,
};
pub use channel::{
    Channel, ChannelFacts, ChannelGroup, Contracts, Environment, GROUP_CHANNEL_COUNT_MAX, GROUP_RULES,
    GroupMember, OnViolation, WEIGHT_SUM,
};
pub use client::{Answer, Client, DEADLINE};
pub use command::{
    Attempt, AttemptSubject, Cancel, CancelRequester, Capture, CardPayment, CloseVirtualAccount, Command,
    DeleteBillingKey, Inquire, InstantMethod, IssueBillingKey, PayInstantly, PayWithBillingKey,
    RefundAccount, Schedule, StopCancel,
};
pub use command_kind::CommandKind;
pub use confirm::{ConfirmBillingKey, ConfirmIssueAndPay, ConfirmPayment};
pub use customer::{Address, Customer, CustomerName};
pub use delivery::{ConfirmDelivery, Delivery, DeliveryKind, DeliveryStatus, Parcel};
pub use driver::{LEG_COUNT_MAX, execute};
pub use error::{Cause, Decline, PgError};
pub use escrow::{
    ConfirmEscrow, Escrow, EscrowDelivery, EscrowParty, EscrowStatus, Logistics, LogisticsCompany,
    LogisticsStep, RegisterEscrowLogistics,
};
pub use failover::{
    DECLINE_COUNT_MAX, DECLINE_LENGTH_MAX, FailoverPolicy, REROUTE_COUNT_MAX, REROUTE_WITHIN_SECONDS_MAX,
};
pub use id::{
    AttemptId, BillingKey, CancellationId, ChannelGroupId, ChannelKey, CustomerUid, ID_LENGTH_MAX, IdError,
    PaymentId, PaymentScheduleId, PgBillingKey, PgMerchantId, PgProvider, PgTxId, StoreId, TransactionId,
};
pub use major::Major;
pub use method::{AccountFacts, MethodFacts, PayMethod, WalletFacts};
pub use money::{Currency, CurrencyError, Money, PaymentAmount};
pub use notification::{Ack, Notification, NotificationError, NotificationSubject, RawNotification};
pub use order::{Order, Product, ProductType};
pub use outcome::{
    CancelStatus, CancelledFacts, Finding, IssuedKeyFacts, Outcome, PaidFacts, Sdk, SdkCall,
    VirtualAccountFacts,
};
pub use profile::{CommandSupport, Currencies, PaymentIdRule, PgProfile};
pub use request::{Auth, Body, Break, Effect, Method, PgReply, PgRequest, Transport};
pub use rule::{Report, Rule, Severity, Violation};
pub use secret::Secret;
pub use standing::{CancelStanding, ReceiptStanding, Standing, StandingState};
pub use store_receipt::{RegisterStoreReceipt, StoreReceiptItem};
pub use token::{LOGIN_DEADLINE_MAX, ReadToken, Token, TokenSource};
pub use virtual_account::{
    CashReceiptRequest, CashReceiptType, FixedAccount, VirtualAccountExpiry, VirtualAccountOption,
    VirtualAccountOptionType, VirtualAccountRequest,
};
pub use wallet::{
    AskWallet, BalancePart, NaverAddress, NaverCashAmount, NaverOrderer, NaverReview, ProductOrder,
    WalletAnswer, WalletBalance, WalletCall, WalletMember, WalletOrderStatus, WalletPayment, WalletTold,
    WalletValue,
};
pub use webhook::{WebhookBreak, WebhookMessage, WebhookReply, WebhookSender};
pub use window::{
    BuyerOs, CardPromotion, FreeInstallmentPlan, NameParts, OfferPeriod, OpenWindow, StoreDetails,
    WindowCard, WindowEasyPay, WindowExpiry, WindowInstallment, WindowIssue, WindowIssueAndPay,
    WindowIssueAndPayMethod, WindowIssueMethod, WindowMethod, WindowMobile, WindowPayment, WindowReceipt,
    WindowSettings, WindowTypes, WindowVirtualAccount,
};
