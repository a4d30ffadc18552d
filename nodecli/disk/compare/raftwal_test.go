package compare

import (
	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/raft"
	wal "github.com/hashicorp/raft-wal"
)

// raftWAL keeps entries in preallocated segments.
type raftWAL struct {
	log   *wal.WAL
	batch []*raft.Log
}

func openRaft(dir string) (contender, error) {
	log, err := wal.Open(dir, wal.WithLogger(hclog.NewNullLogger()))
	return &raftWAL{log: log}, err
}

func (r *raftWAL) append(batch []entry) error {
	r.batch = r.batch[:0]
	for _, e := range batch {
		r.batch = append(r.batch, &raft.Log{Index: e.index, Term: 7, Type: raft.LogCommand, Data: e.value})
	}
	return r.log.StoreLogs(r.batch)
}

func (r *raftWAL) close() error { return r.log.Close() }
