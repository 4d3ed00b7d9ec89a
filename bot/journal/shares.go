package journal

// divide returns the divisor of the rate limit that an instance uses next. uses is
// the one that it uses now, 0 if it has been allowed to send nothing yet; others
// are those on record of the other living instances. fewer says that for a whole
// lease there have been fewer instances than uses.
//
// Whoever takes a part of 1/n has seen n instances in all, and none of them with
// more than that; all look and take in turn. So the parts never exceed the whole. A
// smaller part can be used at once; then others find room.
func divide(uses int, others []int64, fewer bool) int {
	n := 1 + len(others)
	if uses != 0 && n > uses {
		return n
	}
	if uses != 0 && n < uses && !fewer {
		return uses
	}
	for _, other := range others {
		if other != 0 && other < int64(n) {
			return uses
		}
	}
	return n
}
