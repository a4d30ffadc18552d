// Package roomtest tests rooms as they are used: the built binary as relay and
// as nodes, the page in tabs of a real Chromium, one room for all of them. It
// holds tests and measurements only.
package roomtest
