//! A valid command of each kind, and what else a call needs. The values pass the rules of every PG of this project.

pub mod delivery;
mod issue_and_pay;
mod methods;
mod paymentwall;
pub mod receipts;

pub use methods::open_billing_key_window;

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use portone_core::{
    AdapterFactory, AskWallet, Attempt, AttemptId, AttemptSubject, Bank, CallContext, Cancel,
    CancelCashReceipt, CancelRequester, Capture, Card, CardPayment, CashReceiptRequest, CashReceiptType,
    Channel, ChannelFacts, ChannelKey, CloseVirtualAccount, Command, CommandKind, ConfirmBillingKey,
    ConfirmPayment, Contracts, Credentials, Currency, Customer, CustomerName, DeleteBillingKey, Environment,
    Inquire, InstantMethod, IssueBillingKey, LogisticsStep, Money, OpenWindow, Order, PayInstantly,
    PayMethod, PayWithBillingKey, PaymentAmount, PaymentId, PgAdapter, PgBillingKey, PgMerchantId, PgProfile,
    PgProvider, ProductType, Protocol, RefundAccount, Schedule, Secret, StopCancel, StoreId, Upstream,
    VirtualAccountExpiry, VirtualAccountOption, VirtualAccountOptionType, VirtualAccountRequest, WalletCall,
    WalletMember, WalletPayment, WalletValue, WindowCard, WindowEasyPay, WindowExpiry, WindowMethod,
    WindowMobile, WindowPayment, WindowReceipt, WindowSettings, WindowVirtualAccount,
};

/// The attempt of [`context`].
pub const ATTEMPT: &str = "7b1f0c9e-9f57-4a47-8a0c-3d2f6f3b6a11";
/// The payment of every sample.
pub const PAYMENT_ID: &str = "payment0001A";
/// The upstream's id of the cancel that samples speak of.
pub const CANCELLATION_ID: &str = "0195557b-0000-7000-8000-000000000001";
/// What every sample pays or cancels, in won.
pub const AMOUNT: i64 = 1100;
/// What the sample upstream signs its notifications with.
pub const WEBHOOK_SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// A command and its name, which is also the folder of its fixtures.
#[derive(Debug, Clone)]
pub struct Sample {
    /// The name.
    pub name: &'static str,
    /// The command.
    pub command: Command,
}

/// Everything secret in the samples. Two sets differ in every value, so that a rendering that differs shows a secret.
#[derive(Debug, Clone, Copy)]
pub struct Secrets {
    number: &'static str,
    expiry_year: &'static str,
    expiry_month: &'static str,
    birth: &'static str,
    password: &'static str,
    cvc: &'static str,
    billing_key: &'static str,
    identity: &'static str,
    account: &'static str,
    payment_token: &'static str,
}

impl Secrets {
    /// The set the samples hold.
    pub const ONE: Self = Self {
        number: "4242424242424242",
        expiry_year: "29",
        expiry_month: "12",
        birth: "900101",
        password: "37",
        cvc: "123",
        billing_key: "billing-key-018fa367-cdd9-d8fd-2256-c43ce0e475d6",
        identity: "01000001234",
        account: "56211105948400",
        payment_token: "payment-token-one",
    };
    /// Another set.
    pub const OTHER: Self = Self {
        number: "4999999999999996",
        expiry_year: "31",
        expiry_month: "05",
        birth: "811231",
        password: "84",
        cvc: "4567",
        billing_key: "billing-key-0190c1aa-5511-7bb0-9c3e-77d3aa1f0b92",
        identity: "01099998765",
        account: "11022033044",
        payment_token: "payment-token-other",
    };
}

/// The time of every sample call.
pub fn now() -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::seconds(1_772_427_843)
}

/// The context of a sample call.
pub fn context() -> CallContext {
    CallContext { now: now(), attempt: attempt_id() }
}

/// A live channel of a PG, with nothing declared of its contract.
pub fn channel(profile: &PgProfile) -> Channel {
    // The adapter of any V1 PG plays one that returns deposits.
    let provider = if profile.provider == "IAMPORT_V1" { "kcp" } else { profile.provider };
    Channel {
        key: ChannelKey::parse("channel-key-sample").unwrap(),
        store_id: StoreId::parse("store-sample").unwrap(),
        name: profile.display_name.to_owned(),
        provider: PgProvider::parse(provider).unwrap(),
        pg_merchant_id: PgMerchantId::parse("mid-sample").unwrap(),
        environment: Environment::Live,
        upstream: "sample".to_owned(),
        upstream_channel_key: None,
        active: true,
        contracts: Contracts::default(),
        facts: ChannelFacts::default(),
    }
}

/// A PortOne V2 upstream.
pub fn upstream() -> Upstream {
    Upstream {
        base_url: "https://upstream.example".to_owned(),
        credentials: Credentials::PortOneV2 {
            api_secret: Secret::from("sample-api-secret"),
            webhook_secret: Some(Secret::from(WEBHOOK_SECRET)),
        },
        notice_url: Some("https://gateway.example/notifications/channel-key-sample".to_owned()),
    }
}

/// A PortOne V1 upstream.
pub fn v1_upstream() -> Upstream {
    Upstream {
        credentials: Credentials::IamportV1 {
            imp_key: Secret::from("sample-imp-key"),
            imp_secret: Secret::from("sample-api-secret"),
        },
        ..upstream()
    }
}

/// The upstream of an adapter, by what it speaks.
pub fn upstream_of(factory: &AdapterFactory) -> Upstream {
    match factory.protocol {
        Protocol::PortOneV2 => upstream(),
        Protocol::IamportV1 => v1_upstream(),
    }
}

/// The adapter of the sample channel at the sample upstream.
pub fn adapter(factory: &AdapterFactory) -> Arc<dyn PgAdapter> {
    (factory.build)(&channel(factory.profile), &upstream_of(factory)).unwrap()
}

/// The samples a PG has by its profile, and the inquiries about them.
pub fn commands(profile: &PgProfile) -> Vec<Sample> {
    every_for(profile, Secrets::ONE).into_iter().filter(|sample| has(profile, &sample.command)).collect()
}

/// Every sample, with these secrets and what a PG wants besides: Paymentwall has fields no other PG has (rules PW-002,
/// PW-027, PW-028).
pub fn every_for(profile: &PgProfile, secrets: Secrets) -> Vec<Sample> {
    let mut samples = every(secrets);
    if profile.provider == "PAYMENTWALL" {
        for Sample { command, .. } in &mut samples {
            paymentwall::suit(command, secrets);
        }
    }
    samples
}

/// Whether a PG has a command by its profile.
pub fn has(profile: &PgProfile, command: &Command) -> bool {
    command.kind() == CommandKind::Inquire || profile.supports(command.kind(), command.pay_method())
}

/// Every sample, with these secrets.
pub fn every(secrets: Secrets) -> Vec<Sample> {
    let mut samples = one_of_each(secrets);
    samples.extend(methods::every(secrets));
    samples
}

fn one_of_each(secrets: Secrets) -> Vec<Sample> {
    let sample = |name, command| Sample { name, command };
    let inquire = |name, subject| {
        let of = Attempt { id: attempt_id(), opened_at: now() - TimeDelta::seconds(90), subject };
        Sample { name, command: Command::Inquire(Inquire { of }) }
    };
    let amount = Money::new(AMOUNT, Currency::KRW);
    vec![
        sample("pay_card", pay_card(secrets)),
        sample("pay_virtual_account", pay_virtual_account(secrets)),
        sample("issue_billing_key", issue_billing_key(secrets)),
        sample("pay_with_billing_key", pay_with_billing_key(secrets)),
        sample("schedule", schedule(secrets)),
        sample("open_card_window", open_window(WindowMethod::Card(WindowCard::default()))),
        sample("open_virtual_account_window", open_window(virtual_account_window(secrets))),
        sample("open_transfer_window", open_window(WindowMethod::Transfer(window_receipt(secrets)))),
        sample("open_mobile_window", open_window(WindowMethod::Mobile(WindowMobile::default()))),
        sample("open_easy_pay_window", open_window(WindowMethod::EasyPay(WindowEasyPay::default()))),
        sample("open_billing_key_window", open_billing_key_window()),
        sample("open_issue_and_pay_window", issue_and_pay::open()),
        sample(
            "delete_billing_key",
            Command::DeleteBillingKey(DeleteBillingKey { pg_billing_key: billing_key(secrets) }),
        ),
        sample("cancel", cancel(PayMethod::Card, None)),
        sample("cancel_virtual_account", cancel(PayMethod::VirtualAccount, Some(refund_account(secrets)))),
        sample(
            "close_virtual_account",
            Command::CloseVirtualAccount(CloseVirtualAccount { payment_id: payment_id() }),
        ),
        sample("issue_cash_receipt", receipts::issue_cash_receipt(secrets)),
        sample(
            "cancel_cash_receipt",
            Command::CancelCashReceipt(CancelCashReceipt { payment_id: payment_id(), method: None }),
        ),
        sample("register_escrow_logistics", receipts::logistics(LogisticsStep::Register)),
        sample("modify_escrow_logistics", receipts::logistics(LogisticsStep::Modify)),
        sample("confirm_escrow", receipts::confirm_escrow()),
        sample("confirm_delivery", delivery::confirm()),
        sample("ask_wallet", ask_wallet()),
        sample("register_store_receipt", receipts::store_receipt(secrets)),
        sample("confirm_payment", confirm_payment(secrets, PayMethod::Card)),
        sample("confirm_virtual_account", confirm_payment(secrets, PayMethod::VirtualAccount)),
        sample(
            "confirm_billing_key",
            Command::ConfirmBillingKey(ConfirmBillingKey {
                billing_issue_token: secrets.payment_token.into(),
                is_test: false,
                method: PayMethod::Card,
            }),
        ),
        sample("confirm_issue_and_pay", issue_and_pay::confirm(secrets)),
        sample("capture", Command::Capture(Capture { payment_id: payment_id(), method: PayMethod::Card })),
        sample(
            "stop_cancel",
            Command::StopCancel(StopCancel {
                payment_id: payment_id(),
                upstream_cancellation_id: CANCELLATION_ID.to_owned(),
            }),
        ),
        inquire("inquire_pay", AttemptSubject::Pay { payment_id: payment_id(), amount }),
        inquire("inquire_standing", AttemptSubject::Standing { payment_id: payment_id() }),
        inquire("inquire_issue_billing_key", AttemptSubject::IssueBillingKey),
        inquire("inquire_billing_key", AttemptSubject::BillingKey { pg_billing_key: billing_key(secrets) }),
        inquire(
            "inquire_delete_billing_key",
            AttemptSubject::DeleteBillingKey { pg_billing_key: billing_key(secrets) },
        ),
        inquire(
            "inquire_cancel",
            AttemptSubject::Cancel { payment_id: payment_id(), amount, cancelled_before: 0 },
        ),
        inquire(
            "inquire_close_virtual_account",
            AttemptSubject::CloseVirtualAccount { payment_id: payment_id() },
        ),
        inquire(
            "inquire_issue_cash_receipt",
            AttemptSubject::IssueCashReceipt { payment_id: payment_id(), total: AMOUNT, former_number: None },
        ),
        inquire(
            "inquire_cancel_cash_receipt",
            AttemptSubject::CancelCashReceipt { payment_id: payment_id() },
        ),
        inquire("inquire_escrow_logistics", receipts::logistics_subject()),
        inquire("inquire_confirm_escrow", AttemptSubject::ConfirmEscrow { payment_id: payment_id() }),
        inquire("inquire_store_receipt", AttemptSubject::RegisterStoreReceipt { payment_id: payment_id() }),
        inquire("inquire_window", AttemptSubject::Window { payment_id: payment_id(), amount }),
        inquire("inquire_issue_and_pay", AttemptSubject::IssueAndPay { payment_id: payment_id(), amount }),
        inquire("inquire_capture", AttemptSubject::Capture { payment_id: payment_id() }),
        inquire(
            "inquire_stop_cancel",
            AttemptSubject::StopCancel {
                payment_id: payment_id(),
                upstream_cancellation_id: CANCELLATION_ID.to_owned(),
            },
        ),
    ]
}

/// The sample command of this name. Panics when there is none.
pub fn command(name: &str) -> Command {
    let found = every(Secrets::ONE).into_iter().find(|sample| sample.name == name);
    found.unwrap_or_else(|| panic!("there is no sample `{name}`")).command
}

/// A card key-in.
pub fn pay_card(secrets: Secrets) -> Command {
    let method = InstantMethod::Card(CardPayment {
        card: card(secrets),
        installment_month: Some(0),
        use_free_installment_plan: None,
        use_free_interest_from_merchant: None,
        use_card_point: None,
    });
    Command::PayInstantly(PayInstantly { order: order(), method })
}

/// A rotating virtual account for a day, with a personal cash receipt.
pub fn pay_virtual_account(secrets: Secrets) -> Command {
    let method = InstantMethod::VirtualAccount(VirtualAccountRequest {
        bank: Bank::Shinhan,
        expiry: VirtualAccountExpiry { valid_hours: Some(24), due_date: None },
        option: VirtualAccountOption { kind: VirtualAccountOptionType::Normal, fixed: None },
        cash_receipt: Some(CashReceiptRequest {
            kind: CashReceiptType::Personal,
            customer_identity_number: Some(Secret::from(secrets.identity)),
        }),
        remittee_name: Some("PortOne".to_owned()),
    });
    Command::PayInstantly(PayInstantly { order: order(), method })
}

/// A billing key to issue.
pub fn issue_billing_key(secrets: Secrets) -> Command {
    Command::IssueBillingKey(IssueBillingKey { card: card(secrets), customer: customer(), bypass: None })
}

/// A billing-key payment.
pub fn pay_with_billing_key(secrets: Secrets) -> Command {
    Command::PayWithBillingKey(PayWithBillingKey {
        order: order(),
        pg_billing_key: billing_key(secrets),
        method: PayMethod::Card,
        issue_email: Some("hong@example.com".to_owned()),
        card: None,
        installment_month: None,
        use_free_interest_from_merchant: None,
        use_card_point: None,
        cash_receipt: None,
        locale: None,
    })
}

/// The same payment, a day later.
pub fn schedule(secrets: Secrets) -> Command {
    let Command::PayWithBillingKey(pay) = pay_with_billing_key(secrets) else { unreachable!("it is one") };
    Command::Schedule(Schedule { pay, time_to_pay: now() + TimeDelta::days(1) })
}

/// A payment window by this method.
pub fn open_window(method: WindowMethod) -> Command {
    let mut order = order();
    // The browser SDK has no such field.
    order.product_count = None;
    Command::OpenWindow(OpenWindow::Payment(Box::new(WindowPayment {
        order: Order { product_type: Some(ProductType::Digital), ..order },
        method,
        confirm_url: None,
        store_details: None,
        merpay_category_id: None,
        settings: window_settings(),
    })))
}

/// A Korean window of digital content that comes back to the shop.
pub fn window_settings() -> WindowSettings {
    WindowSettings {
        redirect_url: Some("https://shop.example/return".to_owned()),
        locale: Some("KO_KR".to_owned()),
        product_type: Some("DIGITAL".to_owned()),
        ..WindowSettings::default()
    }
}

fn virtual_account_window(secrets: Secrets) -> WindowMethod {
    WindowMethod::VirtualAccount(WindowVirtualAccount {
        bank_code: Some("SHINHAN_BANK".to_owned()),
        expiry: Some(WindowExpiry { valid_hours: Some(24), due_date: None }),
        receipt: window_receipt(secrets),
        ..WindowVirtualAccount::default()
    })
}

fn window_receipt(secrets: Secrets) -> WindowReceipt {
    WindowReceipt {
        cash_receipt_type: Some("PERSONAL".to_owned()),
        customer_identifier: Some(Secret::from(secrets.identity)),
    }
}

/// A cancel in full of a payment made an hour ago.
pub fn cancel(method: PayMethod, refund_account: Option<RefundAccount>) -> Command {
    Command::Cancel(Cancel {
        payment_id: payment_id(),
        amount: Money::new(AMOUNT, Currency::KRW),
        tax_free: None,
        vat: None,
        reason: "sold out".to_owned(),
        requester: Some(CancelRequester::Customer),
        refund_account,
        cancellable: AMOUNT,
        cancellable_tax_free: 0,
        ordered_vat: None,
        method,
        card: None,
        paid_at: now() - TimeDelta::hours(1),
    })
}

/// The approval of what was authenticated in a window.
pub fn confirm_payment(secrets: Secrets, method: PayMethod) -> Command {
    Command::ConfirmPayment(ConfirmPayment {
        payment_id: payment_id(),
        payment_token: secrets.payment_token.into(),
        amount: PaymentAmount::total(AMOUNT, Currency::KRW),
        is_test: false,
        method,
        window: attempt_id(),
    })
}

/// An order with a complete customer.
pub fn order() -> Order {
    Order {
        customer: customer(),
        product_count: Some(1),
        ..Order::of(payment_id(), "스위블 체어", PaymentAmount::total(AMOUNT, Currency::KRW))
    }
}

/// A customer with everything any PG asks for.
pub fn customer() -> Customer {
    Customer {
        id: Some("customer1234".to_owned()),
        name: Some(CustomerName::Full("홍길동".to_owned())),
        email: Some("hong@example.com".to_owned()),
        phone_number: Some("010-1234-5678".to_owned()),
        ..Customer::default()
    }
}

/// A card with every part.
pub fn card(secrets: Secrets) -> Card {
    Card {
        number: secrets.number.into(),
        expiry_year: secrets.expiry_year.into(),
        expiry_month: secrets.expiry_month.into(),
        birth_or_business_registration_number: Some(secrets.birth.into()),
        password_two_digits: Some(secrets.password.into()),
        cvc: None,
    }
}

/// A product order that is on its way.
fn ask_wallet() -> Command {
    let text = |name, text: &str| WalletMember { name, value: WalletValue::Text(text.to_owned()) };
    Command::AskWallet(AskWallet {
        call: WalletCall::NaverShip,
        payment: Some(WalletPayment { payment_id: payment_id(), method: PayMethod::Card }),
        members: vec![
            WalletMember {
                name: "product_order_id",
                value: WalletValue::Texts(vec!["2026030212345671".to_owned()]),
            },
            text("delivery_method", "DELIVERY"),
            WalletMember { name: "dispatched_at", value: WalletValue::Whole(now().timestamp()) },
            text("delivery_company", "CJGLS"),
            text("tracking_number", "345678901234"),
        ],
    })
}

/// A complete account to return a deposit to.
pub fn refund_account(secrets: Secrets) -> RefundAccount {
    RefundAccount {
        bank: Bank::Shinhan,
        number: secrets.account.into(),
        holder_name: "홍길동".to_owned(),
        holder_phone_number: Some("01012345678".to_owned()),
    }
}

fn attempt_id() -> AttemptId {
    AttemptId::parse(ATTEMPT).unwrap()
}

fn payment_id() -> PaymentId {
    PaymentId::parse(PAYMENT_ID).unwrap()
}

fn billing_key(secrets: Secrets) -> PgBillingKey {
    PgBillingKey::parse(secrets.billing_key).unwrap()
}
