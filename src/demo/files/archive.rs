//! Archives of stored entries (ZIP), and the workbook that is one (Office Open XML).

pub fn project(author: &str) -> Vec<u8> {
    zip(&[
        ("projet/README.md", format!("# Projet de {author}\n\nChargement, contrôle, tableau de bord.\n")),
        ("projet/charger.py", "import csv\n\nwith open('donnees.csv', encoding='utf-8') as source:\n    print(sum(1 for _ in csv.DictReader(source)))\n".to_owned()),
        ("projet/donnees.csv", "ville;mesure\nExempleville;12\nModèle-sur-Mer;17\n".to_owned()),
    ])
}

pub fn workbook(author: &str) -> Vec<u8> {
    const TYPES: &str = r#"<?xml version="1.0" encoding="UTF-8"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>"#;
    const RELS: &str = r#"<?xml version="1.0" encoding="UTF-8"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#;
    const BOOK: &str = r#"<?xml version="1.0" encoding="UTF-8"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="Suivi" sheetId="1" r:id="r1"/></sheets></workbook>"#;
    const BOOK_RELS: &str = r#"<?xml version="1.0" encoding="UTF-8"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>"#;
    let cell =
        |place: &str, text: &str| format!(r#"<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>"#);
    let sheet = format!(
        r#"<?xml version="1.0" encoding="UTF-8"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1">{}{}</row><row r="2">{}{}</row></sheetData></worksheet>"#,
        cell("A1", "Étape"),
        cell("B1", "Responsable"),
        cell("A2", "Cadrage"),
        cell("B2", author),
    );
    zip(&[
        ("[Content_Types].xml", TYPES.to_owned()),
        ("_rels/.rels", RELS.to_owned()),
        ("xl/workbook.xml", BOOK.to_owned()),
        ("xl/_rels/workbook.xml.rels", BOOK_RELS.to_owned()),
        ("xl/worksheets/sheet1.xml", sheet),
    ])
}

/// APPNOTE 4.3: local headers, then the central directory. Nothing is compressed.
fn zip(entries: &[(&str, String)]) -> Vec<u8> {
    let mut file = Vec::new();
    let mut directory = Vec::new();
    for (name, text) in entries {
        let offset = size(file.len());
        let mut head = Vec::new();
        // Version, flags (names in UTF-8), stored, a fixed date.
        for word in [20u16, 0x0800, 0, 0, 0x5c21] {
            head.extend(word.to_le_bytes());
        }
        head.extend(crc32(text.as_bytes()).to_le_bytes());
        head.extend(size(text.len()).to_le_bytes());
        head.extend(size(text.len()).to_le_bytes());
        head.extend(u16::try_from(name.len()).unwrap_or(0).to_le_bytes());
        head.extend([0; 2]);
        file.extend(b"PK\x03\x04");
        file.extend(&head);
        file.extend(name.as_bytes());
        file.extend(text.as_bytes());
        directory.extend(b"PK\x01\x02");
        directory.extend(20u16.to_le_bytes());
        directory.extend(&head);
        directory.extend([0; 10]);
        directory.extend(offset.to_le_bytes());
        directory.extend(name.as_bytes());
    }
    let start = size(file.len());
    let count = u16::try_from(entries.len()).unwrap_or(0);
    file.extend(&directory);
    file.extend(b"PK\x05\x06");
    file.extend([0; 4]);
    file.extend(count.to_le_bytes());
    file.extend(count.to_le_bytes());
    file.extend(size(directory.len()).to_le_bytes());
    file.extend(start.to_le_bytes());
    file.extend([0; 2]);
    file
}

fn size(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

/// The checksum of PNG and ZIP (ISO 3309), bit by bit: a demo's files are small.
pub fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg()))
    })
}
