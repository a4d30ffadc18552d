package main

import (
	"errors"

	"github.com/understudy-dev/understudy/core/journal"
)

// copyJSON is what check --json prints.
type copyJSON struct {
	Dir         string              `json:"dir"`
	Room        string              `json:"room"`
	Name        string              `json:"name"`
	Node        *string             `json:"node"` // null before the first start
	Incarnation journal.Incarnation `json:"incarnation"`
	Accepted    journal.EpochNumber `json:"accepted"`
	Snapshot    *snapshotJSON       `json:"snapshot"`
	Entries     *entriesJSON        `json:"entries"`
	Orphans     orphansJSON         `json:"orphans"`
	Files       []fileJSON          `json:"files"`
	Kept        []string            `json:"kept"` // damaged at an earlier start
	Closed      bool                `json:"closed"`
	TornBytes   int64               `json:"tornBytes"`
	Renewed     *string             `json:"renewed"` // why a start is under a new id; null: it is not
	Damage      []damageJSON        `json:"damage"`
	Beyond      []entriesJSON       `json:"beyond"` // readable, but not what is before them
	Whole       bool                `json:"whole"`
}

type snapshotJSON struct {
	Position string `json:"position"`
	Keys     int    `json:"keys"`
}

type entriesJSON struct {
	From  string `json:"from"`
	To    string `json:"to"`
	Count int    `json:"count"`
}

type orphansJSON struct {
	Count int `json:"count"`
	Final int `json:"final"`
}

type fileJSON struct {
	Name    string `json:"name"`
	Bytes   int64  `json:"bytes"`
	Records int    `json:"records"`
}

type damageJSON struct {
	File   string `json:"file,omitempty"`
	Byte   int64  `json:"byte"`
	Record uint64 `json:"record,omitempty"`
	Error  string `json:"error"`
}

func checkedJSON(c *stoppedCopy) copyJSON {
	s, r := c.stored, c.report
	id, incarnation := c.identity()
	out := copyJSON{
		Dir: c.dir, Room: c.label.Room, Name: c.label.Node, Incarnation: incarnation, Accepted: s.Meta.Accepted.Number,
		Orphans: orphansJSON{len(s.Orphans), finalOf(s.Orphans)},
		Files:   []fileJSON{}, Kept: c.keptAside(), Beyond: []entriesJSON{}, Closed: r.Closed, TornBytes: r.TornBytes,
		Damage: damagesJSON(r.Damage), Whole: len(r.Damage) == 0,
	}
	if !id.IsZero() {
		out.Node = text(id.String())
	}
	if s.Snapshot != nil {
		out.Snapshot = &snapshotJSON{s.Snapshot.At().String(), s.Snapshot.Len()}
	}
	if len(s.Entries) > 0 {
		out.Entries = jsonEntries(s.Entries)
	}
	for _, entries := range r.Beyond {
		out.Beyond = append(out.Beyond, *jsonEntries(entries))
	}
	for _, file := range r.Files {
		out.Files = append(out.Files, fileJSON{file.Name, file.Bytes, file.Records})
	}
	if r.Renewed != "" {
		out.Renewed = &r.Renewed
	}
	return out
}

func jsonEntries(run []journal.Entry) *entriesJSON {
	return &entriesJSON{run[0].Position.String(), run[len(run)-1].Position.String(), len(run)}
}

func damagesJSON(all []error) []damageJSON {
	list := []damageJSON{}
	for _, err := range all {
		line := damageJSON{Error: err.Error()}
		var damage *journal.DamageError
		if errors.As(err, &damage) {
			line = damageJSON{File: damage.File, Byte: damage.Offset, Record: damage.Record, Error: damage.Err.Error()}
		}
		list = append(list, line)
	}
	return list
}
