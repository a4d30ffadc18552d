package main

import (
	"fmt"
	"reflect"
	"slices"
	"time"

	"github.com/alecthomas/kong"

	"github.com/understudy-dev/understudy/core/frame"
)

// cli is the grammar: the flags all commands share, and the commands.
type cli struct {
	sharedFlags

	Demo  demoCommand  `cmd:"" group:"run" help:"Run relay, page and nodes in one process, and open the browser."`
	Relay relayCommand `cmd:"" group:"run" help:"Run the relay, and the page."`
	Node  nodeCommand  `cmd:"" group:"run" help:"Join the room with a copy, until interrupted."`

	Set   setCommand   `cmd:"" group:"data" help:"Store a value and print the receipt."`
	Get   getCommand   `cmd:"" group:"data" help:"Print a value."`
	Del   delCommand   `cmd:"" group:"data" help:"Remove keys and print how many there were."`
	Incr  incrCommand  `cmd:"" group:"data" help:"Add to a number and print the sum."`
	Scan  scanCommand  `cmd:"" group:"data" help:"Print keys and values in the order of the keys."`
	Batch batchCommand `cmd:"" group:"data" help:"Make several changes at one moment, or none of them."`
	Watch watchCommand `cmd:"" group:"data" help:"Print each change as it is committed, until interrupted."`

	Status   statusCommand   `cmd:"" group:"room" help:"Show the register and every node."`
	Handover handoverCommand `cmd:"" group:"room" help:"Pass the mastership on, without losing a write."`
	Takeover takeoverCommand `cmd:"" group:"room" help:"Go on without copies that will not come back."`
	Settings roomCommand     `cmd:"" name:"room" group:"room" help:"Show or change the room's settings."`
	Verify   verifyCommand   `cmd:"" group:"room" help:"Say what became of a write."`
	Orphans  orphansCommand  `cmd:"" group:"room" help:"List, show, replay or discard what failovers rolled back."`

	Check  checkCommand  `cmd:"" group:"disk" help:"Verify a stopped node's copy and change nothing."`
	Log    logCommand    `cmd:"" group:"disk" help:"Print what has changed in the room, or the entries of a stopped node's journal."`
	Export exportCommand `cmd:"" group:"disk" help:"Write a stopped node's copy into one file."`
	Import importCommand `cmd:"" group:"disk" help:"Make a copy of such a file."`

	Sim        simCommand        `cmd:"" group:"more" help:"Run simulated rooms with faults and check every promise, or measure elections."`
	Version    versionCommand    `cmd:"" group:"more" help:"Print the version."`
	Completion completionCommand `cmd:"" group:"more" help:"Print the completion script of a shell."`
}

// sharedFlags are accepted before the command and behind it.
type sharedFlags struct {
	RelayURL  string        `name:"relay" group:"shared" placeholder:"URL" default:"${relay}" env:"UNDERSTUDY_RELAY" help:"The relay (default ${default})."`
	Room      string        `group:"shared" placeholder:"NAME" default:"${room}" env:"UNDERSTUDY_ROOM" help:"The room (default ${default})."`
	Timeout   time.Duration `group:"shared" placeholder:"5s" default:"5s" help:"How long to wait for relay, master and answer (default ${default})."`
	JSON      bool          `name:"json" group:"shared" help:"Print JSON."`
	LogLevel  string        `group:"shared" placeholder:"LEVEL" enum:",debug,info,warn,error" default:"" help:"The least that is logged: debug, info, warn or error (default: info for relay and node, warn for demo and what watches, else error)."`
	LogFormat string        `group:"shared" placeholder:"FORMAT" enum:"text,json" default:"text" help:"How it is logged: text or json (default ${default})."`
}

// Where a relay listens and where its room is, unless somebody says otherwise.
const (
	defaultAddress = "127.0.0.1:8787"
	defaultRoom    = "main"
)

var groups = kong.ExplicitGroups([]kong.Group{
	{Key: "run", Title: "Run:"},
	{Key: "data", Title: "Keys and values:"},
	{Key: "room", Title: "The room:"},
	{Key: "disk", Title: "A stopped node's copy:"},
	{Key: "more", Title: "More:"},
	{Key: "shared", Title: "Shared flags:"},
})

// stoppedLog is the command log with a folder: a room's takes all shared flags.
const stoppedLog = "log of a stopped node"

// unshared lists the shared flags a command has no use for. It takes none of
// them rather than ignore one.
var unshared = map[string][]string{
	"demo":       {"relay", "timeout", "json"},
	"relay":      {"relay", "room", "timeout", "json"},
	"node":       {"json"},
	"check":      {"relay", "room", "timeout", "log-level", "log-format"},
	"export":     {"relay", "room", "timeout", "log-level", "log-format"},
	"import":     {"relay", "room", "timeout", "log-level", "log-format"},
	"sim":        {"relay", "room", "timeout", "log-level", "log-format"},
	"version":    {"relay", "room", "timeout", "log-level", "log-format"},
	stoppedLog:   {"relay", "room", "timeout", "log-level", "log-format"},
	"completion": {"relay", "room", "timeout", "json", "log-level", "log-format"},
}

// neverEmpty lists the flags whose empty value would stand for "not given": a
// script whose variable is not set would use another folder than it means.
var neverEmpty = []string{"dir", "name", "fsync", "ready-file", "addr-file", "svg", "faults"}

func newParser(grammar *cli, c console) (*kong.Kong, error) {
	return kong.New(grammar,
		kong.Name("understudy"),
		kong.Description("A key-value store replicated among browser tabs and native nodes that are equal peers."),
		groups,
		kong.Vars{"address": defaultAddress, "relay": "ws://" + defaultAddress + "/ws", "room": defaultRoom},
		kong.Writers(c.out, c.err),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, FlagsLast: true, WrapUpperBound: 100}),
		kong.Help(printHelp),
		// A value may begin with a hyphen: --ack -1 is a bad ack, and not a flag.
		kong.WithHyphenPrefixedParameters(true),
		kong.KindMapper(reflect.String, kong.MapperFunc(asGiven)),
	)
}

// checkShared refuses what the grammar accepts and the command can't use.
func checkShared(grammar *cli, parsed *kong.Context) error {
	command := parsed.Selected().Name
	if command == "log" && grammar.Log.Dir != "" {
		command = stoppedLog
	}
	for _, p := range parsed.Path {
		if p.Flag != nil && slices.Contains(unshared[command], p.Flag.Name) {
			return fmt.Errorf("%s takes no --%s", command, p.Flag.Name)
		}
		if p.Flag != nil && slices.Contains(neverEmpty, p.Flag.Name) && parsed.FlagValue(p.Flag) == "" {
			return fmt.Errorf("--%s: the value is empty, as that of a variable that is not set", p.Flag.Name)
		}
	}
	if grammar.Room == "" || len(grammar.Room) > frame.RoomNameMaxBytes {
		return fmt.Errorf("--room: a name has 1 to %d bytes, not %d", frame.RoomNameMaxBytes, len(grammar.Room))
	}
	if grammar.Timeout <= 0 {
		return fmt.Errorf("--timeout: %v is no time to wait", grammar.Timeout)
	}
	return nil
}
