// Package election decides who asks for the mastership: one strategy per file.
package election
