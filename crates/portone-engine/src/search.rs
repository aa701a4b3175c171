//! Looks for a text in a payment (schema `PaymentTextSearch`).

use portone_core::{Bank, BillingKey, CardFacts, Customer, PaymentScheduleId, PgTxId};

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

impl TextField {
    /// The field's code, as the V2 REST API spells it.
    pub fn code(self) -> &'static str {
        Self::ALL.iter().find(|(_, field)| *field == self).map_or("ALL", |(code, _)| code)
    }

    /// Whether only the whole text counts, and no part of it.
    pub const fn is_whole(self) -> bool {
        matches!(self, Self::CardInstallment)
    }

    /// Whether texts of the field are names made by machines: long, and each another one.
    pub const fn is_id(self) -> bool {
        matches!(
            self,
            Self::PaymentId
                | Self::TxId
                | Self::ScheduleId
                | Self::PgTxId
                | Self::PgCancellationId
                | Self::BillingKey
        )
    }

    /// Hands over every text a payment has in the field; all fields have none of their own, and neither have those of
    /// facts this ledger does not keep.
    pub fn each(self, transaction: &Transaction, take: &mut dyn FnMut(&str)) {
        let account = transaction.virtual_account.as_ref();
        let order = &transaction.order;
        let mut some = |text: Option<&str>| text.into_iter().for_each(&mut *take);
        match self {
            Self::PaymentId => some(Some(order.payment_id.as_str())),
            Self::TxId => some(Some(&transaction.shown_id())),
            Self::ScheduleId => some(transaction.schedule_id.as_ref().map(PaymentScheduleId::as_str)),
            Self::FailReason => {
                some(transaction.failure.as_ref().map(|failure| failure.reason.as_str()));
                some(transaction.failure.as_ref().and_then(|failure| failure.pg_message.as_deref()));
            }
            Self::VirtualAccountHolderName => {
                some(account.and_then(|account| account.remittee_name.as_deref()));
            }
            Self::VirtualAccountBank => some(account.and_then(|account| account.bank).map(Bank::code)),
            Self::VirtualAccountNumber => some(account.map(|account| account.account_number.as_str())),
            Self::PgMerchantId => some(Some(transaction.channel.pg_merchant_id.as_str())),
            Self::PgTxId => some(transaction.pg_tx_id.as_ref().map(PgTxId::as_str)),
            Self::PgCancellationId => {
                transaction
                    .cancellations
                    .iter()
                    .for_each(|cancel| some(cancel.pg_cancellation_id.as_deref()));
            }
            Self::CancelReason => {
                transaction.cancellations.iter().for_each(|cancel| some(Some(&cancel.reason)));
            }
            Self::OrderName => some(Some(&order.order_name)),
            Self::BillingKey => some(transaction.billing_key.as_ref().map(BillingKey::as_str)),
            Self::PromotionId => some(order.promotion_id.as_deref()),
            // The rest is of the card, of the customer, or kept nowhere.
            _ => {
                self.of_card(transaction.card.as_ref(), take);
                self.of_customer(&order.customer, take);
            }
        }
    }

    fn of_card(self, card: Option<&CardFacts>, take: &mut dyn FnMut(&str)) {
        let Some(card) = card else { return };
        let mut some = |text: &Option<String>| text.iter().for_each(|text| take(text));
        match self {
            Self::CardIssuer => some(&card.issuer),
            Self::CardAcquirer => some(&card.publisher),
            Self::CardBin => some(&card.bin),
            Self::CardNumber => {
                some(&card.masked_number);
                some(&card.last_four);
            }
            Self::CardApprovalNumber => some(&card.approval_number),
            Self::CardInstallment => some(&card.installment_month.map(|month| month.to_string())),
            // Of something else.
            _ => {}
        }
    }

    fn of_customer(self, customer: &Customer, take: &mut dyn FnMut(&str)) {
        let mut some = |text: &Option<String>| text.iter().for_each(|text| take(text));
        match self {
            Self::CustomerName => some(&customer.name.as_ref().map(portone_core::CustomerName::one_line)),
            Self::CustomerEmail => some(&customer.email),
            Self::CustomerPhoneNumber => some(&customer.phone_number),
            Self::CustomerAddress => {
                if let Some(address) = &customer.address {
                    take(&address.address_line1);
                    take(&address.address_line2);
                }
            }
            Self::CustomerZipcode => some(&customer.zipcode),
            // Of something else.
            _ => {}
        }
    }
}

impl TextSearch {
    /// Whether the payment's field has the text in it. A field this ledger keeps nothing in has no text in it.
    pub fn is_in(&self, transaction: &Transaction) -> bool {
        if self.field == TextField::All {
            let fields = TextField::ALL.iter().map(|(_, field)| *field);
            return fields.into_iter().any(|field| self.found(field, transaction));
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
        let mut is_found = false;
        field.each(transaction, &mut |text| {
            is_found |= if field.is_whole() { text == self.text } else { text.contains(&self.text) };
        });
        is_found
    }
}
