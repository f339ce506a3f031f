package main

import (
	"fmt"
	"go/ast"
	"go/constant"
	"go/parser"
	"go/token"
	"go/types"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// goPackage is what the generator needs of one Go package: its declarations in the order of files and lines.
type goPackage struct {
	decls []*ast.GenDecl
	scope *types.Scope
}

// readPackage parses the Go files of a folder, tests left out.
func readPackage(folder string) (goPackage, error) {
	names, err := filepath.Glob(filepath.Join(folder, "*.go"))
	if err != nil {
		return goPackage{}, fmt.Errorf("list %s: %w", folder, err)
	}
	names = slices.DeleteFunc(names, func(name string) bool { return strings.HasSuffix(name, "_test.go") })
	if len(names) == 0 {
		return goPackage{}, fmt.Errorf("%s has no Go files", folder)
	}
	var pkg goPackage
	fset, files := token.NewFileSet(), []*ast.File{}
	for _, name := range names {
		file, err := parser.ParseFile(fset, name, nil, parser.ParseComments)
		if err != nil {
			return goPackage{}, fmt.Errorf("parse %s: %w", name, err)
		}
		files = append(files, file)
		for _, decl := range file.Decls {
			if gen, ok := decl.(*ast.GenDecl); ok {
				pkg.decls = append(pkg.decls, gen)
			}
		}
	}
	// Only constants are asked of the type checker: imports need not resolve for that, and errors elsewhere are the compiler's.
	checker := types.Config{Importer: nowhere{}, Error: func(error) {}}
	checked, _ := checker.Check(files[0].Name.Name, fset, files, nil)
	pkg.scope = checked.Scope()
	return pkg, nil
}

// nowhere finds no package.
type nowhere struct{}

func (nowhere) Import(path string) (*types.Package, error) {
	return nil, fmt.Errorf("%s is not read", path)
}

// value is a constant as TypeScript writes it.
func (p goPackage) value(name string) (string, error) {
	c, ok := p.scope.Lookup(name).(*types.Const)
	if !ok {
		return "", fmt.Errorf("%s is no constant", name)
	}
	switch v := c.Val(); v.Kind() {
	case constant.String:
		return quote(constant.StringVal(v)), nil
	case constant.Int, constant.Float:
		number, _ := constant.Float64Val(constant.ToFloat(v))
		return strconv.FormatFloat(number, 'f', -1, 64), nil
	}
	return "", fmt.Errorf("%s: no TypeScript for its value (a constant of another package cannot be read)", name)
}

// text is a comment without its markers, on one line per paragraph line.
func text(groups ...*ast.CommentGroup) []string {
	var lines []string
	for _, group := range groups {
		if said := strings.TrimSpace(group.Text()); said != "" {
			lines = append(lines, strings.Split(said, "\n")...)
		}
	}
	return lines
}

func quote(s string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`, "\n", `\n`).Replace(s) + "'"
}
