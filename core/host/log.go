package host

// Logger takes what a host has to tell the people who run it: fields are key
// and value in turns, the keys being those below. It is called from several
// goroutines and must not block. A log/slog Logger becomes one in a line; this
// package does not import log/slog, which would cost every tab 100 kB.
type Logger func(level LogLevel, text string, fields ...any)

// LogLevel says how much a line matters, with the numbers of log/slog.
type LogLevel int

// The levels. Info: joins, leaves, changes of role. Warn: what came from
// outside and was refused, a connection that failed. Error: the node stops.
const (
	LogDebug LogLevel = -4
	LogInfo  LogLevel = 0
	LogWarn  LogLevel = 4
	LogError LogLevel = 8
)

// The keys of fields.
const (
	keyAttempt = "attempt"
	keyCount   = "count"
	keyError   = "error"
	keyFrame   = "frame"
	keyFrom    = "from"
	keyName    = "name"
	keyNode    = "node"
	keyPause   = "pause"
	keyReason  = "reason"
	keyRole    = "role"
	keyEpoch   = "epoch"
	keyFirst   = "first"
)

func (log Logger) say(level LogLevel, text string, fields ...any) {
	if log != nil {
		log(level, text, fields...)
	}
}
