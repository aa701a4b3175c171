//! The names of members that hold a secret.

/// The members that are read as secrets, and the one that holds a card. They are in nothing that is kept.
pub(crate) const SECRETS: [&str; 13] = [
    "credential",
    "number",
    "expiryYear",
    "expiryMonth",
    "birthOrBusinessRegistrationNumber",
    "passwordTwoDigits",
    "cvc",
    "customerIdentityNumber",
    "identityNumber",
    "businessRegistrationNumber",
    "storeBusinessRegistrationNumber",
    "paymentToken",
    "billingIssueToken",
];

/// The same in V1's words, whose `expiry` is another thing in V2.
pub(crate) const V1_SECRETS: [&str; 8] =
    ["imp_secret", "card_number", "expiry", "birth", "pwd_2digit", "cvc", "refund_account", "identifier"];
