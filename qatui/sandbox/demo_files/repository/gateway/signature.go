// Package gateway signs and checks the webhooks that tell shops about payments.
package gateway

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"time"
)

// ErrExpired means that a webhook is older than Tolerance.
var ErrExpired = errors.New("gateway: webhook is too old")

// ErrSignature means that a webhook was not signed with our key.
var ErrSignature = errors.New("gateway: wrong signature")

// Tolerance is how late a webhook may arrive.
const Tolerance = 5 * time.Minute

// Sign returns the signature of body sent at a moment.
func Sign(key, body []byte, at time.Time) string {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(at.UTC().Format(time.RFC3339)))
	mac.Write([]byte{'.'})
	mac.Write(body)
	return hex.EncodeToString(mac.Sum(nil))
}

// Check returns nil for a fresh webhook with the right signature.
func Check(key, body []byte, signature string, at, now time.Time) error {
	if now.Sub(at) > Tolerance {
		return ErrExpired
	}
	if !hmac.Equal([]byte(Sign(key, body, at)), []byte(signature)) {
		return ErrSignature
	}
	return nil
}
