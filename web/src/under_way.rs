//! Which requests are under way, so that the end can wait for them.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::web::Data;
use tokio::sync::Notify;
use tokio::time::timeout;

/// Counts what is under way in all threads. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub(crate) struct UnderWay(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    count: AtomicUsize,
    none: Notify,
}

/// One request.
struct One(UnderWay);

impl UnderWay {
    fn begin(&self) -> One {
        self.0.count.fetch_add(1, Ordering::AcqRel);
        One(self.clone())
    }

    /// Returns when none is under way, or the time is up.
    pub(crate) async fn ended(&self, limit: Duration) {
        let none = async {
            while self.0.count.load(Ordering::Acquire) > 0 {
                self.0.none.notified().await;
            }
        };
        let _ = timeout(limit, none).await;
    }
}

impl Drop for One {
    fn drop(&mut self) {
        if self.0.0.count.fetch_sub(1, Ordering::AcqRel) == 1 {
            // Kept for whoever looks a moment later.
            self.0.0.none.notify_one();
        }
    }
}

/// Middleware: counts the request until there is an answer.
pub(crate) async fn count(
    under_way: Data<UnderWay>,
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let _one = under_way.begin();
    next.call(request).await
}
