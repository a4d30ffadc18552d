package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/host"
	"github.com/understudy-dev/understudy/core/register"
)

type roomCommand struct {
	Get roomGetCommand `cmd:"" help:"Print the room's settings, or one of them."`
	Set roomSetCommand `cmd:"" help:"Change settings of the room."`
}

// Help returns examples and what the settings are.
func (roomCommand) Help() string {
	return `Examples:

    understudy room get
    understudy room get election
    understudy room set min-in-sync=2 ack=one

The settings are the same for everybody in the room, and change at once:

    election     who claims the mastership when it is vacant: succession (default), bully, ring or vote
    min-in-sync  a write with ack=all is refused below so many nodes in sync, the master included: 1 (default) to 1000
    ack          of writes that do not say: async, one, a number of replicas or all (default)
    volatile     whether copies in memory may be in sync and master: allow (default) or refuse
    lag-limit    how long a replica in sync may be behind: 100ms to 1h, 3s by default`
}

type roomGetCommand struct {
	Key string `arg:"" optional:"" help:"election, min-in-sync, ack, volatile or lag-limit (default: all)."`
}

// Help returns examples.
func (roomGetCommand) Help() string { return roomCommand{}.Help() }

// Run prints the settings in force.
func (cmd *roomGetCommand) Run(ctx context.Context, sh *shell) error {
	if _, err := settingNamed(cmd.Key); cmd.Key != "" && err != nil {
		return err
	}
	return sh.ask(ctx, "room get", func(ctx context.Context, room *host.Client) error {
		settings, _, err := room.Settings(ctx)
		if err != nil {
			return err
		}
		if cmd.Key == "" {
			return printSettings(sh, settings)
		}
		s, _ := settingNamed(cmd.Key)
		if sh.JSON {
			return sh.printJSON(map[string]any{s.json: s.shown(settings)})
		}
		return sh.print("%v\n", s.shown(settings))
	})
}

type roomSetCommand struct {
	Changes []string `arg:"" name:"key=value" help:"Settings and their new values."`
}

// Help returns examples.
func (roomSetCommand) Help() string { return roomCommand{}.Help() }

// Run changes the settings that are named, and prints all of them.
func (cmd *roomSetCommand) Run(ctx context.Context, sh *shell) error {
	change, err := changeOf(cmd.Changes)
	if err != nil {
		return err
	}
	return sh.ask(ctx, "room set", func(ctx context.Context, room *host.Client) error {
		settings, err := room.SetSettings(ctx, change)
		if err != nil {
			return settingsError(err)
		}
		return printSettings(sh, settings)
	})
}

// changeOf reads KEY=VALUE, all of them before anything is asked.
func changeOf(words []string) (func(*register.Settings), error) {
	var changes []func(*register.Settings)
	seen := map[string]bool{}
	for _, word := range words {
		key, value, ok := strings.Cut(word, "=")
		if !ok {
			return nil, &exitError{status: exitMisuse, err: fmt.Errorf("room set: %.40q is not KEY=VALUE", word), hint: "as in: understudy room set ack=one"}
		}
		s, err := settingNamed(key)
		if err != nil {
			return nil, err
		}
		if seen[key] {
			return nil, misused("room set: %s is given twice", key)
		}
		seen[key] = true
		change, err := s.parse(value)
		if err == nil {
			var alone register.Settings
			change(&alone)
			err = alone.Check()
		}
		if err != nil {
			return nil, &exitError{status: exitMisuse, err: fmt.Errorf("room set: %w", err)}
		}
		changes = append(changes, change)
	}
	return func(s *register.Settings) {
		for _, change := range changes {
			change(s)
		}
	}, nil
}

// settingsError gives the relay's refusals their status and a way on.
func settingsError(err error) error {
	var failure *frame.Failure
	switch {
	case !errors.As(err, &failure):
	case failure.Code == frame.CodeNotAllowed:
		return withHint(err, exitRefused, "understudy status shows the nodes and where they keep their copies")
	}
	return err
}

func printSettings(sh *shell, s register.Settings) error {
	if sh.JSON {
		return sh.printJSON(settingsJSON(s))
	}
	var text strings.Builder
	for _, k := range settings {
		fmt.Fprintf(&text, "%s=%v\n", k.name, k.shown(s))
	}
	return sh.print("%s", text.String())
}
