//! Warnings and errors of the process's log, on their way to the realm's list of incidents.
//!
//! Whoever writes the log says what it hears to an [`IncidentLog`]; the operators' thread hands that to the realm, as a request
//! like any other, so that the realm can be replayed. What is the same is counted, different ones are limited, and a while passes
//! between two requests: however much is logged, the realm hears little. What is heard while the server stops stays in the log.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use metrics_exporter_prometheus::PrometheusHandle;
use tokio::sync::{Notify, oneshot};
use tokio::time::{sleep, timeout};

use crate::net::post_office::PostOffice;
use raidkeep_engine::exchange::Answered;
use raidkeep_engine::outside::Epoch;
use raidkeep_engine::realm::RealmAnswer;
use raidkeep_engine::realm::incidents::{IncidentKind, IncidentNews, IncidentReport, IncidentTally};
use raidkeep_engine::request::reply::{Reply, ReplyPort, ReplyTo};

/// What comes together within this time is told together.
const GATHERING: Duration = Duration::from_secs(1);
/// From one request to the next.
const PAUSE: Duration = Duration::from_secs(5);
/// For the realm's answer. Without one the realm may have taken the report, so it is not sent again.
const PATIENCE: Duration = Duration::from_secs(30);

/// What a process tells of itself besides what its worlds answer.
#[derive(Clone, Default)]
pub struct Telemetry {
    /// Renders `/metrics`.
    pub metrics: Option<PrometheusHandle>,
    /// What the log warns of.
    pub incidents: IncidentLog,
}

/// Warnings and errors that the realm has not heard of yet. Clones are the same one.
#[derive(Debug, Clone, Default)]
pub struct IncidentLog(Arc<Heard>);

#[derive(Debug, Default)]
struct Heard {
    tally: Mutex<IncidentTally>,
    came: Notify,
}

impl IncidentLog {
    /// Notes a line of the log: its message, the part of the program that wrote it, and its fields.
    pub fn hear(&self, kind: IncidentKind, message: &str, source: &str, fields: &str) {
        if self.tally().add(IncidentNews::once(kind, message, source, fields)) {
            self.0.came.notify_one();
        }
    }

    /// Takes what was heard and nobody has taken yet.
    pub fn take(&self) -> Vec<IncidentNews> {
        self.tally().take()
    }

    /// Hands the realm what is heard, for ever.
    pub(super) async fn report_to(self, offices: Arc<PostOffice>) {
        loop {
            self.0.came.notified().await;
            sleep(GATHERING).await;
            while !self.report_once(&offices).await {
                sleep(PAUSE).await;
            }
            sleep(PAUSE).await;
        }
    }

    /// Whether the realm has what was heard so far.
    async fn report_once(&self, offices: &PostOffice) -> bool {
        let news = self.take();
        if news.is_empty() {
            return true;
        }
        let report = IncidentReport { world: None, epoch: Epoch::BEFORE, number: 0, over: Vec::new(), news };
        let (sender, answer) = oneshot::channel();
        let back = ReplyTo::new(Arc::new(OneReply(Mutex::new(Some(sender)))), 0, Default::default());
        let comes_later = match offices.report_incidents(&report, back) {
            Ok(()) => matches!(timeout(PATIENCE, answer).await, Ok(Ok(RealmAnswer::Later))),
            Err(_) => true,
        };
        if comes_later {
            self.put_back(report.news);
        }
        !comes_later
    }

    /// Keeps `older` news, which come before those that were heard meanwhile.
    fn put_back(&self, older: Vec<IncidentNews>) {
        let mut tally = self.tally();
        let newer = tally.take();
        for news in older.into_iter().chain(newer) {
            tally.add(news);
        }
    }

    fn tally(&self) -> MutexGuard<'_, IncidentTally> {
        self.0.tally.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Takes the realm's answer.
struct OneReply(Mutex<Option<oneshot::Sender<RealmAnswer<()>>>>);

impl ReplyPort for OneReply {
    fn reply(&self, _: u64, reply: Reply) {
        let answer = RealmAnswer::of(&Ok(Answered { status: 200, body: reply.text.into_bytes() }));
        if let Some(sender) = self.0.lock().unwrap_or_else(PoisonError::into_inner).take() {
            // Nobody waits any more when the server stops.
            let _ = sender.send(answer);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_not_be_handed_over_is_kept_with_what_came_meanwhile() {
        let log = IncidentLog::default();
        let hear = |detail| log.hear(IncidentKind::LogWarning, "slow disk", "raidkeep::disk", detail);
        hear("first");
        let older = log.take();
        hear("second");
        log.put_back(older);
        let kept = log.take();
        let counts: Vec<_> = kept.iter().map(|news| (news.count, &*news.detail)).collect();
        assert_eq!(counts, [(2, "second")], "both count, with the circumstances of the later one");
    }
}
