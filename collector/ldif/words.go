package ldif

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"mbxperm/acl"
	"mbxperm/collector"
)

// mark begins each line of a recording that is no entry.
const mark = "# mbxperm: "

// format is the version of the recordings that this program writes and reads.
const format = 1

var scopes = [...]string{collector.ScopeBase: "base", collector.ScopeOne: "one", collector.ScopeSub: "sub"}

// words is a line under construction.
type words struct{ b []byte }

func (w *words) event(name string) { w.b = append(append(w.b, mark...), name...) }

func (w *words) key(name string) {
	w.b = append(append(w.b, ' '), name...)
}

func (w *words) bare(key, value string) {
	w.key(key)
	w.b = append(append(w.b, '='), value...)
}

func (w *words) number(key string, n int64) { w.bare(key, strconv.FormatInt(n, 10)) }

// text writes texts in quotes, so that no byte of them can end the line.
func (w *words) text(key string, texts ...string) {
	w.key(key)
	w.b = append(w.b, '=')
	for i, t := range texts {
		if i > 0 {
			w.b = append(w.b, ',')
		}
		w.b = strconv.AppendQuoteToASCII(w.b, t)
	}
}

func (w *words) end() { w.b = append(w.b, '\n') }

// outcome writes why something ended.
func (w *words) outcome(err error) {
	if err == nil {
		return
	}
	w.text("error", err.Error())
	if isCancelled(err) {
		w.key("cancelled")
	}
}

func (w *words) search(q *collector.Query) {
	w.event("begin")
	w.number("id", int64(q.ID))
	w.text("purpose", string(q.Purpose))
	w.text("base", q.Base)
	if int(q.Scope) < len(scopes) {
		w.bare("scope", scopes[q.Scope])
	} else {
		w.number("scope", int64(q.Scope))
	}
	w.text("filter", q.Filter)
	w.text("account", q.Account)
	if q.Attributes == nil {
		w.bare("attributes", "*")
	} else {
		w.text("attributes", q.Attributes...)
	}
	w.end()
}

// comment is a line read back: the name of the event and its words.
type comment struct {
	name string
	args []arg
}

type arg struct {
	key    string
	bare   string
	texts  []string
	quoted bool
}

// parseComment takes a line after the mark apart.
func parseComment(line string) (comment, error) {
	var c comment
	c.name, line, _ = strings.Cut(line, " ")
	if c.name == "" {
		return c, errors.New("no event after the mark")
	}
	for line != "" {
		var a arg
		end := strings.IndexAny(line, " =")
		if end < 0 {
			end = len(line)
		}
		a.key, line = line[:end], line[end:]
		if rest, ok := strings.CutPrefix(line, "="); ok {
			var err error
			if line, err = a.value(rest); err != nil {
				return c, fmt.Errorf("%s: %w", a.key, err)
			}
		}
		c.args = append(c.args, a)
		if line == "" {
			break
		}
		if line[0] != ' ' || len(line) == 1 {
			return c, fmt.Errorf("%s: no space after its value", a.key)
		}
		line = line[1:]
	}
	return c, nil
}

// value reads the value at the head of s and returns what follows it.
func (a *arg) value(s string) (rest string, err error) {
	if s == "" || s[0] != '"' {
		end := strings.IndexByte(s, ' ')
		if end < 0 {
			end = len(s)
		}
		a.bare = s[:end]
		return s[end:], nil
	}
	a.quoted = true
	for {
		q, err := strconv.QuotedPrefix(s)
		if err != nil || q[0] != '"' {
			return "", errors.New("a text without its closing quote")
		}
		t, err := strconv.Unquote(q)
		if err != nil {
			return "", err
		}
		a.texts = append(a.texts, t)
		s = s[len(q):]
		if !strings.HasPrefix(s, ",") {
			return s, nil
		}
		s = s[1:]
	}
}

func (c *comment) arg(key string) (arg, bool) {
	for _, a := range c.args {
		if a.key == key {
			return a, true
		}
	}
	return arg{}, false
}

func (c *comment) has(key string) bool { _, ok := c.arg(key); return ok }

func (c *comment) bare(key string) string { a, _ := c.arg(key); return a.bare }

func (c *comment) text(key string) string {
	if a, _ := c.arg(key); len(a.texts) > 0 {
		return a.texts[0]
	}
	return ""
}

func (c *comment) number(key string) (int64, error) {
	n, err := strconv.ParseInt(c.bare(key), 10, 64)
	if err != nil {
		return 0, fmt.Errorf("%s: no number in %s", c.name, key)
	}
	return n, nil
}

func (c *comment) id() (collector.QueryID, error) {
	n, err := c.number("id")
	return collector.QueryID(n), err
}

func (c *comment) time(key string) (time.Time, error) {
	return time.Parse(time.RFC3339Nano, c.bare(key))
}

// outcome is the error of an end, or nil.
func (c *comment) outcome() error {
	if !c.has("error") {
		return nil
	}
	return &recorded{c.text("error"), c.has("cancelled")}
}

func (c *comment) sid() (acl.SID, error) {
	if c.bare("sid") == "" {
		return acl.SID{}, nil
	}
	return acl.ParseSID(c.bare("sid"))
}

func (c *comment) query() (q collector.Query, err error) {
	if q.ID, err = c.id(); err != nil {
		return q, err
	}
	q.Purpose, q.Base = collector.Purpose(c.text("purpose")), c.text("base")
	q.Filter, q.Account = c.text("filter"), c.text("account")
	if q.Scope, err = c.scope(); err != nil {
		return q, err
	}
	if a, _ := c.arg("attributes"); a.bare != "*" {
		q.Attributes = append([]string{}, a.texts...)
	}
	return q, nil
}

func (c *comment) scope() (collector.Scope, error) {
	for i, name := range scopes {
		if c.bare("scope") == name {
			return collector.Scope(i), nil
		}
	}
	n, err := strconv.ParseUint(c.bare("scope"), 10, 8)
	if err != nil {
		return 0, fmt.Errorf("%s: unknown scope", c.name)
	}
	return collector.Scope(n), nil
}
