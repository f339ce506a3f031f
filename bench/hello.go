package main

import "buxun/sync/wire"

// hello is what a phone says first: all that it holds, and no cursor.
func hello(p *phone) wire.Hello {
	return wire.Hello{T: wire.TypeHello, V: wire.Version, App: "bench", Replicas: []wire.Holding{p.Holding()}}
}
