#!/usr/bin/env bash
# How models/yang19-20x20-bimt.safetensors and the README's pictures were made: about 15 minutes on one core.
# A killed run goes on where it was.
# usage: scripts/models/yang19-20x20-bimt.sh [FOLDER]
set -euo pipefail
cd "$(dirname "$0")/../.."
name=yang19-20x20-bimt
out=${1:-runs/$name}

npm run --silent build
node dist/cli.js run "models/$name.json" --out "$out"
cp "$out/pruned.safetensors" "models/$name.safetensors"
cp "$out/training.csv" "models/$name.training.csv"

node dist/cli.js run --model "models/$name.safetensors" --out "$out/shipped" --force
cp "$out/shipped/connection-map.svg" docs/connection-map.svg
cp "$out/shipped/rram-mesh/placement.svg" docs/placement.svg
