package main

import (
	"testing"

	"github.com/understudy-dev/understudy/core"
	"github.com/understudy-dev/understudy/core/host"
	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/core/register"
)

func TestALossIsWarnedOfOnceAndOnlyIfItIsNews(t *testing.T) {
	loss := func(number journal.EpochNumber, master byte) register.Loss {
		return register.Loss{Epoch: journal.Epoch{Number: number, Master: journal.NodeID{master}}, Missing: []journal.NodeID{{9}}}
	}
	status := func(losses ...register.Loss) core.Status {
		return core.Status{Node: journal.NodeID{1}, Register: register.Register{Version: 1, Losses: losses}}
	}
	for name, c := range map[string]struct {
		seen   []core.Status
		warned int
	}{
		"known when it started":     {[]core.Status{status(loss(3, 2)), status(loss(3, 2))}, 0},
		"recorded later":            {[]core.Status{status(), status(loss(3, 2)), status(loss(3, 2))}, 1},
		"the second one":            {[]core.Status{status(loss(3, 2)), status(loss(3, 2), loss(5, 2))}, 1},
		"its own, in a first value": {[]core.Status{{}, status(loss(3, 1))}, 1},
		"of a room it is new to":    {[]core.Status{{}, status(loss(3, 2))}, 0},
	} {
		warned := 0
		w := &lossWarner{log: func(level host.LogLevel, _ string, _ ...any) {
			if level == host.LogWarn {
				warned++
			}
		}}
		for _, s := range c.seen {
			w.see(s)
		}
		if warned != c.warned {
			t.Errorf("%s: warned %d times, want %d", name, warned, c.warned)
		}
	}
}

func TestALossSaysWhetherSomebodyAskedForIt(t *testing.T) {
	for _, c := range []struct {
		taken        bool
		line, warned string
	}{
		{false, "epoch 3: opened again without ", "the room was opened again without a complete copy"},
		{true, "epoch 3: taken over without ", "the room was taken over without a complete copy"},
	} {
		loss := register.Loss{Epoch: journal.Epoch{Number: 3, Master: journal.NodeID{2}}, Missing: []journal.NodeID{{9}}, Taken: c.taken}
		if got, want := lossText(host.RoomStatus{}, loss), c.line+loss.Missing[0].String(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
		var warned string
		w := &lossWarner{seen: true, log: func(_ host.LogLevel, text string, _ ...any) { warned = text }}
		w.see(core.Status{Register: register.Register{Version: 1, Losses: []register.Loss{loss}}})
		if warned != c.warned {
			t.Errorf("warned %q, want %q", warned, c.warned)
		}
		if list := lossesJSON([]register.Loss{loss}); list[0].Taken != c.taken {
			t.Errorf("in JSON: %+v", list)
		}
	}
}
