package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"

	"github.com/understudy-dev/understudy/site"
	"github.com/understudy-dev/understudy/site/builder"
)

// demoSite returns the page. In a checkout it compiles the tab's part as the
// sources are now; elsewhere, or where that fails, the page is the one in this
// binary.
func demoSite(ctx context.Context, sh *shell) (http.Handler, error) {
	root, err := builder.Root(".")
	switch {
	case errors.Is(err, builder.ErrNoModule):
		return embeddedSite()
	case err != nil:
		return nil, fmt.Errorf("page: %w", err)
	}
	fmt.Fprintln(sh.err, "understudy: compiling the tab's part ...")
	page, err := builtSite(ctx, root)
	if err == nil {
		return page, nil
	}
	if !site.IsBuilt() || ctx.Err() != nil {
		return nil, fmt.Errorf("page: %w", err)
	}
	fmt.Fprintf(sh.err, "understudy: page: %v\nhint: the page shown is the one in this binary\n", err)
	return embeddedSite()
}

// builtSite compiles the tab's part. The files are gone when it returns: a
// page is served from memory.
func builtSite(ctx context.Context, root string) (http.Handler, error) {
	dir, err := os.MkdirTemp("", "understudy-demo-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir) //nolint:errcheck // a folder for temporary files
	if _, err := builder.Build(ctx, builder.Options{Root: root, Dir: dir}); err != nil {
		return nil, err
	}
	return site.Handler(site.Options{Built: os.DirFS(dir)})
}
