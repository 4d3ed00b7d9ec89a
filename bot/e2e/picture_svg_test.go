package e2e

import (
	"fmt"
	"html"
	"slices"
	"strings"
	"testing"
)

// Where things stand in a picture, in pixels.
const (
	pictureWidth = 760
	leftEdge     = 24
	rightEdge    = pictureWidth - leftEdge
	avatarRadius = 18
	textIndent   = 2*avatarRadius + 12 // from a message's left edge to its text
	textSize     = 15
	smallSize    = 12.5
	lineHeight   = 1.5 // of the font size
)

// drawnNote stands in every picture.
const drawnNote = "Drawn from the bot’s messages; not a screenshot"

// canvas is a picture that is drawn from the top down: y is where the next thing goes.
type canvas struct {
	t     *testing.T
	style string
	parts []string
	y     float64
}

func newCanvas(t *testing.T, style string) *canvas { return &canvas{t: t, style: style} }

func (c *canvas) put(format string, args ...any) {
	c.parts = append(c.parts, fmt.Sprintf(format, args...))
}

// rect draws a rectangle with rounded corners at a height of its own.
func (c *canvas) rect(class string, x, y, width, height, radius float64) {
	c.parts = append(c.parts, rect(class, x, y, width, height, radius))
}

func rect(class string, x, y, width, height, radius float64) string {
	return fmt.Sprintf(`<rect class="%s" x="%.1f" y="%.1f" width="%.1f" height="%.1f" rx="%.1f"/>`, class, x, y, width, height, radius)
}

// text draws a piece of text on a base line, exactly as wide as it was measured.
func (c *canvas) text(s span, x, base, size float64) {
	width := s.width(size)
	if s.grounded() {
		c.rect(string(s.look)+"-ground", x, base-1.02*size, width, 1.36*size, 3)
		x, width = x+groundPadding, width-2*groundPadding
	}
	c.put(`<text class="%s" x="%.1f" y="%.1f" font-size="%.1f" textLength="%.1f">%s</text>`,
		s.look, x, base, s.fontSize(size), width, html.EscapeString(s.text))
}

// paragraph writes between two edges and moves down.
func (c *canvas) paragraph(left, right, size float64, spans ...span) {
	for _, r := range wrap(spans, size, right-left) {
		for _, p := range r {
			c.text(p.span, left+p.x, c.y+1.08*size, size)
		}
		c.y += lineHeight * size
	}
}

// behind draws a rectangle around what draw draws, with a padding.
func (c *canvas) behind(class string, x, width, padding, radius float64, draw func()) {
	at, top := len(c.parts), c.y
	c.y += padding
	draw()
	c.y += padding
	c.parts = slices.Insert(c.parts, at, rect(class, x, top, width, c.y-top, radius))
}

// avatar draws who says something as a circle with the first letter of the name.
func (c *canvas) avatar(name string, x, y, radius float64) {
	c.put(`<circle class="%s" cx="%.1f" cy="%.1f" r="%.1f"/>`, name, x+radius, y+radius, radius)
	c.put(`<text class="initial" x="%.1f" y="%.1f" font-size="%.1f" text-anchor="middle">%s</text>`,
		x+radius, y+1.36*radius, radius, strings.ToUpper(name[:1]))
}

// header draws the channel's name and what kind of picture this is.
func (c *canvas) header(channel string) {
	name, note := span{strong, channel}, span{faint, drawnNote}
	c.text(name, leftEdge, 31, 16)
	c.text(note, rightEdge-note.width(smallSize), 31, smallSize)
	c.rect("rule", 0, 48, pictureWidth, 1, 0)
	c.y = 66
}

// typed draws what somebody types, in the field for it.
func (c *canvas) typed(name string, what ...span) {
	const small = 11
	c.avatar(name, leftEdge+avatarRadius-small, c.y, small)
	c.text(span{faint, name + " types"}, leftEdge+textIndent, c.y+15, 13)
	c.y += 26
	c.behind("field", leftEdge+textIndent, rightEdge-leftEdge-textIndent, 6, 6, func() {
		c.paragraph(leftEdge+textIndent+12, rightEdge-12, 14, what...)
	})
	c.y += 14
}

// says draws the bot's picture, name and time, and what it says beside it.
func (c *canvas) says(left float64, clock string, draw func(textLeft float64)) {
	name, app := span{strong, "liveadmin"}, span{faint, "APP"}
	x, base := left+textIndent, c.y+14
	c.avatar("liveadmin", left, c.y+1, avatarRadius)
	c.text(name, x, base, textSize)
	x += name.width(textSize) + 8
	c.rect("badge", x, base-11.5, app.width(10)+8, 14.5, 3)
	c.text(app, x+4, base-1, 10)
	x += app.width(10) + 18
	c.text(span{faint, clock}, x, base, smallSize)
	c.y += 21
	draw(left + textIndent)
	c.y += 10
}

// threaded draws the line that leads from a message to its thread.
func (c *canvas) threaded(draw func(left float64)) {
	const x, width = leftEdge + textIndent, 3
	top := c.y
	draw(x + width + 15)
	c.rect("thread", x, top, width, c.y-top-8, width/2.0)
	c.y += 14
}

// buttons draws buttons in rows.
func (c *canvas) buttons(left, right float64, labels []string) {
	const size, height, padding, gap = 13.5, 30, 12, 8
	x := left
	for _, words := range labels {
		s := span{label, words}
		width := s.width(size) + 2*padding
		if x+width > right && x > left {
			x, c.y = left, c.y+height+gap
		}
		c.rect("button", x, c.y, width, height, 5)
		c.text(s, x+padding, c.y+20, size)
		x += width + gap
	}
	c.y += height + 4
}

// svg is the picture as a file.
func (c *canvas) svg(title string) string {
	height := c.y + 8
	return fmt.Sprintf(`<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%.0f" viewBox="0 0 %[1]d %.0[2]f" role="img" xml:space="preserve">
<title>%s. %s.</title>
<style>%s%s</style>
`, pictureWidth, height, html.EscapeString(title), drawnNote, commonStyle, c.style) +
		rect("page", 0.5, 0.5, pictureWidth-1, height-1, 10) + "\n" + strings.Join(c.parts, "\n") + "\n</svg>\n"
}

const commonStyle = `
text { font-family: -apple-system, "Segoe UI", Helvetica, Arial, "Liberation Sans", sans-serif; white-space: pre }
.code { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace }
.strong, .label, .initial { font-weight: 700 }
.initial { fill: #fff }
.liveadmin { fill: #0b6e99 } .alice { fill: #8a4b08 } .mallory { fill: #5b3a8c }
.page { fill: #fff; stroke: #d0d7de }
`
