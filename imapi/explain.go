package imapi

// Codes lists every code that Explain knows, in ascending order.
func Codes() []int {
	var numbers []int
	for _, c := range codes {
		numbers = append(numbers, c.number)
	}
	return numbers
}

// Explain says what a failure means (a clause: no capital, no full stop) and
// what the operator does about it (sentences), from the parts of an *Error. It
// does not know the ErrorInfo: show that too.
func Explain(op string, code int, kind Kind) (meaning, remedy string) {
	switch {
	case code == 0:
		return explainKind(op, kind)
	case code == CodeFullOrPlan && kind != KindFullOrPlan:
		return explainKind(op, kind)
	}
	row, _ := lookUp(code)
	return row.meaning, row.remedy
}

// Meaning says what happened, as Explain does, and adds Tencent's own words
// where the code alone says too little.
func (e *Error) Meaning() string {
	meaning, _ := Explain(e.Op, e.Code, e.kind)
	if e.Info == "" || !InfoSaysMore(e.Code) {
		return meaning
	}
	return meaning + ": " + e.Info
}

// InfoSaysMore reports whether the remedy for a code begins with reading the ErrorInfo,
// which then must be shown too: the code alone says too little.
func InfoSaysMore(code int) bool {
	switch code {
	case 0:
		return false
	case 10004, 10016, 60022, 70402:
		return true
	default:
		_, documented := lookUp(code)
		return !documented
	}
}

// Remedy says what the operator does about it, as Explain does.
func (e *Error) Remedy() string {
	_, remedy := Explain(e.Op, e.Code, e.kind)
	return remedy
}

// explainKind is for failures without an answer of the API, and for 10008 once
// a reading has shown what it means.
func explainKind(op string, kind Kind) (meaning, remedy string) {
	switch kind {
	case KindFull:
		return "the five administrator seats of this group are taken", "Remove an administrator first."
	case KindPlan:
		return "the plan of the application does not include live administrators, or a switch in the console is off",
			"Check the plan. Turn on \"Live streaming group online member list\" in the console."
	case KindInput:
		return "the request is wrong, so it was not sent", "Correct the command."
	case KindUnknown:
		return "Tencent Chat did not answer; the change may or may not have been made", "List the group to see who is an administrator now, or try again."
	case KindClock:
		return "the clock of this machine is wrong, so Tencent Chat can refuse its signatures (UserSig)",
			"Set the clock of this machine, and let it follow a time server (NTP)."
	case KindTransient:
		meaning = "Tencent Chat could not be reached, or its answer could not be read"
		if op == OpChange {
			meaning += "; nothing was changed"
		}
		return meaning, "Try again. If it stays so, check the network, and the region or IM_BASE_URL."
	default:
		return "the call failed", "Try again. If it stays so, look in the log."
	}
}
