package keyspace

import (
	"github.com/tidwall/btree"

	"github.com/understudy-dev/understudy/core/journal"
)

// content is the state at one position. Its trees share their nodes with
// copies of it and copy a node before they write to it.
type content struct {
	at     journal.Position
	time   journal.Instant
	items  *btree.BTreeG[*row]
	mortal *btree.BTreeG[*row] // those with a deadline, the earliest first
	sum    uint64              // of the rows' hashes
	size   int                 // of the rows, by itemSize
	table  table
}

// row is one key with its share of the state hash, so that large values are
// hashed only once. A row in a tree is never changed: copies share it.
type row struct {
	journal.Item
	hash uint64
}

func newRow(i journal.Item) *row { return &row{Item: i, hash: hashItem(i)} }

func rowLess(a, b *row) bool { return a.Key < b.Key }

func deadlineLess(a, b *row) bool {
	if a.Deadline != b.Deadline {
		return a.Deadline < b.Deadline
	}
	return a.Key < b.Key
}

func byKey(key string) *row { return &row{Item: journal.Item{Key: key}} }

func newContent() content {
	return content{items: newTree(rowLess), mortal: newTree(deadlineLess), table: newTable()}
}

// newTree returns a tree for one goroutine. All trees are of pointers, so that
// they share one compiled form, of 60 kB: a tab has to download it.
func newTree[T any](less func(a, b *T) bool) *btree.BTreeG[*T] {
	return btree.NewBTreeGOptions(less, btree.Options{NoLocks: true})
}

// copyTree copies a tree in constant time and only reads it: [btree.BTreeG.Copy]
// writes a mark into its receiver, which other goroutines may be reading.
func copyTree[T any](t *btree.BTreeG[T]) *btree.BTreeG[T] {
	second := *t
	return second.Copy()
}

// copy returns a content that changes on its own.
func (c *content) copy() content {
	second := *c
	second.items, second.mortal = c.items.Copy(), c.mortal.Copy()
	second.table = c.table.copy()
	return second
}

// put sets a key and returns what it replaced; nil if there was none.
func (c *content) put(r *row) (old *row) {
	old, existed := c.items.Set(r)
	if existed {
		c.forget(old)
	}
	c.sum += r.hash
	c.size += itemSize(r.Item)
	if r.Deadline != 0 {
		c.mortal.Set(r)
	}
	return old
}

// remove deletes a key and returns what it was; nil if there was none.
func (c *content) remove(key string) (old *row) {
	old, existed := c.items.Delete(byKey(key))
	if existed {
		c.forget(old)
	}
	return old
}

// forget takes a row that has left items out of everything else.
func (c *content) forget(old *row) {
	c.sum -= old.hash
	c.size -= itemSize(old.Item)
	if old.Deadline != 0 {
		c.mortal.Delete(old)
	}
}

// revert takes back the newest entry.
func (c *content) revert(u *undo) {
	for _, old := range u.items {
		if old.row != nil {
			c.put(old.row)
		} else {
			c.remove(old.key)
		}
	}
	c.table.revert(&u.table)
	c.time = u.time
	c.at = u.before
}

// sizeBytes returns about what the parts of a snapshot of this take. It is kept
// up to date with every change: nothing is counted here.
func (c *content) sizeBytes() int { return c.size + c.table.size }

// hash returns the state hash: a sum, so that the order of changes leaves no
// trace and one change costs the same however many keys there are.
func (c *content) hash() uint64 {
	return c.sum + c.table.sum + mix(tagTime, uint64(c.time), 0, 0) + mix(tagEvicted, uint64(c.table.evicted), 0, 0)
}
