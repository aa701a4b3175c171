//! V1's codes of what V2 names otherwise: carriers and cash receipts.

use portone_core::{LogisticsCompany, PayMethod, ReceiptIdentityType, ReceiptPurpose};

/// V1's carriers as V2 names them (rule V1-087). What only V1 names is `ETC` in V2.
const CARRIERS: [(&str, &str); 12] = [
    ("HYUNDAI", "LOTTE"),
    ("EPOST", "POST"),
    ("CJGLS", "CJ"),
    ("HANJIN", "HANJIN"),
    ("DAESIN", "DAESIN"),
    ("KGB", "LOGEN"),
    ("LOGEN", "LOGEN"),
    ("DONGBU", ETC),
    ("HANARO", ETC),
    ("SAGAWA", ETC),
    ("YELLOWCAP", ETC),
    (ETC, ETC),
];
const ETC: &str = OTHER;
/// V1's code of a carrier that it does not name, which is V2's too (rule V1-087).
pub const OTHER: &str = "ETC";

const PURPOSES: [(&str, ReceiptPurpose); 2] =
    [("person", ReceiptPurpose::Personal), ("company", ReceiptPurpose::Corporate)];

/// A resident number has no name in V2.
const IDENTITY_TYPES: [(&str, Option<ReceiptIdentityType>); 4] = [
    ("person", None),
    ("business", Some(ReceiptIdentityType::Business)),
    ("phone", Some(ReceiptIdentityType::Phone)),
    ("taxcard", Some(ReceiptIdentityType::Card)),
];

const RECEIPT_METHODS: [(&str, PayMethod); 2] =
    [("trans", PayMethod::Transfer), ("vbank", PayMethod::VirtualAccount)];

/// V1's carriers, each with the one it is in V2.
pub fn carriers() -> impl Iterator<Item = (&'static str, &'static str)> {
    CARRIERS.into_iter()
}

/// The carrier that V1 calls so; one that it does not name is another (rule V1-087).
pub fn carrier(code: &str) -> Option<LogisticsCompany> {
    let v2 = CARRIERS.iter().find(|(v1, _)| *v1 == code).map_or(ETC, |(_, v2)| *v2);
    LogisticsCompany::from_code(v2)
}

/// V1's code of a carrier; `ETC` where it has none.
pub fn carrier_code(company: LogisticsCompany) -> &'static str {
    let found = CARRIERS.iter().find(|(_, v2)| *v2 == company.code() && *v2 != ETC);
    found.map_or(ETC, |(v1, _)| v1)
}

/// What a receipt may be for.
pub fn purposes() -> impl Iterator<Item = (&'static str, ReceiptPurpose)> + Clone {
    PURPOSES.into_iter()
}

/// V1's code of what a receipt is for.
pub const fn purpose_code(purpose: ReceiptPurpose) -> &'static str {
    match purpose {
        ReceiptPurpose::Personal => "person",
        ReceiptPurpose::Corporate => "company",
    }
}

/// The kinds of number that name a receiver; a resident number has no kind in V2.
pub fn identity_types() -> impl Iterator<Item = (&'static str, Option<ReceiptIdentityType>)> + Clone {
    IDENTITY_TYPES.into_iter()
}

/// V1's code of a kind of number.
pub const fn identity_type_code(kind: ReceiptIdentityType) -> &'static str {
    match kind {
        ReceiptIdentityType::Business => "business",
        ReceiptIdentityType::Phone => "phone",
        ReceiptIdentityType::Card => "taxcard",
    }
}

/// The methods a payment made elsewhere may have been paid by.
pub fn receipt_methods() -> impl Iterator<Item = (&'static str, PayMethod)> + Clone {
    RECEIPT_METHODS.into_iter()
}

/// V1's code of such a method; `None` of one that gets no receipt.
pub fn receipt_method_code(method: PayMethod) -> Option<&'static str> {
    RECEIPT_METHODS.iter().find(|(_, known)| *known == method).map(|(code, _)| *code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn v1_087_a_carrier_that_v1_does_not_name_is_etc() {
        let code = |v2: &str| carrier_code(LogisticsCompany::from_code(v2).unwrap());
        assert_eq!((code("CJ"), code("LOTTE"), code("LOGEN")), ("CJGLS", "HYUNDAI", "KGB"));
        assert_eq!((code("ETC"), code("FEDEX")), ("ETC", "ETC"));
        for (_, v2) in carriers() {
            assert!(LogisticsCompany::from_code(v2).is_some(), "{v2}");
        }
    }

    #[test]
    fn each_code_is_its_own_way_back() {
        for (code, purpose) in purposes() {
            assert_eq!(purpose_code(purpose), code);
        }
        for (code, kind) in identity_types() {
            assert!(kind.is_none_or(|kind| identity_type_code(kind) == code), "{code}");
        }
    }
}
