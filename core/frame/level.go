package frame

// Level says how fresh a read must be.
type Level uint8

// The read levels. LevelLocal is what the copy has, committed or not.
// LevelCommitted is what no clean failover can take back. LevelLatest is
// linearizable: answered by the master, which confirms with the relay that it
// still is the master. LevelSession is LevelLocal of a copy that has what
// Read.Least names: what the asker has written or seen before.
const (
	LevelLocal     Level = 0
	LevelCommitted Level = 1
	LevelLatest    Level = 2
	LevelSession   Level = 3
)

// String returns the word people write and see.
func (l Level) String() string {
	switch l {
	case LevelLocal:
		return "local"
	case LevelCommitted:
		return "committed"
	case LevelLatest:
		return "latest"
	case LevelSession:
		return "session"
	}
	return "unknown"
}

// ParseLevel returns the level of a word, and whether it is one.
func ParseLevel(word string) (Level, bool) {
	for l := LevelLocal; l <= LevelSession; l++ {
		if l.String() == word {
			return l, true
		}
	}
	return LevelLocal, false
}
