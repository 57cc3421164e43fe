//! The typeface: three faces of Source Sans 3, parsed once, cut down to the glyphs that a document shows.

use std::sync::OnceLock;

use rustybuzz::ttf_parser::GlyphId;
use rustybuzz::{Direction, Language, ShapePlan, script};
use sha2::{Digest, Sha256};

use super::DocumentError;

/// Which of the three faces.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum FaceId {
    Regular,
    SemiBold,
    Italic,
}

impl FaceId {
    /// Name of the font resource in the page streams.
    pub(super) fn resource(self) -> &'static str {
        match self {
            Self::Regular => "FaceR",
            Self::SemiBold => "FaceS",
            Self::Italic => "FaceI",
        }
    }

    fn postscript_name(self) -> &'static str {
        match self {
            Self::Regular => "SourceSans3-Regular",
            Self::SemiBold => "SourceSans3-SemiBold",
            Self::Italic => "SourceSans3-Italic",
        }
    }

    fn bytes(self) -> &'static [u8] {
        match self {
            Self::Regular => {
                include_bytes!("../../assets/vendor/source-sans-3/SourceSans3_400Regular.ttf")
            }
            Self::SemiBold => {
                include_bytes!("../../assets/vendor/source-sans-3/SourceSans3_600SemiBold.ttf")
            }
            Self::Italic => {
                include_bytes!("../../assets/vendor/source-sans-3/SourceSans3_400Regular_Italic.ttf")
            }
        }
    }
}

/// A face ready to shape text.
pub(super) struct Face {
    pub(super) shaping: rustybuzz::Face<'static>,
    pub(super) plan: ShapePlan,
    pub(super) language: Language,
    /// The glyphs of the space and of another blank, unused otherwise.
    pub(super) blanks: (u16, u16),
}

impl Face {
    fn load(id: FaceId) -> Result<Self, DocumentError> {
        let broken = || DocumentError::Font(id.postscript_name());
        let shaping = rustybuzz::Face::from_slice(id.bytes(), 0).ok_or_else(broken)?;
        // The page streams write advances as thousandths of an em; another unit would need scaling, and
        // printpdf truncates scaled widths.
        if shaping.units_per_em() != 1000 {
            return Err(broken());
        }
        let language: Language = "fr".parse().map_err(|_| broken())?;
        let plan =
            ShapePlan::new(&shaping, Direction::LeftToRight, Some(script::LATIN), Some(&language), &[]);
        let blank = |character| shaping.glyph_index(character).map(|glyph| glyph.0).ok_or_else(broken);
        let blanks = (blank(' ')?, blank('\u{200a}')?);
        Ok(Self { shaping, plan, language, blanks })
    }

    pub(super) fn has(&self, character: char) -> bool {
        self.shaping.glyph_index(character).is_some()
    }

    /// Advance without kerning, in thousandths of an em.
    pub(super) fn advance(&self, glyph: u16) -> i32 {
        self.shaping.glyph_hor_advance(GlyphId(glyph)).map_or(0, i32::from)
    }
}

/// The three faces.
pub(super) struct Faces {
    regular: Face,
    semi_bold: Face,
    italic: Face,
}

impl Faces {
    /// Parsed at the first document, then shared by all.
    pub(super) fn get() -> Result<&'static Self, DocumentError> {
        static FACES: OnceLock<Faces> = OnceLock::new();
        if let Some(faces) = FACES.get() {
            return Ok(faces);
        }
        let loaded = Self {
            regular: Face::load(FaceId::Regular)?,
            semi_bold: Face::load(FaceId::SemiBold)?,
            italic: Face::load(FaceId::Italic)?,
        };
        Ok(FACES.get_or_init(|| loaded))
    }

    pub(super) fn face(&self, id: FaceId) -> &Face {
        match id {
            FaceId::Regular => &self.regular,
            FaceId::SemiBold => &self.semi_bold,
            FaceId::Italic => &self.italic,
        }
    }
}

/// A font program cut down to some glyphs.
pub(super) struct Subset {
    pub(super) program: Vec<u8>,
    /// With the six-letter tag that ISO 32000-1 §9.6.4 asks of a subset, made from its glyphs.
    pub(super) name: String,
}

/// Cuts a face down to the glyphs of the mapper, renumbered as it says.
pub(super) fn subset(id: FaceId, mapper: &subsetter::GlyphRemapper) -> Result<Subset, DocumentError> {
    let program =
        subsetter::subset(id.bytes(), 0, mapper).map_err(|_| DocumentError::Font(id.postscript_name()))?;
    let mut hasher = Sha256::new();
    mapper.remapped_gids().for_each(|glyph| hasher.update(glyph.to_be_bytes()));
    let tag: String =
        hasher.finalize().iter().take(6).map(|byte| char::from(b'A'.saturating_add(byte % 26))).collect();
    Ok(Subset { program, name: format!("{tag}+{}", id.postscript_name()) })
}
