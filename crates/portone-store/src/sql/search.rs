//! Lists by what no index knows: texts, webhooks, cash receipts and the like. Records that have come to rest are looked at in
//! blocks, of which a sieve rules most out; those that have not, one by one.

mod block;
mod build;
mod keys;
mod pack;
mod payments;
mod receipts;
mod sieve;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use portone_engine::beside::Span;
use portone_engine::list::EXAMINED_COUNT_MAX;

#[cfg(feature = "postgres")]
pub(super) use self::build::BLOCK_COUNT;
pub(super) use self::build::Kind;
pub(super) use self::keys::page as keys;
pub(super) use self::payments::page as payments;
pub(super) use self::receipts::page as receipts;

use self::block::{Heads, NONE, Needle, TIME_COUNT};
use self::build::Source;
use self::sieve::{BLOCKS_A_SIEVE, Half, Wanted};
use super::database::{Database, Fault};
use crate::document::{millis, time};

/// How many numbers make a block.
const BLOCK_LENGTH: i64 = 128;
/// How long nothing has happened to a record that has come to rest: a payment's webhooks and its comparison with the upstream
/// are mostly over then.
const REST: TimeDelta = TimeDelta::seconds(15);
/// How long others are waited for.
const WAIT: TimeDelta = TimeDelta::seconds(600);
/// How much is read for a page, where reading the heads of a block is 1.
const COST_MAX: usize = 2_000;
/// What reading a field of a block costs, and all fields.
const FIELD_COST: usize = 2;
const ALL_FIELDS_COST: usize = 8;

/// Prepares the next records that have come to rest: how many.
pub(super) fn index(database: &Database, now: DateTime<Utc>, count_max: usize) -> Result<usize, Fault> {
    let payments = build::step(database, &payments::Payments { now }, count_max)?;
    let keys = build::step(database, &keys::Keys { now }, count_max.saturating_sub(payments))?;
    let receipts = &receipts::Receipts { now };
    Ok(payments + keys + build::step(database, receipts, count_max.saturating_sub(payments + keys))?)
}

/// What a list asks of a block and its records.
struct Asked {
    kind: Kind,
    store_no: i64,
    /// Which time has to be between which, in milliseconds since 1970, both included.
    window: (usize, i64, i64),
    /// Which time sorts.
    sort: usize,
    descending: bool,
    offset: usize,
    count_max: usize,
    /// Of each of these one at least.
    tags: Vec<Vec<u32>>,
    /// Times that have to be within.
    spans: Vec<(usize, Span)>,
    texts: Vec<AskedText>,
}

/// A text that a record has to have.
struct AskedText {
    /// In which field; in any where absent.
    field: Option<&'static str>,
    /// One of these is enough.
    any: Vec<String>,
    /// Whether a whole text has to be so, and not a part of it.
    is_whole: bool,
    /// Where it is sifted.
    halves: Vec<Half>,
}

impl AskedText {
    /// A text that is one of these.
    const fn one_of(field: &'static str, any: Vec<String>) -> Self {
        Self { field: Some(field), any, is_whole: true, halves: Vec::new() }
    }

    /// A text that is this.
    fn just(field: &'static str, text: &str) -> Self {
        Self { halves: vec![Half::Words], ..Self::one_of(field, vec![text.to_owned()]) }
    }

    /// A text with this in it.
    fn with(field: &'static str, text: &str) -> Self {
        Self { is_whole: false, ..Self::just(field, text) }
    }
}

impl Asked {
    /// A record's place in the list, by the time that sorts: those without it come last.
    fn place(&self, no: i64, time: Option<i64>) -> Place {
        let sign = if self.descending { -1 } else { 1 };
        (time.map_or(i64::MAX, |time| sign * time), sign * no)
    }

    fn sorted_tags(&self) -> Vec<Vec<u32>> {
        let mut tags = self.tags.clone();
        for tags in &mut tags {
            tags.sort_unstable();
        }
        tags
    }

    /// Which times are asked.
    fn times(&self) -> [bool; TIME_COUNT] {
        let is_asked = |at| {
            at == self.window.0 || at == self.sort || self.spans.iter().any(|(of_span, _)| *of_span == at)
        };
        std::array::from_fn(is_asked)
    }

    /// What every block has to have.
    fn wanted(&self) -> Vec<Wanted> {
        let tags = self.tags.iter().map(|tags| Wanted::Tags(tags.clone()));
        let sifted = self.texts.iter().filter(|text| !text.halves.is_empty());
        let texts = sifted.map(|text| Wanted::Text(text.any.clone(), text.halves.clone()));
        tags.chain(texts).collect()
    }

    /// Whether times say that a record belongs to the list.
    fn wants_times(&self, heads: &Heads, at: usize) -> bool {
        let (window, from, until) = self.window;
        // What has not the time is before every window.
        let time_is = heads.times[window][at];
        let moment = |time: usize| Some(heads.times[time][at]).filter(|it| *it != NONE);
        (from..=until).contains(&time_is)
            && time_is != NONE
            && self
                .spans
                .iter()
                .all(|(time_at, span)| span.holds(moment(*time_at).and_then(|millis| time(millis).ok())))
    }
}

/// A place in a list: the time it is sorted by and the number, both negative where the latest comes first.
type Place = (i64, i64);

/// A block whose times can be those of records of the list.
struct Candidate {
    no: i64,
    /// The best time for its place that a record of it can have.
    best: i64,
}

/// What was found of a list.
struct Found {
    /// The numbers of the page's records, in order.
    page: Vec<i64>,
    total_count: usize,
    is_whole: bool,
}

struct Search<'q> {
    database: &'q Database,
    asked: &'q Asked,
    fields: Vec<&'static str>,
    needles: Vec<Needle<'q>>,
    /// Of each of these one at least, each in order.
    tags: Vec<Vec<u32>>,
    /// Records that no block tells about.
    touched: &'q BTreeSet<i64>,
    found: Vec<Place>,
}

/// Finds a list's page in blocks, and beside them among the records that no block tells about: `look` says at which times
/// one of them is in the list, if it is. `None` where there are too many to look at, and where an order that blocks do not
/// have puts the page beyond those that may be opened.
fn find<S: Source>(
    database: &Database,
    asked: &Asked,
    look: impl Fn(i64) -> Result<Option<[Option<i64>; TIME_COUNT]>, Fault>,
) -> Result<Option<Found>, Fault> {
    let (end, newest) = (database.search_block_count(S::KIND)? * BLOCK_LENGTH, S::newest(database)?);
    let is_far = usize::try_from(newest - end).is_ok_and(|behind| behind >= EXAMINED_COUNT_MAX);
    if end == 0 || is_far || asked.texts.iter().any(|text| text.any.iter().any(String::is_empty)) {
        return Ok(None);
    }
    let Some(touched) = touched(database, S::KIND)? else { return Ok(None) };
    let mut found = Vec::new();
    for no in touched.iter().copied().chain(end..=newest) {
        found.extend(look(no)?.map(|times| asked.place(no, times[asked.sort])));
    }
    let needles = asked.texts.iter().map(|text| Needle::new(text.field, &text.any, text.is_whole)).collect();
    let fields = S::fields();
    let mut search =
        Search { database, asked, fields, needles, tags: asked.sorted_tags(), touched: &touched, found };
    let next = search.open_all()?;
    Ok(search.finish(next))
}

impl Search<'_> {
    /// Opens blocks in the list's order, as many as may be: the best place in the next one, if there is one.
    fn open_all(&mut self) -> Result<Option<i64>, Fault> {
        let (mut looked_count, mut cost) = (0, 0);
        let of = |needle: &Needle<'_>| if needle.field().is_some() { FIELD_COST } else { ALL_FIELDS_COST };
        let texts_cost: usize = self.needles.iter().map(of).sum();
        let mut sieves = Sieves::new(self.database, self.asked);
        for candidate in self.candidates()? {
            if !sieves.let_through(candidate.no)? {
                continue;
            }
            if looked_count >= EXAMINED_COUNT_MAX || cost >= COST_MAX {
                return Ok(Some(candidate.best));
            }
            let count = self.open(candidate.no)?;
            looked_count += count;
            cost += if count > 0 { 1 + texts_cost } else { 1 };
        }
        Ok(None)
    }

    /// The blocks that can have records of the list as far as their times tell, in its order.
    fn candidates(&self) -> Result<Vec<Candidate>, Fault> {
        let mut candidates = Vec::new();
        let mut statement = self.database.prepared(
            "SELECT no, first_time_0, last_time_0, first_time_1, last_time_1, first_time_2, last_time_2,
                first_time_3, last_time_3 FROM search_blocks INDEXED BY search_blocks_by_time WHERE kind = ?1",
        )?;
        let mut rows = statement.query([self.asked.kind.code()])?;
        let (window, from, until) = self.asked.window;
        while let Some(row) = rows.next()? {
            let span =
                |at: usize| -> Result<(i64, i64), Fault> { Ok((row.get(1 + 2 * at)?, row.get(2 + 2 * at)?)) };
            let (first, last) = span(window)?;
            let is_within = |(at, asked): &(usize, Span)| Ok(may_hold(*asked, span(*at)?));
            let are_within = self.asked.spans.iter().map(is_within).collect::<Result<Vec<bool>, Fault>>()?;
            if last < from || first > until || are_within.contains(&false) {
                continue;
            }
            let (first, last) =
                if self.asked.sort == window { (first, last) } else { span(self.asked.sort)? };
            let has_none = first > last;
            let best = if self.asked.descending { last.saturating_neg() } else { first };
            candidates.push(Candidate { no: row.get(0)?, best: if has_none { i64::MAX } else { best } });
        }
        candidates.sort_unstable_by_key(|candidate| (candidate.best, candidate.no));
        Ok(candidates)
    }

    /// Looks at a block: how many of its records were asked for a text, or were found.
    fn open(&mut self, block_no: i64) -> Result<usize, Fault> {
        let asked = self.asked;
        let times = asked.times();
        let heads = self.database.search_heads(block_no, |bytes| Heads::decode(bytes, times))?;
        let are_kinds: Vec<bool> = heads.kinds.iter().map(|tags| self.wants_tags(tags)).collect();
        let is_kind = |at: usize| {
            usize::try_from(heads.kind_of[at]).is_ok_and(|kind| are_kinds.get(kind) == Some(&true))
        };
        let is_wanted = |at: usize| {
            heads.store_nos[at] == asked.store_no
                && is_kind(at)
                && asked.wants_times(&heads, at)
                && !self.touched.contains(&heads.nos[at])
        };
        let mut wanted: Vec<bool> = (0..heads.nos.len()).map(is_wanted).collect();
        let count = wanted.iter().filter(|wanted| **wanted).count();
        for needle in &self.needles {
            self.sift(needle, block_no, &mut wanted)?;
        }
        let found = wanted.iter().enumerate().filter(|(_, wanted)| **wanted);
        self.found.extend(found.map(|(at, _)| asked.place(heads.nos[at], heads.time(asked.sort, at))));
        Ok(count)
    }

    fn wants_tags(&self, tags: &[u32]) -> bool {
        self.tags.iter().all(|wanted| tags.iter().any(|tag| wanted.binary_search(tag).is_ok()))
    }

    /// Takes the records from `wanted` that do not have a text.
    fn sift(&self, needle: &Needle<'_>, block_no: i64, wanted: &mut [bool]) -> Result<(), Fault> {
        if !wanted.contains(&true) {
            return Ok(());
        }
        let mut found = vec![false; wanted.len()];
        self.database.search_texts(block_no, &self.fields, needle.field(), |field, texts| {
            needle.sift(field, texts, &mut found)?;
            Ok(wanted.iter().zip(&found).any(|(wanted, found)| *wanted && !*found))
        })?;
        wanted.iter_mut().zip(found).for_each(|(wanted, found)| *wanted &= found);
        Ok(())
    }

    /// The page, if no record of a block that was not opened can come before its end.
    fn finish(mut self, next: Option<i64>) -> Option<Found> {
        let Asked { offset, count_max, .. } = *self.asked;
        let end = offset.saturating_add(count_max);
        let is_filled = self.found.len() >= end;
        let total_count = self.found.len().min(EXAMINED_COUNT_MAX);
        if self.found.len() > end {
            self.found.select_nth_unstable(end);
            self.found.truncate(end);
        }
        let is_certain = match (self.found.iter().max(), next) {
            (Some(last), Some(best)) => last.0 < best,
            (None, _) | (_, None) => true,
        };
        if is_filled && !is_certain {
            return None;
        }
        // Only the page itself has to be in order.
        if offset < self.found.len() {
            self.found.select_nth_unstable(offset);
        }
        let mut page = self.found.split_off(offset.min(self.found.len()));
        page.sort_unstable();
        let page = page.iter().map(|(_, no)| no.abs()).collect();
        Some(Found { page, total_count, is_whole: is_filled || next.is_none() })
    }
}

/// Whether times between these can be in a span.
fn may_hold(span: Span, (first, last): (i64, i64)) -> bool {
    first <= last
        && span.from.is_none_or(|from| millis(from) <= last)
        && span.until.is_none_or(|until| first <= millis(until))
}

/// The sieves of a search, each asked when the first of its blocks comes: a page is mostly found in few of them.
struct Sieves<'q> {
    database: &'q Database,
    wanted: Vec<Wanted>,
    masks: BTreeMap<i64, u64>,
}

impl<'q> Sieves<'q> {
    fn new(database: &'q Database, asked: &Asked) -> Self {
        Self { database, wanted: asked.wanted(), masks: BTreeMap::new() }
    }

    /// Whether a block can have records of the list.
    fn let_through(&mut self, block_no: i64) -> Result<bool, Fault> {
        let sieve_no = block_no.div_euclid(BLOCKS_A_SIEVE);
        let known = self.masks.get(&sieve_no).copied();
        let mask = if let Some(mask) = known { mask } else { self.sift(sieve_no)? };
        self.masks.insert(sieve_no, mask);
        Ok(mask & (1 << block_no.rem_euclid(BLOCKS_A_SIEVE)) != 0)
    }

    /// Which of 64 blocks can have records of the list, a bit each.
    fn sift(&self, sieve_no: i64) -> Result<u64, Fault> {
        let mut mask = u64::MAX;
        for wanted in &self.wanted {
            mask &= wanted.sift(self.database, sieve_no)?;
            if mask == 0 {
                break;
            }
        }
        Ok(mask)
    }
}

/// The records that are in a block and have changed since. `None` where there are too many to look at.
fn touched(database: &Database, kind: Kind) -> Result<Option<BTreeSet<i64>>, Fault> {
    let sql = "SELECT no FROM search_touched WHERE kind = ?1 ORDER BY no LIMIT ?2";
    let mut statement = database.prepared(sql)?;
    let mut rows = statement.query((kind.code(), EXAMINED_COUNT_MAX))?;
    let mut touched = BTreeSet::new();
    while let Some(row) = rows.next()? {
        touched.insert(row.get(0)?);
    }
    Ok((touched.len() < EXAMINED_COUNT_MAX).then_some(touched))
}
