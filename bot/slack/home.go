package slack

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"sync"
	"time"
	"unicode"

	slackgo "github.com/slack-go/slack"

	"liveadmin/bot"
	"liveadmin/bot/chat"
	"liveadmin/commands"
	"liveadmin/commands/change"
	"liveadmin/commands/words"
	"liveadmin/imapi"
)

const (
	homeTime   = time.Minute // for which a Home tab is tried to be shown
	mostBlocks = 100         // of a view
	mostAwaits = 10_000      // entries

	// longestClick is how many bytes a view may take of the payload of a click on it. Over HTTP
	// 256 KiB are read, and Slack adds IDs and defaults.
	longestClick = 190 << 10
)

// home is the Home tab of somebody, as it is to be shown next.
type home struct {
	user    string
	insider bool
	hash    string         // of the tab that they look at; empty: whatever is there
	show    imapi.GroupID  // that is to be read
	note    *words.Message // what is said to them alone: the first section, until the next change
	times   int            // how often they asked for it
}

// homes are the Home tabs that are being shown, one at a time for each person, so that an
// older one never replaces a newer.
type homes struct {
	mu     sync.Mutex
	ctx    context.Context // of the platform's run
	busy   map[string]*home
	awaits map[int64]map[string]home // by entry and user: to be shown when the entry is done
}

// open lets Home tabs be shown until the context ends.
func (h *homes) open(ctx context.Context) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.ctx, h.busy, h.awaits = ctx, make(map[string]*home), make(map[int64]map[string]home)
}

// await has a Home tab shown anew when an entry is done.
func (h *homes) await(entry int64, is home) {
	if entry == 0 {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.awaits) >= mostAwaits {
		clear(h.awaits)
	}
	if h.awaits[entry] == nil {
		h.awaits[entry] = make(map[string]home)
	}
	h.awaits[entry][is.user] = home{user: is.user, insider: is.insider}
}

// next returns what is to be shown to somebody now; nil: nothing is, and they are not busy any
// more.
func (h *homes) next(user string) (*home, context.Context) {
	h.mu.Lock()
	defer h.mu.Unlock()
	is := h.busy[user]
	if is == nil {
		delete(h.busy, user)
	} else {
		h.busy[user] = nil
	}
	return is, h.ctx
}

// begin notes what is to be shown to somebody. It returns false if something is being shown to
// them: this is next then, in place of what was to be next, with what that had to say.
func (h *homes) begin(is home) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.ctx == nil {
		return false
	}
	waiting, busy := h.busy[is.user]
	if waiting != nil {
		is.show, is.times = cmp.Or(is.show, waiting.show), is.times+waiting.times
		is.note = cmp.Or(is.note, waiting.note)
	}
	h.busy[is.user] = &is
	return !busy
}

// Settled shows what became of an entry to who asked it, or decided it, on their Home tab.
func (s *Slack) Settled(entry int64) {
	s.homes.mu.Lock()
	all := s.homes.awaits[entry]
	delete(s.homes.awaits, entry)
	s.homes.mu.Unlock()
	for _, is := range all {
		s.show(is)
	}
}

// opening is somebody who opens their Home tab.
func (v event) opening(s *Slack) (inbound, error) {
	if v.Event.Tab != "home" {
		return inbound{}, errNothing
	}
	if !userID.MatchString(v.Event.User) {
		return inbound{}, errors.New("a Home tab without anybody who opens it")
	}
	return inbound{home: &home{user: v.Event.User, insider: v.insider(*s.self.Load()), hash: v.Event.View.Hash, times: 1}}, nil
}

// onHome takes a click on a Home tab.
func (p press) onHome(s *Slack) (inbound, error) {
	if p.View.Type != "home" {
		return inbound{}, errNothing
	}
	if !userID.MatchString(p.User.ID) {
		return inbound{}, errors.New("a click without a caller")
	}
	is := home{user: p.User.ID, insider: s.self.Load().home(p.User.Team), hash: p.View.Hash, times: 1}
	action := actionOf(p.Actions[0].ID)
	if g, shows := change.ShownBy(action); shows || action == words.RefreshAction {
		is.show = g
		return inbound{home: &is}, nil
	}
	_, opens := words.FormOf(action)
	return inbound{home: &is, trigger: p.TriggerID, inModal: opens, delivery: bot.Delivery{
		Key:    key(p.Team.ID, p.TriggerID),
		Caller: s.caller(is.user, is.insider),
		Place:  commands.Place{Platform: Name},
		Alone:  true,
		Click:  chat.Click(action, p.Actions[0].Value),
		Opens:  p.TriggerID != "",
	}}, nil
}

// atHome takes what was done on a Home tab, and shows it anew. What is said to the caller
// alone is its first section; instead of a form that may not be opened, it is a modal.
func (s *Slack) atHome(ctx context.Context, door bot.Door, a arrival, h inbound) (err error) {
	is := *h.home
	if h.delivery.Click == nil {
		err = a.acknowledge(ctx, nil)
	} else {
		s.homes.await(h.delivery.Click.Entry, is) // a request, if it is decided
		err = door.Receive(ctx, h.delivery, func(ctx context.Context, answer bot.Answer) (bot.Post, error) {
			if h.inModal {
				is.note, err = s.answer(ctx, a, h, answer)
				return "", err
			}
			s.homes.await(answer.Entry, is)
			is.note = answer.Private
			return "", a.acknowledge(ctx, nil)
		})
		if h.inModal && is.note == nil {
			return err // nothing has changed
		}
	}
	s.show(is)
	return err
}

// show shows a Home tab, after what is being shown to the same person.
func (s *Slack) show(is home) {
	if s.homes.begin(is) {
		s.showNext(is.user)
	}
}

// showNext shows what waits to be shown to somebody, one after the other. A panic ends one alone.
func (s *Slack) showNext(user string) {
	s.inflight.Enter(func(door bot.Door) {
		if next, ctx := s.homes.next(user); next != nil {
			defer s.showNext(user)
			s.publish(ctx, door, *next)
		}
	})
}

// publish reads what a Home tab shows, and shows it. One that fails for a passing cause is
// read and shown again, and one that was changed by somebody else meanwhile.
func (s *Slack) publish(ctx context.Context, door bot.Door, is home) {
	homes, ok := door.(bot.Homes)
	if !ok {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, homeTime)
	defer cancel()
	for pause := (chat.Backoff{}); ; {
		view := bot.HomeView{Caller: s.caller(is.user, is.insider), Place: commands.Place{Platform: Name}, Show: is.show, Times: is.times}
		sections, ok := homes.Home(ctx, view)
		if !ok {
			return
		}
		is.times = 0 // to try again does not count
		if is.note != nil {
			sections = append([]words.Message{*is.note}, sections...)
		}
		err := s.publishSections(ctx, is, sections)
		switch {
		case err == nil || ctx.Err() != nil:
			return
		case code(err) == "hash_conflict":
			is.hash = ""
			continue
		case isRefused(err) || errors.Is(err, errBare):
			s.log.Warn("Home tab not shown", "user", is.user, "err", err)
			return
		}
		s.log.Warn("Home tab not shown, retrying", "user", is.user, "err", err)
		if !pause.Wait(ctx, limitOf(err).Pause) {
			return
		}
	}
}

// errBare is returned for a view whose plainest blocks Slack refuses: one has no other text.
var errBare = errors.New("Slack refuses all blocks of the view")

func (s *Slack) publishSections(ctx context.Context, is home, sections []words.Message) error {
	return s.plainly(homePage(sections), func(f form) error {
		if len(f.blocks) == 0 {
			return errBare
		}
		return s.inLine(ctx, "home:"+is.user, func(ctx context.Context) error {
			r := slackgo.PublishViewContextRequest{UserID: is.user, View: slackgo.HomeTabViewRequest{
				Type: slackgo.VTHomeTab, Blocks: slackgo.Blocks{BlockSet: f.blocks},
			}}
			if is.hash != "" {
				r.Hash = &is.hash
			}
			v, err := s.api.PublishViewContext(ctx, r)
			return s.api.judgeView(publishView, v, err)
		})
	})
}

// homePage writes the sections of a Home tab under each other. A mention there notifies no one.
// Where they are too much, they are plain sections, which are shorter, and of those the first.
func homePage(sections []words.Message) page {
	var whole page
	for _, m := range sections {
		for _, p := range pages(m, true) {
			whole.rich = append(append(whole.rich, p.rich...), p.below...)
			whole.plain = append(append(whole.plain, p.plain...), p.below...)
		}
	}
	if isTooMuch(whole.plain) {
		whole.plain = beginningOf(sections)
	}
	if isTooMuch(whole.rich) {
		whole.rich = whole.plain
	}
	return whole
}

// beginningOf is as much of a Home tab as there can be, in plain sections, with a line that
// says that it is not all.
func beginningOf(sections []words.Message) (all []slackgo.Block) {
	says := words.In(sections[0].Language).Notices.TooMuch
	rest := pages(words.Message{Lines: []words.Line{{Text: words.Text{{Text: says}}}}}, false)[0].plain
	for _, m := range sections {
		more := all[:len(all):len(all)]
		for _, p := range pages(m, true) {
			more = append(append(more, p.plain...), p.below...)
		}
		if isTooMuch(append(more[:len(more):len(more)], rest...)) {
			break
		}
		all = more
	}
	return append(all, rest...)
}

// isTooMuch reports whether blocks are more than a view can have, or than the payload of a click
// can bring back: that is ASCII in a form, with what Slack adds to it.
func isTooMuch(blocks []slackgo.Block) bool {
	raw, err := json.Marshal(blocks)
	if err != nil || len(blocks) > mostBlocks {
		return true
	}
	size := 0
	for _, r := range string(raw) {
		switch {
		case r > 0xffff:
			size += len("%5Cud83d%5Cude00")
		case r > unicode.MaxASCII:
			size += len("%5Cu3042")
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			size++
		default:
			size += len("%22")
		}
	}
	return size > longestClick
}
