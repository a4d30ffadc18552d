package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

type completionCommand struct {
	Shell string `arg:"" enum:"bash,zsh,fish" help:"bash, zsh or fish."`
}

// Help returns examples.
func (completionCommand) Help() string {
	return `Examples:

    source <(understudy completion bash)
    source <(understudy completion zsh)
    understudy completion fish > ~/.config/fish/completions/understudy.fish`
}

// Run prints the script. It knows what the grammar knows: the commands, their
// flags, and the values of those that have a list of values.
func (cmd completionCommand) Run(sh *shell, parsed *kong.Context) error {
	commands := completions(parsed.Model)
	switch cmd.Shell {
	case "fish":
		return sh.print("%s", fishScript(commands))
	case "zsh":
		// zsh runs completions written for bash.
		return sh.print("autoload -Uz compinit bashcompinit && compinit && bashcompinit\n%s", bashScript(commands))
	}
	return sh.print("%s", bashScript(commands))
}

// completion is a command and what may follow it.
type completion struct {
	name, help string
	flags      []*kong.Flag
	values     []string // of its argument, where there is a list
	takesFiles bool     // its arguments are files or folders
}

func completions(model *kong.Application) []completion {
	var all []completion
	for _, node := range model.Children {
		c := completion{name: node.Name, help: node.Help, flags: slices.Clone(node.Flags)}
		for _, flag := range model.Flags {
			if !slices.Contains(unshared[node.Name], flag.Name) {
				c.flags = append(c.flags, flag)
			}
		}
		for _, arg := range node.Positional {
			c.values = append(c.values, listed(arg)...)
			c.takesFiles = c.takesFiles || arg.Tag.Get("completion") == "file"
		}
		for _, child := range node.Children {
			c.values = append(c.values, child.Name)
			for _, flag := range child.Flags {
				if !slices.ContainsFunc(c.flags, func(f *kong.Flag) bool { return f.Name == flag.Name }) {
					c.flags = append(c.flags, flag)
				}
			}
		}
		all = append(all, c)
	}
	return all
}

// listed returns the values of an argument or flag that has a list of them.
func listed(v *kong.Value) []string {
	if v.Enum == "" {
		return nil
	}
	return slices.DeleteFunc(v.EnumSlice(), func(s string) bool { return s == "" })
}

func bashScript(commands []completion) string {
	var names []string
	var words, values strings.Builder
	for _, c := range commands {
		names = append(names, c.name)
		offered := c.values
		for _, flag := range c.flags {
			offered = append(offered, "--"+flag.Name)
			if list := listed(flag.Value); list != nil {
				fmt.Fprintf(&values, "    %s:--%s) words=%q ;;\n", c.name, flag.Name, strings.Join(list, " "))
			} else if !flag.IsBool() {
				fmt.Fprintf(&values, "    %s:--%s) COMPREPLY=($(compgen -f -- \"$current\")); return ;;\n", c.name, flag.Name)
			}
		}
		files := ""
		if c.takesFiles {
			files = "; COMPREPLY=($(compgen -f -- \"$current\"))"
		}
		fmt.Fprintf(&words, "    %s) words=%q%s ;;\n", c.name, strings.Join(offered, " "), files)
	}
	return fmt.Sprintf(`_understudy() {
  local current=${COMP_WORDS[COMP_CWORD]} command= words= word
  COMPREPLY=()
  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case $word in
    %s) command=$word; break ;;
    esac
  done
  case $command in
    '') words=%q ;;
%s  esac
  case $command:${COMP_WORDS[COMP_CWORD-1]} in
%s  esac
  COMPREPLY+=($(compgen -W "$words" -- "$current"))
}
complete -F _understudy understudy
`, strings.Join(names, "|"), strings.Join(names, " "), words.String(), values.String())
}

func fishScript(commands []completion) string {
	var script strings.Builder
	fmt.Fprintln(&script, "complete -c understudy -f")
	for _, c := range commands {
		fmt.Fprintf(&script, "complete -c understudy -n __fish_use_subcommand -a %s -d %s\n", c.name, fishQuote(c.help))
	}
	for _, c := range commands {
		seen := fmt.Sprintf("complete -c understudy -n %s", fishQuote("__fish_seen_subcommand_from "+c.name))
		if c.takesFiles {
			fmt.Fprintf(&script, "%s -F\n", seen)
		}
		if len(c.values) > 0 {
			fmt.Fprintf(&script, "%s -a %s\n", seen, fishQuote(strings.Join(c.values, " ")))
		}
		for _, flag := range c.flags {
			fmt.Fprintf(&script, "%s -l %s%s -d %s\n", seen, flag.Name, fishValue(flag), fishQuote(flag.Help))
		}
	}
	return script.String()
}

func fishValue(flag *kong.Flag) string {
	if list := listed(flag.Value); list != nil {
		return " -x -a " + fishQuote(strings.Join(list, " "))
	}
	if flag.IsBool() {
		return ""
	}
	return " -r -F"
}

func fishQuote(text string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(text) + "'"
}
