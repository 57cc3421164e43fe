//! One column of blocks from page to page: headings that stay with what follows, paragraphs without widows.

use super::theme::{self, BOTTOM, MARGIN, TOP};
use super::{Artifact, Item, NodeId, Page, Pages, Role, Stroke, marks};
use crate::documents::shape::{Line, Shaper, Span, Style};

/// Writes down a column.
pub(in crate::documents) struct Flow {
    pub(in crate::documents) shaper: Shaper,
    pub(in crate::documents) pages: Pages,
    pub(in crate::documents) y: f32,
}

impl Flow {
    /// Starts a document on pages of this size.
    pub(in crate::documents) fn new(shaper: Shaper, size: (f32, f32)) -> Self {
        let mut flow = Self { shaper, pages: Pages::new(size), y: TOP };
        flow.new_page();
        flow
    }

    pub(in crate::documents) fn left(&self) -> f32 {
        MARGIN
    }

    pub(in crate::documents) fn width(&self) -> f32 {
        self.pages.size.0 - 2.0 * MARGIN
    }

    fn bottom(&self) -> f32 {
        self.pages.size.1 - BOTTOM
    }

    /// What a whole page can hold.
    pub(in crate::documents) fn page_room(&self) -> f32 {
        self.bottom() - TOP
    }

    /// What is left on this page.
    pub(in crate::documents) fn room(&self) -> f32 {
        self.bottom() - self.y
    }

    pub(in crate::documents) fn at_top(&self) -> bool {
        self.y <= TOP
    }

    pub(in crate::documents) fn new_page(&mut self) {
        self.pages.pages.push(Page::default());
        self.y = TOP;
    }

    /// Starts a new page unless so much is left on this one.
    pub(in crate::documents) fn need(&mut self, height: f32) {
        if self.room() < height && !self.at_top() {
            self.new_page();
        }
    }

    /// White space, none at the top of a page.
    pub(in crate::documents) fn gap(&mut self, height: f32) {
        if !self.at_top() {
            self.y += height;
        }
    }

    /// A heading; `keep` is what must follow it on the same page.
    pub(in crate::documents) fn heading(
        &mut self,
        parent: NodeId,
        role: Role,
        style: Style,
        text: &str,
        keep: f32,
    ) {
        let lines = self.shaper.wrap(&[Span::new(style, text)], self.width());
        let height: f32 = lines.iter().map(|line| marks::line_box(line, style.size).0).sum();
        self.need(height + keep);
        self.lines(parent, role, lines, style.size);
    }

    pub(in crate::documents) fn paragraph(&mut self, parent: NodeId, spans: &[Span]) {
        let size = spans.first().map_or(theme::BODY.size, |span| span.style.size);
        let lines = self.shaper.wrap(spans, self.width());
        self.lines(parent, Role::Paragraph, lines, size);
    }

    /// Lines of one element; broken over pages with at least two lines on each side.
    fn lines(&mut self, parent: NodeId, role: Role, lines: Vec<Line>, size: f32) {
        let node = self.pages.node(parent, role);
        let leading = theme::leading(size);
        let total = lines.len();
        let mut batch: Vec<(f32, Line)> = Vec::new();
        for (index, line) in lines.into_iter().enumerate() {
            let left = total - index;
            // The last two lines go together, and so do the first two.
            let wanted = if left == 2 || index == 0 && total > 1 { 2.0 * leading } else { leading };
            if self.room() < wanted && !self.at_top() {
                self.put(node, &mut batch);
                self.new_page();
            }
            let (height, ascent) = marks::line_box(&line, size);
            batch.push((self.y + ascent, line));
            self.y += height;
        }
        self.put(node, &mut batch);
    }

    fn put(&mut self, node: NodeId, batch: &mut Vec<(f32, Line)>) {
        if batch.is_empty() {
            return;
        }
        let x = self.left();
        let lines = std::mem::take(batch);
        self.pages.tagged(node, |page| lines.into_iter().for_each(|(y, line)| page.line(x, y, line)));
    }

    /// A rule across the column.
    pub(in crate::documents) fn rule(&mut self, width: f32) {
        let (left, right, y) = (self.left(), self.left() + self.width(), self.y);
        self.pages.artifact(Artifact::Layout, |page| {
            page.items.push(Item::Rule {
                from: (left, y),
                to: (right, y),
                stroke: Stroke::Solid(width),
                color: theme::INK,
            });
        });
    }

    /// Foot of every page: what it is on the left, page x / y on the right, a second line below.
    pub(in crate::documents) fn feet(
        &mut self,
        what: &str,
        below: &str,
        specimen: Option<&str>,
        number: impl Fn(usize, usize) -> String,
    ) {
        let (left, width, height) = (self.left(), self.width(), self.pages.size.1);
        let Self { shaper, pages, .. } = self;
        pages.specimen = specimen.is_some();
        pages.on_each(|page, index, total| {
            let rule_y = height - BOTTOM + 13.0;
            page.items.push(Item::Rule {
                from: (left, rule_y),
                to: (left + width, rule_y),
                stroke: Stroke::Solid(0.5),
                color: theme::LINE,
            });
            let numbered = shaper.line(theme::FOOT, &number(index, total));
            let room = width - numbered.width - 16.0;
            let said = shaper.fit(theme::FOOT, what, room);
            let (first, second) = (rule_y + 12.0, rule_y + 22.5);
            page.line(left, first, said);
            page.line(left + width - numbered.width, first, numbered);
            let said_below = shaper.fit(theme::FOOT, below, width);
            page.line(left, second, said_below);
            if let Some(words) = specimen {
                let line = shaper.fit(theme::SPECIMEN, words, width);
                page.line(left + (width - line.width) / 2.0, TOP - 19.0, line);
            }
        });
    }
}
