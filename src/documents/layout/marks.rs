//! Marks beside the words: the pencil, the seal, the dots of a rank.

use super::theme::{self, ascent};
use super::{Area, Item, Page, Stroke};
use crate::documents::fonts::FaceId;
use crate::documents::points::{count, whole};
use crate::documents::shape::{Color, Line, Shaper, Style};

/// Whether something was computed or decided; never one for the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::documents) enum Hand {
    /// By the rule: hollow, dashed.
    Pencil,
    /// By people: filled.
    Ink,
    /// Neither: carried from before, or a state of the file.
    Plain,
}

/// Words in a small frame that says by whom.
#[derive(Debug, Clone)]
pub(in crate::documents) struct Chip {
    pub(in crate::documents) hand: Hand,
    pub(in crate::documents) words: String,
    pub(in crate::documents) color: Color,
}

const SIZE: f32 = 8.8;
const HEIGHT: f32 = 14.6;
const ICON: f32 = 6.6;
const PAD: f32 = 5.2;

/// A chip measured for a column.
#[derive(Debug, Clone)]
pub(in crate::documents) struct SetChip {
    hand: Hand,
    color: Color,
    lines: Vec<Line>,
    pub(in crate::documents) width: f32,
    pub(in crate::documents) height: f32,
}

impl Chip {
    pub(in crate::documents) fn set(&self, shaper: &mut Shaper, room: f32) -> SetChip {
        let color = if self.hand == Hand::Ink { theme::WHITE } else { self.color };
        let style = Style { face: FaceId::SemiBold, size: SIZE, color };
        let icon = if self.hand == Hand::Plain { 0.0 } else { ICON + 4.0 };
        let span = crate::documents::shape::Span::new(style, self.words.clone());
        let lines = shaper.wrap(&[span], room - 2.0 * PAD - icon);
        let text = lines.iter().map(|line| line.width).fold(0.0, f32::max);
        let extra = count(lines.len().saturating_sub(1)) * 11.0;
        SetChip {
            hand: self.hand,
            color: self.color,
            lines,
            width: text + 2.0 * PAD + icon,
            height: HEIGHT + extra,
        }
    }
}

impl SetChip {
    pub(in crate::documents) fn draw(self, page: &mut Page, x: f32, y: f32) {
        let area = Area { x, y, width: self.width, height: self.height };
        let (fill, stroke) = match self.hand {
            Hand::Pencil => (None, Some((Stroke::Dashed(0.7), self.color))),
            Hand::Ink => (Some(self.color), None),
            Hand::Plain => (None, None),
        };
        if self.hand != Hand::Plain {
            page.items.push(Item::Capsule { area, radius: 3.2, fill, stroke });
        }
        let icon_y = y + (HEIGHT - ICON) / 2.0;
        let text_x = match self.hand {
            Hand::Pencil => {
                page.items.push(shape(PENCIL, x + PAD, icon_y, ICON, self.color));
                x + PAD + ICON + 4.0
            }
            Hand::Ink => {
                page.items.push(shape(SEAL, x + PAD, icon_y, ICON, theme::WHITE));
                x + PAD + ICON + 4.0
            }
            Hand::Plain => x,
        };
        for (index, line) in self.lines.into_iter().enumerate() {
            page.line(text_x, y + 10.4 + count(index) * 11.0, line);
        }
    }
}

/// Outlines on a square of 100.
type Outline = &'static [(i16, i16)];
const PENCIL: Outline = &[(0, 100), (8, 68), (70, 6), (94, 30), (32, 92)];
const SEAL: Outline = &[
    (50, 0),
    (62, 12),
    (79, 9),
    (82, 26),
    (98, 33),
    (90, 48),
    (98, 64),
    (82, 71),
    (79, 88),
    (62, 85),
    (50, 98),
    (38, 85),
    (21, 88),
    (18, 71),
    (2, 64),
    (10, 48),
    (2, 33),
    (18, 26),
    (21, 9),
    (38, 12),
];

fn shape(outline: Outline, x: f32, y: f32, size: f32, color: Color) -> Item {
    let points = outline
        .iter()
        .map(|(px, py)| (x + f32::from(*px) * size / 100.0, y + f32::from(*py) * size / 100.0))
        .collect();
    Item::Polygon { points, color }
}

/// A rank as dots, «●●○»: seen before it is read. The words stand beside it.
#[derive(Debug, Clone, Copy)]
pub(in crate::documents) struct Dots {
    pub(in crate::documents) rank: u32,
    pub(in crate::documents) of: u32,
    pub(in crate::documents) color: Color,
}

impl Dots {
    /// Beyond this many levels (marks out of 20) dots say nothing.
    pub(in crate::documents) const MOST: u32 = 6;
    const SIDE: f32 = 5.2;
    const STEP: f32 = 7.4;

    pub(in crate::documents) fn width(self) -> f32 {
        whole(i32::try_from(self.of).unwrap_or(0)) * Self::STEP
    }

    pub(in crate::documents) fn draw(self, page: &mut Page, x: f32, baseline: f32) {
        for index in 0..self.of {
            let left = x + whole(i32::try_from(index).unwrap_or(0)) * Self::STEP;
            let area =
                Area { x: left, y: baseline - Self::SIDE - 0.3, width: Self::SIDE, height: Self::SIDE };
            let full = index < self.rank;
            page.items.push(Item::Capsule {
                area,
                radius: Self::SIDE / 2.0,
                fill: full.then_some(self.color),
                stroke: Some((Stroke::Solid(0.7), self.color)),
            });
        }
    }
}

/// Height of one line of a style, and the distance to its baseline.
pub(in crate::documents) fn line_box(line: &Line, fallback: f32) -> (f32, f32) {
    let size = if line.pieces.is_empty() { fallback } else { line.size() };
    (theme::leading(size), ascent(size))
}
