//! The names Smartro's documents give to things.

/// What a Smartro contract may cover, as the names of a channel's contracts.
pub mod capability {
    /// Tax-free and mixed taxation (rule SMARTRO-031).
    pub const TAX_FREE: &str = "tax_free";
    /// Instalments (rule SMARTRO-032).
    pub const INSTALLMENT: &str = "installment";
    /// Interest-free instalments the shop pays for (rule SMARTRO-033).
    pub const MERCHANT_FREE_INTEREST: &str = "merchant_free_interest";
    /// Paying with card points (rule SMARTRO-034).
    pub const CARD_POINT: &str = "card_point";
    /// Easy pay (rule SMARTRO-030).
    pub const EASY_PAY: &str = "easy_pay";
    /// Escrow (rule SMARTRO-035).
    pub const ESCROW: &str = "escrow";
    /// Cards issued abroad, and dollars (rule SMARTRO-036).
    pub const OVERSEAS: &str = "overseas";
    /// Being told of deposits into virtual accounts and of their refunds (rule SMARTRO-123).
    pub const VA_DEPOSIT_NOTICE: &str = "va_deposit_notice";
}

/// Banks known to issue no account on a test channel; the documents add "and some others" (rule SMARTRO-127).
pub(crate) const TEST_MODE_BLOCKED_BANKS: &[portone_core::Bank] = {
    use portone_core::Bank;
    &[Bank::KBank, Bank::Kookmin, Bank::Jeonbuk, Bank::Kwangju, Bank::Daegu]
};

/// How schema `CardType` spells a check card.
pub(crate) const DEBIT_CARD: &str = "DEBIT";

/// The same banks as the browser SDK spells them.
pub(crate) const TEST_MODE_BLOCKED_SDK_BANKS: &[&str] =
    &["K_BANK", "KOOKMIN_BANK", "JEONBUK_BANK", "GWANGJU_BANK", "DAEGU_BANK"];

/// Issuers whose cards never pay on a test channel (rule SMARTRO-125).
pub(crate) const TEST_MODE_BLOCKED_CARDS: &[&str] = &["KOOKMIN_CARD", "KAKAO_BANK"];

/// The same issuers in the PG's words, as far as they show in them.
pub(crate) const TEST_MODE_BLOCKED_ISSUERS: &[&str] = &["국민", "카카오뱅크", "KOOKMIN", "KAKAO"];

/// The wallets that take few cards on a test channel (rule SMARTRO-126).
pub(crate) const TEST_MODE_LIMITED_WALLETS: &[&str] = &["KAKAOPAY", "PAYCO"];

/// The cards those wallets take on a test channel (rule SMARTRO-126).
pub(crate) const TEST_MODE_WALLET_CARDS: &[&str] =
    &["SAMSUNG_CARD", "HYUNDAI_CARD", "NH_CARD", "SHINHAN_CARD"];

/// Issuers whose page opens directly on Windows only (rule SMARTRO-044).
pub(crate) const WINDOWS_ONLY_CARDS: &[&str] = &["JEONBUK_CARD", "KAKAO_BANK"];

/// Wallets that open directly (rule SMARTRO-050).
pub(crate) const WALLETS: &[&str] =
    &["NAVERPAY", "KAKAOPAY", "TOSSPAY", "PAYCO", "LPAY", "SAMSUNGPAY", "PINPAY", "LINEPAY", "TMONEY"];

/// Ids that shops give to every buyer who has none, which no wallet can be kept under (rule SMARTRO-010).
pub(crate) const SHARED_CUSTOMER_IDS: &[&str] =
    &["guest", "anonymous", "nonmember", "non-member", "user", "customer", "buyer", "test", "비회원", "0"];

/// Whom a cash receipt is for, as the browser SDK spells it (rule SMARTRO-072).
pub(crate) const RECEIPT_TYPES: &[&str] = &["PERSONAL", "CORPORATE", "ANONYMOUS"];
