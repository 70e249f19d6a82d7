package gateway

import (
	"errors"
	"fmt"
	"testing"
	"time"
)

// deliver tries up to attempts times and waits longer after each failure.
func deliver(attempts int, send func(int) error) (tries int, err error) {
	for tries = 1; tries <= attempts; tries++ {
		if err = send(tries); err == nil {
			return tries, nil
		}
		time.Sleep(time.Duration(tries) * time.Millisecond)
	}
	return attempts, fmt.Errorf("gave up after %d attempts: %w", attempts, err)
}

func TestDeliverRetries(t *testing.T) {
	refused := errors.New("connection refused")
	cases := []struct {
		name    string
		works   int
		tries   int
		wantErr bool
	}{
		{"at once", 1, 1, false},
		{"second time", 2, 2, false},
		{"last time", 5, 5, false},
		{"never", 9, 5, true},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			tries, err := deliver(5, func(try int) error {
				if try < c.works {
					return refused
				}
				return nil
			})
			if tries != c.tries || (err != nil) != c.wantErr {
				t.Fatalf("got %d tries, error %v", tries, err)
			}
			if c.wantErr && !errors.Is(err, refused) {
				t.Fatalf("the cause was lost: %v", err)
			}
		})
	}
}
