package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"
	_ "github.com/pocketbase/pocketbase/migrations"
	"github.com/pocketbase/pocketbase/tools/types"
)

// connectFull is PocketBase's own way to open a database, its NORMAL made FULL: what it acknowledges is on disk, as ours is.
func connectFull(path string) (*dbx.DB, error) {
	return dbx.Open("sqlite", path+"?_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=journal_size_limit(200000000)"+
		"&_pragma=synchronous(FULL)&_pragma=foreign_keys(ON)&_pragma=temp_store(MEMORY)&_pragma=cache_size(-32000)")
}

// pocketBase serves a log and its cases, with rules for who may write and read what: the author writes in the own name, and sees
// the own squad. Requests are not logged, and answers are compressed.
func pocketBase(ctx context.Context, a asked) error {
	app := core.NewBaseApp(core.BaseAppConfig{DataDir: a.dir, DBConnect: connectFull})
	if err := app.Bootstrap(); err != nil {
		return err
	}
	if err := app.RunAllMigrations(); err != nil {
		return err
	}
	settings := app.Settings()
	settings.Batch.Enabled, settings.Batch.MaxRequests, settings.Batch.Timeout = true, 1000, 120
	settings.Logs.MaxDays = 0
	if err := app.Save(settings); err != nil {
		return err
	}
	if err := makeCollections(app); err != nil {
		return err
	}
	if a.rows != "" {
		if err := fillCases(app, a.rows); err != nil {
			return err
		}
	}
	tokens, err := makeUsers(app, a.users)
	if err != nil {
		return err
	}
	address, err := freeAddress()
	if err != nil {
		return err
	}
	app.OnServe().BindFunc(func(e *core.ServeEvent) error {
		e.Router.Bind(apis.Gzip())
		go func() {
			<-ctx.Done()
			_ = e.Server.Close() // nothing of a bench is worth waiting for
		}()
		return e.Next()
	})
	if err := say(map[string]any{"address": address, "users": tokens}); err != nil {
		return err
	}
	if err := apis.Serve(app, apis.ServeConfig{HttpAddr: address}); err != nil && !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

func makeCollections(app core.App) error {
	users, err := app.FindCollectionByNameOrId("users")
	if err != nil {
		return err
	}
	users.Fields.Add(&core.TextField{Name: "squad"})
	if err := app.Save(users); err != nil {
		return fmt.Errorf("users: %w", err)
	}
	operations := core.NewBaseCollection("operations")
	operations.CreateRule = types.Pointer(`@request.auth.id != "" && author = @request.auth.id`)
	operations.Fields.Add(
		&core.TextField{Name: "author", Required: true}, &core.TextField{Name: "replica", Required: true}, &core.NumberField{Name: "counter", Required: true},
		&core.TextField{Name: "hash", Required: true}, &core.TextField{Name: "text", Required: true, Max: 1 << 16}, &core.TextField{Name: "case", Required: true})
	operations.AddIndex("operations_of_replica", true, "replica, counter", "")
	if err := app.Save(operations); err != nil {
		return fmt.Errorf("operations: %w", err)
	}
	cases := core.NewBaseCollection("cases")
	own := types.Pointer(`@request.auth.id != "" && squad = @request.auth.squad`)
	cases.ListRule, cases.ViewRule, cases.CreateRule, cases.UpdateRule = own, own, own, own
	cases.Fields.Add(&core.TextField{Name: "key", Required: true}, &core.TextField{Name: "squad", Required: true},
		&core.TextField{Name: "state", Required: true}, &core.NumberField{Name: "seq"}, &core.JSONField{Name: "doc", MaxSize: 1 << 20})
	cases.AddIndex("cases_of_squad", false, "squad, seq", "")
	if err := app.Save(cases); err != nil {
		return fmt.Errorf("cases: %w", err)
	}
	return nil
}

type user struct {
	ID    string `json:"id"`
	Token string `json:"token"`
}

// makeUsers makes accounts of squad 6 and signs them in.
func makeUsers(app core.App, count int) (list []user, err error) {
	collection, err := app.FindCollectionByNameOrId("users")
	if err != nil {
		return nil, err
	}
	for i := range count {
		record := core.NewRecord(collection)
		record.SetEmail(fmt.Sprintf("user%d@example.com", i))
		record.SetPassword("password-of-a-bench")
		record.Set("squad", "6")
		if err := app.Save(record); err != nil {
			return nil, fmt.Errorf("user %d: %w", i, err)
		}
		token, err := record.NewAuthToken()
		if err != nil {
			return nil, fmt.Errorf("sign user %d in: %w", i, err)
		}
		list = append(list, user{record.Id, token})
	}
	return list, nil
}

// fillCases puts each case of the rows into the squad's list, in one transaction.
func fillCases(app core.App, name string) error {
	rows, err := readRows(name)
	if err != nil {
		return err
	}
	collection, err := app.FindCollectionByNameOrId("cases")
	if err != nil {
		return err
	}
	return app.RunInTransaction(func(tx core.App) error {
		seen := map[string]bool{}
		for i, r := range rows {
			if seen[r.Case] {
				continue
			}
			seen[r.Case] = true
			record := core.NewRecord(collection)
			record.Load(map[string]any{"key": r.Case, "squad": "6", "state": "reported", "seq": i, "doc": r.Doc})
			if err := tx.Save(record); err != nil {
				return fmt.Errorf("case %s: %w", r.Case, err)
			}
		}
		return nil
	})
}
