//go:build !linux

package disk

func childTasks() map[string]func(dir string) error {
	return map[string]func(string) error{"hold": hold(Always), "hold lazily": hold(Interval)}
}
