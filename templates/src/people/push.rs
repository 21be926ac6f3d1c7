//! The settings of push notifications.

use askama::Template;
use domain::model::{PushDeviceId, PushKinds};
use domain::time::Timestamp;
use texts::Text;

use crate::layout::Layout;

/// `/-/settings/push`.
#[derive(Clone, Debug, Template)]
#[template(path = "people/settings/push.html")]
pub struct Push {
    pub layout: Layout,
    /// What the viewer wants to get.
    pub kinds: PushKinds,
    /// The viewer's devices, the newest first.
    pub devices: Vec<Device>,
    /// The public key for new devices.
    pub key: String,
    /// Why the device was not turned on.
    pub error: Option<Text>,
}

impl Push {
    /// Whether this browser is one of the devices.
    pub fn is_on(&self) -> bool {
        self.devices.iter().any(|device| device.is_current)
    }
}

/// A device that gets notifications.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Device {
    pub id: PushDeviceId,
    /// The user agent as the browser sends it.
    pub agent: String,
    /// Whether it is the browser of this request.
    pub is_current: bool,
    pub created_at: Timestamp,
    /// When its last notification was sent.
    pub sent_at: Option<Timestamp>,
}

impl Device {
    /// Returns what to call it.
    pub fn name(&self) -> String {
        if self.agent.is_empty() { "Unknown browser".to_owned() } else { crate::browsers::named(&self.agent) }
    }
}
