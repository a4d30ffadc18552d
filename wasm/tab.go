//go:build js && wasm

package main

import (
	"context"
	"runtime"
	"syscall/js"
	"time"

	"github.com/understudy-dev/understudy/core/host"
	"github.com/understudy-dev/understudy/core/register"
)

// tab is the node of this worker and what the page has asked of it. One
// goroutine takes the page's messages; requests wait in goroutines of their own.
type tab struct {
	page  js.Value // has the WebSocket and a post method
	inbox *inbox

	node    *host.Node // nil until the page has started it
	news    *news
	tap     *tap
	cancels map[int]context.CancelFunc // of requests and watches, by key
	done    chan int                   // keys of requests that have ended
}

// Requests and watches of the page are numbered separately.
const watchKey = 1 << 52

func newTab(page js.Value) *tab {
	t := &tab{page: page, inbox: newInbox(), cancels: map[int]context.CancelFunc{}, done: make(chan int)}
	t.tap = newTap(t.post)
	t.news = newNews(t.post)
	return t
}

// post sends a message to the page.
func (t *tab) post(message object) { t.page.Call("post", message.Value) }

// run takes messages for as long as the worker lives.
func (t *tab) run() {
	messages := make(chan []js.Value)
	go func() {
		for {
			messages <- t.inbox.take()
		}
	}()
	for {
		select {
		case batch := <-messages:
			for _, message := range batch {
				t.handle(message)
			}
		case key := <-t.done:
			t.cancel(key)
		}
	}
}

// handle acts on one message of the page.
func (t *tab) handle(m js.Value) {
	kind := m.Get("type").String()
	if kind == "call" {
		t.handleCall(m)
		return
	}
	if kind == "cancel" {
		t.cancel(m.Get("id").Int())
		return
	}
	if t.node == nil {
		return // it began no watch and has nothing to say goodbye to
	}
	switch kind {
	case "watch":
		t.watch(m)
	case "unwatch":
		t.cancel(watchKey + m.Get("id").Int())
	case "interest":
		t.tap.open(m.Get("frames").Bool())
		t.news.wantMembers(m.Get("members").Bool())
	case "appear":
		visible := m.Get("visible").Bool()
		t.node.Appear(visible)
		t.news.appear(visible)
	case "wake":
		t.node.Reconnect()
	case "goodbye":
		now, cancel := context.WithCancel(context.Background())
		cancel()
		go t.node.Leave(now) //nolint:errcheck // it says that there was no time, which was the wish
	}
}

// handleCall begins a request; it is answered by a goroutine of its own.
func (t *tab) handleCall(m js.Value) {
	key := m.Get("id").Int()
	reply := func(result object, err error) { t.post(answer(key, result, err)) }
	op := m.Get("op").String()
	if op == "start" {
		reply(t.start(m))
		return
	}
	do, known := operations[op]
	if !known || t.node == nil {
		reply(object{}, host.ErrClosed)
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), timeLeft(m))
	t.begin(key, cancel)
	go func() {
		began := time.Now()
		result, err := do(ctx, t.node, m)
		if err == nil {
			result.Set("ms", milliseconds(time.Since(began)))
		}
		reply(result, err)
		t.done <- key
	}()
	// The newest goroutine would run first: let this one reach the node before
	// the page's next message, so that its writes keep their order.
	runtime.Gosched()
}

// timeLeft is what is left of a request's time: it may have waited while this
// thread stood still. The page's clock may have been set meanwhile, so that it
// is never more than what was given.
func timeLeft(m js.Value) time.Duration {
	given := m.Get("timeout").Float()
	left := m.Get("deadline").Float() - float64(time.Now().UnixMilli())
	return time.Duration(max(min(given, left), 0) * float64(time.Millisecond))
}

// begin keeps the cancel function of a request or watch, and ends what had the
// same key before.
func (t *tab) begin(key int, cancel context.CancelFunc) {
	t.cancel(key)
	t.cancels[key] = cancel
}

func (t *tab) cancel(key int) {
	if cancel, ok := t.cancels[key]; ok {
		cancel()
		delete(t.cancels, key)
	}
}

// start joins the room. It does not wait for the relay.
func (t *tab) start(m js.Value) (object, error) {
	if t.node != nil {
		return object{}, host.ErrClosed
	}
	visible := m.Get("visible").Bool()
	node, err := host.Start(context.Background(), host.Config{
		Room:      m.Get("room").String(),
		Name:      m.Get("name").String(),
		Kind:      register.KindTab,
		Priority:  int32(m.Get("priority").Int()),
		Spectator: !m.Get("candidate").Bool(),
		Hidden:    !visible,
		Transport: &transport{url: m.Get("relay").String(), socket: t.page.Get("WebSocket"), tap: t.tap},
	})
	if err != nil {
		return object{}, err
	}
	t.node = node
	t.news.appear(visible)
	t.news.tell(node.State(), time.Now()) // before the answer: the page's status has a node from the beginning
	go t.news.run(node)
	// Both for as long as the node lives.
	node.OnOrphans(t.tellOrphans)
	node.OnAlarm(func(err error) { t.post(typed("alarm").text("text", err.Error())) })
	go t.end()
	return newObject(), nil
}

// end tells the page when the node has ended by itself.
func (t *tab) end() {
	<-t.node.Done()
	if err := t.node.Err(); err != nil {
		t.post(typed("dead").text("text", err.Error()))
	}
}
