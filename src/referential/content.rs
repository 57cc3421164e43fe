//! What freezes a published version: the hash of its content.

use sha2::{Digest, Sha256};

use super::model::Referential;

/// Keeps this hash apart from every other one, and from a later way of writing the content.
const DOMAIN: &[u8] = b"parchemin referential content v1\n";

/// SHA-256 over `DOMAIN` and the référentiel as compact JSON: every field in the order of the types, lists in
/// the order of the file, a value equal to its default left out, no white space.
///
/// So all that the file says counts, notes included; how it says it does not: comments, order of keys,
/// quoting, line folding, a default written out.
#[expect(
    clippy::expect_used,
    reason = "the types have no map and no Serialize of their own, and a hasher takes every write: serde_json has no way to fail"
)]
pub fn content_hash(referential: &Referential) -> [u8; 32] {
    let mut hasher = Sha256::new();
    hasher.update(DOMAIN);
    serde_json::to_writer(&mut hasher, referential).expect("plain data always serializes");
    hasher.finalize().into()
}
