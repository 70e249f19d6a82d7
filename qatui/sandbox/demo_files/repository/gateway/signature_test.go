package gateway

import (
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

func TestCheckRefusesOtherBody(t *testing.T) {
	signature := Sign(key, body, sent)
	if err := Check(key, []byte(`{}`), signature, sent, sent); err != ErrSignature {
		t.Fatalf("got %v, want %v", err, ErrSignature)
	}
}
