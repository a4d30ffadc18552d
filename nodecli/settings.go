package main

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/core/register"
)

// setting is one of the room's settings as people see and write it.
type setting struct {
	name, json string
	shown      func(register.Settings) any // the value in force: a default is one, too
	parse      func(string) (func(*register.Settings), error)
}

var settings = []setting{
	{"election", "election", func(s register.Settings) any { return s.Election.String() }, parseElection},
	{"min-in-sync", "minInSync", func(s register.Settings) any { return s.MinInSyncOrDefault() }, parseMinInSync},
	{"ack", "ack", func(s register.Settings) any { return s.AckOr(journal.AckRoom).String() }, parseRoomAck},
	{"volatile", "volatile", func(s register.Settings) any { return s.VolatileWord() }, parseVolatile},
	{"lag-limit", "lagLimit", func(s register.Settings) any { return journal.Brief(s.LagLimitOrDefault()) }, parseLagLimit},
}

func settingNamed(name string) (setting, error) {
	names := make([]string, len(settings))
	for i, s := range settings {
		if s.name == name {
			return s, nil
		}
		names[i] = s.name
	}
	return setting{}, &exitError{status: exitMisuse,
		err: fmt.Errorf("room: there is no setting %.40q: it is one of %s", name, strings.Join(names, ", "))}
}

func parseElection(text string) (func(*register.Settings), error) {
	election, err := register.ParseElection(text)
	return func(s *register.Settings) { s.Election = election }, err
}

func parseMinInSync(text string) (func(*register.Settings), error) {
	n, err := strconv.ParseUint(text, 10, 16)
	if err != nil || n == 0 {
		return nil, fmt.Errorf("min-in-sync %.40q is no number of nodes from 1 to %d", text, register.MaxSeats)
	}
	return func(s *register.Settings) { s.MinInSync = uint16(n) }, nil
}

func parseRoomAck(text string) (func(*register.Settings), error) {
	ack, err := journal.ParseAck(text)
	return func(s *register.Settings) { s.Ack = register.Ack{Given: true, Ack: ack} }, err
}

func parseVolatile(text string) (func(*register.Settings), error) {
	if text != "allow" && text != "refuse" {
		return nil, fmt.Errorf("volatile %.40q is neither allow nor refuse", text)
	}
	return func(s *register.Settings) { s.NoVolatile = text == "refuse" }, nil
}

func parseLagLimit(text string) (func(*register.Settings), error) {
	limit, err := time.ParseDuration(text)
	if err != nil || limit == 0 {
		return nil, fmt.Errorf("lag-limit %.40q is no time from %s to %s, such as 3s",
			text, journal.Brief(register.MinLagLimit), journal.Brief(register.MaxLagLimit))
	}
	return func(s *register.Settings) { s.LagLimit = limit }, nil
}

// roomSettingsJSON has every setting as it is in force.
type roomSettingsJSON struct {
	Election  string `json:"election"`
	MinInSync int    `json:"minInSync"`
	Ack       string `json:"ack"`
	Volatile  string `json:"volatile"`
	LagLimit  string `json:"lagLimit"`
}

func settingsJSON(s register.Settings) roomSettingsJSON {
	return roomSettingsJSON{
		Election: s.Election.String(), MinInSync: s.MinInSyncOrDefault(), Ack: s.AckOr(journal.AckRoom).String(),
		Volatile: s.VolatileWord(), LagLimit: journal.Brief(s.LagLimitOrDefault()),
	}
}

// chosenText lists the settings that are not those of a new room; "" if there
// are none.
func chosenText(s register.Settings) string {
	var words []string
	for _, k := range settings {
		if value := k.shown(s); value != k.shown(register.Settings{}) {
			words = append(words, fmt.Sprintf("%s=%v", k.name, value))
		}
	}
	return strings.Join(words, "  ")
}
