package slack

import (
	"context"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"liveadmin/commands"
)

// How long a language counts after it was read, how long it is not asked for again after
// that failed, as without the scope users:read, and how long it may take to read.
const (
	languageAge   = 24 * time.Hour
	languagePause = time.Hour
	languageTime  = 5 * time.Second
	mostLanguages = 10_000 // people
)

// languages knows which language people read (users.info).
type languages struct {
	asking singleflight.Group

	mu   sync.Mutex
	read map[string]language // by "U…"
}

// language is a language as it was read last, or "" if it never was, and until when it counts.
type language struct {
	is    commands.Language
	until time.Time
}

// Language returns the language of a person, or "" if it is not known within LanguageWait, or
// before the context ends; each person is asked for once at a time.
func (s *Slack) Language(ctx context.Context, ref string) commands.Language {
	user := userOf(ref)
	last, known := s.languages.of(user, s.opts.Now())
	if known || user == "" || ctx.Err() != nil {
		return last
	}
	got := s.languages.asking.DoChan(user, func() (any, error) { return s.readLanguage(user), nil })
	ctx, cancel := context.WithTimeout(ctx, s.opts.LanguageWait)
	defer cancel()
	select {
	case r := <-got:
		l, _ := r.Val.(commands.Language)
		return l
	case <-ctx.Done():
		return last
	}
}

func (s *Slack) readLanguage(user string) commands.Language {
	ctx, cancel := context.WithTimeout(context.Background(), languageTime)
	defer cancel()
	last, _ := s.languages.of(user, s.opts.Now())
	l := language{last, s.opts.Now().Add(languagePause)}
	info, err := s.api.GetUserInfoContext(ctx, user)
	if err = s.api.judge(userInfo, err); err != nil {
		s.log.Debug("language not read", "user", user, "err", err)
	} else if info.Locale != "" {
		l = language{commands.Nearest(info.Locale), s.opts.Now().Add(languageAge)}
	}
	s.languages.keep(user, l)
	return l.is
}

// of returns the language of a user as it was read last; known is false if it has to be
// read again.
func (l *languages) of(user string, now time.Time) (_ commands.Language, known bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	have := l.read[user]
	return have.is, now.Before(have.until)
}

func (l *languages) keep(user string, is language) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.read == nil || len(l.read) >= mostLanguages {
		l.read = make(map[string]language)
	}
	l.read[user] = is
}
