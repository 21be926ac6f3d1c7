//! Commands that root calls run as the owner of the data folder: the service could not open files that root creates.

use std::os::unix::fs::MetadataExt;
use std::path::Path;

use rustix::process::{Gid, Uid, geteuid};
use rustix::thread::{set_thread_gid, set_thread_groups, set_thread_uid};

use crate::compose::Failure;

/// Becomes the owner of the data folder, if root runs the command and someone else owns it. Call it before any thread
/// exists: later threads inherit the user.
///
/// # Errors
/// When the system does not allow it.
pub fn become_owner(data_dir: &Path) -> Result<(), Failure> {
    let Ok(folder) = data_dir.metadata() else { return Ok(()) };
    if !geteuid().is_root() || folder.uid() == 0 {
        return Ok(());
    }
    let (user, group) = (Uid::from_raw(folder.uid()), Gid::from_raw(folder.gid()));
    set_thread_groups(&[group])
        .and_then(|()| set_thread_gid(group))
        .and_then(|()| set_thread_uid(user))
        .map_err(|error| format!("cannot become the owner of `{}`: {error}", data_dir.display()))?;
    eprintln!("klatch: running as user {}, the owner of `{}`", folder.uid(), data_dir.display());
    Ok(())
}
