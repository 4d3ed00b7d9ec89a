package simulator

import "sync"

const (
	maxUserIDBytes = 32  // 1047/34953
	maxCheckItems  = 100 // 1047/34956
)

// accounts holds who was imported, with nicknames. Its zero value is empty.
type accounts struct {
	exists    func(id string) bool // besides those that were added; nil: none
	mu        sync.Mutex
	nicknames map[string]string
}

// AddAccount imports an account, or renames it.
func (s *Server) AddAccount(id, nickname string) {
	s.accounts.mu.Lock()
	defer s.accounts.mu.Unlock()
	if s.accounts.nicknames == nil {
		s.accounts.nicknames = map[string]string{}
	}
	s.accounts.nicknames[id] = nickname
}

// find returns an account's nickname, and whether there is such an account.
func (a *accounts) find(id string) (nickname string, imported bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	nickname, imported = a.nicknames[id]
	return nickname, imported || a.exists != nil && a.exists(id)
}

// accountCheck is account_check (1047/34956). Wrong parameters are 70402, more
// than 100 items 70206: the login service has codes of its own.
func (s *Server) accountCheck(body map[string]any) answer {
	items, ok := body["CheckItem"].([]any)
	if !ok || len(items) == 0 {
		return answer{code: codeLoginParameter, info: "CheckItem is missing, empty or no array"}
	}
	if len(items) > maxCheckItems {
		return answer{code: codeBatchCount, info: "CheckItem has more than 100 items"}
	}
	results := make([]map[string]any, 0, len(items))
	for _, item := range items {
		fields, _ := item.(map[string]any)
		value, ok := fields["UserID"]
		if !ok {
			return answer{code: codeLoginParameter, info: "an item of CheckItem has no UserID"}
		}
		user, ok := value.(string)
		if !ok {
			return answer{code: codeAccountNotString, info: "a UserID is no string"}
		}
		if !wellFormed(user, maxUserIDBytes) {
			return answer{code: codeLoginParameter, info: "a UserID is malformed"}
		}
		status := "NotImported"
		if _, imported := s.accounts.find(user); imported {
			status = "Imported"
		}
		results = append(results, map[string]any{
			"UserID": user, "ResultCode": 0, "ResultInfo": "", "AccountStatus": status,
		})
	}
	return answer{fields: map[string]any{"ResultItem": results}}
}
