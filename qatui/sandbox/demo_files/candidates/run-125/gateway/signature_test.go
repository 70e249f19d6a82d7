package gateway

import (
	"errors"
	"strings"
	"testing"
	"time"
)

var (
	key  = []byte("test key")
	body = []byte(`{"order":"ord_1","status":"paid"}`)
	sent = time.Date(2025, 3, 1, 12, 0, 0, 0, time.UTC)
)

func TestCheckAcceptsOwnSignature(t *testing.T) {
	if err := Check(key, body, Sign(key, body, sent), sent, sent); err != nil {
		t.Fatalf("own signature refused: %v", err)
	}
}

func TestCheckRefusesWhatWasChanged(t *testing.T) {
	signature := Sign(key, body, sent)
	cases := map[string]struct {
		body      []byte
		signature string
	}{
		"other body":      {[]byte(`{}`), signature},
		"other signature": {body, strings.Repeat("0", len(signature))},
		"shorter":         {body, signature[:10]},
		"upper case":      {body, strings.ToUpper(signature)},
		"none":            {body, ""},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if err := Check(key, c.body, c.signature, sent, sent); !errors.Is(err, ErrSignature) {
				t.Fatalf("got %v, want %v", err, ErrSignature)
			}
		})
	}
}

func TestCheckRefusesWhatIsLate(t *testing.T) {
	signature := Sign(key, body, sent)
	if err := Check(key, body, signature, sent, sent.Add(Tolerance)); err != nil {
		t.Fatalf("refused at the limit: %v", err)
	}
	late := sent.Add(Tolerance + time.Second)
	if err := Check(key, body, signature, sent, late); !errors.Is(err, ErrExpired) {
		t.Fatalf("got %v, want %v", err, ErrExpired)
	}
}
