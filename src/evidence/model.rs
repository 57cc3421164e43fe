//! What is told of a piece of evidence when it is filed.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use crate::ids::LineId;

/// At most so many criteria for one piece.
pub const LINKS_MAX: u64 = 500;

/// Where to look: a page, or a stretch of sound or video.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(untagged)]
pub enum Anchor {
    Page(PageAnchor),
    Stretch(StretchAnchor),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PageAnchor {
    /// From 1.
    #[schema(minimum = 1)]
    pub page: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StretchAnchor {
    /// In seconds.
    pub from: u32,
    /// In seconds, after `from`.
    pub to: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAnchor {
    /// Slug of a criterion, or of a competency that is scored directly.
    pub criterion: String,
    pub anchor: Anchor,
}

/// The criteria that a piece answers.
#[derive(Debug, Clone, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewLinks {
    /// Slugs.
    #[validate(length(min = 1, max = "LINKS_MAX"))]
    #[schema(min_items = 1, max_items = 500)]
    pub criteria: Vec<String>,
    #[serde(default)]
    #[validate(length(max = "LINKS_MAX"))]
    #[schema(max_items = 500)]
    pub anchors: Vec<NewAnchor>,
}

/// One link once its criterion is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Link {
    pub line: LineId,
    pub anchor: Option<Anchor>,
}

/// A piece whose bytes are safe, ready to be written down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filing {
    pub title: String,
    pub filename: String,
    pub media_type: &'static str,
    pub size: u64,
    pub sha256: [u8; 32],
    pub links: Vec<Link>,
}
