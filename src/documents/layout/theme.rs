//! Sizes and colours, the same as on the screens: pencil is dashed, ink is filled, words say which.

use crate::documents::fonts::FaceId;
use crate::documents::shape::{Color, Style};

pub(in crate::documents) const PORTRAIT: (f32, f32) = (595.276, 841.89);
pub(in crate::documents) const LANDSCAPE: (f32, f32) = (841.89, 595.276);
pub(in crate::documents) const MARGIN: f32 = 42.0;
pub(in crate::documents) const TOP: f32 = 46.0;
pub(in crate::documents) const BOTTOM: f32 = 54.0;

pub(in crate::documents) const INK: Color = Color(22, 32, 30);
pub(in crate::documents) const INK_SOFT: Color = Color(70, 81, 78);
pub(in crate::documents) const LINE: Color = Color(201, 207, 199);
pub(in crate::documents) const LINE_STRONG: Color = Color(113, 123, 118);
pub(in crate::documents) const PAPER: Color = Color(246, 247, 244);
pub(in crate::documents) const SUNKEN: Color = Color(233, 236, 230);
pub(in crate::documents) const ACCENT: Color = Color(13, 80, 99);
pub(in crate::documents) const WHITE: Color = Color(255, 255, 255);
pub(in crate::documents) const GREEN: Color = Color(7, 87, 62);
pub(in crate::documents) const RED: Color = Color(143, 41, 16);
pub(in crate::documents) const AMBER: Color = Color(107, 74, 0);
pub(in crate::documents) const BLUE: Color = Color(43, 71, 131);

const fn style(face: FaceId, size: f32, color: Color) -> Style {
    Style { face, size, color }
}

pub(in crate::documents) const TITLE: Style = style(FaceId::SemiBold, 21.0, INK);
pub(in crate::documents) const SUBTITLE: Style = style(FaceId::Regular, 12.5, INK_SOFT);
pub(in crate::documents) const KICKER: Style = style(FaceId::SemiBold, 9.5, ACCENT);
pub(in crate::documents) const H2: Style = style(FaceId::SemiBold, 13.5, INK);
pub(in crate::documents) const H3: Style = style(FaceId::SemiBold, 10.5, ACCENT);
pub(in crate::documents) const BODY: Style = style(FaceId::Regular, 9.5, INK);
pub(in crate::documents) const BODY_SOFT: Style = style(FaceId::Regular, 9.5, INK_SOFT);
pub(in crate::documents) const STRONG: Style = style(FaceId::SemiBold, 9.5, INK);
pub(in crate::documents) const CELL: Style = style(FaceId::Regular, 9.0, INK);
pub(in crate::documents) const CELL_STRONG: Style = style(FaceId::SemiBold, 9.0, INK);
pub(in crate::documents) const CELL_SOFT: Style = style(FaceId::Regular, 8.4, INK_SOFT);
pub(in crate::documents) const CELL_ITALIC: Style = style(FaceId::Italic, 9.0, INK);
pub(in crate::documents) const COLUMN: Style = style(FaceId::SemiBold, 8.4, INK_SOFT);
pub(in crate::documents) const LABEL: Style = style(FaceId::Regular, 8.2, INK_SOFT);
pub(in crate::documents) const VALUE: Style = style(FaceId::Regular, 10.2, INK);
pub(in crate::documents) const FIGURE: Style = style(FaceId::SemiBold, 17.0, INK);
pub(in crate::documents) const FOOT: Style = style(FaceId::Regular, 7.8, INK_SOFT);
pub(in crate::documents) const SPECIMEN: Style = style(FaceId::SemiBold, 8.6, RED);

/// Distance between baselines for a size.
pub(in crate::documents) fn leading(size: f32) -> f32 {
    size * 1.34
}

/// From the top of a line to its baseline.
pub(in crate::documents) fn ascent(size: f32) -> f32 {
    size * 1.0
}

/// The style in another colour.
pub(in crate::documents) fn tinted(style: Style, color: Color) -> Style {
    Style { color, ..style }
}
