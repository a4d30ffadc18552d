//go:build js && wasm

// The program of a tab: a node in a dedicated worker, which the page talks to
// by messages. worker.js beside the SDK loads it; operations.go lists what the
// page may ask, news.go what it is told.
package main

import "syscall/js"

func main() {
	page := js.Global().Get("understudyWorker")
	t := newTab(page)
	// Made once and never released: it lives as long as the worker.
	page.Call("ready", js.FuncOf(func(_ js.Value, args []js.Value) any {
		t.inbox.put(args[0])
		return nil
	}))
	t.run()
}
