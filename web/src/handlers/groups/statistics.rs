//! The statistics of a group.

use actix_web::web::{Path, Query};
use domain::model::TopicId;
use domain::reducers::statistics::{self, Day};
use domain::reducers::{self, Inspection};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use templates::admin::chart::{Chart, Kind, Label, Series, Unit};
use templates::groups::statistics::Statistics;
use texts::{Text, forms};

use crate::failure::Answer;
use crate::form::Form;
use crate::handlers::id;
use crate::req::Req;

/// The topics whose states one answer has.
const STATES: usize = 1_000;

/// The query parameters of the page.
#[derive(Deserialize)]
pub struct Params {
    #[serde(default)]
    days: String,
}

/// `GET /-/groups/ID/statistics`.
pub async fn show(req: Req, path: Path<String>, params: Query<Params>) -> Answer {
    let mut layout = req.layout().await?;
    let days = if params.days == "365" { 365 } else { 30 };
    let found = statistics::of_group(req.cx(), req.viewer(), id(&path)?, days).await?;
    req.group_layout(&mut layout, &found.found.group, &found.found.access).await?;
    req.page(&Statistics {
        layout,
        days,
        charts: texts::within(req.lang, || charts(&found.days, &found.total)),
        reducers: found.readings.iter().map(|reading| reading.name).collect(),
        is_complete: found.is_complete(),
        group: found.found.group,
    })
}

fn charts(days: &[Day], total: &Day) -> Vec<Chart> {
    let labels: Vec<Label> = days.iter().map(|day| Label::Day(day.start())).collect();
    let count = |value: u64| i64::try_from(value).unwrap_or(i64::MAX);
    let seconds = |day: &Day| day.first_answer.map(|time| count(time.as_secs()));
    let chart = |title: Text, note: Text, series: Vec<Series>| Chart {
        title,
        note,
        of: forms::day(),
        kind: Kind::Bars,
        unit: Unit::Count,
        labels: labels.clone(),
        series,
    };
    let bars = |name: Text, of: fn(&Day) -> u64| {
        vec![Series { name, values: days.iter().map(|day| Some(count(of(day)))).collect() }]
    };
    let median = seconds(total).map_or_else(|| Text::verbatim(""), |median| forms::median_of(Unit::Span.write(median)));
    vec![
        chart(
            forms::chart_messages(),
            forms::count_messages(total.messages),
            bars(forms::messages(), |day| day.messages),
        ),
        chart(forms::chart_people(), forms::count_people(total.people), bars(forms::people(), |day| day.people)),
        chart(
            forms::chart_topics(),
            forms::count_topics(total.topics, total.answered),
            bars(forms::topics(), |day| day.topics),
        ),
        chart(forms::chart_answers(), forms::count_answers(total.answers), bars(forms::answers(), |day| day.answers)),
        Chart {
            kind: Kind::Lines,
            unit: Unit::Span,
            ..chart(
                forms::chart_first_answer(),
                median,
                vec![Series { name: forms::median(), values: days.iter().map(seconds).collect() }],
            )
        },
    ]
}

/// The query parameters of the states.
#[derive(Deserialize)]
pub struct After {
    after: Option<i64>,
}

/// `GET /-/groups/ID/statistics/REDUCER`: what a reducer computed, as JSON.
pub async fn states(req: Req, path: Path<(String, String)>, params: Query<After>) -> Answer {
    let (group, name) = path.into_inner();
    let after = TopicId(params.after.unwrap_or(0));
    let found = reducers::inspect(req.cx(), req.viewer(), id(&group)?, &name, after, STATES).await?;
    req.private_text(json_of(found).to_string(), "application/json")
}

fn json_of(Inspection { reading, states, has_more }: Inspection) -> Value {
    let next = states.last().filter(|_| has_more).map(|(topic, _)| format!("?after={topic}"));
    let states: Map<String, Value> = states.into_iter().map(|(topic, state)| (topic.to_string(), state)).collect();
    json!({
        "reducer": reading.name,
        "version": reading.version,
        "complete": reading.is_complete,
        "updated_at": reading.updated_at.map(|at| at.rfc3339()),
        "topics": states,
        "next": next,
    })
}

/// `POST /-/groups/ID/statistics/recompute`.
pub async fn recompute(req: Req, path: Path<String>, _form: Form) -> Answer {
    let found = reducers::recompute(req.cx(), req.viewer(), id(&path)?).await?;
    Ok(req.redirect_saying(&format!("/-/groups/{}/statistics", found.group.id), "recomputed"))
}
