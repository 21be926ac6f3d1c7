//! The timeline beside a long topic: where its reader is, and links that lead elsewhere in it.

use domain::time::Timestamp;

/// A topic of at most so many messages has no timeline.
const SHORT: i64 = 100;
/// How many parts the places divide the topic into.
const PARTS: i64 = 10;
/// Where the newest message is, in thousandths of the height: the mark of the reader's place takes the rest.
const END: i64 = 980;

/// Built from the numbers that the page has anyway.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timeline {
    /// The number of the first message on the page.
    pub seq: i64,
    /// When that message was posted.
    pub at: Timestamp,
    /// The number of the topic's newest message.
    pub total: i64,
}

/// A link of the timeline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The number of the message where it leads.
    pub seq: i64,
    /// Whether that is the topic's newest message.
    pub is_last: bool,
    /// Whether the page begins in the part from here to the next place.
    pub is_here: bool,
}

impl Timeline {
    /// Returns the timeline of a page that begins with this message; `None` if the topic is short.
    pub fn new(seq: i64, at: Timestamp, total: i64) -> Option<Self> {
        (total > SHORT && (1..=total).contains(&seq)).then_some(Self { seq, at, total })
    }

    /// Returns the links from the first to the newest message, at equal distances.
    pub fn places(&self) -> impl Iterator<Item = Place> {
        let Self { seq, total, .. } = *self;
        let at = move |part: i64| if part == 0 { 1 } else { total.saturating_mul(part) / PARTS };
        (0..=PARTS).map(move |part| Place {
            seq: at(part),
            is_last: part == PARTS,
            is_here: at(part) <= seq && (part == PARTS || seq < at(part + 1)),
        })
    }

    /// Returns how far down a message is, in percent with one decimal.
    pub fn percent(&self, seq: &i64) -> String {
        let thousandths = (seq - 1).clamp(0, self.total - 1).saturating_mul(END) / (self.total - 1);
        format!("{}.{}", thousandths / 10, thousandths % 10)
    }
}

impl Place {
    /// Whether it leads to the first message.
    pub fn is_first(&self) -> bool {
        self.seq == 1
    }

    /// Returns the number before that of its message: the page after that one begins there.
    pub fn before(&self) -> i64 {
        self.seq - 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_long_topics_have_a_timeline() {
        let of = |seq, total| Timeline::new(seq, Timestamp(0), total);
        assert_eq!([of(1, 0), of(1, 100), of(0, 200), of(201, 200)], [None; 4]);
        assert!(of(1, 101).is_some() && of(200, 200).is_some());
    }

    #[test]
    fn its_places_divide_the_topic_and_one_of_them_is_here() {
        for (seq, total) in [(1, 101), (10, 101), (11, 110), (109, 110), (6_000, 12_000), (12_000, 12_000)] {
            let timeline = Timeline::new(seq, Timestamp(0), total).expect("a timeline");
            let places: Vec<Place> = timeline.places().collect();
            assert!(places.is_sorted_by(|one, next| one.seq < next.seq), "{places:?}");
            assert_eq!((places[0].seq, places[10].seq, places.len()), (1, total, 11));
            let here: Vec<i64> = places.iter().filter(|place| place.is_here).map(|place| place.seq).collect();
            assert_eq!(here.len(), 1, "{places:?}");
            assert!(here[0] <= seq && seq - here[0] <= total / PARTS + 1, "{here:?} for {seq}");
        }
    }

    #[test]
    fn positions_are_within_the_line() {
        let timeline = Timeline::new(1, Timestamp(0), 12_001).expect("a timeline");
        let percent = [0, 1, 3_001, 12_001, 99_999].map(|seq| timeline.percent(&seq));
        assert_eq!(percent, ["0.0", "0.0", "24.5", "98.0", "98.0"]);
    }
}
