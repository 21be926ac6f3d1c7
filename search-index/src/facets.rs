//! Counts hits by group, author and year.

use std::collections::HashMap;
use std::sync::Arc;

use tantivy::collector::{Collector, SegmentCollector};
use tantivy::columnar::ColumnValues;
use tantivy::{DocId, Score, SegmentOrdinal, SegmentReader};

use crate::schema::column;

/// Hits counted in each segment of the index. Beyond them, the counts are those of a part.
const MAX_COUNTED: usize = 20_000;
/// Values returned of each kind.
const MAX_VALUES: usize = 8;

/// How many hits are in each group, by each author and of each year; the most frequent first, years the latest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Facets {
    pub groups: Vec<(i64, usize)>,
    pub authors: Vec<(i64, usize)>,
    pub years: Vec<(i64, usize)>,
    /// Whether only a part of the hits was counted.
    pub partial: bool,
}

#[derive(Default)]
pub(crate) struct Counts {
    groups: HashMap<i64, usize>,
    authors: HashMap<i64, usize>,
    years: HashMap<i64, usize>,
    partial: bool,
}

pub(crate) struct CountFacets;

pub(crate) struct SegmentFacets {
    group: Arc<dyn ColumnValues<i64>>,
    author: Arc<dyn ColumnValues<i64>>,
    created_at: Arc<dyn ColumnValues<i64>>,
    counts: Counts,
    counted: usize,
}

impl Collector for CountFacets {
    type Fruit = Facets;
    type Child = SegmentFacets;

    fn for_segment(&self, _: SegmentOrdinal, segment: &SegmentReader) -> tantivy::Result<SegmentFacets> {
        let column = |name| Ok::<_, tantivy::TantivyError>(segment.fast_fields().i64(name)?.first_or_default_col(0));
        Ok(SegmentFacets {
            group: column(column::GROUP)?,
            author: column(column::AUTHOR)?,
            created_at: column(column::CREATED_AT)?,
            counts: Counts::default(),
            counted: 0,
        })
    }

    fn requires_scoring(&self) -> bool {
        false
    }

    fn merge_fruits(&self, parts: Vec<Counts>) -> tantivy::Result<Facets> {
        let mut all = Counts::default();
        for part in parts {
            let pairs =
                [(&mut all.groups, part.groups), (&mut all.authors, part.authors), (&mut all.years, part.years)];
            for (sums, counts) in pairs {
                counts.into_iter().for_each(|(value, count)| *sums.entry(value).or_default() += count);
            }
            all.partial |= part.partial;
        }
        let mut years: Vec<_> = all.years.into_iter().collect();
        years.sort_unstable_by(|a, b| b.cmp(a));
        Ok(Facets { groups: most(all.groups), authors: most(all.authors), years, partial: all.partial })
    }
}

fn most(counts: HashMap<i64, usize>) -> Vec<(i64, usize)> {
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_unstable_by(|(a, many), (b, more)| more.cmp(many).then(a.cmp(b)));
    counts.truncate(MAX_VALUES);
    counts
}

impl SegmentCollector for SegmentFacets {
    type Fruit = Counts;

    fn collect(&mut self, doc: DocId, _: Score) {
        if self.counted >= MAX_COUNTED {
            self.counts.partial = true;
            return;
        }
        self.counted += 1;
        *self.counts.groups.entry(self.group.get_val(doc)).or_default() += 1;
        *self.counts.authors.entry(self.author.get_val(doc)).or_default() += 1;
        *self.counts.years.entry(year(self.created_at.get_val(doc))).or_default() += 1;
    }

    fn harvest(self) -> Counts {
        self.counts
    }
}

/// The calendar year of a time, in UTC.
pub(crate) fn year(micros: i64) -> i64 {
    // Days since 1970 to a year: Howard Hinnant, "chrono-compatible low-level date algorithms", civil_from_days.
    let days = micros.div_euclid(24 * 3600 * 1_000_000) + 719_468;
    let era = days.div_euclid(146_097);
    let day = days.rem_euclid(146_097);
    let year_of_era = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day_of_year = day - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let is_next = (5 * day_of_year + 2) / 153 >= 10;
    year_of_era + era * 400 + i64::from(is_next)
}

#[cfg(test)]
mod tests {
    use super::year;

    #[test]
    fn years_begin_and_end_at_midnight() {
        const SECOND: i64 = 1_000_000;
        assert_eq!([year(0), year(-SECOND)], [1970, 1969]);
        // 2000-02-29, 2011-12-31T23:59:59, 2012-01-01.
        assert_eq!([951_782_400, 1_325_375_999, 1_325_376_000].map(|at| year(at * SECOND)), [2000, 2011, 2012]);
    }
}
