package discord

import (
	"errors"
	"fmt"
	"io"
	"net"

	"github.com/gorilla/websocket"
)

// Why a socket ends, if there is no error of the network.
var (
	errDeaf      = errors.New("discord did not answer a new session in time")
	errSilent    = errors.New("discord does not answer heartbeats any more")
	errReconnect = errors.New("discord asked for another socket")
	errInvalid   = errors.New("discord ended the session")
	errBinary    = errors.New("discord sent a binary message")
	errLeft      = errors.New("discordgo let the socket go")
)

// Codes with which Discord closes a socket (docs: topics/opcodes-and-status-codes).
const (
	closeNotAuthenticated = 4004
	closeBadSequence      = 4007
	closeTimedOut         = 4009
	closeBadShard         = 4010
	closeTooManyServers   = 4011
	closeBadVersion       = 4012
	closeBadIntents       = 4013
	closeDeniedIntents    = 4014
)

// closedError is that Discord closed a socket, with its code.
type closedError int

func (e closedError) Error() string {
	text := fmt.Sprintf("discord closed the socket with code %d", int(e))
	switch e {
	case closeTooManyServers:
		text += ": the bot is in too many servers for one session"
	case closeBadShard, closeBadVersion, closeBadIntents, closeDeniedIntents:
		text += ": it does not accept how this version of liveadmin opens a session"
	}
	return text
}

// isHopeless reports whether the settings or the program must change before a session can
// begin.
func (e closedError) isHopeless() bool { return e >= closeBadShard && e <= closeDeniedIntents }

// ended returns why reading the socket failed. What Discord writes beside a code is left out.
func (r *relay) ended(err error) error {
	if closed, ok := errors.AsType[*websocket.CloseError](err); ok {
		if closed.Code == websocket.CloseAbnormalClosure { // gorilla's word for a socket that broke
			return fmt.Errorf("reading the socket: %w", io.ErrUnexpectedEOF)
		}
		return closedError(closed.Code)
	}
	if late, ok := errors.AsType[net.Error](err); ok && late.Timeout() {
		if r.ready.IsZero() {
			return errDeaf
		}
		return errSilent
	}
	return fmt.Errorf("reading the socket: %w", err)
}

// isResumable reports whether a session may go on after its socket ended so. After a frame
// that is broken, binary or too long it must not: it would be sent again.
func isResumable(err error) bool {
	if closed, ok := errors.AsType[closedError](err); ok {
		switch closed {
		case closeNotAuthenticated, closeBadSequence, closeTimedOut:
			return false
		}
		return !closed.isHopeless()
	}
	_, lost := errors.AsType[net.Error](err)
	return lost || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, errReconnect) || errors.Is(err, errSilent)
}
