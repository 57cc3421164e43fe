//! What a verification found, in words.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

/// Faults of one kind listed at the most; the rest are counted. Per kind, so that many of one hide none of
/// another.
const LISTED: u64 = 200;

#[derive(Debug, Default, Clone, Serialize)]
pub struct Report {
    pub ok: bool,
    pub entries: u64,
    /// Of the log as its entries give it; nothing when so much is gone that there is none.
    pub head: Option<HeadView>,
    pub checkpoints: u64,
    pub rows: u64,
    pub files: u64,
    pub faults: Vec<Fault>,
    /// Faults beyond those listed.
    pub more_faults: u64,
    pub cannot_prove: Vec<Sentence>,
    #[serde(skip)]
    listed: BTreeMap<Code, u64>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HeadView {
    pub size: u64,
    /// In hexadecimal, as `--head` takes it.
    pub root: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Sentence {
    pub fr: &'static str,
    pub en: &'static str,
}

macro_rules! codes {
    ($($name:ident = $word:literal, $fr:literal, $en:literal;)*) => {
        /// Kinds of faults: stable, for programs.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
        pub enum Code { $(#[serde(rename = $word)] $name),* }

        impl Code {
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $word),* }
            }

            pub fn words(self) -> Sentence {
                match self { $(Self::$name => Sentence { fr: $fr, en: $en }),* }
            }
        }
    };
}

codes! {
    KeyMissing = "key_missing",
        "La clé publique n’est pas là : aucune signature ne peut être contrôlée.",
        "The public key is not there: no signature can be checked.";
    EntryChanged = "entry_changed",
        "Cette inscription n’est plus celle qui a été placée.",
        "This entry is not the one that was placed.";
    EntryMissing = "entry_missing",
        "À partir de ce rang, une ou plusieurs inscriptions qui se suivent ont disparu.",
        "From this place on, one or several entries in a row are gone.";
    EntryMisplaced = "entry_misplaced",
        "Cette inscription porte un rang que le journal n’a pas.",
        "This entry has a place that the log does not have.";
    EntryUncovered = "entry_uncovered",
        "Aucune tête signée ne couvre cette inscription : elle a été ajoutée, ou les têtes ont disparu.",
        "No signed head covers this entry: it was added, or the heads are gone.";
    EntryUnplaced = "entry_unplaced",
        "Cette inscription n’a pas de rang. Après un arrêt ordonné, il n’y en a pas ; après une coupure, il suffit de démarrer le service une fois.",
        "This entry has no place. After an orderly stop there is none such; after a crash, one start of the service places it.";
    HashChanged = "hash_changed",
        "Une empreinte de l’arbre n’est pas celle que donnent les inscriptions.",
        "A hash of the tree is not the one that the entries give.";
    HashMissing = "hash_missing",
        "Une empreinte de l’arbre a disparu.",
        "A hash of the tree is gone.";
    HashBeyond = "hash_beyond",
        "Une empreinte dépasse les inscriptions : certaines ont disparu, ou elle a été ajoutée.",
        "A hash beyond the entries: some are gone, or it was added.";
    CheckpointInvalid = "checkpoint_invalid",
        "Cette tête n’a pas été signée par la clé, ou n’est plus ce qui a été signé.",
        "This head was not signed by the key, or is no longer what was signed.";
    HeadDiffers = "head_differs",
        "Les inscriptions ne donnent pas la racine qui a été signée : entre le rang indiqué et cette tête, le journal a été réécrit.",
        "The entries do not give the root that was signed: between the place told and this head, the log was rewritten.";
    LogTooShort = "log_too_short",
        "Une tête signée couvre plus d’inscriptions qu’il n’en reste.",
        "A signed head covers more entries than there are.";
    KeptHeadDiffers = "kept_head_differs",
        "Le journal n’est pas, ou plus, celui dont la tête a été gardée ailleurs.",
        "The log is not, or no longer, the one whose head was kept elsewhere.";
    KeptHeadUnsigned = "kept_head_unsigned",
        "La tête gardée ailleurs n’est pas signée par la clé de ce dossier : l’une des deux a été remplacée.",
        "The head kept elsewhere is not signed by the key of this folder: one of the two was replaced.";
    RowChanged = "row_changed",
        "Cette ligne n’est pas telle que le dernier acte l’a laissée.",
        "This row is not as the last act on it left it.";
    RowWithoutEntry = "row_without_entry",
        "Aucun acte n’a écrit cette ligne.",
        "No act wrote this row.";
    RowMissing = "row_missing",
        "Un acte a écrit cette ligne et elle a disparu, ou ne se lit plus.",
        "An act wrote this row and it is gone, or does not read any more.";
    RowUnreadable = "row_unreadable",
        "Une ligne de cette table ne se lit plus ; la ligne qui manque est nommée à part.",
        "A row of this table does not read any more; the row that is missing is named on its own.";
    FileChanged = "file_changed",
        "Le fichier n’est pas celui qui a été gardé.",
        "The file is not the one that was kept.";
    FileMissing = "file_missing",
        "Le fichier a disparu.",
        "The file is gone.";
    SummaryDiffers = "summary_differs",
        "Ce résumé n’est pas ce que donne un nouveau comptage : les tableaux de bord se trompent ici.",
        "This summary is not what a recount gives: boards are wrong here.";
    FileUnreadable = "file_unreadable",
        "Le fichier ne peut pas être lu.",
        "The file cannot be read.";
}

/// What no verification of this folder alone can tell, said plainly.
const CANNOT_PROVE: [Sentence; 4] = [
    Sentence {
        fr: "que personne n’a tout réécrit avec la clé de signature : comparez avec une tête gardée ailleurs (--head)",
        en: "that nobody who holds the signing key rewrote everything: compare with a head kept elsewhere (--head)",
    },
    Sentence {
        fr: "que ce qu’une personne autorisée a saisi était vrai",
        en: "that what a rightful person entered was true",
    },
    Sentence {
        fr: "que rien n’a été omis : un acte qui n’a jamais été enregistré ne laisse pas de trace",
        en: "that nothing was left out: an act that was never recorded leaves no trace",
    },
    Sentence {
        fr: "l’heure des actes et des signatures : elle est celle de la machine qui servait",
        en: "the time of acts and signatures: it is the word of the machine that served",
    },
];

/// One thing that is not as it was done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fault {
    pub code: Code,
    /// The table, or the folder of files.
    pub table: String,
    pub key: String,
    /// Place in the log of the entry concerned.
    pub position: Option<i64>,
    pub message: &'static str,
    pub message_en: &'static str,
}

impl Fault {
    pub(super) fn new(code: Code, table: &str, key: impl ToString, position: Option<i64>) -> Self {
        let Sentence { fr, en } = code.words();
        Self { code, table: table.to_owned(), key: key.to_string(), position, message: fr, message_en: en }
    }
}

impl Report {
    pub(super) fn fault(&mut self, fault: Fault) {
        let of_this_kind = self.listed.entry(fault.code).or_default();
        if *of_this_kind < LISTED {
            *of_this_kind += 1;
            self.faults.push(fault);
        } else {
            self.more_faults += 1;
        }
    }

    pub(super) fn conclude(&mut self) {
        self.ok = self.faults.is_empty();
        self.cannot_prove.extend(CANNOT_PROVE);
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} {}", self.code.as_str(), self.table, self.key)?;
        if let Some(position) = self.position {
            write!(f, " (entry {position})")?;
        }
        write!(f, ": {}", self.message_en)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for fault in &self.faults {
            writeln!(f, "{fault}")?;
        }
        if self.more_faults > 0 {
            writeln!(f, "… and {} more", self.more_faults)?;
        }
        writeln!(
            f,
            "{} entries, {} heads, {} rows, {} files: {}",
            self.entries,
            self.checkpoints,
            self.rows,
            self.files,
            if self.ok { "everything agrees" } else { "NOT as it was done" }
        )?;
        if let Some(head) = &self.head {
            writeln!(f, "head {}:{}", head.size, head.root)?;
        }
        for sentence in &self.cannot_prove {
            writeln!(f, "not proved: {}", sentence.en)?;
        }
        Ok(())
    }
}
