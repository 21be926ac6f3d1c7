//! The settings of push notifications.

use askama::Template;
use domain::model::{PushDeviceId, PushKinds};

use super::{Drawn, ago, layout};
use crate::people::push::{Device, Push};

impl Push {
    /// Two devices.
    pub fn sample() -> Self {
        let device = |id, agent: &str, is_current| Device {
            id: PushDeviceId(id),
            agent: agent.to_owned(),
            is_current,
            created_at: ago(9_000),
            sent_at: is_current.then(|| ago(12)),
        };
        Self {
            layout: layout("/-/settings/push"),
            kinds: PushKinds::default(),
            devices: vec![
                device(2, "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", true),
                device(1, "", false),
            ],
            key: "BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8".to_owned(),
            error: None,
        }
    }
}

pub(super) fn all() -> Vec<Drawn> {
    let refused = Push {
        devices: Vec::new(),
        error: Some(texts::Text::verbatim("You have too many devices. Remove those you no longer use.")),
        ..Push::sample()
    };
    vec![("settings-push", Push::sample().render()), ("settings-push-refused", refused.render())]
}
