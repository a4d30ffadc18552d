package relay

import (
	"bytes"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"time"

	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/core/register"
)

// fileFormat is the number of the format below. A file with another number is
// not read.
const fileFormat = 1

// savedFile is a register in its file. The sum is the CRC-32C of the bytes of
// the register as they stand there.
type savedFile struct {
	Format   int             `json:"format"`
	Room     []byte          `json:"room"` // base64: a name is bytes
	Sum      string          `json:"sum"`
	Register json.RawMessage `json:"register"`
}

type savedRegister struct {
	Version  register.Version `json:"version"`
	Epoch    savedEpoch       `json:"epoch"`
	InSync   []seatJSON       `json:"inSync"`
	Awaiting bool             `json:"awaiting,omitempty"`
	Losses   []savedLoss      `json:"losses,omitempty"`
	Settings *savedSettings   `json:"settings,omitempty"` // nil: those of a new room
}

// savedSettings leaves out what is at its default: so a default that is changed
// one day changes the rooms that have never chosen.
type savedSettings struct {
	Election   string        `json:"election,omitempty"`
	MinInSync  uint16        `json:"minInSync,omitempty"`
	Ack        string        `json:"ack,omitempty"`
	NoVolatile bool          `json:"noVolatile,omitempty"`
	LagLimit   time.Duration `json:"lagLimit,omitempty"` // in nanoseconds
}

type savedEpoch struct {
	Number journal.EpochNumber `json:"number"`
	Master string              `json:"master,omitempty"`
}

type savedLoss struct {
	Epoch   savedEpoch      `json:"epoch"`
	At      journal.Instant `json:"at"`
	Missing []string        `json:"missing"`
	Taken   bool            `json:"taken,omitempty"`
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func sumOf(text []byte) string { return fmt.Sprintf("%08x", crc32.Checksum(text, castagnoli)) }

func encodeFile(room string, value register.Register) ([]byte, error) {
	saved := savedRegister{
		Version: value.Version, Epoch: saveEpoch(value.Epoch), Awaiting: value.Awaiting, Settings: saveSettings(value.Settings),
	}
	for _, seat := range value.InSync {
		saved.InSync = append(saved.InSync, seatJSON{seat.Node.Full(), seat.Volatile, seat.Incarnation})
	}
	for _, loss := range value.Losses {
		saved.Losses = append(saved.Losses, savedLoss{saveEpoch(loss.Epoch), loss.At, full(loss.Missing), loss.Taken})
	}
	inner, err := json.Marshal(saved)
	if err != nil {
		return nil, err
	}
	text, err := json.Marshal(savedFile{Format: fileFormat, Room: []byte(room), Sum: sumOf(inner), Register: inner})
	return append(text, '\n'), err
}

func saveEpoch(e journal.Epoch) savedEpoch {
	if e.Master.IsZero() {
		return savedEpoch{Number: e.Number}
	}
	return savedEpoch{e.Number, e.Master.Full()}
}

func decodeFile(room string, text []byte) (register.Register, error) {
	var file savedFile
	if err := json.Unmarshal(text, &file); err != nil {
		return register.Register{}, err
	}
	switch {
	case file.Format != fileFormat:
		return register.Register{}, fmt.Errorf("format %d, this program reads %d", file.Format, fileFormat)
	case sumOf(file.Register) != file.Sum:
		return register.Register{}, fmt.Errorf("its sum is %s, and it says %s", sumOf(file.Register), file.Sum)
	case !bytes.Equal(file.Room, []byte(room)):
		return register.Register{}, fmt.Errorf("it is of room %q, not %q", file.Room, room)
	}
	var saved savedRegister
	if err := json.Unmarshal(file.Register, &saved); err != nil {
		return register.Register{}, err
	}
	value, err := saved.restore()
	if err != nil {
		return register.Register{}, err
	}
	if value.IsZero() {
		return register.Register{}, fmt.Errorf("version 0, which is never saved")
	}
	return value, value.Check()
}

func (s savedRegister) restore() (register.Register, error) {
	epoch, err := s.Epoch.restore()
	if err != nil {
		return register.Register{}, err
	}
	settings, err := s.Settings.restore()
	if err != nil {
		return register.Register{}, err
	}
	value := register.Register{Version: s.Version, Epoch: epoch, Awaiting: s.Awaiting, Settings: settings}
	for _, seat := range s.InSync {
		node, err := journal.ParseNodeID(seat.Node)
		if err != nil {
			return register.Register{}, err
		}
		value.InSync = append(value.InSync, register.Seat{Node: node, Volatile: seat.Volatile, Incarnation: seat.Incarnation})
	}
	for _, loss := range s.Losses {
		epoch, err := loss.Epoch.restore()
		if err != nil {
			return register.Register{}, err
		}
		restored := register.Loss{Epoch: epoch, At: loss.At, Taken: loss.Taken}
		for _, missing := range loss.Missing {
			node, err := journal.ParseNodeID(missing)
			if err != nil {
				return register.Register{}, err
			}
			restored.Missing = append(restored.Missing, node)
		}
		value.Losses = append(value.Losses, restored)
	}
	return value, nil
}

func (e savedEpoch) restore() (journal.Epoch, error) {
	if e.Master == "" {
		return journal.Epoch{Number: e.Number}, nil
	}
	master, err := journal.ParseNodeID(e.Master)
	return journal.Epoch{Number: e.Number, Master: master}, err
}

func saveSettings(s register.Settings) *savedSettings {
	if s == (register.Settings{}) {
		return nil
	}
	saved := &savedSettings{MinInSync: s.MinInSync, NoVolatile: s.NoVolatile, LagLimit: s.LagLimit}
	if s.Election != register.ElectSuccession {
		saved.Election = s.Election.String()
	}
	if s.Ack.Given {
		saved.Ack = s.Ack.Ack.String()
	}
	return saved
}

func (s *savedSettings) restore() (settings register.Settings, err error) {
	if s == nil {
		return register.Settings{}, nil
	}
	settings = register.Settings{MinInSync: s.MinInSync, NoVolatile: s.NoVolatile, LagLimit: s.LagLimit}
	if s.Election != "" {
		if settings.Election, err = register.ParseElection(s.Election); err != nil {
			return register.Settings{}, err
		}
	}
	if s.Ack != "" {
		settings.Ack.Given = true
		if settings.Ack.Ack, err = journal.ParseAck(s.Ack); err != nil {
			return register.Settings{}, err
		}
	}
	return settings, nil
}
