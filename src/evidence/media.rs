//! What a file is, told by its content and never by whoever sends it. Pure.

/// Enough of the beginning for every signature, office documents included.
const HEAD: usize = 32 * 1024;

const OFFICE: &[&str] = &[
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "application/vnd.oasis.opendocument.text",
    "application/vnd.oasis.opendocument.spreadsheet",
    "application/vnd.oasis.opendocument.presentation",
];

const ARCHIVES: &[&str] =
    &["application/zip", "application/x-7z-compressed", "application/gzip", "application/x-tar"];

/// Watches a file go by.
#[derive(Debug, Clone, Default)]
pub struct Sniffer {
    head: Vec<u8>,
    text: TextWatch,
}

impl Sniffer {
    pub fn feed(&mut self, chunk: &[u8]) {
        let room = HEAD - self.head.len();
        self.head.extend(chunk.iter().take(room));
        self.text.feed(chunk);
    }

    /// The media type, when it is one that is accepted as evidence. `filename` only tells apart what the
    /// content cannot: kinds of text, and the old office formats that share one container.
    pub fn media_type(&self, filename: &str) -> Option<&'static str> {
        let extension = filename.rsplit_once('.').map(|(_, end)| end.to_lowercase()).unwrap_or_default();
        let kind = infer::get(&self.head);
        match kind.map(|kind| kind.mime_type()) {
            Some(plain @ ("application/pdf" | "application/rtf")) => return Some(plain),
            // A text may begin like a signature («BM…», «MZ…»): being text all along decides.
            _ if self.text.is_text() => return Some(self.kind_of_text(&extension)),
            _ => {}
        }
        let kind = kind?;
        match (kind.matcher_type(), kind.mime_type()) {
            (infer::MatcherType::Image | infer::MatcherType::Audio | infer::MatcherType::Video, media) => {
                Some(media)
            }
            (_, media) if OFFICE.contains(&media) || ARCHIVES.contains(&media) => Some(media),
            (_, "application/msword") => old_office(&extension),
            _ => None,
        }
    }

    fn kind_of_text(&self, extension: &str) -> &'static str {
        let head = String::from_utf8_lossy(&self.head);
        let json = head.trim_start_matches('\u{feff}').trim_start().starts_with(['{', '[']);
        let markup = infer::get(&self.head).map(|kind| kind.mime_type());
        match (extension, markup) {
            ("ipynb", _) if json && (head.contains("\"cells\"") || head.contains("\"nbformat\"")) => {
                "application/x-ipynb+json"
            }
            (_, Some("text/html")) => "text/html",
            (_, Some("text/xml")) => "text/xml",
            ("json", _) if json => "application/json",
            ("csv", _) => "text/csv",
            ("md" | "markdown", _) => "text/markdown",
            _ => "text/plain",
        }
    }
}

/// Word, Excel and PowerPoint before 2007 share one container, as installers do.
fn old_office(extension: &str) -> Option<&'static str> {
    match extension {
        "doc" => Some("application/msword"),
        "xls" => Some("application/vnd.ms-excel"),
        "ppt" => Some("application/vnd.ms-powerpoint"),
        _ => None,
    }
}

/// The type under which a file is sent back: what a browser could run goes as plain text.
pub fn served_as(media_type: &str) -> String {
    match media_type {
        "text/html" | "text/xml" => "text/plain; charset=utf-8".to_owned(),
        text if text.starts_with("text/") => format!("{text}; charset=utf-8"),
        other => other.to_owned(),
    }
}

/// Whether everything so far is text in UTF-8, whatever the cuts between chunks.
#[derive(Debug, Clone, Default)]
struct TextWatch {
    /// The beginning of a character cut by the end of a chunk: three bytes at the most.
    cut: Vec<u8>,
    broken: bool,
}

impl TextWatch {
    fn feed(&mut self, chunk: &[u8]) {
        if self.broken {
            return;
        }
        // Tabulation, line and page ends, and the escape of coloured logs; no other control belongs in text.
        self.broken = chunk.iter().any(|b| *b == 0x7f || (*b < 0x20 && !matches!(b, 9 | 10 | 12 | 13 | 27)));
        let mut rest = chunk;
        while let (false, [first, others @ ..]) = (self.cut.is_empty() || self.broken, rest) {
            self.cut.push(*first);
            rest = others;
            match std::str::from_utf8(&self.cut) {
                Ok(_) => self.cut.clear(),
                Err(error) => self.broken = error.error_len().is_some(),
            }
        }
        if let Err(error) = std::str::from_utf8(rest) {
            self.broken |= error.error_len().is_some();
            self.cut = rest.get(error.valid_up_to()..).unwrap_or_default().to_vec();
        }
    }

    fn is_text(&self) -> bool {
        !self.broken && self.cut.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(content: &[u8], filename: &str) -> Option<&'static str> {
        let mut whole = Sniffer::default();
        whole.feed(content);
        let mut bit_by_bit = Sniffer::default();
        content.chunks(1).for_each(|byte| bit_by_bit.feed(byte));
        assert_eq!(whole.media_type(filename), bit_by_bit.media_type(filename), "cuts change nothing");
        whole.media_type(filename)
    }

    #[test]
    fn content_tells_the_type_whatever_the_name_says() {
        let png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";
        for (content, filename, expected) in [
            (&b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"[..], "photo.jpg", Some("application/pdf")),
            (png, "rapport.pdf", Some("image/png")),
            (b"PK\x03\x04\x14\0\0\0\x08\0abcdefghijklmnopqrstuvwxyz", "projet.zip", Some("application/zip")),
            (b"\x1f\x8b\x08\0\0\0\0\0", "projet.tar.gz", Some("application/gzip")),
            (b"RIFF\x24\0\0\0WAVEfmt ", "entretien.wav", Some("audio/x-wav")),
            ("nom;note\nÉlodie;3\n".as_bytes(), "notes.csv", Some("text/csv")),
            (b"# Bilan\n", "README.md", Some("text/markdown")),
            (b"import pandas\n", "nettoyage.py", Some("text/plain")),
            (b"BMW, Peugeot : une comparaison\n", "texte.txt", Some("text/plain")),
            (b"MZ est le nom du projet\n", "texte.txt", Some("text/plain")),
            (b"{\"cells\": [], \"nbformat\": 4}", "analyse.ipynb", Some("application/x-ipynb+json")),
            (b"{\"a\": 1}", "analyse.ipynb", Some("text/plain")),
            (b"<!DOCTYPE html><script>alert(1)</script>", "photo.jpg", Some("text/html")),
            (b"MZ\x90\0\x03\0\0\0\x04\0\0\0\xff\xff", "rapport.pdf", None),
            (b"\x7fELF\x02\x01\x01\0", "rapport.pdf", None),
            (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0\0", "installe.msi", None),
            (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0\0", "rapport.doc", Some("application/msword")),
            (b"\xff\xfe\xfd\xfc\0\x01", "rapport.txt", None),
            ("coupé".as_bytes().split_last().unwrap().1, "rapport.txt", None),
        ] {
            assert_eq!(
                told(content, filename),
                expected,
                "{filename}: {:?}",
                String::from_utf8_lossy(content)
            );
        }
    }

    #[test]
    fn a_binary_tail_is_seen_however_late() {
        let mut long = vec![b'a'; 3 * HEAD];
        assert_eq!(told(&long, "long.txt"), Some("text/plain"));
        long.push(0);
        assert_eq!(told(&long, "long.txt"), None);
    }

    #[test]
    fn nothing_that_runs_is_served_as_such() {
        assert_eq!(served_as("text/html"), "text/plain; charset=utf-8");
        assert_eq!(served_as("text/xml"), "text/plain; charset=utf-8");
        assert_eq!(served_as("text/csv"), "text/csv; charset=utf-8");
        assert_eq!(served_as("application/pdf"), "application/pdf");
    }
}
