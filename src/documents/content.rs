//! Page streams: the items of a page as PDF operators (ISO 32000-1 annex A).
//!
//! Written by hand rather than through printpdf's operations, which take half the time of a document.

use std::collections::BTreeMap;
use std::io::Write;

use rustybuzz::ttf_parser::OutlineBuilder;

use super::fonts::{FaceId, Faces};
use super::layout::{Area, Artifact, Item, Page, Role, Stroke};
use super::points::{count, write_number};
use super::shape::{Color, Glyph, Piece};

/// What of each face a document shows, and how its glyphs are renumbered.
pub(super) struct Shown {
    mappers: BTreeMap<FaceId, subsetter::GlyphRemapper>,
    /// New glyph number → the characters that it stands for (/ToUnicode).
    pub(super) characters: BTreeMap<FaceId, BTreeMap<u16, String>>,
}

impl Shown {
    pub(super) fn of(pages: &[Page]) -> Self {
        let mut shown = Self { mappers: BTreeMap::new(), characters: BTreeMap::new() };
        for item in pages.iter().flat_map(|page| &page.items) {
            if let Item::Text { piece, .. } = item {
                let mapper = shown.mappers.entry(piece.style.face).or_default();
                let characters = shown.characters.entry(piece.style.face).or_default();
                for glyph in &piece.glyphs {
                    let number = mapper.remap(glyph.id);
                    characters.entry(number).or_insert_with(|| said_by(piece, glyph).to_owned());
                }
            }
        }
        shown
    }

    pub(super) fn faces(&self) -> impl Iterator<Item = (FaceId, &subsetter::GlyphRemapper)> {
        self.mappers.iter().map(|(face, mapper)| (*face, mapper))
    }
}

/// A glyph that adds nothing to what the one before it says still needs a character of its own.
fn said_by<'a>(piece: &'a Piece, glyph: &Glyph) -> &'a str {
    match piece.text.get(glyph.text.clone()) {
        Some(text) if !text.is_empty() => text,
        _ => "\u{200B}",
    }
}

pub(super) fn role_name(role: Role) -> &'static str {
    match role {
        Role::Document => "Document",
        Role::Section => "Sect",
        Role::H1 => "H1",
        Role::H2 => "H2",
        Role::H3 => "H3",
        Role::Paragraph => "P",
        Role::Table => "Table",
        Role::Head => "THead",
        Role::Body => "TBody",
        Role::Row => "TR",
        Role::ColumnHead | Role::RowHead(_) => "TH",
        Role::Cell(_) => "TD",
    }
}

/// Writes the streams of one document's pages.
pub(super) struct Streams<'a> {
    height: f32,
    shown: &'a Shown,
    out: Vec<u8>,
}

impl<'a> Streams<'a> {
    pub(super) fn new(height: f32, shown: &'a Shown) -> Self {
        Self { height, shown, out: Vec::new() }
    }

    /// The stream of one page; `behind` is drawn under everything, `over` above.
    pub(super) fn page(&mut self, page: &Page, over: &[u8]) -> Vec<u8> {
        self.out = Vec::with_capacity(page.items.len() * 96);
        for item in &page.items {
            self.item(item);
        }
        self.out.extend_from_slice(over);
        std::mem::take(&mut self.out)
    }

    fn item(&mut self, item: &Item) {
        match item {
            Item::Tagged { role, mcid } => {
                self.text(&format!("/{} <</MCID {mcid}>> BDC\n", role_name(*role)));
            }
            Item::Artifact(Artifact::Layout) => self.text("/Artifact <</Type/Layout>> BDC\n"),
            Item::Artifact(Artifact::Pagination) => self.text("/Artifact <</Type/Pagination>> BDC\n"),
            Item::End => self.text("EMC\n"),
            Item::Text { x, y, piece } => self.piece(*x, *y, piece),
            Item::Fill { area, color } => {
                self.color(*color, "rg");
                self.area(*area);
                self.text("re f\n");
            }
            Item::Rule { from, to, stroke, color } => {
                self.color(*color, "RG");
                self.stroke(*stroke);
                self.point(*from);
                self.text("m ");
                self.point(*to);
                self.text("l S\n");
            }
            Item::Capsule { area, radius, fill, stroke } => self.capsule(*area, *radius, *fill, *stroke),
            Item::Polygon { points, color } => {
                self.color(*color, "rg");
                for (index, point) in points.iter().enumerate() {
                    self.point(*point);
                    self.text(if index == 0 { "m " } else { "l " });
                }
                self.text("f\n");
            }
        }
    }

    fn text(&mut self, text: &str) {
        self.out.extend_from_slice(text.as_bytes());
    }

    fn number(&mut self, points: f32) {
        write_number(&mut self.out, points);
        self.out.push(b' ');
    }

    /// From «down from the top» to «up from the bottom».
    fn point(&mut self, (x, y): (f32, f32)) {
        self.number(x);
        self.number(self.height - y);
    }

    fn area(&mut self, area: Area) {
        self.number(area.x);
        self.number(self.height - area.y - area.height);
        self.number(area.width);
        self.number(area.height);
    }

    fn color(&mut self, Color(red, green, blue): Color, operator: &str) {
        for part in [red, green, blue] {
            self.number(f32::from(part) / 255.0);
        }
        self.text(operator);
        self.text(" ");
    }

    fn stroke(&mut self, stroke: Stroke) {
        let width = match stroke {
            Stroke::Solid(width) => {
                self.text("[] 0 d ");
                width
            }
            Stroke::Dashed(width) => {
                self.text("[2.4 1.8] 0 d ");
                width
            }
        };
        self.number(width);
        self.text("w ");
    }

    fn capsule(&mut self, area: Area, radius: f32, fill: Option<Color>, stroke: Option<(Stroke, Color)>) {
        if let Some(color) = fill {
            self.color(color, "rg");
        }
        if let Some((stroke, color)) = stroke {
            self.color(color, "RG");
            self.stroke(stroke);
        }
        // A quarter of a circle as one Bézier curve: control points at 0.5523 of the radius.
        let (left, top, right, bottom) = (area.x, area.y, area.x + area.width, area.y + area.height);
        let pull = radius * (1.0 - 0.5523);
        self.point((left + radius, top));
        self.text("m ");
        let corners = [
            ((right - radius, top), (right - pull, top), (right, top + pull), (right, top + radius)),
            (
                (right, bottom - radius),
                (right, bottom - pull),
                (right - pull, bottom),
                (right - radius, bottom),
            ),
            ((left + radius, bottom), (left + pull, bottom), (left, bottom - pull), (left, bottom - radius)),
            ((left, top + radius), (left, top + pull), (left + pull, top), (left + radius, top)),
        ];
        for (side, first, second, end) in corners {
            self.point(side);
            self.text("l ");
            self.point(first);
            self.point(second);
            self.point(end);
            self.text("c ");
        }
        self.text(match (fill.is_some(), stroke.is_some()) {
            (true, true) => "b\n",
            (true, false) => "h f\n",
            (false, true) => "s\n",
            (false, false) => "n\n",
        });
    }

    fn piece(&mut self, x: f32, y: f32, piece: &Piece) {
        let face = piece.style.face;
        let (Some(mapper), Some(characters)) =
            (self.shown.mappers.get(&face), self.shown.characters.get(&face))
        else {
            return;
        };
        self.text("BT ");
        self.color(piece.style.color, "rg");
        self.text(&format!("/{} ", face.resource()));
        self.number(piece.style.size);
        self.text("Tf ");
        self.point((x, y));
        self.text("Td [<");
        for glyph in &piece.glyphs {
            let Some(number) = mapper.get(glyph.id) else { continue };
            let said = said_by(piece, glyph);
            // One glyph may serve several characters (hyphens, look-alikes): where it stands for another than
            // the font's /ToUnicode says, the page says so.
            let other = characters.get(&number).is_none_or(|usual| usual != said);
            let (right, up) = glyph.shift;
            if right != 0 {
                self.text(&format!(">{}<", -right));
            }
            if other {
                let text = utf16_hex(said);
                self.text(&format!(">]TJ /Span <</ActualText<FEFF{text}>>> BDC [<"));
            }
            if up != 0 {
                self.text(">]TJ ");
                self.number(super::points::from_units(up, piece.style.size));
                self.text("Ts [<");
            }
            let _ = write!(self.out, "{number:04x}");
            if up != 0 {
                self.text(">]TJ 0 Ts [<");
            }
            if other {
                self.text(">]TJ EMC [<");
            }
            // TJ numbers move back by thousandths of an em.
            let back = glyph.natural - glyph.advance + right;
            if back != 0 {
                self.text(&format!(">{back}<"));
            }
        }
        self.text(">]TJ ET\n");
    }
}

fn utf16_hex(text: &str) -> String {
    text.encode_utf16().map(|unit| format!("{unit:04X}")).collect()
}

/// A word across the page as outlines, so that it is seen everywhere and mixes with no extracted text.
///
/// Multiplied onto the page through the graphics state `Multiply`, which the writer adds.
pub(super) fn across(faces: &Faces, word: &str, (width, height): (f32, f32)) -> Vec<u8> {
    let face = faces.face(FaceId::SemiBold);
    let glyphs: Vec<_> = word.chars().filter_map(|character| face.shaping.glyph_index(character)).collect();
    let units: i32 = glyphs.iter().map(|glyph| face.advance(glyph.0)).sum();
    let length = super::points::from_units(units, 1.0);
    let diagonal = width.hypot(height);
    let size = diagonal * 0.66 / length.max(1.0);
    let (cos, sin) = (width / diagonal, height / diagonal);
    let mut out = b"/Artifact <</Type/Background>> BDC q /Multiply gs 0.94 0.93 0.91 rg ".to_vec();
    // Turned along the diagonal, centred on the middle of the page; capitals are 0.66 em high.
    for number in [cos * size, sin * size, -sin * size, cos * size] {
        write_number(&mut out, number);
        out.push(b' ');
    }
    let (back, down) = (length / 2.0, 0.33);
    for number in
        [width / 2.0 - (back * cos - down * sin) * size, height / 2.0 - (back * sin + down * cos) * size]
    {
        write_number(&mut out, number);
        out.push(b' ');
    }
    out.extend_from_slice(b"cm 0.001 0 0 0.001 0 0 cm ");
    let mut pen = Pen { out, x: 0.0, last: (0.0, 0.0) };
    for glyph in glyphs {
        face.shaping.outline_glyph(glyph, &mut pen);
        pen.x += count(usize::try_from(face.advance(glyph.0)).unwrap_or(0));
    }
    pen.out.extend_from_slice(b"f Q EMC\n");
    pen.out
}

/// Writes outlines in thousandths of an em.
struct Pen {
    out: Vec<u8>,
    x: f32,
    last: (f32, f32),
}

impl Pen {
    fn put(&mut self, points: &[(f32, f32)], operator: &[u8]) {
        for (x, y) in points {
            write_number(&mut self.out, x + self.x);
            self.out.push(b' ');
            write_number(&mut self.out, *y);
            self.out.push(b' ');
            self.last = (*x, *y);
        }
        self.out.extend_from_slice(operator);
    }
}

impl OutlineBuilder for Pen {
    fn move_to(&mut self, x: f32, y: f32) {
        self.put(&[(x, y)], b"m ");
    }

    fn line_to(&mut self, x: f32, y: f32) {
        self.put(&[(x, y)], b"l ");
    }

    fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
        // PDF has cubic curves only; this is the same curve.
        let (x0, y0) = self.last;
        let third = |end: f32, control: f32| end + (control - end) * 2.0 / 3.0;
        self.put(&[(third(x0, x1), third(y0, y1)), (third(x, x1), third(y, y1)), (x, y)], b"c ");
    }

    fn curve_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
        self.put(&[(x1, y1), (x2, y2), (x, y)], b"c ");
    }

    fn close(&mut self) {
        self.out.extend_from_slice(b"h ");
    }
}
