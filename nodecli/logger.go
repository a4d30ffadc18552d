package main

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/understudy-dev/understudy/core/host"
)

// logger writes what the running parts have to tell.
type logger struct{ *slog.Logger }

// logger returns the log on standard error, from --log-level up or, where none
// is given, from the level given.
func (sh *shell) logger(level string) logger {
	if sh.LogLevel != "" {
		level = sh.LogLevel
	}
	var least slog.Level
	if err := least.UnmarshalText([]byte(level)); err != nil {
		panic(err) // the grammar lists the levels
	}
	options := &slog.HandlerOptions{Level: least, ReplaceAttr: readable}
	if sh.LogFormat == "json" {
		return logger{slog.New(slog.NewJSONHandler(sh.err, options))}
	}
	return logger{slog.New(slog.NewTextHandler(sh.err, options))}
}

// readable makes ids, roles and times what people read, in JSON too.
func readable(_ []string, a slog.Attr) slog.Attr {
	if s, ok := a.Value.Any().(fmt.Stringer); ok && a.Value.Kind() == slog.KindAny && a.Key != slog.LevelKey {
		return slog.String(a.Key, s.String())
	}
	return a
}

// host returns the log as the core's host writes it.
func (l logger) host() host.Logger {
	return func(level host.LogLevel, text string, fields ...any) {
		l.Log(context.Background(), slog.Level(level), text, fields...)
	}
}
