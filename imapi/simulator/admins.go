package simulator

import "slices"

// modifyAdmin is modify_admin (1047/60525).
func (s *Server) modifyAdmin(body map[string]any) answer {
	id, ok := body["GroupId"].(string)
	if !ok {
		return badParameter("GroupId is missing or no string")
	}
	commandType := integer(body["CommandType"])
	if commandType != commandSet && commandType != commandCancel {
		return badParameter("CommandType is neither 1 nor 2")
	}
	users, refused := adminAccounts(body)
	if refused != nil {
		return *refused
	}
	if commandType == commandCancel {
		return s.groups.change(id, s.clock(), func(admins []string) ([]string, answer) {
			return s.cancel(admins, users)
		})
	}
	if len(users) > seats {
		code := codeBadParameter
		if s.rules.TooManyCode != 0 {
			code = s.rules.TooManyCode
		}
		return answer{code: code, info: "Admin_Account has more than 5 accounts"}
	}
	return s.groups.change(id, s.clock(), func(admins []string) ([]string, answer) {
		return s.set(admins, users)
	})
}

// adminAccounts reads Admin_Account, each account once.
func adminAccounts(body map[string]any) ([]string, *answer) {
	items, ok := body["Admin_Account"].([]any)
	if !ok || len(items) == 0 {
		refused := badParameter("Admin_Account is missing, empty or no array")
		return nil, &refused
	}
	users := make([]string, 0, len(items))
	for _, item := range items {
		user, ok := item.(string)
		if !ok {
			return nil, &answer{code: codeAccountNotString, info: "an account is no string"}
		}
		if !wellFormed(user, maxUserIDBytes) {
			refused := badParameter("an account is malformed")
			return nil, &refused
		}
		users = append(users, user)
	}
	return distinct(users), nil
}

// set returns the administrators after users were set, and the answer.
func (s *Server) set(admins, users []string) ([]string, answer) {
	if s.rules.StrictAccounts {
		for _, user := range users {
			if _, imported := s.accounts.find(user); !imported {
				return admins, answer{code: codeNoSuchAccount, info: "an account does not exist"}
			}
		}
	}
	union := distinct(slices.Concat(admins, users))
	switch {
	case s.rules.RefuseNoOps && len(union) < len(admins)+len(users):
		return admins, badParameter("an account is an administrator already")
	case len(union) <= seats:
		return union, answer{}
	case s.rules.PartialFill:
		return union[:max(seats, len(admins))], full()
	}
	return admins, full()
}

// cancel returns the administrators after users were cancelled, and the answer.
func (s *Server) cancel(admins, users []string) ([]string, answer) {
	left := slices.DeleteFunc(slices.Clone(admins), func(admin string) bool {
		return slices.Contains(users, admin)
	})
	if s.rules.RefuseNoOps && len(left) > len(admins)-len(users) {
		return admins, badParameter("an account is no administrator")
	}
	return left, answer{}
}

// getAdminList is get_admin_list (1047/60524).
func (s *Server) getAdminList(body map[string]any) answer {
	id, ok := body["GroupId"].(string)
	if !ok {
		return badParameter("GroupId is missing or no string")
	}
	admins, refused := s.groups.shown(id, s.clock())
	if refused != nil {
		return *refused
	}
	if len(admins) == 0 {
		return s.emptyList()
	}
	if s.rules.NewestFirst {
		slices.Reverse(admins)
	}
	list := make([]map[string]any, 0, len(admins))
	for _, admin := range admins {
		nickname, _ := s.accounts.find(admin)
		list = append(list, map[string]any{"Admin_Account": admin, "Avatar": "", "NickName": nickname})
	}
	return answer{fields: map[string]any{"Admin_List": list}}
}

func (s *Server) emptyList() answer {
	switch s.rules.EmptyList {
	case EmptyMissing:
		return answer{}
	case EmptyNull:
		return answer{fields: map[string]any{"Admin_List": nil}}
	default:
		return answer{fields: map[string]any{"Admin_List": []any{}}}
	}
}

func badParameter(info string) answer { return answer{code: codeBadParameter, info: info} }

func full() answer {
	return answer{code: CodeFullOrPlan, info: "the number of administrators would exceed 5"}
}
