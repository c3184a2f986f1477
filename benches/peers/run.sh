#!/usr/bin/env bash
# Raidkeep, which answers only when the change is on disk, and beside it three servers that do the same work of
# enter_stage_general and keep nothing. All are driven by the client of the benchmark versus_echo and take turns.
#
#     benches/peers/run.sh --seconds 4 --rounds 3
#
# The arguments are those of `cargo bench --bench versus_echo`. Node with npm, and Python with venv, have to be there.
# What is installed stays in this folder. Energy is what a measurement cannot use up (`raidkeep load --write-assets`); rules.json
# says the same to the peers.
set -euo pipefail
cd "$(dirname "$0")/../.."
peers=benches/peers

(cd $peers && npm install --no-package-lock --no-audit --no-fund --silent)
[ -x $peers/.venv/bin/python ] || python3 -m venv $peers/.venv
$peers/.venv/bin/pip install --quiet --disable-pip-version-check -r $peers/requirements.txt

echo "Node $(node --version), $($peers/.venv/bin/python --version)," \
    "$(cd $peers && npm ls --depth 0 --parseable --long 2>/dev/null | grep -o '[^:]*$' | tail -n +2 | paste -sd' ')," \
    "$($peers/.venv/bin/pip freeze | paste -sd' ')"

# Node's libraries check more and tell more outside of production.
export NODE_ENV=production
cargo bench --quiet --bench versus_echo -- \
    --peer "Node ws=node $peers/ws.mjs" \
    --peer "Colyseus=node $peers/colyseus.mjs" \
    --peer "Python websockets=$peers/.venv/bin/python $peers/peer_websockets.py" \
    "$@"
