//! Enumerations of the V2 REST API that the engine keeps as texts.

/// Schema `Locale`.
pub(super) const LOCALES: &[&str] = &["KO_KR", "EN_US", "ZH_CN", "ZH_TW", "JA_JP", "RU_RU", "TH_TH", "VI_VN"];

/// Schema `Gender`.
pub(super) const GENDERS: &[&str] = &["MALE", "FEMALE", "OTHER"];

/// Schema `CheckoutPaymentMethod`.
pub(super) const CHECKOUT_METHODS: &[&str] = &[
    "CARD_KR",
    "N_PAY",
    "KAKAO_PAY",
    "TOSS_PAY",
    "CARD_INTERNATIONAL",
    "PAY_PAL",
    "UNION_PAY",
    "ALIPAY_CN",
    "ALIPAY_HK",
    "TRUE_MONEY",
    "DANA",
    "TOUCH_N_GO",
    "G_CASH",
    "WE_CHAT_PAY",
    "KLARNA",
    "E_CONTEXT",
    "GRAB_PAY_MY",
    "GRAB_PAY_SG",
    "SHOPEE_PAY_TH",
    "PAY_PAY",
    "BPI",
    "RABBIT_LINE_PAY",
    "CONVENIENCE_STORE_JP",
    "AMAZON_PAY",
    "RAKUTEN_PAY",
    "D_BARAI",
    "AU_PAY",
    "MERPAY",
];

/// Schema `Country` (ISO 3166-1, two letters).
#[rustfmt::skip]
pub(super) const COUNTRIES: &[&str] = &[
    "AD", "AE", "AF", "AG", "AI", "AL", "AM", "AO", "AQ", "AR", "AS", "AT", "AU", "AW", "AX", "AZ", "BA",
    "BB", "BD", "BE", "BF", "BG", "BH", "BI", "BJ", "BL", "BM", "BN", "BO", "BQ", "BR", "BS", "BT", "BV",
    "BW", "BY", "BZ", "CA", "CC", "CD", "CF", "CG", "CH", "CI", "CK", "CL", "CM", "CN", "CO", "CR", "CU",
    "CV", "CW", "CX", "CY", "CZ", "DE", "DJ", "DK", "DM", "DO", "DZ", "EC", "EE", "EG", "EH", "ER", "ES",
    "ET", "FI", "FJ", "FK", "FM", "FO", "FR", "GA", "GB", "GD", "GE", "GF", "GG", "GH", "GI", "GL", "GM",
    "GN", "GP", "GQ", "GR", "GS", "GT", "GU", "GW", "GY", "HK", "HM", "HN", "HR", "HT", "HU", "ID", "IE",
    "IL", "IM", "IN", "IO", "IQ", "IR", "IS", "IT", "JE", "JM", "JO", "JP", "KE", "KG", "KH", "KI", "KM",
    "KN", "KP", "KR", "KW", "KY", "KZ", "LA", "LB", "LC", "LI", "LK", "LR", "LS", "LT", "LU", "LV", "LY",
    "MA", "MC", "MD", "ME", "MF", "MG", "MH", "MK", "ML", "MM", "MN", "MO", "MP", "MQ", "MR", "MS", "MT",
    "MU", "MV", "MW", "MX", "MY", "MZ", "NA", "NC", "NE", "NF", "NG", "NI", "NL", "NO", "NP", "NR", "NU",
    "NZ", "OM", "PA", "PE", "PF", "PG", "PH", "PK", "PL", "PM", "PN", "PR", "PS", "PT", "PW", "PY", "QA",
    "RE", "RO", "RS", "RU", "RW", "SA", "SB", "SC", "SD", "SE", "SG", "SH", "SI", "SJ", "SK", "SL", "SM",
    "SN", "SO", "SR", "SS", "ST", "SV", "SX", "SY", "SZ", "TC", "TD", "TF", "TG", "TH", "TJ", "TK", "TL",
    "TM", "TN", "TO", "TR", "TT", "TV", "TW", "TZ", "UA", "UG", "UM", "US", "UY", "UZ", "VA", "VC", "VE",
    "VG", "VI", "VN", "VU", "WF", "WS", "YE", "YT", "ZA", "ZM", "ZW",
];
