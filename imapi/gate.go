package imapi

// WithGate has gate asked right before each request is written, and again before
// each repetition: when its connection stands and it has its turn. If gate returns
// an error, nothing is sent, and the call fails with that error, wrapped, and not
// as an *Error: it says nothing about Tencent. Without a gate, or with nil, every
// request goes. gate is called by many goroutines and must be quick.
func WithGate(gate func() error) Option {
	return func(s *settings) {
		if gate != nil {
			s.gate = gate
		}
	}
}

func alwaysOpen() error { return nil }
