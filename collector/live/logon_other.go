//go:build !windows

package live

import (
	"context"
	"errors"
)

// hasLogon says whether the system can vouch for the person who is logged on.
const hasLogon = false

// bindLogon exists on Windows only.
func (c *conn) bindLogon(context.Context, string) error { return errors.ErrUnsupported }
