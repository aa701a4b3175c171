//! The names KPN's documents give to things.

use portone_core::Bank;

/// What a KPN contract may cover, as the names of a channel's contracts.
pub mod capability {
    /// Key-in payment by card and virtual account (rule KPN-014).
    pub const API_KEYIN: &str = "api_keyin";
    /// Issuing billing keys without a window (rule KPN-015).
    pub const API_BILLING_KEY: &str = "api_billing_key";
    /// Saying the tax-free amount in each request (rule KPN-016).
    pub const TAX_FREE_AMOUNT: &str = "tax_free_amount";
    /// Escrow, in the window only (rule KPN-017).
    pub const ESCROW_WINDOW: &str = "escrow_window";
    /// A wallet that opens directly (rule KPN-018).
    pub const EASY_PAY_DIRECT: &str = "easy_pay_direct";
    /// Being told of deposits into virtual accounts (rule KPN-019).
    pub const VA_DEPOSIT_NOTICE: &str = "va_deposit_notice";
    /// Returning money to the buyer's bank account (rule KPN-020).
    pub const ACCOUNT_REFUND: &str = "account_refund";
    /// Interest-free instalments the shop pays for, set at the MID (rule KPN-021).
    pub const MERCHANT_FREE_INTEREST: &str = "merchant_free_interest";
    /// Instalments partly free of interest, set at the MID (rule KPN-021).
    pub const PARTIAL_FREE_INTEREST: &str = "partial_free_interest";
}

/// The banks that issue virtual accounts for KPN (rule KPN-042).
pub(crate) const ACCOUNT_BANKS: &[Bank] = &[
    Bank::Ibk,
    Bank::Kookmin,
    Bank::Nonghyup,
    Bank::Woori,
    Bank::StandardChartered,
    Bank::Citi,
    Bank::Daegu,
    Bank::Busan,
    Bank::Kwangju,
    Bank::Kyongnam,
    Bank::Post,
    Bank::Hana,
    Bank::Shinhan,
];

/// The card companies whose page opens directly (rule KPN-032).
pub(crate) const DIRECT_CARDS: &[&str] = &[
    "SHINHAN_CARD",
    "HYUNDAI_CARD",
    "SAMSUNG_CARD",
    "NH_CARD",
    "HANA_CARD",
    "LOTTE_CARD",
    "CITI_CARD",
    "WOORI_CARD",
    "BC_CARD",
    "KOOKMIN_CARD",
    "EPOST",
    "KFCC",
    "SHINHYUP",
    "SAVINGS_BANK_KOREA",
    "KOREA_DEVELOPMENT_BANK",
    "KAKAO_BANK",
    "K_BANK",
];

/// The wallets that open directly; Naver Pay is in the window only (rule KPN-035).
pub(crate) const DIRECT_WALLETS: &[&str] = &["KAKAOPAY", "SAMSUNGPAY", "TOSSPAY", "PAYCO"];
