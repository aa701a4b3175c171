//! Why a PG refuses, with the sandbox's own codes: the PGs do not publish theirs.

use serde::{Deserialize, Serialize};

/// A reason for a refusal; the part after the letter of a `pgCode`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Reason {
    CardDeclined,
    LimitExceeded,
    InsufficientFunds,
    CardExpired,
    CardLostOrStolen,
    WrongBirthOrBusinessNumber,
    WrongPassword,
    CardNotSupported,
    CardSuspended,
    IssuerUnavailable,
    PayerLeft,
    OrderIdMalformed,
    OrderIdUsed,
    OrderNameTooLong,
    CustomerIdTooLong,
    CurrencyUnknown,
    CurrencyNotForThisCard,
    CurrencyNotForAccounts,
    NotContracted,
    CardFactsMissing,
    DueDatePast,
    BankUnable,
    IssuerNotInTestMode,
    BankNotInTestMode,
    DebitPartialInTestMode,
    TaxFreeMissing,
    RefundPhoneMissing,
    CancelTooSmall,
    CapturedBefore,
    PartialInAnotherCurrency,
    NoSuchService,
    NotPaidInCash,
    ReceiptReceiverMissing,
    ReceiptNumberMalformed,
    EscrowAddressMissing,
    NotInEscrow,
    EscrowOutOfStep,
}

impl Reason {
    /// Three digits that never change, and what the PG says in Korean.
    pub(crate) fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::CardDeclined => ("101", "카드사에서 승인을 거절하였습니다"),
            Self::LimitExceeded => ("102", "카드 사용 한도를 초과하였습니다"),
            Self::InsufficientFunds => ("103", "계좌 잔액이 부족합니다"),
            Self::CardExpired => ("104", "유효기간이 지난 카드입니다"),
            Self::CardLostOrStolen => ("105", "분실 또는 도난 신고된 카드입니다"),
            Self::WrongBirthOrBusinessNumber => ("106", "생년월일 또는 사업자등록번호가 일치하지 않습니다"),
            Self::WrongPassword => ("107", "카드 비밀번호가 일치하지 않습니다"),
            Self::CardNotSupported => ("108", "지원하지 않는 카드입니다"),
            Self::CardSuspended => ("109", "거래가 정지된 카드입니다"),
            Self::IssuerUnavailable => ("110", "카드사 시스템 점검 중입니다"),
            Self::PayerLeft => ("111", "사용자가 결제를 취소하였습니다"),
            Self::OrderIdMalformed => ("201", "주문번호는 영문자와 숫자만 사용할 수 있습니다"),
            Self::OrderIdUsed => ("202", "이미 처리된 주문번호입니다"),
            Self::OrderNameTooLong => ("203", "상품명의 길이가 초과되었습니다"),
            Self::CustomerIdTooLong => ("204", "구매자 ID의 길이가 초과되었습니다"),
            Self::CurrencyUnknown => ("205", "지원하지 않는 화폐입니다"),
            Self::CurrencyNotForThisCard => ("206", "해외 발급 카드만 달러 결제가 가능합니다"),
            Self::CurrencyNotForAccounts => ("207", "가상계좌는 원화만 가능합니다"),
            Self::NotContracted => ("301", "계약되지 않은 서비스입니다"),
            Self::CardFactsMissing => {
                ("302", "생년월일 또는 사업자등록번호와 비밀번호 앞 두 자리가 필요합니다")
            }
            Self::DueDatePast => ("303", "입금 기한이 유효하지 않습니다"),
            Self::BankUnable => ("304", "가상계좌를 발급할 수 없는 은행입니다"),
            Self::IssuerNotInTestMode => ("401", "테스트 모드에서 사용할 수 없는 카드사입니다"),
            Self::BankNotInTestMode => ("402", "테스트 모드에서 발급할 수 없는 은행입니다"),
            Self::DebitPartialInTestMode => ("403", "테스트 모드의 체크카드는 부분취소할 수 없습니다"),
            Self::TaxFreeMissing => ("501", "취소 면세금액이 필요합니다"),
            Self::RefundPhoneMissing => ("502", "환불 계좌 예금주의 연락처가 필요합니다"),
            Self::CancelTooSmall => ("503", "매입사가 허용하지 않는 취소 금액입니다"),
            Self::CapturedBefore => ("504", "이미 매입된 거래입니다"),
            Self::PartialInAnotherCurrency => {
                ("505", "결제 통화와 처리 통화가 다른 거래는 부분취소할 수 없습니다")
            }
            Self::NoSuchService => ("601", "제공하지 않는 서비스입니다"),
            Self::NotPaidInCash => ("602", "현금성 결제가 아닙니다"),
            Self::ReceiptReceiverMissing => ("603", "현금영수증 발급 대상자의 이름과 연락처가 필요합니다"),
            Self::ReceiptNumberMalformed => ("604", "현금영수증 식별번호가 유효하지 않습니다"),
            Self::EscrowAddressMissing => {
                ("605", "발송인과 수취인의 이름, 연락처, 우편번호, 주소가 필요합니다")
            }
            Self::NotInEscrow => ("606", "에스크로 거래가 아닙니다"),
            Self::EscrowOutOfStep => ("607", "에스크로 진행 상태에 맞지 않는 요청입니다"),
        }
    }
}
