package finding

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"mbxperm/acl"
	"mbxperm/model"
)

// Acceptance is a line of an accept file: somebody knows a finding, until a date.
// The file is CSV (RFC 4180) with five fields, rule, target, trustee, who accepted
// it and until when; a line that begins with # is a comment. The target is a GUID or
// a SID, the trustee a SID; one of the two may be empty.
type Acceptance struct {
	Rule, Target, Trustee string
	Who                   string
	Until                 time.Time // the last day, in UTC; the finding rings again on the day after
	past                  bool
}

// Past reports whether the date was over when the findings were looked for.
func (a *Acceptance) Past() bool { return a.past }

func (a *Acceptance) words() model.Phrase {
	verb := "accepted by "
	if a.past {
		verb = "no longer accepted: it was by "
	}
	return model.Phrase{{Is: model.PartWord, Text: verb}, {Is: model.PartName, Text: a.Who}, {Is: model.PartWord, Text: " until " + a.Until.Format(time.DateOnly)}}
}

type acceptKey struct{ rule, target, trustee string }

// Accepted are the lines of an accept file. It never changes.
type Accepted struct {
	lines map[acceptKey]*Acceptance
	now   time.Time
}

// NewAccepted is a file without a line, as of a moment.
func NewAccepted(now time.Time) *Accepted {
	return &Accepted{lines: map[acceptKey]*Acceptance{}, now: now}
}

// Len returns the number of lines.
func (x *Accepted) Len() int { return len(x.lines) }

// acceptFields is the number of fields of a line.
const acceptFields = 5

// AcceptHead is the first line of a file that this program writes.
const AcceptHead = "# rule,target GUID or SID,trustee SID,who accepted it,until\n"

// ReadAccepted reads an accept file, as of a moment. An error says in a sentence what
// is wrong with which line.
func ReadAccepted(r io.Reader, now time.Time) (*Accepted, error) {
	out := NewAccepted(now)
	in := csv.NewReader(r)
	in.Comment, in.FieldsPerRecord, in.TrimLeadingSpace = '#', -1, true
	for {
		fields, err := in.Read()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if parse := (*csv.ParseError)(nil); errors.As(err, &parse) {
			return nil, fmt.Errorf("line %d: %w", parse.Line, parse.Err)
		}
		if err != nil {
			return nil, err
		}
		line, _ := in.FieldPos(0)
		a, err := parseAcceptance(fields)
		if err == nil {
			err = out.add(a)
		}
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", line, err)
		}
	}
}

func (x *Accepted) add(a *Acceptance) error {
	k := acceptKey{a.Rule, a.Target, a.Trustee}
	if other := x.lines[k]; other != nil {
		return fmt.Errorf("%s was accepted for the same target and trustee by %s until %s already", a.Rule, other.Who, other.Until.Format(time.DateOnly))
	}
	a.past = !x.now.Before(a.Until.AddDate(0, 0, 1))
	x.lines[k] = a
	return nil
}

func parseAcceptance(f []string) (*Acceptance, error) {
	if len(f) != acceptFields {
		return nil, fmt.Errorf("it should have %d fields, rule, target, trustee, who accepted it, until; it has %d", acceptFields, len(f))
	}
	for i := range f {
		f[i] = strings.TrimSpace(f[i])
	}
	if f[0] == "rule" && f[4] == "until" {
		return nil, errors.New("names of fields are no line of this file: let the line begin with #")
	}
	a := &Acceptance{Rule: f[0], Who: f[3]}
	r := ByName(a.Rule)
	switch {
	case r == nil:
		return nil, fmt.Errorf("no rule is called %q: see mbxperm report --help", a.Rule)
	case r.alone:
		return nil, fmt.Errorf("%s has no findings that could be accepted", a.Rule)
	case f[1] == "" && f[2] == "":
		return nil, errors.New("it names neither a target nor a trustee")
	case a.Who == "":
		return nil, errors.New("it does not say who accepted it")
	}
	var err error
	if a.Target, err = acceptTarget(f[1]); err != nil {
		return nil, err
	}
	if f[2] != "" {
		sid, err := acl.ParseSID(f[2])
		if err != nil {
			return nil, fmt.Errorf("the trustee %q is no SID", f[2])
		}
		a.Trustee = sid.String()
	}
	if a.Until, err = time.Parse(time.DateOnly, f[4]); err != nil {
		return nil, fmt.Errorf("%q is no date: until when is written as 2006-01-31", f[4])
	}
	return a, nil
}

// acceptTarget reads a GUID or a SID, or nothing.
func acceptTarget(text string) (string, error) {
	if text == "" {
		return "", nil
	}
	if g, err := acl.ParseGUID(text); err == nil {
		return g.String(), nil
	}
	if sid, err := acl.ParseSID(text); err == nil {
		return sid.String(), nil
	}
	return "", fmt.Errorf("the target %q is neither a GUID nor a SID", text)
}

// of returns the line that accepts a finding, nil where there is none.
func (x *Accepted) of(f *Finding) *Acceptance {
	if x == nil || len(x.lines) == 0 {
		return nil
	}
	k, ok := f.key()
	if !ok {
		return nil
	}
	return x.lines[k]
}

// ErrNothingToAccept is the error of accepting a finding that nothing names in other
// readings: neither its target nor its trustee has a GUID or a SID.
var ErrNothingToAccept = errors.New("neither its target nor its trustee has a GUID or a SID by which it could be known again")

// Accept returns the finding's line of an accept file.
func (f *Finding) Accept(who string, until time.Time) (string, error) {
	k, ok := f.key()
	switch {
	case !ok:
		return "", ErrNothingToAccept
	case strings.TrimSpace(who) == "":
		return "", errors.New("say who accepts it")
	}
	var b strings.Builder
	w := csv.NewWriter(&b)
	err := w.Write([]string{k.rule, k.target, k.trustee, who, until.Format(time.DateOnly)})
	w.Flush()
	return b.String(), errors.Join(err, w.Error())
}

// AcceptFile writes an accept file for the findings with these numbers: a line for each
// thing. Those that nothing names in other readings are left out: see Unnamed.
func (l *List) AcceptFile(w io.Writer, at []int, who string, until time.Time) error {
	if _, err := io.WriteString(w, AcceptHead); err != nil {
		return err
	}
	written := map[string]bool{}
	for _, i := range at {
		line, err := l.At(i).Accept(who, until)
		switch {
		case errors.Is(err, ErrNothingToAccept):
			continue
		case err != nil:
			return err
		case written[line]:
			continue
		}
		written[line] = true
		if _, err := io.WriteString(w, line); err != nil {
			return err
		}
	}
	return nil
}
