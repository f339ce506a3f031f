package main

import (
	"go/ast"
	"reflect"
	"strings"
	"unicode"
)

// jsonTag is a field's json tag, and whether it has one.
func jsonTag(field *ast.Field) (string, bool) {
	if field.Tag == nil {
		return "", false
	}
	return reflect.StructTag(strings.Trim(field.Tag.Value, "`")).Lookup("json")
}

// lowerFirst turns a Go name into a TypeScript one: MaxPhotos is maxPhotos, ID is id, HTTPStatus is httpStatus.
func lowerFirst(name string) string {
	runes := []rune(name)
	for i := range runes {
		if i > 0 && (!unicode.IsUpper(runes[i]) || i+1 < len(runes) && unicode.IsLower(runes[i+1])) {
			break
		}
		runes[i] = unicode.ToLower(runes[i])
	}
	return string(runes)
}

// plural names the list of a closed set of words: state is states, anomaly is anomalies, fix is fixes.
func plural(name string) string {
	switch {
	case strings.HasSuffix(name, "y") && !strings.ContainsAny(name[len(name)-2:len(name)-1], "aeiou"):
		return strings.TrimSuffix(name, "y") + "ies"
	case strings.HasSuffix(name, "s"), strings.HasSuffix(name, "x"), strings.HasSuffix(name, "ch"):
		return name + "es"
	}
	return name + "s"
}

func trailing(comment []string) string {
	if len(comment) == 0 {
		return ""
	}
	return " // " + strings.Join(comment, " ")
}
