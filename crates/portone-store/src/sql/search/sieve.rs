//! Which blocks can have a text in them. A text is cut into overlapping parts; each part hashes to a slot, and a slot has a
//! bit for each of 64 blocks: set where some text of the block has such a part. A block whose bits are not all set does not
//! have the text; one whose bits are may have it.

use crate::sql::statement::{OptionalRow, params};

use super::block::{Kinds, column_of};
use super::pack::{RECORD_END, TEXT_END};
use crate::document::Unreadable;
use crate::sql::database::{Database, Fault};

/// How many blocks share a sieve.
pub(super) const BLOCKS_A_SIEVE: i64 = 64;
/// How many slots a row holds: as many as fit a page.
const SLOTS_A_ROW: usize = 500;
/// How many rows words have, and ids have as many: 64 bytes a payment in all.
const ROWS_A_HALF: usize = 65;
const SLOTS_A_HALF: usize = SLOTS_A_ROW * ROWS_A_HALF;
/// The row behind those of texts, for facts.
const TAG_ROW: usize = 2 * ROWS_A_HALF;
const ROW_COUNT: usize = TAG_ROW + 1;
const SLOT_COUNT: usize = ROW_COUNT * SLOTS_A_ROW;
/// Numbers below it have a slot of their own.
const OWN_TAG_COUNT: u32 = 100;
/// How many parts of a text are looked up: enough to rule nearly every block out.
const PART_COUNT_MAX: usize = 8;

/// What texts are cut into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Half {
    /// Words and numbers: parts of four bytes.
    Words,
    /// Long names made by machines, which have all short parts: six bytes.
    Ids,
}

impl Half {
    const fn part_length(self) -> usize {
        match self {
            Self::Words => 4,
            Self::Ids => 6,
        }
    }

    fn slot(self, part: &[u8]) -> usize {
        let mut bytes = [0; 8];
        bytes[..part.len()].copy_from_slice(part);
        let within = slot_of(u64::from_le_bytes(bytes));
        match self {
            Self::Words => within,
            Self::Ids => SLOTS_A_HALF + within,
        }
    }
}

/// A place of a half for a number.
fn slot_of(number: u64) -> usize {
    scaled(number, SLOTS_A_HALF)
}

/// A place for a number, the same in every version: the finalizer of SplitMix64, scaled.
fn scaled(number: u64, count: usize) -> usize {
    let mut mixed = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^= mixed >> 31;
    // The high half of a product is smaller than the factor.
    usize::try_from((u128::from(mixed) * count as u128) >> 64).unwrap_or_default()
}

/// A tag's slot in its row.
fn tag_slot(tag: u32) -> usize {
    let own = OWN_TAG_COUNT as usize;
    if tag < OWN_TAG_COUNT { tag as usize } else { own + scaled(u64::from(tag), SLOTS_A_ROW - own) }
}

/// A sieve under construction.
pub(super) struct Sieve(Vec<u64>);

impl Sieve {
    pub(super) fn empty() -> Self {
        Self(vec![0; SLOT_COUNT])
    }

    /// The sieve as it is stored, if it is.
    pub(super) fn load(database: &Database, sieve_no: i64) -> Result<Option<Self>, Fault> {
        let mut slots = Vec::with_capacity(SLOT_COUNT);
        for row in 0..ROW_COUNT {
            let Some(bytes) = row_of(database, sieve_no, row)? else { return Ok(None) };
            slots.extend(bytes.chunks_exact(8).map(number));
        }
        Ok(Some(Self(slots)))
    }

    /// Adds which combinations of tags a block has.
    pub(super) fn add_tags(&mut self, block_no: i64, kinds: &Kinds) {
        let bit = 1 << block_no.rem_euclid(BLOCKS_A_SIEVE);
        kinds.iter().flatten().for_each(|tag| self.0[TAG_ROW * SLOTS_A_ROW + tag_slot(*tag)] |= bit);
    }

    /// Adds what texts a block has in a field.
    pub(super) fn add_texts(&mut self, block_no: i64, half: Half, texts: &[u8]) -> Result<(), Unreadable> {
        let bit = 1 << block_no.rem_euclid(BLOCKS_A_SIEVE);
        for text in column_of(texts)?.distinct()?.split(|byte| matches!(*byte, RECORD_END | TEXT_END)) {
            text.windows(half.part_length()).for_each(|part| self.0[half.slot(part)] |= bit);
        }
        Ok(())
    }

    /// Writes the rows in which this differs from what is stored.
    pub(super) fn write(&self, database: &Database, sieve_no: i64) -> Result<(), Fault> {
        let sql = "INSERT INTO search_sieves (no, slots) VALUES (?1, ?2)
             ON CONFLICT (no) DO UPDATE SET slots = excluded.slots";
        for (row, slots) in self.0.chunks(SLOTS_A_ROW).enumerate() {
            let bytes: Vec<u8> = slots.iter().flat_map(|slot| slot.to_le_bytes()).collect();
            if row_of(database, sieve_no, row)?.as_ref() != Some(&bytes) {
                database.write(sql, params![row_no(sieve_no, row), bytes])?;
            }
        }
        Ok(())
    }
}

fn row_no(sieve_no: i64, row: usize) -> i64 {
    let [count, row] = [ROW_COUNT, row].map(|number| i64::try_from(number).unwrap_or_default());
    sieve_no * count + row
}

fn row_of(database: &Database, sieve_no: i64, row: usize) -> Result<Option<Vec<u8>>, Fault> {
    let mut statement = database.prepared("SELECT slots FROM search_sieves WHERE no = ?1")?;
    statement.query_row([row_no(sieve_no, row)], |row| row.get(0)).optional()
}

fn number(bytes: &[u8]) -> u64 {
    bytes.try_into().map_or(u64::MAX, u64::from_le_bytes)
}

/// What a block has to have.
pub(super) enum Wanted {
    /// One of these tags.
    Tags(Vec<u32>),
    /// One of these texts, in fields of one of these halves.
    Text(Vec<String>, Vec<Half>),
}

impl Wanted {
    /// Which of 64 blocks can have it, a bit each.
    pub(super) fn sift(&self, database: &Database, sieve_no: i64) -> Result<u64, Fault> {
        match self {
            Self::Tags(tags) => {
                let Some(row) = row_of(database, sieve_no, TAG_ROW)? else { return Ok(u64::MAX) };
                let mask =
                    |tag: &u32| row.get(tag_slot(*tag) * 8..).map_or(u64::MAX, |rest| number(&rest[..8]));
                Ok(tags.iter().fold(0, |all, tag| all | mask(tag)))
            }
            Self::Text(any, halves) => {
                let each =
                    any.iter().flat_map(|text| halves.iter().map(move |half| (text.as_bytes(), *half)));
                let mut masks = each.map(|(text, half)| text_mask(database, sieve_no, half, text));
                masks.try_fold(0, |all, mask| Ok(all | mask?))
            }
        }
    }
}

fn text_mask(database: &Database, sieve_no: i64, half: Half, text: &[u8]) -> Result<u64, Fault> {
    let parts = text.windows(half.part_length());
    let mut all = u64::MAX;
    // Parts that lie far from each other depend on each other least.
    for part in parts.clone().step_by(parts.len().div_ceil(PART_COUNT_MAX).max(1)) {
        all &= mask(database, sieve_no, half.slot(part))?;
        if all == 0 {
            break;
        }
    }
    Ok(all)
}

/// The bits of a slot: all, where there is no sieve yet.
fn mask(database: &Database, sieve_no: i64, slot: usize) -> Result<u64, Fault> {
    let mut statement = database.prepared("SELECT slots FROM search_sieves WHERE no = ?1")?;
    let mut rows = statement.query([row_no(sieve_no, slot / SLOTS_A_ROW)])?;
    let Some(row) = rows.next()? else { return Ok(u64::MAX) };
    let bytes = row.blob(0)?;
    let at = slot % SLOTS_A_ROW * 8;
    Ok(bytes.get(at..at + 8).map_or(u64::MAX, number))
}
