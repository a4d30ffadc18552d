package store_test

import (
	"context"
	"errors"
	"testing"

	"github.com/understudy-dev/understudy/core"
	"github.com/understudy-dev/understudy/core/host"
	"github.com/understudy-dev/understudy/core/host/hosttest"
	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/core/store"
)

// kept is a store as a host uses it.
type kept struct{ *store.Store }

func (k kept) Load(context.Context) (core.Stored, error) {
	stored, report, err := k.Store.Load()
	return stored, errors.Join(append(report.Damage, err)...)
}

func (k kept) Write(_ context.Context, records []core.Record) error { return k.Store.Write(records) }
func (k kept) Durable() bool                                        { return true }
func (k kept) Name() string                                         { return "files" }

func TestAStoreKeepsTheContractOfStorage(t *testing.T) {
	for name, options := range map[string]store.Options{
		"synced":         {},
		"lazy":           {Lazy: true},
		"small segments": {SegmentBytes: 300},
		"zeros ahead":    {AheadBytes: 4096},
	} {
		t.Run(name, func(t *testing.T) {
			hosttest.Storage(t, func(*testing.T) func() (host.Storage, error) {
				dir := journal.NewMemoryDirectory()
				return func() (host.Storage, error) { return kept{store.New(dir, options)}, nil }
			})
		})
	}
}
