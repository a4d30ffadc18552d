// Package loopback is a relay inside the process: the same rooms and the same
// messages as a relay on the network, without the network. It is what tests,
// examples and a node on its own use.
package loopback
