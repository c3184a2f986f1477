#!/usr/bin/env bash
# Compares Raidkeep, which answers only when the change is on disk, with three servers that do the same work of
# enter_stage_general and persist nothing. All are driven by the client of the benchmark versus_echo and take turns.
#
#     benches/peers/run.sh --seconds 4 --rounds 3
#
# With `--transfers PROGRAM`, the built example `transfers`, the work is account_transfer instead.
#
# The arguments are those of `cargo bench --profile dist --bench versus_echo`. Needs Node with npm, and Python with venv. Everything is
# installed into this folder. Energy is more than a measurement can use up (`raidkeep load --write-assets`); rules.json gives the
# peers the same figures.
set -euo pipefail
cd "$(dirname "$0")/../.."
peers=benches/peers

(cd $peers && npm install --no-package-lock --no-audit --no-fund --silent)
[ -x $peers/.venv/bin/python ] || python3 -m venv $peers/.venv
$peers/.venv/bin/pip install --quiet --disable-pip-version-check -r $peers/requirements.txt

echo "Node $(node --version), $($peers/.venv/bin/python --version)," \
    "$(cd $peers && npm ls --depth 0 --parseable --long 2>/dev/null | grep -o '[^:]*$' | tail -n +2 | paste -sd' ')," \
    "$($peers/.venv/bin/pip freeze | paste -sd' ')"

# Outside production, Node's libraries check and log more.
export NODE_ENV=production
cargo bench --profile dist --quiet --bench versus_echo -- \
    --peer "Node ws=node $peers/ws.mjs" \
    --peer "Colyseus=node $peers/colyseus.mjs" \
    --peer "Python websockets=$peers/.venv/bin/python $peers/peer_websockets.py" \
    "$@"
