package config

// HTTPAddr reads HTTP_ADDR alone, as Load does, for a look at the running instance
// from beside it: whatever else is set wrong is of no interest. Its error is
// Problems.
func HTTPAddr(dir string, environ []string) (string, error) {
	s := gather(dir, environ)
	s.problems = nil // of other variables, and of lines of .env that are none
	var c Config
	for _, v := range table() {
		if v.Name == "HTTP_ADDR" {
			s.note(v.Name, v.set(&c, s.value(v))...)
		}
	}
	if len(s.problems) > 0 {
		return "", s.problems
	}
	return c.HTTPAddr, nil
}
