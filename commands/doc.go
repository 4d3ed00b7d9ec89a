// Package commands is what people can ask the bot for, as data: a command and whom and
// what it is about, the plan and the outcome of its part on one group, and the table of
// commands. Reading, deciding, planning and wording are packages of their own.
package commands
