package relay

// The keys of what is logged.
const (
	keyRoom    = "room"
	keyNode    = "node"
	keyName    = "name"
	keyKind    = "kind"
	keyConn    = "conn"
	keyAddress = "address"
	keyReason  = "reason"
	keyEpoch   = "epoch"
	keyMaster  = "master"
	keyCode    = "code"
	keyErr     = "err"
)
