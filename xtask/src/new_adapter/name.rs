//! One name in the spellings that code and documents want.

use crate::Failure;

/// The spellings of a PG's name.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Names {
    /// `toss-payments`: the router's feature.
    pub(super) feature: String,
    /// `pg-toss-payments`: the crate.
    pub(super) package: String,
    /// `pg_toss_payments`: the crate in code.
    pub(super) ident: String,
    /// `toss_payments`: a module.
    pub(super) module: String,
    /// `TossPayments`: a type.
    pub(super) type_name: String,
    /// `TOSSPAYMENTS`: PortOne's code of the PG.
    pub(super) provider: String,
    /// `TOSS-PAYMENTS`: what its rules start with.
    pub(super) prefix: String,
    /// For people.
    pub(super) display: String,
}

impl Names {
    pub(super) fn new(name: &str, provider: Option<&str>, display: Option<&str>) -> Result<Self, Failure> {
        // The crate's name is as good: nobody wants a `pg-pg-toss`.
        let name = name.strip_prefix("pg-").unwrap_or(name);
        let words: Vec<&str> = name.split('-').collect();
        let is_word = |word: &&str| {
            word.starts_with(|first: char| first.is_ascii_lowercase())
                && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
        };
        if !words.iter().all(is_word) {
            return Err(format!(
                "`{name}` is no name: use small letters and digits, words joined by a hyphen (`toss-payments`)"
            )
            .into());
        }
        let provider = provider.map_or_else(|| name.to_uppercase().replace('-', "_"), str::to_owned);
        let is_code = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
        if provider.is_empty() || !provider.bytes().all(is_code) {
            return Err(
                format!("`{provider}` is no PG's code: use capitals, digits and _ (`TOSSPAYMENTS`)").into()
            );
        }
        let module = name.replace('-', "_");
        Ok(Self {
            feature: name.to_owned(),
            package: format!("pg-{name}"),
            ident: format!("pg_{module}"),
            type_name: words.iter().map(|word| capitalised(word)).collect(),
            module,
            provider,
            prefix: name.to_uppercase(),
            display: display.map_or_else(
                || words.iter().map(|word| capitalised(word)).collect::<Vec<_>>().join(" "),
                str::to_owned,
            ),
        })
    }
}

fn capitalised(word: &str) -> String {
    let (first, rest) = word.split_at(word.len().min(1));
    format!("{}{rest}", first.to_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_follows_from_the_name() {
        let names = Names::new("toss-payments2", None, None).unwrap();
        assert_eq!(
            (names.package.as_str(), names.ident.as_str()),
            ("pg-toss-payments2", "pg_toss_payments2")
        );
        assert_eq!((names.type_name.as_str(), names.provider.as_str()), ("TossPayments2", "TOSS_PAYMENTS2"));
        assert_eq!((names.prefix.as_str(), names.display.as_str()), ("TOSS-PAYMENTS2", "Toss Payments2"));
        assert_eq!(Names::new("pg-toss", None, None).unwrap().package, "pg-toss");
        let names = Names::new("toss", Some("TOSSPAYMENTS"), Some("토스페이먼츠")).unwrap();
        assert_eq!((names.provider.as_str(), names.display.as_str()), ("TOSSPAYMENTS", "토스페이먼츠"));
    }

    #[test]
    fn what_is_no_name_is_refused() {
        for name in ["", "Toss", "toss_payments", "-toss", "toss-", "2c2p", "토스", "../x", "pg-"] {
            assert!(Names::new(name, None, None).is_err(), "{name}");
        }
        assert!(Names::new("toss", Some("toss"), None).is_err());
    }
}
