package main

import "github.com/understudy-dev/understudy/core/host"

// ackFlag says how many copies a write must be on before it is answered.
type ackFlag struct {
	Ack ackValue `placeholder:"ACK" help:"Answer once the write is on: async (the master), one or N (and so many replicas), all (every node in sync; the default)."`
}

// ackValue is a host.Ack as an argument.
type ackValue struct{ host.Ack }

// UnmarshalText reads async, one, all or a number.
func (a *ackValue) UnmarshalText(text []byte) error {
	ack, err := host.ParseAck(string(text))
	a.Ack = ack
	return err
}
