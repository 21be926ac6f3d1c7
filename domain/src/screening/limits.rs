//! Auditor: rate limits per account.

use super::Audit;
use crate::platform::error::Result;
use crate::site::rate_limits;
use futures_util::future::BoxFuture;

/// Counts the submission against its rate limits.
///
/// # Errors
/// [`Error::TooMany`](crate::Error::TooMany).
pub(super) fn audit<'a>(audit: &'a mut Audit<'_>) -> BoxFuture<'a, Result<()>> {
    Box::pin(async move {
        for &limit in audit.submission.limits {
            rate_limits::count_by_age(audit.cx, limit, audit.submission.author).await?;
        }
        Ok(())
    })
}
