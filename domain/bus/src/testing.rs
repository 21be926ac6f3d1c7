//! Cleans up what tests leave on a Redis.

/// Deletes the keys under a prefix.
///
/// # Errors
/// When Redis does not answer.
pub async fn forget_keys(url: &str, prefix: &str) -> Result<(), redis::RedisError> {
    let mut connection = redis::Client::open(url)?.get_multiplexed_async_connection().await?;
    let mut cursor = 0_u64;
    loop {
        let pattern = format!("{prefix}:*");
        let scan = redis::cmd("SCAN").arg(cursor).arg("MATCH").arg(pattern).arg("COUNT").arg(10_000).to_owned();
        let (next, keys): (u64, Vec<String>) = scan.query_async(&mut connection).await?;
        if !keys.is_empty() {
            redis::cmd("DEL").arg(keys).query_async::<()>(&mut connection).await?;
        }
        cursor = next;
        if cursor == 0 {
            return Ok(());
        }
    }
}
