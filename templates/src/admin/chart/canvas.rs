//! What plotters draws on: it notes shapes, which the page writes with classes of ours. So colours follow the reader's, texts are escaped
//! like all others, no fonts are needed, and nothing is marked safe.

use std::cell::RefCell;
use std::convert::Infallible;
use std::rc::Rc;

use plotters::style::RGBColor;
use plotters_backend::text_anchor::HPos;
use plotters_backend::{BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingBackend, DrawingErrorKind};

/// Colours that stand for classes: of the series, of the grid, of letters.
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

/// On which side of its place a text stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anchor {
    /// It begins there.
    Start,
    /// It is centred there.
    Middle,
    /// It ends there.
    End,
}

impl Anchor {
    /// As SVG has it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Middle => "middle",
            Self::End => "end",
        }
    }
}

/// A part of a picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shape {
    /// A bar.
    Rect {
        /// From the left.
        x: i32,
        /// From the top.
        y: i32,
        /// Its width.
        width: i32,
        /// Its height.
        height: i32,
        /// Its class.
        class: &'static str,
    },
    /// A line, as `x,y x,y`.
    Line {
        /// Its corners.
        points: Vec<(i32, i32)>,
        /// Its class.
        class: &'static str,
    },
    /// Letters.
    Text {
        /// From the left.
        x: i32,
        /// The middle of its height, from the top.
        y: i32,
        /// On which side of that it stands.
        anchor: Anchor,
        /// What it says.
        text: String,
    },
}

impl Shape {
    /// The corners of it that can be told without knowing letters.
    pub fn corners(&self) -> Vec<(i32, i32)> {
        match self {
            Self::Rect { x, y, width, height, .. } => vec![(*x, *y), (x + width, y + height)],
            Self::Line { points, .. } => points.clone(),
            Self::Text { x, y, .. } => vec![(*x, *y)],
        }
    }

    /// The corners of a line as SVG has them.
    pub fn path(points: &[(i32, i32)]) -> String {
        points.iter().map(|(x, y)| format!("{x},{y}")).collect::<Vec<_>>().join(" ")
    }
}

/// Notes what is drawn.
pub(super) struct Canvas {
    size: (u32, u32),
    shapes: Rc<RefCell<Vec<Shape>>>,
}

type Drawn = Result<(), DrawingErrorKind<Infallible>>;

impl Canvas {
    pub(super) fn new(width: u32, height: u32) -> Self {
        Self { size: (width, height), shapes: Rc::default() }
    }

    /// What was drawn: look when it is done.
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
        // The letters are the browser's: this is about how wide they are.
        Ok(((text.chars().count() as f64 * style.size() * 0.55) as u32, style.size() as u32))
    }
}
