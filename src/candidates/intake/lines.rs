//! Each line as a person to enrol, read by the rules of every enrolment. Pure.

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;

use super::fault::{Code, Fault};
use super::heads::Heads;
use super::table::{Cell, Row, Table, Value};
use super::vocabulary::Field;
use crate::candidates::model::{BlocksSought, Enrollee, EnrolmentFault, NewAcquiredBlock, NewEnrolment};
use crate::candidates::names::folded;
use crate::candidates::rules::{self, VersionBlocks};

/// A block as people name it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlockName {
    pub slug: String,
    pub number: u32,
}

/// Somebody, as one line says.
#[derive(Debug, Clone)]
pub struct Line {
    pub number: usize,
    /// The place asked for, in four figures.
    pub place: Option<String>,
    pub person: Enrollee,
    /// The columns that are filled in: an empty cell changes nothing of somebody known.
    pub given: HashSet<Field>,
}

/// What was read of a file.
#[derive(Debug, Default)]
pub struct Lines {
    /// Those that can be read.
    pub sound: Vec<Line>,
    /// All that hold something.
    pub count: usize,
    pub blocking: Vec<Fault>,
    pub warnings: Vec<Fault>,
}

/// What a line says before the rules have read it.
struct Raw {
    number: usize,
    place: Option<String>,
    given: HashSet<Field>,
    new: NewEnrolment,
}

struct Reader<'a> {
    heads: &'a Heads,
    blocks: &'a [BlockName],
    lines: Lines,
}

pub fn read(table: &Table, heads: &Heads, blocks: &[BlockName], today: NaiveDate) -> Lines {
    let mut reader = Reader { heads, blocks, lines: Lines::default() };
    let raw: Vec<Raw> = table.rows.iter().skip(heads.first).filter_map(|row| reader.line(row)).collect();
    let slugs: Vec<String> = blocks.iter().map(|block| block.slug.clone()).collect();
    let given: Vec<NewEnrolment> = raw.iter().map(|one| one.new.clone()).collect();
    let (people, faults) = rules::read_all(&given, VersionBlocks(&slugs), today);
    let told: HashSet<(Option<usize>, Option<String>)> =
        reader.lines.blocking.iter().map(|fault| (fault.line, fault.column.clone())).collect();
    for fault in faults {
        // A cell is told once: what it lacks, once its formula is refused, is no news.
        let fault = reader.of_rules(&fault, &raw);
        if !told.contains(&(fault.line, fault.column.clone())) && !reader.lines.blocking.contains(&fault) {
            reader.lines.blocking.push(fault);
        }
    }
    let mut raw: Vec<Option<Raw>> = raw.into_iter().map(Some).collect();
    for (index, person) in people {
        let Some(one) = raw.get_mut(index).and_then(Option::take) else { continue };
        reader.lines.sound.push(Line { number: one.number, place: one.place, person, given: one.given });
    }
    reader.places();
    reader.lines
}

/// A cell whose words a spreadsheet would compute, where they are no plain number.
fn is_formula(text: &str) -> bool {
    let plain = |rest: &str| {
        !rest.is_empty()
            && rest.chars().all(|one| one.is_ascii_digit() || matches!(one, ' ' | '.' | ',' | '(' | ')'))
    };
    match text.chars().next() {
        Some('=' | '@') => true,
        Some('+' | '-') => !plain(text.get(1..).unwrap_or_default()),
        _ => false,
    }
}

/// JJ/MM/AAAA in the ways that people write it, and ISO; nothing for a year of two figures, which could be
/// that of two centuries.
fn iso_date(text: &str) -> Option<String> {
    let day = text.split([' ', 'T']).next().unwrap_or_default();
    let parts: Vec<&str> = day.split(['/', '-', '.']).collect();
    let [first, month, last] = parts[..] else { return None };
    let (year, day) = if first.len() == 4 { (first, last) } else { (last, first) };
    if year.len() != 4 || day.is_empty() || day.len() > 2 || month.is_empty() || month.len() > 2 {
        return None;
    }
    let date = NaiveDate::from_ymd_opt(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)?;
    Some(date.to_string())
}

/// 07/14/1985: read as JJ/MM/AAAA, the dates beside it would be others than were meant.
fn is_month_first(text: &str) -> bool {
    let parts: Vec<&str> = text.split(['/', '-', '.']).collect();
    let [month, day, year] = parts[..] else { return false };
    iso_date(&format!("{day}/{month}/{year}")).is_some()
}

/// Each access route: our word, the name that is shown, and what people write.
const ROUTES: &[(&str, &str, &[&str])] = &[
    ("initial_training", "formation initiale", &["initiale", "fi", "initial training", "scolaire"]),
    ("apprenticeship", "apprentissage", &["contrat d apprentissage", "apprenti", "apprentie", "ca"]),
    (
        "continuing_training",
        "formation continue",
        &["continue", "fc", "formation professionnelle continue", "continuing training"],
    ),
    (
        "professionalisation_contract",
        "contrat de professionnalisation",
        &["contrat pro", "professionnalisation", "cq", "professionalisation contract"],
    ),
    (
        "individual_candidate",
        "candidature individuelle",
        &[
            "candidat libre",
            "candidate libre",
            "candidat individuel",
            "individuel",
            "libre",
            "cl",
            "individual candidate",
        ],
    ),
    ("prior_experience", "VAE", &["validation des acquis de l experience", "experience", "prior experience"]),
];

fn route(text: &str) -> String {
    let said = folded(text);
    let known = ROUTES.iter().find(|(word, shown, others)| {
        said == folded(word) || said == folded(shown) || others.contains(&said.as_str())
    });
    known.map_or_else(|| text.to_owned(), |(word, ..)| (*word).to_owned())
}

fn pieces(text: &str) -> Vec<String> {
    let apart = text.replace(" et ", ";").replace(" and ", ";");
    let parts = apart.split([';', ',', '/', '|', '&', '+', '\n']).map(str::trim);
    parts.filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

/// As many words as there are blocks, or one for all of them.
fn for_each(text: &str, count: usize) -> Vec<String> {
    let parts: Vec<&str> = text.split([';', '|', '\n']).map(str::trim).collect();
    if count > 1 && parts.len() == count {
        parts.into_iter().map(str::to_owned).collect()
    } else {
        vec![text.to_owned(); count]
    }
}

impl Reader<'_> {
    /// The words of a cell; nothing for one that is refused.
    fn words(&mut self, row: &Row, field: Field) -> Option<String> {
        let cell: &Cell = row.cell(self.heads.column(field)?);
        let head = self.heads.head(field);
        if cell.value == Value::Broken {
            self.lines.blocking.push(Fault::at(row.number, head, Code::BrokenCell));
            return None;
        }
        let words = cell.words();
        if is_formula(&words) {
            self.lines.blocking.push(Fault::at(row.number, head, Code::Formula).told(&words));
            return None;
        }
        if cell.computed && !words.is_empty() {
            self.lines.warnings.push(Fault::at(row.number, head, Code::FormulaValue).told(&words));
        }
        Some(words).filter(|words| !words.is_empty())
    }

    fn line(&mut self, row: &Row) -> Option<Raw> {
        use Field::{
            AccessRoute, AcquiredBlocks, BirthCountry, BirthDate, BirthInsee, BirthName, BirthPlace,
            BirthPostcode, Blocks, Email, Employer, FirstNames, Number, Sex, UsageName,
        };
        let mut given = HashSet::new();
        let mut of = |reader: &mut Self, field: Field| {
            let words = reader.words(row, field);
            if words.is_some() {
                given.insert(field);
            }
            words
        };
        let place = of(self, Number);
        let birth_date = of(self, BirthDate);
        let mut new = NewEnrolment {
            birth_name: of(self, BirthName).unwrap_or_default(),
            usage_name: of(self, UsageName),
            first_names: of(self, FirstNames).unwrap_or_default(),
            birth_place: of(self, BirthPlace),
            sex: of(self, Sex),
            birth_insee: of(self, BirthInsee).map(|code| five_figures(&code)),
            birth_postcode: of(self, BirthPostcode).map(|code| five_figures(&code)),
            birth_country: of(self, BirthCountry),
            email: of(self, Email).unwrap_or_default(),
            employer: of(self, Employer),
            access_route: of(self, AccessRoute).map(|text| route(&text)).unwrap_or_default(),
            ..NewEnrolment::default()
        };
        new.blocks = of(self, Blocks).map_or_else(BlocksSought::default, |text| self.blocks(&text));
        let acquired = of(self, AcquiredBlocks);
        if given.is_empty() {
            return None;
        }
        self.lines.count += 1;
        new.acquired_blocks = self.acquired(row, acquired.as_deref());
        new.birth_date = Some(birth_date.map_or_else(String::new, |text| iso_date(&text).unwrap_or(text)));
        let place = place.and_then(|text| self.place(row.number, &text));
        Some(Raw { number: row.number, place, given, new })
    }

    fn blocks(&self, text: &str) -> BlocksSought {
        let every =
            ["tous", "tous les blocs", "toute la certification", "all", "all blocks", "certification"];
        if every.contains(&folded(text).as_str()) {
            return BlocksSought::default();
        }
        BlocksSought::Some(pieces(text).iter().map(|piece| self.block(piece)).collect())
    }

    /// The slug of «Bloc 1», «BC01», «1» or of the slug itself; else the words as they are.
    fn block(&self, piece: &str) -> String {
        let said = folded(piece).replace(' ', "");
        let by_slug = self.blocks.iter().find(|block| folded(&block.slug).replace(' ', "") == said);
        let figures = said.rsplit(|one: char| !one.is_ascii_digit()).next().unwrap_or_default();
        let before = said.strip_suffix(figures).unwrap_or_default();
        let names_a_block = ["", "bloc", "block", "bc", "b", "n", "no", "blocn", "blocno"].contains(&before)
            || (before.starts_with("rncp") && before.ends_with("bc"));
        let number: Option<u32> = figures.parse().ok().filter(|_| names_a_block);
        let found = by_slug.or_else(|| self.blocks.iter().find(|block| Some(block.number) == number));
        found.map_or_else(|| piece.to_owned(), |block| block.slug.clone())
    }

    fn acquired(&mut self, row: &Row, blocks: Option<&str>) -> Vec<NewAcquiredBlock> {
        let proofs = [Field::AcquiredOrigin, Field::AcquiredOn, Field::AcquiredDocument];
        let told = proofs.map(|field| self.words(row, field));
        let Some(blocks) = blocks else {
            let alone = proofs.iter().zip(&told).find(|(_, words)| words.is_some());
            if let Some((field, _)) = alone {
                let head = self.heads.head(*field);
                self.lines.blocking.push(Fault::at(row.number, head, Code::ProofWithoutBlock));
            }
            return Vec::new();
        };
        let slugs: Vec<String> = pieces(blocks).iter().map(|piece| self.block(piece)).collect();
        let [origin, on, document] = told.map(|words| words.unwrap_or_default());
        // A file that has one column for the proof tells the origin there.
        let origin = if self.heads.column(Field::AcquiredOrigin).is_none() { &document } else { &origin };
        let (origins, days) = (for_each(origin, slugs.len()), for_each(&on, slugs.len()));
        let documents = for_each(&document, slugs.len());
        let each = slugs.into_iter().zip(origins).zip(days).zip(documents);
        each.map(|(((block, origin), on), document)| NewAcquiredBlock {
            block,
            origin,
            acquired_on: iso_date(&on).unwrap_or(on),
            document: Some(document).filter(|text| !text.is_empty()),
        })
        .collect()
    }

    fn place(&mut self, line: usize, text: &str) -> Option<String> {
        let place = text.parse().ok().and_then(rules::number);
        if place.is_none() {
            let head = self.heads.head(Field::Number);
            self.lines.blocking.push(Fault::at(line, head, Code::Number).told(text));
        }
        place
    }

    /// A number that two lines ask for.
    fn places(&mut self) {
        let mut first: HashMap<&str, usize> = HashMap::new();
        for line in &self.lines.sound {
            let Some(place) = &line.place else { continue };
            let known = *first.entry(place).or_insert(line.number);
            if known != line.number {
                let fault = Fault::at(line.number, self.heads.head(Field::Number), Code::Twice);
                self.lines.blocking.push(fault.told(place).told(known.to_string()));
            }
        }
    }

    /// A fault of the rules, at its place in the file.
    fn of_rules(&self, fault: &EnrolmentFault, raw: &[Raw]) -> Fault {
        let field = Field::of_rules(&fault.field).unwrap_or(Field::BirthName);
        let line = raw.get(fault.index);
        let said = line.map(|line| self.said(&line.new, &fault.field, field)).unwrap_or_default();
        let mut code = Code::named(fault.code).unwrap_or(Code::Required);
        // What is not there has no shape.
        if said.is_empty() && matches!(code, Code::Date | Code::UnknownRoute | Code::Email) {
            code = Code::Required;
        }
        if code == Code::Date && is_month_first(&said) {
            code = Code::MonthFirst;
        }
        let at = line.map_or(0, |line| line.number);
        let told = Fault::at(at, self.heads.head(field), code).told(&said);
        match code {
            Code::UnknownRoute => {
                told.listing(&ROUTES.iter().map(|one| one.1).collect::<Vec<_>>().join(", "))
            }
            Code::UnknownBlock => {
                let numbers: Vec<String> = self.blocks.iter().map(|block| block.number.to_string()).collect();
                told.listing(&numbers.join(", "))
            }
            Code::Twice if field == Field::Email => {
                let same = |one: &&Raw| one.new.email.to_lowercase() == said.to_lowercase();
                told.told(raw.iter().find(same).map_or(at, |first| first.number).to_string())
            }
            Code::Twice => told.told(at.to_string()),
            Code::Required | Code::Length | Code::HiddenCharacter => Fault { told: Vec::new(), ..told },
            _ => told,
        }
    }

    /// What the line says there, as it will be told back.
    fn said(&self, new: &NewEnrolment, rule: &str, field: Field) -> String {
        let index = rule.split(['[', ']']).nth(1).and_then(|text| text.parse::<usize>().ok());
        let text = |given: &Option<String>| given.clone().unwrap_or_default();
        let acquired = index.and_then(|index| new.acquired_blocks.get(index));
        match (field, &new.blocks) {
            (Field::Email, _) => new.email.clone(),
            (Field::BirthDate, _) => as_written(&text(&new.birth_date)),
            (Field::Sex, _) => text(&new.sex),
            (Field::BirthInsee, _) => text(&new.birth_insee),
            (Field::BirthPostcode, _) => text(&new.birth_postcode),
            (Field::BirthCountry, _) => text(&new.birth_country),
            (Field::AccessRoute, _) => new.access_route.clone(),
            (Field::Blocks, BlocksSought::Some(slugs)) => {
                index.and_then(|index| slugs.get(index)).cloned().unwrap_or_default()
            }
            (Field::AcquiredBlocks, _) => acquired.map(|one| one.block.clone()).unwrap_or_default(),
            (Field::AcquiredOn, _) => acquired.map(|one| as_written(&one.acquired_on)).unwrap_or_default(),
            _ => String::new(),
        }
    }
}

/// A date as people write it, whatever the cell held.
fn as_written(text: &str) -> String {
    text.parse().map_or_else(|_| text.to_owned(), |date: NaiveDate| date.format("%d/%m/%Y").to_string())
}

/// A spreadsheet that took a code for a number has lost its first zeros.
fn five_figures(code: &str) -> String {
    if code.len() == 4 && code.chars().all(|one| one.is_ascii_digit()) {
        format!("0{code}")
    } else {
        code.to_owned()
    }
}
