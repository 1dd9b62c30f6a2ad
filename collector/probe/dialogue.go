package probe

import (
	"cmp"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"mbxperm/collector/live/gss"
	"mbxperm/model/door"
)

// dialogue is one conversation. It is for one goroutine.
type dialogue struct {
	*Prober
	ctx    context.Context // ends with the deadline of the host
	target door.Target
	check  *door.Check

	conn  net.Conn
	lines *lines

	inside  bool // TLS
	trusted bool // and its certificate
	binding gss.Binding
	ended   string // why no more steps are taken

	offers  capabilities
	tags    int      // of IMAP4
	secrets []string // never shown
	faults  []string // of this step, beside those of its answers
}

// errRefused is an answer that is whole and not what was hoped for: the
// conversation goes on.
var errRefused = errors.New("refused")

// errStep is a failure of one step, in words; the conversation goes on.
type errStep string

func (e errStep) Error() string { return string(e) }

func failed(format string, args ...any) error { return errStep(fmt.Sprintf(format, args...)) }

// step takes one step, unless the conversation has ended, and reports whether it
// went well.
func (d *dialogue) step(name string, f func(*door.Step) error) bool {
	if d.ended == "" && d.ctx.Err() != nil {
		d.ended = "not reached: " + d.explain(d.ctx.Err())
	}
	if d.ended != "" {
		d.skip(name, d.ended)
		return false
	}
	s := door.Step{Name: name, Result: door.OK}
	d.faults = nil
	start := time.Now()
	d.limit()
	err := f(&s)
	s.Took = time.Since(start)
	var one errStep
	switch {
	case err == nil:
	case errors.Is(err, errRefused):
		s.Result = door.Failed
	case errors.As(err, &one):
		s.Result, s.Detail = door.Failed, string(one)
	default:
		s.Result, s.Detail = door.Failed, d.explain(err)
		d.ended = "not reached: " + name + " failed"
	}
	if s.Code == "421" && d.ended == "" { // RFC 5321 3.8: it closes now
		s.Result = door.Failed
		d.ended = "not reached: the server closed with 421 at " + name
	}
	for _, fault := range d.faults {
		s.Result = max(s.Result, door.Warning)
		s.Detail = strings.TrimPrefix(s.Detail+"; "+fault, "; ")
	}
	s.Text, s.Detail = d.mask(s.Text), d.mask(s.Detail)
	d.check.Steps = append(d.check.Steps, s)
	if name == d.StopAt && d.ended == "" {
		d.ended = "--stop-after " + name
	}
	return s.Result == door.OK || s.Result == door.Warning
}

// skip notes a step that is not taken.
func (d *dialogue) skip(name, why string) {
	if d.check.Step(name) == nil {
		d.check.Steps = append(d.check.Steps, door.Step{Name: name, Detail: why})
	}
}

// warn notes something about the step that is taken now.
func (d *dialogue) warn(format string, args ...any) {
	if text := fmt.Sprintf(format, args...); !slices.Contains(d.faults, text) {
		d.faults = append(d.faults, text)
	}
}

// arrange puts the steps into their order, each of them there.
func (d *dialogue) arrange() {
	var all []door.Step
	for _, name := range d.target.Protocol.Steps() {
		d.skip(name, cmp.Or(d.ended, door.NotAsked))
		all = append(all, *d.check.Step(name))
	}
	d.check.Steps = all
}

// limit gives the step its time, which a server that sends byte by byte does not
// make longer.
func (d *dialogue) limit() {
	if d.conn == nil {
		return
	}
	end := time.Now().Add(d.Timeout)
	if all, ok := d.ctx.Deadline(); ok && all.Before(end) {
		end = all
	}
	_ = d.conn.SetDeadline(end)
}

// connect dials the address.
func (d *dialogue) connect() error {
	limited, cancel := context.WithTimeout(d.ctx, d.Timeout)
	defer cancel()
	conn, err := new(net.Dialer).DialContext(limited, "tcp", net.JoinHostPort(d.check.Address, strconv.Itoa(int(d.check.Port))))
	if err != nil {
		return err
	}
	d.use(conn)
	context.AfterFunc(d.ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })
	return nil
}

// use speaks over a connection from now on.
func (d *dialogue) use(conn net.Conn) {
	d.conn, d.lines = conn, newLines(conn, d.target.Protocol == door.IMAP4)
	d.limit()
}

func (d *dialogue) close() {
	if d.conn != nil {
		d.conn.Close()
	}
}

// say tells whoever listens to the dialogue.
func (d *dialogue) say(from byte, text string) {
	if d.Said != nil {
		d.Said(d.check, from, d.mask(text))
	}
}

// send sends a command. shown stands for it in the dialogue.
func (d *dialogue) send(command, shown string) error {
	if stray := d.lines.rest(); len(stray) > 0 {
		d.warn("the server sent what nobody had asked for, thrown away: %s", shownBytes(stray))
		d.say('-', "thrown away: "+shownBytes(stray))
	}
	d.say('C', shown)
	_, err := io.WriteString(d.conn, command+"\r\n")
	return err
}

func shownBytes(b []byte) string {
	return shown(strings.TrimRight(string(b[:min(len(b), 200)]), "\r\n"))
}

// take notes what is wrong with an answer, and shows it.
func (d *dialogue) take(r *reply) *reply {
	for _, f := range r.faults {
		d.warn("%s", f)
	}
	if d.Said != nil {
		for _, t := range r.data {
			d.say('S', t)
		}
		for i, t := range r.texts {
			code := r.code
			if i < len(r.texts)-1 {
				code += "-"
			}
			d.say('S', strings.Join(strings.Fields(code+" "+r.enhanced), " ")+" "+t)
		}
	}
	return r
}

// note puts an answer into a step, and wants one of some codes; those of
// --expect, where it names the step, count instead.
func (d *dialogue) note(s *door.Step, r *reply, wants ...string) error {
	s.Code, s.Enhanced, s.Text = r.code, r.enhanced, r.text()
	if own := d.expect[s.Name]; own != nil {
		wants = own
	}
	if slices.ContainsFunc(wants, func(w string) bool { return strings.EqualFold(w, r.code) }) {
		return nil
	}
	return errRefused
}

// mask hides secrets, plain and as base64, in what is shown.
func (d *dialogue) mask(text string) string {
	for _, secret := range d.secrets {
		if secret != "" {
			text = strings.ReplaceAll(text, secret, "***")
		}
	}
	return text
}

// hide has a secret masked from now on.
func (d *dialogue) hide(secrets ...string) {
	for _, s := range secrets {
		d.secrets = append(d.secrets, base64.StdEncoding.EncodeToString([]byte(s)), s)
	}
}

// explain puts an error of the network into words: who did what.
func (d *dialogue) explain(err error) string {
	var answer errAnswer
	switch {
	case errors.As(err, &answer):
		return string(answer)
	case errors.Is(context.Cause(d.ctx), context.DeadlineExceeded):
		return fmt.Sprintf("not done within the %s of --deadline", d.Deadline)
	case d.ctx.Err() != nil:
		return "interrupted"
	case errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, context.DeadlineExceeded):
		return d.late()
	case errors.Is(err, syscall.ECONNREFUSED):
		return "the connection was refused: nothing listens there"
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE), errors.Is(err, syscall.ECONNABORTED):
		return "the server reset the connection" + d.cut()
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return "the server closed the connection" + d.cut()
	case errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH):
		return "there is no way to this address"
	}
	var op *net.OpError
	if errors.As(err, &op) {
		return fmt.Sprintf("%s: %v", op.Op, op.Err)
	}
	return err.Error()
}

// late says what had come when time was up.
func (d *dialogue) late() string {
	if d.lines == nil {
		return fmt.Sprintf("no connection within %s", d.Timeout)
	}
	if n := d.lines.bytes + d.lines.r.Buffered(); n > 0 {
		return fmt.Sprintf("no whole answer within %s, only %d bytes of it", d.Timeout, n)
	}
	if !d.inside && d.TLS == tlsAuto && len(d.check.Steps) == 2 { // the greeting
		return fmt.Sprintf("no answer within %s; if TLS begins with the connection on this port, say --tls implicit", d.Timeout)
	}
	return fmt.Sprintf("no answer within %s", d.Timeout)
}

// cut says that a connection ended inside an answer.
func (d *dialogue) cut() string {
	if d.lines != nil && d.lines.bytes > 0 {
		return fmt.Sprintf(" after %d bytes of an answer", d.lines.bytes)
	}
	return ""
}
