//go:build js && wasm

package main

import (
	"context"
	"syscall/js"
	"time"

	"github.com/understudy-dev/understudy/core/host"
	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/core/register"
)

func settings(ctx context.Context, node *host.Node, _ js.Value) (object, error) {
	now, _, err := node.Settings(ctx)
	return newObject().object("settings", settingsOf(now)), err
}

// configure changes the settings that the message has.
func configure(ctx context.Context, node *host.Node, m js.Value) (object, error) {
	ack, err := ackOf(m)
	if err != nil {
		return object{}, err
	}
	election := register.ElectSuccession
	if named := m.Get("election"); !named.IsUndefined() {
		if election, err = register.ParseElection(named.String()); err != nil {
			return object{}, err
		}
	}
	now, err := node.SetSettings(ctx, func(s *register.Settings) {
		if !m.Get("ack").IsUndefined() {
			s.Ack = ack
		}
		if !m.Get("election").IsUndefined() {
			s.Election = election
		}
		if least := m.Get("minInSync"); !least.IsUndefined() {
			s.MinInSync = uint16(least.Int())
		}
		if volatile := m.Get("volatile"); !volatile.IsUndefined() {
			s.NoVolatile = volatile.String() == "refuse"
		}
		if limit := m.Get("lagLimit"); !limit.IsUndefined() {
			s.LagLimit = time.Duration(limit.Int()) * time.Millisecond
		}
	})
	return newObject().object("settings", settingsOf(now)), err
}

func ackOf(m js.Value) (register.Ack, error) {
	named := m.Get("ack")
	if named.IsUndefined() {
		return register.Ack{}, nil
	}
	ack, err := journal.ParseAck(named.String())
	return register.Ack{Given: true, Ack: ack}, err
}

func takeOver(ctx context.Context, node *host.Node, m js.Value) (object, error) {
	successor, err := findMember(node.State().Members, m.Get("node").String())
	if err != nil {
		return object{}, err
	}
	_, err = node.TakeOver(ctx, successor)
	return newObject(), err
}

// settingsOf are a room's settings as understudy.d.ts has them, the defaults
// spelt out.
func settingsOf(s register.Settings) object {
	volatile := "allow"
	if s.NoVolatile {
		volatile = "refuse"
	}
	return newObject().text("election", s.Election.String()).int("minInSync", s.MinInSyncOrDefault()).
		text("ack", s.AckOr(journal.AckRoom).String()).text("volatile", volatile).
		int("lagLimit", int(s.LagLimitOrDefault()/time.Millisecond))
}

// lossOf is one unclean mastership as understudy.d.ts has it.
func lossOf(l register.Loss, names map[journal.NodeID]string) object {
	return newObject().text("epoch", l.Epoch.String()).int("at", int(time.Duration(l.At)/time.Millisecond)).flag("taken", l.Taken).
		texts("missing", len(l.Missing), func(i int) string { return nameIn(names, l.Missing[i]) })
}
