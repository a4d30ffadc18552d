// Package disk keeps a node's copy in files of the operating system: the
// folder and files a journal needs, the lock that keeps a second process out,
// and [Disk], the storage of a native node. The relay keeps its registers with
// the same tools.
package disk
