//! A block of records as lists read it: heads with what selects and sorts them, and texts side by side, field by field.

use memchr::memmem::Finder;

use super::pack::{Packed, RECORD_END, Reader, TEXT_END, broken, put_column, put_difference, put_number};
use crate::document::Unreadable;

/// How many times a record can be selected by.
pub(super) const TIME_COUNT: usize = 4;
/// What this code writes.
const VERSION: u8 = 1;

/// One record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) no: i64,
    pub(super) store_no: i64,
    /// In milliseconds since 1970. The first is always there.
    pub(super) times: [Option<i64>; TIME_COUNT],
    /// Facts with few values, as numbers.
    pub(super) tags: Vec<u32>,
    /// Field and text, in the order of [`Block::encode`]'s fields.
    pub(super) texts: Vec<(&'static str, String)>,
}

/// A block as it is stored.
pub(super) struct Encoded {
    pub(super) heads: Vec<u8>,
    pub(super) texts: Vec<u8>,
}

/// Writes a block.
pub(super) fn encode(entries: &[Entry]) -> Encoded {
    Encoded { heads: encode_heads(entries), texts: encode_texts(entries) }
}

fn encode_heads(entries: &[Entry]) -> Vec<u8> {
    let mut kinds: Vec<&[u32]> = entries.iter().map(|entry| entry.tags.as_slice()).collect();
    kinds.sort_unstable();
    kinds.dedup();
    let mut bytes = vec![VERSION];
    put_number(&mut bytes, kinds.len() as u64);
    for tags in &kinds {
        put_number(&mut bytes, tags.len() as u64);
        tags.iter().for_each(|tag| put_number(&mut bytes, u64::from(*tag)));
    }
    put_number(&mut bytes, entries.len() as u64);
    let (mut no, mut time) = (0, 0);
    for entry in entries {
        put_difference(&mut bytes, entry.no.wrapping_sub(no));
        put_difference(&mut bytes, entry.store_no);
        let kind = kinds.binary_search(&entry.tags.as_slice()).unwrap_or_default();
        put_number(&mut bytes, kind as u64);
        let first = entry.times[0].unwrap_or_default();
        put_difference(&mut bytes, first.wrapping_sub(time));
        let mask = (1..TIME_COUNT).fold(0, |mask, at| mask | (u8::from(entry.times[at].is_some()) << at));
        bytes.push(mask);
        for later in entry.times[1..].iter().flatten() {
            put_difference(&mut bytes, later.wrapping_sub(first));
        }
        (no, time) = (entry.no, first);
    }
    bytes
}

fn encode_texts(entries: &[Entry]) -> Vec<u8> {
    let mut fields: Vec<&'static str> =
        entries.iter().flat_map(|entry| entry.texts.iter().map(|(field, _)| *field)).collect();
    fields.sort_unstable();
    fields.dedup();
    let mut bytes = vec![VERSION];
    for field in fields {
        put_number(&mut bytes, field.len() as u64);
        bytes.extend_from_slice(field.as_bytes());
        put_column(&mut bytes, &column(entries, field));
    }
    bytes
}

fn column(entries: &[Entry], field: &str) -> Vec<u8> {
    let mut column = Vec::new();
    for entry in entries {
        let texts = entry.texts.iter().filter(|(of, _)| *of == field);
        for (at, (_, text)) in texts.enumerate() {
            if at > 0 {
                column.push(TEXT_END);
            }
            column.extend_from_slice(text.as_bytes());
        }
        column.push(RECORD_END);
    }
    column
}

/// The heads of a block's records.
pub(super) struct Heads {
    /// The combinations of tags there are.
    pub(super) kinds: Vec<Vec<u32>>,
    pub(super) heads: Vec<Head>,
}

/// What selects and sorts a record.
pub(super) struct Head {
    pub(super) no: i64,
    pub(super) store_no: i64,
    /// Which of the combinations it has.
    pub(super) kind: usize,
    pub(super) times: [Option<i64>; TIME_COUNT],
}

impl Heads {
    /// Reads what [`encode`] wrote.
    pub(super) fn decode(bytes: &[u8]) -> Result<Self, Unreadable> {
        let mut reader = Reader(bytes);
        check_version(&mut reader)?;
        let mut kinds = Vec::new();
        for _ in 0..reader.length()? {
            let mut tags = Vec::new();
            for _ in 0..reader.length()? {
                tags.push(u32::try_from(reader.number()?).map_err(|_| broken("has an unknown fact"))?);
            }
            kinds.push(tags);
        }
        let mut heads = Vec::new();
        let (mut no, mut time) = (0_i64, 0_i64);
        for _ in 0..reader.length()? {
            let head = Self::head(&mut reader, no, time)?;
            if head.kind >= kinds.len() {
                return Err(broken("has an unknown fact"));
            }
            (no, time) = (head.no, head.times[0].unwrap_or_default());
            heads.push(head);
        }
        Ok(Self { kinds, heads })
    }

    fn head(reader: &mut Reader<'_>, no: i64, time: i64) -> Result<Head, Unreadable> {
        let no = no.wrapping_add(reader.difference()?);
        let store_no = reader.difference()?;
        let kind = reader.length()?;
        let first = time.wrapping_add(reader.difference()?);
        let mut times = [None; TIME_COUNT];
        times[0] = Some(first);
        let mask = reader.byte()?;
        for (at, later) in times.iter_mut().enumerate().skip(1) {
            if mask & (1 << at) != 0 {
                *later = Some(first.wrapping_add(reader.difference()?));
            }
        }
        Ok(Head { no, store_no, kind, times })
    }
}

fn check_version(reader: &mut Reader<'_>) -> Result<(), Unreadable> {
    if reader.byte()? == VERSION { Ok(()) } else { Err(broken("has an unknown version")) }
}

/// A text to find in a block.
pub(super) struct Needle<'n> {
    field: Option<&'static str>,
    any: &'n [String],
    is_whole: bool,
    finders: Vec<Finder<'n>>,
}

/// Fields in which only whole texts count.
const WHOLE_FIELDS: &[&str] = &["CARD_INSTALLMENT"];

impl<'n> Needle<'n> {
    /// One of some texts to find in a field, or in any.
    pub(super) fn new(field: Option<&'static str>, any: &'n [String], is_whole: bool) -> Self {
        Self { field, any, is_whole, finders: any.iter().map(|text| Finder::new(text)).collect() }
    }

    /// Takes the records from `wanted` that do not have the text. Each of `wanted` stands for a record of the block.
    pub(super) fn sift(&self, texts: &[u8], wanted: &mut [bool]) -> Result<(), Unreadable> {
        let mut found = vec![false; wanted.len()];
        for_each_column(texts, |field, packed| {
            if self.field.is_none_or(|of| of == field) && wanted.iter().zip(&found).any(|(w, f)| *w && !*f) {
                self.find(field, &packed.column()?, &mut found);
            }
            Ok(())
        })?;
        wanted.iter_mut().zip(found).for_each(|(wanted, found)| *wanted &= found);
        Ok(())
    }

    fn find(&self, field: &str, column: &[u8], found: &mut [bool]) {
        if self.is_whole || WHOLE_FIELDS.contains(&field) {
            let records = column.split(|byte| *byte == RECORD_END);
            let is_one = |text: &[u8]| self.any.iter().any(|one| one.as_bytes() == text);
            for (found, record) in found.iter_mut().zip(records) {
                *found |= record.split(|byte| *byte == TEXT_END).any(is_one);
            }
            return;
        }
        self.finders.iter().for_each(|finder| find_part(finder, column, found));
    }
}

/// Finds the records that have a text in them.
fn find_part(finder: &Finder<'_>, column: &[u8], found: &mut [bool]) {
    let (mut from, mut record) = (0, 0);
    while let Some(hit) = finder.find(&column[from..]) {
        record += memchr::memchr_iter(RECORD_END, &column[from..from + hit]).count();
        if let Some(found) = found.get_mut(record) {
            *found = true;
        }
        let Some(end) = memchr::memchr(RECORD_END, &column[from + hit..]) else { return };
        from += hit + end + 1;
        record += 1;
    }
}

/// Hands over each field of a block with its texts.
pub(super) fn for_each_column<'t>(
    texts: &'t [u8],
    mut take: impl FnMut(&'t str, Packed<'t>) -> Result<(), Unreadable>,
) -> Result<(), Unreadable> {
    let mut reader = Reader(texts);
    check_version(&mut reader)?;
    while !reader.0.is_empty() {
        let length = reader.length()?;
        let field = str::from_utf8(reader.slice(length)?).map_err(|_| broken("has an unknown field"))?;
        take(field, Packed::take(&mut reader)?)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entries() -> Vec<Entry> {
        let entry = |no: i64, times, tags: &[u32], texts: &[(&'static str, &str)]| Entry {
            no,
            store_no: 1 + no % 2,
            times,
            tags: tags.to_vec(),
            texts: texts.iter().map(|(field, text)| (*field, (*text).to_owned())).collect(),
        };
        vec![
            entry(
                3,
                [Some(1_790_000_000_000), Some(1_790_000_000_001), None, None],
                &[7],
                &[("NAME", "김철수")],
            ),
            entry(
                4,
                [Some(1_789_999_999_000), Some(0), None, Some(5)],
                &[7, 9],
                &[("CARD_INSTALLMENT", "3"), ("NAME", "이")],
            ),
            entry(9, [Some(1_790_000_000_500), None, Some(i64::MAX), None], &[], &[]),
            entry(
                12,
                [Some(0), None, None, None],
                &[9],
                &[("NAME", "a"), ("NAME", "철수 b"), ("CARD_INSTALLMENT", "13")],
            ),
        ]
    }

    #[test]
    fn heads_come_back() {
        let entries = entries();
        let heads = Heads::decode(&encode(&entries).heads).unwrap();
        assert_eq!(heads.heads.len(), entries.len());
        for (head, entry) in heads.heads.iter().zip(&entries) {
            assert_eq!((head.no, head.store_no, head.times), (entry.no, entry.store_no, entry.times));
            assert_eq!(heads.kinds[head.kind], entry.tags);
        }
    }

    #[test]
    fn a_text_is_found_within_one_text_of_a_record() {
        let texts = encode(&entries()).texts;
        let found = |field, text: &str| {
            let mut wanted = vec![true; 4];
            Needle::new(field, &[text.to_owned()], false).sift(&texts, &mut wanted).unwrap();
            wanted
        };
        assert_eq!(found(Some("NAME"), "철수"), [true, false, false, true]);
        assert_eq!(found(Some("NAME"), "a철"), [false; 4]);
        assert_eq!(found(Some("CARD_INSTALLMENT"), "3"), [false, true, false, false], "a whole text");
        assert_eq!(found(Some("CARD_INSTALLMENT"), "13"), [false, false, false, true]);
        assert_eq!(found(None, "이"), [false, true, false, false]);
        assert_eq!(found(Some("OTHER"), "이"), [false; 4]);
    }

    #[test]
    fn a_block_cut_anywhere_is_an_error_or_shorter() {
        let block = encode(&entries());
        for length in 0..block.heads.len() {
            assert!(Heads::decode(&block.heads[..length]).is_err());
        }
        for length in 1..block.texts.len() {
            let mut count = 0;
            let cut =
                for_each_column(&block.texts[..length], |_, packed| packed.column().map(|_| count += 1));
            assert!(cut.is_err() || count < 2);
        }
    }
}
