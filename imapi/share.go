package imapi

// Share is how many calls of one command can wait or be in flight at once: a
// tenth of the limit, and at least one.
func (c *Client) Share() int { return max(1, c.limit/10) }
