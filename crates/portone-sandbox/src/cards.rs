//! The test cards and what the issuers behind them do.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::pg::{Provider, Reason};

/// What is kept of a card: never its number, expiry, birth date or password digits.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CardFacts {
    pub(crate) bin: String,
    pub(crate) last_four: String,
    masked_digits: usize,
    brand: Brand,
    pub(crate) debit: bool,
    /// Whether it is a company's.
    #[serde(default)]
    pub(crate) corporate: bool,
    pub(crate) issuer: Issuer,
    pub(crate) conduct: Conduct,
}

/// The card of a company.
const CORPORATE_CARD: &str = "4000000000000176";

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
enum Brand {
    Local,
    Visa,
    Master,
    Jcb,
    Amex,
}

/// Who issued the card.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum Issuer {
    ShinhanCard,
    KookminCard,
    KakaoBank,
    Foreign,
}

/// What the card does when it is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Conduct {
    Approved,
    /// Refused at every use.
    Declined(Reason),
    /// A billing key can be issued, payments are refused: nothing is charged at issue, so the issuer does not look.
    DeclinedAtPayment(Reason),
    /// Refused only when one PG issues a billing key.
    DeclinedAtIssueBy(Provider),
}

/// What a card is used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Use {
    KeyIn,
    Issue,
    BillingKey,
}

/// One line of the table in `docs/sandbox.md`.
struct TestCard {
    number: &'static str,
    conduct: Conduct,
    debit: bool,
    issuer: Issuer,
}

const fn test_card(number: &'static str, conduct: Conduct) -> TestCard {
    TestCard { number, conduct, debit: false, issuer: Issuer::ShinhanCard }
}

const fn issued_by(number: &'static str, issuer: Issuer) -> TestCard {
    TestCard { number, conduct: Conduct::Approved, debit: false, issuer }
}

const TEST_CARDS: [TestCard; 20] = [
    test_card("4242424242424242", Conduct::Approved),
    test_card("4000000000000002", Conduct::Declined(Reason::CardDeclined)),
    test_card("4000000000000010", Conduct::DeclinedAtPayment(Reason::LimitExceeded)),
    test_card("4000000000000028", Conduct::DeclinedAtPayment(Reason::InsufficientFunds)),
    test_card("4000000000000036", Conduct::Declined(Reason::CardExpired)),
    test_card("4000000000000044", Conduct::Declined(Reason::CardLostOrStolen)),
    test_card("4000000000000051", Conduct::Declined(Reason::WrongBirthOrBusinessNumber)),
    test_card("4000000000000069", Conduct::Declined(Reason::WrongPassword)),
    test_card("4000000000000077", Conduct::Declined(Reason::CardNotSupported)),
    test_card("4000000000000085", Conduct::Declined(Reason::CardSuspended)),
    test_card("4000000000000093", Conduct::Declined(Reason::IssuerUnavailable)),
    test_card("4000000000000101", Conduct::DeclinedAtPayment(Reason::CardDeclined)),
    test_card("4000000000000119", Conduct::DeclinedAtIssueBy(Provider::SmartroV2)),
    test_card("4000000000000127", Conduct::DeclinedAtIssueBy(Provider::Kpn)),
    test_card("4000000000000135", Conduct::DeclinedAtPayment(Reason::CardLostOrStolen)),
    TestCard {
        number: "4000000000000143",
        conduct: Conduct::Approved,
        debit: true,
        issuer: Issuer::ShinhanCard,
    },
    issued_by("4000000000000150", Issuer::KookminCard),
    issued_by("4000000000000168", Issuer::KakaoBank),
    issued_by("4111111111111111", Issuer::Foreign),
    issued_by("5555555555554444", Issuer::Foreign),
];

impl CardFacts {
    /// Looks a number of 14 to 16 digits up; one that is not listed is an approved domestic credit card.
    pub(crate) fn of(number: &str) -> Self {
        let listed = TEST_CARDS.iter().find(|card| card.number == number);
        Self {
            bin: number[..6].to_owned(),
            last_four: number[number.len() - 4..].to_owned(),
            masked_digits: number.len() - 10,
            brand: Brand::of(number),
            debit: listed.is_some_and(|card| card.debit),
            corporate: number == CORPORATE_CARD,
            issuer: listed.map_or(Issuer::ShinhanCard, |card| card.issuer),
            conduct: listed.map_or(Conduct::Approved, |card| card.conduct),
        }
    }

    /// Why the card is refused, or `None`.
    pub(crate) fn refusal(&self, used_for: Use, provider: Provider) -> Option<Reason> {
        match self.conduct {
            Conduct::Approved => None,
            Conduct::Declined(reason) => Some(reason),
            Conduct::DeclinedAtPayment(reason) => (used_for != Use::Issue).then_some(reason),
            Conduct::DeclinedAtIssueBy(only) => {
                (used_for == Use::Issue && provider == only).then_some(Reason::CardNotSupported)
            }
        }
    }

    /// The `Card` schema.
    pub(crate) fn view(&self) -> Value {
        json!({
            "publisher": self.issuer.name(),
            "issuer": self.issuer.name(),
            "brand": self.brand,
            "type": if self.debit { "DEBIT" } else { "CREDIT" },
            "ownerType": if self.corporate { "CORPORATE" } else { "PERSONAL" },
            "bin": self.bin,
            "name": self.issuer.title(),
            "number": format!("{}{}{}", self.bin, "*".repeat(self.masked_digits), self.last_four),
        })
    }
}

impl Brand {
    fn of(number: &str) -> Self {
        match number.as_bytes() {
            [b'4', ..] => Self::Visa,
            [b'5', ..] => Self::Master,
            [b'3', b'5', ..] => Self::Jcb,
            [b'3', b'4' | b'7', ..] => Self::Amex,
            _ => Self::Local,
        }
    }
}

impl Issuer {
    fn name(self) -> &'static str {
        match self {
            Self::ShinhanCard => "SHINHAN_CARD",
            Self::KookminCard => "KOOKMIN_CARD",
            Self::KakaoBank => "KAKAO_BANK",
            Self::Foreign => "VISA_MASTER_FOREIGN",
        }
    }

    fn title(self) -> &'static str {
        match self {
            Self::ShinhanCard => "신한카드",
            Self::KookminCard => "KB국민카드",
            Self::KakaoBank => "카카오뱅크",
            Self::Foreign => "해외카드",
        }
    }
}
