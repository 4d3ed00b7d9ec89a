package fakeslack

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"unicode/utf16"
)

// Limits of a message, in characters (docs: chat.postMessage, chat.update, blocks).
// A character outside the basic plane counts as two, the stricter reading.
const (
	maxPostText   = 40_000 // cut off beyond
	maxUpdateText = 4_000  // refused beyond
	maxBlocks     = 50
	maxBlocksText = 12_000 // of all blocks together (github.com/slackapi/bolt-js/issues/2509)
)

// content is what a message says.
type content struct {
	text     string
	blocks   json.RawMessage
	metadata *Metadata

	hasText, hasBlocks, hasMetadata bool
}

// parseContent reads what a call wants to say.
func parseContent(args url.Values, maxText int) (content, answer) {
	c := content{text: args.Get("text"), hasText: args.Get("text") != ""}
	if size(c.text) > maxText {
		if maxText == maxUpdateText {
			return content{}, refuse("msg_too_long")
		}
		c.text = string(utf16.Decode(utf16.Encode([]rune(c.text))[:maxText]))
	}
	if raw := args.Get("blocks"); raw != "" {
		blocks, refused := parseBlocks([]byte(raw))
		if refused != nil {
			return content{}, refused
		}
		c.blocks, c.hasBlocks = blocks, true
	}
	if raw := args.Get("metadata"); raw != "" {
		metadata, refused := parseMetadata([]byte(raw))
		if refused != nil {
			return content{}, refused
		}
		c.metadata, c.hasMetadata = metadata, true
	}
	if strings.TrimSpace(c.text) == "" && len(c.blocks) == 0 {
		return content{}, refuse("no_text")
	}
	return c, nil
}

func parseMetadata(raw []byte) (*Metadata, answer) {
	var m Metadata
	if err := json.Unmarshal(raw, &m); err != nil {
		return nil, refuse("invalid_metadata_format", err.Error())
	}
	payload := bytes.TrimSpace(m.EventPayload)
	switch {
	case m.EventType == "" && (len(payload) == 0 || string(payload) == "null"):
		return nil, nil // an empty object: none
	case m.EventType == "":
		return nil, refuse("invalid_metadata_schema", "event_type is missing")
	case len(payload) == 0 || payload[0] != '{':
		return nil, refuse("invalid_metadata_schema", "event_payload is no object")
	}
	return &m, nil
}

// size is the length of a text in characters.
func size(text string) int { return len(utf16.Encode([]rune(text))) }

// textSize is the length of the texts in blocks, whatever holds them.
func textSize(in any) int {
	n := 0
	switch in := in.(type) {
	case []map[string]any:
		for _, b := range in {
			n += textSize(b)
		}
	case []any:
		for _, e := range in {
			n += textSize(e)
		}
	case map[string]any:
		for name, value := range in {
			if text, ok := value.(string); ok && name == "text" {
				n += size(text)
			}
			n += textSize(value)
		}
	}
	return n
}

// CheckBlocks is Slack's word for what is wrong with the JSON of blocks, with what it says
// about it; empty: Slack takes them.
func CheckBlocks(raw []byte) string {
	if _, refused := parseBlocks(raw); refused != nil {
		return fmt.Sprint(refused)
	}
	return ""
}

// parseBlocks checks blocks and gives those an ID that have none. An empty array is
// no blocks.
func parseBlocks(raw []byte) (json.RawMessage, answer) {
	return parseUpTo(raw, maxBlocks, maxBlocksText)
}

// parseUpTo is parseBlocks with the limits of blocks, and of their text, of a surface.
func parseUpTo(raw []byte, most, mostText int) (json.RawMessage, answer) {
	var list []map[string]any
	if err := json.Unmarshal(raw, &list); err != nil {
		return nil, refuse("invalid_blocks_format", err.Error())
	}
	if len(list) == 0 {
		return nil, nil
	}
	if len(list) > most {
		return nil, refuse("invalid_blocks", fmt.Sprintf("[ERROR] %d blocks, more than %d", len(list), most))
	}
	seen, tables := make(map[string]bool), 0
	for i, b := range list {
		if err := checkBlock(b); err != nil {
			return nil, refuse("invalid_blocks", fmt.Sprintf("[ERROR] %v [json-pointer:/blocks/%d]", err, i))
		}
		if b["type"] == "table" {
			tables++
		}
		if tables > 1 {
			return nil, refuse("invalid_blocks", "[ERROR] only one table is allowed")
		}
		id, _ := b["block_id"].(string)
		if id == "" {
			id = unique()
			b["block_id"] = id
		}
		if seen[id] {
			return nil, refuse("invalid_blocks", fmt.Sprintf("[ERROR] block_id %q is there twice", id))
		}
		seen[id] = true
	}
	if n := textSize(list); n > mostText {
		return nil, refuse("msg_blocks_too_long", fmt.Sprintf("[ERROR] %d characters, more than %d", n, mostText))
	}
	kept, err := json.Marshal(list)
	if err != nil {
		return nil, refuse("invalid_blocks_format", err.Error())
	}
	return kept, nil
}
