//! Files: each against the hash that its row keeps.

use std::fs;

use super::faults;
use super::world::{World, engines, id};

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_was_changed_or_taken_away_is_named_by_its_row() {
    for engine in engines() {
        let world = World::told(engine).await;
        let (document, evidence) = (id("document", 0), id("evidence", 1));
        let paths = [world.data.join("documents/sheet-0.pdf"), evidence_path(&world, 1)];
        for (path, name) in paths.iter().zip([format!("documents {document}"), format!("files {evidence}")]) {
            let bytes = fs::read(path).unwrap();
            let mut other = bytes.clone();
            other[3] ^= 1;
            fs::write(path, other).unwrap();
            assert_eq!(faults(&world.verify()), [format!("file_changed {name}")]);
            fs::remove_file(path).unwrap();
            assert_eq!(faults(&world.verify()), [format!("file_missing {name}")]);
            fs::create_dir(path).unwrap();
            assert_eq!(faults(&world.verify()), [format!("file_unreadable {name}")]);
            fs::remove_dir(path).unwrap();
            fs::write(path, bytes).unwrap();
        }
        assert!(world.verify().ok);
    }
}

fn evidence_path(world: &World, number: usize) -> std::path::PathBuf {
    use sha2::Digest as _;
    let name = hex::encode(sha2::Sha256::digest(format!("content {number}")));
    world.data.join("files").join(&name[..2]).join(&name[2..])
}

#[tokio::test(flavor = "multi_thread")]
async fn a_path_that_leads_out_of_the_folder_is_not_followed() {
    let world = World::told(super::Engine::Sqlite).await;
    fs::copy(world.data.join("documents/sheet-0.pdf"), world.data.join("outside.pdf")).unwrap();
    let mut conn = world.intruder();
    let report = world
        .after(&mut conn, "UPDATE document SET path = '../outside.pdf' WHERE path = 'sheet-0.pdf'")
        .unwrap();
    let document = id("document", 0);
    assert_eq!(
        faults(&report),
        [format!("row_changed document {document}"), format!("file_missing documents {document}")]
    );
}
