//! Alerts of Grafana, and of Prometheus's Alertmanager, whose format is the same.

use serde_json::Value;

use super::Rendered;
use super::words::{at, counted, first, joined, link, plain};

/// The alerts that are listed.
const LISTED: usize = 10;

/// Renders a group of alerts.
pub(super) fn render(json: &Value) -> Option<Rendered> {
    let alerts = json.get("alerts")?.as_array()?;
    let firing = alerts.iter().filter(|alert| at(alert, "/status") == "firing").count();
    let head = match (firing, alerts.len() - firing) {
        (0, resolved) => counted(resolved, "alert resolved", "alerts resolved"),
        (firing, 0) => counted(firing, "alert firing", "alerts firing"),
        (firing, resolved) => format!("{}, {resolved} resolved", counted(firing, "alert firing", "alerts firing")),
    };
    let source = link(
        first(json, &["/groupLabels/alertname", "/commonLabels/alertname", "/receiver"]),
        at(json, "/externalURL"),
    );
    let about = if source.is_empty() { String::new() } else { format!(" · {source}") };
    let line = |alert: &Value| {
        let state = if at(alert, "/status") == "firing" { "**firing**" } else { "resolved" };
        let name = first(alert, &["/labels/alertname", "/labels/name"]);
        let to = first(alert, &["/panelURL", "/dashboardURL", "/generatorURL"]);
        let name = link(if name.is_empty() { "alert" } else { name }, to);
        let says = plain(
            first(alert, &["/annotations/summary", "/annotations/message", "/annotations/description", "/valueString"]),
            300,
        );
        let instance = plain(first(alert, &["/labels/instance", "/labels/job"]), 80);
        let place = if instance.is_empty() { String::new() } else { format!(" ({instance})") };
        format!("• {state} {name}{place}{}{says}", if says.is_empty() { "" } else { ": " })
    };
    let more = alerts.len().saturating_sub(LISTED);
    let rest = if more > 0 { format!("• and {more} more") } else { String::new() };
    Some(Rendered::Text(joined(
        std::iter::once(format!("**{head}**{about}")).chain(alerts.iter().take(LISTED).map(line)).chain([rest]),
    )))
}
