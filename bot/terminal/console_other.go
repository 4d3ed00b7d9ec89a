//go:build !windows

package terminal

import "os"

// interpretEscapes does nothing: terminals carry out escape sequences.
func interpretEscapes(*os.File) error { return nil }
