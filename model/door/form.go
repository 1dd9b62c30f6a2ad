package door

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"mbxperm/model"
	"mbxperm/model/dn"
)

// The forms in which Exchange's cmdlets write values.

// multi is a list: "{a, b}".
func multi(texts []string) string { return "{" + strings.Join(texts, ", ") + "}" }

// seconds is a span of time: "00:30:00", "1.00:00:00".
func seconds(text string) string {
	n, ok := number(text)
	if !ok || n < 0 {
		return text
	}
	days, clock := n/86400, fmt.Sprintf("%02d:%02d:%02d", n/3600%24, n/60%60, n%60)
	if days > 0 {
		return fmt.Sprintf("%d.%s", days, clock)
	}
	return clock
}

// byteSize is a size with its bytes: "36 MB (37,748,736 bytes)".
func byteSize(text string) string {
	n, ok := number(text)
	if !ok || n < 0 {
		return text
	}
	unit, value := 0, float64(n)
	for value >= 1024 && unit < 4 {
		value /= 1024
		unit++
	}
	word := "bytes"
	if n == 1 {
		word = "byte"
	}
	short := strconv.FormatFloat(value, 'f', -1, 64)
	return strings.TrimSuffix(short[:min(5, len(short))], ".") + " " +
		[...]string{"B", "KB", "MB", "GB", "TB"}[unit] + " (" + model.Thousands(n) + " " + word + ")"
}

// named is a number by its name.
func named(text string, names []string) string {
	if n, ok := number(text); ok && n >= 0 && n < int64(len(names)) && names[n] != "" {
		return names[n]
	}
	return text
}

// version is an ExchangeObjectVersion, "0.10 (14.0.100.0)": a number that packs,
// from below, ten bits of the revision, sixteen of the build, eight each of the
// build's minor and major number, and eight each of the version's.
func version(text string) string {
	n, ok := number(text)
	if !ok || n < 0 {
		return text
	}
	return fmt.Sprintf("%d.%d (%d.%d.%d.%d)", n>>50, n>>42&0xFF, n>>34&0xFF, n>>26&0xFF, n>>10&0xFFFF, n&0x3FF)
}

// canonical is the canonical name of a DN ([MS-ADTS] 3.1.1.4.5.3):
// "contoso.com/Configuration/Schema/…".
func canonical(name string) string {
	var domain, path []string
	for rest := name; rest != ""; {
		var first string
		first, rest = dn.Split(rest)
		kind, value, ok := strings.Cut(first, "=")
		switch value = dn.Unescape(value); {
		case !ok:
			return name
		case strings.EqualFold(kind, "DC"):
			domain = append(domain, value)
		default:
			path = append([]string{strings.ReplaceAll(value, "/", `\/`)}, path...)
		}
	}
	return strings.Join(append([]string{strings.Join(domain, ".")}, path...), "/")
}

// moment is a time: generalized time (RFC 4517 3.3.13) as AD writes it, in UTC.
func moment(text string) string {
	if when, err := time.Parse("20060102150405.0Z", text); err == nil {
		return when.UTC().Format("2006-01-02T15:04:05Z")
	}
	return text
}
