#!/usr/bin/env bash
# The référentiels say what the printed documents say, word for word.
#
# The documents themselves are not in this repository. Where they are (PARCHEMIN_SOURCES, or a folder «sources»
# of a neighbour of this clone) the comparison is made anew. Elsewhere the files must be exactly those that were
# compared last: their digests are in tests/data/verbatim.sha256. After a change to a référentiel:
# tests/checks/10-verbatim.sh --record
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
record=tests/data/verbatim.sha256
compared=(
    "003_888dc9a4201b445d.txt referentials/expert-infrastructure-donnees-massives.yaml"
    "004_53985ed595913d89.txt referentials/chef-de-projet-data-ia.yaml"
)

sources=${PARCHEMIN_SOURCES:-}
for printed in ../*/sources/003_888dc9a4201b445d.txt; do
    [ -n "$sources" ] || [ ! -e "$printed" ] || sources=$(dirname "$printed")
done

if [ -n "$sources" ]; then
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
    for pair in "${compared[@]}"; do
        read -r printed file <<<"$pair"
        echo "$file against $printed"
        "${PARCHEMIN_BIN:-target/debug/parchemin}" referential show --json "$file" >"$work/shown.json"
        python3 tests/data/verbatim.py "$sources/$printed" "$work/shown.json"
    done
    if [ "${1:-}" = --record ]; then
        sha256sum referentials/*.yaml >"$record"
    fi
else
    echo "The printed documents are not here: are these the files that were compared last?"
fi
sha256sum --check "$record" || {
    echo "The comparison of these files is not on record: tests/checks/10-verbatim.sh --record" >&2
    exit 1
}
# A référentiel that nobody compared would not be in the list.
[ "$(wc -l <"$record")" = "$(printf '%s\n' referentials/*.yaml | wc -l)" ]
