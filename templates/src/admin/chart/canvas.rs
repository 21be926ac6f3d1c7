//! The plotters backend: it records shapes, which the page writes as SVG with CSS classes. So the colours follow the
//! theme, texts are escaped as everywhere, no fonts are needed, and nothing is marked safe.

use std::cell::RefCell;
use std::convert::Infallible;
use std::rc::Rc;

use plotters::style::RGBColor;
use plotters_backend::text_anchor::HPos;
use plotters_backend::{BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingBackend, DrawingErrorKind};

/// Colours that stand for CSS classes: of the series, the grid and the letters.
pub(super) const SERIES: [RGBColor; 2] = [RGBColor(0, 0, 1), RGBColor(0, 0, 2)];
pub(super) const GRID: RGBColor = RGBColor(0, 0, 3);
pub(super) const INK: RGBColor = RGBColor(0, 0, 4);

fn class(color: BackendColor) -> &'static str {
    match color.rgb {
        (0, 0, 1) => "c1",
        (0, 0, 2) => "c2",
        (0, 0, 3) => "grid",
        _ => "ink",
    }
}

/// The width of a text, in SVG units. The browser chooses the font, so this is an estimate.
pub(super) fn width(text: &str) -> i32 {
    (text.chars().count() as f64 * LETTERS * 0.58).ceil() as i32
}

/// The size of letters, in SVG units.
pub(super) const LETTERS: f64 = 12.0;

/// Which side of a text stands at its position (SVG `text-anchor`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anchor {
    Start,
    Middle,
    End,
}

impl Anchor {
    /// Returns where a text of this width begins.
    fn start(self, x: i32, width: i32) -> i32 {
        match self {
            Self::Start => x,
            Self::Middle => x - width / 2,
            Self::End => x - width,
        }
    }

    /// Returns the value of the SVG attribute.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Middle => "middle",
            Self::End => "end",
        }
    }
}

/// A part of a picture. Coordinates count from the top left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shape {
    /// A bar.
    Rect {
        x: i32,
        y: i32,
        width: i32,
        height: i32,
        /// CSS class.
        class: &'static str,
    },
    /// A line through its points.
    Line { points: Vec<(i32, i32)>, class: &'static str },
    /// A text.
    Text {
        x: i32,
        /// The middle of its height.
        y: i32,
        /// Which side of it stands at `x`.
        anchor: Anchor,
        text: String,
    },
}

impl Shape {
    /// Returns its corners; of a text, its ends by an estimate.
    pub fn corners(&self) -> Vec<(i32, i32)> {
        match self {
            Self::Rect { x, y, width, height, .. } => vec![(*x, *y), (x + width, y + height)],
            Self::Line { points, .. } => points.clone(),
            Self::Text { x, y, anchor, text } => {
                let start = anchor.start(*x, width(text));
                vec![(start, *y), (start + width(text), *y)]
            }
        }
    }

    /// Moves a text that would be cut at the left or right of the picture.
    pub(super) fn fitted(mut self, room: u32) -> Self {
        if let Self::Text { x, anchor, text, .. } = &mut self {
            let start = anchor.start(*x, width(text));
            *x += start.clamp(0, (room as i32 - width(text)).max(0)) - start;
        }
        self
    }

    /// Returns points in SVG notation: `x,y x,y`.
    pub fn path(points: &[(i32, i32)]) -> String {
        points.iter().map(|(x, y)| format!("{x},{y}")).collect::<Vec<_>>().join(" ")
    }
}

/// A plotters backend that records shapes.
pub(super) struct Canvas {
    size: (u32, u32),
    shapes: Rc<RefCell<Vec<Shape>>>,
}

type Drawn = Result<(), DrawingErrorKind<Infallible>>;

impl Canvas {
    pub(super) fn new(width: u32, height: u32) -> Self {
        Self { size: (width, height), shapes: Rc::default() }
    }

    /// Returns a handle to the recorded shapes; read it when the drawing is done.
    pub(super) fn shapes(&self) -> Rc<RefCell<Vec<Shape>>> {
        self.shapes.clone()
    }

    fn note(&self, color: BackendColor, shape: Shape) {
        if color.alpha > 0.0 {
            self.shapes.borrow_mut().push(shape);
        }
    }
}

impl DrawingBackend for Canvas {
    type ErrorType = Infallible;

    fn get_size(&self) -> (u32, u32) {
        self.size
    }

    fn ensure_prepared(&mut self) -> Drawn {
        Ok(())
    }

    fn present(&mut self) -> Drawn {
        Ok(())
    }

    fn draw_pixel(&mut self, (x, y): BackendCoord, color: BackendColor) -> Drawn {
        self.note(color, Shape::Rect { x, y, width: 1, height: 1, class: class(color) });
        Ok(())
    }

    fn draw_line<S: BackendStyle>(&mut self, from: BackendCoord, to: BackendCoord, style: &S) -> Drawn {
        self.draw_path([from, to], style)
    }

    fn draw_rect<S: BackendStyle>(
        &mut self,
        upper_left: BackendCoord,
        bottom_right: BackendCoord,
        style: &S,
        _fill: bool,
    ) -> Drawn {
        let (x, y) = (upper_left.0.min(bottom_right.0), upper_left.1.min(bottom_right.1));
        let width = (upper_left.0 - bottom_right.0).abs().max(1);
        let height = (upper_left.1 - bottom_right.1).abs().max(1);
        self.note(style.color(), Shape::Rect { x, y, width, height, class: class(style.color()) });
        Ok(())
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(&mut self, path: I, style: &S) -> Drawn {
        let points: Vec<_> = path.into_iter().collect();
        if points.len() > 1 {
            self.note(style.color(), Shape::Line { points, class: class(style.color()) });
        }
        Ok(())
    }

    fn draw_text<S: BackendTextStyle>(&mut self, text: &str, style: &S, (x, y): BackendCoord) -> Drawn {
        use plotters_backend::text_anchor::VPos;
        if text.is_empty() {
            return Ok(());
        }
        let anchor = match style.anchor().h_pos {
            HPos::Left => Anchor::Start,
            HPos::Center => Anchor::Middle,
            HPos::Right => Anchor::End,
        };
        let half = style.size() as i32 / 2;
        let y = match style.anchor().v_pos {
            VPos::Top => y + half,
            VPos::Center => y,
            VPos::Bottom => y - half,
        };
        self.note(style.color(), Shape::Text { x, y, anchor, text: text.to_owned() });
        Ok(())
    }

    fn estimate_text_size<S: BackendTextStyle>(
        &self,
        text: &str,
        style: &S,
    ) -> Result<(u32, u32), DrawingErrorKind<Infallible>> {
        Ok((width(text) as u32, style.size() as u32))
    }
}
