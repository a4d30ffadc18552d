// Package sim runs a whole room in one goroutine from one seed: nodes, relay,
// clients, network and disks, with every fault we know how to make. After each
// step small checkers compare all copies with each other and with what was
// promised; at the end the faults stop and everything must come together again.
//
// A run is a pure function of its [Options]: the same seed gives the same
// digest on every system. The scenarios of testdata/core drive the same world
// by hand, and their trace is written by the same code.
package sim
