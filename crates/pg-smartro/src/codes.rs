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
}

/// Banks known to issue no account on a test channel; the documents add "and some others" (rule SMARTRO-127).
pub(crate) const TEST_MODE_BLOCKED_BANKS: &[portone_core::Bank] = {
    use portone_core::Bank;
    &[Bank::KBank, Bank::Kookmin, Bank::Jeonbuk, Bank::Kwangju, Bank::Daegu]
};

/// How schema `CardType` spells a check card.
pub(crate) const DEBIT_CARD: &str = "DEBIT";
