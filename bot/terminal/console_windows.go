package terminal

import (
	"os"

	"golang.org/x/sys/windows"
)

// interpretEscapes has the console of Windows carry out escape sequences, which it shows as
// text otherwise.
func interpretEscapes(out *os.File) error {
	console, mode := windows.Handle(out.Fd()), uint32(0)
	if err := windows.GetConsoleMode(console, &mode); err != nil {
		return err
	}
	return windows.SetConsoleMode(console, mode|windows.ENABLE_VIRTUAL_TERMINAL_PROCESSING)
}
