//! Charts as inline SVG, drawn on the server: plotters computes the layout and the page writes the SVG.

mod canvas;

use std::fmt;
use std::ops::Range;

use domain::time::Timestamp;
use plotters::prelude::*;

pub use canvas::{Anchor, Shape};
use canvas::{Canvas, GRID, INK, SERIES};

use crate::numbers::thousands;
use crate::when;

/// A chart and a table of the same values.
#[derive(Clone, Debug, PartialEq)]
pub struct Chart {
    pub title: texts::Text,
    /// The current value or the total, in a few words; may be empty.
    pub note: texts::Text,
    /// What the labels are: `Day`.
    pub of: texts::Text,
    pub kind: Kind,
    pub unit: Unit,
    /// From left to right, or from top to bottom.
    pub labels: Vec<Label>,
    /// At most two.
    pub series: Vec<Series>,
}

/// What a bar or a point stands for.
#[derive(Clone, Debug, PartialEq)]
pub enum Label {
    /// A day, written without its year, which is that of the page or the one before.
    Day(Timestamp),
    /// A name, or a time of day.
    Name(texts::Text),
}

impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Day(at) => write!(f, "{}", when::day(at, &(*at).into())),
            Self::Name(name) => name.fmt(f),
        }
    }
}

/// The type of a chart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Vertical bars.
    Bars,
    /// Horizontal bars, drawn by the page itself.
    Rows,
    Lines,
}

/// The unit of values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// A plain number.
    Count,
    /// Microseconds.
    Time,
    /// Seconds, up to many days.
    Span,
    /// Bytes.
    Bytes,
}

/// A named series of values.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    /// For example `messages`.
    pub name: texts::Text,
    /// One value per label; `None` where it is unknown.
    pub values: Vec<Option<i64>>,
}

impl Unit {
    /// Returns a value as text for people.
    pub fn write(self, value: i64) -> String {
        let number = value as f64;
        let short =
            |number: f64| if number > 0.0 && number < 10.0 { format!("{number:.1}") } else { format!("{number:.0}") };
        match self {
            Self::Count => thousands(value),
            Self::Time if value < 1_000_000 => format!("{} ms", short(number / 1e3)),
            Self::Time => format!("{} s", short(number / 1e6)),
            Self::Span if value < 60 => format!("{value} s"),
            Self::Span if value < 3_600 => format!("{} min", short(number / 60.0)),
            Self::Span if value < 2 * 86_400 => format!("{} h", short(number / 3_600.0)),
            Self::Span => format!("{} days", short(number / 86_400.0)),
            Self::Bytes if value < 1_000_000 => format!("{} kB", short(number / 1e3)),
            Self::Bytes if value < 1_000_000_000 => format!("{} MB", short(number / 1e6)),
            Self::Bytes => format!("{} GB", short(number / 1e9)),
        }
    }
}

impl Chart {
    /// Width of the picture in SVG units: about that of a phone, so that its letters stay readable there.
    pub const WIDTH: u32 = 360;
    /// Height of the picture in SVG units.
    pub const HEIGHT: u32 = 170;

    /// Whether there is nothing to draw.
    pub fn is_empty(&self) -> bool {
        self.series.iter().all(|series| series.values.iter().all(Option::is_none))
    }

    /// Whether the page draws the bars itself (`Kind::Rows`).
    pub fn is_rows(&self) -> bool {
        self.kind == Kind::Rows
    }

    /// Returns the rows of the table: a label and its values as text.
    pub fn rows(&self) -> Vec<(&Label, Vec<String>)> {
        let value = |series: &Series, at: usize| {
            let known = series.values.get(at).copied().flatten();
            known.map_or("–".to_owned(), |value| self.unit.write(value))
        };
        let row = |(at, label)| (label, self.series.iter().map(|series| value(series, at)).collect());
        self.labels.iter().enumerate().map(row).collect()
    }

    /// Returns the horizontal bars: label, value as text, length in percent.
    pub fn bars(&self) -> Vec<(&Label, String, i64)> {
        let most = self.most().max(1);
        let values = self.series.first().map(|series| series.values.as_slice()).unwrap_or_default();
        let values = values.iter().map(|value| value.unwrap_or(0));
        self.labels
            .iter()
            .zip(values)
            .map(|(label, value)| (label, self.unit.write(value), (value * 100 / most).clamp(1, 100)))
            .collect()
    }

    fn most(&self) -> i64 {
        self.series.iter().flat_map(|series| series.values.iter().flatten()).copied().max().unwrap_or(0)
    }

    /// Describes the chart in a sentence, for screen readers.
    pub fn sentence(&self) -> String {
        let (from, until) = (self.labels.first(), self.labels.last());
        let (Some(from), Some(until)) = (from, until) else { return format!("{}: no data yet.", self.title) };
        let names: Vec<String> = self.series.iter().map(|series| series.name.to_string()).collect();
        format!(
            "{}: {}, from {from} to {until}; maximum {}.",
            self.title,
            names.join(" and "),
            self.unit.write(self.most())
        )
    }

    /// Returns the shapes of the picture.
    pub fn shapes(&self) -> Vec<Shape> {
        let canvas = Canvas::new(Self::WIDTH, Self::HEIGHT);
        let shapes = canvas.shapes();
        // The canvas never fails. If plotters fails, the picture is left out and the table stays.
        let drawn = match self.kind {
            Kind::Bars | Kind::Lines => self.draw(canvas),
            Kind::Rows => Ok(()),
        };
        match drawn {
            Ok(()) => shapes.take().into_iter().map(|shape| shape.fitted(Self::WIDTH)).collect(),
            Err(()) => Vec::new(),
        }
    }

    /// Returns the room that the numbers of the axis need, in SVG units.
    fn widest_number(&self) -> u32 {
        let most = self.most().max(1);
        let widths = (1..=4).map(|part| canvas::width(&self.unit.write(most / 4 * part + most % 4)));
        (widths.max().unwrap_or(0) + 14).clamp(36, Self::WIDTH as i32 / 2) as u32
    }

    fn draw(&self, canvas: Canvas) -> Result<(), ()> {
        let count = self.labels.len().max(1);
        let most = (self.most().max(1) as f64) * 1.08;
        let area = canvas.into_drawing_area();
        let mut chart = ChartBuilder::on(&area)
            .margin_top(8)
            .margin_right(20)
            .x_label_area_size(20)
            .y_label_area_size(self.widest_number())
            .build_cartesian_2d(Range { start: 0.0, end: count as f64 }, Range { start: 0.0, end: most })
            .map_err(|_| ())?;
        let label =
            |at: &f64| self.labels.get(at.floor().max(0.0) as usize).map(ToString::to_string).unwrap_or_default();
        // Counts are whole numbers, so a grid line between two of them gets no label.
        let is_between = |value: f64| self.unit == Unit::Count && (value - value.round()).abs() > 1e-6;
        let number = |value: &f64| {
            if is_between(*value) { String::new() } else { self.unit.write(value.round() as i64) }
        };
        let letters = TextStyle::from(("sans-serif", canvas::LETTERS).into_font()).color(&INK);
        chart
            .configure_mesh()
            .disable_x_mesh()
            .x_labels(4)
            .y_labels(4)
            .x_label_formatter(&label)
            .y_label_formatter(&number)
            .label_style(letters)
            .axis_style(GRID)
            .bold_line_style(GRID)
            .light_line_style(TRANSPARENT)
            .draw()
            .map_err(|_| ())?;
        for (series, color) in self.series.iter().zip(SERIES) {
            let known = |(at, value): (usize, &Option<i64>)| value.map(|value| (at as f64, value as f64));
            let points = series.values.iter().enumerate().filter_map(known);
            match self.kind {
                Kind::Bars => {
                    let gap = if count > 60 { 0.0 } else { 0.12 };
                    let bar = |(x, y): (f64, f64)| Rectangle::new([(x + gap, 0.0), (x + 1.0 - gap, y)], color.filled());
                    chart.draw_series(points.filter(|(_, y)| *y > 0.0).map(bar)).map_err(|_| ())?;
                }
                Kind::Lines | Kind::Rows => {
                    for run in runs(&series.values) {
                        chart.draw_series(LineSeries::new(run, color.stroke_width(2))).map_err(|_| ())?;
                    }
                }
            }
        }
        area.present().map_err(|_| ())
    }
}

/// Returns the lines through the known values: where a value is unknown, there is a gap. A value without neighbours is
/// a short line.
fn runs(values: &[Option<i64>]) -> Vec<Vec<(f64, f64)>> {
    let mut runs = vec![Vec::new()];
    for (at, value) in values.iter().enumerate() {
        match (value, runs.last_mut()) {
            (Some(value), Some(run)) => run.push((at as f64 + 0.5, *value as f64)),
            _ => runs.push(Vec::new()),
        }
    }
    runs.retain(|run| !run.is_empty());
    for run in &mut runs {
        if let [(x, y)] = run[..] {
            *run = vec![(x - 0.4, y), (x + 0.4, y)];
        }
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::*;
    use texts::Text;

    fn chart(kind: Kind, values: Vec<Option<i64>>) -> Chart {
        Chart {
            title: Text::verbatim("By day"),
            note: Text::verbatim(""),
            of: Text::verbatim("Day"),
            kind,
            unit: Unit::Count,
            labels: (1..=values.len()).map(|day| Label::Name(Text::verbatim(format!("{day} November")))).collect(),
            series: vec![Series { name: Text::verbatim("messages"), values }],
        }
    }

    #[test]
    fn all_points_stay_inside_the_chart() {
        let values: Vec<_> = (0..365).map(|i| (i % 7 != 3).then_some(i * i)).collect();
        for (kind, values) in [
            (Kind::Bars, values.clone()),
            (Kind::Lines, values),
            (Kind::Bars, vec![Some(0)]),
            (Kind::Lines, vec![None, Some(i64::MAX / 4), None]),
            (Kind::Bars, Vec::new()),
        ] {
            let drawn = chart(kind, values).shapes();
            assert!(drawn.iter().any(|shape| matches!(shape, Shape::Text { .. })), "axes are named");
            for (x, y) in drawn.iter().flat_map(Shape::corners) {
                assert!(
                    (-1..=Chart::WIDTH as i32 + 1).contains(&x) && (-1..=Chart::HEIGHT as i32 + 1).contains(&y),
                    "{x} {y}"
                );
            }
        }
    }

    #[test]
    fn an_unknown_value_makes_a_gap_in_the_line() {
        let lines = |values: &[Option<i64>]| -> Vec<usize> {
            let drawn = chart(Kind::Lines, values.to_vec()).shapes();
            let points = drawn.iter().filter_map(|shape| match shape {
                Shape::Line { points, class: "c1" } => Some(points.len()),
                _ => None,
            });
            points.collect()
        };
        assert_eq!(lines(&[Some(1), Some(2), None, Some(3), Some(1), Some(2)]), [2, 3]);
        assert_eq!(lines(&[None, Some(5), None, None, Some(2), Some(2), None]), [2, 2], "a single value is seen, too");
        assert_eq!(lines(&[None, None]), [0; 0]);
    }

    #[test]
    fn a_bar_is_as_high_as_its_value() {
        let drawn = chart(Kind::Bars, vec![Some(10), Some(20), Some(0)]).shapes();
        let heights: Vec<i32> = drawn
            .iter()
            .filter_map(|shape| match shape {
                Shape::Rect { class: "c1", height, .. } => Some(*height),
                _ => None,
            })
            .collect();
        assert_eq!(heights.len(), 2, "nothing is no bar: {drawn:?}");
        assert!((heights[1] - 2 * heights[0]).abs() <= 2, "{heights:?}");
    }

    #[test]
    fn no_number_appears_twice_on_an_axis() {
        for most in 0..4 {
            let drawn = chart(Kind::Lines, vec![Some(0), Some(most)]).shapes();
            let mut numbers: Vec<String> = drawn
                .into_iter()
                .filter_map(|shape| match shape {
                    Shape::Text { text, anchor: Anchor::End, .. } => Some(text),
                    _ => None,
                })
                .collect();
            assert!(numbers.len() > 1 && !numbers.contains(&String::new()), "{numbers:?}");
            let all = numbers.len();
            numbers.sort();
            numbers.dedup();
            assert_eq!(numbers.len(), all, "{numbers:?}");
        }
    }

    #[test]
    fn numbers_are_written_in_readable_units() {
        assert_eq!(Unit::Count.write(12_345), thousands(12_345));
        assert_eq!(Unit::Time.write(850), "0.8 ms");
        assert_eq!(Unit::Time.write(42_000), "42 ms");
        assert_eq!(Unit::Time.write(1_500_000), "1.5 s");
        let spans = [30, 90, 5_400, 86_400, 1_000_000].map(|seconds| Unit::Span.write(seconds));
        assert_eq!(spans, ["30 s", "1.5 min", "1.5 h", "24 h", "12 days"]);
        assert_eq!(Unit::Bytes.write(532_480), "532 kB");
        assert_eq!(Unit::Bytes.write(7_000_000_000), "7.0 GB");
    }
}
