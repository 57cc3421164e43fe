//! The text of a file → its value, with the place of every element.
//!
//! Written over the parser's events and not over a loaded tree: duplicate keys are then all told, depth is
//! bounded before anything recurses, and what these files have no use for (anchors, aliases, tags, a second
//! document) is refused with its line, so nothing can unfold into more than its own size.

use std::collections::HashMap;

use saphyr::{Scalar, ScalarStyle};
use saphyr_parser::{Event, Marker, Parser};
use serde_json::{Map, Value};

use super::fault::{Fault, Finding, child, lineage};

/// Bytes; the longer of the two source référentiels is about a tenth of it.
pub const MAX_BYTES: usize = 2 * 1024 * 1024;
/// Keys and values; some fifteen times what the longer source needs.
pub const MAX_NODES: usize = 100_000;
/// Collections inside one another; the format itself needs ten, nested rules a few more.
pub const MAX_DEPTH: usize = 32;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    pub line: usize,
    pub column: usize,
}

impl From<Marker> for Place {
    fn from(mark: Marker) -> Self {
        Self { line: mark.line().max(1), column: mark.col() + 1 }
    }
}

/// A file as read: its value, and where each part of it stands.
#[derive(Debug, Default)]
pub struct Document {
    pub value: Value,
    places: HashMap<String, Place>,
}

impl Document {
    /// The place of what the pointer names; for something that is missing, of the nearest part around it.
    pub fn place(&self, pointer: &str) -> Place {
        lineage(pointer).find_map(|at| self.places.get(at).copied()).unwrap_or(Place { line: 1, column: 1 })
    }

    pub fn locate(&self, finding: Finding) -> Fault {
        let Place { line, column } = self.place(&finding.pointer);
        let Finding { code, pointer, message } = finding;
        Fault { file: None, line, column, code, pointer, message }
    }
}

/// Reads the text; `Err` holds the faults after which nothing more can be said of the file.
pub fn read(text: &str) -> Result<(Document, Vec<Finding>), Vec<Fault>> {
    if text.len() > MAX_BYTES {
        let finding = Finding::new(
            "file_too_large",
            "",
            format!("le fichier dépasse {} Mio", MAX_BYTES / (1024 * 1024)),
            format!("the file is larger than {} MiB", MAX_BYTES / (1024 * 1024)),
        );
        return Err(vec![Document::default().locate(finding)]);
    }
    let mut builder = Builder::default();
    for step in Parser::new_from_str(text) {
        let stopped = match step {
            Ok((event, span)) => builder.take(event, span.start.into()).err(),
            Err(error) => Some(syntax((*error.marker()).into(), error.info())),
        };
        if let Some(fault) = stopped {
            let mut faults: Vec<_> =
                builder.findings.into_iter().map(|finding| builder.document.locate(finding)).collect();
            faults.push(*fault);
            return Err(faults);
        }
    }
    Ok((builder.document, builder.findings))
}

fn syntax(place: Place, cause: &str) -> Box<Fault> {
    let finding = Finding::new(
        "yaml_syntax",
        "",
        format!(
            "le fichier n’est pas du YAML bien formé à partir d’ici\u{a0}: un retrait, un tiret, un deux-points ou \
             un guillemet est à revoir (l’analyseur dit\u{a0}: {cause})"
        ),
        format!(
            "the file is not well-formed YAML from here on: look at the indent, the dash, the colon or the quotes \
             (the parser says: {cause})"
        ),
    );
    at(place, finding)
}

fn at(place: Place, Finding { code, pointer, message }: Finding) -> Box<Fault> {
    Box::new(Fault { file: None, line: place.line, column: place.column, code, pointer, message })
}

enum Frame {
    Sequence { pointer: String, items: Vec<Value> },
    Mapping { pointer: String, members: Map<String, Value>, key: Option<Key> },
}

struct Key {
    name: String,
    place: Place,
    /// Already given in this mapping: read on, so as to tell what follows, then dropped.
    repeated: bool,
}

#[derive(Default)]
struct Builder {
    document: Document,
    findings: Vec<Finding>,
    stack: Vec<Frame>,
    documents: usize,
    nodes: usize,
}

impl Builder {
    fn take(&mut self, event: Event<'_>, place: Place) -> Result<(), Box<Fault>> {
        self.nodes += 1;
        if self.nodes > MAX_NODES {
            let (fr, en) = (
                format!("le fichier compte plus de {MAX_NODES} clés et valeurs"),
                format!("the file has more than {MAX_NODES} keys and values"),
            );
            return Err(at(place, Finding::new("file_too_large", "", fr, en)));
        }
        match event {
            Event::DocumentStart(_) => {
                self.documents += 1;
                if self.documents > 1 {
                    let (fr, en) = ("un seul document par fichier", "one document a file");
                    return Err(at(place, Finding::new("yaml_feature", "", fr, en)));
                }
            }
            Event::Scalar(text, style, anchor, tag) => {
                if self.awaits_key() {
                    self.refuse_feature(anchor > 0 || tag.is_some(), "", place)?;
                    self.open_key(&text, place);
                } else {
                    let pointer = self.next_pointer(place);
                    self.refuse_feature(anchor > 0 || tag.is_some(), &pointer, place)?;
                    let value = self.scalar(&text, style, &pointer);
                    self.put(value);
                }
            }
            Event::Alias(_) => return self.refuse_feature(true, "", place),
            Event::SequenceStart(anchor, tag) => {
                let pointer = self.open(anchor > 0 || tag.is_some(), place)?;
                self.stack.push(Frame::Sequence { pointer, items: Vec::new() });
            }
            Event::MappingStart(anchor, tag) => {
                let pointer = self.open(anchor > 0 || tag.is_some(), place)?;
                self.stack.push(Frame::Mapping { pointer, members: Map::new(), key: None });
            }
            Event::SequenceEnd | Event::MappingEnd => match self.stack.pop() {
                Some(Frame::Sequence { items, .. }) => self.put(Value::Array(items)),
                Some(Frame::Mapping { members, .. }) => self.put(Value::Object(members)),
                None => {}
            },
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => {}
        }
        Ok(())
    }

    fn awaits_key(&self) -> bool {
        matches!(self.stack.last(), Some(Frame::Mapping { key: None, .. }))
    }

    fn refuse_feature(&self, found: bool, pointer: &str, place: Place) -> Result<(), Box<Fault>> {
        if !found {
            return Ok(());
        }
        let finding = Finding::new(
            "yaml_feature",
            pointer,
            "les ancres (&), alias (*) et étiquettes (!) de YAML ne servent pas dans ces fichiers\u{a0}: écrivez \
             la valeur, entre guillemets si elle commence par l’un de ces signes",
            "YAML anchors (&), aliases (*) and tags (!) have no use in these files: write the value, in quotes \
             if it begins with one of these signs",
        );
        Err(at(place, finding))
    }

    /// Before a collection: its pointer, unless it stands too deep or where a key is due.
    fn open(&mut self, marked: bool, place: Place) -> Result<String, Box<Fault>> {
        self.refuse_feature(marked, "", place)?;
        if self.awaits_key() {
            let (fr, en) = ("une clé est un seul mot, pas une liste", "a key is a single word, not a list");
            return Err(at(place, Finding::new("yaml_syntax", "", fr, en)));
        }
        if self.stack.len() >= MAX_DEPTH {
            let finding = Finding::new(
                "too_deep",
                "",
                format!("plus de {MAX_DEPTH} niveaux emboîtés"),
                format!("more than {MAX_DEPTH} nested levels"),
            );
            return Err(at(place, finding));
        }
        Ok(self.next_pointer(place))
    }

    /// The pointer of the value that comes now; an item is placed where it starts, a member at its key.
    fn next_pointer(&mut self, place: Place) -> String {
        let (pointer, place) = match self.stack.last() {
            None => (String::new(), place),
            Some(Frame::Sequence { pointer, items }) => (child(pointer, items.len()), place),
            Some(Frame::Mapping { pointer, key: Some(key), .. }) => (child(pointer, &key.name), key.place),
            Some(Frame::Mapping { pointer, key: None, .. }) => (pointer.clone(), place),
        };
        self.document.places.entry(pointer.clone()).or_insert(place);
        pointer
    }

    fn open_key(&mut self, name: &str, place: Place) {
        let Some(Frame::Mapping { pointer, members, key }) = self.stack.last_mut() else { return };
        let repeated = members.contains_key(name);
        *key = Some(Key { name: name.to_owned(), place, repeated });
        if repeated {
            let here = child(pointer, name);
            let first = self.document.places.get(&here).map_or(1, |first| first.line);
            let again = child(pointer, format_args!("{name} (line {})", place.line));
            self.document.places.insert(again.clone(), place);
            self.findings.push(Finding::new(
                "duplicate_key",
                again,
                format!("la clé «\u{a0}{name}\u{a0}» est déjà donnée ligne {first}"),
                format!("the key “{name}” is already given on line {first}"),
            ));
        }
    }

    fn put(&mut self, value: Value) {
        match self.stack.last_mut() {
            None => self.document.value = value,
            Some(Frame::Sequence { items, .. }) => items.push(value),
            Some(Frame::Mapping { members, key, .. }) => {
                if let Some(Key { name, repeated: false, .. }) = key.take() {
                    members.insert(name, value);
                }
            }
        }
    }

    /// Words between quotes or in a block are text; bare ones may be a number, yes or no, or nothing.
    fn scalar(&mut self, text: &str, style: ScalarStyle, pointer: &str) -> Value {
        match Scalar::parse_from_cow_and_metadata(text.into(), style, None) {
            None | Some(Scalar::Null) => Value::Null,
            Some(Scalar::Boolean(yes)) => Value::Bool(yes),
            Some(Scalar::Integer(number)) => Value::from(number),
            Some(Scalar::String(text)) => Value::String(text.into_owned()),
            Some(Scalar::FloatingPoint(_)) => {
                self.findings.push(Finding::new(
                    "wrong_type",
                    pointer,
                    format!(
                        "un nombre à virgule s’écrit entre guillemets, pour être gardé à la lettre\u{a0}: \
                         \"{text}\""
                    ),
                    format!(
                        "a decimal number is written in quotes, so as to be kept to the letter: \"{text}\""
                    ),
                ));
                Value::Null
            }
        }
    }
}
