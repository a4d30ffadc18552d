package core

import (
	"fmt"
	"testing"

	"github.com/understudy-dev/understudy/core/journal"
)

func waiting(ack journal.Ack, needs journal.Index, deadline journal.Instant) waitingWrite {
	return waitingWrite{ack: ack, needs: needs, position: positionOf(1, needs), deadline: deadline}
}

func needsOf(writes []waitingWrite) string {
	needs := []journal.Index{}
	for _, w := range writes {
		needs = append(needs, w.needs)
	}
	return fmt.Sprint(needs)
}

func TestAWriteNeverWaitsBehindOneWithAnotherAck(t *testing.T) {
	var a ackQueues
	for i := journal.Index(1); i <= 6; i++ {
		a.add(waiting([]journal.Ack{journal.AckAll, journal.AckAsync, journal.AckOne}[i%3], i, 100))
	}
	got := map[journal.Ack]string{}
	for _, q := range a.queues {
		got[q.ack] = needsOf(q.takeUpTo(5))
	}
	want := map[journal.Ack]string{journal.AckAll: "[3]", journal.AckAsync: "[1 4]", journal.AckOne: "[2 5]"}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("up to 5 were taken %v, wanted %v", got, want)
	}
	if a.count != 6 {
		t.Errorf("count %d: whoever takes writes counts them", a.count)
	}
}

func TestARetryThatNeedsLessIsAnsweredFirst(t *testing.T) {
	var a ackQueues
	for _, needs := range []journal.Index{5, 7, 6, 5, 9, 2} {
		a.add(waiting(journal.AckOne, needs, 100))
	}
	if got := needsOf(a.all()); got != "[2 5 5 6 7 9]" {
		t.Errorf("order %s", got)
	}
	if got := needsOf(a.queues[0].takeUpTo(6)); got != "[2 5 5 6]" {
		t.Errorf("up to 6: %s", got)
	}
	if got := needsOf(a.queues[0].takeUpTo(6)); got != "[]" {
		t.Errorf("up to 6 again: %s", got)
	}
}

func TestAWriteWaitsNoLongerThanItsDeadline(t *testing.T) {
	var a ackQueues
	if a.mayExpire(1000) {
		t.Error("nothing waits, but may expire")
	}
	a.add(waiting(journal.AckOne, 1, 30))
	a.add(waiting(journal.AckAll, 2, 10))
	a.add(waiting(journal.AckOne, 3, 20))
	for _, test := range []struct {
		now  journal.Instant
		over string
		soon journal.Instant
	}{
		{9, "[]", 10},
		{10, "[2]", 20},
		{25, "[3]", 30},
		{30, "[1]", 0},
	} {
		over := "[]"
		if a.mayExpire(test.now) {
			over = needsOf(a.expired(test.now))
		}
		if over != test.over || a.soon != test.soon {
			t.Errorf("at %d %s are over and the next at %d, wanted %s and %d", test.now, over, a.soon, test.over, test.soon)
		}
	}
	if a.count != 0 {
		t.Errorf("%d writes wait", a.count)
	}
}
