//! From the bytes of a file to rows of cells. Pure: bytes in, cells out.

use std::io::{Cursor, Read};

use calamine::{DataRef, Reader, SheetVisible, Xlsx};
use chrono::NaiveDate;

use super::fault::{Code, Fault};

/// Largest file, in bytes: a workbook of 9,999 people is under half of it.
pub const FILE_MAX: usize = 8 * 1024 * 1024;
/// A workbook is compressed; what it unfolds to, in bytes, at the most.
const UNFOLDED_MAX: u64 = 96 * 1024 * 1024;
/// More rows than a cohort has places, titles and blank lines included.
pub const ROWS_MAX: usize = 12_000;
/// Columns that are looked at.
const COLUMNS_MAX: usize = 200;

/// What a cell shows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Value {
    #[default]
    Empty,
    Text(String),
    Date(NaiveDate),
    /// `#REF!`, `#N/A`…
    Broken,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Cell {
    pub value: Value,
    /// The value was computed: it is the one that the file was saved with.
    pub computed: bool,
}

impl Cell {
    pub fn text(text: impl Into<String>) -> Self {
        Self { value: Value::Text(text.into()), computed: false }
    }

    /// As it is read: one space between words, none around them; a dash alone stands for nothing.
    pub fn words(&self) -> String {
        match &self.value {
            Value::Text(text) => words(text),
            Value::Date(date) => date.to_string(),
            Value::Empty | Value::Broken => String::new(),
        }
    }

    pub fn is_empty(&self) -> bool {
        !matches!(self.value, Value::Broken) && self.words().is_empty()
    }
}

/// Spreadsheets hand down no-break spaces, and zero-width characters at the ends; what is hidden inside stays,
/// to be refused. A line break at an end is nobody's wish either.
fn words(text: &str) -> String {
    let ends = |one: char| {
        one.is_whitespace() || matches!(one, '\u{200b}' | '\u{feff}' | '\u{2060}' | '\u{200e}' | '\u{200f}')
    };
    let mut out = String::with_capacity(text.len());
    for one in text.trim_matches(ends).chars() {
        let space = one == ' ' || matches!(one, '\u{a0}' | '\u{2007}' | '\u{202f}');
        match space {
            true if out.ends_with(' ') => {}
            true => out.push(' '),
            false => out.push(one),
        }
    }
    if matches!(out.as_str(), "-" | "–" | "—" | "/") { String::new() } else { out }
}

/// One row, under the number that a spreadsheet shows for it, from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    pub number: usize,
    pub cells: Vec<Cell>,
}

impl Row {
    pub fn is_empty(&self) -> bool {
        self.cells.iter().all(Cell::is_empty)
    }

    pub fn cell(&self, column: usize) -> &Cell {
        const NOTHING: &Cell = &Cell { value: Value::Empty, computed: false };
        self.cells.get(column).unwrap_or(NOTHING)
    }
}

/// The rows that hold something, in order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Table {
    pub rows: Vec<Row>,
    /// Sheets of the workbook that were not read.
    pub other_sheets: Vec<String>,
}

/// Every way in which the file may be read: several for a CSV, by its possible separators.
///
/// # Errors
/// What makes the file none that can be read.
pub fn read(bytes: &[u8]) -> Result<Vec<Table>, Fault> {
    if bytes.len() > FILE_MAX {
        return Err(Fault::of_file(Code::TooLarge).told((FILE_MAX / 1024 / 1024).to_string()));
    }
    let tables = if bytes.starts_with(b"PK") {
        vec![workbook(bytes)?]
    } else if let Some(text) = decode(bytes) {
        separated(&text)?
    } else {
        return Err(Fault::of_file(Code::NotASpreadsheet));
    };
    if tables.iter().any(|table| table.rows.is_empty()) {
        return Err(Fault::of_file(Code::EmptyFile));
    }
    Ok(tables)
}

/// UTF-8, UTF-16 with its mark, else Windows-1252, which holds Latin-1. Nothing for what is no text.
fn decode(bytes: &[u8]) -> Option<String> {
    let text = match encoding_rs::Encoding::for_bom(bytes) {
        Some((encoding, length)) => {
            encoding.decode_without_bom_handling(bytes.get(length..).unwrap_or_default()).0
        }
        None => match std::str::from_utf8(bytes) {
            Ok(text) => text.into(),
            Err(_) => encoding_rs::WINDOWS_1252.decode_without_bom_handling(bytes).0,
        },
    };
    // No text holds these; a PDF, an image, an old .xls do.
    let strange = |one: &char| one.is_control() && !matches!(one, '\n' | '\r' | '\t' | '\u{b}');
    let strangers = text.chars().take(4096).filter(strange).count();
    if bytes.starts_with(b"%PDF") || text.contains('\0') || strangers > 8 {
        return None;
    }
    // Lines end in the way of each system, the last one often in none.
    Some(text.replace("\r\n", "\n").replace('\r', "\n") + "\n")
}

fn separated(text: &str) -> Result<Vec<Table>, Fault> {
    b";,\t".iter().map(|separator| with_separator(text, *separator)).collect()
}

fn with_separator(text: &str, separator: u8) -> Result<Table, Fault> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(separator)
        .from_reader(text.as_bytes());
    let mut table = Table::default();
    let mut record = csv::StringRecord::new();
    // A spreadsheet counts records; a break inside a cell makes a line of the file, not a row.
    let mut inner_breaks = 0;
    loop {
        match reader.read_record(&mut record) {
            Ok(true) => {}
            Ok(false) => break,
            Err(_) => return Err(Fault::of_file(Code::NotASpreadsheet)),
        }
        // Where the next line begins; the reader has passed over the blank ones before this record.
        let next = usize::try_from(reader.position().line()).unwrap_or(usize::MAX);
        inner_breaks += record.iter().map(|cell| cell.matches('\n').count()).sum::<usize>();
        let cells: Vec<Cell> = record.iter().take(COLUMNS_MAX).map(Cell::text).collect();
        let row = Row { number: next.saturating_sub(1 + inner_breaks), cells };
        push(&mut table, row)?;
    }
    Ok(table)
}

fn push(table: &mut Table, row: Row) -> Result<(), Fault> {
    if row.is_empty() {
        return Ok(());
    }
    if table.rows.len() >= ROWS_MAX {
        return Err(Fault::of_file(Code::TooManyLines).told(ROWS_MAX.to_string()));
    }
    table.rows.push(row);
    Ok(())
}

fn workbook(bytes: &[u8]) -> Result<Table, Fault> {
    refuse_bomb(bytes)?;
    let not_one = || Fault::of_file(Code::NotASpreadsheet);
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(|_| not_one())?;
    let visible: Vec<String> = book
        .sheets_metadata()
        .iter()
        .filter(|sheet| sheet.visible == SheetVisible::Visible)
        .map(|sheet| sheet.name.clone())
        .collect();
    let mut read: Option<(String, Table)> = None;
    let mut others = Vec::new();
    for name in visible {
        let table = sheet(&mut book, &name).map_err(|fault| fault.unwrap_or_else(not_one))?;
        match &read {
            _ if table.rows.is_empty() => {}
            None => read = Some((name, table)),
            Some(_) => others.push(name),
        }
    }
    let (_, table) = read.unwrap_or_default();
    Ok(Table { other_sheets: others, ..table })
}

/// A file of a few kilobytes can unfold to more than the memory holds.
fn refuse_bomb(bytes: &[u8]) -> Result<(), Fault> {
    let not_one = || Fault::of_file(Code::NotASpreadsheet);
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|_| not_one())?;
    let mut left = UNFOLDED_MAX;
    for place in 0..archive.len() {
        let mut entry = archive.by_index(place).map_err(|_| not_one())?.take(left);
        let unfolded = std::io::copy(&mut entry, &mut std::io::sink()).map_err(|_| not_one())?;
        left -= unfolded;
        if left == 0 {
            return Err(Fault::of_file(Code::TooLarge).told((FILE_MAX / 1024 / 1024).to_string()));
        }
    }
    Ok(())
}

type Book<'a> = Xlsx<Cursor<&'a [u8]>>;

/// Cell after cell, never as a block: one cell in the last corner would make a block of billions.
fn sheet(book: &mut Book<'_>, name: &str) -> Result<Table, Option<Fault>> {
    let merged = book.merge_cells_by_sheet_name(name).unwrap_or_default();
    let mut table = Table::default();
    let mut row = Row { number: 0, cells: Vec::new() };
    let mut cells = book.worksheet_cells_reader(name).map_err(|_| None)?;
    while let Some(found) = cells.next_cell_with_formula().map_err(|_| None)? {
        let (at, column) = (place(found.pos.0) + 1, place(found.pos.1));
        if at != row.number {
            push(&mut table, std::mem::replace(&mut row, Row { number: at, cells: Vec::new() }))?;
        }
        if column < COLUMNS_MAX {
            if row.cells.len() <= column {
                row.cells.resize(column + 1, Cell::default());
            }
            if let Some(cell) = row.cells.get_mut(column) {
                *cell = Cell { value: value(&found.value), computed: found.formula.is_some() };
            }
        }
    }
    push(&mut table, row)?;
    for region in &merged {
        spread(&mut table, region);
    }
    Ok(table)
}

fn place(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX - 1)
}

/// A merged cell says the same in all the places that it covers.
fn spread(table: &mut Table, region: &calamine::Dimensions) {
    let rows = place(region.start.0) + 1..=place(region.end.0) + 1;
    let columns = place(region.start.1)..=place(region.end.1).min(COLUMNS_MAX - 1);
    let first = table.rows.iter().find(|row| row.number == *rows.start());
    let Some(cell) = first.map(|row| row.cell(*columns.start()).clone()) else { return };
    if cell.is_empty() {
        return;
    }
    for row in table.rows.iter_mut().filter(|row| rows.contains(&row.number)) {
        for column in columns.clone() {
            if row.cells.len() <= column {
                row.cells.resize(column + 1, Cell::default());
            }
            if let Some(covered) = row.cells.get_mut(column)
                && covered.is_empty()
            {
                *covered = cell.clone();
            }
        }
    }
}

fn value(found: &DataRef<'_>) -> Value {
    match found {
        DataRef::Empty => Value::Empty,
        DataRef::String(text) => Value::Text(text.clone()),
        DataRef::SharedString(text) => Value::Text((*text).to_owned()),
        DataRef::Int(number) => Value::Text(number.to_string()),
        // Rust writes 12.0 as «12».
        DataRef::Float(number) => Value::Text(number.to_string()),
        DataRef::Bool(truth) => Value::Text(truth.to_string()),
        DataRef::DateTime(date) => match date.as_datetime() {
            Some(at) => Value::Date(at.date()),
            None => Value::Broken,
        },
        DataRef::DateTimeIso(text) => match text.get(..10).and_then(|day| day.parse().ok()) {
            Some(date) => Value::Date(date),
            None => Value::Text(text.clone()),
        },
        DataRef::DurationIso(text) => Value::Text(text.clone()),
        DataRef::Error(_) => Value::Broken,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(bytes: &[u8], way: usize) -> Vec<(usize, Vec<String>)> {
        let table = &read(bytes).unwrap()[way];
        let cells = |row: &Row| row.cells.iter().map(Cell::words).collect();
        table.rows.iter().map(|row| (row.number, cells(row))).collect()
    }

    #[test]
    fn rows_have_the_numbers_that_a_spreadsheet_shows() {
        let text = "Liste\n\nNom;Ville\n\"A\nB\";Brest \n;;\nC;\u{a0}Le\u{a0} Havre\u{a0}\n";
        let told = shown(text.as_bytes(), 0);
        let numbers: Vec<usize> = told.iter().map(|row| row.0).collect();
        assert_eq!(numbers, [1, 3, 4, 6]);
        assert_eq!(told[3].1, ["C", "Le Havre"]);
    }

    #[test]
    fn every_encoding_that_spreadsheets_write() {
        let text = "Prénom;Œuvre\nZoé;1\n";
        let (latin, ..) = encoding_rs::WINDOWS_1252.encode(text);
        let mut utf16 = vec![0xff, 0xfe];
        utf16.extend(text.encode_utf16().flat_map(u16::to_le_bytes));
        let with_mark = [b"\xef\xbb\xbf", text.as_bytes()].concat();
        for bytes in [text.as_bytes(), &latin, &utf16, &with_mark, text.replace('\n', "\r").as_bytes()] {
            assert_eq!(shown(bytes, 0)[0].1, ["Prénom", "Œuvre"]);
            assert_eq!(shown(bytes, 0)[1].1, ["Zoé", "1"]);
        }
    }

    #[test]
    fn what_is_no_spreadsheet_is_told_so() {
        let code = |bytes: &[u8]| read(bytes).unwrap_err().code;
        assert_eq!(code(b"%PDF-1.7 \n"), Code::NotASpreadsheet);
        assert_eq!(code(b"\x89PNG\r\n\x1a\n\0\0\0"), Code::NotASpreadsheet);
        assert_eq!(code(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0\0"), Code::NotASpreadsheet);
        assert_eq!(code(b"PK\x03\x04 no archive"), Code::NotASpreadsheet);
        assert_eq!(code(b"\n\n;;\n"), Code::EmptyFile);
        assert_eq!(code(&vec![b'a'; FILE_MAX + 1]), Code::TooLarge);
        assert_eq!(code("a;b\n".repeat(ROWS_MAX + 1).as_bytes()), Code::TooManyLines);
    }

    #[test]
    fn an_archive_that_unfolds_beyond_measure_is_refused() {
        use std::io::Write as _;
        let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
        let options = zip::write::SimpleFileOptions::default();
        archive.start_file("xl/sharedStrings.xml", options).unwrap();
        let zeros = vec![b' '; 1024 * 1024];
        for _ in 0..100 {
            archive.write_all(&zeros).unwrap();
        }
        let bytes = archive.finish().unwrap().into_inner();
        assert!(bytes.len() < FILE_MAX);
        assert_eq!(read(&bytes).unwrap_err().code, Code::TooLarge);
    }
}
