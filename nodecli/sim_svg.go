package main

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// Measures of the drawing, in pixels.
const (
	panelWidth, panelHeight = 300, 240
	panelLeft, panelTop     = 62, 64
	panelStep               = panelLeft + panelWidth + 96 // from one panel to the next: room for the names of its lines
	labelHeight             = 16
)

// drawing is an SVG under way.
type drawing struct{ strings.Builder }

func (d *drawing) add(format string, args ...any) { fmt.Fprintf(d, format+"\n", args...) }

// drawElections draws what was measured: the messages and the time, each over
// the number of nodes, with a line per election. It follows the reader's choice
// of light or dark.
func drawElections(m measuredJSON) string {
	var d drawing
	width, height := 2*panelStep, panelTop+panelHeight+56
	d.add(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" role="img" aria-label="Messages and time to a new master by number of nodes, for each election">`,
		width, height, width, height)
	d.add(`<style>
  text { font: 13px system-ui, sans-serif; fill: #333 }
  .title { font-size: 15px; font-weight: 600 }
  .grid { stroke: #ddd }
  polyline[class] { fill: none; stroke-width: 2 }
  .e0 { stroke: #0b6bcb; fill: #0b6bcb } .e1 { stroke: #b3530a; fill: #b3530a }
  .e2 { stroke: #0a7d47; fill: #0a7d47 } .e3 { stroke: #8a3ab9; fill: #8a3ab9 }
  text.e0, text.e1, text.e2, text.e3 { stroke: none; font-weight: 600 }
  @media (prefers-color-scheme: dark) {
    text { fill: #ddd } .grid { stroke: #444 }
    .e0 { stroke: #6cb2ff; fill: #6cb2ff } .e1 { stroke: #ffa45c; fill: #ffa45c }
    .e2 { stroke: #5fd49a; fill: #5fd49a } .e3 { stroke: #d39bff; fill: #d39bff }
  }
</style>`)
	messages := newPanel(m, 0, true, func(e electionJSON) int64 { return e.Messages.P50 })
	messages.draw(&d, "Messages to a new master")
	took := newPanel(m, panelStep, false, func(e electionJSON) int64 { return e.TookMS.P50 })
	took.draw(&d, "Milliseconds to a new master")
	d.add(`<text x="%d" y="%d">Median of %d simulated rooms each. Across: nodes of the room.</text>`, panelLeft, height-12, m.Runs)
	d.add(`</svg>`)
	return d.String()
}

// panel is one chart of the drawing: a value over the number of nodes.
type panel struct {
	of    measuredJSON
	value func(electionJSON) int64
	left  int
	log   bool // the values stand on a logarithmic scale
	top   int64
	sizes []int
	names []string
}

func newPanel(m measuredJSON, left int, log bool, value func(electionJSON) int64) *panel {
	p := &panel{of: m, value: value, left: left + panelLeft, log: log, top: 1}
	for _, e := range m.Elections {
		p.top = max(p.top, value(e))
		if !slices.Contains(p.sizes, e.Nodes) {
			p.sizes = append(p.sizes, e.Nodes)
		}
		if !slices.Contains(p.names, e.Election) {
			p.names = append(p.names, e.Election)
		}
	}
	slices.Sort(p.sizes)
	return p
}

// x is where a number of nodes stands: they have equal distances.
func (p *panel) x(nodes int) int {
	return p.left + slices.Index(p.sizes, nodes)*panelWidth/max(1, len(p.sizes)-1)
}

func (p *panel) y(value int64) int {
	part := float64(value) / float64(p.ceiling())
	if p.log {
		part = math.Log10(float64(max(1, value))) / math.Log10(float64(p.ceiling()))
	}
	return panelTop + panelHeight - int(math.Round(part*panelHeight))
}

// ceiling is the value at the top: the last mark of the scale.
func (p *panel) ceiling() int64 { return slices.Max(p.marks()) }

// marks are the values with a line and a number.
func (p *panel) marks() []int64 {
	marks := []int64{1}
	if p.log {
		for marks[len(marks)-1] < max(p.top, 2) {
			marks = append(marks, marks[len(marks)-1]*10)
		}
		return marks
	}
	step := int64(1)
	for _, factor := range []int64{1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000} {
		if step = factor; step*5 >= p.top {
			break
		}
	}
	marks = []int64{0}
	for marks[len(marks)-1] < p.top {
		marks = append(marks, marks[len(marks)-1]+step)
	}
	return marks
}

func (p *panel) draw(d *drawing, title string) {
	d.add(`<text class="title" x="%d" y="%d">%s</text>`, p.left, panelTop-26, title)
	for _, mark := range p.marks() {
		y := p.y(mark)
		d.add(`<line class="grid" x1="%d" y1="%d" x2="%d" y2="%d"/>`, p.left, y, p.left+panelWidth, y)
		d.add(`<text text-anchor="end" x="%d" y="%d">%d</text>`, p.left-8, y+4, mark)
	}
	for _, nodes := range p.sizes {
		d.add(`<text text-anchor="middle" x="%d" y="%d">%d</text>`, p.x(nodes), panelTop+panelHeight+20, nodes)
	}
	ends := make([]int, len(p.names))
	for i, name := range p.names {
		var points []string
		for _, e := range p.of.Elections {
			if e.Election == name {
				x, y := p.x(e.Nodes), p.y(p.value(e))
				points = append(points, fmt.Sprintf("%d,%d", x, y))
				d.add(`<circle class="e%d" cx="%d" cy="%d" r="3"><title>%s, %d nodes: %d</title></circle>`, i, x, y, name, e.Nodes, p.value(e))
				ends[i] = y
			}
		}
		d.add(`<polyline class="e%d" points="%s"/>`, i, strings.Join(points, " "))
	}
	p.label(d, ends)
}

// label writes the names at the ends of the lines, apart from each other.
func (p *panel) label(d *drawing, ends []int) {
	order := make([]int, len(ends))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return ends[b] - ends[a] }) // from below
	limit := panelTop + panelHeight + labelHeight
	for _, i := range order {
		y := min(ends[i], limit-labelHeight)
		limit = y
		d.add(`<text class="e%d" x="%d" y="%d">%s</text>`, i, p.left+panelWidth+10, y+4, p.names[i])
	}
}
