//! Tables: heads repeated on each page, rows kept whole unless taller than a page, groups kept together.

use super::flow::Flow;
use super::marks::{Chip, Dots, SetChip, line_box};
use super::{Area, Artifact, Item, NodeId, Page, Pages, Role, Stroke, theme};
use crate::documents::shape::{Color, Line, Shaper, Span};

/// Something in a cell, from top to bottom.
#[derive(Debug, Clone)]
pub(in crate::documents) enum Part {
    Text(Vec<Span>),
    Chip(Chip),
    Dots(Dots, Span),
    Gap(f32),
    /// Somewhere to sign: a dashed box.
    SignHere(f32),
}

#[derive(Debug, Clone, Default)]
pub(in crate::documents) struct Cell {
    pub(in crate::documents) parts: Vec<Part>,
    /// Columns covered, at least one.
    pub(in crate::documents) span: usize,
    /// Names the cells beside it.
    pub(in crate::documents) head: bool,
    /// Wording of the référentiel.
    pub(in crate::documents) french: bool,
}

impl Cell {
    pub(in crate::documents) fn new(parts: Vec<Part>) -> Self {
        Self { parts, span: 1, head: false, french: false }
    }

    pub(in crate::documents) fn text(span: Span) -> Self {
        Self::new(vec![Part::Text(vec![span])])
    }

    pub(in crate::documents) fn spanning(self, span: usize) -> Self {
        Self { span, ..self }
    }

    pub(in crate::documents) fn heading(self) -> Self {
        Self { head: true, ..self }
    }

    pub(in crate::documents) fn registered(self) -> Self {
        Self { french: true, ..self }
    }
}

#[derive(Debug, Clone)]
pub(in crate::documents) struct Row {
    pub(in crate::documents) cells: Vec<Cell>,
    pub(in crate::documents) fill: Option<Color>,
}

/// Rows that belong together under a row that names them, repeated when they go on overleaf.
#[derive(Debug, Clone, Default)]
pub(in crate::documents) struct Group {
    pub(in crate::documents) head: Option<Row>,
    /// The head as repeated overleaf («suite»).
    pub(in crate::documents) again: Option<Row>,
    pub(in crate::documents) rows: Vec<Row>,
    /// Goes to the next page rather than being cut, unless it would fill most of that page.
    pub(in crate::documents) together: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::documents) enum Look {
    /// Lines between rows; heads.
    Ruled,
    /// No lines and no table in the structure: label over value.
    Facts,
    /// Each cell in a frame; no table in the structure.
    Boxes,
}

#[derive(Debug, Clone)]
pub(in crate::documents) struct Table {
    /// Shares of the width; any unit.
    pub(in crate::documents) columns: Vec<f32>,
    pub(in crate::documents) heads: Vec<Span>,
    pub(in crate::documents) groups: Vec<Group>,
    pub(in crate::documents) look: Look,
}

/// A stretch of a cell that is never cut.
#[derive(Debug, Clone)]
enum Strip {
    Line { line: Line, height: f32, ascent: f32 },
    Chip(SetChip),
    Dots { dots: Dots, line: Line, height: f32, ascent: f32 },
    Gap(f32),
    SignHere { width: f32, height: f32 },
}

const CHIP_GAP: f32 = 0.8;

/// Less than this at the foot of a page is not worth starting a row there that must be cut anyway.
const MORSEL: f32 = 60.0;

impl Strip {
    fn height(&self) -> f32 {
        match self {
            Self::Line { height, .. } | Self::Dots { height, .. } | Self::SignHere { height, .. } => *height,
            Self::Chip(chip) => chip.height + CHIP_GAP,
            Self::Gap(height) => *height,
        }
    }

    fn draw(self, page: &mut Page, x: f32, y: f32) {
        match self {
            Self::Line { line, ascent, .. } => page.line(x, y + ascent, line),
            Self::Chip(chip) => chip.draw(page, x, y - 1.2),
            Self::Dots { dots, line, ascent, .. } => {
                dots.draw(page, x, y + ascent);
                page.line(x + dots.width() + 3.0, y + ascent, line);
            }
            Self::Gap(_) => {}
            Self::SignHere { width, height } => page.items.push(Item::Capsule {
                area: Area { x, y: y + 1.0, width, height: height - 2.0 },
                radius: 3.0,
                fill: None,
                stroke: Some((Stroke::Dashed(0.6), theme::LINE_STRONG)),
            }),
        }
    }
}

/// A cell measured for its column.
#[derive(Debug, Clone)]
struct SetCell {
    strips: std::collections::VecDeque<Strip>,
    x: f32,
    width: f32,
    role: Role,
    french: bool,
}

impl SetCell {
    fn height(&self) -> f32 {
        self.strips.iter().map(Strip::height).sum()
    }
}

#[derive(Debug, Clone)]
struct SetRow {
    cells: Vec<SetCell>,
    fill: Option<Color>,
}

struct Padding {
    side: f32,
    top: f32,
    bottom: f32,
}

impl Look {
    fn padding(self) -> Padding {
        match self {
            Self::Ruled => Padding { side: 5.0, top: 3.6, bottom: 4.4 },
            Self::Facts => Padding { side: 0.0, top: 0.0, bottom: 7.0 },
            Self::Boxes => Padding { side: 9.0, top: 8.0, bottom: 9.0 },
        }
    }
}

impl SetRow {
    fn height(&self, look: Look) -> f32 {
        let padding = look.padding();
        self.cells.iter().map(SetCell::height).fold(0.0, f32::max) + padding.top + padding.bottom
    }

    /// Takes what fits in so much height, at least one strip; the rest stays.
    fn take(&mut self, look: Look, height: f32) -> Self {
        let padding = look.padding();
        let room = height - padding.top - padding.bottom;
        let cells = self
            .cells
            .iter_mut()
            .map(|cell| {
                let mut taken = SetCell { strips: std::collections::VecDeque::new(), ..cell.clone_frame() };
                let mut used = 0.0;
                while let Some(strip) = cell.strips.pop_front() {
                    if used + strip.height() > room && !taken.strips.is_empty() {
                        cell.strips.push_front(strip);
                        break;
                    }
                    used += strip.height();
                    taken.strips.push_back(strip);
                }
                taken
            })
            .collect();
        Self { cells, fill: self.fill }
    }

    fn is_spent(&self) -> bool {
        self.cells.iter().all(|cell| cell.strips.is_empty())
    }
}

impl SetCell {
    fn clone_frame(&self) -> Self {
        Self {
            strips: std::collections::VecDeque::new(),
            x: self.x,
            width: self.width,
            role: self.role,
            french: self.french,
        }
    }
}

/// A table being laid out.
struct Setting<'a> {
    flow: &'a mut Flow,
    look: Look,
    columns: Vec<(f32, f32)>,
    heads: Option<SetRow>,
    parent: NodeId,
    body: NodeId,
}

impl Flow {
    /// Lays out a table from here on, over as many pages as it takes.
    pub(in crate::documents) fn table(&mut self, parent: NodeId, table: Table) {
        let lead = self.lead(&table);
        self.need(lead);
        let semantic = table.look == Look::Ruled;
        let node = if semantic { self.pages.node(parent, Role::Table) } else { parent };
        let mut setting = self.setting(&table, node);
        setting.open_heads(table.heads);
        if semantic {
            setting.body = setting.flow.pages.node(node, Role::Body);
        }
        for group in table.groups {
            setting.group(group);
        }
    }

    /// Height of what must stay together at the start of a table; for the heading above it.
    pub(in crate::documents) fn lead(&mut self, table: &Table) -> f32 {
        let mut setting = self.setting(table, Pages::ROOT);
        let heads = setting.set_heads(&table.heads).map_or(0.0, |row| row.height(table.look));
        let room = setting.flow.page_room() - heads;
        heads + table.groups.first().map_or(0.0, |group| setting.wanted(group, room))
    }

    fn setting(&mut self, table: &Table, node: NodeId) -> Setting<'_> {
        let total: f32 = table.columns.iter().sum();
        let (mut x, width) = (self.left(), self.width());
        let columns = table
            .columns
            .iter()
            .map(|share| {
                let column = (x, width * share / total);
                x += column.1;
                column
            })
            .collect();
        Setting { flow: self, look: table.look, columns, heads: None, parent: node, body: node }
    }
}

impl Setting<'_> {
    fn set_heads(&mut self, heads: &[Span]) -> Option<SetRow> {
        if heads.is_empty() {
            return None;
        }
        let row = Row { cells: heads.iter().cloned().map(Cell::text).collect(), fill: None };
        let mut set = self.set(&row);
        set.cells.iter_mut().for_each(|cell| cell.role = Role::ColumnHead);
        Some(set)
    }

    /// The heads in the structure are those of the first page; the repeated ones are artifacts.
    fn open_heads(&mut self, heads: Vec<Span>) {
        self.heads = self.set_heads(&heads);
        if let Some(set) = self.heads.clone() {
            let section = self.flow.pages.node(self.parent, Role::Head);
            let nodes = self.row_nodes(section, &set);
            self.draw(set, Some(&nodes), true);
        }
    }

    /// What a group wants on one page: all of it, or its head and first row; never more than a page.
    fn wanted(&mut self, group: &Group, capacity: f32) -> f32 {
        let look = self.look;
        let head = group.head.as_ref().map_or(0.0, |row| self.set(row).height(look));
        let mut heights = group.rows.iter().map(|row| self.set(row).height(look));
        let first = head + heights.next().unwrap_or(0.0);
        let wanted = if group.together { first + heights.sum::<f32>() } else { first };
        // A group that fills most of a page is cut rather than moved, or it would leave holes.
        if wanted <= if group.together { capacity * 0.7 } else { capacity } {
            wanted
        } else if first <= capacity {
            first
        } else {
            MORSEL
        }
    }

    fn set(&mut self, row: &Row) -> SetRow {
        let mut column = 0;
        let mut cells = Vec::with_capacity(row.cells.len());
        for cell in &row.cells {
            let span = cell.span.max(1);
            let Some((x, _)) = self.columns.get(column).copied() else { break };
            let width: f32 = self.columns.iter().skip(column).take(span).map(|(_, width)| width).sum();
            column += span;
            let side = self.look.padding().side;
            let gutter = match self.look {
                Look::Facts => 14.0,
                Look::Boxes => 10.0,
                Look::Ruled => 0.0,
            };
            let room = (width - 2.0 * side - gutter).max(12.0);
            let (shaper, last) = (&mut self.flow.shaper, cell.parts.len().saturating_sub(1));
            let parts = cell.parts.iter().enumerate();
            let strips = parts.flat_map(|(index, part)| strips(shaper, part, room, index < last)).collect();
            let role = match (self.look, cell.head) {
                (Look::Ruled, true) => Role::RowHead(span),
                (Look::Ruled, false) => Role::Cell(span),
                _ => Role::Paragraph,
            };
            cells.push(SetCell { strips, x, width, role, french: cell.french });
        }
        SetRow { cells, fill: row.fill }
    }

    fn head_height(&self) -> f32 {
        self.heads.as_ref().map_or(0.0, |row| row.height(self.look))
    }

    fn group(&mut self, group: Group) {
        let head = group.head.as_ref().map(|row| self.set(row));
        // A name so long that repeating it would leave no room for what it names is not repeated.
        let third = self.flow.page_room() / 3.0;
        let again = group.again.as_ref().map(|row| self.set(row)).filter(|row| row.height(self.look) < third);
        let rows: Vec<SetRow> = group.rows.iter().map(|row| self.set(row)).collect();
        let wanted = self.wanted(&group, self.flow.page_room() - self.head_height());
        if self.flow.room() < wanted && !self.fresh() {
            self.turn(None);
        }
        if let Some(head) = head {
            self.place(head, None);
        }
        for row in rows {
            self.place(row, again.as_ref());
        }
    }

    /// Whether nothing but repeated heads stands on this page.
    fn fresh(&self) -> bool {
        self.flow.room() >= self.flow.page_room() - self.head_height() - 0.1
    }

    /// Goes to the next page and repeats the heads there.
    fn turn(&mut self, again: Option<&SetRow>) {
        self.flow.new_page();
        if let Some(heads) = self.heads.clone() {
            self.draw(heads, None, true);
        }
        if let Some(again) = again {
            self.draw(again.clone(), None, false);
        }
    }

    fn place(&mut self, mut row: SetRow, again: Option<&SetRow>) {
        let nodes = self.row_nodes(self.body, &row);
        let repeated = again.map_or(0.0, |row| row.height(self.look));
        let capacity = self.flow.page_room() - self.head_height() - repeated;
        let height = row.height(self.look);
        if height > self.flow.room() && height <= capacity && !self.fresh() {
            self.turn(again);
        }
        // Taller than a page: cut between lines.
        loop {
            let height = row.height(self.look);
            if height <= self.flow.room() {
                self.draw(row, Some(&nodes), false);
                return;
            }
            if self.flow.room() < MORSEL {
                self.turn(again);
            }
            let room = self.flow.room();
            let taken = row.take(self.look, room);
            self.draw(taken, Some(&nodes), false);
            if row.is_spent() {
                return;
            }
            self.turn(again);
        }
    }

    fn row_nodes(&mut self, section: NodeId, row: &SetRow) -> Vec<NodeId> {
        let pages = &mut self.flow.pages;
        let above = if self.look == Look::Ruled { pages.node(section, Role::Row) } else { section };
        row.cells
            .iter()
            .map(|cell| {
                let node = pages.node(above, cell.role);
                if cell.french {
                    pages.set_french(node);
                }
                node
            })
            .collect()
    }

    /// Draws a row that fits. Without nodes it is a repetition, outside the structure.
    fn draw(&mut self, row: SetRow, nodes: Option<&[NodeId]>, heads: bool) {
        let look = self.look;
        let height = row.height(look);
        let y = self.flow.y;
        let padding = look.padding();
        let (left, right) = (self.flow.left(), self.flow.left() + self.flow.width());
        let frames: Vec<(f32, f32)> = row.cells.iter().map(|cell| (cell.x, cell.width)).collect();
        let fill = row.fill;
        self.flow.pages.artifact(Artifact::Layout, |page| {
            if let Some(color) = fill {
                let area = Area { x: left, y, width: right - left, height };
                page.items.push(Item::Fill { area, color });
            }
            decorate(page, look, heads, (left, right), (y, height), &frames);
        });
        for (index, cell) in row.cells.into_iter().enumerate() {
            let x = cell.x + padding.side;
            let mut at = y + padding.top;
            let draw = |page: &mut Page| {
                for strip in cell.strips {
                    let height = strip.height();
                    strip.draw(page, x, at);
                    at += height;
                }
            };
            match nodes.map(|nodes| nodes.get(index)) {
                Some(Some(node)) => self.flow.pages.tagged(*node, draw),
                _ => self.flow.pages.artifact(Artifact::Pagination, draw),
            }
        }
        self.flow.y += height;
    }
}

fn decorate(
    page: &mut Page,
    look: Look,
    heads: bool,
    (left, right): (f32, f32),
    (y, height): (f32, f32),
    frames: &[(f32, f32)],
) {
    match look {
        Look::Facts => {}
        Look::Ruled => {
            let (stroke, color) =
                if heads { (Stroke::Solid(1.0), theme::INK) } else { (Stroke::Solid(0.5), theme::LINE) };
            page.items.push(Item::Rule { from: (left, y + height), to: (right, y + height), stroke, color });
        }
        Look::Boxes => {
            for (index, (x, width)) in frames.iter().enumerate() {
                let inset = if index + 1 < frames.len() { 10.0 } else { 0.0 };
                page.items.push(Item::Capsule {
                    area: Area { x: *x, y, width: width - inset, height },
                    radius: 5.0,
                    fill: None,
                    stroke: Some((Stroke::Solid(0.8), theme::LINE_STRONG)),
                });
            }
        }
    }
}

/// Measures a part; when more follows in the cell, a blank ends it, so that words read aloud stay apart.
fn strips(shaper: &mut Shaper, part: &Part, room: f32, more: bool) -> Vec<Strip> {
    match part {
        Part::Text(spans) => {
            let size = spans.first().map_or(theme::CELL.size, |span| span.style.size);
            let blank = spans.last().filter(|_| more).map(|span| Span::new(span.style, " "));
            let spans: Vec<Span> = spans.iter().cloned().chain(blank).collect();
            shaper
                .wrap(&spans, room)
                .into_iter()
                .map(|line| {
                    let (height, ascent) = line_box(&line, size);
                    Strip::Line { line, height, ascent }
                })
                .collect()
        }
        Part::Chip(chip) => vec![Strip::Chip(chip.set(shaper, room))],
        Part::Dots(dots, span) => {
            let line = shaper.fit(span.style, &span.text, room - dots.width() - 3.0);
            let (height, ascent) = line_box(&line, span.style.size);
            vec![Strip::Dots { dots: *dots, line, height, ascent }]
        }
        Part::Gap(height) => vec![Strip::Gap(*height)],
        Part::SignHere(height) => vec![Strip::SignHere { width: room, height: *height }],
    }
}
