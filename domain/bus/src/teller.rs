//! Sends control messages over Redis.

use std::sync::Arc;

use redis::pipe;
use tokio::sync::broadcast;

use crate::control::ControlMessage;
use crate::{BusError, Control, Name, Server};

/// Sends control messages to this process and to the others.
#[derive(Clone, Debug)]
pub(crate) struct Teller {
    pub server: Server,
    /// The name of this process in control messages.
    pub name: Arc<str>,
    pub controls: broadcast::Sender<Control>,
}

impl Teller {
    /// Sends messages: at once to this process, which may answer a request for what changed before Redis brings them.
    pub async fn tell(&self, words: &[Control]) -> Result<(), BusError> {
        let mut commands = pipe();
        for word in words {
            // It is fine if nobody listens.
            let _ = self.controls.send(word.clone());
            let told = ControlMessage { control: word.clone(), from: self.name.to_string() };
            let text = serde_json::to_string(&told).map_err(|error| BusError::Busy(error.to_string()))?;
            commands.cmd("PUBLISH").arg(self.server.names.of(Name::Control)).arg(text);
        }
        self.server.run(&commands).await?;
        Ok(())
    }
}
