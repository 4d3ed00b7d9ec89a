package imapi

import (
	"context"
	"fmt"
	"slices"
)

// maxAccounts is how many users one account_check takes (1047/34956).
const maxAccounts = 100

// The values of CommandType (1047/60525).
const (
	commandSet    = 1
	commandCancel = 2
)

// Admins reads the administrators of a group, in the order of their UserIDs.
func (c *Client) Admins(ctx context.Context, g GroupID) ([]Admin, error) {
	return c.budgeted().admins(ctx, g, maxTries)
}

func (c *Client) admins(ctx context.Context, g GroupID, tries int) ([]Admin, error) {
	q := newRequest(opGetAdminList, g, struct{ GroupId GroupID }{g})
	answer, err := c.read(ctx, q, tries)
	if err != nil {
		return nil, err
	}
	return answer.admins(), nil
}

// SetAdmins makes one to five users administrators of a group; those who are
// already stay so. It fails with KindFull if the group would pass five.
func (c *Client) SetAdmins(ctx context.Context, g GroupID, users []UserID) error {
	users = unique(users)
	if len(users) == 0 || len(users) > Seats {
		return inputError(OpChange, fmt.Sprintf("1 to %d users can be set at once, not %d", Seats, len(users)))
	}
	return c.budgeted().change(ctx, desired{group: g, command: commandSet, users: users})
}

// CancelAdmins takes the right from users; those who do not have it stay
// without. More than five users take several calls: what the first have done
// remains if a later one fails.
func (c *Client) CancelAdmins(ctx context.Context, g GroupID, users []UserID) error {
	users = unique(users)
	if len(users) == 0 {
		return inputError(OpChange, "no users were named")
	}
	c = c.budgeted()
	for some := range slices.Chunk(users, Seats) {
		if err := c.change(ctx, desired{group: g, command: commandCancel, users: some}); err != nil {
			return err
		}
	}
	return nil
}

// Accounts says of each user, up to 100, whether an account has that UserID. It has a
// budget of its own, of six seconds, because it only words a warning and must not use up
// the time of what is asked at the same time.
func (c *Client) Accounts(ctx context.Context, users []UserID) (map[UserID]bool, error) {
	users = unique(users)
	if len(users) == 0 || len(users) > maxAccounts {
		return nil, inputError(opAccountCheck, fmt.Sprintf("1 to %d users can be checked at once, not %d", maxAccounts, len(users)))
	}
	answer, err := c.Within(accountsTime).read(ctx, accountCheck(users), maxTries)
	if err != nil {
		return nil, err
	}
	known, complete := answer.accounts(users)
	if !complete {
		return nil, &Error{Op: opAccountCheck, Info: "the answer does not say of every user whether there is an account", kind: KindTransient}
	}
	return known, nil
}

func accountCheck(users []UserID) *request {
	type item struct{ UserID UserID }
	var body struct{ CheckItem []item }
	for _, u := range users {
		body.CheckItem = append(body.CheckItem, item{u})
	}
	return newRequest(opAccountCheck, "", body)
}

func unique(users []UserID) []UserID {
	var kept []UserID
	for _, u := range users {
		if !slices.Contains(kept, u) {
			kept = append(kept, u)
		}
	}
	return kept
}

func inputError(op, info string) *Error {
	return &Error{Op: op, Info: info, kind: KindInput}
}
