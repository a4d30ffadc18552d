package main

import "github.com/understudy-dev/understudy/core/host"

// ackFlag says how many copies a write must be on before it is answered, and
// what to do if there are not so many.
type ackFlag struct {
	Ack ackValue `placeholder:"ACK" help:"Answer once the write is on: async (the master), one or N (and so many replicas), all (every node in sync). Default: the room's setting, all in a new room."`

	OnShort string `placeholder:"DO" enum:"fail,degrade" default:"fail" help:"What to do where fewer nodes are in sync than that takes: fail (nothing is written, exit status 4; default), or degrade (make do with those there are; the receipt says what it got)."`
}

// options returns the write's options without a condition.
func (f ackFlag) options() host.WriteOptions {
	return host.WriteOptions{Ack: f.Ack.Ack, Degrade: f.OnShort == "degrade"}
}

// ackValue is a host.Ack as an argument.
type ackValue struct{ host.Ack }

// UnmarshalText reads async, one, all or a number.
func (a *ackValue) UnmarshalText(text []byte) error {
	ack, err := host.ParseAck(string(text))
	a.Ack = ack
	return err
}
