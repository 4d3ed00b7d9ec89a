package terminal

import "liveadmin/commands/words"

func (t *Terminal) greet() {
	_ = t.write("This is a chat with liveadmin in it, and a stand-in for Tencent Chat behind it.\n" +
		"Try:  " + words.Name + " add @TGS#a6I4ZUUGO user1\n" +
		"      " + words.Name + " list @TGS#a6I4ZUUGO\n" +
		"      " + words.Name + " groups\n" +
		"/as NAME speaks as somebody else (" + t.others() + "). /quit ends.\n")
}

func (t *Terminal) others() string {
	s := ""
	for i, name := range t.Speakers[1:] {
		if i > 0 {
			s += ", "
		}
		s += name
	}
	return s
}
