//! V1's names of what V2 names otherwise: card companies and pay methods (catalogue F.6 and F.7).

use portone_core::{
    WindowCard, WindowEasyPay, WindowMethod, WindowMobile, WindowReceipt, WindowVirtualAccount,
};

/// The codes of card companies, with the names of V2's browser SDK.
const CARDS: [(&str, &str); 20] = [
    ("361", "BC_CARD"),
    ("381", "KOOKMIN_CARD"),
    ("367", "HYUNDAI_CARD"),
    ("365", "SAMSUNG_CARD"),
    ("368", "LOTTE_CARD"),
    ("371", "NH_CARD"),
    ("041", "WOORI_CARD"),
    ("374", "HANA_CARD"),
    ("045", "KFCC"),
    ("373", "JEJU_CARD"),
    ("364", "GWANGJU_CARD"),
    ("366", "SHINHAN_CARD"),
    ("002", "KOREA_DEVELOPMENT_BANK"),
    ("369", "SUHYUP_CARD"),
    ("048", "SHINHYUP"),
    ("370", "CITI_CARD"),
    ("071", "EPOST"),
    ("089", "K_BANK"),
    ("372", "JEONBUK_CARD"),
    ("090", "KAKAO_BANK"),
];

/// Pay methods that are wallets, with the names of V2's browser SDK.
const WALLETS: [(&str, &str); 20] = [
    ("applepay", "APPLEPAY"),
    ("naverpay", "NAVERPAY"),
    ("samsungpay", "SAMSUNGPAY"),
    ("kpay", "KPAY"),
    ("kakaopay", "KAKAOPAY"),
    ("payco", "PAYCO"),
    ("lpay", "LPAY"),
    ("ssgpay", "SSGPAY"),
    ("tosspay", "TOSSPAY"),
    ("pinpay", "PINPAY"),
    ("skpay", "SKPAY"),
    ("wechat", "WECHAT"),
    ("unionpay", "UNIONPAY"),
    ("point", "POINT"),
    ("toss_brandpay", "TOSS_BRANDPAY"),
    ("naverpay_card", "NAVERPAY"),
    ("naverpay_point", "NAVERPAY"),
    ("ssgpay_bank", "SSGPAY"),
    ("tosspay_card", "TOSSPAY"),
    ("tosspay_money", "TOSSPAY"),
];

/// What such a wallet may pay with alone.
const WALLET_PARTS: [(&str, &str); 5] = [
    ("naverpay_card", "CARD"),
    ("naverpay_point", "CHARGE"),
    ("ssgpay_bank", "TRANSFER"),
    ("tosspay_card", "CARD"),
    ("tosspay_money", "MONEY"),
];

/// Gift certificates, with the names of V2's browser SDK.
const GIFTS: [(&str, &str); 4] = [
    ("cultureland", "CULTURELAND"),
    ("smartculture", "SMART_MUNSANG"),
    ("culturegift", "CULTURE_GIFT"),
    ("booknlife", "BOOKNLIFE"),
];

/// The languages a window speaks, with the names of V2's browser SDK.
const LANGUAGES: [(&str, &str); 3] = [("ko", "KO_KR"), ("en", "EN_US"), ("zh", "ZH_CN")];

/// Every pay method a window may be opened with (rule IAMPORT-070).
pub fn pay_methods() -> impl Iterator<Item = &'static str> + Clone {
    let plain = ["card", "trans", "vbank", "phone", "paypal", "alipay"].into_iter();
    plain.chain(WALLETS.iter().map(|(name, _)| *name)).chain(GIFTS.iter().map(|(name, _)| *name))
}

/// A window by a pay method, without settings; `None` where there is no such method.
pub fn window_method(pay_method: &str) -> Option<WindowMethod> {
    Some(match pay_method {
        "card" => WindowMethod::Card(WindowCard::default()),
        "trans" => WindowMethod::Transfer(WindowReceipt::default()),
        "vbank" => WindowMethod::VirtualAccount(WindowVirtualAccount::default()),
        "phone" => WindowMethod::Mobile(WindowMobile::default()),
        "paypal" => WindowMethod::Paypal,
        "alipay" => WindowMethod::Alipay,
        name => match named(&GIFTS, name) {
            Some(kind) => WindowMethod::GiftCertificate { kind: Some(kind.to_owned()) },
            None => WindowMethod::EasyPay(WindowEasyPay {
                provider: Some(named(&WALLETS, name)?.to_owned()),
                available_pay_methods: named(&WALLET_PARTS, name).map(|part| vec![part.to_owned()]),
                ..WindowEasyPay::default()
            }),
        },
    })
}

/// The pay method of a window; `None` where V1 has none, or a wallet is not named.
pub fn pay_method(method: &WindowMethod) -> Option<&'static str> {
    match method {
        WindowMethod::Card(_) => Some("card"),
        WindowMethod::Transfer(_) => Some("trans"),
        WindowMethod::VirtualAccount(_) => Some("vbank"),
        WindowMethod::Mobile(_) => Some("phone"),
        WindowMethod::Paypal => Some("paypal"),
        WindowMethod::Alipay => Some("alipay"),
        WindowMethod::EasyPay(wallet) => {
            let provider = wallet.provider.as_deref()?;
            let alone = wallet.available_pay_methods.as_deref().unwrap_or_default();
            let is_of = |name: &&str| named(&WALLETS, name) == Some(provider);
            let part = WALLET_PARTS.iter().find(|(name, part)| is_of(name) && alone == [*part]);
            part.map(|(name, _)| *name).or_else(|| code_of(&WALLETS, provider))
        }
        WindowMethod::GiftCertificate { kind } => code_of(&GIFTS, kind.as_deref()?),
        WindowMethod::AlipayPlus { .. } | WindowMethod::ConvenienceStore { .. } => None,
    }
}

/// The pay method that asks for a wallet, by V2's name of the wallet.
pub fn wallet_method(provider: &str) -> Option<&'static str> {
    code_of(&WALLETS, provider)
}

/// The card company of a code, as V2's browser SDK names it.
pub fn card_company(code: &str) -> Option<&'static str> {
    named(&CARDS, code)
}

/// The code of a card company that V2's browser SDK names so.
pub fn card_code(company: &str) -> Option<&'static str> {
    code_of(&CARDS, company)
}

/// The locale of a language, as V2's browser SDK names it.
pub fn locale(language: &str) -> Option<&'static str> {
    named(&LANGUAGES, language)
}

/// The language of a locale that V2's browser SDK names so.
pub fn language(locale: &str) -> Option<&'static str> {
    code_of(&LANGUAGES, locale)
}

fn named(table: &[(&'static str, &'static str)], name: &str) -> Option<&'static str> {
    table.iter().find(|(known, _)| *known == name).map(|(_, named)| *named)
}

fn code_of(table: &[(&'static str, &'static str)], name: &str) -> Option<&'static str> {
    table.iter().find(|(_, known)| *known == name).map(|(code, _)| *code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pay_method_is_a_window_and_back() {
        for name in pay_methods() {
            let method = window_method(name).unwrap_or_else(|| panic!("{name}"));
            assert_eq!(pay_method(&method), Some(name));
        }
        assert_eq!(pay_methods().count(), 30);
        assert_eq!(window_method("CARD"), None);
    }
}
