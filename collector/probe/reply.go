package probe

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// reply is an answer of a server.
type reply struct {
	code     string // 250; +OK, -ERR or +; OK, NO, BAD, BYE, PREAUTH or +
	enhanced string // 2.1.5 (RFC 3463), or a response code in its brackets
	texts    []string
	faults   []string
	data     []string // POP3: the lines after the first; IMAP4: the untagged answers
}

// text is the whole text, its lines apart.
func (r *reply) text() string { return strings.Join(r.texts, "\n") }

// first is the first line of the text.
func (r *reply) first() string {
	if len(r.texts) == 0 {
		return ""
	}
	return r.texts[0]
}

// enhancedCode is a status code of RFC 3463 at the beginning of a text.
var enhancedCode = regexp.MustCompile(`^([245])\.(\d{1,3})\.(\d{1,3})(?:[ \t]|$)`)

// shown is the beginning of a line of a server for a sentence.
func shown(line string) string {
	if len(line) > 40 {
		line = line[:40] + "…"
	}
	return strconv.QuoteToASCII(line)
}

// readSMTP reads a reply (RFC 5321 4.2). Where its lines have different codes
// the last counts, as it does for those who wait for the end of the reply.
func readSMTP(l *lines, enhanced bool) (*reply, error) {
	l.begin()
	r := &reply{}
	for {
		line, err := l.next()
		if err != nil {
			return nil, err
		}
		if len(line) < 3 || !digits(line[:3]) {
			return nil, errAnswer("a line without a code: " + shown(line))
		}
		code, text, last := line[:3], "", true
		switch {
		case len(line) == 3: // without a text, which RFC 5321 4.2 allows
		case line[3] == '-':
			text, last = line[4:], false
		case line[3] == ' ':
			text = line[4:]
		default:
			text = line[3:]
			l.fault("no blank between code and text: %s", shown(line))
		}
		if r.code != "" && r.code != code {
			l.fault("the answer begins with %s and goes on with %s", r.code, code)
		}
		if code[0] < '2' || code[0] > '5' {
			l.fault("%s is no code of a reply", code)
		}
		r.code = code
		if enhanced {
			text = r.enhance(l, text)
		}
		r.texts = append(r.texts, text)
		if last {
			r.faults = l.faults
			return r, nil
		}
	}
}

func digits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

// enhance takes the enhanced code off a text (RFC 2034 4).
func (r *reply) enhance(l *lines, text string) string {
	m := enhancedCode.FindStringSubmatch(text)
	if m == nil {
		return text
	}
	code := m[1] + "." + m[2] + "." + m[3]
	if m[1] != r.code[:1] {
		l.fault("the enhanced code %s contradicts %s", code, r.code)
	}
	if r.enhanced != "" && r.enhanced != code {
		l.fault("the answer has the enhanced codes %s and %s", r.enhanced, code)
	}
	r.enhanced = code
	return strings.TrimLeft(text[len(code):], " \t")
}

// readPOP3 reads an answer (RFC 1939 3); many says that lines follow a good one,
// up to a dot.
func readPOP3(l *lines, many bool) (*reply, error) {
	l.begin()
	line, err := l.next()
	if err != nil {
		return nil, err
	}
	r := &reply{}
	code, text, blank := strings.Cut(line, " ")
	switch {
	case code == "+OK" || code == "-ERR" || code == "+" && blank || line == "+":
		r.code = code
	case strings.HasPrefix(line, "+OK"), strings.HasPrefix(line, "-ERR"):
		r.code = "+OK"
		if line[0] == '-' {
			r.code = "-ERR"
		}
		text = line[len(r.code):]
		l.fault("no blank between code and text: %s", shown(line))
	default:
		return nil, errAnswer("a line that is neither +OK nor -ERR: " + shown(line))
	}
	if r.code == "-ERR" { // RFC 2449 8
		text = r.bracket(text)
	}
	r.texts = []string{text}
	for many && r.code == "+OK" {
		line, err := l.next()
		if err != nil {
			return nil, err
		}
		if line == "." {
			break
		}
		r.data = append(r.data, strings.TrimPrefix(line, "."))
	}
	r.faults = l.faults
	return r, nil
}

// bracket takes a response code off a text: [AUTH], [CAPABILITY …].
func (r *reply) bracket(text string) string {
	if !strings.HasPrefix(text, "[") {
		return text
	}
	end := strings.IndexByte(text, ']')
	if end < 0 {
		return text
	}
	r.enhanced = text[:end+1]
	return strings.TrimLeft(text[end+1:], " ")
}

// literal is the end of a line that bytes follow (RFC 3501 4.3).
var literal = regexp.MustCompile(`\{(\d{1,9})\}$`)

// readIMAP4 reads up to the answer with the tag (RFC 3501 2.2.2), the greeting
// where tag is "*", or the question for more of a logon ("+").
func readIMAP4(l *lines, tag string) (*reply, error) {
	l.begin()
	r := &reply{}
	for {
		line, err := l.next()
		if err != nil && r.code == "BYE" { // it has said why it closes
			r.faults = l.faults
			return r, nil
		}
		if err != nil {
			return nil, err
		}
		for m := literal.FindStringSubmatch(line); m != nil; m = literal.FindStringSubmatch(line) {
			n, _ := strconv.Atoi(m[1])
			b, err := l.skip(n)
			if err != nil {
				return nil, err
			}
			more, err := l.next()
			if err != nil {
				return nil, err
			}
			line = line[:len(line)-len(m[0])] + strconv.QuoteToASCII(string(b)) + more
		}
		first, rest, blank := strings.Cut(line, " ")
		switch {
		case first == "+" && tag != "*":
			r.code, r.texts, r.faults = "+", []string{rest}, l.faults
			return r, nil
		case !blank:
			return nil, errAnswer("a line that is no answer: " + shown(line))
		case first == tag:
			if err := r.state(rest, tag == "*"); err != nil {
				return nil, err
			}
			r.faults = l.faults
			return r, nil
		case first != "*":
			return nil, errAnswer(fmt.Sprintf("an answer with the tag %s, and %s was sent", shown(first), tag))
		}
		r.data = append(r.data, rest)
		if word, text, _ := strings.Cut(rest, " "); strings.EqualFold(word, "BYE") {
			r.code = "BYE"
			r.texts = append(r.texts, r.bracket(text))
		}
	}
}

// state reads the condition of a tagged answer or a greeting (RFC 3501 7.1).
func (r *reply) state(rest string, greeting bool) error {
	word, text, _ := strings.Cut(rest, " ")
	code := strings.ToUpper(word)
	switch code {
	case "OK", "NO", "BAD":
	case "PREAUTH", "BYE":
		if !greeting {
			return errAnswer("an answer that says neither OK nor NO nor BAD: " + shown(rest))
		}
	default:
		return errAnswer("an answer that says neither OK nor NO nor BAD: " + shown(rest))
	}
	r.code, r.enhanced = code, ""
	r.texts = append(r.texts, r.bracket(text))
	return nil
}
