//! Layout: from what a document says to pages of things to draw, with the tree of what they mean.
//!
//! Measures are in points, `y` grows downwards from the top of the page. Everything drawn stands either in
//! the structure tree (`Pages::tagged`) or outside it (`Pages::artifact`: rules, fills, page numbers).

pub(super) mod flow;
pub(super) mod marks;
pub(super) mod table;
pub(super) mod theme;

use super::shape::{Color, Line, Piece};

/// What an element is, in the words of ISO 32000-1 §14.8.4.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Document,
    Section,
    H1,
    H2,
    H3,
    Paragraph,
    Table,
    Head,
    Body,
    Row,
    /// A cell that names the cells below it.
    ColumnHead,
    /// A cell that names the cells beside it; spans so many columns.
    RowHead(usize),
    Cell(usize),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct NodeId(pub(super) usize);

#[derive(Debug, Clone, Copy)]
pub(super) enum Kid {
    Node(NodeId),
    /// Marked content number `mcid` on a page.
    Content {
        page: usize,
        mcid: usize,
    },
}

#[derive(Debug)]
pub(super) struct Node {
    pub(super) role: Role,
    pub(super) parent: Option<NodeId>,
    pub(super) kids: Vec<Kid>,
    /// Text of the référentiel, which stays French in a document drawn in another language.
    pub(super) french: bool,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Stroke {
    Solid(f32),
    Dashed(f32),
}

/// Something drawn on a page.
#[derive(Debug)]
pub(super) enum Item {
    Tagged {
        role: Role,
        mcid: usize,
    },
    Artifact(Artifact),
    End,
    /// `y` is the baseline.
    Text {
        x: f32,
        y: f32,
        piece: Piece,
    },
    Fill {
        area: Area,
        color: Color,
    },
    Rule {
        from: (f32, f32),
        to: (f32, f32),
        stroke: Stroke,
        color: Color,
    },
    Capsule {
        area: Area,
        radius: f32,
        fill: Option<Color>,
        stroke: Option<(Stroke, Color)>,
    },
    Polygon {
        points: Vec<(f32, f32)>,
        color: Color,
    },
}

/// Why something stands outside the structure tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Artifact {
    Layout,
    Pagination,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Area {
    pub(super) x: f32,
    pub(super) y: f32,
    pub(super) width: f32,
    pub(super) height: f32,
}

#[derive(Debug, Default)]
pub(super) struct Page {
    pub(super) items: Vec<Item>,
    /// The element of each marked-content sequence, by number.
    pub(super) content: Vec<NodeId>,
}

impl Page {
    pub(super) fn line(&mut self, x: f32, baseline: f32, line: Line) {
        for piece in line.pieces {
            self.items.push(Item::Text { x: x + piece.x, y: baseline, piece });
        }
    }
}

/// The whole document, laid out.
#[derive(Debug)]
pub(super) struct Pages {
    pub(super) size: (f32, f32),
    pub(super) pages: Vec<Page>,
    pub(super) nodes: Vec<Node>,
    /// Drawn behind every page.
    pub(super) specimen: bool,
}

impl Pages {
    pub(super) const ROOT: NodeId = NodeId(0);

    pub(super) fn new(size: (f32, f32)) -> Self {
        let root = Node { role: Role::Document, parent: None, kids: Vec::new(), french: false };
        Self { size, pages: Vec::new(), nodes: vec![root], specimen: false }
    }

    pub(super) fn node(&mut self, parent: NodeId, role: Role) -> NodeId {
        let id = NodeId(self.nodes.len());
        self.nodes.push(Node { role, parent: Some(parent), kids: Vec::new(), french: false });
        if let Some(above) = self.nodes.get_mut(parent.0) {
            above.kids.push(Kid::Node(id));
        }
        id
    }

    pub(super) fn set_french(&mut self, node: NodeId) {
        if let Some(node) = self.nodes.get_mut(node.0) {
            node.french = true;
        }
    }

    /// Draws on the last page as content of an element.
    pub(super) fn tagged(&mut self, id: NodeId, draw: impl FnOnce(&mut Page)) {
        let page = self.pages.len().saturating_sub(1);
        let (Some(sheet), Some(node)) = (self.pages.last_mut(), self.nodes.get_mut(id.0)) else { return };
        let mcid = sheet.content.len();
        sheet.content.push(id);
        node.kids.push(Kid::Content { page, mcid });
        sheet.items.push(Item::Tagged { role: node.role, mcid });
        draw(sheet);
        sheet.items.push(Item::End);
    }

    /// Draws on the last page outside the structure tree.
    pub(super) fn artifact(&mut self, kind: Artifact, draw: impl FnOnce(&mut Page)) {
        if let Some(page) = self.pages.last_mut() {
            on(page, kind, draw);
        }
    }

    /// Draws on every page outside the structure tree; `draw` is told which page of how many.
    pub(super) fn on_each(&mut self, mut draw: impl FnMut(&mut Page, usize, usize)) {
        let total = self.pages.len();
        for (index, page) in self.pages.iter_mut().enumerate() {
            on(page, Artifact::Pagination, |page| draw(page, index + 1, total));
        }
    }
}

fn on(page: &mut Page, kind: Artifact, draw: impl FnOnce(&mut Page)) {
    page.items.push(Item::Artifact(kind));
    draw(page);
    page.items.push(Item::End);
}
