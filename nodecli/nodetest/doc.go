// Package nodetest runs the understudy binary beside a test: it builds it once,
// starts, signals and ends its processes, and joins their rooms. Tests of whole
// rooms share it.
package nodetest
