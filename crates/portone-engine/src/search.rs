//! Looks for a text in a payment (schema `PaymentTextSearch`).

use portone_core::{Bank, BillingKey, CardFacts, CustomerName, PaymentScheduleId, PgTxId};

use crate::ledger::Transaction;

macro_rules! fields {
    ($($variant:ident = $code:literal),+ $(,)?) => {
        /// Where to look (schema `PaymentTextSearchField`).
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[allow(missing_docs)]
        pub enum TextField {
            $($variant,)+
        }

        impl TextField {
            /// Every field, with its code as the V2 REST API spells it.
            pub const ALL: &'static [(&'static str, Self)] = &[$(($code, Self::$variant)),+];
        }
    };
}

fields! {
    All = "ALL",
    PaymentId = "PAYMENT_ID",
    TxId = "TX_ID",
    ScheduleId = "SCHEDULE_ID",
    FailReason = "FAIL_REASON",
    CardIssuer = "CARD_ISSUER",
    CardAcquirer = "CARD_ACQUIRER",
    CardBin = "CARD_BIN",
    CardNumber = "CARD_NUMBER",
    CardApprovalNumber = "CARD_APPROVAL_NUMBER",
    CardReceiptName = "CARD_RECEIPT_NAME",
    CardInstallment = "CARD_INSTALLMENT",
    TransBank = "TRANS_BANK",
    VirtualAccountHolderName = "VIRTUAL_ACCOUNT_HOLDER_NAME",
    VirtualAccountBank = "VIRTUAL_ACCOUNT_BANK",
    VirtualAccountNumber = "VIRTUAL_ACCOUNT_NUMBER",
    PgMerchantId = "PG_MERCHANT_ID",
    PgTxId = "PG_TX_ID",
    PgReceiptId = "PG_RECEIPT_ID",
    ReceiptApprovalNumber = "RECEIPT_APPROVAL_NUMBER",
    PgCancellationId = "PG_CANCELLATION_ID",
    CancelReason = "CANCEL_REASON",
    OrderName = "ORDER_NAME",
    CustomerName = "CUSTOMER_NAME",
    CustomerEmail = "CUSTOMER_EMAIL",
    CustomerPhoneNumber = "CUSTOMER_PHONE_NUMBER",
    CustomerAddress = "CUSTOMER_ADDRESS",
    CustomerZipcode = "CUSTOMER_ZIPCODE",
    UserAgent = "USER_AGENT",
    BillingKey = "BILLING_KEY",
    PromotionId = "PROMOTION_ID",
    GiftCertificationApprovalNumber = "GIFT_CERTIFICATION_APPROVAL_NUMBER",
}

/// A text to find somewhere in a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextSearch {
    /// The field.
    pub field: TextField,
    /// The text, as it is written there: case counts.
    pub text: String,
}

impl TextSearch {
    /// Whether the payment's field has the text in it. A field this ledger keeps nothing in has no text in it.
    pub fn is_in(&self, transaction: &Transaction) -> bool {
        if self.field == TextField::All {
            let fields = TextField::ALL.iter().map(|(_, field)| *field);
            return fields
                .filter(|field| *field != TextField::All)
                .any(|field| self.found(field, transaction));
        }
        self.found(self.field, transaction)
    }

    /// Whether a payment can have the text in the field, where these are its record as JSON, its transaction's id and its
    /// PG merchant id: of most payments this tells that they have not, long before the record is read.
    pub fn may_be_in(&self, record: &[&str]) -> bool {
        // JSON writes some characters otherwise, and a name in two parts is searched as one line.
        let is_plain = |byte: u8| !byte.is_ascii_control() && byte != b'"' && byte != b'\\';
        let is_elsewhere = match self.field {
            TextField::CustomerName | TextField::All => self.text.contains(' '),
            _ => false,
        };
        is_elsewhere
            || !self.text.bytes().all(is_plain)
            || record.iter().any(|part| part.contains(&self.text))
    }

    fn found(&self, field: TextField, transaction: &Transaction) -> bool {
        let has = |text: &str| text.contains(&self.text);
        let has_some = |text: Option<&str>| text.is_some_and(has);
        let card = transaction.card.as_ref();
        let of_card =
            |fact: fn(&CardFacts) -> Option<&String>| has_some(card.and_then(fact).map(String::as_str));
        let account = transaction.virtual_account.as_ref();
        let (order, customer) = (&transaction.order, &transaction.order.customer);
        match field {
            TextField::PaymentId => has(order.payment_id.as_str()),
            TextField::TxId => has(&transaction.shown_id()),
            TextField::ScheduleId => {
                has_some(transaction.schedule_id.as_ref().map(PaymentScheduleId::as_str))
            }
            TextField::FailReason => transaction
                .failure
                .as_ref()
                .is_some_and(|failure| has(&failure.reason) || has_some(failure.pg_message.as_deref())),
            TextField::CardIssuer => of_card(|card| card.issuer.as_ref()),
            TextField::CardAcquirer => of_card(|card| card.publisher.as_ref()),
            TextField::CardBin => of_card(|card| card.bin.as_ref()),
            TextField::CardNumber => {
                of_card(|card| card.masked_number.as_ref()) || of_card(|card| card.last_four.as_ref())
            }
            TextField::CardApprovalNumber => of_card(|card| card.approval_number.as_ref()),
            TextField::CardInstallment => card
                .and_then(|card| card.installment_month)
                .is_some_and(|month| month.to_string() == self.text),
            TextField::VirtualAccountHolderName => {
                has_some(account.and_then(|account| account.remittee_name.as_deref()))
            }
            TextField::VirtualAccountBank => {
                has_some(account.and_then(|account| account.bank).map(Bank::code))
            }
            TextField::VirtualAccountNumber => {
                has_some(account.map(|account| account.account_number.as_str()))
            }
            TextField::PgMerchantId => has(transaction.channel.pg_merchant_id.as_str()),
            TextField::PgTxId => has_some(transaction.pg_tx_id.as_ref().map(PgTxId::as_str)),
            TextField::PgCancellationId => {
                transaction.cancellations.iter().any(|cancel| has_some(cancel.pg_cancellation_id.as_deref()))
            }
            TextField::CancelReason => transaction.cancellations.iter().any(|cancel| has(&cancel.reason)),
            TextField::OrderName => has(&order.order_name),
            TextField::CustomerName => {
                customer.name.as_ref().map(CustomerName::one_line).is_some_and(|name| has(&name))
            }
            TextField::CustomerEmail => has_some(customer.email.as_deref()),
            TextField::CustomerPhoneNumber => has_some(customer.phone_number.as_deref()),
            TextField::CustomerAddress => customer
                .address
                .as_ref()
                .is_some_and(|address| has(&address.address_line1) || has(&address.address_line2)),
            TextField::CustomerZipcode => has_some(customer.zipcode.as_deref()),
            TextField::BillingKey => has_some(transaction.billing_key.as_ref().map(BillingKey::as_str)),
            TextField::PromotionId => has_some(order.promotion_id.as_deref()),
            // The union of them is asked field by field, and the rest are facts this ledger does not keep.
            TextField::All
            | TextField::CardReceiptName
            | TextField::TransBank
            | TextField::PgReceiptId
            | TextField::ReceiptApprovalNumber
            | TextField::UserAgent
            | TextField::GiftCertificationApprovalNumber => false,
        }
    }
}
