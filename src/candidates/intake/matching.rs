//! Whom a line is about among those who are known, and what it changes. Pure; nothing is guessed.

use std::collections::{HashMap, HashSet};

use super::fault::{Code, Fault};
use super::heads::Heads;
use super::lines::Line;
use super::vocabulary::Field;
use crate::candidates::model::Acquired;
use crate::candidates::names::{folded, identity};
use crate::candidates::rows::{AcquiredBlockRow, CandidateRow, EnrolmentRow};

/// Somebody known, as far as an import may be about them.
#[derive(Debug, Clone)]
pub struct Known {
    pub candidate: CandidateRow,
    /// Their enrolment in this cohort.
    pub here: Option<EnrolmentRow>,
    pub acquired: Vec<AcquiredBlockRow>,
    /// A jury has decided something about them: what documents print is not changed by an import.
    pub decided: bool,
}

/// Those whom the file may be about. A place is an index in `all`.
#[derive(Debug, Default)]
pub struct People {
    pub all: Vec<Known>,
    pub by_email: HashMap<String, usize>,
    pub by_number: HashMap<String, usize>,
    pub by_identity: HashMap<String, Vec<usize>>,
}

/// What the manager says of lines that may be about somebody known: by number of line or by e-mail.
#[derive(Debug, Clone, Default)]
pub struct Answers {
    pub same: Vec<String>,
    pub different: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Answer {
    Same,
    Different,
}

/// What a line comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Among the sound lines.
    pub line: usize,
    /// Among the known.
    pub known: Option<usize>,
}

#[derive(Debug, Default)]
pub struct Matched {
    pub steps: Vec<Step>,
    pub blocking: Vec<Fault>,
}

struct Matching<'a> {
    people: &'a People,
    answers: &'a Answers,
    heads: &'a Heads,
    used: HashSet<&'a str>,
    /// First line of each person, by what two lines about one person have in common.
    seen: HashMap<String, usize>,
    /// Line of each known person.
    taken: HashMap<usize, usize>,
}

/// Finds everybody; each doubt is a fault until it is answered.
pub fn find(lines: &[Line], people: &People, answers: &Answers, heads: &Heads) -> Matched {
    let mut matching = Matching {
        people,
        answers,
        heads,
        used: HashSet::new(),
        seen: HashMap::new(),
        taken: HashMap::new(),
    };
    let mut matched = Matched::default();
    for (index, line) in lines.iter().enumerate() {
        match matching.one(line) {
            Ok(known) => matched.steps.push(Step { line: index, known }),
            Err(fault) => matched.blocking.push(fault),
        }
    }
    let answers = answers.same.iter().chain(&answers.different);
    let unused = answers.filter(|answer| !matching.used.contains(answer.as_str()));
    matched.blocking.extend(unused.map(|answer| Fault::of_file(Code::AnswerUnused).told(answer)));
    matched
}

/// The same name or the same date of birth: an e-mail or a number that both contradict is a mistake.
fn akin(line: &Line, known: &CandidateRow) -> bool {
    let born = line.person.birth_date.map(|date| date.to_string());
    folded(&line.person.birth_name) == folded(&known.birth_name)
        || (born.is_some() && born == known.birth_date)
}

impl<'a> Matching<'a> {
    fn answer(&mut self, line: &Line) -> Option<Answer> {
        let number = line.number.to_string();
        let named = |answer: &&'a String| {
            let said = answer.trim();
            said == number || said.to_lowercase() == line.person.email
        };
        let answers = self.answers;
        if let Some(said) = answers.same.iter().find(named) {
            self.used.insert(said);
            return Some(Answer::Same);
        }
        let said = answers.different.iter().find(named)?;
        self.used.insert(said);
        Some(Answer::Different)
    }

    fn one(&mut self, line: &Line) -> Result<Option<usize>, Fault> {
        let known = self.known(line)?;
        if let Some(known) = known
            && let Some(first) = self.taken.insert(known, line.number)
        {
            let head = self.heads.head(Field::Email);
            return Err(Fault::at(line.number, head, Code::Twice)
                .told(&line.person.email)
                .told(first.to_string()));
        }
        let Some(key) = key(line) else { return Ok(known) };
        if let Some(first) = self.seen.get(&key).copied() {
            if known.is_none() && self.answer(line) != Some(Answer::Different) {
                return Err(Fault::at(line.number, self.heads.head(Field::BirthName), Code::TwiceInFile)
                    .told(first.to_string())
                    .told(line.number.to_string()));
            }
        } else {
            self.seen.insert(key, line.number);
        }
        Ok(known)
    }

    fn known(&mut self, line: &Line) -> Result<Option<usize>, Fault> {
        let by_email = self.people.by_email.get(&line.person.email).copied();
        let by_number = line.place.as_ref().and_then(|place| self.people.by_number.get(place)).copied();
        let of = |place: usize| self.people.all.get(place);
        match (by_number, by_email) {
            (Some(known), None) if of(known).is_some_and(|known| akin(line, &known.candidate)) => {
                Ok(Some(known))
            }
            (Some(known), Some(other)) if known == other => Ok(Some(known)),
            (Some(_), _) => Err(self.at_number(line, Code::NumberOfAnother, line.place.as_deref())),
            (None, Some(known)) => {
                let found = of(known);
                if !found.is_some_and(|known| akin(line, &known.candidate)) {
                    let head = self.heads.head(Field::Email);
                    return Err(Fault::at(line.number, head, Code::EmailOfAnother).told(&line.person.email));
                }
                match found.and_then(|known| known.here.as_ref()) {
                    Some(here) if line.place.is_some() => {
                        Err(self.at_number(line, Code::NumberDiffers, Some(&here.number)))
                    }
                    _ => Ok(Some(known)),
                }
            }
            (None, None) => self.by_identity(line),
        }
    }

    fn at_number(&self, line: &Line, code: Code, told: Option<&str>) -> Fault {
        Fault::at(line.number, self.heads.head(Field::Number), code).told(told.unwrap_or_default())
    }

    /// The same name and date of birth under another e-mail: proposed, never guessed.
    fn by_identity(&mut self, line: &Line) -> Result<Option<usize>, Fault> {
        let people = self.people;
        let found = key(line).and_then(|key| people.by_identity.get(&key));
        let Some(found) = found.filter(|found| !found.is_empty()) else { return Ok(None) };
        let shown: Vec<&str> = found
            .iter()
            .filter_map(|place| people.all.get(*place))
            .map(|known| known.candidate.email.as_str())
            .collect();
        match (self.answer(line), &found[..]) {
            (Some(Answer::Different), _) => Ok(None),
            (Some(Answer::Same), [one]) => Ok(Some(*one)),
            (_, several) => {
                let code = if several.len() == 1 { Code::PerhapsKnown } else { Code::SeveralKnown };
                let fault = Fault::at(line.number, self.heads.head(Field::BirthName), code);
                Err(fault.told(shown.join(", ")).told(line.number.to_string()))
            }
        }
    }
}

/// What two lines about one person have in common, whatever the e-mail.
pub fn key(line: &Line) -> Option<String> {
    let person = &line.person;
    person.birth_date.map(|date| identity(&person.birth_name, &person.first_names, date))
}

/// What a line changes of somebody known.
#[derive(Debug, Default)]
pub struct Changes {
    pub candidate: Option<CandidateRow>,
    /// The access route and the blocks sought, when they are others.
    pub route: Option<String>,
    pub blocks: Option<Vec<String>>,
    pub acquired: Vec<Acquired>,
    /// One per value.
    pub told: Vec<Fault>,
    pub blocking: Vec<Fault>,
}

impl Changes {
    pub fn is_empty(&self) -> bool {
        self.told.is_empty()
    }
}

/// Compares a line with what is known; only filled cells count.
pub fn changes(line: &Line, known: &Known, route: &str, heads: &Heads) -> Changes {
    let mut changes = Changes::default();
    let mut row = known.candidate.clone();
    let person = &line.person;
    let born = person.birth_date.map(|date| date.to_string());
    let some = |text: &str| Some(text.to_owned());
    let texts: [(Field, Option<String>, Option<String>); 11] = [
        (Field::BirthName, some(&row.birth_name), some(&person.birth_name)),
        (Field::UsageName, row.usage_name.clone(), person.usage_name.clone()),
        (Field::FirstNames, some(&row.first_names), some(&person.first_names)),
        (Field::BirthDate, row.birth_date.clone(), born.clone()),
        (Field::BirthPlace, row.birth_place.clone(), person.birth_place.clone()),
        (Field::Sex, row.sex.clone(), person.sex.clone()),
        (Field::BirthInsee, row.birth_insee.clone(), person.birth_insee.clone()),
        (Field::BirthPostcode, row.birth_postcode.clone(), person.birth_postcode.clone()),
        (Field::BirthCountry, row.birth_country.clone(), person.birth_country.clone()),
        (Field::Email, some(&row.email), some(&person.email)),
        (Field::Employer, row.employer.clone(), person.employer.clone()),
    ];
    for (field, before, after) in texts {
        if !line.given.contains(&field) || before == after {
            continue;
        }
        let printed = !matches!(field, Field::Email | Field::Employer);
        changes.note(line, heads.head(field), before.as_deref(), after.as_deref(), printed && known.decided);
        match field {
            Field::BirthName => row.birth_name = person.birth_name.clone(),
            Field::UsageName => row.usage_name = after,
            Field::FirstNames => row.first_names = person.first_names.clone(),
            Field::BirthDate => row.birth_date = after,
            Field::BirthPlace => row.birth_place = after,
            Field::Sex => row.sex = after,
            Field::BirthInsee => row.birth_insee = after,
            Field::BirthPostcode => row.birth_postcode = after,
            Field::BirthCountry => row.birth_country = after,
            Field::Email => row.email = person.email.clone(),
            _ => row.employer = after,
        }
    }
    if row != known.candidate {
        changes.candidate = Some(row);
    }
    changes.enrolment(line, known, route, heads);
    changes
}

impl Changes {
    fn note(&mut self, line: &Line, head: &str, before: Option<&str>, after: Option<&str>, refused: bool) {
        let (before, after) = (before.unwrap_or("—"), after.unwrap_or("—"));
        if refused {
            self.blocking.push(Fault::at(line.number, head, Code::AfterResults).told(after).told(before));
        } else {
            self.told.push(Fault::at(line.number, head, Code::Change).told(before).told(after));
        }
    }

    fn enrolment(&mut self, line: &Line, known: &Known, route: &str, heads: &Heads) {
        let Some(here) = &known.here else { return };
        let person = &line.person;
        if line.given.contains(&Field::AccessRoute) && here.access_route != route {
            let head = heads.head(Field::AccessRoute);
            self.note(line, head, Some(&here.access_route), Some(route), known.decided);
            self.route = Some(route.to_owned());
        }
        let blocks: Vec<String> = here.blocks.read().unwrap_or_default();
        if line.given.contains(&Field::Blocks) && blocks != person.blocks {
            let (before, after) = (blocks.join(", "), person.blocks.join(", "));
            self.note(line, heads.head(Field::Blocks), Some(&before), Some(&after), known.decided);
            self.blocks = Some(person.blocks.clone());
        }
        for one in &person.acquired {
            let before = known.acquired.iter().find(|row| row.block == one.block);
            let same = before.is_some_and(|row| {
                row.origin == one.origin
                    && row.acquired_on == one.acquired_on.to_string()
                    && row.document == one.document
            });
            if same {
                continue;
            }
            let shown = |block: &str, origin: &str, on: &str| format!("{block}, {origin}, {on}");
            let before = before.map(|row| shown(&row.block, &row.origin, &row.acquired_on));
            let after = shown(&one.block, &one.origin, &one.acquired_on.to_string());
            let head = heads.head(Field::AcquiredBlocks);
            self.note(line, head, before.as_deref(), Some(&after), known.decided);
            self.acquired.push(one.clone());
        }
    }
}
