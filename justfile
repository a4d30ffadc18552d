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
    go test -run '^$' -bench '{{ name }}' -benchmem $(go list ./core/... ./nodecli/... | grep -v nodecli/figures)

# Measure takeovers, writes from tab to tab and page loads, in Chromium
figures name="." rounds="50":
    go test ./site/roomtest -run '^$' -bench '{{ name }}' -benchtime {{ rounds }}x -timeout 30m

# Measure the journal beside bbolt and raft-wal, and count the syncs of each
compare rounds="25" *args:
    cd nodecli/disk/compare && go test -count=1 -v -bench . -benchtime {{ rounds }}x . {{ args }}

# Measure writes on three copies, beside a Redis that syncs as often
redis rounds="20" *args:
    go test ./nodecli/figures -run '^$' -bench Redis -benchtime {{ rounds }}x -timeout 30m {{ args }}

# Measure reads per second by level, and a change on its way to 1,000 watches
reads time="3s":
    go test ./core/host -run '^$' -bench 'FiftyReaders|ThousandWatchers' -benchtime {{ time }}

# Measure how long a node with many keys takes to start, and its bytes on disk
restart rounds="5" *args:
    go test ./nodecli/figures -run '^$' -bench Restart -benchtime {{ rounds }}x -timeout 30m {{ args }}

# Measure takeovers of native processes that are killed, by each election
takeovers rounds="50" *args:
    go test ./nodecli/figures -run '^$' -bench Takeover -benchtime {{ rounds }}x -timeout 30m {{ args }}

# Measure what elections cost in simulated rooms, and draw it anew
elections runs="1000":
    go run ./nodecli sim --election all --nodes 3,5,9,25 --runs {{ runs }} --svg core/election/elections.svg

# Run the simulated worlds of that many seeds
sim seeds="2000":
    go test ./core/sim -run TestSeeds -v -count=1 -timeout 0 -seeds {{ seeds }}

# Kill processes that many times while others write, and account for every write
kill-rounds rounds="200" *args:
    go test ./nodecli/crashtest -run TestKillRounds -v -count=1 -timeout 0 -rounds {{ rounds }} {{ args }}

# Format every Go file
fmt:
    gofmt -w core nodecli site wasm
