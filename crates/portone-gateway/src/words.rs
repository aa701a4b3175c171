//! The words of a request in an answer: which may be repeated, and what a misspelt one was meant to be.

/// The longest name or value of a request that an answer repeats, in characters.
const SHOWN_LENGTH_MAX: usize = 64;
/// A name or value with more digits than this may be a card number, and is not repeated.
const SHOWN_DIGIT_COUNT_MAX: usize = 7;
/// How alike two names are to be taken for one another, from 0 to 1.
const LIKENESS_MIN: f64 = 0.6;

/// What a request said, as far as an answer may repeat it: short, printable, and nothing that may be a card number.
pub(crate) fn shown(text: &str) -> String {
    let digit_count = text.chars().filter(|c| c.is_numeric()).count();
    if digit_count > SHOWN_DIGIT_COUNT_MAX || text.chars().count() > SHOWN_LENGTH_MAX {
        return "[not shown]".to_owned();
    }
    text.chars().flat_map(char::escape_debug).collect()
}

/// The name a misspelt one was meant to be.
pub(crate) fn nearest<'k>(given: &str, known: impl Iterator<Item = &'k str>) -> Option<&'k str> {
    if given.len() > SHOWN_LENGTH_MAX {
        return None;
    }
    let given = given.to_ascii_lowercase();
    known
        .map(|known| (likeness(&given, &known.to_ascii_lowercase()), known))
        .filter(|(likeness, _)| *likeness >= LIKENESS_MIN)
        .max_by(|(one, _), (other, _)| one.total_cmp(other))
        .map(|(_, known)| known)
}

/// How alike two names are: by letters to change, or because one is the other with something around it.
fn likeness(given: &str, known: &str) -> f64 {
    let by_letters = strsim::normalized_damerau_levenshtein(given, known);
    let shorter = given.len().min(known.len());
    let within = shorter >= 3 && (given.contains(known) || known.contains(given));
    if within { by_letters.max(LIKENESS_MIN) } else { by_letters }
}

pub(crate) fn advised(given: &str, codes: impl Iterator<Item = &'static str> + Clone) -> String {
    nearest(given, codes.clone()).map_or_else(|| advice(codes), |near| format!("did you mean `{near}`?"))
}

/// The values themselves where they are few.
pub(crate) fn advice(codes: impl Iterator<Item = &'static str>) -> String {
    const LISTED_COUNT_MAX: usize = 8;
    let codes: Vec<&str> = codes.collect();
    if codes.len() <= LISTED_COUNT_MAX {
        return format!("send one of {}", codes.join(", "));
    }
    format!("send one of the schema's values, such as {}", codes[..3].join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn misspelt_names_find_the_known_one() {
        let known = ["card", "virtualAccount"];
        assert_eq!(nearest("virtaulAccount", known.into_iter()), Some("virtualAccount"));
        assert_eq!(nearest("virtual_account", known.into_iter()), Some("virtualAccount"));
        assert_eq!(nearest("easyPay", known.into_iter()), None);
        assert_eq!(
            nearest("chanenlGroupId", ["channelKey", "channelGroupId"].into_iter()),
            Some("channelGroupId")
        );
        assert_eq!(nearest("SHINHAN_BANK", ["SHINHAN", "HANA"].into_iter()), Some("SHINHAN"));
        assert_eq!(nearest("CURRENCY_KRW", ["KRW", "USD"].into_iter()), Some("KRW"));
    }

    #[test]
    fn what_may_be_a_card_number_is_not_shown() {
        assert_eq!(shown("NOMAL"), "NOMAL");
        assert_eq!(shown("4242-4242-4242-4242"), "[not shown]");
        assert_eq!(shown("４２４２４２４２"), "[not shown]");
        assert_eq!(shown("a\r\nb"), "a\\r\\nb");
        assert_eq!(shown(&"a".repeat(65)), "[not shown]");
    }
}
