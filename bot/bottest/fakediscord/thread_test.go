package fakediscord_test

import (
	"strings"
	"testing"

	"liveadmin/bot/bottest/fakediscord"
)

func TestAThreadFromAResponse(t *testing.T) {
	for _, row := range []struct {
		channel string
		kind    int
	}{{general, fakediscord.PublicThread}, {news, fakediscord.AnnouncementThread}} {
		s := guild(t, fakediscord.Config{})
		c := client(t, s)
		i := answered(t, s, row.channel, respond(4, "summary", 0))
		original, _ := i.Original()
		opened, err := c.MessageThreadStart(row.channel, original.ID, "add friday-show", 1440)
		if err != nil || opened.ID != original.ID || opened.ParentID != row.channel {
			t.Fatalf("got %+v, %v", opened, err)
		}
		if _, err := c.ChannelMessageSend(opened.ID, "result"); err != nil {
			t.Fatal(err)
		}
		there, found := i.Thread()
		if !found || there.Name != "add friday-show" || there.Type != row.kind || there.AutoArchive != 1440 || there.Starter != original.ID {
			t.Errorf("got %+v", there)
		}
		if list := s.Messages(there.ID); len(list) != 1 || list[0].Content != "result" {
			t.Errorf("got %+v", list)
		}
		threads := s.Threads(row.channel)
		if last := threads[len(threads)-1]; last.ID != there.ID {
			t.Errorf("got %+v", threads)
		}
		if _, err := c.MessageThreadStart(row.channel, original.ID, "again", 1440); code(t, err) != fakediscord.ThreadExists {
			t.Errorf("the second: %v", err)
		}
		read, err := c.InteractionResponse(of(s, i))
		if err != nil || read.Thread == nil || read.Thread.ID != original.ID {
			t.Errorf("got %+v, %v", read, err)
		}
	}
}

func TestWhereNoThreadStarts(t *testing.T) {
	lock := func(c *fakediscord.Channel) { c.Locked = true }
	full := func(c *fakediscord.Channel) { c.ThreadsFull = true }
	for _, row := range []struct {
		name, channel, body string
		edit                func(*fakediscord.Channel)
		code                int
	}{
		{"a text channel", general, `{"name":"x"}`, nil, 0},
		{"a name of 100", general, `{"name":"` + strings.Repeat("x", 100) + `","auto_archive_duration":60}`, nil, 0},
		{"a name of 101", general, `{"name":"` + strings.Repeat("x", 101) + `"}`, nil, fakediscord.InvalidForm},
		{"no name", general, `{}`, nil, fakediscord.InvalidForm},
		{"a blank name", general, `{"name":" "}`, nil, fakediscord.InvalidForm},
		{"a strange duration", general, `{"name":"x","auto_archive_duration":61}`, nil, fakediscord.InvalidForm},
		{"no JSON", general, `{`, nil, fakediscord.InvalidJSON},
		{"a thread", thread, `{"name":"x"}`, nil, fakediscord.WrongChannelType},
		{"a voice channel", voice, `{"name":"x"}`, nil, fakediscord.WrongChannelType},
		{"unseen", general, `{"name":"x"}`, deny(fakediscord.ViewChannel), fakediscord.MissingAccess},
		{"not permitted", general, `{"name":"x"}`, deny(fakediscord.CreatePublicThreads), fakediscord.MissingPermissions},
		{"without the history", general, `{"name":"x"}`, deny(fakediscord.ReadMessageHistory), fakediscord.MissingPermissions},
		{"locked", general, `{"name":"x"}`, lock, fakediscord.ThreadLocked},
		{"full", general, `{"name":"x"}`, full, fakediscord.TooManyThreads},
	} {
		t.Run(row.name, func(t *testing.T) {
			s := guild(t, fakediscord.Config{})
			m := s.Say(alice, row.channel, "x")
			if row.edit != nil {
				s.EditChannel(row.channel, row.edit)
			}
			status, body := call(t, s, "POST", "/channels/"+row.channel+"/messages/"+m.ID+"/threads", row.body)
			if codeOf(body) != row.code || (status == 201) != (row.code == 0) {
				t.Errorf("got %d %v", status, body)
			}
			if _, there := s.Channel(m.ID); there != (row.code == 0) {
				t.Errorf("it is there: %v", there)
			}
		})
	}
	t.Run("an ephemeral response", func(t *testing.T) {
		s := guild(t, fakediscord.Config{})
		m, _ := answered(t, s, general, respond(4, "x", 64)).Original()
		if _, err := client(t, s).MessageThreadStart(general, m.ID, "x", 60); code(t, err) != fakediscord.UnknownMessage {
			t.Errorf("got %v", err)
		}
	})
}

func TestArchivedThreads(t *testing.T) {
	s := guild(t, fakediscord.Config{})
	c := client(t, s)
	sent := must(c.ChannelMessageSend(thread, "x"))
	s.EditChannel(thread, func(c *fakediscord.Channel) { c.Archived = true })
	if _, err := c.ChannelMessageEdit(thread, sent.ID, "y"); code(t, err) != fakediscord.ArchivedThread {
		t.Errorf("an edit: %v", err)
	}
	if _, err := c.ChannelMessageSend(thread, "z"); err != nil { // opens it again
		t.Error(err)
	}
	if _, err := c.ChannelMessageEdit(thread, sent.ID, "y"); err != nil {
		t.Error(err)
	}
}

func TestADeletedThread(t *testing.T) {
	s := guild(t, fakediscord.Config{})
	s.DeleteChannel(thread)
	if _, err := client(t, s).ChannelMessageSend(thread, "x"); code(t, err) != fakediscord.UnknownChannel {
		t.Errorf("got %v", err)
	}
}
