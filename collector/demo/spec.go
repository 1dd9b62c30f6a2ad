package demo

import (
	"fmt"
	"strconv"
	"strings"
	"sync/atomic"

	"mbxperm/collector"
)

// Bounds and defaults of a spec.
const (
	defaultMailboxes = 250
	defaultSeed      = 1
	maxMailboxes     = 5_000_000
	maxDay           = 3650

	usage = "use demo:N[:SEED[:DAY]], for example demo:250"
)

// Source is the generator. Create it with New.
type Source struct {
	world  *world
	name   string
	nextID collector.QueryID
	closed atomic.Bool
}

var _ collector.Source = (*Source)(nil)

// New returns the organisation that spec describes: demo[:N[:SEED[:DAY]]]. N is
// the number of mailboxes (250 if not given), SEED chooses what is drawn (1)
// and DAY how many days have passed since then (0).
func New(spec string) (*Source, error) {
	w, err := parseSpec(spec)
	if err != nil {
		return nil, err
	}
	w.build()
	name := fmt.Sprintf("demo:%d:%d", w.n, w.seed)
	if w.day > 0 {
		name += fmt.Sprintf(":%d", w.day)
	}
	return &Source{world: w, name: name}, nil
}

// parseSpec reads the source text into an organisation that is not built yet.
func parseSpec(spec string) (*world, error) {
	bad := func(format string, args ...any) (*world, error) {
		return nil, fmt.Errorf("%s: %s: %s", clip(spec), fmt.Sprintf(format, args...), usage)
	}
	fields := strings.Split(spec, ":")
	if !strings.EqualFold(fields[0], "demo") {
		return bad("not a demo source")
	}
	if len(fields) > 4 {
		return bad("too many parts")
	}
	w := &world{n: defaultMailboxes, seed: defaultSeed}
	if len(fields) > 1 {
		n, err := strconv.Atoi(fields[1])
		if err != nil {
			return bad("%q is not a number of mailboxes", clip(fields[1]))
		}
		if n < 1 || n > maxMailboxes {
			return bad("%d mailboxes, want 1 to %d", n, maxMailboxes)
		}
		w.n = n
	}
	if len(fields) > 2 {
		seed, err := strconv.ParseUint(fields[2], 10, 64)
		if err != nil {
			return bad("%q is not a seed, a number from 0 up", clip(fields[2]))
		}
		w.seed = seed
	}
	if len(fields) > 3 {
		day, err := strconv.Atoi(fields[3])
		if err != nil {
			return bad("%q is not a number of days", clip(fields[3]))
		}
		if day < 0 || day > maxDay {
			return bad("day %d, want 0 to %d", day, maxDay)
		}
		w.day = day
	}
	return w, nil
}

// clip keeps an error readable whatever was typed.
func clip(s string) string {
	if len(s) > 60 {
		return strings.ToValidUTF8(s[:60], "") + "…"
	}
	return s
}

// Name says what was asked for, with the defaults filled in: "demo:250:1".
func (s *Source) Name() string { return s.name }

// Close stops a Read or Lookup that is running; later ones give nothing.
func (s *Source) Close() error {
	s.closed.Store(true)
	return nil
}
