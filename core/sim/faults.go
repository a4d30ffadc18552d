package sim

import "fmt"

// Fault is one kind of trouble. Each has a counter of how often it changed
// something, not of how often it was tried.
type Fault int

// The faults.
const (
	Crash               Fault = iota // a node's process is killed; it starts again later
	CrashBetweenEffects              // it is killed between two effects of one step
	TornStore                        // its process is killed in the middle of what it does with its disk
	PowerCut                         // its machine is cut off, and what was not synced is lost in part
	TornWrite                        // the last write to a file is kept up to some byte
	LostCopy                         // a volatile node's copy ends with its process
	LazySync                         // a copy that is not synced may have forgotten, and begins anew
	DiskFailure                      // a disk takes no more writes; the copy begins anew
	SyncFailure                      // a sync fails once, and what it was to make durable is lost
	WriteFailure                     // a write fails once, and is done in part
	DiskFull                         // a disk has no more room for a while
	BitFlip                          // one bit of a file at rest is another one
	LostSector                       // a sector of a file at rest is zeros
	StaleSector                      // a sector of a file at rest holds what belongs elsewhere
	ShortFile                        // a file has lost its end
	LostFile                         // a file is gone
	WrongState                       // a copy makes another state of its entries than the others
	SlowDisk                         // writes take a hundred times as long
	Cut                              // a connection ends, and what was on its way is lost in part
	HalfOpen                         // one end of a connection learns late that it is gone
	Unreachable                      // a node cannot reach the relay for a while
	Partition                        // several nodes cannot reach the relay for a while
	Jam                              // one direction of a connection stands still, then all comes at once
	DelayBurst                       // every hop takes ten times as long for a while
	LateFrame                        // a frame of an earlier connection arrives
	Replay                           // a frame of a peer arrives a second time, much later
	Pause                            // a node is frozen, for less than the relay's patience
	LongPause                        // a node is frozen for longer
	LateAlarm                        // a throttled tab is woken late
	ClockSkew                        // clocks differ between nodes
	ClockJump                        // a clock jumps forward
	ClockBack                        // a clock is set back, which its process learns when it starts anew
	ClockDrift                       // clocks run at different speeds
	RelayRestart                     // the relay restarts with its register
	RegisterLost                     // the relay restarts with no register
	RegisterOld                      // the relay restarts with a register of earlier
	RoomFull                         // the relay has no place for everybody for a while
	Leave                            // a node leaves in good order, and comes back
	LeaveAtOnce                      // a node leaves without time to hand over
	Handover                         // the mastership is handed to a node by request
	Disaster                         // all complete copies are away for long, and somebody asks for a takeover
	Takeover                         // somebody has made a node master by hand
	Hidden                           // a tab goes off the screen, or comes back
	Snapshot                         // a copy is brought up by a snapshot
	faultCount
)

var faultNames = [faultCount]string{
	"crash", "crash between effects", "torn store", "power cut", "torn write", "lost copy", "lazy sync",
	"disk failure", "sync failure", "write failure", "disk full",
	"bit flip", "lost sector", "stale sector", "short file", "lost file", "wrong state", "slow disk",
	"cut", "half open", "unreachable", "partition", "jam", "delay burst", "late frame", "replay",
	"pause", "long pause", "late alarm", "clock skew", "clock jump", "clock back", "clock drift", "relay restart",
	"register lost", "register old", "room full",
	"leave", "leave at once", "handover", "disaster", "takeover", "hidden", "snapshot",
}

// String returns the fault in words.
func (f Fault) String() string {
	if f < 0 || f >= faultCount {
		return fmt.Sprintf("fault %d", int(f))
	}
	return faultNames[f]
}

// Faults is a set of them.
type Faults uint64

// AllFaults is every kind of trouble.
const AllFaults Faults = 1<<faultCount - 1

// Has reports whether f is in the set.
func (s Faults) Has(f Fault) bool { return s&(1<<f) != 0 }

// With returns the set with f in it.
func (s Faults) With(f Fault) Faults { return s | 1<<f }

// Hits counts, for each kind, how often it changed what somebody did.
type Hits [faultCount]int
