package compare

import (
	"encoding/binary"
	"path/filepath"

	"go.etcd.io/bbolt"
)

var bucket = []byte("journal")

// bolt keeps entries in a B+tree: a batch is one transaction.
type bolt struct{ db *bbolt.DB }

// openBolt sets what is best for a journal: no list of free pages on the disk,
// and pages that are filled to the end, because keys only rise.
func openBolt(dir string) (contender, error) {
	db, err := bbolt.Open(filepath.Join(dir, "journal"), 0o600, &bbolt.Options{
		NoFreelistSync: true,
		FreelistType:   bbolt.FreelistMapType,
	})
	if err != nil {
		return nil, err
	}
	err = db.Update(func(tx *bbolt.Tx) error {
		_, err := tx.CreateBucket(bucket)
		return err
	})
	return bolt{db}, err
}

func (b bolt) append(batch []entry) error {
	return b.db.Update(func(tx *bbolt.Tx) error {
		entries := tx.Bucket(bucket)
		entries.FillPercent = 1
		for _, e := range batch {
			if err := entries.Put(binary.BigEndian.AppendUint64(nil, e.index), e.value); err != nil {
				return err
			}
		}
		return nil
	})
}

func (b bolt) close() error { return b.db.Close() }
