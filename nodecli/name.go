package main

import "math/rand/v2"

// The halves of the names that nodes get which are given none. People tell
// them apart more easily than ids.
var (
	manners = []string{
		"amber", "brave", "brisk", "calm", "clever", "coral", "crisp", "daring", "eager", "fair", "fleet", "gentle",
		"golden", "happy", "hardy", "jolly", "keen", "kind", "lively", "lucky", "merry", "mild", "nimble", "noble",
		"patient", "plucky", "polite", "proud", "quick", "quiet", "ready", "rosy", "sage", "silver", "sly", "snug",
		"steady", "sunny", "swift", "tidy", "warm", "wise", "witty", "young",
	}
	animals = []string{
		"badger", "beaver", "bison", "crane", "curlew", "deer", "dove", "eagle", "falcon", "ferret", "finch", "fox",
		"gull", "hare", "heron", "ibex", "jay", "kite", "lark", "lynx", "magpie", "marten", "mole", "newt", "otter",
		"owl", "pike", "plover", "puffin", "quail", "raven", "robin", "seal", "stoat", "stork", "swan", "tern",
		"toad", "trout", "vole", "weasel", "wren",
	}
)

// friendlyName makes a name by chance. It need not be unique: ids are.
func friendlyName() string {
	return manners[rand.N(len(manners))] + "-" + animals[rand.N(len(animals))]
}
