package host_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"time"

	"github.com/understudy-dev/understudy/core"
	"github.com/understudy-dev/understudy/core/frame"
	"github.com/understudy-dev/understudy/core/host"
	"github.com/understudy-dev/understudy/core/host/loopback"
)

// Two nodes of one room, on a relay inside the process.
func Example() {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	relay := loopback.New(loopback.Config{})
	defer relay.Close()

	otter, err := host.Open(ctx, host.Config{Room: "kitchen", Transport: relay, Name: "otter"})
	check(err)
	defer func() { check(otter.Close(ctx)) }()
	lynx, err := host.Open(ctx, host.Config{Room: "kitchen", Transport: relay, Name: "lynx"})
	check(err)
	defer func() { check(lynx.Close(ctx)) }()

	// Any node takes a write; the master makes it.
	receipt, err := lynx.Set(ctx, "colour", []byte("blue"), host.WriteOptions{})
	check(err)
	item, err := otter.Get(ctx, "colour", host.ReadOptions{Level: frame.LevelLatest})
	check(err)
	fmt.Printf("%s is %s, written with ack %v\n", item.Key, item.Value, receipt.Ack)
	fmt.Println(otter.State().Role, lynx.State().Role)
	// Output:
	// colour is blue, written with ack all
	// master replica
}

// A client has no copy; it only makes requests.
func ExampleDial() {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	relay, closeAll := exampleRoom(ctx)
	defer closeAll()

	client, err := host.Dial(ctx, host.ClientConfig{Room: "kitchen", Transport: relay})
	check(err)
	defer func() { check(client.Close(ctx)) }()
	for range 3 {
		_, _, err := client.Increment(ctx, "visits", 1, host.WriteOptions{Ack: host.AckAsync})
		check(err)
	}
	for item, err := range client.Scan(ctx, "", host.ScanOptions{}) {
		check(err)
		fmt.Printf("%s = %s\n", item.Key, item.Value)
	}
	// Output: visits = 3
}

// A batch is made in one piece, or not at all.
func ExampleSession_Batch() {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	relay, closeAll := exampleRoom(ctx)
	defer closeAll()
	client, err := host.Dial(ctx, host.ClientConfig{Room: "kitchen", Transport: relay})
	check(err)
	defer func() { check(client.Close(ctx)) }()

	for range 2 {
		_, _, err = client.Batch(ctx,
			[]frame.Op{frame.Set{Key: "seat/1", Value: []byte("otter")}, frame.Increment{Key: "taken", By: 1}},
			[]frame.Condition{host.IfAbsent("seat/1")},
			host.WriteOptions{},
		)
		fmt.Println(err == nil, errors.Is(err, host.ErrConflict))
	}
	// Output:
	// true false
	// false true
}

// A lock that its owner need not give back.
func ExampleSession_Expire() {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	relay, closeAll := exampleRoom(ctx)
	defer closeAll()
	client, err := host.Dial(ctx, host.ClientConfig{Room: "kitchen", Transport: relay})
	check(err)
	defer func() { check(client.Close(ctx)) }()

	_, err = client.Set(ctx, "lock", []byte("otter"), host.WriteOptions{IfAbsent: true, TTL: time.Minute})
	check(err)
	// As long as it works, otter moves the deadline.
	mine, _, err := client.Expire(ctx, "lock", time.Minute, host.WriteOptions{IfValue: []byte("otter")})
	fmt.Println(mine, err)
	_, err = client.Set(ctx, "lock", []byte("lynx"), host.WriteOptions{IfAbsent: true, TTL: time.Minute})
	fmt.Println(errors.Is(err, host.ErrConflict))
	// Output:
	// true <nil>
	// true
}

// A watch goes on through failovers, and continues behind a position.
func ExampleSession_Watch() {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	relay, closeAll := exampleRoom(ctx)
	defer closeAll()
	client, err := host.Dial(ctx, host.ClientConfig{Room: "kitchen", Transport: relay})
	check(err)
	defer func() { check(client.Close(ctx)) }()

	receipt, err := client.Set(ctx, "todo/1", []byte("milk"), host.WriteOptions{})
	check(err)
	_, err = client.Set(ctx, "todo/2", []byte("bread"), host.WriteOptions{})
	check(err)
	for changes, err := range client.Watch(ctx, "todo/", host.WatchOptions{After: receipt.Position}) {
		check(err)
		for _, e := range changes.Events {
			fmt.Printf("%s = %s\n", e.Key, e.Value)
			return
		}
	}
	// Output: todo/2 = bread
}

// A session reads its own writes at any copy. Another one is given the position
// of what it has to see.
func ExampleReadOptions() {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	relay, closeAll := exampleRoom(ctx)
	defer closeAll()
	otter, err := host.Open(ctx, host.Config{Room: "kitchen", Transport: relay})
	check(err)
	defer func() { check(otter.Close(ctx)) }()

	receipt, err := otter.Set(ctx, "colour", []byte("blue"), host.WriteOptions{Ack: host.AckAsync})
	check(err)
	mine, err := otter.Get(ctx, "colour", host.ReadOptions{Level: frame.LevelSession})
	check(err)

	client, err := host.Dial(ctx, host.ClientConfig{Room: "kitchen", Transport: relay})
	check(err)
	defer func() { check(client.Close(ctx)) }()
	theirs, err := client.Get(ctx, "colour", host.ReadOptions{
		Level: frame.LevelCommitted, From: otter.State().Node, Least: receipt.Position,
	})
	check(err)
	fmt.Printf("%s %s\n", mine.Value, theirs.Value)
	// Output: blue blue
}

// A copy of some keys is kept by a watch: what a gap leaves out comes as the
// state.
func ExampleChanges() {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	relay, closeAll := exampleRoom(ctx)
	defer closeAll()
	client, err := host.Dial(ctx, host.ClientConfig{Room: "kitchen", Transport: relay})
	check(err)
	defer func() { check(client.Close(ctx)) }()
	_, err = client.Set(ctx, "todo/1", []byte("milk"), host.WriteOptions{})
	check(err)

	todo := map[string]string{}
	for changes, err := range client.Watch(ctx, "todo/", host.WatchOptions{After: core.Nowhere}) {
		check(err)
		if changes.Gap {
			clear(todo)
		}
		for _, item := range changes.Items {
			todo[item.Key] = string(item.Value)
		}
		for _, e := range changes.Events {
			if e.Deleted {
				delete(todo, e.Key)
			} else {
				todo[e.Key] = string(e.Value)
			}
		}
		if !changes.More {
			break
		}
	}
	fmt.Println(todo)
	// Output: map[todo/1:milk]
}

// exampleRoom opens a relay and a room with one node.
func exampleRoom(ctx context.Context) (relay *loopback.Relay, closeAll func()) {
	relay = loopback.New(loopback.Config{})
	node, err := host.Open(ctx, host.Config{Room: "kitchen", Transport: relay})
	check(err)
	return relay, func() {
		check(node.Close(ctx))
		relay.Close()
	}
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
