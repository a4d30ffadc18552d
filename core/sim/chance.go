package sim

import (
	"hash/fnv"
	"math/rand/v2"
	"time"
)

// chance is one seeded source. Every part of the world has its own, so that a
// change of one does not shift what happens in the others. It uses integers
// only: the same seed must give the same run on every system.
type chance struct{ *rand.Rand }

// newChance returns the source of the part of that name.
func newChance(seed uint64, part string) chance {
	sum := fnv.New64a()
	_, _ = sum.Write([]byte(part))
	return chance{rand.New(rand.NewPCG(seed, sum.Sum64()))}
}

// hit is true in that many of a thousand cases.
func (c chance) hit(permille int) bool { return c.IntN(1000) < permille }

// between returns a duration from lo to hi, in microseconds.
func (c chance) between(lo, hi time.Duration) time.Duration {
	if hi <= lo {
		return lo
	}
	return lo + time.Duration(c.Int64N(int64((hi-lo)/time.Microsecond)+1))*time.Microsecond
}

// skewed returns lo or more, mean above it on average, three times that at
// most: short ones are common and long ones are not.
func (c chance) skewed(lo, mean time.Duration) time.Duration {
	const steps = 1 << 10
	u := c.Int64N(steps)
	return lo + mean*3*time.Duration(u*u)/(steps*steps)
}

// pick returns one of the choices.
func pick[T any](c chance, from ...T) T { return from[c.IntN(len(from))] }
