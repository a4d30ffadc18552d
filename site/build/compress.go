package main

import (
	"bytes"
	"compress/gzip"
	"io"
	"os"
	"path/filepath"

	"github.com/andybalholm/brotli"

	"github.com/understudy-dev/understudy/site/builder"
)

// compressed lists the endings worth compressing.
var compressed = map[string]bool{".wasm": true, ".js": true, ".ts": true}

// compressAll puts NAME.br and NAME.gz beside each file, as small as they get:
// it is done once, and read by every browser.
func compressAll(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		if !compressed[filepath.Ext(entry.Name())] {
			continue
		}
		if err := compressFile(filepath.Join(dir, entry.Name())); err != nil {
			return err
		}
	}
	return nil
}

func compressFile(name string) error {
	content, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	var br, gz bytes.Buffer
	// The largest window every browser takes: the wasm is much longer than the
	// default one.
	if err := squeeze(brotli.NewWriterOptions(&br, brotli.WriterOptions{Quality: 11, LGWin: 24}), content); err != nil {
		return err
	}
	if err := builder.WriteFile(name+".br", br.Bytes()); err != nil {
		return err
	}
	zw, err := gzip.NewWriterLevel(&gz, gzip.BestCompression)
	if err != nil {
		return err
	}
	if err := squeeze(zw, content); err != nil {
		return err
	}
	return builder.WriteFile(name+".gz", gz.Bytes())
}

// squeeze writes all of content and ends the stream.
func squeeze(w io.WriteCloser, content []byte) error {
	if _, err := w.Write(content); err != nil {
		return err
	}
	return w.Close()
}
