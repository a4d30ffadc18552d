package wire

// Limits of the encoding itself, beside those of core/frame.
const (
	// TextMaxBytes is for every text for people but names: reasons, failures.
	// A quoted key fits into it.
	TextMaxBytes = 8 << 10

	// ListMaxItems is for every list without a limit of its own, such as the
	// items of a snapshot part or the epochs of a history.
	ListMaxItems = 1 << 16

	// ItemsMax is for all array elements and map pairs of one payload together:
	// a few bytes must not become many megabytes of structs.
	ItemsMax = 1 << 19

	// NestingMax is how deep arrays and maps stand in each other.
	NestingMax = 12
)

// What the limits are called in a [LimitError].
const (
	nameFrame     = "frame bytes"
	nameNesting   = "nested arrays and maps"
	nameItems     = "items of a frame"
	nameList      = "items of a list"
	nameText      = "text bytes"
	nameRoom      = "room name bytes"
	nameNode      = "node name bytes"
	nameNodes     = "nodes"
	nameKey       = "key bytes"
	nameValue     = "value bytes"
	nameOps       = "operations of a write"
	nameWrite     = "key and value bytes of a write"
	nameReplicate = "entry bytes beyond the first entry"
	nameChunk     = "content bytes beyond the first item"
	nameClients   = "clients"
	nameScan      = "items of a reply"
	nameReply     = "key and value bytes beyond the first item"
	nameLosses    = "loss records"
)
