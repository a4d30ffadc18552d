package wire_test

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"github.com/understudy-dev/understudy/core/wire"
)

const goldenFolder = "../../testdata/wire"

var update = flag.Bool("update", false, "write testdata/wire anew")

func TestGoldenMessagesAreWhatEncodeWrites(t *testing.T) {
	known := map[string]bool{}
	for _, v := range vectors() {
		known[v.name+".hex"], known[v.name+".json"] = true, true
		message, err := wire.Encode(v.head, v.frame)
		if err != nil {
			t.Errorf("%s: %v", v.name, err)
			continue
		}
		golden(t, v.name+".hex", hexLines(message))
		golden(t, v.name+".json", jsonOf(t, v))
		head, f, err := wire.Decode(message)
		if err != nil || !reflect.DeepEqual(head, v.head) || !reflect.DeepEqual(f, v.frame) {
			t.Errorf("%s decodes to\n%+v %+v, %v, want\n%+v %+v", v.name, head, f, err, v.head, v.frame)
		}
	}
	for _, file := range goldenFiles(t) {
		if !known[filepath.Base(file)] {
			t.Errorf("%s belongs to no vector", file)
		}
	}
}

func TestEveryFieldOfEveryFrameIsInAGoldenMessage(t *testing.T) {
	seen, kinds := map[string]bool{}, map[wire.Kind]bool{}
	for _, v := range vectors() {
		kinds[wire.KindOf(v.frame)] = true
		fieldsSeen(reflect.ValueOf(v.head), seen)
		fieldsSeen(reflect.ValueOf(v.frame), seen)
	}
	for field, nonZero := range seen {
		if !nonZero {
			t.Errorf("%s is zero in every vector", field)
		}
	}
	for _, kind := range allKinds() {
		if !kinds[kind] {
			t.Errorf("no vector is a %s", kind)
		}
	}
}

// allKinds lists every kind that has a name.
func allKinds() []wire.Kind {
	var all []wire.Kind
	for k := wire.Kind(0); k < 1000; k++ {
		if !strings.HasPrefix(k.String(), "kind-") {
			all = append(all, k)
		}
	}
	return all
}

// fieldsSeen notes for each field of each struct in v whether it is not zero.
func fieldsSeen(v reflect.Value, seen map[string]bool) {
	switch v.Kind() { //nolint:exhaustive // the kinds that frames have
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			fieldsSeen(v.Elem(), seen)
		}
	case reflect.Slice:
		for i := range v.Len() {
			fieldsSeen(v.Index(i), seen)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			name := v.Type().String() + "." + v.Type().Field(i).Name
			seen[name] = seen[name] || !v.Field(i).IsZero()
			fieldsSeen(v.Field(i), seen)
		}
	default:
	}
}

// golden compares a file to what it should hold, or writes it with -update.
func golden(t *testing.T, name string, want []byte) {
	t.Helper()
	file := filepath.Join(goldenFolder, name)
	if *update {
		if err := os.WriteFile(file, want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(file)
	if err != nil {
		t.Error(err)
	} else if !bytes.Equal(got, want) {
		t.Errorf("%s holds\n%s\nbut it is now\n%s", name, got, want)
	}
}

func goldenFiles(t testing.TB) []string {
	t.Helper()
	var files []string
	for _, pattern := range []string{"*.hex", "*.json"} {
		found, err := filepath.Glob(filepath.Join(goldenFolder, pattern))
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, found...)
	}
	return files
}

// goldenMessages reads the messages as they are in the files.
func goldenMessages(t testing.TB) [][]byte {
	t.Helper()
	var messages [][]byte
	for _, file := range goldenFiles(t) {
		if filepath.Ext(file) != ".hex" {
			continue
		}
		lines, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		message, err := hex.DecodeString(strings.Join(strings.Fields(string(lines)), ""))
		if err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		messages = append(messages, message)
	}
	if len(messages) == 0 {
		t.Fatal("no golden messages")
	}
	return messages
}

func hexLines(message []byte) []byte {
	var out bytes.Buffer
	for len(message) > 0 {
		n := min(len(message), 32)
		fmt.Fprintf(&out, "%x\n", message[:n])
		message = message[n:]
	}
	return out.Bytes()
}

// jsonOf writes a vector for a reader that knows neither Go nor CBOR: numbers
// as decimal text, bytes as hex, what is zero or empty left out.
func jsonOf(t *testing.T, v vector) []byte {
	t.Helper()
	out, err := json.MarshalIndent(map[string]any{
		"kind":  wire.KindOf(v.frame).String(),
		"head":  plain(reflect.ValueOf(v.head), ""),
		"frame": plain(reflect.ValueOf(v.frame), ""),
	}, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	return append(out, '\n')
}

func plain(v reflect.Value, field string) any {
	switch v.Kind() { //nolint:exhaustive // the kinds that frames have
	case reflect.Bool:
		return v.Bool()
	case reflect.Pointer:
		return plain(v.Elem(), "")
	case reflect.Interface: // an operation
		return map[string]any{strings.ToLower(v.Elem().Type().Name()): plain(v.Elem(), "")}
	case reflect.Array:
		id := make([]byte, v.Len())
		reflect.Copy(reflect.ValueOf(id), v)
		return hex.EncodeToString(id)
	case reflect.String:
		if field == "Key" || field == "Prefix" || field == "After" { // any bytes
			return fmt.Sprintf("%x", v.String())
		}
		return v.String()
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			return fmt.Sprintf("%x", v.Bytes())
		}
		items := make([]any, v.Len())
		for i := range items {
			items[i] = plain(v.Index(i), "")
		}
		return items
	case reflect.Struct:
		fields := map[string]any{}
		for i := range v.NumField() {
			if name := v.Type().Field(i).Name; !v.Field(i).IsZero() {
				fields[lowerFirst(name)] = plain(v.Field(i), name)
			}
		}
		return fields
	default:
		if v.CanInt() {
			return strconv.FormatInt(v.Int(), 10)
		}
		return strconv.FormatUint(v.Uint(), 10)
	}
}

func lowerFirst(name string) string {
	if name == strings.ToUpper(name) {
		return strings.ToLower(name)
	}
	runes := []rune(name)
	runes[0] = unicode.ToLower(runes[0])
	return string(runes)
}
