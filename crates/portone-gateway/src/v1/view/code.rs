//! Standard codes of banks and card companies (catalogue F.5 and F.6).

use portone_core::Bank;
use portone_wire::v1;
use serde::Serialize;

use crate::v2::view::bank::korean;

/// Schema `StandardCodeAnnotation`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(crate) struct CodeView {
    code: &'static str,
    name: &'static str,
}

impl CodeView {
    /// Whether it has this code.
    pub(crate) fn is(&self, code: &str) -> bool {
        self.code == code
    }

    /// The code.
    pub(super) const fn code(self) -> &'static str {
        self.code
    }

    /// The name.
    pub(super) const fn name(self) -> &'static str {
        self.name
    }
}

/// Every bank, by its code.
pub(crate) fn banks() -> Vec<CodeView> {
    let mut banks: Vec<CodeView> =
        v1::banks().map(|(bank, code)| CodeView { code, name: korean(bank) }).collect();
    banks.sort_by_key(|view| view.code);
    banks
}

/// A bank's code and name.
pub(super) fn bank(bank: Bank) -> (Option<&'static str>, &'static str) {
    let code = v1::banks().find(|(known, _)| *known == bank).map(|(_, code)| code);
    (code, korean(bank))
}

/// Every card company, by its code.
pub(crate) fn cards() -> Vec<CodeView> {
    let mut cards: Vec<CodeView> = CARDS.iter().map(|(_, view)| *view).collect();
    cards.sort_by_key(|view| view.code);
    cards
}

/// The card company that a PG's words mean: a company as schema `CardCompany` spells it, or its name.
pub(super) fn card(words: &str) -> Option<CodeView> {
    let means = |name: &str| words == name;
    let found = CARDS.iter().find(|(company, view)| *company == words || means(view.name));
    found.map(|(_, view)| *view)
}

const fn view(code: &'static str, name: &'static str) -> CodeView {
    CodeView { code, name }
}

/// Card companies as the browser SDK spells them, with V1's codes and the names payers know.
const CARDS: [(&str, CodeView); 20] = [
    ("BC_CARD", view("361", "BC카드")),
    ("KOOKMIN_CARD", view("381", "KB국민카드")),
    ("HYUNDAI_CARD", view("367", "현대카드")),
    ("SAMSUNG_CARD", view("365", "삼성카드")),
    ("LOTTE_CARD", view("368", "롯데카드")),
    ("NH_CARD", view("371", "NH카드")),
    ("WOORI_CARD", view("041", "우리카드")),
    ("HANA_CARD", view("374", "하나카드")),
    ("KFCC", view("045", "새마을금고")),
    ("JEJU_CARD", view("373", "제주카드")),
    ("GWANGJU_CARD", view("364", "광주카드")),
    ("SHINHAN_CARD", view("366", "신한카드")),
    ("KOREA_DEVELOPMENT_BANK", view("002", "산업은행")),
    ("SUHYUP_CARD", view("369", "수협카드")),
    ("SHINHYUP", view("048", "신협")),
    ("CITI_CARD", view("370", "씨티카드")),
    ("EPOST", view("071", "우체국")),
    ("K_BANK", view("089", "케이뱅크")),
    ("JEONBUK_CARD", view("372", "전북카드")),
    ("KAKAO_BANK", view("090", "카카오뱅크")),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_company_is_found_by_its_code_and_by_its_name() {
        let code = |words| card(words).map(CodeView::code);
        assert_eq!(code("SHINHAN_CARD"), Some("366"));
        assert_eq!(code("신한카드"), Some("366"));
        assert_eq!(code("신한"), None);
        assert_eq!(code("외환카드"), None);
        assert_eq!((cards().len(), banks().len()), (20, 22));
        assert!(cards().is_sorted_by_key(|view| view.code) && banks().is_sorted_by_key(|view| view.code));
        assert_eq!(bank(Bank::Shinhan), (Some("088"), "신한은행"));
        assert_eq!(bank(Bank::Hsbc).0, None);
    }
}
