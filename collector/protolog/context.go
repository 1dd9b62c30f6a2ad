package protolog

import "bytes"

// contextKeys are the keys of the column context, each with its equals sign.
var contextKeys = [...]string{
	"R=", "Rows=", "Recent=", "TotalSize=", "Search=", "ClientIp=", "Msg=", "Unseen=", "FolderCount=", "ItemsDeleted=",
	"CafeActivityId=", "ErrMsg=", "LiveIdAR=", "Oid=", "Excpt=", "ExStk=", "ActivityContextData=", "Budget=",
}

// keyAt returns the length of the key that b begins with, its equals sign
// included; 0 where it begins with none.
func keyAt(b []byte) int {
	for _, k := range contextKeys {
		if len(b) >= len(k) && b[0] == k[0] && string(b[:len(k)]) == k {
			return len(k)
		}
	}
	return 0
}

// contextValue returns the value of a key. Values with a blank, a quote, a comma
// or a semicolon stand in quotes, and those inside are not escaped: a value ends
// where the next known key begins, or at the end.
func contextValue(context []byte, key string) []byte {
	for rest := context; len(rest) > 0; {
		n := keyAt(rest)
		if n == 0 {
			next := nextKey(rest)
			if next < 0 {
				return nil
			}
			rest = rest[next+1:]
			continue
		}
		name, value := rest[:n-1], rest[n:]
		end := nextKey(value)
		if end < 0 {
			end, rest = len(value), nil
		} else {
			rest = value[end+1:]
		}
		if string(name) == key {
			return unquote(value[:end])
		}
	}
	return nil
}

// nextKey returns where the semicolon stands before the next known key; where
// the value is quoted, behind its quote, if there is one.
func nextKey(value []byte) int {
	if len(value) > 0 && value[0] == '"' {
		if i := keyAfter(value, true); i >= 0 {
			return i
		}
	}
	return keyAfter(value, false)
}

func keyAfter(value []byte, quoted bool) int {
	for i := 0; ; i++ {
		j := bytes.IndexByte(value[i:], ';')
		if j < 0 {
			return -1
		}
		i += j
		if (!quoted || i > 1 && value[i-1] == '"') && keyAt(value[i+1:]) > 0 {
			return i
		}
	}
}

func unquote(b []byte) []byte {
	if len(b) > 1 && b[0] == '"' && b[len(b)-1] == '"' {
		return b[1 : len(b)-1]
	}
	return b
}

// outcome is what an answer of POP3 or IMAP4 says.
type outcome uint8

const (
	unanswered outcome = iota
	positive
	negative
	goesOn // the server asks for more
)

// answerOf reads an answer: OK and +OK in any case, NO, BAD and -ERR, behind
// the tag of an IMAP4 command or without it. text is the answer without a tag.
func answerOf(r []byte) (o outcome, text []byte) {
	if len(r) == 0 {
		return unanswered, r
	}
	first, rest, _ := bytes.Cut(r, []byte{' '})
	if o = word(first); o != unanswered {
		return o, r
	}
	second, _, _ := bytes.Cut(rest, []byte{' '})
	if o = word(second); o != unanswered && o != goesOn {
		return o, rest
	}
	return negative, r
}

func word(b []byte) outcome {
	switch {
	case equalFold(b, "ok"), equalFold(b, "+ok"):
		return positive
	case equalFold(b, "no"), equalFold(b, "bad"), equalFold(b, "-err"), equalFold(b, "bye"):
		return negative
	case len(b) == 1 && b[0] == '+':
		return goesOn
	}
	return unanswered
}
