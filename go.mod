module github.com/understudy-dev/understudy

go 1.26

ignore node_modules

require (
	github.com/andybalholm/brotli v1.2.0
	github.com/cespare/xxhash/v2 v2.3.0
	github.com/tidwall/btree v1.8.2
)

require github.com/alecthomas/kong v1.17.0

require github.com/gofrs/flock v0.13.1

require (
	github.com/rogpeppe/go-internal v1.16.0
	golang.org/x/sys v0.47.0 // indirect
	golang.org/x/tools v0.26.0 // indirect
)

require (
	github.com/anishathalye/porcupine v1.3.1
	github.com/chromedp/cdproto v0.159.0
	github.com/chromedp/chromedp v0.23.0
	github.com/cockroachdb/datadriven v1.0.3
	github.com/coder/websocket v1.8.15
	github.com/go-json-experiment/json v0.0.0-20260213210345-44df1a37e875 // indirect
	github.com/pmezard/go-difflib v1.0.0 // indirect
)

require (
	github.com/fxamacker/cbor/v2 v2.10.0
	github.com/x448/float16 v0.8.4 // indirect
	pgregory.net/rapid v1.3.0
)
