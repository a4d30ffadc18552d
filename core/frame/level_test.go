package frame_test

import (
	"testing"

	"github.com/understudy-dev/understudy/core/frame"
)

func TestEveryLevelHasAWordThatIsReadBack(t *testing.T) {
	words := map[frame.Level]string{
		frame.LevelLocal: "local", frame.LevelCommitted: "committed",
		frame.LevelLatest: "latest", frame.LevelSession: "session",
	}
	for level, word := range words {
		if got := level.String(); got != word {
			t.Errorf("level %d is %q, not %q", level, got, word)
		}
		if got, ok := frame.ParseLevel(word); got != level || !ok {
			t.Errorf("%q is level %v, %v", word, got, ok)
		}
	}
	if _, ok := frame.ParseLevel("unknown"); ok {
		t.Error("a level that there is not has a word")
	}
}
