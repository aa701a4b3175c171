//! Bank codes of the V1 REST API, which differ from PG to PG (catalogue F.5; rule IAMPORT-093).

use portone_core::Bank;

/// The code of a bank at a PG; `None` where the PG's table has no such bank.
pub fn bank_code(pg_code: &str, bank: Bank) -> Option<String> {
    if pg_code == "daou" {
        return DAOU.iter().find(|row| row.0 == bank).map(|row| row.1.to_owned());
    }
    let (_, standard) = STANDARD.iter().find(|row| row.0 == bank)?;
    Some(match pg_code {
        "html5_inicis" | "inicis" | "inicis_unified" => standard[1..].to_owned(),
        "kcp" | "kcp_billing" | "kcp_quick" => format!("BK{}", &standard[1..]),
        _ => (*standard).to_owned(),
    })
}

/// The bank that a PG calls so; `None` where the PG's table has no such code.
pub fn bank_of_code(pg_code: &str, code: &str) -> Option<Bank> {
    STANDARD.iter().map(|row| row.0).find(|bank| bank_code(pg_code, *bank).as_deref() == Some(code))
}

/// Every bank with its financial-clearing standard code (catalogue F.5).
pub fn banks() -> impl Iterator<Item = (Bank, &'static str)> {
    STANDARD.iter().copied()
}

/// The financial-clearing standard code; KG Inicis and KCP use its last two digits.
const STANDARD: &[(Bank, &str)] = &[
    (Bank::Kookmin, "004"),
    (Bank::StandardChartered, "023"),
    (Bank::Kyongnam, "039"),
    (Bank::Kwangju, "034"),
    (Bank::Ibk, "003"),
    (Bank::Nonghyup, "011"),
    (Bank::Daegu, "031"),
    (Bank::Busan, "032"),
    (Bank::Kdb, "002"),
    (Bank::Kfcc, "045"),
    (Bank::Suhyup, "007"),
    (Bank::Shinhan, "088"),
    (Bank::Shinhyup, "048"),
    (Bank::Hana, "081"),
    (Bank::Woori, "020"),
    (Bank::Post, "071"),
    (Bank::Jeonbuk, "037"),
    (Bank::LocalNonghyup, "012"),
    (Bank::Kakao, "090"),
    (Bank::KBank, "089"),
    (Bank::Citi, "027"),
    (Bank::Toss, "092"),
];

const DAOU: &[(Bank, &str)] = &[
    (Bank::Kookmin, "04"),
    (Bank::StandardChartered, "11"),
    (Bank::Ibk, "03"),
    (Bank::Nonghyup, "08"),
    (Bank::Busan, "15"),
    (Bank::Shinhan, "10"),
    (Bank::Hana, "12"),
    (Bank::Woori, "09"),
    (Bank::Post, "31"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_pg_has_its_own_table() {
        let shinhan = |pg| bank_code(pg, Bank::Shinhan);
        assert_eq!(shinhan("nice_v2").as_deref(), Some("088"));
        assert_eq!(shinhan("html5_inicis").as_deref(), Some("88"));
        assert_eq!(shinhan("kcp").as_deref(), Some("BK88"));
        assert_eq!(shinhan("daou").as_deref(), Some("10"));
        assert_eq!(bank_of_code("daou", "11"), Some(Bank::StandardChartered));
        assert_eq!(bank_of_code("inicis", "11"), Some(Bank::Nonghyup));
        assert_eq!(bank_of_code("smartro_v2", "88"), None);
        assert_eq!(bank_code("daou", Bank::Toss), None);
        assert_eq!(bank_code("nice_v2", Bank::Hsbc), None);
    }
}
