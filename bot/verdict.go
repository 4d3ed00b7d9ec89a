package bot

import (
	"time"

	"liveadmin/commands"
	"liveadmin/commands/words"
)

// answerTime is how long the record may take that an answer needs: platforms wait for three
// seconds.
const AnswerTime = 2 * time.Second

// Verdict is what a delivery means. One of its fields is set.
type Verdict struct {
	Answer *Answer     // given without a record: the caller asks too often, or something could not be read
	Reply  *Reply      // put on record, and answered to the caller alone
	Accept *Acceptance // put on record, and carried out
}

// Reply is the answer to a delivery that makes no entry.
type Reply struct {
	About  commands.Command // as far as it was understood
	Record Record
	Say    func(entry int64) words.Message // entry is the number of the record; 0: there is none
}

// Acceptance is a delivery that makes an entry.
type Acceptance struct {
	Entry  Entry
	Record Record
	// Presses are the names of the presses of a button, in order: the entry is the first that
	// is not on record (Entry.Once). Empty: no button was pressed.
	Presses []string
}
