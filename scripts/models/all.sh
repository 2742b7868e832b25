#!/usr/bin/env bash
# How everything in models/ was made: about ten hours on one core. A killed run goes on where it was; what is done is not done again.
# usage: scripts/models/all.sh [SWEEP...]
set -euo pipefail
cd "$(dirname "$0")/../.."
sweeps=("$@")
[ $# -gt 0 ] || sweeps=(yang19 modcog84-1d yang19-lambda)

npm run --silent build
for sweep in "${sweeps[@]}"; do
  node dist/cli.js sweep "models/$sweep/sweep.yaml" --out "models/$sweep"
done
npx tsx scripts/models/ship.ts
node dist/cli.js precision models/yang19-20x20-bimt.safetensors --target rram-mesh --config models/precision/settings.json --out models/precision
npx tsx scripts/models/aware-train.ts
npx tsx scripts/models/aware.ts
npx tsx scripts/models/results.ts

# The pictures of the documentation come from the network that ships for export.
npx tsx scripts/pictures.ts
