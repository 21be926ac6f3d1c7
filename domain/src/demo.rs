//! stub
use crate::context::Context;
use crate::error::Result;
/// stub
pub async fn fill(_cx: &Context) -> Result<()> {
    Ok(())
}
