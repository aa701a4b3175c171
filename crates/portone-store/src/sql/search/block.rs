//! A block of records as lists read it: heads with what selects and sorts them, and texts side by side, field by field.

use memchr::memmem::Finder;

use super::pack::{
    Packed, RECORD_COUNT_MAX, RECORD_END, Reader, TEXT_END, broken, put_column, put_difference, put_number,
};
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
    /// Field and text.
    pub(super) texts: Vec<(&'static str, String)>,
}

/// A block as it is stored.
pub(super) struct Encoded {
    pub(super) heads: Vec<u8>,
    /// Each field's column.
    pub(super) texts: Vec<(&'static str, Vec<u8>)>,
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
    put_number(&mut bytes, entries.len() as u64);
    put_number(&mut bytes, kinds.len() as u64);
    for tags in &kinds {
        put_number(&mut bytes, tags.len() as u64);
        tags.iter().for_each(|tag| put_number(&mut bytes, u64::from(*tag)));
    }
    let kind = |entry: &Entry| {
        let at = kinds.binary_search(&entry.tags.as_slice()).unwrap_or_default();
        i64::try_from(at).unwrap_or_default()
    };
    put_numbers(&mut bytes, entries.iter().map(|entry| Some(entry.no)));
    put_numbers(&mut bytes, entries.iter().map(|entry| Some(entry.store_no)));
    put_numbers(&mut bytes, entries.iter().map(|entry| Some(kind(entry))));
    for at in 0..TIME_COUNT {
        put_numbers(&mut bytes, entries.iter().map(|entry| entry.times[at]));
    }
    bytes
}

/// Writes a column of numbers: the least, and how far each is from it, all in as many bytes as the farthest needs. The
/// farthest place stands for none.
fn put_numbers(bytes: &mut Vec<u8>, numbers: impl Iterator<Item = Option<i64>> + Clone) {
    let least = numbers.clone().flatten().min().unwrap_or_default();
    let far = |number: Option<i64>| number.map_or(u64::MAX, |number| number.abs_diff(least));
    let farthest =
        numbers.clone().flatten().map(|number| number.abs_diff(least) + 1).max().unwrap_or_default();
    let width =
        [0_u8, 1, 2, 4].into_iter().find(|width| farthest >> (8 * u32::from(*width)) == 0).unwrap_or(8);
    let are_same = numbers.clone().all(|number| number == Some(least));
    put_difference(bytes, least);
    bytes.push(if are_same { 0 } else { width.max(1) });
    if !are_same {
        numbers.for_each(|number| {
            bytes.extend_from_slice(&far(number).to_le_bytes()[..usize::from(width.max(1))]);
        });
    }
}

/// Reads what [`put_numbers`] wrote.
fn numbers(reader: &mut Reader<'_>, count: usize) -> Result<Vec<i64>, Unreadable> {
    let least = reader.difference()?;
    let width = usize::from(reader.byte()?);
    let number = |far: u64, none: u64| if far == none { NONE } else { least.wrapping_add_unsigned(far) };
    if width == 0 {
        return Ok(vec![least; count]);
    }
    let bytes = reader.slice(count * width)?;
    // Each width by itself: a loop over bytes of any number takes several times as long.
    match width {
        1 => Ok(bytes.iter().map(|byte| number(u64::from(*byte), u64::from(u8::MAX))).collect()),
        2 => Ok(bytes
            .as_chunks()
            .0
            .iter()
            .map(|far| number(u16::from_le_bytes(*far).into(), u16::MAX.into()))
            .collect()),
        4 => Ok(bytes
            .as_chunks()
            .0
            .iter()
            .map(|far| number(u32::from_le_bytes(*far).into(), u32::MAX.into()))
            .collect()),
        8 => Ok(bytes.as_chunks().0.iter().map(|far| number(u64::from_le_bytes(*far), u64::MAX)).collect()),
        _ => Err(broken("has numbers of an unknown width")),
    }
}

/// Passes over what [`put_numbers`] wrote.
fn pass_numbers(reader: &mut Reader<'_>, count: usize) -> Result<(), Unreadable> {
    reader.difference()?;
    let width = usize::from(reader.byte()?);
    reader.slice(count * width).map(drop)
}

/// Stands for a time that a record does not have.
pub(super) const NONE: i64 = i64::MIN;

fn encode_texts(entries: &[Entry]) -> Vec<(&'static str, Vec<u8>)> {
    let mut fields: Vec<&'static str> =
        entries.iter().flat_map(|entry| entry.texts.iter().map(|(field, _)| *field)).collect();
    fields.sort_unstable();
    fields.dedup();
    let encoded = |field| {
        let mut bytes = vec![VERSION];
        put_column(&mut bytes, &column(entries, field));
        (field, bytes)
    };
    fields.into_iter().map(encoded).collect()
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

/// The heads of a block's records: what selects and sorts them, side by side.
pub(super) struct Heads {
    /// The combinations of tags there are.
    pub(super) kinds: Kinds,
    pub(super) nos: Vec<i64>,
    pub(super) store_nos: Vec<i64>,
    /// Which of the combinations each has.
    pub(super) kind_of: Vec<i64>,
    /// Each of the times that were asked for, [`NONE`] where a record has it not.
    pub(super) times: [Vec<i64>; TIME_COUNT],
}

/// Combinations of tags, one behind the other.
#[derive(Default)]
pub(super) struct Kinds {
    tags: Vec<u32>,
    ends: Vec<usize>,
}

impl Kinds {
    fn read(reader: &mut Reader<'_>) -> Result<Self, Unreadable> {
        let mut kinds = Self::default();
        for _ in 0..reader.length()? {
            for _ in 0..reader.length()? {
                let tag = u32::try_from(reader.number()?).map_err(|_| broken("has an unknown fact"))?;
                kinds.tags.push(tag);
            }
            kinds.ends.push(kinds.tags.len());
        }
        Ok(kinds)
    }

    /// Each of them.
    pub(super) fn iter(&self) -> impl Iterator<Item = &[u32]> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(start, end)| &self.tags[start..*end])
    }
}

impl Heads {
    /// Reads what [`encode`] wrote, of the times these.
    pub(super) fn decode(bytes: &[u8], times: [bool; TIME_COUNT]) -> Result<Self, Unreadable> {
        let mut reader = Reader(bytes);
        check_version(&mut reader)?;
        let count = reader.length()?;
        if count > RECORD_COUNT_MAX {
            return Err(broken("is too long"));
        }
        let mut heads = Self {
            kinds: Kinds::read(&mut reader)?,
            nos: numbers(&mut reader, count)?,
            store_nos: numbers(&mut reader, count)?,
            kind_of: numbers(&mut reader, count)?,
            times: Default::default(),
        };
        for (column, is_asked) in heads.times.iter_mut().zip(times) {
            if is_asked {
                *column = numbers(&mut reader, count)?;
            } else {
                pass_numbers(&mut reader, count)?;
            }
        }
        Ok(heads)
    }

    /// A time of a record, if it has it; it was asked for.
    pub(super) fn time(&self, time: usize, at: usize) -> Option<i64> {
        Some(self.times[time][at]).filter(|time| *time != NONE)
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
        Self { field, any, is_whole, finders: any.iter().map(Finder::new).collect() }
    }

    /// The fields it may be in; any where absent.
    pub(super) const fn field(&self) -> Option<&'static str> {
        self.field
    }

    /// Adds to `found` the records of a block that have the text in this field.
    pub(super) fn sift(&self, field: &str, texts: &[u8], found: &mut [bool]) -> Result<(), Unreadable> {
        let packed = column_of(texts)?;
        if !self.is_whole && !WHOLE_FIELDS.contains(&field) {
            match packed.have(self.any)? {
                Some(true) => {
                    found.fill(true);
                    return Ok(());
                }
                Some(false) => return Ok(()),
                None => {}
            }
        }
        let here = packed.find(found.len(), |column, found| self.find(field, column, found))?;
        found.iter_mut().zip(here).for_each(|(found, here)| *found |= here);
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

/// A field's column as [`encode`] wrote it.
pub(super) fn column_of(texts: &[u8]) -> Result<Packed<'_>, Unreadable> {
    let mut reader = Reader(texts);
    check_version(&mut reader)?;
    Packed::take(&mut reader)
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
            entry(9, [Some(1_790_000_000_500), None, Some(1 << 61), None], &[], &[]),
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
        for count in 0..=4 {
            let entries = &entries()[..count];
            let heads = Heads::decode(&encode(entries).heads, [true; TIME_COUNT]).unwrap();
            let some = Heads::decode(&encode(entries).heads, [false, true, false, false]).unwrap();
            assert_eq!((&some.times[1], some.times[3].len()), (&heads.times[1], 0));
            let kinds: Vec<&[u32]> = heads.kinds.iter().collect();
            assert_eq!(heads.nos.len(), count);
            for (at, entry) in entries.iter().enumerate() {
                assert_eq!((heads.nos[at], heads.store_nos[at]), (entry.no, entry.store_no));
                assert_eq!([0, 1, 2, 3].map(|time| heads.time(time, at)), entry.times);
                assert_eq!(kinds[usize::try_from(heads.kind_of[at]).unwrap()], entry.tags);
            }
        }
    }

    #[test]
    fn numbers_of_each_width_come_back() {
        let same = vec![Some(-7); 5];
        let near = |far: i64| vec![Some(1_000), None, Some(1_000 + far), Some(1_001)];
        for column in [
            same,
            vec![None; 3],
            near(254),
            near(255),
            near(65_534),
            near(65_535),
            near(1 << 32),
            near(1 << 60),
        ] {
            let mut bytes = Vec::new();
            put_numbers(&mut bytes, column.iter().copied());
            let read = numbers(&mut Reader(&bytes), column.len()).unwrap();
            let read: Vec<_> = read.into_iter().map(|number| Some(number).filter(|it| *it != NONE)).collect();
            assert_eq!(read, column);
        }
    }

    #[test]
    fn a_text_is_found_within_one_text_of_a_record() {
        let texts = encode(&entries()).texts;
        let found = |field: Option<&'static str>, text: &str| {
            let any = [text.to_owned()];
            let needle = Needle::new(field, &any, false);
            let mut found = vec![false; 4];
            for (of, texts) in texts.iter().filter(|(of, _)| field.is_none_or(|field| field == *of)) {
                needle.sift(of, texts, &mut found).unwrap();
            }
            found
        };
        assert_eq!(found(Some("NAME"), "철수"), [true, false, false, true]);
        assert_eq!(found(Some("NAME"), "a철"), [false; 4]);
        assert_eq!(found(Some("CARD_INSTALLMENT"), "3"), [false, true, false, false], "a whole text");
        assert_eq!(found(Some("CARD_INSTALLMENT"), "13"), [false, false, false, true]);
        assert_eq!(found(None, "이"), [false, true, false, false]);
        assert_eq!(found(Some("OTHER"), "이"), [false; 4]);
    }

    #[test]
    fn a_block_cut_anywhere_is_an_error() {
        let block = encode(&entries());
        for length in 0..block.heads.len() {
            for times in [[true; TIME_COUNT], [false; TIME_COUNT]] {
                assert!(Heads::decode(&block.heads[..length], times).is_err());
            }
        }
        for (_, texts) in block.texts {
            for length in 0..texts.len() {
                assert!(column_of(&texts[..length]).is_err());
            }
        }
    }
}
