package disk

// childTask names what a test binary does that a test has started.
const childTask = "UNDERSTUDY_DISK_TEST_CHILD"

func inChild(string) bool { return false }
