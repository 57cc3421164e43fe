//! Entries, hashes of the tree, signed heads, and a head kept elsewhere.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use parchemin::db::AnyConn;
use parchemin::db::schema::journal_entry;
use parchemin::journal::act::EntryRow;
use parchemin::journal::log::Growing;
use parchemin::proof;

use super::world::{Engine, World, engines, head_of, names};
use super::{faults, schema};

/// Entries of one turn of the world's acts: two for each table under proof.
fn turn() -> i64 {
    2 * i64::try_from(proof::PROTECTED.len()).unwrap()
}

/// Of three turns, a signed head after each.
fn end() -> i64 {
    3 * turn()
}

fn id_at(conn: &mut AnyConn, place: i64) -> String {
    let entry: EntryRow = journal_entry::table.filter(journal_entry::position.eq(place)).first(conn).unwrap();
    entry.id.to_string()
}

fn contains(found: &[String], expected: &str) -> bool {
    found.iter().any(|fault| fault == expected)
}

#[tokio::test(flavor = "multi_thread")]
async fn each_column_of_an_entry_is_under_proof() {
    for engine in engines() {
        let world = World::told(engine).await;
        let mut conn = world.intruder();
        let table = &world.tables["journal_entry"];
        for place in [0, 7, turn() - 1, turn(), 100] {
            let id = id_at(&mut conn, place);
            for column in table.columns.iter().filter(|column| column.name != "position") {
                let other = match column.name.as_str() {
                    "id" => schema::Value::Uid("00000000-0000-7000-8000-00000000000a".parse().unwrap()),
                    "actor" => schema::Value::Uid(uuid::Uuid::from_u128(5)),
                    "at" => schema::Value::Text("2026-03-02T08:00:00.000001Z".to_owned()),
                    "subjects" => schema::Value::Json("[]".to_owned()),
                    "rows" => schema::Value::Json("[]".to_owned()),
                    _ => schema::Value::Text("something_else".to_owned()),
                };
                let change = format!(
                    "UPDATE journal_entry SET \"{}\" = {} WHERE position = {place}",
                    column.name,
                    world.literal(&other)
                );
                let found = faults(&world.after(&mut conn, &change).unwrap());
                let named = if column.name == "id" { other.in_key() } else { id.clone() };
                assert_eq!(found, [format!("entry_changed journal_entry {named}")], "{change}");
            }
            for (position, code) in [
                ("NULL", "entry_unplaced"),
                ("-1", "entry_misplaced"),
                (&end().to_string(), "entry_misplaced"),
                ("300", "entry_misplaced"),
                ("1000000000000", "entry_misplaced"),
                ("9223372036854775807", "entry_misplaced"),
            ] {
                let change =
                    format!("UPDATE journal_entry SET position = {position} WHERE position = {place}");
                let found = faults(&world.after(&mut conn, &change).unwrap());
                assert!(contains(&found, &format!("{code} journal_entry {id}")), "{change}: {found:?}");
                assert!(
                    contains(&found, &format!("entry_missing journal_entry {place}")),
                    "{change}: {found:?}"
                );
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn entries_taken_away_added_or_put_in_another_order_are_named() {
    for engine in engines() {
        let world = World::told(engine).await;
        let mut conn = world.intruder();
        // Those of the first two turns say nothing that a later one does not say again.
        for place in 0..2 * turn() {
            let change = format!("DELETE FROM journal_entry WHERE position = {place}");
            let found = faults(&world.after(&mut conn, &change).unwrap());
            assert_eq!(found, [format!("entry_missing journal_entry {place}")]);
        }
        let change = "DELETE FROM journal_entry WHERE position BETWEEN 30 AND 70";
        assert_eq!(faults(&world.after(&mut conn, change).unwrap()), ["entry_missing journal_entry 30"]);
        // The last one, whose rows then are not as the entries left say.
        let last = end() - 1;
        let found = faults(
            &world.after(&mut conn, &format!("DELETE FROM journal_entry WHERE position = {last}")).unwrap(),
        );
        assert!(contains(&found, &format!("entry_missing journal_entry {last}")), "{found:?}");
        assert!(found.iter().any(|fault| fault.starts_with("row_changed document")), "{found:?}");
        // With its hashes: the signed head still covers it.
        let change = format!(
            "DELETE FROM journal_entry WHERE position = {last}; DELETE FROM journal_hash WHERE idx >= {}",
            2 * last - 10
        );
        let found = faults(&world.after(&mut conn, &change).unwrap());
        assert!(contains(&found, &format!("entry_missing journal_entry {last}")), "{found:?}");
        assert!(contains(&found, &format!("log_too_short journal_checkpoint {}", end())), "{found:?}");

        let (one, other) = (id_at(&mut conn, 8), id_at(&mut conn, 9));
        let change = "UPDATE journal_entry SET position = -9 WHERE position = 8; \
             UPDATE journal_entry SET position = 8 WHERE position = 9; \
             UPDATE journal_entry SET position = 9 WHERE position = -9";
        let found = faults(&world.after(&mut conn, change).unwrap());
        assert_eq!(
            found,
            [format!("entry_changed journal_entry {other}"), format!("entry_changed journal_entry {one}")]
        );

        for position in [end(), 4000] {
            let added = schema::Value::Uid(uuid::Uuid::from_u128(77));
            let change = format!(
                "INSERT INTO journal_entry (id, kind, at, subjects, rows, position) VALUES \
                 ({}, 'forged', '2026-03-02T08:00:00.000000Z', '[]', '[]', {position})",
                world.literal(&added)
            );
            let found = faults(&world.after(&mut conn, &change).unwrap());
            assert!(found.iter().any(|fault| fault.ends_with(&added.in_key())), "{found:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_hash_of_the_tree_is_compared() {
    for engine in engines() {
        let world = World::told(engine).await;
        let mut conn = world.intruder();
        let all = names(&mut conn, "SELECT CAST(idx AS TEXT) AS name FROM journal_hash ORDER BY idx");
        // A tree of n leaves keeps 2n hashes but for one per peak.
        let peaks = usize::try_from(end().count_ones()).unwrap();
        assert_eq!(all.len(), 2 * usize::try_from(end()).unwrap() - peaks);
        let other = world.literal(&schema::Value::Bytes(vec![7; 32]));
        let short = world.literal(&schema::Value::Bytes(vec![7; 3]));
        // Both ends, and through the middle at a step that meets every level of the tree.
        for index in all
            .iter()
            .enumerate()
            .filter(|(place, _)| *place < 20 || *place > all.len() - 20 || place % 11 == 0)
            .map(|(_, index)| index)
        {
            let found = faults(
                &world
                    .after(&mut conn, &format!("UPDATE journal_hash SET hash = {other} WHERE idx = {index}"))
                    .unwrap(),
            );
            assert_eq!(found, [format!("hash_changed journal_hash {index}")]);
            let found = faults(
                &world.after(&mut conn, &format!("DELETE FROM journal_hash WHERE idx = {index}")).unwrap(),
            );
            assert_eq!(found, [format!("hash_missing journal_hash {index}")]);
        }
        let found = faults(
            &world
                .after(&mut conn, &format!("UPDATE journal_hash SET hash = {short} WHERE idx = 5"))
                .unwrap(),
        );
        assert_eq!(found, ["hash_changed journal_hash 5"]);
        for index in [-4, i64::try_from(all.len()).unwrap(), 100_000] {
            let change = format!("INSERT INTO journal_hash (idx, hash) VALUES ({index}, {other})");
            assert_eq!(
                faults(&world.after(&mut conn, &change).unwrap()),
                [format!("hash_beyond journal_hash {index}")]
            );
        }
        let found =
            faults(&world.after(&mut conn, "UPDATE journal_hash SET idx = 9000 WHERE idx = 40").unwrap());
        assert_eq!(found, ["hash_missing journal_hash 40", "hash_beyond journal_hash 9000"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signed_head_is_what_was_signed_and_covers_the_last_entry() {
    for engine in engines() {
        let world = World::told(engine).await;
        let mut conn = world.intruder();
        let root = world.literal(&schema::Value::Bytes(vec![7; 32]));
        for size in [turn(), end()] {
            for (change, named) in [
                ("size = size + 1".to_owned(), size + 1),
                ("size = 1000000000000".to_owned(), 1_000_000_000_000),
                ("size = -5".to_owned(), -5),
                (format!("root = {root}"), size),
                ("note = 'signed, truly'".to_owned(), size),
                ("note = replace(note, 'parchemin', 'parchemine')".to_owned(), size),
            ] {
                let found = faults(
                    &world
                        .after(
                            &mut conn,
                            &format!("UPDATE journal_checkpoint SET {change} WHERE size = {size}"),
                        )
                        .unwrap(),
                );
                assert_eq!(found[0], format!("checkpoint_invalid journal_checkpoint {named}"), "{change}");
                let uncovered = found.iter().filter(|fault| fault.starts_with("entry_uncovered")).count();
                assert_eq!(
                    (uncovered, found.len()),
                    if size == end() {
                        (usize::try_from(turn()).unwrap(), usize::try_from(turn()).unwrap() + 1)
                    } else {
                        (0, 1)
                    },
                    "{change}: {found:?}"
                );
            }
        }
        let found = faults(&world.after(&mut conn, "DELETE FROM journal_checkpoint").unwrap());
        assert_eq!(found.len(), usize::try_from(end()).unwrap());
        // The note of one head under another.
        let (first, second) = (turn(), 2 * turn());
        let change = format!(
            "UPDATE journal_checkpoint SET note = (SELECT note FROM journal_checkpoint WHERE size = {second}) WHERE size = {first}"
        );
        assert_eq!(
            faults(&world.after(&mut conn, &change).unwrap()),
            [format!("checkpoint_invalid journal_checkpoint {first}")]
        );
    }
}

/// Somebody who changes an entry and all the hashes above it, and cannot sign.
#[tokio::test(flavor = "multi_thread")]
async fn a_tree_made_again_differs_from_what_was_signed() {
    for engine in engines() {
        let world = World::told(engine).await;
        let mut conn = world.intruder();
        let mut all: Vec<EntryRow> =
            journal_entry::table.order(journal_entry::position.asc()).load(&mut conn).unwrap();
        let touched = turn() + 10;
        all[usize::try_from(touched).unwrap()].kind = "something_else".to_owned();
        let mut log = Growing::default();
        all.iter().for_each(|entry| log.append(&entry.leaf().unwrap()).unwrap());
        let mut change =
            format!("UPDATE journal_entry SET kind = 'something_else' WHERE position = {touched};");
        for (index, hash) in log.added() {
            let hash = world.literal(&schema::Value::Bytes(hash.to_vec()));
            change.push_str(&format!("UPDATE journal_hash SET hash = {hash} WHERE idx = {index};"));
        }
        let report = world.after(&mut conn, &change).unwrap();
        assert_eq!(faults(&report), [format!("head_differs journal_checkpoint {}", 2 * turn())]);
        assert_eq!(report.faults[0].position, Some(turn()), "what the first head covers was not touched");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_crash_left_unplaced_is_told_until_the_service_has_started_once() {
    for engine in engines() {
        let mut world = World::told(engine).await;
        let sequencer = world.start();
        world.act("just_before_the_crash").await;
        let report = world.verify();
        let id = report.faults[0].key.clone();
        assert_eq!(faults(&report), [format!("entry_unplaced journal_entry {id}")]);
        assert!(report.faults[0].message_en.contains("start of the service"));
        sequencer.settle().await.unwrap();
        assert!(world.verify().ok);
    }
}

/// Whoever holds the key can rewrite everything. Only a head kept elsewhere tells.
#[tokio::test(flavor = "multi_thread")]
async fn a_head_kept_elsewhere_catches_who_rewrites_everything() {
    for engine in engines() {
        let mut world = World::told(engine).await;
        let sequencer = world.start();
        let kept = sequencer.settle().await.unwrap();
        world.stop(&sequencer).await;
        let heads =
            [head_of(&kept), format!("{}:{}", kept.size, STANDARD.encode(kept.root)), kept.note.clone()];
        let verify =
            |world: &World, head: &str| proof::verify_data(&world.data, &world.url, Some(head)).unwrap();
        for head in &heads {
            assert_eq!(faults(&verify(&world, head)), Vec::<String>::new());
        }
        let beyond = format!("{}:{}", kept.size + 1, hex::encode(kept.root));
        assert_eq!(faults(&verify(&world, &beyond)), [format!("kept_head_differs head {}", kept.size + 1)]);

        let mut conn = world.intruder();
        conn.batch_execute(
            "DELETE FROM journal_entry WHERE position = 10; UPDATE journal_entry SET position = NULL; \
             DELETE FROM journal_hash; DELETE FROM journal_checkpoint",
        )
        .unwrap();
        drop(conn);
        let sequencer = world.start();
        sequencer.settle().await.unwrap();
        // A longer log, so that its length says nothing.
        world.act("one_more").await;
        world.act("one_more").await;
        world.stop(&sequencer).await;
        assert!(world.verify().ok, "the key was in the folder");
        for head in &heads {
            let found = faults(&verify(&world, head));
            assert_eq!(found, [format!("kept_head_differs head {}", end())]);
        }

        // With another key besides.
        std::fs::remove_dir_all(world.data.join("keys")).unwrap();
        world.intruder().batch_execute("UPDATE journal_entry SET position = NULL; DELETE FROM journal_hash; DELETE FROM journal_checkpoint").unwrap();
        let sequencer = world.start();
        sequencer.settle().await.unwrap();
        world.stop(&sequencer).await;
        assert!(world.verify().ok);
        let found = faults(&verify(&world, &kept.note));
        assert_eq!(
            found,
            [format!("kept_head_unsigned head {}", end()), format!("kept_head_differs head {}", end())]
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_public_key_no_head_is_believed_to_be_signed() {
    let world = World::told(Engine::Sqlite).await;
    std::fs::remove_file(world.data.join("keys/journal.vkey")).unwrap();
    assert_eq!(faults(&world.verify()), ["key_missing keys journal.vkey"]);
    for wrong in ["", "12", "12:", "12:zz", "x:00", "a note\nwithout a signature\n"] {
        assert!(proof::verify_data(&world.data, &world.url, Some(wrong)).is_err(), "{wrong}");
    }
}
