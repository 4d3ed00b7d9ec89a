package bot

import (
	"liveadmin/commands"
	"liveadmin/commands/policy"
)

// Rules is what the config file says at the moment: who may do what, and what
// people can type instead of IDs.
type Rules struct {
	Policy policy.Policy
	Names  commands.Names
}
