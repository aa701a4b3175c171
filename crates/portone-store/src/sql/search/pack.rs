//! Numbers and columns of texts in few bytes.

use std::borrow::Cow;
use std::collections::BTreeMap;

use uuid::Uuid;

use crate::document::Unreadable;

/// Ends the texts of one record in a column: no byte of any text.
pub(super) const RECORD_END: u8 = 0xff;
/// Stands between two texts of one record: no byte of any text.
pub(super) const TEXT_END: u8 = 0xfe;
/// How long a column may be, in bytes: far more than 128 records have.
const COLUMN_LENGTH_MAX: usize = 64 * 1024 * 1024;
/// How many records a column has at most.
pub(super) const RECORD_COUNT_MAX: usize = 128;
/// The length of a UUID as text.
const UUID_LENGTH: usize = 36;

/// Writes a number, seven bits a byte.
pub(super) fn put_number(bytes: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        bytes.push(number.to_le_bytes()[0] | 0x80);
        number >>= 7;
    }
    bytes.push(number.to_le_bytes()[0]);
}

/// Writes a number that may be negative.
pub(super) fn put_difference(bytes: &mut Vec<u8>, difference: i64) {
    put_number(bytes, (difference.cast_unsigned() << 1) ^ (difference >> 63).cast_unsigned());
}

/// Reads what was written.
pub(super) struct Reader<'a>(pub(super) &'a [u8]);

impl<'a> Reader<'a> {
    pub(super) fn byte(&mut self) -> Result<u8, Unreadable> {
        let (first, rest) = self.0.split_first().ok_or_else(|| broken("ends early"))?;
        self.0 = rest;
        Ok(*first)
    }

    pub(super) fn number(&mut self) -> Result<u64, Unreadable> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(number);
            }
        }
        Err(broken("has a number that never ends"))
    }

    pub(super) fn difference(&mut self) -> Result<i64, Unreadable> {
        let number = self.number()?;
        Ok((number >> 1).cast_signed() ^ -(number & 1).cast_signed())
    }

    pub(super) fn length(&mut self) -> Result<usize, Unreadable> {
        usize::try_from(self.number()?).map_err(|_| broken("is too long"))
    }

    pub(super) fn slice(&mut self, length: usize) -> Result<&'a [u8], Unreadable> {
        let (slice, rest) = self.0.split_at_checked(length).ok_or_else(|| broken("ends early"))?;
        self.0 = rest;
        Ok(slice)
    }
}

pub(super) fn broken(problem: &str) -> Unreadable {
    Unreadable::new("search block", problem)
}

/// A column's form on disk.
const PLAIN: u8 = 0;
const PRESSED: u8 = 1;
const UUIDS: u8 = 2;
const REPEATED: u8 = 3;

/// Writes a column of texts: as UUIDs, as few texts that repeat, pressed, or as it is, whichever is possible and small.
pub(super) fn put_column(bytes: &mut Vec<u8>, column: &[u8]) {
    if let Some(uuids) = uuids(column) {
        return put_part(bytes, UUIDS, column.len(), &uuids);
    }
    if let Some(repeated) = repeated(column) {
        return put_part(bytes, REPEATED, column.len(), &repeated);
    }
    let pressed = lz4_flex::block::compress(column);
    if pressed.len() < column.len() - column.len() / 8 {
        put_part(bytes, PRESSED, column.len(), &pressed);
    } else {
        put_part(bytes, PLAIN, column.len(), column);
    }
}

fn put_part(bytes: &mut Vec<u8>, form: u8, length: usize, part: &[u8]) {
    bytes.push(form);
    put_number(bytes, length as u64);
    put_number(bytes, part.len() as u64);
    bytes.extend_from_slice(part);
}

/// How many bytes the texts of a column may have that repeat in it, of a hundred.
const REPEATED_PERCENT_MAX: usize = 60;

/// A column whose records repeat: each once, and which of them each record has.
fn repeated(column: &[u8]) -> Option<Vec<u8>> {
    let mut known: BTreeMap<&[u8], u8> = BTreeMap::new();
    let (mut places, mut texts) = (Vec::new(), Vec::new());
    for record in column.strip_suffix(&[RECORD_END])?.split(|byte| *byte == RECORD_END) {
        let next = u8::try_from(known.len()).ok()?;
        let place = *known.entry(record).or_insert_with(|| {
            texts.extend_from_slice(record);
            texts.push(RECORD_END);
            next
        });
        places.push(place);
    }
    if texts.len() * 100 > column.len() * REPEATED_PERCENT_MAX {
        return None;
    }
    let mut bytes = Vec::new();
    put_number(&mut bytes, texts.len() as u64);
    bytes.extend_from_slice(&texts);
    // Where there is one, each record has it.
    if known.len() == 1 {
        put_number(&mut bytes, places.len() as u64);
    } else {
        bytes.extend_from_slice(&places);
    }
    Some(bytes)
}

/// A column of UUIDs, one a record, each behind the same text: the text and 16 bytes each.
fn uuids(column: &[u8]) -> Option<Vec<u8>> {
    let records = column.strip_suffix(&[RECORD_END])?.split(|byte| *byte == RECORD_END);
    let (mut bytes, mut before) = (Vec::new(), None);
    for record in records {
        let at = record.len().checked_sub(UUID_LENGTH)?;
        let (text, uuid) = record.split_at(at);
        let uuid = Uuid::try_parse_ascii(uuid).ok().filter(|parsed| is_plain(parsed, uuid))?;
        if *before.get_or_insert(text) != text {
            return None;
        }
        if bytes.is_empty() {
            put_number(&mut bytes, text.len() as u64);
            bytes.extend_from_slice(text);
        }
        bytes.extend_from_slice(uuid.as_bytes());
    }
    Some(bytes)
}

/// Whether a UUID is written as it comes back.
fn is_plain(uuid: &Uuid, text: &[u8]) -> bool {
    uuid.hyphenated().encode_lower(&mut Uuid::encode_buffer()).as_bytes() == text
}

/// A column without its form.
pub(super) struct Packed<'a> {
    form: u8,
    length: usize,
    part: &'a [u8],
}

impl<'a> Packed<'a> {
    /// Takes a column off what is read.
    pub(super) fn take(reader: &mut Reader<'a>) -> Result<Self, Unreadable> {
        let form = reader.byte()?;
        let length = reader.length()?;
        if length > COLUMN_LENGTH_MAX {
            return Err(broken("is too long"));
        }
        let part_length = reader.length()?;
        Ok(Self { form, length, part: reader.slice(part_length)? })
    }

    /// The column as it was.
    pub(super) fn column(&self) -> Result<Vec<u8>, Unreadable> {
        match self.form {
            PLAIN => Ok(self.part.to_vec()),
            PRESSED => {
                lz4_flex::block::decompress(self.part, self.length).map_err(|_| broken("is not pressed"))
            }
            UUIDS => self.uuids(),
            REPEATED => {
                let (texts, places) = self.texts_and_places()?;
                let texts: Vec<&[u8]> = texts.split_inclusive(|byte| *byte == RECORD_END).collect();
                let text =
                    |place: &u8| texts.get(usize::from(*place)).copied().ok_or_else(|| broken("ends early"));
                Ok(places.iter().map(text).collect::<Result<Vec<_>, _>>()?.concat())
            }
            _ => Err(broken("has an unknown form")),
        }
    }

    /// The column with what repeats in it at least once.
    pub(super) fn distinct(&self) -> Result<Cow<'a, [u8]>, Unreadable> {
        if self.form == REPEATED {
            Ok(self.texts_and_places()?.0.into())
        } else {
            self.column().map(Cow::Owned)
        }
    }

    /// Whether all records of a column have one of these texts in them, or none has, where that is told without unpacking
    /// it: of UUIDs behind the same text.
    pub(super) fn have(&self, any: &[String]) -> Result<Option<bool>, Unreadable> {
        if self.form != UUIDS {
            return Ok(None);
        }
        let mut reader = Reader(self.part);
        let text_length = reader.length()?;
        let before = reader.slice(text_length)?;
        let mut are_ruled_out = true;
        for text in any {
            // What is in no UUID has to be in the text before it.
            let in_uuid = |byte: &u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f' | b'-');
            let end = text.bytes().rposition(|byte| !in_uuid(&byte)).map_or(0, |at| at + 1);
            let is_before = memchr::memmem::find(before, &text.as_bytes()[..end]).is_some();
            if is_before && memchr::memmem::find(before, text.as_bytes()).is_some() {
                return Ok(Some(true));
            }
            are_ruled_out &= !is_before || end == text.len();
        }
        Ok(are_ruled_out.then_some(false))
    }

    /// Which of a column's records `find` finds in columns that it is given. What repeats is looked at once.
    pub(super) fn find(
        &self,
        count: usize,
        find: impl Fn(&[u8], &mut [bool]),
    ) -> Result<Vec<bool>, Unreadable> {
        let mut found = vec![false; count];
        if self.form != REPEATED {
            find(&self.column()?, &mut found);
            return Ok(found);
        }
        let (texts, places) = self.texts_and_places()?;
        let mut which = [false; 256];
        find(texts, &mut which);
        found.iter_mut().zip(&*places).for_each(|(found, place)| *found = which[usize::from(*place)]);
        Ok(found)
    }

    /// The texts of a column that repeats them, and which of them each record has.
    fn texts_and_places(&self) -> Result<(&'a [u8], Cow<'a, [u8]>), Unreadable> {
        let mut reader = Reader(self.part);
        let length = reader.length()?;
        let texts = reader.slice(length)?;
        if memchr::memchr(RECORD_END, texts).is_some_and(|end| end + 1 == length) {
            let count = reader.length()?;
            return if count <= RECORD_COUNT_MAX {
                Ok((texts, vec![0; count].into()))
            } else {
                Err(broken("is too long"))
            };
        }
        Ok((texts, reader.0.into()))
    }

    fn uuids(&self) -> Result<Vec<u8>, Unreadable> {
        let mut reader = Reader(self.part);
        let text_length = reader.length()?;
        let text = reader.slice(text_length)?;
        let mut column = Vec::with_capacity(self.length);
        let mut buffer = Uuid::encode_buffer();
        for uuid in reader.0.chunks(16) {
            let uuid = Uuid::from_slice(uuid).map_err(|_| broken("ends early"))?;
            column.extend_from_slice(text);
            column.extend_from_slice(uuid.hyphenated().encode_lower(&mut buffer).as_bytes());
            column.push(RECORD_END);
        }
        Ok(column)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_come_back() {
        let numbers = [0, 1, 127, 128, 300, u64::from(u32::MAX), u64::MAX];
        let differences = [0, 1, -1, 63, -64, 64, i64::MAX, i64::MIN];
        let mut bytes = Vec::new();
        for number in &numbers {
            put_number(&mut bytes, *number);
        }
        for difference in &differences {
            put_difference(&mut bytes, *difference);
        }
        let mut reader = Reader(&bytes);
        assert_eq!(numbers.map(|_| reader.number().unwrap()), numbers);
        assert_eq!(differences.map(|_| reader.difference().unwrap()), differences);
        assert!(reader.byte().is_err());
    }

    #[test]
    fn what_is_in_front_of_uuids_is_found_without_them() {
        let uuid = |number: u128| format!("payment-{}\u{0}", Uuid::from_u128(number * 0x1234_5678_9abc_def1));
        let column: String = (1..9).map(uuid).collect();
        let column: Vec<u8> = column.bytes().map(|byte| if byte == 0 { RECORD_END } else { byte }).collect();
        let mut bytes = Vec::new();
        put_column(&mut bytes, &column);
        let packed = Packed::take(&mut Reader(&bytes)).unwrap();
        let have = |any: &[&str]| {
            packed.have(&any.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>()).unwrap()
        };
        assert_eq!(have(&["payment-"]), Some(true));
        assert_eq!(have(&["ment"]), Some(true));
        assert_eq!(have(&["example.com"]), Some(false), "an `m` is in no UUID");
        assert_eq!(have(&["aymant-0"]), Some(false));
        assert_eq!(have(&["ment-0"]), None, "begins in front and may go on");
        assert_eq!(have(&["00-"]), None);
        assert_eq!(have(&["example.com", "00-"]), None);
        assert_eq!(have(&["example.com", "pay"]), Some(true));
    }

    #[test]
    fn columns_come_back_in_each_form() {
        let uuid = |number: u128| format!("payment-{}\u{0}", Uuid::from_u128(number * 0x1234_5678_9abc_def1));
        let columns = [
            (UUIDS, (1..9).map(uuid).collect::<String>()),
            (REPEATED, "정기 구독 1개월\u{0}".repeat(40)),
            (REPEATED, "정기 구독 1개월\u{0}\u{0}책\u{0}".repeat(9)),
            (
                PRESSED,
                (1..40).map(|number| format!("buyer{number}@example.com\u{0}")).collect::<Vec<_>>().concat(),
            ),
            (PLAIN, "a\u{0}b\u{0}\u{0}c\u{0}".to_owned()),
            (PRESSED, (1..3).map(uuid).collect::<String>().to_uppercase()),
        ];
        for (form, column) in columns {
            let column: Vec<u8> =
                column.bytes().map(|byte| if byte == 0 { RECORD_END } else { byte }).collect();
            let mut bytes = Vec::new();
            put_column(&mut bytes, &column);
            let packed = Packed::take(&mut Reader(&bytes)).unwrap();
            assert_eq!((packed.form, packed.column().unwrap()), (form, column));
            for length in 0..bytes.len() {
                assert!(Packed::take(&mut Reader(&bytes[..length])).is_err());
            }
        }
    }
}
