// Command cast shows the program moving: it plays three stories on the demo in a
// tmux of its own and writes what the screen showed, as a cast of asciinema
// (version 2) and as a moving SVG for the README.
//
//	go build -o /tmp/mbxperm . && go run ./.ci/cast /tmp/mbxperm .ci/cast/demo.cast .ci/cast/demo.svg
//
// The times are those of the script below, not of the machine, and a screen is
// taken when it says what it should and stands still: the same program gives the
// same files, but for what it says of today. It needs tmux and nothing else.
package main

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// The size of the screen.
const (
	columns = 100
	rows    = 28
)

// step is what is pressed, and what the screen says then.
type step struct {
	keys    []string // names of keys as tmux has them; what begins with a space is typed
	want    string   // without which the screen is not taken
	seconds float64  // for which it is shown
}

// story is ten seconds about one thing.
type story struct {
	title string
	steps []step
}

var stories = []story{
	{"What can everybody open?", []step{
		{nil, "aaron.vogt · ", 1.6},
		{[]string{"F"}, "Findings · ", 2.4},
		{[]string{"Enter"}, "- everyone", 1.6},
		{[]string{"Down"}, "critical, 111 mailboxes", 1.6},
		{[]string{"Enter"}, "DB02 · ", 3.2},
	}},
	{"What does an account open that nobody uses any more?", []step{
		{[]string{"F", "/", " no-logon", "Enter"}, "- no-logon", 3},
		{[]string{"Down"}, "svc-backup  S-1-5-21-", 2},
		{[]string{"BSpace", ":", " svc-b"}, "go to this name", 1.4},
		{[]string{"Enter"}, "svc-backup · ", 3.6},
	}},
	{"Who left, and still sends as the board?", []step{
		{[]string{":", " board"}, "go to this name", 1.4},
		{[]string{"Enter"}, "board · ", 3},
		{[]string{"Down", "Down", "Down"}, "board · ", 2.2},
		{[]string{"K"}, "Remove-ADPermission", 3.4},
	}},
}

// frame is a screen with its colours, line by line, and when it is shown.
type frame struct {
	title string
	keys  string
	at    float64
	lines []string
}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintf(os.Stderr, "cast: %v\n", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) != 3 {
		return fmt.Errorf("cast PROGRAM FILE.cast FILE.svg")
	}
	program, err := filepath.Abs(args[0])
	if err != nil {
		return err
	}
	frames, length, err := play(program)
	if err != nil {
		return err
	}
	if err := os.WriteFile(args[1], castOf(frames, length), 0o666); err != nil {
		return err
	}
	return os.WriteFile(args[2], svgOf(frames, length), 0o666)
}

// play goes through the stories, and returns the screens and how long they take.
func play(program string) (frames []frame, length float64, err error) {
	home, err := os.MkdirTemp("", "cast")
	if err != nil {
		return nil, 0, err
	}
	defer os.RemoveAll(home)
	t := terminal(filepath.Join(home, "tmux"))
	defer t.tell("kill-server")
	// Nothing of whoever runs it is on the screen: no settings, no language but one.
	command := fmt.Sprintf("exec env -i PATH=/usr/bin:/bin HOME=%s XDG_CONFIG_HOME=%[1]s LC_ALL=C.UTF-8 TERM=screen-256color %s demo", home, program)
	if _, err := t.tell("-f", "/dev/null", "new-session", "-d", "-x", fmt.Sprint(columns), "-y", fmt.Sprint(rows), command, ";",
		"set", "-g", "status", "off", ";", "set", "-g", "escape-time", "0"); err != nil {
		return nil, 0, err
	}
	for _, s := range stories {
		for _, step := range s.steps {
			for _, key := range step.keys {
				if err := t.press(key); err != nil {
					return nil, 0, err
				}
			}
			lines, err := t.still(step.want)
			if err != nil {
				return nil, 0, err
			}
			keys := strings.Join(strings.Fields(strings.Join(step.keys, " ")), " ")
			frames = append(frames, frame{s.title, keys, length, lines})
			length = math.Round(10*(length+step.seconds)) / 10
		}
	}
	return frames, length, nil
}

// terminal is a tmux server by its socket.
type terminal string

func (t terminal) tell(args ...string) (string, error) {
	out, err := exec.Command("tmux", append([]string{"-S", string(t)}, args...)...).CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("tmux %s: %w: %s", args[0], err, out)
	}
	return string(out), nil
}

func (t terminal) press(key string) error {
	args := []string{"send-keys", key}
	if text, typed := strings.CutPrefix(key, " "); typed {
		args = []string{"send-keys", "-l", text}
	}
	_, err := t.tell(args...)
	time.Sleep(300 * time.Millisecond) // so that Escape and what follows are two keys
	return err
}

// still waits until the screen says a text and has not changed for a while, and
// returns it.
func (t terminal) still(want string) ([]string, error) {
	last, same := "", 0
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(250 * time.Millisecond) {
		now, err := t.tell("capture-pane", "-p", "-e", "-N")
		if err != nil {
			return nil, err
		}
		if same++; now != last {
			last, same = now, 0
		}
		if same >= 4 && strings.Contains(plain(now), want) {
			return strings.Split(strings.TrimSuffix(now, "\n"), "\n"), nil
		}
	}
	return nil, fmt.Errorf("the screen does not say %q:\n%s", want, plain(last))
}

// plain is a text without its colours.
func plain(text string) string {
	var b strings.Builder
	for _, r := range runsOf(text, &look{}) {
		b.WriteString(r.text)
	}
	return b.String()
}

// castOf writes the screens as a cast: each replaces the one before, and each
// story is a marker.
func castOf(frames []frame, length float64) []byte {
	var b strings.Builder
	event := func(v any) {
		line, err := json.Marshal(v)
		if err != nil {
			panic(err) // texts and numbers
		}
		b.Write(append(line, '\n'))
	}
	event(struct {
		Version int    `json:"version"`
		Width   int    `json:"width"`
		Height  int    `json:"height"`
		Title   string `json:"title"`
	}{2, columns, rows, "mbxperm demo"})
	title := ""
	for _, f := range frames {
		if f.title != title {
			title = f.title
			event([]any{f.at, "m", title})
		}
		event([]any{f.at, "o", "\x1b[?25l\x1b[H\x1b[0m" + strings.Join(f.lines, "\r\n")})
	}
	event([]any{length, "o", "\x1b[0m"})
	return []byte(b.String())
}
