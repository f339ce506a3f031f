package install

import (
	"fmt"
	"io"

	"buxun/server/cert"
)

// Print tells the steps for every kind of phone on a terminal, in Chinese and in English, with a code that opens the page.
func Print(w io.Writer, colours bool, authority cert.Authority, page, site string) error {
	list, err := readWords()
	if err != nil {
		return err
	}
	if err := PrintCode(w, colours, page); err != nil {
		return err
	}
	name := authority.Certificate.Subject.CommonName
	for _, words := range list {
		fmt.Fprintf(w, "\n%s\n%s: %s\n", words.Title, words.Scan, page)
		for _, k := range words.Kinds {
			fmt.Fprintf(w, "\n  %s\n", k.Name)
			steps := append(filled(k.Trust, site, name), filled(k.Home, site, name)...)
			for i, step := range steps {
				fmt.Fprintf(w, "  %d. %s\n", i+1, step)
				if i == 1 {
					for _, place := range k.Places {
						fmt.Fprintf(w, "     - %s\n", place)
					}
				}
			}
		}
	}
	return nil
}

// PrintCode draws an address for phones that stand before the screen.
func PrintCode(w io.Writer, colours bool, address string) error {
	c, err := newCode(address)
	if err != nil {
		return err
	}
	c.print(w, colours)
	return nil
}
