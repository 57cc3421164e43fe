//! From text to glyphs, and from glyphs to lines of a given width.

use std::collections::HashMap;
use std::ops::Range;
use std::rc::Rc;

use rustybuzz::{Direction, UnicodeBuffer, script};
use unicode_linebreak::{BreakOpportunity, linebreaks};

use super::DocumentError;
use super::fonts::{FaceId, Faces};
use super::points::from_units;

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Color(pub(super) u8, pub(super) u8, pub(super) u8);

/// How a stretch of text looks. Sizes in points.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Style {
    pub(super) face: FaceId,
    pub(super) size: f32,
    pub(super) color: Color,
}

/// Text in one style.
#[derive(Debug, Clone)]
pub(super) struct Span {
    pub(super) text: String,
    pub(super) style: Style,
}

impl Span {
    pub(super) fn new(style: Style, text: impl Into<String>) -> Self {
        Self { text: text.into(), style }
    }
}

/// One glyph as placed. Measures in thousandths of an em.
#[derive(Debug, Clone)]
pub(super) struct Glyph {
    pub(super) id: u16,
    /// With kerning.
    pub(super) advance: i32,
    /// Without kerning: what the font program says, and the viewer adds by itself.
    pub(super) natural: i32,
    pub(super) shift: (i32, i32),
    /// The characters that it stands for, in its piece's text; several for a ligature.
    pub(super) text: Range<usize>,
}

/// Glyphs of one style that follow one another on a line.
#[derive(Debug, Clone)]
pub(super) struct Piece {
    /// From the start of the line, in points.
    pub(super) x: f32,
    pub(super) style: Style,
    pub(super) text: String,
    pub(super) glyphs: Vec<Glyph>,
}

#[derive(Debug, Clone, Default)]
pub(super) struct Line {
    pub(super) pieces: Vec<Piece>,
    /// In points, without the space that ends a wrapped line.
    pub(super) width: f32,
}

/// A shaped word; words repeat a lot, so they are kept.
struct Word {
    text: String,
    glyphs: Vec<Glyph>,
    units: i32,
}

/// Shapes and wraps text, remembering the words it has met in this document.
pub(super) struct Shaper {
    faces: &'static Faces,
    words: [HashMap<Box<str>, Rc<Word>>; 3],
}

impl Shaper {
    pub(super) fn new() -> Result<Self, DocumentError> {
        Ok(Self { faces: Faces::get()?, words: Default::default() })
    }

    pub(super) fn faces(&self) -> &'static Faces {
        self.faces
    }

    fn word(&mut self, face: FaceId, text: &str) -> Rc<Word> {
        let slot = match face {
            FaceId::Regular => 0,
            FaceId::SemiBold => 1,
            FaceId::Italic => 2,
        };
        let Some(words) = self.words.get_mut(slot) else { return Rc::new(shape(self.faces, face, text)) };
        if let Some(known) = words.get(text) {
            return Rc::clone(known);
        }
        let shaped = Rc::new(shape(self.faces, face, text));
        words.insert(text.into(), Rc::clone(&shaped));
        shaped
    }

    /// One line, however wide.
    pub(super) fn line(&mut self, style: Style, text: &str) -> Line {
        let flat: String = clean(text).replace('\n', " ");
        self.wrap(&[Span::new(style, flat)], f32::MAX).into_iter().next().unwrap_or_default()
    }

    /// One line cut with «…» where it would pass the width.
    pub(super) fn fit(&mut self, style: Style, text: &str, width: f32) -> Line {
        let whole = self.line(style, text);
        if whole.width <= width {
            return whole;
        }
        let mut kept: Vec<char> = clean(text).chars().collect();
        while kept.pop().is_some() {
            let shorter: String = kept.iter().collect::<String>().trim_end().to_owned() + "…";
            let line = self.line(style, &shorter);
            if line.width <= width {
                return line;
            }
        }
        Line::default()
    }

    /// Breaks text into lines no wider than `width` points, by the Unicode line breaking algorithm (UAX #14);
    /// a word wider than a whole line is broken between glyphs. A line feed in the text ends a line.
    pub(super) fn wrap(&mut self, spans: &[Span], width: f32) -> Vec<Line> {
        let mut text = String::new();
        let mut bounds: Vec<(usize, Style)> = Vec::with_capacity(spans.len());
        for span in spans {
            text.push_str(&clean(&span.text));
            bounds.push((text.len(), span.style));
        }
        let Some((_, first_style)) = bounds.first().copied() else { return Vec::new() };
        if text.is_empty() {
            return Vec::new();
        }
        let mut setter = Setter { width, lines: Vec::new(), current: Line::default(), spaces: None };
        let mut last = 0;
        let mut style_before = first_style;
        for (position, opportunity) in linebreaks(&text) {
            let segment = text.get(last..position).unwrap_or_default();
            let after = text.get(position..).unwrap_or_default();
            if opportunity == BreakOpportunity::Allowed && holds_together(segment, after) {
                continue;
            }
            let body = segment.trim_end_matches([' ', '\n']);
            let words = self.split_by_style(&text, last..last + body.len(), &bounds);
            style_before = words.last().map_or(style_before, |(style, _)| *style);
            setter.place(&words, self);
            let blanks = segment.len() - body.len() - usize::from(segment.ends_with('\n'));
            if blanks > 0 {
                setter.spaces = Some((style_before, blanks));
            }
            if opportunity == BreakOpportunity::Mandatory
                && (position < text.len() || segment.ends_with('\n'))
            {
                setter.spaces = Some((style_before, blanks.max(1)));
                setter.end_line(self);
            }
            last = position;
        }
        if !setter.current.pieces.is_empty() {
            setter.end_line(self);
        }
        setter.lines
    }

    fn split_by_style(
        &mut self,
        text: &str,
        range: Range<usize>,
        bounds: &[(usize, Style)],
    ) -> Vec<(Style, Rc<Word>)> {
        let mut from = range.start;
        let mut words = Vec::with_capacity(1);
        for (end, style) in bounds {
            let to = range.end.min(*end);
            if from < to
                && let Some(part) = text.get(from..to)
            {
                words.push((*style, self.word(style.face, part)));
                from = to;
            }
        }
        words
    }
}

/// Fills lines one word after another.
struct Setter {
    width: f32,
    lines: Vec<Line>,
    current: Line,
    /// Blanks met since the last word: drawn before the next word, or at the end of a wrapped line.
    spaces: Option<(Style, usize)>,
}

impl Setter {
    fn place(&mut self, words: &[(Style, Rc<Word>)], shaper: &mut Shaper) {
        if words.is_empty() {
            return;
        }
        let needed: f32 = words.iter().map(|(style, word)| from_units(word.units, style.size)).sum();
        let blank = self.spaces.map(|(style, count)| (style, shaper.word(style.face, &" ".repeat(count))));
        let blank_width = blank.as_ref().map_or(0.0, |(style, word)| from_units(word.units, style.size));
        let fits = self.current.width + blank_width + needed <= self.width;
        if !fits && !self.current.pieces.is_empty() {
            self.end_line(shaper);
        } else if let Some((style, word)) = &blank {
            self.current.push(*style, word, 0..word.glyphs.len());
        }
        self.spaces = None;
        if needed <= self.width {
            for (style, word) in words {
                self.current.push(*style, word, 0..word.glyphs.len());
            }
        } else {
            words.iter().for_each(|(style, word)| self.place_broken(*style, word, shaper));
        }
    }

    /// A word that no line can hold, broken between glyphs.
    fn place_broken(&mut self, style: Style, word: &Word, shaper: &mut Shaper) {
        let mut from = 0;
        let mut width = self.current.width;
        for (index, glyph) in word.glyphs.iter().enumerate() {
            let advance = from_units(glyph.advance, style.size);
            if width + advance > self.width && (index > from || !self.current.pieces.is_empty()) {
                self.current.push(style, word, from..index);
                self.end_line(shaper);
                from = index;
                width = 0.0;
            }
            width += advance;
        }
        self.current.push(style, word, from..word.glyphs.len());
    }

    /// Blanks at the end of a line are kept, beyond its width, so that extracted words stay apart.
    fn end_line(&mut self, shaper: &mut Shaper) {
        if let Some((style, count)) = self.spaces.take() {
            let word = shaper.word(style.face, &" ".repeat(count));
            let width = self.current.width;
            self.current.push(style, &word, 0..word.glyphs.len());
            self.current.width = width;
        }
        self.lines.push(std::mem::take(&mut self.current));
    }
}

impl Line {
    fn push(&mut self, style: Style, word: &Word, glyphs: Range<usize>) {
        let Some(taken) = word.glyphs.get(glyphs) else { return };
        if !self.pieces.last().is_some_and(|piece| piece.style == style) {
            let x = self.width;
            self.pieces.push(Piece { x, style, text: String::new(), glyphs: Vec::new() });
        }
        let Some(piece) = self.pieces.last_mut() else { return };
        let mut units = 0;
        for glyph in taken {
            let start = piece.text.len();
            piece.text.push_str(word.text.get(glyph.text.clone()).unwrap_or_default());
            piece.glyphs.push(Glyph { text: start..piece.text.len(), ..glyph.clone() });
            units += glyph.advance;
        }
        self.width += from_units(units, style.size);
    }

    /// The tallest size on the line.
    pub(super) fn size(&self) -> f32 {
        self.pieces.iter().map(|piece| piece.style.size).fold(0.0, f32::max)
    }
}

/// Blanks that French typography never breaks, whichever kind of blank was typed.
fn holds_together(before: &str, after: &str) -> bool {
    before.ends_with("«\u{20}") || before.ends_with(' ') && after.starts_with(['»', '%', '€'])
}

/// Text as it can be set: one kind of line end, no control characters, no invisible characters that would let
/// the page show something other than what the text says (bidirectional overrides).
fn clean(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\r' => {
                if characters.peek() != Some(&'\n') {
                    out.push('\n');
                }
            }
            '\n' | '\u{85}' | '\u{2028}' | '\u{2029}' | '\u{b}' | '\u{c}' => out.push('\n'),
            '\t' => out.push(' '),
            '\u{ad}' | '\u{feff}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {}
            other if other.is_control() => {}
            other => out.push(other),
        }
    }
    out
}

fn shape(faces: &Faces, id: FaceId, text: &str) -> Word {
    let word = shape_once(faces, id, text);
    if word.glyphs.iter().all(|glyph| glyph.id != 0) {
        return word;
    }
    // What the typeface lacks is printed as its code point: legible, searchable, and nothing is lost in silence.
    let face = faces.face(id);
    let spelt: String = text
        .chars()
        .map(|character| {
            if face.has(character) {
                character.to_string()
            } else {
                format!("[U+{:04X}]", u32::from(character))
            }
        })
        .collect();
    shape_once(faces, id, &spelt)
}

fn shape_once(faces: &Faces, id: FaceId, text: &str) -> Word {
    let face = faces.face(id);
    let mut buffer = UnicodeBuffer::new();
    buffer.push_str(text);
    buffer.set_direction(Direction::LeftToRight);
    buffer.set_script(script::LATIN);
    buffer.set_language(face.language.clone());
    let shaped = rustybuzz::shape_with_plan(&face.shaping, &face.plan, buffer);
    let infos = shaped.glyph_infos();
    let clusters: Vec<usize> =
        infos.iter().map(|info| usize::try_from(info.cluster).unwrap_or(text.len())).collect();
    let mut glyphs = Vec::with_capacity(infos.len());
    let mut units = 0;
    for (index, (info, position)) in infos.iter().zip(shaped.glyph_positions()).enumerate() {
        let mut glyph = u16::try_from(info.glyph_id).unwrap_or(0);
        let characters = characters_of(text, &clusters, index);
        let mut advance = position.x_advance;
        match text.get(characters.clone()) {
            // The face's narrow no-break space is so narrow that readers of text take «1 200» for «1200».
            Some("\u{202f}") => advance = advance.max(NARROWEST_SPACE),
            // Space and no-break space share a glyph, and a glyph says one character: another blank stands
            // in for the latter, as wide.
            Some("\u{a0}") if glyph == face.blanks.0 => glyph = face.blanks.1,
            _ => {}
        }
        units += advance;
        glyphs.push(Glyph {
            id: glyph,
            advance,
            natural: face.advance(glyph),
            shift: (position.x_offset, position.y_offset),
            text: characters,
        });
    }
    Word { text: text.to_owned(), glyphs, units }
}

/// In thousandths of an em: as wide as this face's ordinary space.
const NARROWEST_SPACE: i32 = 200;

/// The characters that a glyph stands for. Glyphs of one cluster share its characters: one each, the last
/// takes what remains.
fn characters_of(text: &str, clusters: &[usize], index: usize) -> Range<usize> {
    let start = clusters.get(index).copied().unwrap_or(text.len());
    let end = clusters.iter().skip(index).find(|cluster| **cluster != start).copied().unwrap_or(text.len());
    let before = clusters.iter().take(index).rev().take_while(|cluster| **cluster == start).count();
    let after = clusters.iter().skip(index + 1).take_while(|cluster| **cluster == start).count();
    let Some(cluster) = text.get(start..end) else { return start..start };
    let offset = |nth: usize| cluster.char_indices().nth(nth).map_or(cluster.len(), |(at, _)| at);
    let from = offset(before);
    let to = if after == 0 { cluster.len() } else { offset(before + 1) };
    start + from..start + to
}
