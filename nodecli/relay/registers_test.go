package relay

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/journal"
	"github.com/understudy-dev/understudy/core/register"
)

var full16 = register.Register{
	Version: 1 << 60, Epoch: journal.Epoch{Number: 1 << 59, Master: journal.NodeID{'a'}},
	InSync:   []register.Seat{{Node: journal.NodeID{'a'}, Incarnation: 7}, {Node: journal.NodeID{'b'}, Volatile: true}},
	Awaiting: true,
	Losses:   []register.Loss{{Epoch: journal.Epoch{Number: 3, Master: journal.NodeID{'c'}}, At: 1 << 61, Missing: []journal.NodeID{{'d'}, {'e'}}, Taken: true}},
	Settings: register.Settings{
		Election: register.ElectRing, MinInSync: 3, Ack: register.Ack{Given: true, Ack: journal.AckAsync}, NoVolatile: true, LagLimit: time.Minute,
	},
}

// Files of before there were settings say nothing of them.
func TestARegisterFileWithoutSettingsIsRead(t *testing.T) {
	const inner = `{"version":3,"epoch":{"number":2,"master":"mfqwcylbmfqwcylbmfqwcylbme"},` +
		`"inSync":[{"node":"mfqwcylbmfqwcylbmfqwcylbme","volatile":false,"incarnation":4}],` +
		`"losses":[{"epoch":{"number":2,"master":"mfqwcylbmfqwcylbmfqwcylbme"},"at":7,"missing":["mjrgeytcmjrgeytcmjrgeytcmi"]}]}`
	text := `{"format":1,"room":"bWFpbg==","sum":"` + sumOf([]byte(inner)) + `","register":` + inner + "}\n"
	value, err := decodeFile("main", []byte(text))
	if err != nil || value.Settings != (register.Settings{}) || value.Version != 3 || len(value.Losses) != 1 || value.Losses[0].Taken {
		t.Errorf("%+v, %v", value, err)
	}
	again, err := encodeFile("main", value)
	if err != nil || string(again) != text {
		t.Errorf("%v\ngot  %swant %s", err, again, text)
	}
}

func TestSettingsThatAreNoneAreDamage(t *testing.T) {
	for _, settings := range []string{`{"election":"dice"}`, `{"ack":"most"}`, `{"ack":"room"}`, `{"minInSync":5000}`, `{"lagLimit":1}`} {
		inner := `{"version":3,"epoch":{"number":2},"inSync":[{"node":"mfqwcylbmfqwcylbmfqwcylbme","volatile":false}],"settings":` + settings + `}`
		text := `{"format":1,"room":"bWFpbg==","sum":"` + sumOf([]byte(inner)) + `","register":` + inner + "}\n"
		if value, err := decodeFile("main", []byte(text)); err == nil {
			t.Errorf("%s became %+v", settings, value.Settings)
		}
	}
}

func TestARegisterComesBackAsItWasSaved(t *testing.T) {
	kept, err := openFolder(filepath.Join(t.TempDir(), "made"))
	if err != nil {
		t.Fatal(err)
	}
	rooms := []string{"main", "Main", "../x", strings.Repeat("\xff", frame.RoomNameMaxBytes)}
	for i, room := range rooms {
		want := full16
		want.Version = register.Version(i + 1)
		if err := kept.save(room, full16); err != nil {
			t.Fatal(err)
		}
		if err := kept.save(room, want); err != nil {
			t.Fatal(err)
		}
		if got, err := kept.load(room); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%q: %v\ngot  %+v\nwant %+v", room, err, got, want)
		}
	}
	if got, err := kept.load("other"); err != nil || !got.IsZero() {
		t.Errorf("a room without a register: %+v, %v", got, err)
	}
	files, err := filepath.Glob(filepath.Join(kept.dir, "*.json"))
	if err != nil || len(files) != len(rooms) {
		t.Errorf("%d files for %d rooms: %v", len(files), len(rooms), err)
	}
	if err := kept.close(); err != nil {
		t.Error(err)
	}
}

func TestALongHistoryOfValuesStaysInAShortFile(t *testing.T) {
	kept, err := openFolder(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer kept.close() //nolint:errcheck // the lock goes with the process
	want := full16
	for version := range register.Version(1000) {
		want.Version = version + 1
		if err := kept.save("main", want); err != nil {
			t.Fatal(err)
		}
		if version%50 == 0 { // as by a room that is opened again
			if got, err := kept.load("main"); err != nil || !reflect.DeepEqual(got, want) {
				t.Fatalf("%v\ngot  %+v\nwant %+v", err, got, want)
			}
		}
	}
	info, err := os.Stat(kept.file("main"))
	if err != nil || info.Size() != fileBytes {
		t.Errorf("the file: %+v, %v", info, err)
	}
}

func TestAValueThatWasBeingWrittenIsNone(t *testing.T) {
	kept, err := openFolder(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer kept.close() //nolint:errcheck // the lock goes with the process
	before, after := full16, full16
	before.Version, after.Version = 1, 2
	for _, value := range []register.Register{before, after} {
		if err := kept.save("main", value); err != nil {
			t.Fatal(err)
		}
	}
	whole, err := os.ReadFile(kept.file("main"))
	if err != nil {
		t.Fatal(err)
	}
	first := bytes.IndexByte(whole, '\n') + 1
	end := first + bytes.IndexByte(whole[first:], '\n')
	for cut := first; cut < end; cut++ {
		torn := append([]byte{}, whole...)
		copy(torn[cut:], bytes.Repeat([]byte{'\n'}, end-cut))
		if err := os.WriteFile(kept.file("main"), torn, 0o600); err != nil {
			t.Fatal(err)
		}
		if got, err := kept.load("main"); err != nil || !reflect.DeepEqual(got, before) {
			t.Fatalf("cut at %d of %d: %+v, %v", cut, end, got, err)
		}
	}
	// What is saved next is what is found.
	if err := kept.save("main", after); err != nil {
		t.Fatal(err)
	}
	if got, err := kept.load("main"); err != nil || !reflect.DeepEqual(got, after) {
		t.Errorf("%+v, %v", got, err)
	}
	// A value before others is known to have been whole.
	whole[first/2] ^= 1
	if err := os.WriteFile(kept.file("main"), whole, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err = kept.load("main")
	if _, ok := errors.AsType[*DamagedError](err); !ok {
		t.Errorf("a damaged line before others: %v", err)
	}
}

func TestADamagedRegisterIsNeverTakenForANewRoom(t *testing.T) {
	kept, err := openFolder(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	good, err := encodeFile("main", full16)
	if err != nil {
		t.Fatal(err)
	}
	// Every bit, and every length.
	for i := range good[:len(good)-1] {
		flipped := append([]byte{}, good...)
		flipped[i] ^= 1 << (i % 7)
		if got, err := decodeFile("main", flipped); err == nil && !reflect.DeepEqual(got, full16) {
			t.Fatalf("byte %d changed, read as %+v", i, got)
		}
		if _, err := decodeFile("main", good[:i]); err == nil {
			t.Fatalf("%d of %d bytes were read", i, len(good))
		}
	}
	file := kept.file("main")
	for name, text := range map[string][]byte{"empty": nil, "of another room": good} {
		room := map[string]string{"empty": "main", "of another room": "bath"}[name]
		if err := os.WriteFile(kept.file(room), text, 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := kept.load(room)
		if _, ok := errors.AsType[*DamagedError](err); !ok || !strings.Contains(err.Error(), kept.file(room)) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := kept.close(); err != nil {
		t.Error(err)
	}
	s := start(t, Config{Dir: kept.dir})
	p := s.dial()
	p.hello('a', "main")
	p.wantRefused(frame.CodeShutdown, websocket.StatusGoingAway, "is damaged")
	s.get(t, "/rooms/main", 500)
	if !strings.Contains(s.log.String(), file) {
		t.Errorf("the log does not name the file:\n%s", s.log)
	}
	s.join('a') // another room is not hurt
}

func TestARegisterOutlivesTheRelay(t *testing.T) {
	dir := t.TempDir()
	first := start(t, Config{Dir: dir})
	a, _ := first.join('a')
	if answer := a.claim(1); answer.Code != frame.CodeOK {
		t.Fatalf("%+v", answer)
	}
	first.stop()
	if err := os.WriteFile(filepath.Join(dir, "left.json.new"), []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	second := start(t, Config{Dir: dir})
	if got := second.get(t, "/rooms/kitchen", 200); !strings.Contains(got, `"epoch":1,"master":null`) {
		t.Error(got)
	}
	a, welcome := second.join('a')
	if welcome.Register.Epoch != (journal.Epoch{Number: 1, Master: a.id}) || welcome.Seated {
		t.Errorf("%+v", welcome)
	}
	if answer := a.claim(2); answer.Code != frame.CodeOK {
		t.Errorf("%+v", answer)
	}
}

func TestARelayInMemoryForgetsWhenItEnds(t *testing.T) {
	first := start(t, Config{})
	a, _ := first.join('a')
	a.claim(1)
	first.stop()
	second := start(t, Config{})
	if _, welcome := second.join('a'); !welcome.Register.IsZero() {
		t.Errorf("%+v", welcome.Register)
	}
}

func TestARoomWhoseRegisterCannotBeStoredIsClosed(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "registers")
	s := start(t, Config{Dir: dir})
	a, _ := s.join('a')
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	a.say(frame.Claim{Request: 1, Number: 1})
	a.wantRefused(frame.CodeShutdown, websocket.StatusGoingAway, "replace a register")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	a, welcome := s.join('a')
	if !welcome.Register.IsZero() {
		t.Errorf("a value that was not stored is in force: %+v", welcome.Register)
	}
	if answer := a.claim(1); answer.Code != frame.CodeOK {
		t.Errorf("%+v", answer)
	}
}

func TestAnIdleRoomIsClosedAndOpensAgainWithItsRegister(t *testing.T) {
	for _, dir := range []string{"", t.TempDir()} {
		s := start(t, Config{Dir: dir, PingEvery: 50 * time.Millisecond, DeadAfter: 300 * time.Millisecond})
		s.relay.idleAfter = 10 * time.Millisecond
		a, _ := s.join('a')
		a.claim(1)
		began := time.Now()
		a.say(frame.Goodbye{})
		a.wantRefused(frame.CodeOK, websocket.StatusNormalClosure, "")
		if !waitFor(func() bool { return strings.Contains(s.get(t, "/metrics", 200), "understudy_relay_rooms 0\n") }) {
			t.Fatal("the room stays open")
		}
		if took := time.Since(began); took < s.relay.cfg.DeadAfter {
			t.Errorf("closed after %v, while who left could be on the way back", took)
		}
		a, welcome := s.join('a')
		if welcome.Register.Epoch.Number != 1 || welcome.Seated {
			t.Errorf("%+v", welcome)
		}
		a.claim(2)
	}
}

func TestRegistersInMemoryHaveALimit(t *testing.T) {
	m := newMemory(1)
	if err := m.save("a", full16); err != nil {
		t.Fatal(err)
	}
	if err := m.save("b", full16); err == nil {
		t.Error("a second room was kept")
	}
	if err := m.save("a", full16); err != nil {
		t.Errorf("a known room: %v", err)
	}
}

func TestABadConfigIsRefusedWithItsValue(t *testing.T) {
	for _, cfg := range []Config{
		{PingEvery: 5 * time.Second}, {PingEvery: -1}, {HelloAfter: -1}, {RoomsMax: -1}, {NodesMax: -1}, {QueueMaxBytes: -1},
	} {
		if r, err := New(cfg); err == nil {
			r.Close()
			t.Errorf("%+v was accepted", cfg)
		}
	}
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := New(Config{Dir: file}); err == nil || !strings.Contains(err.Error(), file) {
		t.Errorf("a file for a folder: %v", err)
	}
}

func TestTwoRelaysDoNotShareRegisters(t *testing.T) {
	dir := t.TempDir()
	first := start(t, Config{Dir: dir})
	_, err := New(Config{Dir: dir})
	if err == nil || !strings.Contains(err.Error(), dir+" belong to another relay") {
		t.Errorf("a second relay: %v", err)
	}
	first.stop()
	second, err := New(Config{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	second.Close()
}
