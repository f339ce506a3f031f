package shared

import (
	_ "embed"
	"encoding/json"
	"errors"
	"sync"
)

//go:embed faults.json
var faultsJSON []byte

// FaultRow is one row of faults.json: what a code means to HTTP, to the socket, to the retry loop and to people.
type FaultRow struct {
	Code string `json:"code"`
	HTTP int    `json:"http"`
	// Close is the websocket close code, 0 where the fault leaves the socket open: 4000 to 4499 come back, 4500 to 4999 do not.
	Close int `json:"close"`
	// Retry says whether the same request may succeed later without anybody changing it.
	Retry bool `json:"retry"`
	// What is wrong, and what to do, in both languages.
	Zh   string `json:"zh"`
	ZhDo string `json:"zhDo"`
	En   string `json:"en"`
	EnDo string `json:"enDo"`
}

// Fault is an error with a code of the catalogue. Anything else that goes wrong is internal.
type Fault struct {
	Code   string
	Detail string // for the log and for developers; never shown as the only words
}

// Fail makes a fault.
func Fail(code, detail string) error { return Fault{Code: code, Detail: detail} }

func (f Fault) Error() string {
	if f.Detail == "" {
		return f.Code
	}
	return f.Code + ": " + f.Detail
}

// FaultCode is the code of an error, "internal" for one that is no fault, "" for nil.
func FaultCode(err error) string {
	if err == nil {
		return ""
	}
	var fault Fault
	if errors.As(err, &fault) {
		return fault.Code
	}
	return "internal"
}

// catalogue is faults.json, read once.
var catalogue = sync.OnceValue(func() map[string]FaultRow {
	byCode := map[string]FaultRow{}
	for _, row := range FaultRows() {
		byCode[row.Code] = row
	}
	return byCode
})

// FaultRows reads the whole catalogue, in its order. The caller owns the rows.
func FaultRows() []FaultRow {
	var rows []FaultRow
	if err := json.Unmarshal(faultsJSON, &rows); err != nil {
		panic("faults.json: " + err.Error())
	}
	return rows
}

// FaultOf finds the row of a code; an unknown code has the row of "internal".
func FaultOf(code string) FaultRow {
	if row, ok := catalogue()[code]; ok {
		return row
	}
	return catalogue()["internal"]
}
