//! Characters that nobody means to write.

/// Characters that change how the others are read without being seen themselves: control characters, line
/// and paragraph separators, bidirectional marks, overrides and isolates (Unicode UAX #9 §2), the zero-width
/// space and the byte-order mark. The zero-width joiners stay: some scripts are written with them.
pub fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{061c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}' | '\u{2066}'..='\u{2069}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}')
}

/// The same in a text of several lines, whose line breaks and tabs are seen.
pub fn is_hidden_in_lines(c: char) -> bool {
    is_hidden(c) && !matches!(c, '\n' | '\r' | '\t')
}
