//! Reading our own source: code apart from comments and strings.

/// A source file taken apart.
#[derive(Debug, Default)]
pub struct Source {
    /// The text without comments and without what strings hold; every line keeps its number.
    pub code: String,
    /// What string literals hold as written, escapes included, with the line that each starts on.
    pub strings: Vec<(usize, String)>,
}

impl Source {
    pub fn of(text: &str) -> Self {
        let chars: Vec<char> = text.chars().collect();
        let mut source = Self::default();
        let (mut at, mut line) = (0, 1);
        while at < chars.len() {
            let end = skipped(&chars, at);
            let (from, to) = (at, end.unwrap_or(at + 1));
            match (end, chars[from]) {
                (None, one) => source.code.push(one),
                (Some(_), '/') => {}
                (Some(_), _) => {
                    source.code.push_str("\"\"");
                    source.strings.push((line, chars[from..to].iter().collect()));
                }
            }
            let lines = chars[from..to].iter().filter(|one| **one == '\n').count();
            if end.is_some() {
                source.code.push_str(&"\n".repeat(lines));
            }
            line += lines;
            at = to;
        }
        source
    }

    /// What stands before the unit tests at the end of the file.
    pub fn product(&self) -> &str {
        self.code.split("#[cfg(test)]").next().unwrap_or_default()
    }
}

/// Where the comment or the literal that starts here ends, if one does.
fn skipped(chars: &[char], at: usize) -> Option<usize> {
    let is = |offset: usize, one: char| chars.get(at + offset) == Some(&one);
    let in_word = at > 0 && (chars[at - 1].is_alphanumeric() || chars[at - 1] == '_');
    match chars[at] {
        '/' if is(1, '/') => Some(find(chars, at, "\n").map_or(chars.len(), |end| end - 1)),
        '/' if is(1, '*') => Some(find(chars, at + 2, "*/").unwrap_or(chars.len())),
        '"' => Some(closing(chars, at + 1, '"')),
        // A character, not a lifetime.
        '\'' if is(1, '\\') || is(2, '\'') => Some(closing(chars, at + 1, '\'')),
        'r' if !in_word || chars[at - 1] == 'b' => {
            let hashes = chars[at + 1..].iter().take_while(|one| **one == '#').count();
            if !is(1 + hashes, '"') {
                return None;
            }
            let end = format!("\"{}", "#".repeat(hashes));
            Some(find(chars, at + 2 + hashes, &end).unwrap_or(chars.len()))
        }
        _ => None,
    }
}

/// Just after the next place where this stands.
fn find(chars: &[char], from: usize, wanted: &str) -> Option<usize> {
    let wanted: Vec<char> = wanted.chars().collect();
    chars
        .get(from..)?
        .windows(wanted.len())
        .position(|window| window == wanted)
        .map(|at| from + at + wanted.len())
}

fn closing(chars: &[char], mut at: usize, quote: char) -> usize {
    while at < chars.len() && chars[at] != quote {
        at += if chars[at] == '\\' { 2 } else { 1 };
    }
    (at + 1).min(chars.len())
}

/// A function with its body: name, first line, number of lines.
pub fn functions(code: &str) -> Vec<(String, usize, usize)> {
    let lines: Vec<&str> = code.lines().collect();
    let mut found = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        let Some(name) = function_name(line) else { continue };
        let mut depth = 0_usize;
        let mut opened = false;
        for (offset, body) in lines[index..].iter().enumerate() {
            for one in body.chars() {
                match one {
                    '{' => (depth, opened) = (depth + 1, true),
                    '}' => depth = depth.saturating_sub(1),
                    _ => {}
                }
            }
            if opened && depth == 0 {
                found.push((name, index + 1, offset + 1));
                break;
            }
            // Declared without a body.
            if !opened && body.trim_end().ends_with(';') {
                break;
            }
        }
    }
    found
}

fn function_name(line: &str) -> Option<String> {
    let line = line.trim_start();
    let (before, rest) = line.split_once("fn ")?;
    let qualifiers = ["pub", "async", "const", "unsafe", "extern", "\"\"", "crate)", "super)", "in"];
    let plain = before
        .split_whitespace()
        .all(|word| qualifiers.iter().any(|known| word.starts_with(known) || word.ends_with(known)));
    let name: String = rest.chars().take_while(|one| one.is_alphanumeric() || *one == '_').collect();
    (plain && !name.is_empty()).then_some(name)
}
