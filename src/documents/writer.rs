//! From laid-out pages to the bytes of a PDF 1.7 file: fonts through printpdf, the rest through lopdf.

use chrono::{DateTime, SecondsFormat, Utc};
use lopdf::{Dictionary, Object, ObjectId, SaveOptions, Stream, StringFormat, dictionary};
use printpdf::{
    Codepoint, FontId, Op, ParsedFont, PdfDocument, PdfFont, PdfFontHandle, PdfPage, PdfSaveOptions, Pt,
    TextItem,
};

use super::DocumentError;
use super::content::{Shown, Streams, across};
use super::fonts::{self, Faces};
use super::layout::Pages;
use super::tags;

/// What a file says about itself.
pub(super) struct About {
    pub(super) title: String,
    /// BCP 47 tag of the document's own language.
    pub(super) language: &'static str,
    pub(super) created: DateTime<Utc>,
    /// Identifies the file (ISO 32000-1 §14.4); from the facts, so that the same facts give the same bytes.
    pub(super) identity: [u8; 16],
    /// Drawn across each page when the document is a specimen.
    pub(super) specimen: &'static str,
}

const PRODUCER: &str = "Parchemin";

/// Writes the file. Nothing in it depends on anything but the pages and `about`.
pub(super) fn write(pages: &Pages, faces: &Faces, about: &About) -> Result<Vec<u8>, DocumentError> {
    let shown = Shown::of(&pages.pages);
    let mut pdf = with_fonts(pages, &shown, about)?;
    pdf.version = "1.7".to_owned();
    let page_ids: Vec<ObjectId> = pdf.get_pages().into_values().collect();
    let root = reference(&pdf.trailer, b"Root")?;

    let over = if pages.specimen { across(faces, about.specimen, pages.size) } else { Vec::new() };
    let mut streams = Streams::new(pages.size.1, &shown);
    for (index, (id, page)) in page_ids.iter().zip(&pages.pages).enumerate() {
        let content = reference(pdf.get_dictionary(*id)?, b"Contents")?;
        let resources = reference(pdf.get_dictionary(*id)?, b"Resources")?;
        if let Object::Stream(stream) = pdf.get_object_mut(content)? {
            stream.set_plain_content(streams.page(page, &over));
        }
        let resources = pdf.get_dictionary_mut(resources)?;
        for unused in [&b"XObject"[..], b"Shading", b"ExtGState"] {
            resources.remove(unused);
        }
        if pages.specimen {
            let state = dictionary! { "Type" => "ExtGState", "BM" => "Multiply" };
            resources.set("ExtGState", dictionary! { "Multiply" => state });
        }
        let dictionary = pdf.get_dictionary_mut(*id)?;
        for unused in [&b"TrimBox"[..], b"CropBox", b"Annots"] {
            dictionary.remove(unused);
        }
        dictionary.set("StructParents", tags::integer(index));
        dictionary.set("Tabs", "S");
    }

    let structure = tags::write(&mut pdf, pages, &page_ids);
    let mut metadata =
        Stream::new(dictionary! { "Type" => "Metadata", "Subtype" => "XML" }, xmp(about).into_bytes());
    metadata.allows_compression = false;
    let metadata = pdf.add_object(metadata);
    let catalog = pdf.get_dictionary_mut(root)?;
    catalog.remove(b"PageLayout");
    catalog.remove(b"PageMode");
    catalog.set("Metadata", metadata);
    catalog.set("Lang", text(about.language));
    catalog.set("ViewerPreferences", dictionary! { "DisplayDocTitle" => true });
    catalog.set("MarkInfo", dictionary! { "Marked" => true });
    catalog.set("StructTreeRoot", structure);

    let date = text(&about.created.format("D:%Y%m%d%H%M%SZ").to_string());
    let old = reference(&pdf.trailer, b"Info")?;
    pdf.set_object(
        old,
        dictionary! {
            "Title" => text(&about.title),
            "Producer" => text(PRODUCER),
            "CreationDate" => date.clone(),
            "ModDate" => date,
        },
    );
    let identity = Object::String(about.identity.to_vec(), StringFormat::Hexadecimal);
    pdf.trailer.set("ID", vec![identity.clone(), identity]);
    // poppler refuses a cross-reference table with gaps.
    pdf.prune_objects();
    pdf.renumber_objects();
    pdf.compress();
    let mut bytes = Vec::new();
    // Thousands of small structure elements pack well; as plain objects they are most of a long file.
    let packed =
        SaveOptions::builder().use_object_streams(true).use_xref_streams(true).compression_level(6).build();
    pdf.save_with_options(&mut bytes, packed)?;
    Ok(bytes)
}

/// Pages still empty, with the fonts embedded. printpdf lists a glyph in /W and /ToUnicode when some text
/// shows it: the first page shows them all, before its stream is replaced.
fn with_fonts(pages: &Pages, shown: &Shown, about: &About) -> Result<lopdf::Document, DocumentError> {
    let mut pdf = PdfDocument::new(&about.title);
    let mut listing = vec![Op::StartTextSection];
    for (face, mapper) in shown.faces() {
        let cut = fonts::subset(face, mapper)?;
        let mut warnings = Vec::new();
        let mut font = ParsedFont::from_bytes(&cut.program, 0, &mut warnings)
            .ok_or(DocumentError::Font("printpdf cannot read the subset"))?;
        font.font_name = Some(cut.name);
        let id = FontId(face.resource().to_owned());
        pdf.resources.fonts.map.insert(id.clone(), PdfFont::new(font));
        let glyphs = shown.characters.get(&face).into_iter().flatten();
        let codes = glyphs
            .map(|(number, characters)| Codepoint {
                gid: *number,
                offset: 0.0,
                cid: Some(characters.clone()),
            })
            .collect();
        listing.push(Op::SetFont { font: PdfFontHandle::External(id), size: Pt(9.0) });
        listing.push(Op::ShowText { items: vec![TextItem::GlyphIds(codes)] });
    }
    listing.push(Op::EndTextSection);
    let (width, height) = (Pt(pages.size.0), Pt(pages.size.1));
    for _ in &pages.pages {
        pdf.pages.push(PdfPage::new(width.into(), height.into(), std::mem::take(&mut listing)));
    }
    let options =
        PdfSaveOptions { optimize: false, subset_fonts: false, secure: false, image_optimization: None };
    Ok(pdf.to_lopdf_document(&options, &mut Vec::new()))
}

fn reference(dictionary: &Dictionary, key: &[u8]) -> Result<ObjectId, DocumentError> {
    Ok(dictionary.get(key)?.as_reference()?)
}

/// A text string: ASCII as it is, anything else in UTF-16 with its mark (ISO 32000-1 §7.9.2.2).
pub(super) fn text(words: &str) -> Object {
    let bytes = if words.is_ascii() {
        words.as_bytes().to_vec()
    } else {
        let units = words.encode_utf16().flat_map(u16::to_be_bytes);
        [0xFE, 0xFF].into_iter().chain(units).collect()
    };
    Object::String(bytes, StringFormat::Literal)
}

/// The same statements as in the information dictionary, in XMP.
fn xmp(about: &About) -> String {
    let title: String = about
        .title
        .chars()
        .map(|character| match character {
            '&' => "&amp;".to_owned(),
            '<' => "&lt;".to_owned(),
            '>' => "&gt;".to_owned(),
            control if control.is_control() => " ".to_owned(),
            other => other.to_string(),
        })
        .collect();
    let date = about.created.to_rfc3339_opts(SecondsFormat::Secs, true);
    let language = about.language;
    format!(
        r#"<?xpacket begin="{mark}" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:pdf="http://ns.adobe.com/pdf/1.3/">
<dc:format>application/pdf</dc:format>
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>
<dc:language><rdf:Bag><rdf:li>{language}</rdf:li></rdf:Bag></dc:language>
<xmp:CreateDate>{date}</xmp:CreateDate><xmp:ModifyDate>{date}</xmp:ModifyDate>
<pdf:Producer>{PRODUCER}</pdf:Producer>
</rdf:Description></rdf:RDF></x:xmpmeta>
<?xpacket end="w"?>"#,
        mark = '\u{FEFF}'
    )
}
