//! The log and who fills it: RFC 6962 as one reads it there, batches, restarts, proofs.

use diesel::prelude::*;
use parchemin::db::Bytes;
use parchemin::db::schema::{journal_checkpoint, journal_entry, journal_hash};
use parchemin::journal::act::EntryRow;
use parchemin::journal::keys;
use parchemin::journal::log::{Growing, Hashes, Proof, proof};
use proptest::prelude::*;
use sha2::{Digest, Sha256};

use super::world::{World, engines};

fn sha(parts: &[&[u8]]) -> [u8; 32] {
    parts.iter().fold(Sha256::new(), |hash, part| hash.chain_update(part)).finalize().into()
}

/// The largest power of two smaller than n (RFC 6962 §2.1).
fn half(n: usize) -> usize {
    n.next_power_of_two() / 2
}

/// MTH of RFC 6962 §2.1, word for word.
fn tree(leaves: &[Vec<u8>]) -> [u8; 32] {
    match leaves {
        [] => sha(&[]),
        [leaf] => sha(&[&[0], leaf]),
        more => {
            let (left, right) = more.split_at(half(more.len()));
            sha(&[&[1], &tree(left), &tree(right)])
        }
    }
}

/// PATH of RFC 6962 §2.1.1, word for word.
fn path(index: usize, leaves: &[Vec<u8>]) -> Vec<[u8; 32]> {
    if leaves.len() == 1 {
        return Vec::new();
    }
    let (left, right) = leaves.split_at(half(leaves.len()));
    let (mut path, last) = if index < left.len() {
        (path(index, left), tree(right))
    } else {
        (path(index - left.len(), right), tree(left))
    };
    path.push(last);
    path
}

fn leaves(size: usize) -> Vec<Vec<u8>> {
    (0..size).map(|number| format!("leaf {number}").into_bytes()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_log_has_the_root_of_the_recursion_however_it_grew(size in 0_usize..300, cuts in prop::collection::vec(0_usize..300, 0..6)) {
        let leaves = leaves(size);
        let mut log = Growing::on(0, Hashes::default());
        for (place, leaf) in leaves.iter().enumerate() {
            log.append(leaf).unwrap();
            // A restart keeps the right edge alone.
            if cuts.contains(&place) {
                log.trim();
                prop_assert_eq!(log.root().unwrap(), tree(&leaves[..=place]));
            }
        }
        prop_assert_eq!(log.root().unwrap(), tree(&leaves));
    }

    #[test]
    fn a_proof_leads_to_one_root_from_one_leaf(size in 1_usize..200, at in any::<prop::sample::Index>(), bit in 0_usize..256) {
        let (leaves, index) = (leaves(size), at.index(size));
        let proof = Proof {
            leaf: leaves[index].clone(),
            index: u64::try_from(index).unwrap(),
            size: u64::try_from(size).unwrap(),
            hashes: path(index, &leaves),
        };
        let root = tree(&leaves);
        prop_assert!(proof.leads_to(root));
        let mut other = root;
        other[bit / 8] ^= 1 << (bit % 8);
        prop_assert!(!proof.leads_to(other));
        let forged = Proof { leaf: b"another".to_vec(), ..proof.clone() };
        prop_assert!(!forged.leads_to(root));
        if let Some(first) = proof.hashes.first() {
            let mut hashes = proof.hashes.clone();
            hashes[0] = first.map(|byte| !byte);
            let forged = Proof { hashes, ..proof.clone() };
            prop_assert!(!forged.leads_to(root));
        }
    }
}

fn entries(world: &World) -> Vec<EntryRow> {
    let mut conn = world.intruder();
    journal_entry::table.order(journal_entry::position.asc()).load(&mut conn).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_head_is_the_root_of_the_entries_that_it_covers_and_proves_each_of_them() {
    for engine in engines() {
        let mut world = World::empty(engine);
        let sequencer = world.sequencer();
        let mut written = 0;
        for more in [1, 1, 2, 5, 13, 40] {
            for _ in 0..more {
                world.act("something").await;
            }
            written += more;
            assert_eq!(sequencer.settle().await.unwrap().size, written);
        }
        world.stop(&sequencer).await;

        let leaves: Vec<Vec<u8>> = entries(&world).iter().map(|entry| entry.leaf().unwrap()).collect();
        let mut conn = world.intruder();
        let heads: Vec<(i64, Bytes, String)> = journal_checkpoint::table
            .order(journal_checkpoint::size.asc())
            .select((journal_checkpoint::size, journal_checkpoint::root, journal_checkpoint::note))
            .load(&mut conn)
            .unwrap();
        assert_eq!(heads.iter().map(|head| head.0).collect::<Vec<_>>(), [1, 2, 4, 9, 22, 62]);
        for (size, root, note) in heads {
            let covered = &leaves[..usize::try_from(size).unwrap()];
            assert_eq!(root.0, tree(covered));
            assert!(keys::signed_text(&world.vkey(), &note).is_some());
            for (index, entry) in entries(&world).iter().take(covered.len()).enumerate() {
                let proof = proof(&mut conn, entry.id, u64::try_from(size).unwrap()).unwrap();
                assert_eq!(proof.hashes, path(index, covered));
                assert!(proof.leads_to(tree(covered)));
            }
        }
        let last = entries(&world).pop().unwrap();
        assert_eq!(proof(&mut conn, last.id, 61).unwrap_err().code(), "not_found");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn entries_keep_the_order_in_which_they_were_written_across_batches_and_restarts() {
    for engine in engines() {
        let mut world = World::empty(engine);
        let mut sequencer = world.sequencer();
        for turn in 0..3 {
            // More than one batch at a time.
            let at = world.clock.now();
            world
                .db()
                .write(move |conn| {
                    for _ in 0..700 {
                        parchemin::journal::record(
                            conn,
                            parchemin::journal::Act::of_service("many", at),
                            &[],
                        )?;
                    }
                    Ok(())
                })
                .await
                .unwrap();
            if turn == 1 {
                world.stop(&sequencer).await;
                sequencer = world.start();
            }
        }
        sequencer.settle().await.unwrap();
        world.stop(&sequencer).await;
        let placed = entries(&world);
        assert_eq!(
            placed.iter().map(|entry| entry.position.unwrap()).collect::<Vec<_>>(),
            (0..2100).collect::<Vec<_>>()
        );
        assert!(placed.is_sorted_by_key(|entry| entry.id));
        assert!(world.verify().ok);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_costs_the_same_whatever_its_length_and_nothing_costs_no_write() {
    for engine in engines() {
        let world = World::empty(engine);
        let sequencer = world.sequencer();
        let mut costs = Vec::new();
        for length in [300, 1, 300, 17] {
            for _ in 0..length {
                world.act("something").await;
            }
            let before = world.db().statements();
            sequencer.settle().await.unwrap();
            costs.push(world.db().statements() - before);
        }
        assert!(costs.iter().all(|cost| *cost == costs[0] && *cost < 20), "{costs:?}");

        let before = (hashes(&world), world.db().statements());
        sequencer.settle().await.unwrap();
        // Is there anything, and the newest head: two reads.
        assert_eq!(world.db().statements() - before.1, 2);
        assert_eq!(hashes(&world), before.0);
        sequencer.stop().await.unwrap();
    }
}

fn hashes(world: &World) -> i64 {
    journal_hash::table.count().get_result(&mut world.intruder()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn entries_are_placed_by_themselves() {
    for engine in engines() {
        let world = World::empty(engine);
        let key = keys::open(&world.data.join("keys")).unwrap();
        let every = std::time::Duration::from_millis(20);
        let sequencer =
            parchemin::journal::sequencer::Sequencer::start(world.db(), world.clock.clone(), key, every);
        world.act("something").await;
        let mut turns = 0;
        while hashes(&world) == 0 {
            turns += 1;
            assert!(turns < 500, "nothing was placed");
            tokio::time::sleep(every).await;
        }
        sequencer.stop().await.unwrap();
        assert!(world.verify().ok);
    }
}

/// Two services on one database: neither places what the other has.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_sequencers_at_once_make_one_log() {
    for engine in engines() {
        let world = World::empty(engine);
        let (one, other) = (world.sequencer(), world.sequencer());
        for _ in 0..40 {
            world.act("something").await;
            let (first, second) = tokio::join!(one.settle(), other.settle());
            first.unwrap();
            second.unwrap();
        }
        one.stop().await.unwrap();
        other.stop().await.unwrap();
        let report = world.verify();
        assert_eq!((report.ok, report.entries), (true, 40), "{report}");
    }
}
