//! A browser that registered with a push service on this machine.

use domain::model::{PushDeviceId, UserId};
use domain::people::push::{self, Registration};
use domain::people::sessions::{self, Origin};
use domain::platform::secrets;
use domain::policy::Viewer;
use domain::testing::TestForum;
use serde_json::Value;

use super::push_service::{Got, Keys, PushService};
use crate::id;

pub struct Browser {
    pub user: UserId,
    pub session: String,
    pub device: PushDeviceId,
    pub endpoint: String,
    keys: Keys,
}

impl Browser {
    /// Signs in and turns push messages on.
    pub async fn on(forum: &TestForum, who: Viewer, service: &PushService, name: &str) -> Self {
        let user = id(who);
        let origin = Origin::new([203, 0, 113, 7], "A browser");
        let session = secrets::digest(&sessions::open(&forum.cx, user, &origin).await.unwrap());
        let keys = Keys::generate();
        let endpoint = format!("{}/{name}", service.origin);
        let new =
            Registration { endpoint: endpoint.clone(), public_key: keys.public_key(), auth_secret: keys.auth_secret() };
        let device = push::register(&forum.cx, user, &session, &new).await.unwrap();
        Self { user, session, device, endpoint, keys }
    }

    /// Decrypts a message. Its key works once.
    pub fn decrypt(self, got: &Got) -> Value {
        self.keys.decrypt(got)
    }
}
