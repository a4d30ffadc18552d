module github.com/understudy-dev/understudy

go 1.26

ignore ./node_modules

require (
	github.com/andybalholm/brotli v1.2.0
	github.com/cespare/xxhash/v2 v2.3.0
	github.com/tidwall/btree v1.8.2
)

require (
	github.com/fxamacker/cbor/v2 v2.10.0
	github.com/x448/float16 v0.8.4 // indirect
	pgregory.net/rapid v1.3.0 // indirect
)
