// Package figures measures what a room of native processes does: writes per
// second beside Redis, and how long a big copy takes to start. It holds only
// benchmarks.
package figures
