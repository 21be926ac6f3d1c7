//! Pages of numbered versions, newest first.

/// Versions on a page.
pub const PAGE: i64 = 50;

/// The numbers of the versions on a page, among all that the viewer may see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct VersionPage {
    pub first: i64,
    pub last: i64,
    /// The oldest version on the page.
    pub from: i64,
    /// The newest version on the page.
    pub to: i64,
}

impl VersionPage {
    /// The page of the versions before this one; `None`: of the newest ones.
    pub(crate) fn before(before: Option<i64>, first: i64, last: i64) -> Self {
        let to = before.map_or(last, |before| before.saturating_sub(1)).min(last).max(first);
        Self { first, last, from: first.max(to - PAGE + 1), to }
    }

    /// What the next older page comes before.
    pub fn older(&self) -> Option<i64> {
        (self.from > self.first).then_some(self.from)
    }

    /// What the next newer page comes before.
    pub fn newer(&self) -> Option<i64> {
        (self.to < self.last).then(|| self.last.min(self.to + PAGE) + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::VersionPage;

    #[test]
    fn pages_lead_to_all_versions_in_both_directions() {
        let newest = VersionPage::before(None, 3, 120);
        assert_eq!((newest.from, newest.to, newest.newer(), newest.older()), (71, 120, None, Some(71)));
        let middle = VersionPage::before(newest.older(), 3, 120);
        assert_eq!((middle.from, middle.to, middle.newer(), middle.older()), (21, 70, Some(121), Some(21)));
        let oldest = VersionPage::before(middle.older(), 3, 120);
        assert_eq!((oldest.from, oldest.to, oldest.newer(), oldest.older()), (3, 20, Some(71), None));
        assert_eq!(VersionPage::before(middle.newer(), 3, 120), newest);
        assert_eq!(VersionPage::before(oldest.newer(), 3, 120), middle);
    }

    #[test]
    fn a_number_outside_leads_to_the_nearest_page() {
        assert_eq!(VersionPage::before(Some(i64::MAX), 1, 2), VersionPage::before(None, 1, 2));
        for low in [i64::MIN, 0, 1] {
            assert_eq!(VersionPage::before(Some(low), 1, 2).to, 1);
        }
    }
}
