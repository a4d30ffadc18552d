//go:build !windows

package crashtest

import (
	"flag"
	"math/rand/v2"
	"os"
	"sync"
	"testing"

	"github.com/understudy-dev/understudy/nodecli/nodetest"
)

var (
	seedFlag   = flag.Uint64("seed", 0, "draws victims and moments; 0 takes another one each time")
	roundsFlag = flag.Int("rounds", 0, "how many kill rounds; 0 is 200, or 5 with -short")
)

// program is understudy, built once for all tests.
var program nodetest.Program

func TestMain(m *testing.M) { os.Exit(program.Run(m)) }

// seed is that of the flag, or one for all tests of this run.
var seed = sync.OnceValue(func() uint64 {
	if *seedFlag != 0 {
		return *seedFlag
	}
	return rand.Uint64N(1_000_000) + 1
})

// chance returns the source of everything that a test draws, and says how to
// draw the same again. The draws are the same; what they meet is up to the
// machine.
func chance(t *testing.T, stream int) *rand.Rand {
	t.Helper()
	t.Logf("-seed %d draws the same again", seed())
	return rand.New(rand.NewPCG(seed(), uint64(stream)))
}

// rounds returns how many kill rounds there are.
func rounds() int {
	switch {
	case *roundsFlag > 0:
		return *roundsFlag
	case testing.Short():
		return 5
	}
	return 200
}
