//! Rows: each column of each table in turn, rows taken away, added, exchanged.

use super::faults;
use super::schema::Value;
use super::world::{World, engines, names};

fn key(table: &super::schema::Table, row: &[Value]) -> String {
    let own = |name: &String| &row[table.columns.iter().position(|column| column.name == *name).unwrap()];
    table.key.iter().map(|name| own(name).in_key()).collect::<Vec<_>>().join("/")
}

#[tokio::test(flavor = "multi_thread")]
async fn each_column_of_each_protected_row_is_under_proof() {
    for engine in engines() {
        let world = World::told(engine).await;
        let mut conn = world.intruder();
        let mut changed = 0;
        for (table, rows) in world.protected() {
            for (place, column) in table.columns.iter().enumerate() {
                let mut accepted = 0;
                for row in rows {
                    for other in row[place].other(&table.name, column) {
                        let also = match (table.name.as_str(), column.name.as_str(), &other) {
                            // The database itself holds these two together.
                            ("deliberation", "state", Value::Text(state)) if state == "closed" => {
                                ", number = 'PV-9'"
                            }
                            _ => "",
                        };
                        let change = format!(
                            "UPDATE {} SET \"{}\" = {}{also} WHERE {}",
                            table.name,
                            column.name,
                            world.literal(&other),
                            world.is_row(table, row)
                        );
                        let Some(report) = world.after(&mut conn, &change) else { continue };
                        accepted += 1;
                        let code =
                            if table.key.contains(&column.name) { "row_missing" } else { "row_changed" };
                        let expected = format!("{code} {} {}", table.name, key(table, row));
                        let found: Vec<String> =
                            faults(&report).into_iter().filter(|fault| !fault.starts_with("file_")).collect();
                        assert!(found.contains(&expected), "{change}: {found:?}");
                        // The changed row and, when its name changed, the row under its new name: nothing else.
                        assert_eq!(
                            found.len(),
                            if code == "row_missing" { 2 } else { 1 },
                            "{change}: {found:?}"
                        );
                    }
                }
                assert!(accepted > 0, "{}.{} was never changed", table.name, column.name);
                changed += 1;
            }
        }
        let there = match engine {
            super::Engine::Sqlite => {
                "SELECT t.name || '.' || c.name AS name FROM sqlite_master t, pragma_table_info(t.name) c WHERE t.type = 'table'"
            }
            super::Engine::Postgres => {
                "SELECT table_name || '.' || column_name AS name FROM information_schema.columns WHERE table_schema = 'public'"
            }
        };
        let there = names(&mut conn, there);
        let under_proof = |name: &&String| {
            world.protected().any(|(table, _)| name.starts_with(&format!("{}.", table.name)))
        };
        assert_eq!(
            changed,
            there.iter().filter(under_proof).count(),
            "columns that the schema does not name"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_taken_away_added_or_exchanged_are_named() {
    for engine in engines() {
        let world = World::told(engine).await;
        let mut conn = world.intruder();
        for (table, rows) in world.protected() {
            let name = &table.name;
            for row in rows {
                let report = world
                    .after(&mut conn, &format!("DELETE FROM {name} WHERE {}", world.is_row(table, row)))
                    .unwrap();
                assert_eq!(faults(&report), [format!("row_missing {name} {}", key(table, row))]);
            }

            // Under another name, with every value that a constraint wants to be its own.
            let added: Vec<Value> = table
                .columns
                .iter()
                .zip(&rows[1])
                .map(|(column, value)| {
                    let own = table.key.contains(&column.name)
                        || column.name.ends_with("_id")
                        || column.name == "slug";
                    if (own
                        || matches!(
                            column.name.as_str(),
                            "name" | "number" | "email" | "version" | "check_code" | "token_digest"
                        ))
                        && *value != Value::Null
                    {
                        value.other(name, column)[0].clone()
                    } else {
                        value.clone()
                    }
                })
                .collect();
            let report =
                world.after(&mut conn, &world.insert(table, &added)).unwrap_or_else(|| panic!("{name}"));
            let found: Vec<String> =
                faults(&report).into_iter().filter(|fault| !fault.starts_with("file_")).collect();
            assert_eq!(found, [format!("row_without_entry {name} {}", key(table, &added))]);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_rows_that_exchange_their_values_are_both_named() {
    for engine in engines() {
        let world = World::told(engine).await;
        let mut conn = world.intruder();
        let mut exchanged = 0;
        for (table, rows) in world.protected() {
            let values = |row: &[Value]| -> Vec<String> {
                let own =
                    table.columns.iter().zip(row).filter(|(column, _)| !table.key.contains(&column.name));
                own.map(|(column, value)| format!("\"{}\" = {}", column.name, world.literal(value))).collect()
            };
            let (first, second) = (values(&rows[0]), values(&rows[1]));
            if first == second {
                continue;
            }
            let put = |set: &[String], row| {
                format!("UPDATE {} SET {} WHERE {};", table.name, set.join(", "), world.is_row(table, row))
            };
            // A third value in between, where a constraint wants each to be its own.
            let aside = world.is_row(table, &rows[0]);
            let change =
                format!("DELETE FROM {} WHERE {aside}; {} {};", table.name, put(&first, &rows[1]), {
                    let mixed: Vec<Value> = table
                        .columns
                        .iter()
                        .enumerate()
                        .map(|(place, column)| {
                            rows[usize::from(!table.key.contains(&column.name))][place].clone()
                        })
                        .collect();
                    world.insert(table, &mixed)
                });
            let report = world.after(&mut conn, &change).unwrap_or_else(|| panic!("{change}"));
            let mut expected: Vec<String> =
                rows.iter().map(|row| format!("row_changed {} {}", table.name, key(table, row))).collect();
            let mut found = faults(&report);
            found.retain(|fault| !fault.starts_with("file_"));
            found.sort();
            expected.sort();
            assert_eq!(found, expected);
            exchanged += 1;
        }
        assert!(exchanged > 25, "{exchanged}");
    }
}

/// A value that is none of its type must not end the verification before it has told the rest.
#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_does_not_read_hides_none_of_the_others() {
    let world = World::told(super::Engine::Sqlite).await;
    let mut conn = world.intruder();
    let (cohort, sheet) = (&world.tables["cohort"], &world.tables["sheet"]);
    let change = format!(
        "UPDATE cohort SET created_at = 'yesterday' WHERE {}; DELETE FROM sheet WHERE {}",
        world.is_row(cohort, &world.rows["cohort"][0]),
        world.is_row(sheet, &world.rows["sheet"][1])
    );
    let report = world.after(&mut conn, &change).unwrap();
    let mut found = faults(&report);
    found.sort();
    assert_eq!(
        found,
        [
            format!("row_missing cohort {}", key(cohort, &world.rows["cohort"][0])),
            format!("row_missing sheet {}", key(sheet, &world.rows["sheet"][1])),
            "row_unreadable cohort ".to_owned(),
        ]
    );
}
