//! The statistics page.

use actix_web::web::Query;
use domain::admin::statistics;
use domain::admin::statistics::OverTime;
use domain::model::{StatisticsDay, StatisticsSample};
use domain::time::Timestamp;
use serde::Deserialize;
use templates::admin::chart::{Chart, Kind, Label, Series, Unit};
use templates::admin::statistics::Statistics;
use texts::{Text, forms};

use crate::failure::Answer;
use crate::handlers::admin::layout;
use crate::req::Req;

/// A line of a chart: its name, and its value in a sample.
type Line = (Text, fn(&StatisticsSample) -> Option<i64>);

/// In microseconds.
const MINUTE: i64 = 60_000_000;
const DAY: i64 = 24 * 60 * MINUTE;

/// When a span of time begins, and its sample.
type Slot = (Timestamp, Option<StatisticsSample>);

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
    let lately = texts::within(req.lang, || lately(&over_time.samples, layout.now.at));
    let by_day = texts::within(req.lang, || by_day(over_time));
    req.page(&Statistics { layout, days, by_day, lately })
}

fn by_day(OverTime { days, groups, .. }: OverTime) -> Vec<Chart> {
    let labels: Vec<Label> = days.iter().map(|(_, day)| Label::Day(Timestamp(day.day * DAY))).collect();
    let chart = |title: Text, name: Text, note: fn(i64) -> Text, of: fn(&StatisticsDay) -> i64| {
        let values: Vec<i64> = days.iter().map(|(_, day)| of(day)).collect();
        let sum: i64 = values.iter().sum();
        Chart {
            title,
            note: note(sum),
            of: forms::day(),
            kind: Kind::Bars,
            unit: Unit::Count,
            labels: labels.clone(),
            series: vec![Series { name, values: values.into_iter().map(Some).collect() }],
        }
    };
    let named = |name: Option<String>| Label::Name(name.map_or_else(forms::all_conversations, Text::verbatim));
    let (names, values): (Vec<_>, Vec<_>) =
        groups.into_iter().map(|(name, messages)| (named(name), Some(messages))).unzip();
    vec![
        chart(forms::chart_messages(), forms::messages(), forms::count_messages, |day| day.messages),
        // Someone who posts on several days counts on each, so there is no sum.
        chart(forms::chart_people(), forms::people(), |_| Text::verbatim(""), |day| day.people),
        chart(forms::chart_accounts(), forms::accounts(), forms::count_accounts, |day| day.accounts),
        Chart {
            title: forms::chart_by_group(),
            note: forms::most_active(),
            of: forms::group(),
            kind: Kind::Rows,
            unit: Unit::Count,
            labels: names,
            series: vec![Series { name: forms::messages(), values }],
        },
    ]
}

/// The samples of so many equal spans of time up to now: the last one in each, and `None` where there is none.
fn slots(samples: &[StatisticsSample], now: Timestamp, minutes: i64, count: usize) -> Vec<Slot> {
    let span = minutes * MINUTE;
    let last = now.0.div_euclid(span);
    let first = last - count as i64 + 1;
    let mut slots: Vec<Slot> = (first..=last).map(|slot| (Timestamp(slot * span), None)).collect();
    for sample in samples {
        let at = sample.at.0.div_euclid(span) - first;
        if let Some((_, slot)) = usize::try_from(at).ok().and_then(|at| slots.get_mut(at)) {
            *slot = Some(*sample);
        }
    }
    slots
}

fn lately(samples: &[StatisticsSample], now: Timestamp) -> Vec<Chart> {
    let (hour, day) = (slots(samples, now, 1, 60), slots(samples, now, 5, 288));
    let (hour, day) = (hour.as_slice(), day.as_slice());
    let chart = |title: Text, of: &[Slot], unit: Unit, series: &[Line]| {
        let value = |slot: &Slot, value: fn(&StatisticsSample) -> Option<i64>| slot.1.as_ref().and_then(value);
        // The sample of the current span may be yet to come.
        let latest = of.iter().rev().take(2).find(|(_, sample)| sample.is_some());
        let last = series.first().zip(latest).and_then(|((_, of), slot)| value(slot, *of));
        Chart {
            title,
            note: last.map_or_else(|| Text::verbatim(""), |value| forms::now(unit.write(value))),
            of: forms::time(),
            kind: Kind::Lines,
            unit,
            labels: of.iter().map(|(at, _)| Label::Name(Text::verbatim(at.rfc3339()[11..16].to_owned()))).collect(),
            series: series
                .iter()
                .map(|(name, of_sample)| Series {
                    name: name.clone(),
                    values: of.iter().map(|slot| value(slot, *of_sample)).collect(),
                })
                .collect(),
        }
    };
    vec![
        chart(forms::chart_live_hour(), hour, Unit::Count, &[(forms::connections(), |s| s.polls)]),
        chart(forms::chart_live_day(), day, Unit::Count, &[(forms::connections(), |s| s.polls)]),
        chart(
            forms::chart_delivery(),
            hour,
            Unit::Time,
            &[(forms::median(), |s| s.median_us), (Text::verbatim("p99"), |s| s.p99_us)],
        ),
        chart(
            forms::chart_jobs(),
            day,
            Unit::Count,
            &[(forms::waiting(), |s| Some(s.jobs_waiting)), (forms::failed(), |s| Some(s.jobs_failed))],
        ),
        chart(forms::chart_index(), day, Unit::Count, &[(forms::documents(), |s| s.indexed)]),
        chart(
            forms::chart_disk(),
            day,
            Unit::Bytes,
            &[(forms::database(), |s| Some(s.database_bytes)), (forms::search_index(), |s| s.index_bytes)],
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_time_span_is_listed_even_without_a_sample() {
        let sample = |minute: i64, polls: i64| StatisticsSample {
            at: Timestamp(minute * MINUTE),
            polls: Some(polls),
            jobs_waiting: 0,
            jobs_failed: 0,
            indexed: None,
            index_bytes: None,
            database_bytes: 1,
            delivered: 0,
            median_us: None,
            p99_us: None,
        };
        let samples = [sample(100, 1), sample(1_002, 2), sample(1_003, 3), sample(1_007, 4)];
        let now = Timestamp(1_009 * MINUTE + 30_000_000);
        let polls = |minutes, count| -> Vec<Option<i64>> {
            slots(&samples, now, minutes, count)
                .iter()
                .map(|(_, sample)| sample.and_then(|sample| sample.polls))
                .collect()
        };
        assert_eq!(polls(1, 8), [Some(2), Some(3), None, None, None, Some(4), None, None]);
        assert_eq!(polls(5, 3), [None, Some(3), Some(4)]);
        let charts = lately(&samples, now);
        assert_eq!((charts[0].labels.len(), charts[1].labels.len()), (60, 288));
        assert_eq!(charts[0].labels.last().map(ToString::to_string).as_deref(), Some("16:49"));
    }
}
