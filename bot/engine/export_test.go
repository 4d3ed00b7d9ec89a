package engine

// OpenChanges is how many changes of people's commands count as open.
func (b *Engine) OpenChanges() int {
	b.backlog.mu.Lock()
	defer b.backlog.mu.Unlock()
	return b.backlog.all.changes
}
