package compare

import (
	"context"
	"strconv"

	"github.com/understudy-dev/understudy/core"
	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/nodecli/disk"
)

// ours is the storage of a node. What it does besides the writes runs beside
// them, as in a node.
type ours struct {
	disk    *disk.Disk
	entries []journal.Entry
}

func openOurs(dir string) (contender, error) {
	d, err := disk.Open(disk.Config{Dir: dir, Room: "compare"})
	if err != nil {
		return nil, err
	}
	_, err = d.Load(context.Background())
	return &ours{disk: d}, err
}

// append writes what a master does for that many sets of one client.
func (o *ours) append(batch []entry) error {
	o.entries = o.entries[:0]
	for _, e := range batch {
		o.entries = append(o.entries, journal.Entry{
			Position: journal.Position{Epoch: journal.Epoch{Number: 7, Master: journal.NodeID{1}}, Index: journal.Index(e.index)},
			Time:     journal.Instant(e.index) * 1000,
			Ack:      journal.AckAll,
			Origin:   journal.Origin{Client: journal.ClientID{2}, Seq: e.index, Floor: e.index},
			Changes:  []journal.Change{{Key: strconv.FormatUint(e.index, 10), Value: e.value}},
			Results:  []int64{1},
		})
	}
	return o.disk.Write(context.Background(), []core.Record{core.Append{Entries: o.entries}})
}

func (o *ours) close() error { return o.disk.Close() }
