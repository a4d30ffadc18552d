// Command understudy is the whole of Understudy in one binary: the relay, a
// node, and the commands by which people and scripts use a room.
package main

import (
	"context"
	"errors"
	"io"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	os.Exit(run(os.Args[1:], console{in: os.Stdin, out: os.Stdout, err: os.Stderr}))
}

// console is where a command reads and writes: results go to out, everything
// else to err.
type console struct {
	in  *os.File
	out io.Writer
	err io.Writer
}

// run does what the arguments say and returns the exit status.
func run(args []string, c console) int {
	grammar := &cli{}
	parser, err := newParser(grammar, c)
	if err != nil {
		return report(c.err, err)
	}
	if len(args) == 0 {
		return usage(parser, c)
	}
	parsed, err := parser.Parse(negatives(parser.Model, spellings(args)))
	if errors.Is(err, errHelped) {
		return exitDone
	}
	if err == nil {
		err = checkShared(grammar, parsed)
	}
	if err != nil {
		return report(c.err, misuse(err, parsed))
	}
	// The first signal asks for an orderly end; the second one ends at once.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop)
	parsed.BindTo(ctx, (*context.Context)(nil))
	parsed.Bind(&shell{sharedFlags: grammar.sharedFlags, console: c})
	err = parsed.Run()
	if ctx.Err() != nil {
		err = interrupted(err)
	}
	return report(c.err, err)
}
