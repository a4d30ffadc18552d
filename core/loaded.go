package core

import "github.com/understudy-dev/understudy/core/journal"

// loaded is what a copy has to learn that came from storage: the commit mark is
// not stored, so at first it is where the snapshot was taken, below what was
// committed and read here before. Until it knows better such a copy answers no
// read of what is committed: it would deny writes that were acknowledged.
type loaded struct {
	unsure bool
	end    journal.Index // of the journal as it was loaded, as far as it stands
}

// learn takes notice of a commit mark. It tells what is committed once it stands
// in the present epoch: a mark below may be of a master that was loaded itself.
func (l *loaded) learn(commit journal.Position, c *localCopy) {
	if commit.Epoch == c.meta.Accepted || commit == c.log.Last() {
		l.unsure = false
	}
}
