//! Figures as pictures: bars, drawn on the server.

use crate::numbers::thousands;

/// Bars side by side, such as a number for each day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chart {
    /// What it shows.
    pub title: String,
    /// What is counted: `messages`.
    pub unit: String,
    /// From left to right.
    pub bars: Vec<Bar>,
}

/// One bar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bar {
    /// Below it: `12 Mar`.
    pub label: String,
    /// How high.
    pub value: i64,
}

/// A bar's place in the picture, in its own units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place<'a> {
    /// The bar.
    pub bar: &'a Bar,
    /// From the left.
    pub x: i64,
    /// From the top.
    pub y: i64,
    /// Its width.
    pub width: i64,
    /// Its height.
    pub height: i64,
}

impl Chart {
    /// Width of the picture.
    pub const WIDTH: i64 = 600;
    /// Height of the part with bars.
    pub const HEIGHT: i64 = 120;

    /// Where each bar stands.
    pub fn places(&self) -> Vec<Place<'_>> {
        let count = self.bars.len().max(1) as i64;
        let most = self.most().max(1);
        let left = |i: i64| i * Self::WIDTH / count;
        let gap = if count > 60 { 1 } else { 3 };
        self.bars
            .iter()
            .zip(0..)
            .map(|(bar, i)| {
                let value = bar.value.max(0);
                let height = if value == 0 { 1 } else { (value * (Self::HEIGHT - 6) / most).max(2) };
                let width = (left(i + 1) - left(i) - gap).max(1);
                Place { bar, x: left(i), y: Self::HEIGHT - height, width, height }
            })
            .collect()
    }

    /// The highest value.
    pub fn most(&self) -> i64 {
        self.bars.iter().map(|bar| bar.value).max().unwrap_or(0)
    }

    /// The sum.
    pub fn total(&self) -> i64 {
        self.bars.iter().map(|bar| bar.value).sum()
    }

    /// The first label.
    pub fn from(&self) -> &str {
        self.bars.first().map_or("", |bar| &bar.label)
    }

    /// The last label.
    pub fn to(&self) -> &str {
        self.bars.last().map_or("", |bar| &bar.label)
    }

    /// What it shows, in a sentence, for those who do not see it.
    pub fn sentence(&self) -> String {
        let (total, most) = (thousands(self.total()), thousands(self.most()));
        format!("{}: {total} {}, from {} to {}; {most} at the most.", self.title, self.unit, self.from(), self.to())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_bar_stays_in_the_picture() {
        let bars = (0..30).map(|i| Bar { label: i.to_string(), value: i * i64::from(i % 3 == 0) }).collect();
        let chart = Chart { title: "By day".into(), unit: "messages".into(), bars };
        for place in chart.places() {
            assert!(place.x >= 0 && place.x + place.width <= Chart::WIDTH);
            assert!(place.y >= 0 && place.y + place.height == Chart::HEIGHT);
        }
        assert!(Chart { title: String::new(), unit: String::new(), bars: vec![] }.places().is_empty());
    }
}
