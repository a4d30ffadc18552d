# The commands of this project: `just RECIPE`, or `npx --yes rust-just RECIPE`.

set shell := ["bash", "-euo", "pipefail", "-c"]

# List the recipes
default:
    @just --justfile '{{ justfile() }}' --list --unsorted

# Run relay, page and a native node in one process, and open the browser
demo *args:
    go run ./nodecli demo {{ args }}

# Build bin/understudy with the page and the tab's wasm embedded
build:
    go run ./site/build
    CGO_ENABLED=0 go build -trimpath -ldflags '-s -w' -o bin/understudy ./nodecli

# Run everything, browsers and fuzzing included, and count the tests
test:
    @.ci/test

# Run the quick part of the tests: before each commit
check:
    @.ci/check

# Run the Go benchmarks whose name matches
bench name=".":
    go test -run '^$' -bench '{{ name }}' -benchmem ./core/... ./nodecli/...

# Measure takeovers, writes from tab to tab and page loads, in Chromium
figures name="." rounds="50":
    go test ./site/roomtest -run '^$' -bench '{{ name }}' -benchtime {{ rounds }}x -timeout 30m

# Run the simulated worlds of that many seeds
sim seeds="2000":
    go test ./core/sim -run TestSeeds -v -count=1 -timeout 0 -seeds {{ seeds }}

# Format every Go file
fmt:
    gofmt -w core nodecli site wasm
