//! The statistics page.

use actix_web::web::Query;
use domain::admin::statistics;
use domain::admin::statistics::OverTime;
use domain::model::{StatisticsDay, StatisticsSample};
use serde::Deserialize;
use templates::admin::chart::{Chart, Kind, Series, Unit};
use templates::admin::statistics::Statistics;
use templates::numbers::counted;

use crate::failure::Answer;
use crate::handlers::admin::layout;
use crate::req::Req;

/// A line of a chart: its name, and its value in a sample.
type Line = (&'static str, fn(&StatisticsSample) -> Option<i64>);

/// Samples in a chart of one day.
const DRAWN: usize = 288;

/// The query parameters.
#[derive(Deserialize)]
pub struct Params {
    #[serde(default)]
    days: String,
}

/// `GET /admin/figures`.
pub async fn index(req: Req, params: Query<Params>) -> Answer {
    let layout = layout(&req).await?;
    let days = if params.days == "365" { 365 } else { 30 };
    let over_time = statistics::over_time(req.cx(), req.viewer(), days).await?;
    let lately = lately(&over_time.samples);
    req.page(&Statistics { layout, days, by_day: by_day(over_time), lately })
}

fn by_day(OverTime { days, groups, .. }: OverTime) -> Vec<Chart> {
    let labels: Vec<String> = days.iter().map(|(day, _)| day.clone()).collect();
    let chart = |title: &str, name, one: &str, many: &str, of: fn(&StatisticsDay) -> i64, is_sum| {
        let values: Vec<i64> = days.iter().map(|(_, day)| of(day)).collect();
        let sum: i64 = values.iter().sum();
        Chart {
            title: title.to_owned(),
            note: if is_sum { counted(sum, one, many).to_string() } else { String::new() },
            of: "StatisticsDay",
            kind: Kind::Bars,
            unit: Unit::Count,
            labels: labels.clone(),
            series: vec![Series { name, values: values.into_iter().map(Some).collect() }],
        }
    };
    let named = |name: Option<String>| name.unwrap_or_else(|| "All conversations".to_owned());
    let (names, values): (Vec<_>, Vec<_>) =
        groups.into_iter().map(|(name, messages)| (named(name), Some(messages))).unzip();
    vec![
        chart("Messages", "messages", "message", "messages", |day| day.messages, true),
        chart("People who wrote", "people", "", "", |day| day.people, false),
        chart("New accounts", "accounts", "account", "accounts", |day| day.accounts, true),
        Chart {
            title: "Messages by group".to_owned(),
            note: "where most was written".to_owned(),
            of: "Group",
            kind: Kind::Rows,
            unit: Unit::Count,
            labels: names,
            series: vec![Series { name: "messages", values }],
        },
    ]
}

fn lately(samples: &[StatisticsSample]) -> Vec<Chart> {
    let hour = &samples[samples.len().saturating_sub(60)..];
    let step = samples.len().div_ceil(DRAWN).max(1);
    let day: Vec<StatisticsSample> = samples.iter().copied().step_by(step).collect();
    let chart = |title: &str, of: &[StatisticsSample], unit: Unit, series: &[Line]| {
        let last = series.first().and_then(|(_, value)| of.last().and_then(value));
        Chart {
            title: title.to_owned(),
            note: last.map_or(String::new(), |value| format!("{} now", unit.write(value))),
            of: "Time (UTC)",
            kind: Kind::Lines,
            unit,
            labels: of.iter().map(|sample| sample.at.rfc3339()[11..16].to_owned()).collect(),
            series: series
                .iter()
                .map(|(name, value)| Series { name, values: of.iter().map(value).collect() })
                .collect(),
        }
    };
    vec![
        chart("Polls held, last hour", hour, Unit::Count, &[("polls", |s| s.polls)]),
        chart("Polls held, last day", &day, Unit::Count, &[("polls", |s| s.polls)]),
        chart(
            "From save to delivery, last hour",
            hour,
            Unit::Time,
            &[("half of them", |s| s.median_us), ("99 in 100", |s| s.p99_us)],
        ),
        chart(
            "Jobs, last day",
            &day,
            Unit::Count,
            &[("waiting", |s| Some(s.jobs_waiting)), ("given up", |s| Some(s.jobs_failed))],
        ),
        chart("In the search index, last day", &day, Unit::Count, &[("messages and topics", |s| s.indexed)]),
        chart(
            "Room on the disk, last day",
            &day,
            Unit::Bytes,
            &[("database", |s| Some(s.database_bytes)), ("search index", |s| s.index_bytes)],
        ),
    ]
}
