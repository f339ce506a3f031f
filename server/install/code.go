package install

import (
	"bytes"
	"fmt"
	"image/color"
	"io"
	"strings"

	"github.com/boombuler/barcode/qr"
)

// quiet is the white border in modules that scanners need.
const quiet = 4

// code is a QR code: true where it is dark, the border included.
type code [][]bool

func newCode(text string) (code, error) {
	made, err := qr.Encode(text, qr.M, qr.Auto)
	if err != nil {
		return nil, fmt.Errorf("make a QR code of %q: %w", text, err)
	}
	side := made.Bounds().Dx()
	c := make(code, side+2*quiet)
	for y := range c {
		c[y] = make([]bool, side+2*quiet)
	}
	for y := range side {
		for x := range side {
			c[y+quiet][x+quiet] = color.GrayModel.Convert(made.At(x, y)).(color.Gray).Y < 128
		}
	}
	return c, nil
}

// Picture is a QR code of a text for a page, as an SVG document.
func Picture(text string) ([]byte, error) {
	c, err := newCode(text)
	if err != nil {
		return nil, err
	}
	return c.svg(), nil
}

// svg draws it for a page: dark on white in every theme.
func (c code) svg() []byte {
	var out bytes.Buffer
	fmt.Fprintf(&out, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" shape-rendering="crispEdges"><path fill="#fff" d="M0 0h%dv%dH0z"/><path d="`, len(c), len(c), len(c), len(c))
	for y, row := range c {
		for x, dark := range row {
			if dark {
				fmt.Fprintf(&out, "M%d %dh1v1h-1z", x, y)
			}
		}
	}
	out.WriteString(`"/></svg>`)
	return out.Bytes()
}

// print draws it with half blocks, two rows a line. On a terminal the colours are set, so that it is dark on white whatever
// the terminal's own are; elsewhere the blocks are the light parts, as for a dark screen.
func (c code) print(w io.Writer, colours bool) {
	before, after := "", ""
	if colours {
		before, after = "\x1b[97;40m", "\x1b[0m"
	}
	for y := 0; y < len(c); y += 2 {
		var line strings.Builder
		for x := range c[y] {
			upper, lower := !c[y][x], y+1 >= len(c) || !c[y+1][x]
			line.WriteString(map[[2]bool]string{{true, true}: "█", {true, false}: "▀", {false, true}: "▄", {false, false}: " "}[[2]bool{upper, lower}])
		}
		fmt.Fprintf(w, "  %s%s%s\n", before, line.String(), after)
	}
}
