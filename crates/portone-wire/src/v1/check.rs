//! The rules of every PG behind the V1 REST API, command by command. A PG's own rules come on top.

use portone_core::{
    CallContext, CardPayment, CashReceiptRequest, CashReceiptType, Command, Contracts, Currency, Customer,
    CustomerName, DeleteBillingKey, InstantMethod, IssueBillingKey, Order, PayWithBillingKey, PgBillingKey,
    Report, Rule, Severity, VirtualAccountRequest,
};

use super::{
    V1Dialect,
    bank::bank_code,
    encode::CVC_PG,
    request::one_line,
    rules::{self, capability},
};
use crate::check::{self, ContractNeed};

mod cancel;
mod card;
mod window;

const PG_LENGTH_MAX: usize = 80;
const CHANNEL_KEY_LENGTH_MAX: usize = 55;
const MERCHANT_UID_LENGTH_MAX: usize = 40;
const NAME_LENGTH_MAX: usize = 40;
const CUSTOMER_UID_LENGTH_MAX: usize = 80;
/// Instalments start at this many won.
const QUOTA_AMOUNT_MIN: i64 = 50_000;
const PROMOTION_PREFIX: &str = "promotion-id-";

impl V1Dialect {
    /// Adds everything the rules of all V1 PGs find in a command. Fields are spelt as the V2 REST API spells them.
    pub fn check(&self, command: &Command, ctx: &CallContext, report: &mut Report) {
        match command {
            Command::PayInstantly(pay) => {
                self.check_pg(report);
                match &pay.method {
                    InstantMethod::Card(card) => self.check_onetime(&pay.order, card, report),
                    InstantMethod::VirtualAccount(account) => self.check_account(&pay.order, account, report),
                }
            }
            Command::IssueBillingKey(issue) => {
                self.check_pg(report);
                self.check_issue(issue, report);
            }
            Command::PayWithBillingKey(pay) => self.check_again(pay, report),
            Command::Schedule(schedule) => {
                check::future_schedule(&rules::SCHEDULE_AT, schedule.time_to_pay, ctx.now, report);
                let mut payment = Report::new();
                self.check_again(&schedule.pay, &mut payment);
                report.extend(payment.under("payment"));
            }
            Command::DeleteBillingKey(DeleteBillingKey { pg_billing_key }) => {
                check_customer_uid(pg_billing_key, report);
            }
            Command::Cancel(cancel) => cancel::check(self.pg_code(), cancel, ctx, report),
            Command::OpenWindow(window) => {
                self.check_pg(report);
                window::check(self, window, report);
            }
            // The rules set nothing for inquiries, and V1 has nothing else here: the profile refuses it.
            _ => {}
        }
    }

    fn check_pg(&self, report: &mut Report) {
        if !is_pg(&self.pg) {
            report.add(
                &rules::PG,
                "channelKey",
                format!(
                    "names a channel whose `pg` would be `{}`; set its provider to a PG code such as `nice_v2`, and its merchant id without blanks, {PG_LENGTH_MAX} characters in all",
                    self.pg
                ),
            );
        }
    }

    fn check_onetime(&self, order: &Order, payment: &CardPayment, report: &mut Report) {
        need_contract(&self.contracts, capability::API_KEYIN, "key-in payment", report);
        self.check_order(order, &ONETIME, report);
        card::check(self.pg_code(), &self.contracts, &payment.card, report);
        let terms = Terms {
            prefix: "method.card.",
            quota: payment.installment_month,
            interest_free: payment.use_free_interest_from_merchant,
            card_point: payment.use_card_point,
        };
        self.check_terms(&terms, order, &ONETIME, report);
    }

    fn check_again(&self, pay: &PayWithBillingKey, report: &mut Report) {
        check_customer_uid(&pay.pg_billing_key, report);
        self.check_order(&pay.order, &AGAIN, report);
        if pay.order.order_name.trim().is_empty() {
            report.add(&rules::NAME, "orderName", "is empty; a payment with a billing key needs one");
        }
        if pay.order.product_count.is_some_and(|count| count < 1) {
            report.add(&rules::PRODUCT_COUNT, "productCount", "is not positive; give 1 or more, or none");
        }
        if pay.cash_receipt.is_some() && self.pg_code() != CASH_RECEIPT_PG {
            report.add(
                &rules::CASH_RECEIPT_IGNORED,
                "cashReceipt",
                format!("is ignored by `{}`; leave it out", self.pg_code()),
            );
        }
        let terms = Terms {
            prefix: "",
            quota: pay.installment_month,
            interest_free: pay.use_free_interest_from_merchant,
            card_point: pay.use_card_point,
        };
        self.check_terms(&terms, &pay.order, &AGAIN, report);
    }

    fn check_account(&self, order: &Order, account: &VirtualAccountRequest, report: &mut Report) {
        const EXPIRY: &str = "method.virtualAccount.expiry";
        self.check_order(order, &VBANKS, report);
        self.check_holder(account.remittee_name.as_deref(), report);
        let (bank, pg) = (account.bank, self.pg_code());
        if bank_code(pg, bank).is_none() {
            let message = format!("`{}` has no code at `{pg}`; choose another bank", bank.code());
            report.add(&rules::VBANK_CODE, "method.virtualAccount.bank", message);
        }
        if account.expiry.due_date.is_none() && account.expiry.valid_hours.is_none() {
            report.add(&rules::VBANK_DUE, EXPIRY, "is missing; give validHours or dueDate");
        }
        if order.is_escrow == Some(true) {
            let message =
                "is nothing V1 has for an account without a window; open the window, or leave it out";
            report.add(&rules::ESCROW_CONTRACT, "isEscrow", message);
        }
        let asks = |receipt: &CashReceiptRequest| receipt.kind != CashReceiptType::NoReceipt;
        if account.cash_receipt.as_ref().is_some_and(asks) {
            let message = "is not sent: V1 has no field for it; issue the receipt after the deposit";
            report.add(&rules::CASH_RECEIPT_IGNORED, "method.virtualAccount.cashReceipt", message);
        }
    }

    fn check_holder(&self, holder: Option<&str>, report: &mut Report) {
        const FIELD: &str = "method.virtualAccount.remitteeName";
        let pg = self.pg_code();
        if is_blank(holder) && HOLDER_PGS.contains(&pg) {
            report.add(&rules::VBANK_HOLDER, FIELD, format!("is missing; `{pg}` needs the holder's name"));
        }
        check_length(&rules::VBANK_HOLDER, FIELD, holder.unwrap_or_default(), HOLDER_LENGTH_MAX, report);
        if holder.is_some() && OWN_HOLDER_PGS.contains(&pg) {
            let message =
                format!("is ignored by `{pg}`, which shows the shop's registered name; leave it out");
            report.add_with(&rules::VBANK_HOLDER, Severity::Advise, FIELD, message);
        }
    }

    fn check_issue(&self, issue: &IssueBillingKey, report: &mut Report) {
        need_contract(
            &self.contracts,
            capability::API_BILLING,
            "issuing a billing key without a window",
            report,
        );
        if let Some(key) =
            self.channel_key.as_ref().filter(|key| length(key.as_str()) > CHANNEL_KEY_LENGTH_MAX)
        {
            report.add(
                &rules::CHANNEL_KEY_LENGTH,
                "channelKey",
                format!(
                    "names a channel whose upstream_channel_key has {} characters; at most {CHANNEL_KEY_LENGTH_MAX} are taken",
                    length(key.as_str())
                ),
            );
        }
        card::check(self.pg_code(), &self.contracts, &issue.card, report);
        check_lengths(&issue.customer, &HOLDER, report);
        let bypass_uid = issue.bypass.as_ref().is_some_and(|bypass| bypass.get("customer_uid").is_some());
        if bypass_uid {
            report.add(
                &rules::CUSTOMER_UID_REUSED,
                "bypass.customer_uid",
                "is not used: a fresh one is made for each billing key, since the key of one that is used again is replaced and stays alive at the PG; leave it out",
            );
        }
        if self.pg_code() == CUSTOMER_ID_PG && is_blank(issue.customer.id.as_deref()) {
            report.add(&rules::CUSTOMER_ID, "customer.id", "is missing; Toss Payments needs it");
        }
    }

    fn check_order(&self, order: &Order, operation: &Operation, report: &mut Report) {
        let too_long = [
            (&rules::MERCHANT_UID_LENGTH, "paymentId", order.payment_id.as_str(), MERCHANT_UID_LENGTH_MAX),
            (&rules::NAME, "orderName", order.order_name.as_str(), NAME_LENGTH_MAX),
        ];
        for (rule, field, text, length_max) in too_long {
            check_length(rule, field, text, length_max, report);
        }
        check_lengths(&order.customer, &BUYER, report);
        self.check_amount(order, operation, report);
        if self.pg_code() == PRODUCT_TYPE_PG && order.product_type.is_none() {
            report.add(&rules::PRODUCT_TYPE, "productType", "is missing; KSNET needs PHYSICAL or DIGITAL");
        }
        if order.bypass.as_ref().is_some_and(|bypass| !bypass.is_object()) {
            report.add(&rules::BYPASS, "bypass", "is no object; send a JSON object");
        }
        if let Some(id) = order.promotion_id.as_deref()
            && id.strip_prefix(PROMOTION_PREFIX).is_none_or(str::is_empty)
        {
            let message = format!("`{id}` does not start with `{PROMOTION_PREFIX}`; send the promotion's id");
            report.add(&rules::PROMOTION_ID, "promotionId", message);
        }
    }

    fn check_amount(&self, order: &Order, operation: &Operation, report: &mut Report) {
        let (amount, pg) = (&order.amount, self.pg_code());
        if let Some(tax_free) = amount.tax_free.filter(|part| *part < 0 || *part > amount.total) {
            report.add(
                &rules::TAX_FREE_PART,
                "amount.taxFree",
                format!("{tax_free} is no part of {}; give 0 to {}", amount.total, amount.total),
            );
        }
        if amount.vat.is_some() && !operation.vat.contains(&pg) {
            report.add(
                &rules::VAT_IGNORED,
                "amount.vat",
                format!("is ignored by `{pg}`, which computes it; leave it out"),
            );
        }
        if amount.currency != Currency::KRW && !CURRENCY_PGS.contains(&pg) {
            report.add(
                &rules::CURRENCY,
                "currency",
                format!("`{}` is not looked at by `{pg}`, which takes won; use KRW", amount.currency),
            );
        }
    }

    fn check_terms(&self, terms: &Terms, order: &Order, operation: &Operation, report: &mut Report) {
        let pg = self.pg_code();
        let field = |name: &str| format!("{}{name}", terms.prefix);
        if let Some(quota) = terms.quota.filter(|quota| *quota != 0) {
            if !(2..=99).contains(&quota) {
                let message =
                    format!("{quota} is no number of instalments; give 0 for a lump sum, or 2 or more");
                report.add(&rules::CARD_QUOTA, field("installmentMonth"), message);
            }
            if order.amount.currency == Currency::KRW && order.amount.total < QUOTA_AMOUNT_MIN {
                report.add(
                    &rules::CARD_QUOTA_AMOUNT,
                    field("installmentMonth"),
                    format!(
                        "{} won are too little for instalments, which start at {QUOTA_AMOUNT_MIN}; give 0",
                        order.amount.total
                    ),
                );
            }
        }
        if terms.interest_free == Some(true) && !operation.interest_free.contains(&pg) {
            report.add(
                &rules::INTEREST_FREE_IGNORED,
                field("useFreeInterestFromMerchant"),
                format!("is ignored by `{pg}`; leave it out"),
            );
        }
        if terms.card_point == Some(true) && !operation.card_point.contains(&pg) {
            report.add(
                &rules::CARD_POINT_IGNORED,
                field("useCardPoint"),
                format!("is ignored by `{pg}`; leave it out"),
            );
        }
    }
}

/// Whether a text can be the `pg` of a request: a code, alone or with a dot and the merchant id (rule IAMPORT-001).
pub fn is_pg(text: &str) -> bool {
    let (code, rest) = text.split_once('.').unwrap_or((text, "mid"));
    let is_code = !code.is_empty()
        && code.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
    let is_rest = !rest.is_empty() && !rest.starts_with('.') && !rest.contains(char::is_whitespace);
    is_code && is_rest && text.chars().count() <= PG_LENGTH_MAX
}

/// The PGs that look at a field of one operation.
struct Operation {
    vat: &'static [&'static str],
    interest_free: &'static [&'static str],
    card_point: &'static [&'static str],
}

const ONETIME: Operation = Operation {
    vat: &["nice", "html5_inicis", "nice_v2", "welcome"],
    interest_free: &["nice_v2", "nice"],
    card_point: &["ksnet", "nice", "nice_v2"],
};
const AGAIN: Operation = Operation {
    vat: &["nice", "html5_inicis", "nice_v2", "welcome", "tosspay_v2"],
    interest_free: &["nice", "ksnet", "nice_v2"],
    card_point: &["nice", "smartro_v2", "nice_v2"],
};
const VBANKS: Operation =
    Operation { vat: &["nice", "nice_v2", "welcome"], interest_free: &[], card_point: &[] };
const WINDOW: Operation =
    Operation { vat: &["nice", "nice_v2", "tosspay_v2"], interest_free: &[], card_point: &[] };
/// The PGs that need the name of an account's holder, and those that show one of their own.
const HOLDER_PGS: &[&str] = &["html5_inicis", "nice", "settle", "smartro_v2"];
const OWN_HOLDER_PGS: &[&str] = &["tosspayments", "ksnet", "welcome"];
const HOLDER_LENGTH_MAX: usize = 16;
const CURRENCY_PGS: &[&str] = &[CVC_PG, "paypal_v2"];
const CASH_RECEIPT_PG: &str = "tosspay_v2";
const CUSTOMER_ID_PG: &str = "tosspayments";
const PRODUCT_TYPE_PG: &str = "ksnet";

/// How a card is charged.
struct Terms {
    prefix: &'static str,
    quota: Option<i32>,
    interest_free: Option<bool>,
    card_point: Option<bool>,
}

/// The longest texts about a person, in characters, each with its rule.
struct Lengths {
    name: (&'static Rule, usize),
    email: (&'static Rule, usize),
    telephone: (&'static Rule, usize),
    address: (&'static Rule, usize),
}

const BUYER: Lengths = Lengths {
    name: (&rules::BUYER_NAME_LENGTH, 16),
    email: (&rules::BUYER_EMAIL_LENGTH, 64),
    telephone: (&rules::BUYER_TEL_LENGTH, 16),
    address: (&rules::BUYER_ADDR_LENGTH, 128),
};
const HOLDER: Lengths = Lengths {
    name: (&rules::HOLDER_LENGTHS, 20),
    email: (&rules::HOLDER_LENGTHS, 200),
    telephone: (&rules::HOLDER_LENGTHS, 20),
    address: (&rules::HOLDER_LENGTHS, 200),
};
const POSTCODE_LENGTH_MAX: usize = 8;

fn check_lengths(customer: &Customer, lengths: &Lengths, report: &mut Report) {
    let name = customer.name.as_ref().map(CustomerName::one_line);
    let address = customer.address.as_ref().map(one_line);
    let texts = [
        (lengths.name, "customer.name", name.as_deref()),
        (lengths.email, "customer.email", customer.email.as_deref()),
        (lengths.telephone, "customer.phoneNumber", customer.phone_number.as_deref()),
        (lengths.address, "customer.address", address.as_deref()),
        ((&rules::POSTCODE_LENGTH, POSTCODE_LENGTH_MAX), "customer.zipcode", customer.zipcode.as_deref()),
    ];
    for ((rule, length_max), field, text) in texts {
        check_length(rule, field, text.unwrap_or_default(), length_max, report);
    }
}

fn check_length(rule: &Rule, field: &str, text: &str, length_max: usize, report: &mut Report) {
    let length = length(text);
    if length > length_max {
        report.add(rule, field, format!("has {length} characters; use at most {length_max}"));
    }
}

fn check_customer_uid(key: &PgBillingKey, report: &mut Report) {
    let uid = key.expose();
    if length(uid) > CUSTOMER_UID_LENGTH_MAX
        || uid.contains(|character: char| character == '/' || character.is_control())
    {
        report.add(
            &rules::CUSTOMER_UID,
            "billingKey",
            format!("stands for a customer_uid that V1 cannot take (1 to {CUSTOMER_UID_LENGTH_MAX} characters, no slash); issue another key"),
        );
    }
}

fn need_contract(contracts: &Contracts, capability: &str, what: &str, report: &mut Report) {
    let need = ContractNeed { rule: &rules::CARD_CONTRACT, capability, field: "method", what };
    check::contract(need, contracts, report);
}

fn length(text: &str) -> usize {
    text.chars().count()
}

fn is_blank(text: Option<&str>) -> bool {
    text.is_none_or(|text| text.trim().is_empty())
}
