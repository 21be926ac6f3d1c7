//! The pages of the site that admins write, with their versions.

use crate::db::{Db, Tx, sql};
use model::time::Timestamp;
use model::{CurrentPage, PageVersion, PageVersionRow, SitePage, UserId};

type Result<T> = std::result::Result<T, sqlx::Error>;

/// The current versions of all pages that were ever published.
pub async fn current(db: &Db) -> Result<Vec<CurrentPage>> {
    sql!(all db, CurrentPage,
        "select p.slug, p.version, p.raw = '' as is_removed,
                (select coalesce(max(a.version), 0) from site_pages a where a.slug = p.slug and a.asks_again) as asked
         from site_pages p where p.version = (select max(l.version) from site_pages l where l.slug = p.slug) order by p.slug")
}

/// The current version of a page.
pub async fn latest(db: &Db, page: SitePage) -> Result<Option<PageVersion>> {
    sql!(opt db, PageVersion,
        "select p.version, p.raw, u.username as author, p.created_at, p.asks_again
         from site_pages p left join users u on u.id = p.author_id where p.slug = $1 order by p.version desc limit 1", page)
}

/// The number and the text of the current version. Lock the site admins before, so that it stays the current one.
pub async fn latest_in(tx: &mut Tx, page: SitePage) -> Result<Option<(i64, String)>> {
    sql!(opt tx, (i64, String), "select version, raw from site_pages where slug = $1 order by version desc limit 1", page)
}

/// A version of a page.
pub async fn version(db: &Db, page: SitePage, version: i64) -> Result<Option<PageVersion>> {
    sql!(opt db, PageVersion,
        "select p.version, p.raw, u.username as author, p.created_at, p.asks_again
         from site_pages p left join users u on u.id = p.author_id where p.slug = $1 and p.version = $2", page, version)
}

/// Versions of a page below a number, newest first.
pub async fn history(db: &Db, page: SitePage, below: i64, limit: i64) -> Result<Vec<PageVersionRow>> {
    sql!(all db, PageVersionRow,
        "select p.version, p.raw = '' as is_removed, u.username as author, p.created_at, p.asks_again
         from site_pages p left join users u on u.id = p.author_id
         where p.slug = $1 and p.version < $2 order by p.version desc limit $3", page, below, limit)
}

/// Publishes a version.
pub async fn insert(
    tx: &mut Tx,
    page: SitePage,
    version: i64,
    raw: &str,
    author: UserId,
    asks_again: bool,
    now: Timestamp,
) -> Result<u64> {
    sql!(run tx,
        "insert into site_pages (slug, version, raw, author_id, created_at, asks_again) values ($1, $2, $3, $4, $5, $6)",
        page, version, raw, author, now, asks_again)
}
