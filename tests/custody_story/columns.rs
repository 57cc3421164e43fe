//! Each column of the schema has its rule, and each rule its column.

use std::collections::BTreeSet;

use parchemin::custody::rules::{Erasure, Export, Path, Whose, incoherences, table};
use parchemin::custody::tables::TABLES;
use parchemin::db::open::{establish, migrate};

use crate::common::{Database, shape};
use crate::on_both_engines;

on_both_engines! {
    async fn each_column_has_one_rule_and_each_rule_a_column(engine: Engine) {
        let folder = tempfile::tempdir().unwrap();
        let database = Database::empty(engine, folder.path());
        migrate(&database.url).unwrap();
        let found = shape::of(&mut establish(&database.url).unwrap());
        let there: BTreeSet<String> = found
            .iter()
            .flat_map(|(name, table)| table.columns.keys().map(move |column| format!("{name}.{column}")))
            .collect();
        let ruled: BTreeSet<String> =
            TABLES.iter().flat_map(|table| table.rules().map(|(column, _)| format!("{}.{column}", table.name))).collect();
        assert!(there.len() > 400, "{} columns", there.len());
        let without: Vec<_> = there.difference(&ruled).collect();
        let gone: Vec<_> = ruled.difference(&there).collect();
        assert!(without.is_empty() && gone.is_empty(), "in src/custody/tables.rs, without a rule: {without:?}; without a column: {gone:?}");
        for table in TABLES {
            let salted = table.rules().find(|(column, _)| *column == "salt");
            assert!(salted.is_none_or(|(_, rule)| rule.erasure == Erasure::Redrawn), "{}", table.name);
        }
    }
}

#[test]
fn the_rules_agree_with_one_another() {
    assert_eq!(incoherences(), Vec::<String>::new());
}

/// What leads to a candidate by a column of its own has a path: nobody's rows are overlooked.
#[test]
fn a_table_that_names_a_candidate_has_a_path_to_them() {
    for table in TABLES {
        let names = |wanted: &str| table.rules().any(|(column, _)| column == wanted);
        if names("enrolment_id") || names("candidate_id") {
            assert_ne!(table.path, Path::NotTheirs, "{}", table.name);
        }
    }
}

#[test]
fn secrets_and_others_are_given_to_nobody() {
    for (name, column) in [("account", "password_hash"), ("invitation", "token_digest"), ("score", "salt")] {
        let (_, rule) = table(name).unwrap().rules().find(|(known, _)| *known == column).unwrap();
        assert_eq!((rule.whose, rule.export), (Whose::Secret, Export::Never), "{name}.{column}");
    }
    // CJEU C-434/16, Nowak: what an examiner wrote is the candidate's.
    let (_, comment) = table("score").unwrap().rules().find(|(known, _)| *known == "comment").unwrap();
    assert_eq!((comment.whose, comment.export), (Whose::Candidate, Export::Given));
    let (_, ties) = table("recusal").unwrap().rules().find(|(known, _)| *known == "reason").unwrap();
    assert_eq!(ties.export, Export::Never);
}
