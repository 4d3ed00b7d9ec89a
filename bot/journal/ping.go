package journal

import (
	"context"
	"crypto/rand"
	"errors"
)

// Ping asks whether the database answers, and whether this instance can write to it:
// with a write of its own if the last one was refused, as by a full disk.
func (j *Journal) Ping(ctx context.Context) error {
	if err := j.Held(); err != nil {
		return err
	}
	if !j.refused.Load() {
		return j.Reader.Ping(ctx)
	}
	err := j.Remember(ctx, "probed", rand.Text())
	if err == nil {
		j.refused.Store(false)
	}
	return err
}

// wrote takes notice of how a write ended. That one succeeded says nothing: it may
// have changed nothing.
func (j *Journal) wrote(ctx context.Context, doing string, err error) error {
	if err == nil {
		return nil
	}
	err = j.failed(ctx, doing, err)
	if _, refused := errors.AsType[*StorageError](err); refused {
		j.refused.Store(true)
	}
	return err
}
