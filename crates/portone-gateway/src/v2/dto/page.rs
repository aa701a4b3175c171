//! Pages, as lists are asked for them (schema `PageInput`).

use chrono::{DateTime, Utc};
use portone_engine::list::{EXAMINED_COUNT_MAX, PageQuery, Window};
use portone_engine::request::Caller;

use super::{Read, read_within, rules};
use crate::auth::Access;
use crate::fields::Fields;
use crate::json::RawBody;

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

/// How lists of one kind of record spell what they are asked for.
pub(super) struct Words<T: 'static, F> {
    /// The members of their `filter`.
    pub(super) members: &'static [&'static str],
    /// Their times.
    pub(super) times: &'static [(&'static str, T)],
    /// The time that counts where none is named.
    pub(super) time: T,
    /// What the members beside the times ask.
    pub(super) filter: fn(&Fields<'_, '_>) -> F,
}

impl<T: Copy, F: Default> Words<T, F> {
    /// A page whose body is `{page, sort, filter}`.
    pub(super) fn read(
        &self,
        body: &RawBody,
        access: &Access,
        now: DateTime<Utc>,
    ) -> Read<(Page, PageQuery<T, F>)> {
        read_within(body, access, &["page", "sort", "filter"], Some("filter"), |fields, caller| {
            let page = Page::read(fields);
            let sort = fields.object("sort", &rules::FILTER, &["by", "order"]);
            let filter = fields.object("filter", &rules::FILTER, self.members);
            let page = page?;
            Some((page, self.query(sort.as_ref(), filter.as_ref(), caller, page, now)?))
        })
    }

    fn query(
        &self,
        sort: Option<&Fields<'_, '_>>,
        filter: Option<&Fields<'_, '_>>,
        caller: Caller,
        page: Page,
        now: DateTime<Utc>,
    ) -> Option<PageQuery<T, F>> {
        let times = self.times.iter().copied();
        let moment = |name| filter.and_then(|fields| fields.moment(name));
        let window = Window::new(moment("from"), moment("until"), now);
        let time = filter.and_then(|fields| fields.choice("timeRangeField", times.clone()));
        let time = time.unwrap_or(self.time);
        let by = sort.and_then(|fields| fields.choice("by", times));
        let orders = [("DESC", true), ("ASC", false)];
        let descending = sort.and_then(|fields| fields.choice("order", orders.into_iter()));
        Some(PageQuery {
            store_id: caller.store_id,
            time,
            window,
            sort: by.unwrap_or(time),
            descending: descending.unwrap_or(true),
            filter: filter.map(self.filter).unwrap_or_default(),
            offset: page.offset()?,
            count_max: page.count_max()?,
        })
    }
}
