//! Looks for values in text, in whatever way they may have been written there.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// What is looked for.
pub(crate) enum Canary {
    /// A long number, and other ways people write it.
    Long(&'static str, &'static [&'static str]),
    /// A short number beside one of these names.
    Named(&'static [&'static str], &'static str),
    /// Exactly these.
    Exact(&'static [&'static str]),
}

/// How far after its name a short value is looked for, in bytes: `\":\"`, `: Some("`.
const NAMED_WITHIN: usize = 16;

/// A prepared search.
pub(crate) struct Search {
    needles: Vec<(String, String)>,
    named: Vec<(&'static str, &'static str)>,
}

impl Search {
    pub(crate) fn new(canaries: &[Canary]) -> Self {
        let mut search = Self { needles: Vec::new(), named: Vec::new() };
        for canary in canaries {
            match canary {
                Canary::Long(number, spellings) => {
                    search.needles.extend(encodings(number));
                    search.exact(spellings);
                }
                Canary::Named(names, value) => search.named.extend(names.iter().map(|name| (*name, *value))),
                Canary::Exact(spellings) => search.exact(spellings),
            }
        }
        search
    }

    fn exact(&mut self, spellings: &[&str]) {
        self.needles.extend(spellings.iter().map(|text| ((*text).to_owned(), (*text).to_owned())));
    }

    /// What of it is in the text: each with how it was written, and what stands around it.
    pub(crate) fn find<'s>(&'s self, text: &'s str) -> impl Iterator<Item = String> + 's {
        let long = self.needles.iter().filter_map(move |(what, needle)| {
            text.find(needle.as_str()).map(|at| format!("{what} in …{}…", around(text, at)))
        });
        let named = self.named.iter().filter_map(move |(name, value)| {
            let mut places = text.match_indices(name);
            places
                .find(|(at, _)| stands_alone_near(&text[at + name.len()..], value))
                .map(|(at, _)| format!("{name} {value} in …{}…", around(text, at)))
        });
        long.chain(named)
    }
}

/// The ways a number may have been written, each with a name.
fn encodings(number: &str) -> Vec<(String, String)> {
    let hex = each_byte(number, |byte| format!("{byte:02x}")).concat();
    let percent = each_byte(number, |byte| format!("%{byte:02X}")).concat();
    let decimals = each_byte(number, |byte| byte.to_string());
    let mut encodings = vec![
        (number.to_owned(), number.to_owned()),
        (format!("{number} in hex"), hex),
        (format!("{number} in percent encoding"), percent.clone()),
        (format!("{number} in percent encoding"), percent.to_lowercase()),
        (format!("{number} as bytes"), decimals.join(", ")),
    ];
    encodings.extend((0..3).map(|offset| (format!("{number} in base64"), base64_core(number, offset))));
    encodings
}

/// A text's bytes, each written in some way.
pub(crate) fn each_byte(text: &str, written: impl Fn(u8) -> String) -> Vec<String> {
    text.bytes().map(written).collect()
}

/// The base64 characters that a number gives wherever it stands `offset` bytes after a multiple of three.
fn base64_core(number: &str, offset: usize) -> String {
    let encoded = STANDARD.encode(format!("{}{number}", "x".repeat(offset)));
    // The first characters mix with what stands before, the last ones with what follows.
    let first = [0, 2, 3][offset];
    let whole = (offset + number.len()) / 3 * 4;
    encoded[first..whole].to_owned()
}

/// Whether a short number stands soon, and not as part of a longer one.
fn stands_alone_near(text: &str, value: &str) -> bool {
    let near: String = text.chars().take(NAMED_WITHIN).collect();
    near.match_indices(value).any(|(at, _)| {
        let is_digit =
            |character: Option<char>| character.is_some_and(|character| character.is_ascii_digit());
        !is_digit(near[..at].chars().next_back()) && !is_digit(near[at + value.len()..].chars().next())
    })
}

fn around(text: &str, at: usize) -> String {
    let before: Vec<char> = text[..at].chars().rev().take(60).collect();
    before.into_iter().rev().chain(text[at..].chars().take(60)).collect()
}
