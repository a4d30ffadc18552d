// Command build makes what a browser loads to become a node, and compresses it.
//
//	go run ./site/build              into site/built, to be embedded into the binary
//	go run ./site/build -npm DIR     into DIR, as the npm package @understudy/tab
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"

	"github.com/understudy-dev/understudy/site/builder"
)

func main() {
	npm := flag.String("npm", "", "make the npm package in this `folder` instead")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, *npm)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "build:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, npm string) error {
	root, err := builder.Root(".")
	if err != nil {
		return err
	}
	if npm != "" {
		_, err := builder.Build(ctx, builder.Options{Root: root, Dir: npm, Plain: true})
		return err
	}
	dir := filepath.Join(root, "site", "built")
	made, err := builder.Build(ctx, builder.Options{Root: root, Dir: dir})
	if err != nil {
		return err
	}
	if err := compressAll(dir); err != nil {
		return err
	}
	return report(dir, made)
}

// report prints what a browser downloads.
func report(dir string, made builder.Manifest) error {
	for _, name := range []string{made.Wasm, made.Wasm + ".gz", made.Wasm + ".br"} {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil {
			return err
		}
		fmt.Printf("%8d kB  %s\n", (info.Size()+999)/1000, name)
	}
	return nil
}
