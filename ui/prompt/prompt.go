// Package prompt gets a secret from a person or a file, before the screen is
// up. A secret is never echoed, and never part of an error.
package prompt

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/pflag"
	"golang.org/x/term"

	"mbxperm/model/textfile"
	"mbxperm/model/wholefile"
	"mbxperm/ui/safe"
	screen "mbxperm/ui/term"
)

// ErrNoTerminal says that there is nobody to ask.
var ErrNoTerminal = errors.New("no terminal to ask for the password on: use --password-file FILE or MBXPERM_PASSWORD")

// Password is where the password of an account comes from. It is for one goroutine.
type Password struct {
	File   string // its first line is the password; "-" is Stdin
	Stdin  io.Reader
	Stderr io.Writer // where a person is asked
	None   error     // what Stored returns where there is no password
}

// Define defines the flags of a password. None takes the password itself: others
// on the machine see the command line.
func (p *Password) Define(f *pflag.FlagSet) {
	f.StringVar(&p.File, "password-file", "", "read the password from the first line of this file, - for standard input")
}

// Stored finds the password in the file or in the environment.
func (p *Password) Stored() (string, error) {
	if p.File != "" {
		return File(p.File, p.Stdin)
	}
	if password, ok := os.LookupEnv("MBXPERM_PASSWORD"); ok {
		return password, nil
	}
	return "", p.None
}

// Read reads another secret in the way of File.
func (p *Password) Read(file string) (string, error) { return File(file, p.Stdin) }

// Ask asks the person at the terminal.
func (p *Password) Ask(ctx context.Context, question string) (string, error) {
	return Ask(ctx, p.Stdin, p.Stderr, question)
}

const longest = 4096 // bytes; anything longer is a wrong file

// File returns the first line of a file, or of stdin for "-": UTF-8 or UTF-16,
// as editors and shells of Windows write them too. A byte order mark and the
// end of the line are no part of the secret. What cannot be read as text is an
// error, so that nothing is ever sent that nobody has written.
func File(name string, stdin io.Reader) (string, error) {
	if name == "-" {
		return firstLine("standard input", stdin)
	}
	f, err := os.Open(name)
	if err != nil {
		return "", fmt.Errorf("password file %s: %w", safe.Text(name), wholefile.Cause(err))
	}
	defer f.Close()
	return firstLine("password file "+safe.Text(name), f)
}

func firstLine(from string, r io.Reader) (string, error) {
	line, err := textfile.FirstLine(r, longest)
	if err != nil {
		return "", fmt.Errorf("%s: %w", from, err)
	}
	if line == "" {
		return "", fmt.Errorf("%s: its first line is empty, and should be the password", from)
	}
	return line, nil
}

// Ask asks for a secret on the terminal behind stdin, without echo. When ctx
// ends it returns with the terminal as it was before. A shell that stops the
// program has it with echo meanwhile.
func Ask(ctx context.Context, stdin io.Reader, stderr io.Writer, question string) (string, error) {
	in, ok := stdin.(*os.File)
	if !ok || !term.IsTerminal(int(in.Fd())) {
		return "", ErrNoTerminal
	}
	fd := int(in.Fd())
	before, err := term.GetState(fd)
	if err != nil {
		return "", fmt.Errorf("asking for the password: %w", err)
	}
	fmt.Fprint(stderr, safe.Text(question))
	type answer struct {
		secret []byte
		err    error
	}
	got := make(chan answer, 1)
	go func() {
		b, err := term.ReadPassword(fd)
		got <- answer{b, err}
	}()
	asking, answered := context.WithCancel(ctx)
	defer answered()
	screen.WatchStops(asking, func(stop func()) {
		silent, err := term.GetState(fd)
		_ = term.Restore(fd, before)
		stop()
		if err == nil {
			_ = term.Restore(fd, silent)
		}
		fmt.Fprint(stderr, safe.Text(question))
	})
	select {
	case a := <-got:
		fmt.Fprintln(stderr)
		if a.err != nil {
			return "", fmt.Errorf("asking for the password: %w", a.err)
		}
		return string(a.secret), nil
	case <-ctx.Done():
		fmt.Fprintln(stderr)
		return "", errors.Join(errors.New("interrupted at the password prompt"), term.Restore(fd, before))
	}
}
