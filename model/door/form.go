package door

import (
	"fmt"
	"strconv"
	"strings"
)

// The forms in which Exchange's cmdlets write values.

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
		[...]string{"B", "KB", "MB", "GB", "TB"}[unit] + " (" + thousands(n) + " " + word + ")"
}

func thousands(n int64) string {
	text := strconv.FormatInt(n, 10)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}

// named is a number by its name.
func named(text string, names []string) string {
	if n, ok := number(text); ok && n >= 0 && n < int64(len(names)) && names[n] != "" {
		return names[n]
	}
	return text
}
