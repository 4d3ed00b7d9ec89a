package terminal_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"liveadmin/bot/bottest"
	"liveadmin/bot/bottest/pace"
	"liveadmin/bot/terminal"
	"liveadmin/commands"
	"liveadmin/commands/words"
)

func TestMain(m *testing.M) { pace.SideBySide(m, 12, 4) }

// TestConversations types every conversation into a terminal with the real bot
// behind it, and compares with what the neutral chat is answered.
func TestConversations(t *testing.T) {
	for _, c := range bottest.InEveryLanguage(t, "../../commands/testdata") {
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			c.Pace(t)
			c.Ref = terminal.Ref
			var people []string
			for i, turn := range c.Talk {
				c.Talk[i].Answer = asShown(turn.Answer, c.Language)
				if turn.Who != "" && !slices.Contains(people, turn.Who) {
					people = append(people, turn.Who)
				}
			}
			synctest.Test(t, func(t *testing.T) {
				stage, seat := bottest.NewStage(t, nil), sit(t, c.Language, people...)
				stage.Run(t, seat.Terminal)
				t.Cleanup(seat.leave) // before the bot is stopped
				c.Play(t, stage, false, seat.say)
			})
		})
	}
}

// asShown is how the terminal shows an answer of the neutral chat: the same words,
// with this platform's allowlist entries, and what cannot be seen made visible.
func asShown(answer string, l commands.Language) string {
	answer = regexp.MustCompile(`(?m)(#\d+)(   \[[^\]]+\])+$`).ReplaceAllString(answer, "$1") // no one can press them here
	answer = strings.NewReplacer(bottest.Ref(""), terminal.Ref(""), "\u200b", `\u200b`).Replace(answer)
	if strings.HasPrefix(answer, "(only @") {
		name, rest, _ := strings.Cut(strings.TrimPrefix(answer, "(only @"), ")\n")
		answer = strings.ReplaceAll(words.In(l).Demo.Only, "{name}", name) + "\n" + rest
		answer = strings.ReplaceAll(answer, "\n    ", "\n  ")
	}
	return answer
}

// seat is a terminal and both ends of what is typed and shown.
type seat struct {
	*terminal.Terminal
	typed *io.PipeWriter
	out   *io.PipeReader
	shown *bufio.Reader // of out
}

func sit(t *testing.T, l commands.Language, people ...string) *seat {
	t.Helper()
	in, typed := io.Pipe()
	shown, out := io.Pipe()
	return &seat{
		Terminal: newTerminal(t, terminal.Options{In: in, Out: out, Speakers: people, Zone: time.UTC, Language: l}),
		typed:    typed, out: shown, shown: bufio.NewReader(shown),
	}
}

// leave ends the input, and no one reads what is shown from now on.
func (s *seat) leave() {
	_ = s.typed.Close()
	_ = s.out.Close()
}

// say types a command as someone and returns all that comes back but the root
// line while the work goes on.
func (s *seat) say(who, text string) (string, error) {
	defer time.AfterFunc(30*time.Second, s.leave).Stop()
	go func() { _, _ = fmt.Fprintf(s.typed, "/as %s\n/liveadmin %s\n/as %s\n", who, text, who) }()
	if before, err := s.upToGreeting(who); before != "" || err != nil {
		return before, errors.Join(err, errors.New("something was shown before anything was typed"))
	}
	answer, err := s.upToGreeting(who)
	if root, result, found := strings.Cut(answer, "\n"); found && strings.HasPrefix(root, "⏳ "+words.In(s.Language).Outcomes[commands.Working]+" · @"+who+" · ") {
		number := result[strings.LastIndexByte(strings.TrimSpace(result), '\n')+1:]
		if !strings.HasSuffix(root, "   "+strings.TrimSpace(number)) {
			return answer, fmt.Errorf("the root has another number than the result")
		}
		answer = result
	}
	return answer, err
}

// upToGreeting reads up to the answer to "/as".
func (s *seat) upToGreeting(who string) (string, error) {
	var b strings.Builder
	for {
		line, err := s.shown.ReadString('\n')
		if err != nil || line == strings.ReplaceAll(words.In(s.Language).Demo.Speaking, "{name}", who)+"\n" {
			return b.String(), err
		}
		b.WriteString(line)
	}
}
