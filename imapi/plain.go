package imapi

import "unicode/utf8"

// readPlain takes an answer apart if it is written as the API ordinarily writes
// it. encoding/json takes eight times as long, which is 7 % of a call; it is left
// to decide about everything unusual: an escape, a null, an unknown field.
func readPlain(body []byte) (_ *reply, ordinary bool) {
	p := plain{rest: body, unusual: !utf8.Valid(body)}
	r := new(reply)
	p.object(func(name []byte) {
		switch string(name) {
		case "ActionStatus":
			r.ActionStatus = p.text()
		case "ErrorCode":
			r.ErrorCode = p.number()
		case "ErrorInfo":
			r.ErrorInfo = p.text()
		case "Admin_List":
			p.unusual = p.unusual || len(r.Admins) > 0 // a second list
			p.list(func() { r.Admins = append(r.Admins, p.admin()) })
		case "ResultItem":
			p.unusual = p.unusual || len(r.Accounts) > 0
			p.list(func() { r.Accounts = append(r.Accounts, p.account()) })
		default:
			p.unusual = true
		}
	})
	p.space()
	return r, !p.unusual && len(p.rest) == 0
}

func (p *plain) admin() (a replyAdmin) {
	p.object(func(name []byte) {
		switch string(name) {
		case "Admin_Account":
			a.Account = UserID(p.text())
		case "NickName":
			a.Nickname = p.text()
		case "Avatar":
			p.quoted()
		default:
			p.unusual = true
		}
	})
	return a
}

func (p *plain) account() (a replyAccount) {
	p.object(func(name []byte) {
		switch string(name) {
		case "UserID":
			a.User = UserID(p.text())
		case "AccountStatus":
			a.Status = p.text()
		case "ResultCode":
			p.number()
		case "ResultInfo":
			p.quoted()
		default:
			p.unusual = true
		}
	})
	return a
}

// plain reads JSON from the front of rest until something is unusual; what it
// returns then means nothing.
type plain struct {
	rest    []byte
	unusual bool
}

// object calls field for each field, which must read the value.
func (p *plain) object(field func(name []byte)) {
	p.expect('{')
	for more := !p.take('}'); more && !p.unusual; more = p.more('}') {
		name := p.quoted()
		p.expect(':')
		field(name)
	}
}

// list calls item for each item, which must read it.
func (p *plain) list(item func()) {
	p.expect('[')
	for more := !p.take(']'); more && !p.unusual; more = p.more(']') {
		item()
	}
}

func (p *plain) more(end byte) bool {
	if p.take(',') {
		return true
	}
	p.expect(end)
	return false
}

func (p *plain) text() string { return string(p.quoted()) }

// quoted reads a text without escapes.
func (p *plain) quoted() []byte {
	p.expect('"')
	for i, c := range p.rest {
		switch {
		case c == '"':
			text := p.rest[:i]
			p.rest = p.rest[i+1:]
			return text
		case c < ' ' || c == '\\':
			p.unusual = true
			return nil
		}
	}
	p.unusual = true
	return nil
}

// number reads an integer of up to nine digits.
func (p *plain) number() (n int) {
	p.space()
	digits := 0
	for digits < len(p.rest) && '0' <= p.rest[digits] && p.rest[digits] <= '9' {
		n = 10*n + int(p.rest[digits]-'0')
		digits++
	}
	if digits == 0 || digits > 9 || digits > 1 && p.rest[0] == '0' {
		p.unusual = true
	}
	p.rest = p.rest[digits:]
	return n
}

func (p *plain) expect(c byte) {
	if !p.take(c) {
		p.unusual = true
	}
}

// take reads c if it comes next.
func (p *plain) take(c byte) bool {
	p.space()
	if len(p.rest) == 0 || p.rest[0] != c {
		return false
	}
	p.rest = p.rest[1:]
	return true
}

func (p *plain) space() {
	for len(p.rest) > 0 {
		switch p.rest[0] {
		case ' ', '\t', '\r', '\n':
			p.rest = p.rest[1:]
		default:
			return
		}
	}
}
