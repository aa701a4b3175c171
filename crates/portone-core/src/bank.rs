//! Banks and securities firms that hold accounts (schema `Bank` of the V2 REST API, 79 values).

use serde::{Deserialize, Serialize};

macro_rules! banks {
    ($($variant:ident = $code:literal),+ $(,)?) => {
        /// A bank, spelt as the V2 REST API spells it (`SHINHAN`, not the browser SDK's `SHINHAN_BANK`).
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[allow(missing_docs)]
        pub enum Bank {
            $(#[serde(rename = $code)] $variant,)+
        }

        impl Bank {
            /// Every bank, in the schema's order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The code as the V2 REST API spells it.
            pub const fn code(self) -> &'static str {
                match self {
                    $(Self::$variant => $code,)+
                }
            }
        }
    };
}

impl Bank {
    /// The bank with this code, if the schema knows it.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|bank| bank.code() == code)
    }
}

banks! {
    BankOfKorea = "BANK_OF_KOREA",
    Kdb = "KDB",
    Ibk = "IBK",
    Kookmin = "KOOKMIN",
    Suhyup = "SUHYUP",
    Kexim = "KEXIM",
    Nonghyup = "NONGHYUP",
    LocalNonghyup = "LOCAL_NONGHYUP",
    Woori = "WOORI",
    StandardChartered = "STANDARD_CHARTERED",
    Citi = "CITI",
    SuhyupFederation = "SUHYUP_FEDERATION",
    Daegu = "DAEGU",
    Busan = "BUSAN",
    Kwangju = "KWANGJU",
    Jeju = "JEJU",
    Jeonbuk = "JEONBUK",
    Kyongnam = "KYONGNAM",
    Kfcc = "KFCC",
    Shinhyup = "SHINHYUP",
    SavingsBank = "SAVINGS_BANK",
    MorganStanley = "MORGAN_STANLEY",
    Hsbc = "HSBC",
    Deutsche = "DEUTSCHE",
    Jpmc = "JPMC",
    Mizuho = "MIZUHO",
    Mufg = "MUFG",
    BankOfAmerica = "BANK_OF_AMERICA",
    BnpParibas = "BNP_PARIBAS",
    Icbc = "ICBC",
    BankOfChina = "BANK_OF_CHINA",
    Nfcf = "NFCF",
    Uob = "UOB",
    Bocom = "BOCOM",
    Ccb = "CCB",
    Post = "POST",
    Kodit = "KODIT",
    Kibo = "KIBO",
    Hana = "HANA",
    Shinhan = "SHINHAN",
    KBank = "K_BANK",
    Kakao = "KAKAO",
    Toss = "TOSS",
    MiscForeign = "MISC_FOREIGN",
    Sgi = "SGI",
    Kcis = "KCIS",
    YuantaSecurities = "YUANTA_SECURITIES",
    KbSecurities = "KB_SECURITIES",
    SangsanginSecurities = "SANGSANGIN_SECURITIES",
    HanyangSecurities = "HANYANG_SECURITIES",
    LeadingSecurities = "LEADING_SECURITIES",
    BnkSecurities = "BNK_SECURITIES",
    IbkSecurities = "IBK_SECURITIES",
    DaolSecurities = "DAOL_SECURITIES",
    MiraeAssetSecurities = "MIRAE_ASSET_SECURITIES",
    SamsungSecurities = "SAMSUNG_SECURITIES",
    KoreaSecurities = "KOREA_SECURITIES",
    NhSecurities = "NH_SECURITIES",
    KyoboSecurities = "KYOBO_SECURITIES",
    HiSecurities = "HI_SECURITIES",
    HyundaiMotorSecurities = "HYUNDAI_MOTOR_SECURITIES",
    KiwoomSecurities = "KIWOOM_SECURITIES",
    EbestSecurities = "EBEST_SECURITIES",
    SkSecurities = "SK_SECURITIES",
    DaishinSecurities = "DAISHIN_SECURITIES",
    HanhwaSecurities = "HANHWA_SECURITIES",
    HanaSecurities = "HANA_SECURITIES",
    TossSecurities = "TOSS_SECURITIES",
    ShinhanSecurities = "SHINHAN_SECURITIES",
    DbSecurities = "DB_SECURITIES",
    EugeneSecurities = "EUGENE_SECURITIES",
    MeritzSecurities = "MERITZ_SECURITIES",
    KakaoPaySecurities = "KAKAO_PAY_SECURITIES",
    BookookSecurities = "BOOKOOK_SECURITIES",
    ShinyoungSecurities = "SHINYOUNG_SECURITIES",
    CapeSecurities = "CAPE_SECURITIES",
    KoreaSecuritiesFinance = "KOREA_SECURITIES_FINANCE",
    KoreaFossSecurities = "KOREA_FOSS_SECURITIES",
    WooriInvestmentBank = "WOORI_INVESTMENT_BANK",
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_bank_is_found_by_its_code() {
        assert_eq!(Bank::ALL.len(), 79);
        assert!(Bank::ALL.iter().all(|bank| Bank::from_code(bank.code()) == Some(*bank)));
        assert_eq!(Bank::from_code("SHINHAN_BANK"), None);
    }
}
