// Package register is the one small value the relay keeps per room: who is
// master, since which epoch, and which copies are in sync. Its rules are pure
// functions from one value to the next, so that the whole of what may ever
// happen to a register is in this package.
package register
