package kerberos

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"strings"
	"testing"

	"github.com/jcmturner/gofork/encoding/asn1"
	"github.com/jcmturner/gokrb5/v8/config"
	"github.com/jcmturner/gokrb5/v8/iana/errorcode"
	"github.com/jcmturner/gokrb5/v8/iana/patype"
	"github.com/jcmturner/gokrb5/v8/messages"
	"github.com/jcmturner/gokrb5/v8/types"

	"mbxperm/collector/live/gss"
)

// kdc is a Network whose KDCs answer with f, and how often they were asked. What
// f returns goes out as it is where raw is set, else with its length before it.
func kdc(raw bool, f func(question []byte) []byte) (*Network, *int) {
	asked := new(int)
	return &Network{
		Find: func(context.Context, string) []string { return []string{"kdc:88"} },
		Dial: func(context.Context, string) (net.Conn, error) {
			ours, theirs := net.Pipe()
			go func() {
				defer theirs.Close()
				length := make([]byte, 4)
				if _, err := io.ReadFull(theirs, length); err != nil {
					return
				}
				question := make([]byte, binary.BigEndian.Uint32(length))
				if _, err := io.ReadFull(theirs, question); err != nil {
					return
				}
				*asked++
				answer := f(question)
				if !raw {
					answer = append(binary.BigEndian.AppendUint32(nil, uint32(len(answer))), answer...)
				}
				_, _ = theirs.Write(answer)
			}()
			return ours, nil
		},
	}, asked
}

func refusal(t *testing.T, code int32, change func(*messages.KRBError)) []byte {
	t.Helper()
	e := messages.NewKRBError(types.NewPrincipalName(2, "krbtgt/R"), "R", code, "")
	if change != nil {
		change(&e)
	}
	b, err := e.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestHostileKDC: whatever a KDC answers, the exchange ends, with an error of a
// kind that says whether to go on, and without the password.
func TestHostileKDC(t *testing.T) {
	realms := 0
	for name, c := range map[string]struct {
		raw    bool
		answer func([]byte) []byte
		kind   error
		says   string
		asked  int
	}{
		"nothing":         {true, func([]byte) []byte { return nil }, ErrUnusable, "no answer", 1},
		"half a length":   {true, func([]byte) []byte { return []byte{0, 0} }, ErrUnusable, "no answer", 1},
		"four gigabytes":  {true, func([]byte) []byte { return []byte{0xFF, 0xFF, 0xFF, 0xFF} }, ErrUnusable, "no answer", 1},
		"cut":             {true, func([]byte) []byte { return []byte{0, 0, 0, 9, 1} }, ErrUnusable, "no answer", 1},
		"empty":           {false, func([]byte) []byte { return nil }, ErrUnusable, "not what it should be", 1},
		"garbage":         {false, func([]byte) []byte { return []byte(strings.Repeat("\x6b\x84\xff", 1000)) }, ErrUnusable, "not what it should be", 1},
		"the question":    {false, func(q []byte) []byte { return q }, ErrUnusable, "not what it should be", 1},
		"unknown account": {false, func([]byte) []byte { return refusal(t, errorcode.KDC_ERR_C_PRINCIPAL_UNKNOWN, nil) }, ErrUnusable, "knows no", 1},
		"locked":          {false, func([]byte) []byte { return refusal(t, errorcode.KDC_ERR_CLIENT_REVOKED, nil) }, ErrRefused, "disabled, expired or locked", 1},
		"out of order":    {false, func([]byte) []byte { return refusal(t, errorcode.KDC_ERR_SVC_UNAVAILABLE, nil) }, ErrUnusable, "error 29", 1},
		"no hint":         {false, func([]byte) []byte { return refusal(t, errorcode.KDC_ERR_PREAUTH_REQUIRED, nil) }, ErrUnusable, "not what it should be", 1},
		"asked for ever": {false, func([]byte) []byte {
			return refusal(t, errorcode.KDC_ERR_PREAUTH_REQUIRED, func(e *messages.KRBError) { e.EData = []byte{0x30, 0} })
		}, ErrUnusable, "error 25", 2},
		"types that nobody has": {false, func([]byte) []byte {
			return refusal(t, errorcode.KDC_ERR_PREAUTH_REQUIRED, func(e *messages.KRBError) {
				e.EData = etypeInfo(t, 99)
			})
		}, ErrUnusable, "agree on no encryption type", 1},
		"wrong password": {false, func(q []byte) []byte {
			var r messages.ASReq
			if r.Unmarshal(q) == nil && r.PAData.Contains(patype.PA_ENC_TIMESTAMP) {
				return refusal(t, errorcode.KDC_ERR_PREAUTH_FAILED, nil)
			}
			return refusal(t, errorcode.KDC_ERR_PREAUTH_REQUIRED, func(e *messages.KRBError) { e.EData = etypeInfo(t, 18) })
		}, ErrRefused, "wrong password", 2},
		"realms without end": {false, func([]byte) []byte {
			realms++
			return refusal(t, errorcode.KDC_ERR_WRONG_REALM, func(e *messages.KRBError) { e.CRealm = strings.Repeat("R", realms%7+2) })
		}, ErrUnusable, "not what it should be", mostReferrals},
		"the same realm": {false, func([]byte) []byte {
			return refusal(t, errorcode.KDC_ERR_WRONG_REALM, func(e *messages.KRBError) { e.CRealm = "R" })
		}, ErrUnusable, "knows no", 1},
	} {
		network, asked := kdc(c.raw, c.answer)
		client := FromPassword(&Config{krb5: config.New()}, network, "anna@fabrikam.lab", "R", "Wrong-Horse-77", Service{Name: "ldap/dc1"})
		_, err := client.Prove(t.Context(), gss.Binding{})
		if !errors.Is(err, c.kind) || !strings.Contains(err.Error(), c.says) || strings.Contains(err.Error(), "Horse") {
			t.Errorf("%s: %v, want %q of kind %v", name, err, c.says, c.kind)
		}
		if *asked != c.asked {
			t.Errorf("%s: the KDC was asked %d times, want %d", name, *asked, c.asked)
		}
		_, again := client.Prove(t.Context(), gss.Binding{})
		if c.kind == ErrRefused && (*asked != c.asked || again == nil) {
			t.Errorf("%s: credentials that were refused were sent again", name)
		}
	}
}

// etypeInfo is METHOD-DATA with an ETYPE-INFO2 of one type.
func etypeInfo(t *testing.T, kind int32) []byte {
	t.Helper()
	inner, err := asn1.Marshal(types.ETypeInfo2{{EType: kind, Salt: "salt"}})
	if err != nil {
		t.Fatal(err)
	}
	b, err := asn1.Marshal(types.PADataSequence{{PADataType: patype.PA_ETYPE_INFO2, PADataValue: inner}})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestCancelled: a KDC that is silent ends with the context.
func TestCancelled(t *testing.T) {
	network := &Network{Find: func(context.Context, string) []string { return []string{"a:88", "b:88"} },
		Dial: func(context.Context, string) (net.Conn, error) { c, _ := net.Pipe(); return c, nil }}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	client := FromPassword(&Config{krb5: config.New()}, network, "anna", "R", "x", Service{Name: "ldap/dc1"})
	if _, err := client.Prove(ctx, gss.Binding{}); !errors.Is(err, ErrUnusable) {
		t.Errorf("%v, want ErrUnusable", err)
	}
}

// FuzzKDC: no answer makes the exchange panic.
func FuzzKDC(f *testing.F) {
	f.Add([]byte{0x7e, 0x80})
	f.Add([]byte("\x6b\x03\x30\x01\x00"))
	f.Fuzz(func(t *testing.T, answer []byte) {
		if len(answer) > 1<<12 {
			return
		}
		network, _ := kdc(false, func([]byte) []byte { return answer })
		client := FromPassword(&Config{krb5: config.New()}, network, "anna", "R", "x", Service{Name: "ldap/dc1"})
		if _, err := client.Prove(t.Context(), gss.Binding{}); err == nil {
			t.Error("a ticket of nobody")
		}
	})
}
