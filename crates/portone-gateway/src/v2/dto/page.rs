//! Pages, as lists are asked for them (schema `PageInput`).

use portone_engine::list::EXAMINED_COUNT_MAX;

use super::rules;
use crate::fields::Fields;

/// How long a page or a step is that does not say (rules V2-015, V2-016).
pub(crate) const SIZE_DEFAULT: i32 = 10;

/// A page, as it was asked for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Page {
    /// Counts from 0.
    pub(crate) number: i32,
    /// How many records.
    pub(crate) size: i32,
}

impl Page {
    const FIRST: Self = Self { number: 0, size: SIZE_DEFAULT };

    /// The page that the member `page` names, the first where it is missing; `None` where it lies behind the records a
    /// list may look at (rule V2-015).
    pub(super) fn read(fields: &Fields<'_, '_>) -> Option<Self> {
        let Some(fields) = fields.object("page", &rules::PAGE, &["number", "size"]) else {
            return Some(Self::FIRST);
        };
        let number = fields.int32_from("number", 0).unwrap_or(Self::FIRST.number);
        let size = fields.int32_from("size", 1).unwrap_or(Self::FIRST.size);
        let reach = (i64::from(number) + 1) * i64::from(size);
        if usize::try_from(reach).is_ok_and(|reach| reach > EXAMINED_COUNT_MAX) {
            fields.add_here(format!(
                "(number + 1) x size is {reach}; pages reach {EXAMINED_COUNT_MAX}: narrow the filter, or walk by cursor where there is one"
            ));
            return None;
        }
        Some(Self { number, size })
    }

    /// How many records come before it.
    pub(super) fn offset(self) -> Option<usize> {
        usize::try_from(i64::from(self.number) * i64::from(self.size)).ok()
    }

    /// How many records are on it.
    pub(super) fn count_max(self) -> Option<usize> {
        usize::try_from(self.size).ok()
    }
}
