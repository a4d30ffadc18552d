package main

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

// errHelped ends the parsing after --help was answered.
var errHelped = errors.New("helped")

// printHelp prints the help of the selected command, without the shared flags
// it has no use for.
func printHelp(options kong.HelpOptions, parsed *kong.Context) error {
	if selected := parsed.Selected(); selected != nil {
		for _, flag := range parsed.Model.Flags {
			if slices.Contains(unshared[selected.Name], flag.Name) {
				flag.Hidden = true
			}
		}
	}
	if err := kong.DefaultHelpPrinter(options, parsed); err != nil {
		return err
	}
	if parsed.Selected() == nil {
		fmt.Fprint(parsed.Stdout, statuses)
	}
	return errHelped
}

// statuses says what scripts can tell from an exit status.
var statuses = fmt.Sprintf(`
Exit status:
  %d  done
  %d  anything not below; of verify: orphaned
  %d  misuse: wrong flags or arguments
  %d  there is no such key
  %d  refused and nothing done: too few replicas in sync, or too large
  %d  not known what became of the write, or of verify: unknown
  %d  no relay, no master or no answer within --timeout
  %d  a condition does not hold, or what is to be added to is no number
`, exitDone, exitFailed, exitMisuse, exitNoKey, exitRefused, exitUnknown, exitNobody, exitConflict)

// usage answers a call without arguments.
func usage(parser *kong.Kong, c console) int {
	parser.Stdout = c.err
	if _, err := parser.Parse([]string{"--help"}); !errors.Is(err, errHelped) {
		return report(c.err, err)
	}
	return exitMisuse
}

// spellings lets people ask for help and version the way other tools have it:
// "help set" is "set --help".
func spellings(args []string) []string {
	if len(args) == 0 {
		return args
	}
	switch args[0] {
	case "help":
		return append(slices.Clone(args[1:]), "--help")
	case "--version":
		return append([]string{"version"}, args[1:]...)
	}
	return args
}

var negative = regexp.MustCompile(`^-[0-9]`)

// negatives lets numbers below zero stand where a value may: "incr hits -5" is
// parsed as "incr hits -- -5". Everything that is no flag and no flag's value
// follows the first such number behind the "--", in the order it had.
func negatives(model *kong.Application, args []string) []string {
	takesValue := map[string]bool{}
	for _, node := range append([]*kong.Node{model.Node}, model.Children...) {
		for _, flag := range node.Flags {
			takesValue["--"+flag.Name] = !flag.IsBool()
		}
	}
	var flags, values []string
	for i := 0; i < len(args); i++ {
		arg := args[i]
		switch {
		case arg == "--":
			values = append(values, args[i+1:]...)
			if len(values) == 0 {
				return args
			}
			return append(append(flags, "--"), values...)
		case takesValue[arg] && i+1 < len(args):
			flags = append(flags, arg, args[i+1])
			i++
		case negative.MatchString(arg), len(values) > 0 && !strings.HasPrefix(arg, "-"):
			values = append(values, arg)
		default:
			flags = append(flags, arg)
		}
	}
	if len(values) == 0 {
		return args
	}
	return append(append(flags, "--"), values...)
}
