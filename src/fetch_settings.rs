//! The settings about what messages show of other hosts.

use domain::platform::outbound::Allowed;

use crate::environment::Environment;
use crate::settings::{BadSetting, hosts, parsed};

/// How images and linked pages of other hosts are fetched.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct Fetching {
    /// The private hosts and networks that they may be on.
    pub allow: Allowed,
    /// The most bytes of images to keep on the disk.
    pub image_cache: u64,
}

impl Fetching {
    /// Reads the environment.
    ///
    /// # Errors
    /// When a setting is bad, with its name.
    pub fn read(env: &Environment) -> Result<Self, BadSetting> {
        let megabytes = parsed::<u32>(env, "KLATCH_IMAGE_CACHE_MB", 500, "a number of megabytes")?;
        Ok(Self { allow: hosts(env, "KLATCH_FETCH_ALLOW")?, image_cache: u64::from(megabytes) << 20 })
    }
}
