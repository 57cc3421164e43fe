//! What is wrong with a file, or worth knowing, in words that tell the cure.

use serde::Serialize;
use utoipa::ToSchema;

/// In which language faults are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tongue {
    Fr,
    En,
}

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $code:literal: $fr:literal, $fr_cure:literal; $en:literal, $en_cure:literal.)*) => {
        /// Everything that may be told of a line, by its stable name.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code { $($(#[$doc])* $name),* }

        impl Code {
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $code),* }
            }

            /// The code of the rules of every enrolment.
            pub fn named(code: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|one| one.as_str() == code)
            }

            /// What is wrong and what to do; `{0}`, `{1}` stand for what the fault tells.
            fn words(self, tongue: Tongue) -> (&'static str, &'static str) {
                match (self, tongue) {
                    $((Self::$name, Tongue::Fr) => ($fr, $fr_cure), (Self::$name, Tongue::En) => ($en, $en_cure)),*
                }
            }
        }
    };
}

codes! {
    NotASpreadsheet = "not_a_spreadsheet":
        "Ce fichier n’est pas un tableur lisible.",
        "Enregistrez-le en CSV ou en XLSX (« Enregistrer sous »), sans mot de passe.";
        "This file is no spreadsheet that can be read.",
        "Save it as CSV or XLSX (“Save as”), without a password.".
    TooLarge = "too_large":
        "Ce fichier dépasse {0} Mo.",
        "Ne gardez que la feuille des candidats, sans images ni mises en forme de colonnes entières.";
        "This file is larger than {0} MB.",
        "Keep only the sheet of the candidates, without pictures or formats of whole columns.".
    TooManyLines = "too_many_lines":
        "Ce fichier a plus de {0} lignes.",
        "Une promotion compte au plus 9 999 personnes : partagez le fichier.";
        "This file has more than {0} lines.",
        "A cohort holds 9,999 people at the most: split the file.".
    EmptyFile = "empty_file":
        "Ce fichier ne contient aucune ligne.",
        "Vérifiez que c’est le bon fichier et que la feuille n’est pas masquée.";
        "This file holds no line.",
        "Check that it is the right file and that its sheet is not hidden.".
    NoLines = "no_lines":
        "Il n’y a personne sous les titres des colonnes.",
        "Ajoutez une ligne par candidat sous les titres.";
        "There is nobody below the heads of the columns.",
        "Add one line per candidate below the heads.".
    NoHeads = "no_heads":
        "Aucune ligne de titres de colonnes n’a été reconnue.",
        "Mettez au-dessus des candidats une ligne de titres : {0}.";
        "No line of column heads was recognised.",
        "Put a line of heads above the candidates: {0}.".
    MissingColumn = "missing_column":
        "La colonne « {0} » manque.",
        "Ajoutez une colonne « {0} ».";
        "The column “{0}” is missing.",
        "Add a column “{0}”.".
    SameHead = "same_head":
        "Les colonnes « {0} » et « {1} » veulent dire la même chose.",
        "Gardez-en une, ou renommez l’autre.";
        "The columns “{0}” and “{1}” mean the same.",
        "Keep one of them, or rename the other.".
    ColumnIgnored = "column_ignored":
        "La colonne « {0} » n’est pas reconnue : elle n’est pas lue.",
        "Rien à faire, sauf si elle devait l’être : renommez-la alors.";
        "The column “{0}” is not recognised: it is not read.",
        "Nothing to do, unless it was meant to be read: then rename it.".
    SheetIgnored = "sheet_ignored":
        "La feuille « {0} » n’est pas lue : seule la première feuille l’est.",
        "Mettez tous les candidats sur la première feuille, ou importez l’autre à part.";
        "The sheet “{0}” is not read: only the first sheet is.",
        "Put all candidates on the first sheet, or import the other apart.".
    Formula = "formula":
        "La cellule contient une formule (« {0} »).",
        "Remplacez la formule par sa valeur (copier, collage spécial « valeurs »).";
        "The cell holds a formula (“{0}”).",
        "Replace the formula by its value (copy, paste special, “values”).".
    FormulaValue = "formula_value":
        "La cellule est calculée : c’est la valeur enregistrée, « {0} », qui est prise.",
        "Vérifiez cette valeur, ou remplacez la formule par elle.";
        "The cell is computed: the value saved with the file, “{0}”, is taken.",
        "Check this value, or replace the formula by it.".
    BrokenCell = "broken_cell":
        "La cellule affiche une erreur de calcul.",
        "Écrivez la valeur elle-même.";
        "The cell shows an error of calculation.",
        "Write the value itself.".
    Required = "required":
        "La valeur manque.",
        "Remplissez la cellule.";
        "The value is missing.",
        "Fill the cell in.".
    Length = "length":
        "La valeur est trop longue.",
        "Raccourcissez-la.";
        "The value is too long.",
        "Shorten it.".
    HiddenCharacter = "hidden_character":
        "La valeur contient un saut de ligne ou un caractère qui ne se voit pas.",
        "Écrivez la valeur de nouveau, sur une seule ligne.";
        "The value holds a line break or a character that cannot be seen.",
        "Write the value anew, on one line.".
    Email = "email":
        "« {0} » n’est pas une adresse de courriel.",
        "Écrivez une seule adresse, de la forme nom@domaine.fr.";
        "“{0}” is no e-mail address.",
        "Write one address, as name@domain.org.".
    Date = "date":
        "« {0} » n’est pas une date.",
        "Écrivez la date sous la forme JJ/MM/AAAA.";
        "“{0}” is no date.",
        "Write the date as DD/MM/YYYY.".
    MonthFirst = "month_first":
        "La date « {0} » a le mois avant le jour.",
        "Mettez toute la colonne sous la forme JJ/MM/AAAA : ses autres dates sont sans doute inversées aussi.";
        "The date “{0}” has its month before its day.",
        "Write the whole column as DD/MM/YYYY: its other dates are probably turned round too.".
    Future = "future":
        "La date « {0} » est dans l’avenir.",
        "Vérifiez l’année.";
        "The date “{0}” is in the future.",
        "Check the year.".
    TooOld = "too_old":
        "La date « {0} » est trop ancienne.",
        "Vérifiez l’année.";
        "The date “{0}” is too old.",
        "Check the year.".
    Sex = "sex":
        "« {0} » n’est ni F ni M.",
        "Écrivez F ou M, Mme ou M.";
        "“{0}” is neither F nor M.",
        "Write F or M.".
    Insee = "insee":
        "« {0} » n’est pas un code INSEE de commune.",
        "Écrivez les cinq signes du code (29019, 2A004, 99xxx pour l’étranger).";
        "“{0}” is no INSEE code of a commune.",
        "Write the five signs of the code (29019, 2A004, 99xxx abroad).".
    Postcode = "postcode":
        "« {0} » n’est pas un code postal.",
        "Écrivez cinq chiffres.";
        "“{0}” is no postcode.",
        "Write five figures.".
    Country = "country":
        "« {0} » n’est pas un code de pays.",
        "Écrivez les deux lettres du code (FR, BE, MA…).";
        "“{0}” is no country code.",
        "Write the two letters of the code (FR, BE, MA…).".
    UnknownRoute = "unknown_route":
        "« {0} » n’est pas une voie d’accès connue.",
        "Écrivez l’une de celles-ci : {1}.";
        "“{0}” is no access route that is known.",
        "Write one of these: {1}.".
    UnknownBlock = "unknown_block":
        "« {0} » n’est pas un bloc de cette version du référentiel.",
        "Écrivez les numéros des blocs : {1}.";
        "“{0}” is no block of this version of the référentiel.",
        "Write the numbers of the blocks: {1}.".
    Twice = "twice":
        "« {0} » est donné deux fois (ligne {1}).",
        "Gardez une seule des deux.";
        "“{0}” is given twice (line {1}).",
        "Keep one of the two.".
    ProofWithoutBlock = "proof_without_block":
        "Une preuve est donnée sans bloc déjà acquis.",
        "Dites quel bloc elle prouve, ou videz la cellule.";
        "A proof is given without a block acquired earlier.",
        "Say which block it proves, or empty the cell.".
    Number = "number":
        "« {0} » n’est pas un numéro d’inscription.",
        "Écrivez un nombre de 1 à 9999, ou laissez la cellule vide : un numéro sera donné.";
        "“{0}” is no enrolment number.",
        "Write a number from 1 to 9999, or leave the cell empty: a number will be given.".
    TwiceInFile = "same_person_in_file":
        "Même nom, mêmes prénoms et même date de naissance qu’à la ligne {0}.",
        "Supprimez l’une des deux lignes ou, si ce sont deux personnes, dites-le : --different {1}.";
        "Same name, first names and date of birth as on line {0}.",
        "Remove one of the lines or, if they are two people, say so: --different {1}.".
    PerhapsKnown = "perhaps_known":
        "Une personne de même nom et de même date de naissance est déjà connue sous {0}.",
        "Dites si c’est elle : --same {1}, ou une autre : --different {1}.";
        "A person of the same name and date of birth is known already as {0}.",
        "Say whether it is the same: --same {1}, or another: --different {1}.".
    SeveralKnown = "several_known":
        "Plusieurs personnes de même nom et de même date de naissance sont connues : {0}.",
        "Écrivez l’adresse de celle qu’il faut, ou dites que c’en est une autre : --different {1}.";
        "Several people of the same name and date of birth are known: {0}.",
        "Write the address of the right one, or say that it is another: --different {1}.".
    EmailOfAnother = "email_of_another_person":
        "L’adresse « {0} » est celle d’une personne d’un autre nom et d’une autre date de naissance.",
        "Corrigez l’adresse, ou le nom et la date de naissance.";
        "The address “{0}” is that of a person of another name and another date of birth.",
        "Correct the address, or the name and the date of birth.".
    NumberOfAnother = "number_of_another_person":
        "Le numéro {0} est celui d’une autre personne de la promotion.",
        "Corrigez le numéro, ou laissez la cellule vide.";
        "The number {0} is that of another person of the cohort.",
        "Correct the number, or leave the cell empty.".
    NumberDiffers = "number_differs":
        "Cette personne porte le numéro {0} dans cette promotion.",
        "Écrivez ce numéro, ou laissez la cellule vide.";
        "This person has the number {0} in this cohort.",
        "Write that number, or leave the cell empty.".
    AfterResults = "after_results":
        "Des résultats existent pour cette personne : « {0} » ne se change plus par un import (« {1} » dans le dossier).",
        "Reprenez la valeur du dossier ; une identité se corrige par un acte motivé, qui réédite les documents.";
        "Results exist for this person: “{0}” is not changed by an import any more (“{1}” on file).",
        "Take the value on file; an identity is corrected by an act with a reason, which issues documents anew.".
    AnswerUnused = "answer_unused":
        "La réponse « {0} » ne concerne aucune ligne qui la demande.",
        "Retirez-la, ou écrivez le numéro de ligne ou l’adresse d’une ligne du fichier.";
        "The answer “{0}” is about no line that asks for one.",
        "Remove it, or write the number or the address of a line of the file.".
    CohortFull = "cohort_full":
        "Une promotion compte au plus 9 999 inscriptions.",
        "Ouvrez une autre promotion.";
        "A cohort holds 9,999 enrolments at the most.",
        "Open another cohort.".
    Change = "change":
        "« {0} » devient « {1} ».",
        "Rien à faire si c’est voulu.";
        "“{0}” becomes “{1}”.",
        "Nothing to do if it is meant.".
    More = "more":
        "… et {0} autres.",
        "Corrigez d’abord celles-ci, puis recommencez.";
        "… and {0} more.",
        "Correct these first, then try again.".
}

/// Something wrong, or worth knowing, at one place.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fault {
    /// As the spreadsheet numbers it; none for the file as a whole.
    pub line: Option<usize>,
    /// Its head, as written.
    pub column: Option<String>,
    pub code: Code,
    /// What its words tell, in order.
    pub told: Vec<String>,
}

/// Longest piece of a cell that is told back, in characters.
const TOLD_MAX: usize = 60;

impl Fault {
    pub fn of_file(code: Code) -> Self {
        Self { line: None, column: None, code, told: Vec::new() }
    }

    pub fn at(line: usize, column: &str, code: Code) -> Self {
        Self { line: Some(line), column: Some(column.to_owned()), code, told: Vec::new() }
    }

    #[must_use]
    pub fn told(mut self, word: impl Into<String>) -> Self {
        let word: String = word.into();
        let shown = word.chars().map(|one| if crate::web::text::is_hidden(one) { '·' } else { one });
        let mut shown: String = shown.take(TOLD_MAX + 1).collect();
        if shown.chars().count() > TOLD_MAX {
            shown.pop();
            shown.push('…');
        }
        self.told.push(shown);
        self
    }

    /// A list that is told whole: the codes that may be written.
    #[must_use]
    pub fn listing(mut self, words: &str) -> Self {
        self.told.push(words.to_owned());
        self
    }

    pub fn view(&self, tongue: Tongue) -> FaultView {
        let fill = |words: &str| {
            let places = self.told.iter().enumerate();
            places.fold(words.to_owned(), |text, (place, told)| text.replace(&format!("{{{place}}}"), told))
        };
        let (message, cure) = self.code.words(tongue);
        FaultView {
            line: self.line,
            column: self.column.clone(),
            code: self.code.as_str(),
            message: fill(message),
            cure: fill(cure),
        }
    }
}

/// A fault as it is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FaultView {
    /// Number of the row, from 1, as the spreadsheet shows it; none for the file as a whole.
    pub line: Option<usize>,
    /// Head of the column, as written.
    pub column: Option<String>,
    /// Stable, for programs.
    pub code: &'static str,
    pub message: String,
    /// What to do about it.
    pub cure: String,
}

/// Faults told at once; the rest is counted.
pub const TOLD_AT_ONCE: usize = 200;

/// By line; beyond [`TOLD_AT_ONCE`], the last one says how many more there are.
pub fn views(mut faults: Vec<Fault>, tongue: Tongue) -> Vec<FaultView> {
    faults.sort_by_key(|fault| fault.line);
    let more = faults.len().saturating_sub(TOLD_AT_ONCE);
    faults.truncate(TOLD_AT_ONCE);
    if more > 0 {
        faults.push(Fault::of_file(Code::More).told(more.to_string()));
    }
    faults.iter().map(|fault| fault.view(tongue)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_told_shows_what_was_hidden_and_is_short() {
        let fault = Fault::at(3, "Courriel", Code::Email).told(format!("a\n{}", "b".repeat(100)));
        let view = fault.view(Tongue::Fr);
        assert!(view.message.starts_with("«\u{a0}a·bbb"), "{}", view.message);
        assert!(view.message.chars().count() < 110, "{}", view.message);
    }

    #[test]
    fn a_file_of_faults_is_told_in_part_and_counted() {
        let faults = (0..5_000).map(|line| Fault::at(line, "Courriel", Code::Required)).collect();
        let told = views(faults, Tongue::En);
        assert_eq!(told.len(), TOLD_AT_ONCE + 1);
        assert_eq!(told[TOLD_AT_ONCE].message, "… and 4800 more.");
    }

    #[test]
    fn every_code_has_its_own_name() {
        for code in Code::ALL {
            assert_eq!(Code::named(code.as_str()), Some(*code));
        }
    }
}
